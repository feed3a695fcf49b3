// A list as a month: what stands on which day; on a phone the days that hold something, one below the other.
import { useState } from "react";
import { useNavigate } from "react-router";
import { Icon } from "./icons.jsx";
import { useBlock } from "./board.jsx";
import { useNarrow } from "./rows.jsx";

const MOST = 4;

function Entry({ entry }) {
  const navigate = useNavigate();
  return <a className={`month-entry chip ${entry.colour}`} href={entry.href} title={`${entry.number} ${entry.title}, ${entry.stage}`} onClick={(event) => { event.preventDefault(); navigate(entry.href); }}>
    <Icon name={entry.icon} size={12} /><span className="cut">{entry.title}</span></a>;
}

function Day({ day, entries, texts }) {
  const [whole, setWhole] = useState(false);
  const shown = whole ? entries : entries.slice(0, MOST);
  return <div className={`month-day ${day.out ? "out" : ""} ${day.today ? "today" : ""}`} aria-label={day.words} role="group"><span className="day">{day.label}</span>
    {shown.map((entry) => <Entry key={entry.number} entry={entry} />)}
    {entries.length > shown.length ? <button type="button" className="text-button" onClick={() => setWhole(true)}>{texts.more_entries.replace("{count}", entries.length - shown.length)}</button> : null}</div>;
}

export function Month({ form = "", query = "", reload = 0 }) {
  const [at, setAt] = useState("");
  const narrow = useNarrow();
  const [block, problem] = useBlock(`/api/pages/month/${form}?${query}${query ? "&" : ""}at=${at}`, reload);
  if (problem) return <div className="callout red" role="alert"><Icon name="circle-x" /><span>{problem}</span></div>;
  if (!block) return <div className="month" aria-busy="true" />;
  const on = (day) => block.entries.filter((entry) => entry.day <= day.day && entry.until >= day.day);
  const days = narrow ? block.days.filter((day) => !day.out && on(day).length) : block.days;
  const button = (name, to, picture) => <button type="button" className="icon-button" aria-label={name} title={name} onClick={() => setAt(to)}><Icon name={picture} /></button>;
  return <section className="month" aria-label={block.title}>
    <div className="month-head"><h2>{block.title}</h2>{button(block.texts.previous_month, block.previous, "arrow-left")}{button(block.texts.next_month, block.next, "arrow-right")}
      <button type="button" className="quiet-button" onClick={() => setAt("")}>{block.texts.today_word}</button></div>
    {narrow ? <div className="month-list">{days.map((day) => <div key={day.day}><h3>{day.words}</h3>{on(day).map((entry) => <Entry key={entry.number} entry={entry} />)}</div>)}
      {days.length ? null : <div className="second">{block.texts.nothing_here}</div>}</div>
      : <div className="month-grid">{block.names.map((name) => <div key={name} className="month-name">{name}</div>)}{days.map((day) => <Day key={day.day} day={day} entries={on(day)} texts={block.texts} />)}</div>}
    <div className="list-status"><span>{block.as_of}</span></div></section>;
}
