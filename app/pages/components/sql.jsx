// The desk of free SQL: the box keeps what is typed in this tab; a table, a column or an old question is one press away.
import { useEffect, useRef, useState } from "react";
import { Icon } from "./icons.jsx";
import { remember, unsent } from "./kept.jsx";

export function SqlDesk({ tables = [], past = [], example = "", busy = false, texts = {}, onRun }) {
  const box = useRef(null);
  const [side, setSide] = useState("tables");
  const [asked, setAsked] = useState("");
  useEffect(() => { if (box.current && !box.current.value) { box.current.value = (unsent("sql").text || {}).text || example; grow(); } }, [example]);
  const grow = () => { const one = box.current; if (!one) return; one.style.height = "auto"; one.style.height = `${Math.min(Math.max(one.scrollHeight + 2, 120), 420)}px`; };
  const typed = () => { remember("sql", "text", { text: box.current.value }); grow(); };
  const go = () => { const text = box.current ? box.current.value.trim() : ""; if (text && !busy) onRun(text); };
  const press = (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.nativeEvent.isComposing) return;
    event.preventDefault();
    go();
  };
  const put = (text, whole) => {
    const one = box.current;
    if (!one) return;
    one.focus();
    if (whole) one.select();
    if (!document.execCommand("insertText", false, text)) one.setRangeText(text, one.selectionStart, one.selectionEnd, "end");  // the first can be undone
    typed();
  };
  const words = asked.trim().toLowerCase();
  const fits = (one) => !words || one.name.includes(words) || one.title.toLowerCase().includes(words) || one.columns.some((column) => column.name.includes(words) || column.title.toLowerCase().includes(words));
  const found = tables.filter(fits);
  return <div className="sql-desk">
    <div className="card sql-write">
      <label htmlFor="sql-box" className="sql-label">{texts.sql_question}</label>
      <textarea id="sql-box" ref={box} rows={6} maxLength={20000} spellCheck={false} autoCapitalize="off" autoComplete="off" autoCorrect="off" onKeyDown={press} onInput={typed} aria-describedby="sql-hint" />
      <div className="sql-acts"><span id="sql-hint" className="second">{texts.sql_hint}</span>
        <button type="button" className="quiet-button main" onClick={go} disabled={busy}><Icon name="play" size={16} /><span>{texts.run_it}</span><kbd className="only-desk">Ctrl Enter</kbd></button></div>
    </div>
    <aside className="card sql-side">
      <div className="sql-tabs" role="tablist" aria-label={texts.sql_title}>{["tables", "past"].map((name) => <button key={name} type="button" role="tab" id={`sql-tab-${name}`} aria-controls="sql-panel" aria-selected={side === name} className={side === name ? "here" : ""} onClick={() => setSide(name)}>{texts[`sql_${name}`]}</button>)}</div>
      <div id="sql-panel" role="tabpanel" aria-labelledby={`sql-tab-${side}`} className="sql-panel">{side === "tables"
        ? <><input className="sql-find" value={asked} onChange={(event) => setAsked(event.target.value)} placeholder={texts.sql_find} aria-label={texts.sql_find} />
          {found.length ? found.map((table) => <Table key={table.name} table={table} words={words} texts={texts} put={put} />) : <div className="second sql-none">{texts.sql_find_none}</div>}</>
        : past.length ? past.map((one, place) => <button key={place} type="button" className="sql-past" onClick={() => put(one.text, true)}><code>{one.text}</code><span className="second">{one.when}</span></button>) : <div className="second sql-none">{texts.sql_past_none}</div>}</div>
    </aside>
  </div>;
}

function Table({ table, words, texts, put }) {
  const inside = words && !table.name.includes(words) && !table.title.toLowerCase().includes(words);
  return <details className="sql-table" open={inside || undefined}>
    <summary><span className="sql-name">{table.name}</span><span className="second">{table.title}</span></summary>
    <button type="button" className="text-button sql-use" onClick={() => put(`select *\nfrom ${table.name}\nlimit 100`, true)}><Icon name="plus" size={14} />{texts.sql_use}</button>
    {table.columns.map((column) => <button key={column.name} type="button" className="sql-column" onClick={() => put(column.name, false)} title={texts.sql_put}><span className="sql-name">{column.name}</span><span className="second">{[column.title, column.kind].filter(Boolean).join(" · ")}</span></button>)}
  </details>;
}
