// The decision: comment, ticks, buttons. A, B, R start it; what needs a reason waits for one; Ctrl Enter sends.
import { useEffect, useRef, useState } from "react";
import { Icon } from "./icons.jsx";
import { useKeys } from "./hotkeys.jsx";
import { forget, remember, unsent } from "./kept.jsx";

const LETTERS = { a: "approve", b: "return", r: "reject" };
const PICTURES = { approve: "check", return: "undo-2", reject: "x", abstain: "ban", advise: "send" };
const ASKS = ["add_before", "add_after", "consult"];
const passes = (act) => act === "transfer" || ASKS.includes(act);

function needsReason(decision, rule) {
  return decision === "return" || decision === "transfer" || decision === "advise" || rule === "required" || (decision === "reject" && rule === "on_reject");
}

function Checks({ list, done, turn }) {
  if (!list.length) return null;
  return <div className="check-list">{list.map((one, place) => <label key={one}><input type="checkbox" checked={done.includes(place)} onChange={() => turn(place)} />{one}</label>)}</div>;
}

function PassOn({ people, texts, to, setTo }) {
  if (!people.length) return null;
  return <select className="box" aria-label={texts.pass_to} value={to} onChange={(event) => setTo(event.target.value)}>
    <option value="">{texts.pass_to}</option>{people.map(([name, title]) => <option key={name} value={name}>{title}</option>)}</select>;
}

function Several({ people, label, texts, chosen, turn }) {
  const titles = Object.fromEntries(people);
  return <div className="asked-people">
    {chosen.map((name) => <button type="button" key={name} className="tag" title={texts.take_out} aria-label={`${texts.take_out} ${titles[name] || name}`} onClick={() => turn(name)}>{titles[name] || name}<Icon name="x" size={12} /></button>)}
    <select className="box" aria-label={label} value="" onChange={(event) => event.target.value && turn(event.target.value)}>
      <option value="">{chosen.length ? texts.one_more : label}</option>{people.filter(([name]) => !chosen.includes(name)).map(([name, title]) => <option key={name} value={name}>{title}</option>)}</select></div>;
}

