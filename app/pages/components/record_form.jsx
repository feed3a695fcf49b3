// The form of a document: boxes are uncontrolled, the server works everything out and sends only what differs.
import { useCallback, useEffect, useMemo, useReducer, useRef, useState } from "react";
import { Icon } from "./icons.jsx";
import { FormContext, Field } from "./record_fields.jsx";
import { LineTable } from "./record_lines.jsx";
import { cameBack, forget, goesOn, leave, remember, renew, settle, unsent } from "./kept.jsx";
import { KEEP } from "./session.jsx";

const QUIET = 2000;

function merged(store, change) {
  if (change.fresh) return change.fresh;
  const cells = change.cells ? { ...store.cells, ...change.cells } : store.cells;
  const rows = change.rows ? { ...store.rows, ...change.rows } : store.rows;
  return { cells, rows, problems: change.problems || store.problems };
}

const bare = (sheet) => ({ cells: sheet.cells || {}, rows: sheet.rows || {}, problems: sheet.problems || [] });

function useStore(sheet, rev, calc) {
  const [store, change] = useReducer(merged, sheet, bare);
  const seen = useRef({ rev, n: (calc && calc.n) || 0 });
  useEffect(() => {
    if (seen.current.rev !== rev) { seen.current = { rev, n: 0 }; change({ fresh: bare(sheet) }); }
  }, [rev]);
  useEffect(() => {
    if (calc && calc.n && calc.n !== seen.current.n && calc.rev === rev) { seen.current.n = calc.n; change(calc); }
  }, [calc]);
  return store;
}

function focusAt(path) {
  const box = document.querySelector(`[data-path="${CSS.escape(path)}"]`) || document.querySelector(`[data-path^="${CSS.escape(path)}."]`);
  if (box) { box.scrollIntoView({ block: "center" }); box.focus(); }
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
  useEffect(() => {
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

// What the server has not taken is kept in this tab; whoever had to sign in again finds it in its boxes.
function useKept(place, rev, calc, now) {
  const latest = useRef(now);
  const tries = useRef(0);
  latest.current = now;
  const replay = () => {
    const { dirty, left, acts, onSync, onCommand } = latest.current;
    const kept = Object.entries(unsent(place));
    tries.current -= 1;
    if (!kept.length && (dirty || !left)) { tries.current = 0; return; }
    if (!dirty && left) onCommand("restore");
    kept.forEach(([path, one]) => (one.picks ? acts.pick(path, one.picks) : acts.put(path, one.text)));
    onSync();
  };
  useEffect(() => { if (calc && calc.got && (unsent(place)[calc.got] || {}).sent) settle(place, calc.got); }, [calc]);
  useEffect(() => {
    if (now.plain || !now.onSync || !place) return undefined;
    if (goesOn(place) || cameBack()) { tries.current = 4; renew(place); } else forget(place);
    if (now.dirty) now.onSync();
    const path = window.location.pathname;
    return () => leave(place, path);
  }, []);
  const before = useRef(now.dirty);
  useEffect(() => {                  // saved, or thrown away
    if (before.current && !now.dirty && !tries.current) forget(place);
    before.current = now.dirty;
  }, [now.dirty]);
  useEffect(() => {              // the page may be loading still: what was not taken is sent again
    if (!tries.current) return undefined;
    const timer = setTimeout(replay, 500);
    return () => clearTimeout(timer);
  }, [rev, tries.current]);
  return (event) => {
    const { path } = event.target.dataset;
    if (path && !now.plain && !/^(checkbox|file)$/.test(event.target.type) && event.target.getAttribute("role") !== "combobox") remember(place, path, { text: event.target.value });
  };
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

export function RecordForm({ sheet = {}, rev = 0, calc = {}, offers = {}, dirty = false, plain = false, small = false, left = "", onPut, onPick, onLine, onLookup, onKeep, onSync, onCommand }) {
  const store = useStore(sheet, rev, calc);
  const words = sheet.words || {};
  const soon = useQuietly(() => onKeep && onKeep());
  const acts = useMemo(() => ({
    put: (path, text) => { if (!plain) remember(sheet.key, path, { text, sent: true }); onPut && onPut(path, text); soon(); },
    pick: (path, values) => { if (!plain) remember(sheet.key, path, { picks: values, sent: true }); onPick && onPick(path, values); soon(); },
    line: (table, act, no) => { onLine && onLine(table, act, no); soon(); },
    lookup: (path, text) => onLookup && onLookup(path, text),
  }), []);
  useCommands((name) => !plain && onCommand && onCommand(name), acts);
  const typed = useKept(sheet.key, rev, calc, { dirty, left, plain, acts, onSync, onCommand });
  useEffect(() => { if (calc && calc.focus) setTimeout(() => focusAt(calc.focus), 30); }, [calc && calc.focus, calc && calc.n]);
  if (!sheet.key) return null;
  const context = { small, sheet, words, rev, cells: store.cells, rows: store.rows, offers, acts };
  return <FormContext.Provider value={context}><div className={plain ? "record-form plain" : "record-form"} onInput={typed}>
    <Problems problems={store.problems} words={words} />
    {(sheet.sections || []).map((section) => <Section key={section.name} section={section} store={store} quiet={!sheet.open} />)}
    {(sheet.tables || []).filter((table) => !(store.cells[`table.${table.name}`] || {}).off)
      .map((table) => <LineTable key={table.name} table={table} order={store.rows[table.name] || []} totals={table.last ? sheet.totals : []} />)}
    <UndoBar calc={calc} words={words} onUndo={() => acts.line("", "undo", 0)} /></div></FormContext.Provider>;
}
