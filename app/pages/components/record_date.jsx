// A day: typed as people say it (the server understands 明天, +3d, 12/1), or picked from a calendar that starts on Monday.
import { useContext, useEffect, useRef, useState } from "react";
import { Icon } from "./icons.jsx";
import { FormContext, moveOn, useTyped } from "./record_fields.jsx";

const iso = (year, month, day) => `${year}-${String(month + 1).padStart(2, "0")}-${String(day).padStart(2, "0")}`;

function Calendar({ value, today, locale, words, onPick }) {
  const first = /^\d{4}-\d{2}-\d{2}$/.test(value) ? value : today;
  const [at, setAt] = useState(() => ({ year: Number(first.slice(0, 4)), month: Number(first.slice(5, 7)) - 1 }));
  const lead = (new Date(at.year, at.month, 1).getDay() + 6) % 7;
  const count = new Date(at.year, at.month + 1, 0).getDate();
  const turn = (step) => { const next = new Date(at.year, at.month + step, 1); setAt({ year: next.getFullYear(), month: next.getMonth() }); };
  const title = locale === "zh" ? `${at.year} 年 ${at.month + 1} 月` : new Intl.DateTimeFormat("en-GB", { year: "numeric", month: "long" }).format(new Date(at.year, at.month, 1));
  const names = locale === "zh" ? ["一", "二", "三", "四", "五", "六", "日"] : ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"];
  const keep = (event) => event.preventDefault();
  return <div className="calendar" onMouseDown={keep} role="group" aria-label={title}>
    <div className="calendar-head"><button type="button" aria-label={words.previous_month} onClick={() => turn(-1)}>‹</button><b>{title}</b>
      <button type="button" aria-label={words.next_month} onClick={() => turn(1)}>›</button></div>
    <div className="calendar-days">{names.map((name) => <span key={name} className="name">{name}</span>)}
      {Array.from({ length: lead }, (_, place) => <span key={`lead-${place}`} />)}
      {Array.from({ length: count }, (_, place) => {
        const one = iso(at.year, at.month, place + 1);
        return <button key={one} type="button" className={`${one === value ? "here" : ""} ${one === today ? "today" : ""}`} onClick={() => onPick(one)}>{place + 1}</button>;
      })}</div>
    <button type="button" className="text-button" onClick={() => onPick(today)}>{words.today_word}</button></div>;
}

export function DateBox({ field, path, cell, label, onKeyDown }) {
  const { sheet, words } = useContext(FormContext);
  const { leave, ...typed } = useTyped(path, cell.text || "");
  const [open, setOpen] = useState(false);
  const wrap = useRef(null);
  useEffect(() => {
    if (!open) return undefined;
    const away = (event) => wrap.current && !wrap.current.contains(event.target) && setOpen(false);
    const escape = (event) => event.key === "Escape" && setOpen(false);
    document.addEventListener("mousedown", away);
    document.addEventListener("keydown", escape);
    return () => { document.removeEventListener("mousedown", away); document.removeEventListener("keydown", escape); };
  }, [open]);
  const pick = (day) => { typed.ref.current.value = day; setOpen(false); leave(); typed.ref.current.focus(); };
  const press = (event) => {
    if (event.key === "Escape") setOpen(false);
    else if (event.altKey && event.key === "ArrowDown") setOpen(true);
    else (onKeyDown || moveOn)(event);
  };
  return <div className="with-button" ref={wrap}>
    <input {...typed} id={path} className="box" aria-label={label} placeholder={field.hint || ""} aria-invalid={Boolean(cell.wrong)} autoComplete="off" onKeyDown={press} />
    <button type="button" className="in-box" tabIndex={-1} aria-label={words.pick_day} title={words.pick_day} onClick={() => setOpen(!open)}><Icon name="calendar" size={14} /></button>
    {open ? <Calendar value={typed.ref.current ? typed.ref.current.value : ""} today={sheet.today} locale={sheet.locale} words={words} onPick={pick} /> : null}</div>;
}
