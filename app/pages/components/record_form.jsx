// The form of a document: boxes are uncontrolled, the server works everything out and sends only what differs.
import { useCallback, useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from "react";
import { Icon } from "./icons.jsx";
import { FormContext, Field } from "./record_fields.jsx";
import { LineTable } from "./record_lines.jsx";
import { sending } from "./kept.jsx";
import { useKept } from "./record_kept.jsx";
import { KEEP } from "./session.jsx";

const QUIET = 2000;

function merged(store, change) {
  if (change.fresh) return change.fresh;
  const cells = change.cells ? { ...store.cells, ...change.cells } : store.cells;
  const rows = change.rows ? { ...store.rows, ...change.rows } : store.rows;
  return { cells, rows, problems: change.problems || store.problems, at: change, refused: Boolean(change.refused), focus: change.focus || "" };
}

const bare = (sheet) => ({ cells: sheet.cells || {}, rows: sheet.rows || {}, problems: sheet.problems || [] });

// Answers hold what differs: where one is missing, or the server knows less than it did, the form is drawn anew.
function useStore(sheet, rev, calc, draw) {
  const [store, change] = useReducer(merged, sheet, bare);
  const seen = useRef({ rev, n: (calc && calc.n) || 0 });
  useEffect(() => {
    if (seen.current.rev !== rev) { seen.current = { rev, n: 0 }; change({ fresh: bare(sheet) }); }
  }, [rev]);
  useEffect(() => {
    const n = (calc && calc.n) || 0;
    const before = seen.current.n;
    if (n === before || (n && calc.rev !== rev)) return;
    seen.current.n = n;
    if (n) change(calc);
    if (n !== before + 1) draw.current(n < before);
  }, [calc]);
  return store;
}

function focusAt(path) {
  const box = document.querySelector(`[data-path="${CSS.escape(path)}"]`) || document.querySelector(`[data-path^="${CSS.escape(path)}."]`);
  if (box) { box.scrollIntoView({ block: "center" }); box.focus(); }
}

// The focus goes where the answer wants it, in the same moment as the answer is seen, unless the person has moved on.
function useFocus(store, asked) {
  const free = () => { const at = document.activeElement; return !at || at === document.body || at === asked.current || Boolean(at.closest(".record-acts")); };
  useLayoutEffect(() => {
    if (!(store.refused || store.focus) || !free()) return;
    if (store.focus) { focusAt(store.focus); return; }
    const box = document.querySelector(".record-form [aria-invalid=true]") || document.getElementById("record-problems");
    if (box) box.focus();
  }, [store.at]);
}

function Problems({ problems, words }) {
  if (!problems.length) return null;
  const wrong = problems.filter((one) => !one.warn);
  const title = wrong.length === 1 ? words.problems_one : (words.problems_many || "").replace("{count}", wrong.length);
  return <div className={`callout ${wrong.length ? "red" : "amber"}`} role="alert" tabIndex={-1} id="record-problems"><Icon name={wrong.length ? "circle-x" : "triangle-alert"} />
    <div>{wrong.length ? <b>{title}</b> : null}
      <ul className="problem-list">{problems.map((one, place) => <li key={`${one.path}-${place}`}>
        {one.path ? <button type="button" className="text-button" onClick={() => focusAt(one.path)}>{one.at ? (words.at_text || "").replace("{at}", one.at).replace("{text}", one.text) : one.text}</button> : one.text}</li>)}</ul></div></div>;
}

const isEmpty = (cell) => !cell.text && !cell.told && !cell.masked && (cell.value === undefined || cell.value === "" || (Array.isArray(cell.value) && !cell.value.length));

function Section({ section, store, quiet }) {
  const [open, setOpen] = useState(!section.folded);
  const off = (store.cells[`section.${section.name}`] || {}).off;
  const shown = (field) => { const cell = store.cells[field.name] || {}; return !cell.off && (!quiet || !isEmpty(cell)); };
  const fields = section.fields.filter(shown);
  if (off || !fields.length) return null;
  return <section className="card record-section">
    <div className="card-head"><h2>{section.folded ? <button type="button" className="fold" aria-expanded={open} onClick={() => setOpen(!open)}>
      <Icon name={open ? "chevron-down" : "chevron-right"} /> {section.title}</button> : section.title}</h2>
      {section.help ? <span className="side-word">{section.help}</span> : null}</div>
    {open ? <div className="field-grid">{fields.map((field) => <Field key={field.name} field={field} path={field.name} />)}</div> : null}</section>;
}

function useQuietly(act) {
  const timer = useRef(null);
  const latest = useRef(act);
  latest.current = act;
  const flush = useCallback(() => { if (timer.current) { clearTimeout(timer.current); timer.current = null; latest.current(); } }, []);
  useEffect(() => {
    const hide = () => document.visibilityState === "hidden" && flush();
    const keep = () => { if (document.activeElement && document.activeElement.closest(".record-form")) document.activeElement.blur(); flush(); };
    document.addEventListener("visibilitychange", hide);
    window.addEventListener(KEEP, keep);
    return () => { document.removeEventListener("visibilitychange", hide); window.removeEventListener(KEEP, keep); flush(); };
  }, []);
  return useCallback(() => { clearTimeout(timer.current); timer.current = setTimeout(flush, QUIET); }, []);
}

function useCommands(onCommand, acts) {
  const latest = useRef({});
  latest.current = { onCommand, acts };
  useLayoutEffect(() => {
    const listen = (event) => {
      if (event.isComposing || !(event.ctrlKey || event.metaKey) || document.querySelector("[role=dialog]")) return;
      const key = event.key.toLowerCase();
      const line = document.activeElement && document.activeElement.closest("[data-line]");
      const act = key === "s" ? () => latest.current.onCommand("save") : key === "enter" ? () => latest.current.onCommand("main")
        : event.shiftKey && line && key === "d" ? () => latest.current.acts.line(line.dataset.table, "copy", Number(line.dataset.line))
          : event.shiftKey && line && key === "backspace" ? () => latest.current.acts.line(line.dataset.table, "remove", Number(line.dataset.line)) : null;
      if (!act) return;
      event.preventDefault();
      if (document.activeElement && document.activeElement.blur && !line) document.activeElement.blur();
      else if (line && (key === "s" || key === "enter")) document.activeElement.blur();
      act();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}

function UndoBar({ calc, words, onUndo }) {
  const [shown, setShown] = useState(0);
  const at = (calc && calc.undo) || 0;
  useEffect(() => {
    if (!at) return undefined;
    setShown(at);
    const timer = setTimeout(() => setShown(0), 10000);
    return () => clearTimeout(timer);
  }, [at]);
  if (!shown) return null;
  return <div className="undo-bar" role="status">{words.line_removed}<button type="button" onClick={() => { setShown(0); onUndo(); }}>{words.undo}</button></div>;
}

export function RecordForm({ sheet = {}, rev = 0, calc = {}, offers = {}, dirty = false, plain = false, small = false, left = "", over = "", onPut, onPick, onLine, onLookup, onKeep, onSync, onCommand }) {
  const draw = useRef(() => {});
  const asked = useRef(null);
  const store = useStore(sheet, rev, calc, draw);
  const words = sheet.words || {};
  const soon = useQuietly(() => onKeep && onKeep());
  const acts = useMemo(() => ({
    put: (path, text, tries) => { if (!plain) sending(sheet.key, path, { text }, tries); onPut && onPut(path, text); soon(); },
    pick: (path, values, tries) => { if (!plain) sending(sheet.key, path, { picks: values }, tries); onPick && onPick(path, values); soon(); },
    line: (table, act, no) => { asked.current = document.activeElement; onLine && onLine(table, act, no); soon(); },
    lookup: (path, text) => onLookup && onLookup(path, text),
  }), []);
  useCommands((name) => !plain && onCommand && onCommand(name), acts);
  const kept = useKept(sheet.key, rev, calc, { dirty, left, over, plain, acts, onSync, onCommand });
  draw.current = onSync && !plain ? kept.draw : () => {};
  useFocus(store, asked);
  if (!sheet.key) return null;
  const context = { small, sheet, words, rev, cells: store.cells, rows: store.rows, offers, acts, answer: calc };
  return <FormContext.Provider value={context}><div className={plain ? "record-form plain" : "record-form"} onInput={kept.typed}>
    <Problems problems={store.problems} words={words} />
    {(sheet.sections || []).map((section) => <Section key={section.name} section={section} store={store} quiet={!sheet.open} />)}
    {(sheet.tables || []).filter((table) => !(store.cells[`table.${table.name}`] || {}).off)
      .map((table) => <LineTable key={table.name} table={table} order={store.rows[table.name] || []} totals={table.last ? sheet.totals : []} />)}
    <UndoBar calc={calc} words={words} onUndo={() => acts.line("", "undo", 0)} /></div></FormContext.Provider>;
}
