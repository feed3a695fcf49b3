// A list as a board: cards are dragged where a way of their stage leads; the same ways stand in a menu at each card.
import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Icon } from "./icons.jsx";

async function ask(address) {
  const answer = await fetch(address, { credentials: "same-origin" });
  if (answer.status === 401) window.location.href = `/login?next=${encodeURIComponent(window.location.pathname + window.location.search)}&ended=1`;
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.text || "");
  return body;
}

export function useBlock(address, reload) {
  const [block, setBlock] = useState(null);
  const [problem, setProblem] = useState("");
  useEffect(() => {
    let living = true;
    ask(address).then((found) => living && (setBlock(found), setProblem(""))).catch((error) => living && setProblem(error.message || " "));
    return () => { living = false; };
  }, [address, reload]);
  return [block, problem];
}

function Ways({ ways, texts, onPick, close }) {
  const box = useRef(null);
  useEffect(() => {
    const first = box.current.querySelector("button:not([disabled])") || box.current;
    first.focus();
    const away = (event) => !box.current.contains(event.target) && close();
    const key = (event) => event.key === "Escape" && (event.stopPropagation(), close());
    document.addEventListener("mousedown", away);
    document.addEventListener("keydown", key, true);
    return () => { document.removeEventListener("mousedown", away); document.removeEventListener("keydown", key, true); };
  }, [ways]);
  return <div className="board-ways" ref={box} role="menu" tabIndex={-1}>
    {ways === null ? <div className="quiet">…</div> : ways.length === 0 ? <div className="quiet">{texts.moves_none}</div>
      : ways.map((way) => <button key={way.action + way.column} type="button" role="menuitem" className="menu-line" disabled={!way.allowed} onClick={() => onPick(way)}>
        {way.title}{way.reason ? <span className="second">{way.reason}</span> : null}</button>)}</div>;
}

function Card({ card, texts, open, ways, onOpen, onClose, onPick, onDrag, onDrop }) {
  const navigate = useNavigate();
  const go = (event) => { event.preventDefault(); navigate(card.href); };
  return <div className="board-card" draggable onDragStart={onDrag} onDragEnd={onDrop}>
    <div className="board-card-head"><a href={card.href} className="number-link" onClick={go}>{card.number}</a>
      <button type="button" className="plain-button" aria-label={`${texts.move_to} ${card.number}`} title={texts.move_to} aria-haspopup="menu" aria-expanded={open} onClick={onOpen}><Icon name="arrow-left-right" size={14} /></button></div>
    {card.title ? <div className="strong cut">{card.title}</div> : null}
    {card.lines.map((line) => <div key={line} className="second cut">{line}</div>)}
    {open ? <Ways ways={ways} texts={texts} onPick={onPick} close={onClose} /> : null}</div>;
}

export function Board({ form = "", query = "", reload = 0, onMove }) {
  const [block, problem] = useBlock(`/api/pages/board/${form}?${query}`, reload);
  const [held, setHeld] = useState(null);
  const [ways, setWays] = useState(null);
  const [over, setOver] = useState("");
  const navigate = useNavigate();
  const take = (number, open) => {
    setHeld({ number, open });
    setWays(null);
    ask(`/api/pages/moves/${form}/${encodeURIComponent(number)}?${query}`).then(setWays).catch(() => setWays([]));
  };
  const drop = () => { setHeld(null); setWays(null); setOver(""); };
  const pick = (way) => { const { number } = held; drop(); if (way.action === "decide") navigate(`/inbox/${number}`); else onMove(number, way.action, way.column); };
  useEffect(drop, [block]);
  if (problem) return <div className="callout red" role="alert"><Icon name="circle-x" /><span>{problem}</span></div>;
  if (!block) return <div className="board" aria-busy="true" />;
  const leads = (column) => (held && !held.open && ways ? ways.find((way) => way.column === column && way.allowed) : null);
  return <><div className="board">{block.columns.map((column) => <section key={column.name} aria-label={column.title}
    className={`board-column ${leads(column.name) ? "leads" : ""} ${over === column.name && leads(column.name) ? "over" : ""} ${held && !held.open && ways && !leads(column.name) ? "shut" : ""}`}
    onDragOver={(event) => { if (leads(column.name)) { event.preventDefault(); setOver(column.name); } }} onDrop={(event) => { event.preventDefault(); const way = leads(column.name); if (way) pick(way); }}>
    <h2>{column.icon ? <span className={`chip ${column.colour}`}><Icon name={column.icon} size={14} />{column.title}</span> : column.title}<span className="count figures">{column.count}</span></h2>
    {column.cards.map((card) => <Card key={card.number} card={card} texts={block.texts} ways={ways} open={Boolean(held && held.open && held.number === card.number)} onOpen={() => take(card.number, true)}
      onClose={drop} onPick={pick} onDrag={(event) => { event.dataTransfer.setData("text/plain", card.number); event.dataTransfer.effectAllowed = "move"; take(card.number, false); }} onDrop={drop} />)}
    {column.cards.length ? null : <div className="second board-none">{block.texts.nothing_here}</div>}
    {column.more ? <a className="text-button" href={column.more}>{block.texts.all_word} {column.count}</a> : null}</section>)}</div>
    <div className="list-status"><span>{block.as_of}</span></div></>;
}
