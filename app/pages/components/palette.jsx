// One box for go to, find a record, do. Commands answer at once; records come from the server.
import { useEffect, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Icon } from "./icons.jsx";

const fits = (command, words) => words.every((word) => command.keys.includes(word));

function useGroups(commands, found, asked, text, titles) {
  return useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const local = commands.filter((one) => fits(one, words));
    const remote = words.length && asked === text.trim() ? found : [];
    const numberFirst = remote.filter((one) => one.name.toLowerCase() === text.trim().toLowerCase());
    const others = remote.filter((one) => !numberFirst.includes(one));
    return [
      { title: titles.records, items: numberFirst },
      { title: titles.go, items: local.filter((one) => one.group === "go").slice(0, 7) },
      { title: titles.do, items: local.filter((one) => one.group === "do").slice(0, 7) },
      { title: titles.records, items: others.slice(0, 7) },
    ].filter((group) => group.items.length);
  }, [commands, found, asked, text, titles]);
}

function Item({ item, here, run, move }) {
  const line = useRef(null);
  useEffect(() => { if (here && line.current) line.current.scrollIntoView({ block: "nearest" }); }, [here]);
  return <div ref={line} role="option" aria-selected={here} className={`palette-item${here ? " here" : ""}`} onClick={run} onMouseMove={move}>
    <Icon name={item.icon} /><span className="name">{item.name}</span><span className="hint">{item.hint}</span>
    {(item.shortcut || "").split(" ").filter(Boolean).map((key) => <kbd key={key}>{key}</kbd>)}
  </div>;
}

function Box({ commands, found, asked, texts, onAsk, close }) {
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const navigate = useNavigate();
  const waiting = useRef(0);
  const titles = useMemo(() => ({ go: texts.go_to, do: texts.do, records: texts.records }), [texts]);
  const groups = useGroups(commands, found, asked, text, titles);
  const flat = groups.flatMap((group) => group.items);
  const run = (item) => { close(); navigate(item.href); };
  const type = (value) => {
    setText(value);
    setAt(0);
    clearTimeout(waiting.current);
    if (value.trim()) waiting.current = setTimeout(() => onAsk(value.trim()), 120);
  };
  const press = (event) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Escape") { event.preventDefault(); close(); }
    if (event.key === "ArrowDown") { event.preventDefault(); setAt(Math.min(at + 1, flat.length - 1)); }
    if (event.key === "ArrowUp") { event.preventDefault(); setAt(Math.max(at - 1, 0)); }
    if (event.key === "Enter" && flat[at]) { event.preventDefault(); run(flat[at]); }
    if (event.key === "Tab") event.preventDefault();
  };
  return <div className="palette" role="dialog" aria-modal="true" aria-label={texts.search_everything} onClick={(event) => event.stopPropagation()}>
    <div className="palette-head"><Icon name="search" />
      <input autoFocus value={text} onChange={(event) => type(event.target.value)} onKeyDown={press} placeholder={texts.palette_hint}
        aria-label={texts.search_everything} role="combobox" aria-expanded="true" aria-controls="palette-list" />
      <kbd>Esc</kbd></div>
    <div className="palette-list" role="listbox" id="palette-list">
      {groups.map((group, place) => <div key={place} role="group" aria-label={group.title}><div className="palette-group">{group.title}</div>
        {group.items.map((item) => <Item key={item.key} item={item} here={flat.indexOf(item) === at} run={() => run(item)} move={() => setAt(flat.indexOf(item))} />)}</div>)}
      {flat.length ? null : <div className="palette-none">{texts.palette_none}</div>}
    </div></div>;
}

export function Palette({ commands = [], found = [], asked = "", texts = {}, onAsk }) {
  const [open, setOpen] = useState(false);
  const focus = useRef(null);
  useEffect(() => {
    const show = () => { focus.current = document.activeElement; setOpen(true); };
    const key = (event) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && !event.isComposing) { event.preventDefault(); show(); }
    };
    window.addEventListener("keydown", key);
    window.addEventListener("daybook-palette", show);
    return () => { window.removeEventListener("keydown", key); window.removeEventListener("daybook-palette", show); };
  }, []);
  const close = () => { setOpen(false); if (focus.current) focus.current.focus(); };
  if (!open) return null;
  return <div className="veil" onClick={close}><Box commands={commands} found={found} asked={asked} texts={texts} onAsk={onAsk} close={close} /></div>;
}
