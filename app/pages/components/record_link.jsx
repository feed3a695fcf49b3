// A link to another document: typed, offered, chosen by keys; what is chosen can be opened beside.
import { useContext, useEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { Icon } from "./icons.jsx";
import { FormContext, moveOn } from "./record_fields.jsx";

const PATIENCE = 120;

function useOffers(path) {
  const { acts, offers } = useContext(FormContext);
  const timer = useRef(null);
  const ask = (text) => { clearTimeout(timer.current); timer.current = setTimeout(() => acts.lookup(path, text), PATIENCE); };
  const mine = offers && offers.path === path ? offers.items || [] : null;
  return { ask, mine };
}

function Offers({ box, items, at, words, onPick, id }) {
  const [place, setPlace] = useState(null);
  useEffect(() => {
    const settle = () => {
      if (!box.current) return;
      const rect = box.current.getBoundingClientRect();
      const below = window.innerHeight - rect.bottom > 220;
      setPlace({ left: Math.min(rect.left, window.innerWidth - 268), width: Math.max(260, rect.width), ...(below ? { top: rect.bottom + 4 } : { bottom: window.innerHeight - rect.top + 4 }) });
    };
    settle();
    window.addEventListener("scroll", settle, true);
    window.addEventListener("resize", settle);
    return () => { window.removeEventListener("scroll", settle, true); window.removeEventListener("resize", settle); };
  }, []);
  if (!place) return null;
  return createPortal(<ul className="offers" role="listbox" id={id} style={{ position: "fixed", ...place }} onMouseDown={(event) => event.preventDefault()}>
    {items === null ? <li className="quiet">…</li> : items.length === 0 ? <li className="quiet">{words.nothing_matches}</li>
      : items.map((one, row) => <li key={one.number} role="option" aria-selected={row === at} className={row === at ? "here" : ""} onClick={() => onPick(one)}>
        <span>{one.text}</span>{one.second ? <span className="second">{one.second}</span> : null}</li>)}</ul>, document.body);
}

function Typeahead({ path, label, shown, cell, field, onPick, onKeyDown, clears }) {
  const { words, rev } = useContext(FormContext);
  const box = useRef(null);
  const [open, setOpen] = useState(false);
  const [at, setAt] = useState(0);
  const { ask, mine } = useOffers(path);
  useEffect(() => { if (box.current && document.activeElement !== box.current) box.current.value = shown; }, [shown, rev]);
  const take = (one) => { if (clears) box.current.value = ""; else box.current.value = one.text; setOpen(false); onPick(one); };
  const start = (text) => { setOpen(true); setAt(0); ask(text); };
  const leave = () => {
    setOpen(false);
    if (box.current.value === shown) return;
    if (!box.current.value.trim()) { if (shown) onPick(null); return; }
    const exact = (mine || []).find((one) => one.text.toLowerCase() === box.current.value.trim().toLowerCase() || one.number.toLowerCase() === box.current.value.trim().toLowerCase());
    const only = exact || (open && mine && mine.length === 1 ? mine[0] : null);
    if (only) take(only); else box.current.value = shown;
  };
  const press = (event) => {
    if (event.isComposing) return;
    const items = mine || [];
    if (event.key === "ArrowDown" && !open) { event.preventDefault(); start(""); return; }
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      setAt((before) => Math.max(0, Math.min(items.length - 1, before + (event.key === "ArrowDown" ? 1 : -1))));
      return;
    }
    if (open && (event.key === "Enter" || event.key === "Tab") && items[at] && !event.ctrlKey && box.current.value !== shown) {
      take(items[at]);
      if (event.key === "Enter") { event.preventDefault(); (onKeyDown || moveOn)(event); }
      return;
    }
    if (event.key === "Escape" && open) { event.stopPropagation(); box.current.value = shown; setOpen(false); return; }
    (onKeyDown || moveOn)(event);
  };
  const id = `offers-${path}`;
  return <>
    <input ref={box} id={path} data-path={path} className="box" defaultValue={shown} placeholder={field.hint || ""} aria-label={label} autoComplete="off" role="combobox" aria-expanded={open} aria-controls={id}
      aria-invalid={Boolean(cell.wrong)} onChange={(event) => start(event.target.value)} onFocus={(event) => event.target.select()} onClick={() => !open && start("")} onBlur={leave} onKeyDown={press} />
    {open ? <Offers box={box} items={mine} at={at} words={words} onPick={take} id={id} /> : null}</>;
}

export function LinkBox({ field, path, cell, label, onKeyDown }) {
  const { acts, words } = useContext(FormContext);
  return <div className="with-button"><Typeahead path={path} label={label} shown={cell.text || ""} cell={cell} field={field} onKeyDown={onKeyDown}
    onPick={(one) => acts.pick(path, one ? [one.number] : [])} />
    {cell.href ? <a className="in-box" href={cell.href} target="_blank" rel="noopener" tabIndex={-1} aria-label={`${words.open} ${cell.text}`} title={words.open}><Icon name="external-link" size={14} /></a>
      : <span className="in-box quiet"><Icon name="chevron-down" size={14} /></span>}</div>;
}

export function LinksBox({ field, path, cell, label }) {
  const { acts, words } = useContext(FormContext);
  const chosen = cell.value || [];
  const numbers = chosen.map((one) => one.number);
  return <div className="links-box">{chosen.map((one) => <span key={one.number} className="tag held">{one.text}
    <button type="button" className="plain-button" aria-label={`${words.remove} ${one.text}`} onClick={() => acts.pick(path, numbers.filter((number) => number !== one.number))}><Icon name="x" size={12} /></button></span>)}
    <Typeahead path={path} label={label} shown="" cell={cell} field={field} clears onPick={(one) => one && acts.pick(path, [...new Set([...numbers, one.number])])} /></div>;
}
