// A list as cards with pictures; a picture that is not there, not shown or not to be seen is told apart.
import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Icon, StageChip } from "./icons.jsx";
import { useBlock } from "./board.jsx";
import { Empty } from "./rows.jsx";

function Picture({ card, texts }) {
  const [broken, setBroken] = useState(false);
  if (card.hidden) return <span className="gallery-none"><Icon name="eye-off" size={22} /><span className="second">{texts.hidden}</span></span>;
  if (!card.picture || broken) return <span className="gallery-none"><Icon name="package" size={26} /><span className="second">{texts.gallery_none}</span></span>;
  return <img src={card.picture} alt="" loading="lazy" onError={() => setBroken(true)} />;
}

function Card({ card, texts }) {
  const navigate = useNavigate();
  const go = (event) => { if (event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey)) { event.preventDefault(); navigate(card.href); } };
  return <li className="gallery-card"><a href={card.href} onClick={go}>
    <span className="gallery-picture"><Picture card={card} texts={texts} />{card.more ? <span className="gallery-more figures">+{card.more}</span> : null}</span>
    <span className="gallery-words"><span className="strong cut">{card.title || card.number}</span>
      {card.lines.map((line, at) => <span key={at} className="cut figures">{line}</span>)}
      <span className="gallery-foot"><span className="second cut">{card.title ? card.number : ""}</span>{card.stage ? <StageChip word={card.stage.text} colour={card.stage.colour} icon={card.stage.icon} /> : null}</span></span></a></li>;
}

export function Gallery({ form = "", query = "", reload = 0, texts = {}, onClear }) {
  const address = `/api/pages/gallery/${form}?${query}`;
  const [block, problem] = useBlock(address, reload);
  const [more, setMore] = useState({ of: null, cards: [], next: "" });
  const busy = useRef(false);
  const mine = more.of === block ? more : { of: block, cards: [], next: block ? block.next : "" };
  const go = async () => {
    if (busy.current || !mine.next) return;
    busy.current = true;
    try {
      const answer = await fetch(`${address}${query ? "&" : ""}after=${encodeURIComponent(mine.next)}`, { credentials: "same-origin" });
      if (answer.ok) { const found = await answer.json(); setMore({ of: block, cards: [...mine.cards, ...found.cards], next: found.next }); }
    } finally { busy.current = false; }
  };
  useEffect(() => { setMore({ of: block, cards: [], next: block ? block.next : "" }); }, [block]);
  if (problem) return <div className="callout red" role="alert"><Icon name="circle-x" /><span>{problem}</span></div>;
  if (!block) return <div className="gallery" aria-busy="true" />;
  if (!block.cards.length) return <Empty kind={block.empty} texts={texts} onClear={onClear} />;
  return <div className="gallery-body"><ul className="gallery">{[...block.cards, ...mine.cards].map((card) => <Card key={card.number} card={card} texts={block.texts} />)}</ul>
    {mine.next ? <button type="button" className="quiet-button gallery-next" onClick={go}>{block.texts.gallery_more}</button> : null}
    <div className="list-status" role="status"><span>{block.counted}</span><span className="only-desk">{block.as_of}</span></div></div>;
}
