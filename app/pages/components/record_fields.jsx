// One box of a form, by its kind; what it holds is told to the server when it is left.
import { createContext, useContext, useEffect, useId, useRef, useState } from "react";
import { Icon } from "./icons.jsx";
import { DateBox } from "./record_date.jsx";
import { LinkBox, LinksBox } from "./record_link.jsx";
import { FilesBox } from "./record_files.jsx";

export const FormContext = createContext({});

export function useTyped(path, shown) {
  const { acts, rev, answer } = useContext(FormContext);
  const answered = answer && answer.got === path ? answer.n : 0;   // what was typed may mean what stands there already
  const box = useRef(null);
  const told = useRef(shown);
  useEffect(() => {
    const untouched = box.current && (document.activeElement !== box.current || box.current.value === told.current);
    told.current = shown;
    if (untouched && box.current.value !== shown) box.current.value = shown;
  }, [shown, rev, answered]);
  const leave = () => {
    if (!box.current || box.current.value === told.current) return;
    told.current = box.current.value;
    acts.put(path, box.current.value);
  };
  return { ref: box, defaultValue: shown, onBlur: leave, "data-path": path, leave };
}

export function moveOn(event) {
  if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey) return;
  const boxes = [...document.querySelectorAll(".record-form [data-path]:not([disabled])")];
  const next = boxes[boxes.indexOf(event.currentTarget) + 1];
  event.preventDefault();
  if (next) next.focus(); else event.currentTarget.blur();
}

const INPUT = { email: "email", phone: "tel", url: "url" };
const MODE = { decimal: "decimal" };

export function TextBox({ field, path, cell, label, onKeyDown }) {
  const { leave, ...typed } = useTyped(path, cell.text || "");
  return <input {...typed} id={path} className={`box ${field.right ? "right figures" : ""}`} type={INPUT[field.type] || "text"} inputMode={MODE[field.kind]}
    placeholder={field.hint || ""} aria-label={label} aria-invalid={Boolean(cell.wrong)} aria-required={Boolean(cell.need)} autoComplete="off" onKeyDown={onKeyDown || moveOn} />;
}

function LongBox({ field, path, cell, label }) {
  const { leave, ...typed } = useTyped(path, cell.text || "");
  const rows = Math.min(8, Math.max(2, (cell.text || "").split("\n").length));
  return <textarea {...typed} id={path} className="box long" rows={rows} placeholder={field.hint || ""} aria-label={label} aria-invalid={Boolean(cell.wrong)} />;
}

function YesBox({ path, cell, label }) {
  const { acts, words, rev } = useContext(FormContext);
  const [on, setOn] = useState(Boolean(cell.value));
  useEffect(() => setOn(Boolean(cell.value)), [cell.value, rev]);
  const turn = (event) => { setOn(event.target.checked); acts.pick(path, event.target.checked ? ["true"] : []); };
  return <label className="yes-box"><input type="checkbox" id={path} data-path={path} checked={on} onChange={turn} aria-label={label} />{on ? words.yes : words.no}</label>;
}

export function ChoiceBox({ field, path, cell, label, onKeyDown }) {
  const { acts, words, rev } = useContext(FormContext);
  const [chosen, setChosen] = useState(cell.value || "");
  useEffect(() => setChosen(cell.value || ""), [cell.value, rev]);
  const turn = (event) => { setChosen(event.target.value); acts.put(path, event.target.value); };
  return <select id={path} data-path={path} className="box" value={chosen} onChange={turn} aria-label={label} aria-invalid={Boolean(cell.wrong)} onKeyDown={onKeyDown}>
    <option value="">{words.choose}</option>{(field.options || []).map(([name, title]) => <option key={name} value={name}>{title}</option>)}</select>;
}

function ChoicesBox({ field, path, cell, label }) {
  const { acts, rev } = useContext(FormContext);
  const [chosen, setChosen] = useState(cell.value || []);
  useEffect(() => setChosen(cell.value || []), [JSON.stringify(cell.value), rev]);
  const turn = (name) => {
    const now = chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name];
    setChosen(now);
    acts.pick(path, now);
  };
  return <div className="choices-box" role="group" aria-label={label}>{(field.options || []).map(([name, title], place) => <label key={name}>
    <input type="checkbox" data-path={place ? undefined : path} checked={chosen.includes(name)} onChange={() => turn(name)} />{title}</label>)}</div>;
}

const PARTS = ["country", "province", "city", "district", "street", "postal_code"];

function AddressBox({ path, cell }) {
  const { words } = useContext(FormContext);
  const value = cell.value || {};
  return <div className="address-box">{PARTS.map((part) => <TextBox key={part} field={{ type: "text", hint: words[`address_${part}`] }} path={`${path}.${part}`}
    cell={{ text: value[part] || "" }} label={words[`address_${part}`]} />)}</div>;
}

export function Masked({ cell }) {
  const { words } = useContext(FormContext);
  return <span className="masked" title={cell.masked}><Icon name="eye-off" size={14} /> {cell.masked === words.hidden ? words.hidden_short : cell.masked}</span>;
}

export function Shown({ cell, field }) {
  const { words } = useContext(FormContext);
  if (cell.masked) return <Masked cell={cell} />;
  if (field.kind === "files") return <FilesBox field={field} path="" cell={cell} readOnly />;
  if (field.kind === "links") return <span>{(cell.value || []).map((one) => one.text).join(", ") || "—"}</span>;
  if (field.kind === "boolean") return <span>{cell.value ? words.yes : words.no}</span>;
  if (cell.href) return <a href={cell.href}>{cell.text}</a>;
  if (field.type === "url" && (cell.told || cell.text)) return <a href={cell.told || cell.text} rel="noopener noreferrer" target="_blank">{cell.told || cell.text}</a>;
  return <span className={field.right ? "figures" : "words"}>{cell.told || cell.text || "—"}</span>;
}

export function Box({ field, path, cell, label, onKeyDown }) {
  if (cell.shut || cell.masked || field.computed) return <Shown cell={cell} field={field} />;
  const props = { field, path, cell, label, onKeyDown };
  if (field.type === "long_text") return <LongBox {...props} />;
  if (field.kind === "boolean") return <YesBox {...props} />;
  if (field.kind === "choice") return <ChoiceBox {...props} />;
  if (field.kind === "choices") return <ChoicesBox {...props} />;
  if (field.kind === "date") return <DateBox {...props} />;
  if (field.kind === "link") return <LinkBox {...props} />;
  if (field.kind === "links") return <LinksBox {...props} />;
  if (field.kind === "files") return <FilesBox {...props} />;
  if (field.kind === "address") return <AddressBox {...props} />;
  return <TextBox {...props} />;
}

export function Said({ cell, id }) {
  if (cell.wrong) return <div className="said wrong" id={id} role="alert"><Icon name="circle-x" size={12} /> {cell.wrong}</div>;
  if (cell.warn) return <div className="said warn" id={id}><Icon name="triangle-alert" size={12} /> {cell.warn}</div>;
  return null;
}

export function Field({ field, path }) {
  const { cells } = useContext(FormContext);
  const id = useId();
  const cell = cells[path] || {};
  return <div className={`field ${field.wide ? "wide" : ""} ${cell.wrong ? "bad" : ""}`}>
    <label htmlFor={path}>{field.label}{cell.need ? <span className="need" aria-hidden="true"> *</span> : null}</label>
    <Box field={field} path={path} cell={cell} label={field.label} />
    <Said cell={cell} id={id} />{field.help && !cell.wrong ? <div className="field-help">{field.help}</div> : null}</div>;
}
