// What the grid and the cards share: fetching a block, the line of figures below, the empty states.
import { useEffect, useState } from "react";
import { useNavigate } from "react-router";
import { Icon } from "./icons.jsx";

export async function fetchBlock(source, after, limit) {
  const answer = await fetch(`${source}${source.includes("?") ? "&" : "?"}limit=${limit}&after=${encodeURIComponent(after)}`, { credentials: "same-origin" });
  if (answer.status === 401) { window.location.href = `/login?next=${encodeURIComponent(window.location.pathname + window.location.search)}`; }
  const block = await answer.json();
  if (!answer.ok) throw new Error(block.text || "");
  return block;
}

export function useNarrow() {
  const [narrow, setNarrow] = useState(false);
  useEffect(() => {
    const query = window.matchMedia("(max-width: 720px)");
    const look = () => setNarrow(query.matches);
    look();
    query.addEventListener("change", look);
    return () => query.removeEventListener("change", look);
  }, []);
  return narrow;
}

const PICTURES = { new: "file-text", filter: "list-filter", done: "check", locked: "lock" };

export function Empty({ kind = "new", texts, onClear }) {
  const navigate = useNavigate();
  return <div className="empty" role="status"><span className="icon"><Icon name={PICTURES[kind] || "file-text"} size={26} /></span>
    <div className="title">{texts[`empty_${kind}`]}</div>
    {kind === "new" ? <div className="second">{texts.empty_text}</div> : null}
    <div className="acts">
      {kind === "filter" ? <button className="rt-reset quiet-button" type="button" onClick={() => onClear && onClear()}>{texts.clear_filters}</button> : null}
      {kind === "filter" && texts.show_all ? <button className="text-button" type="button" onClick={() => onClear && onClear()}>{texts.show_all}</button> : null}
      {kind === "new" && texts.new_href ? <button className="quiet-button" type="button" onClick={() => navigate(texts.new_href)}>
        <Icon name="plus" /> {texts.new_thing}</button> : null}
    </div></div>;
}

export function StatusBar({ first, texts, keys }) {
  const cap = (key, word) => <span key={word}>{key.split(" ").map((one) => <kbd key={one}>{one}</kbd>)} {word}</span>;
  return <div className="list-status" role="status" aria-live="polite">
    {first ? <span>{first.counted[0]}<b>{first.counted[1]}</b>{first.counted[2]}</span> : <span>{texts.still_loading}</span>}
    {first ? first.sums.map((sum) => <span key={sum[0]}>{sum[0]} <b className="figures">{sum[1]}</b></span>) : null}
    {first ? <span className="only-desk">{first.as_of}</span> : null}
    {keys ? <span className="keys only-desk">{[cap("J K", texts.move_word), cap("X", texts.select_word), cap("Enter", texts.open_word), cap("?", texts.all_keys_word)]}</span> : null}
  </div>;
}
