// Pieces of the work pages: a clock that asks again, the page of a run in its sandbox, the box for questions, an answer with its sources.
import { useEffect, useRef, useState } from "react";
import { Icon } from "./icons.jsx";
import { forget, remember, unsent } from "./kept.jsx";

export function Ticker({ active = false, every = 1500, onTick }) {
  const latest = useRef(onTick);
  latest.current = onTick;
  useEffect(() => {
    if (!active) return undefined;
    const timer = setInterval(() => document.visibilityState === "visible" && latest.current && latest.current(), every);
    return () => clearInterval(timer);
  }, [active, every]);
  return null;
}

function useDark() {
  const look = () => typeof document !== "undefined" && document.documentElement.classList.contains("dark");
  const [dark, setDark] = useState(look);
  useEffect(() => {
    const watch = new MutationObserver(() => setDark(look()));
    watch.observe(document.documentElement, { attributes: true, attributeFilter: ["class"] });
    setDark(look());
    return () => watch.disconnect();
  }, []);
  return dark;
}

export function ResultFrame({ src = "", title = "" }) {
  const box = useRef(null);
  const dark = useDark();
  const [height, setHeight] = useState(320);
  useEffect(() => {
    const hear = (event) => {
      const said = event.data && event.data.daybookHeight;
      if (box.current && event.source === box.current.contentWindow && Number.isFinite(said)) setHeight(Math.min(Math.max(said, 80), 20000));
    };
    window.addEventListener("message", hear);
    return () => window.removeEventListener("message", hear);
  }, []);
  if (!src) return null;
  return <iframe ref={box} className="result-frame" title={title} sandbox="allow-scripts" src={`${src}?theme=${dark ? "dark" : "light"}`} style={{ height }} />;
}

export function AskBox({ hint = "", send = "", busy = false, rev = 0, name = "ask", onAsk }) {
  const box = useRef(null);
  const go = () => {
    const text = box.current ? box.current.value.trim() : "";
    if (!text || busy) return;
    box.current.value = "";
    box.current.style.height = "";
    remember("ask", "text", { text });
    onAsk(text);
  };
  const press = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    go();
  };
  useEffect(() => { if (busy) forget("ask"); }, [busy]);
  useEffect(() => { if (box.current) box.current.value = (unsent("ask").text || {}).text || ""; }, []);
  const grow = (event) => { remember("ask", "text", { text: event.target.value }); event.target.style.height = "auto"; event.target.style.height = `${Math.min(event.target.scrollHeight + 2, 160)}px`; };
  useEffect(() => { if (rev && box.current && !busy) box.current.focus({ preventScroll: true }); }, [rev, busy]);
  return <div className="ask-box"><textarea ref={box} id={name} rows={1} maxLength={2000} placeholder={hint} aria-label={hint} onKeyDown={press} onInput={grow} />
    <button type="button" className="send" onClick={go} disabled={busy} aria-label={send} title={send}><Icon name="arrow-up" size={15} /></button></div>;
}

function Bits({ text, sources }) {
  return text.split(/(\[\d+\])/).map((part, place) => {
    const found = /^\[(\d+)\]$/.exec(part);
    if (!found) return part;
    const source = sources.find((one) => String(one.place) === found[1]);
    return source ? <a key={place} className="source-mark" href={source.href} title={source.title} aria-label={source.title}>{found[1]}</a> : null;
  });
}

export function AnswerText({ text = "", sources = [] }) {
  const blocks = [];
  text.split("\n").forEach((line) => {
    const last = blocks[blocks.length - 1];
    if (line.startsWith("- ")) { if (last && last.list) last.list.push(line.slice(2)); else blocks.push({ list: [line.slice(2)] }); } else if (line.trim()) blocks.push({ line });
  });
  return <div className="answer-text">{blocks.map((block, place) => block.list
    ? <ul key={place}>{block.list.map((line, row) => <li key={row}><Bits text={line} sources={sources} /></li>)}</ul>
    : <p key={place}><Bits text={block.line} sources={sources} /></p>)}</div>;
}

export function ScrollDown({ rev = 0 }) {
  const mark = useRef(null);
  useEffect(() => { const box = mark.current && mark.current.parentElement; if (box && rev) box.scrollTop = box.scrollHeight; }, [rev]);
  return <div ref={mark} />;
}

export function FileDrop({ words = "", choose = "", hint = "", sending = "", refused = "", onFile }) {
  const picker = useRef(null);
  const [over, setOver] = useState(false);
  const [busy, setBusy] = useState("");
  const [problem, setProblem] = useState("");
  const send = async (file) => {
    if (!file || busy) return;
    setBusy(file.name);
    setProblem("");
    try {
      const answer = await fetch("/api/pages/files", { method: "POST", credentials: "same-origin", body: file,
        headers: { "Content-Type": "application/octet-stream", "X-File-Name": encodeURIComponent(file.name) } });
      const body = await answer.json().catch(() => ({}));
      if (answer.ok) onFile(body.id, file.name); else setProblem(body.text || refused);
    } catch { setProblem(refused); }
    setBusy("");
  };
  const drop = (event) => { event.preventDefault(); setOver(false); send(event.dataTransfer.files[0]); };
  return <div className={over ? "file-drop over" : "file-drop"} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop}>
    <Icon name="file-up" size={26} /><div className="strong">{busy ? `${sending} ${busy}` : words}</div><div className="second">{hint}</div>
    <input ref={picker} type="file" accept=".csv,.tsv,.txt,.xlsx,.xlsm,.xls,.ods,.gz" className="unseen" tabIndex={-1} aria-label={choose}
      onChange={(event) => { send(event.target.files[0]); event.target.value = ""; }} />
    <button type="button" className="quiet-button main" disabled={Boolean(busy)} onClick={() => picker.current.click()}>{choose}</button>
    {problem ? <div className="said wrong" role="alert">{problem}</div> : null}</div>;
}

export function CellBox({ row = "", column = "", value = "", label = "", onMend, onCheck }) {
  const leave = (event) => { if (event.target.value !== value) { event.target.dataset.mended = "1"; onMend(row, column, event.target.value); } };
  const press = (event) => {
    if (event.isComposing || event.key !== "Enter") return;
    event.preventDefault();
    event.target.blur();
    onCheck();
  };
  return <input className="cell-box" defaultValue={value} aria-label={label} autoComplete="off" onBlur={leave} onKeyDown={press} />;
}
