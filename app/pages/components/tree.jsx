// A list as a tree: arrow keys as in every tree, Enter opens the document; a search shows what leads to what it found.
import { useEffect, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Icon, StageChip } from "./icons.jsx";
import { useBlock } from "./board.jsx";
import { Empty } from "./rows.jsx";

const kept = (form) => { try { return new Set(JSON.parse(sessionStorage.getItem(`daybook-tree-${form}`) || "null") || []); } catch { return new Set(); } };

// The nodes come from the top down: what is shown is what stands below no shut one.
function shownOf(nodes, open) {
  const found = [];
  let shutAt = 0;
  nodes.forEach((node, at) => {
    if (shutAt && node.level > shutAt) return;
    shutAt = node.below && !open.has(node.number) ? node.level : 0;
    found.push({ ...node, at });
  });
  return found;
}

function Node({ node, open, here, texts, onTurn, onGo, onKey, onFocus }) {
  const go = (event) => { event.preventDefault(); onGo(node); };
  return <li role="treeitem" aria-level={node.level} aria-posinset={node.place} aria-setsize={node.size} aria-expanded={node.below ? open : undefined} tabIndex={here ? 0 : -1} data-node={node.number}
    className={`tree-node ${node.found ? "" : "leads"}`} style={{ paddingInlineStart: 8 + (node.level - 1) * 22 }} onKeyDown={onKey} onFocus={onFocus}>
    {node.below ? <button type="button" tabIndex={-1} className="plain-button" aria-label={`${open ? texts.tree_shut : texts.tree_open} ${node.title}`} onClick={() => onTurn(node)}><Icon name={open ? "chevron-down" : "chevron-right"} size={16} /></button>
      : <span className="tree-leaf" />}
    <a href={node.href} tabIndex={-1} className="cut" onClick={go}>{node.title}</a>
    {node.below ? <span className="count figures">{node.below}</span> : null}
    {node.title === node.number ? null : <span className="second tree-code">{node.number}</span>}
    {node.lines.map((line, at) => <span key={at} className="second cut only-desk">{line}</span>)}
    {node.hidden ? <span className="second tree-hidden" title={texts.tree_hidden_above}><Icon name="eye-off" size={12} /> <span className="only-desk">{texts.tree_hidden_above}</span></span> : null}
    {node.stage ? <StageChip word={node.stage.text} colour={node.stage.colour} icon={node.stage.icon} /> : null}</li>;
}

export function Tree({ form = "", query = "", reload = 0, texts = {}, onClear }) {
  const [block, problem] = useBlock(`/api/pages/tree/${form}?${query}`, reload);
  const [open, setOpen] = useState(() => kept(form));
  const [here, setHere] = useState("");
  const box = useRef(null);
  const navigate = useNavigate();
  const nodes = (block && block.nodes) || [];
  const searched = Boolean(block && block.open);
  const all = useMemo(() => new Set(nodes.filter((node) => node.below).map((node) => node.number)), [block]);
  const [shut, setShut] = useState(() => new Set());       // of a search: everything is open but these
  useEffect(() => setShut(new Set()), [block]);
  const opened = searched ? new Set([...all].filter((number) => !shut.has(number))) : open;
  const keep = (next) => { setOpen(next); sessionStorage.setItem(`daybook-tree-${form}`, JSON.stringify([...next])); };
  const turn = (node, to = !opened.has(node.number)) => {
    const next = new Set(searched ? shut : open);
    if (to === !searched) next.add(node.number); else next.delete(node.number);
    if (searched) setShut(next); else keep(next);
  };
  const shown = shownOf(nodes, opened);
  const focus = (node) => { if (!node) return; setHere(node.number); const found = box.current && box.current.querySelector(`[data-node="${CSS.escape(node.number)}"]`); if (found) found.focus(); };
  const press = (node) => (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== event.currentTarget) return;
    const at = shown.findIndex((one) => one.number === node.number);
    const isOpen = opened.has(node.number);
    const acts = {
      ArrowDown: () => focus(shown[at + 1]), ArrowUp: () => focus(shown[at - 1]), Home: () => focus(shown[0]), End: () => focus(shown[shown.length - 1]),
      ArrowRight: () => (node.below && !isOpen ? turn(node, true) : node.below && focus(shown[at + 1])),
      ArrowLeft: () => (node.below && isOpen ? turn(node, false) : focus(shown.slice(0, at).reverse().find((one) => one.level < node.level))),
      Enter: () => navigate(node.href), " ": () => node.below && turn(node),
    };
    const act = acts[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  if (problem) return <div className="callout red" role="alert"><Icon name="circle-x" /><span>{problem}</span></div>;
  if (!block) return <div className="tree" aria-busy="true" />;
  if (block.empty) return <Empty kind={block.empty} texts={texts} onClear={onClear} />;
  const first = shown.some((node) => node.number === here) ? here : shown[0].number;
  const openAll = () => (searched ? setShut(new Set()) : keep(all));
  const shutAll = () => (searched ? setShut(all) : keep(new Set()));
  return <div className="tree-body">
    {all.size ? <div className="tree-acts"><button type="button" className="text-button" onClick={openAll}>{block.texts.tree_open_all}</button><button type="button" className="text-button" onClick={shutAll}>{block.texts.tree_shut_all}</button></div> : null}
    <ul className="tree" role="tree" aria-label={block.texts.tree_word} ref={box}>{shown.map((node) => <Node key={node.number} node={node} open={opened.has(node.number)} here={node.number === first} texts={block.texts}
      onTurn={turn} onGo={(one) => navigate(one.href)} onKey={press(node)} onFocus={() => setHere(node.number)} />)}</ul>
    <div className="list-status" role="status"><span>{block.counted}</span><span className="only-desk">{block.as_of}</span></div></div>;
}
