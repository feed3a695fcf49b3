// The same list on a phone: three lines a document, more as the thumb goes down.
import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { StageChip } from "./icons.jsx";
import { Empty, StatusBar, fetchBlock } from "./rows.jsx";

const BLOCK = 30;

function Card({ row }) {
  const navigate = useNavigate();
  const card = row.card;
  const go = (event) => { event.preventDefault(); navigate(row.href); };
  return <a className="row-card" href={row.href} onClick={go}>
    <span><span className="number">{card.head}</span></span><span className="right strong figures">{card.amount}</span>
    <span>{card.who}</span><span className="right">{card.stage ? <StageChip word={card.stage.text} colour={card.stage.colour} icon={card.stage.icon} /> : null}</span>
    <span className={card.alarm ? "red-word small" : "small"}>{card.when}</span><span />
  </a>;
}

export function CardList({ source, texts, reload, onClear }) {
  const [rows, setRows] = useState([]);
  const [first, setFirst] = useState(null);
  const next = useRef("");
  const busy = useRef(false);
  const end = useRef(null);
  const more = async (fresh) => {
    if (busy.current || (!fresh && !next.current)) return;
    busy.current = true;
    try {
      const block = await fetchBlock(source, fresh ? "" : next.current, BLOCK);
      next.current = block.next || "";
      if (fresh) setFirst(block);
      setRows((before) => (fresh ? block.rows : [...before, ...block.rows]));
    } finally {
      busy.current = false;
    }
  };
  useEffect(() => { more(true); }, [source, reload]);
  useEffect(() => {
    const watch = new IntersectionObserver((seen) => seen[0].isIntersecting && more(false));
    if (end.current) watch.observe(end.current);
    return () => watch.disconnect();
  }, [source]);
  const none = first && rows.length === 0;
  return <div className="list-body"><StatusBar first={first} texts={texts} />
    <div className="grid-box" style={{ minHeight: 0 }}>{rows.map((row) => <Card key={row.number} row={row} />)}</div>
    {none ? <Empty kind={first.empty} texts={texts} onClear={onClear} /> : null}<div ref={end} style={{ height: 1 }} /></div>;
}