export function DecisionPanel({ task = {}, rev = 0, people = [], problem = "", texts = {}, onDecide, onPass }) {
  const box = useRef(null);
  const sent = useRef(null);
  const [pending, setPending] = useState("");
  const [said, setSaid] = useState("");
  const [to, setTo] = useState("");
  const [asked, setAsked] = useState([]);
  const [done, setDone] = useState([]);
  const [busy, setBusy] = useState(false);
  useEffect(() => { if (sent.current && sent.current.rev !== rev) { forget(sent.current.place); sent.current = null; } }, [rev]);
  useEffect(() => { setPending(""); setSaid(""); setTo(""); setAsked([]); setDone([]); setBusy(false); if (box.current) box.current.value = (unsent(`task/${task.task}`).comment || {}).text || ""; }, [rev, task.task]);
  useEffect(() => { setBusy(false); }, [problem]);
  const decisions = task.decisions || [];
  const checks = task.checklist || [];
  const focus = () => setTimeout(() => box.current && box.current.focus(), 20);
  const ready = (decision) => decision !== "approve" || done.length === checks.length;
  const send = (decision, words) => {
    if (busy) return;
    if (!ready(decision)) { setSaid(texts.tick_first); return; }
    if (needsReason(decision, task.rule) && !words.trim()) { setPending(decision); setSaid(texts.write_reason); focus(); return; }
    if (decision === "transfer" && !to) { setPending(decision); setSaid(texts.pass_to); return; }
    if (ASKS.includes(decision) && !asked.length) { setPending(decision); setSaid(texts.ask_whom); return; }
    setBusy(true);
    setSaid("");
    sent.current = { place: `task/${task.task}`, rev };
    onDecide(decision, words, ASKS.includes(decision) ? asked.join("\n") : decision === "transfer" || decision === "return" ? to : "");
  };
  const press = (decision) => {
    const words = box.current ? box.current.value : "";
    if (passes(decision)) { setPending(decision); setSaid(""); onPass(); focus(); return; }
    if (needsReason(decision, task.rule) && !words.trim()) { setPending(decision); setSaid(""); focus(); return; }
    send(decision, words);
  };
  useKeys(Object.keys(LETTERS), (key) => decisions.includes(LETTERS[key]) && press(LETTERS[key]));
  const keys = (event) => {
    if (event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") { event.preventDefault(); event.stopPropagation(); send(pending || "approve", box.current.value); }
    if (event.key === "Escape") { setPending(""); setSaid(""); box.current.blur(); }
  };
  const reason = (words) => { box.current.value = box.current.value ? `${box.current.value} ${words}` : words; focus(); };
  if (!task.task) return null;
  const button = (decision, look, key) => <button type="button" className={look} disabled={busy} aria-busy={busy} title={key || undefined} aria-keyshortcuts={key || undefined} onClick={() => press(decision)}>
    {decision === "reject" ? null : <Icon name={PICTURES[decision]} />}<span>{texts[decision]}</span>{decision === "approve" ? <kbd className="only-desk">{key}</kbd> : null}</button>;
  return <div className={`decision ${pending ? "pending" : ""}`} data-decision={pending}>
    {pending ? <div className="decision-veil only-phone flex" onClick={() => { setPending(""); setSaid(""); }} /> : null}
    <div className="decision-words" role={pending ? "group" : undefined} aria-label={pending ? texts[pending] : undefined}>
      {pending ? <div className="decision-head"><b>{texts[pending]}</b><button type="button" className="plain-button" aria-label={texts.close} onClick={() => { setPending(""); setSaid(""); }}><Icon name="x" /></button></div> : null}
      <Checks list={checks} done={done} turn={(place) => setDone(done.includes(place) ? done.filter((one) => one !== place) : [...done, place])} />
      {ASKS.includes(pending) ? <Several people={people} label={texts.ask_whom} texts={texts} chosen={asked} turn={(name) => setAsked(asked.includes(name) ? asked.filter((one) => one !== name) : [...asked, name])} /> : null}
      {pending === "transfer" ? <PassOn people={people} texts={texts} to={to} setTo={setTo} /> : null}
      {pending === "return" && (task.return_to || []).length ? <select className="box" aria-label={texts.return_to} value={to} onChange={(event) => setTo(event.target.value)}>
        <option value="">{texts.to_applicant}</option>{task.return_to.map(([name, title]) => <option key={name} value={name}>{title}</option>)}</select> : null}
      <label htmlFor="decision-comment"><b>{texts.comment}</b> <span className="second">{ASKS.includes(pending) ? "" : task.rule === "required" ? texts.comment_always : texts.comment_rule}</span></label>
      <textarea ref={box} id="decision-comment" className="box long" rows={3} placeholder={texts.comment_hint} aria-invalid={Boolean(said)} onKeyDown={keys} onInput={(event) => remember(`task/${task.task}`, "comment", { text: event.target.value })} />
      {pending === "return" || pending === "reject" ? <div className="reasons">{texts.reasons.split("|").map((one) => <button type="button" key={one} className="tag" onClick={() => reason(one)}>{one}</button>)}</div> : null}
      {said || problem ? <div className="said wrong" role="alert"><Icon name="circle-x" size={12} /> {said || problem}</div> : null}
      {pending ? <div className="decision-send"><button type="button" className={`quiet-button main ${pending === "reject" ? "red" : ""}`} disabled={busy} onClick={() => send(pending, box.current.value)}>
        <span>{texts[pending]}</span><kbd className="only-desk">Ctrl Enter</kbd></button></div> : null}</div>
    <div className={`decision-buttons ${decisions.includes("advise") ? "single" : ""}`}>
      {decisions.includes("advise") ? button("advise", "quiet-button main approve", "") : null}
      {decisions.includes("approve") ? button("approve", "quiet-button main approve", "A") : null}
      {decisions.includes("return") ? button("return", "quiet-button", "B") : null}
      {decisions.includes("reject") ? button("reject", "quiet-button danger reject", "R") : null}</div>
    <div className="decision-more">{(task.passes || []).map((act) => <button type="button" key={act} className="text-button" onClick={() => press(act)}>{texts[act]}</button>)}
      {decisions.includes("abstain") ? <button type="button" className="text-button" onClick={() => press("abstain")}>{texts.abstain}</button> : null}</div></div>;
}
