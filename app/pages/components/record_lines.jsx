// A table of lines: native boxes, Enter goes down, the last line grows a new one; cards on a phone.
import { memo, useContext, useState } from "react";
import { Icon } from "./icons.jsx";
import { useNarrow } from "./rows.jsx";
import { Box, FormContext, Masked, Said } from "./record_fields.jsx";

function goDown(event, table, acts) {
  if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  const [, no, name] = event.currentTarget.dataset.path.split(".");
  const lines = [...document.querySelectorAll(`[data-line][data-table="${table}"]`)].map((one) => one.dataset.line);
  const below = lines[lines.indexOf(no) + 1];
  const next = below && document.querySelector(`[data-path="${table}.${below}.${name}"]`);
  if (next) next.focus();
  else { event.currentTarget.blur(); acts.line(table, "add", 0); }
}

function LineActs({ table, no, acts, words, place, stays }) {
  return <span className="line-acts">
    <button type="button" className="plain-button" tabIndex={-1} title={`${words.copy_line}  Ctrl Shift D`} aria-label={`${words.copy_line} ${place}`} onClick={() => acts.line(table, "copy", no)}><Icon name="copy" size={14} /></button>
    {stays ? null : <button type="button" className="plain-button" tabIndex={-1} title={`${words.delete_line}  Ctrl Shift Backspace`} aria-label={`${words.delete_line} ${place}`} onClick={() => acts.line(table, "remove", no)}><Icon name="trash-2" size={14} /></button>}</span>;
}

const Line = memo(function Line({ table, fields, no, place, cells, acts, words, stays }) {
  return <tr data-line={no} data-table={table.name}>
    <td className="line-no">{place}</td>
    {fields.map((field) => {
      const cell = cells[field.name] || {};
      const path = `${table.name}.${no}.${field.name}`;
      return <td key={field.name} className={`${field.right ? "right" : ""} ${cell.wrong ? "bad" : ""} ${field.kind}`}>
        {cell.off ? null : <><Box field={field} path={path} cell={cell} label={`${field.label} ${place}`} onKeyDown={(event) => goDown(event, table.name, acts)} /><Said cell={cell} /></>}</td>;
    })}
    {table.open ? <td className="line-end"><LineActs table={table.name} no={no} acts={acts} words={words} place={place} stays={stays} /></td> : null}</tr>;
}, (before, after) => before.no === after.no && before.place === after.place && before.fields === after.fields && before.rev === after.rev && before.stays === after.stays && same(before.cells, after.cells));

function same(a, b) {
  const names = Object.keys(b);
  return names.length === Object.keys(a).length && names.every((name) => a[name] === b[name]);
}

function Brief({ fields, cells }) {
  const shown = fields.filter((field) => { const cell = cells[field.name] || {}; return !cell.off && !cell.masked && (cell.told || cell.text || cell.value); });
  const said = (field) => cells[field.name].told || cells[field.name].text;
  const first = shown.find((field) => field.kind === "link") || shown[0];
  const amount = [...shown].reverse().find((field) => field.type === "money" && field !== first);
  const rest = shown.filter((field) => field !== first && field !== amount);
  const times = rest.find((field) => field.type === "quantity");
  const price = rest.find((field) => field.type === "price");
  const others = rest.filter((field) => !(times && price && (field === times || field === price)));
  return <div className="line-brief"><div><div>{first ? said(first) : null}</div><div className="second">{times && price ? `${said(times)} × ${said(price)}` : null}
    {others.filter((field) => field.type !== "number").slice(0, 4).map((field) => <span key={field.name}>{field.label} {field.kind === "files" || field.kind === "links" ? "…" : said(field)}</span>)}</div></div>
    <b className="figures">{amount ? said(amount) : null}</b></div>;
}

const said = (cell) => Boolean(cell.told || cell.text || (cell.value && cell.value !== true));

function Card({ table, fields, no, place, cells, acts, words, stays }) {
  const [open, setOpen] = useState(() => !fields.some((field) => field.kind === "link" && said(cells[field.name] || {})));
  const wrong = fields.some((field) => (cells[field.name] || {}).wrong);
  if (!open && !wrong) return <button type="button" className="line-open" data-line={no} data-table={table.name} aria-label={`${words.edit_line} ${place}`} onClick={() => setOpen(true)}>
    <Brief fields={fields} cells={cells} /><Icon name="pencil" size={14} /></button>;
  return <div className="line-card" data-line={no} data-table={table.name}>
    <div className="line-card-head"><b>{place}</b>{table.open ? <LineActs table={table.name} no={no} acts={acts} words={words} place={place} stays={stays} /> : null}</div>
    <div className="line-card-fields">{fields.filter((field) => !(cells[field.name] || {}).off).map((field) => {
      const cell = cells[field.name] || {};
      return <div key={field.name} className={`field ${field.kind === "link" || field.wide ? "wide" : ""}`}><label htmlFor={`${table.name}.${no}.${field.name}`}>{field.label}{cell.need ? <span className="need"> *</span> : null}</label>
        <Box field={field} path={`${table.name}.${no}.${field.name}`} cell={cell} label={`${field.label} ${place}`} /><Said cell={cell} /></div>;
    })}</div></div>;
}

function rowCells(cells, table, no, fields) {
  const found = {};
  for (const field of fields) {
    const cell = cells[`${table}.${no}.${field.name}`];
    if (cell) found[field.name] = cell;
  }
  return found;
}

function Totals({ totals, cells, words }) {
  const shown = (totals || []).filter((field) => !(cells[field.name] || {}).off);
  if (!shown.length) return null;
  return <div className="line-totals">{shown.map((field) => {
    const cell = cells[field.name] || {};
    return <span key={field.name} className={field.main ? "last" : ""}>{field.label} <b className="figures" data-total={field.name}>
      {cell.masked ? <Masked cell={cell} /> : field.computed || cell.shut ? cell.told || cell.text || "—" : <Box field={field} path={field.name} cell={cell} label={field.label} />}</b></span>;
  })}</div>;
}

export function LineTable({ table, order, totals }) {
  const { cells, acts, words, rev, small } = useContext(FormContext);
  const narrow = useNarrow() || small;
  const isNothing = (cell) => cell.off || (!table.open && !cell.told && !cell.text && !cell.masked && (cell.value === undefined || (Array.isArray(cell.value) && !cell.value.length)));
  const unused = (field) => order.length > 0 && order.every((no) => isNothing(cells[`${table.name}.${no}.${field.name}`] || {}));
  const fields = table.fields.filter((field) => !unused(field));
  const tableCell = cells[table.name] || {};
  const props = (no, place) => ({ stays: Boolean((cells[`${table.name}.${no}.@`] || {}).stays), table, no, place: place + 1, acts, words, rev, fields: table.fields, cells: rowCells(cells, table.name, no, table.fields) });
  return <section className="card record-lines">
    <div className="card-head"><h2>{table.title}</h2><span className="amount figures">{order.length}</span></div>
    {narrow ? <div className="line-cards">{order.map((no, place) => (table.open ? <Card key={`${rev}-${no}`} {...props(no, place)} fields={fields} /> : <Brief key={`${rev}-${no}`} {...props(no, place)} />))}</div>
      : <div className="line-scroll"><table className="line-table"><thead><tr><th className="line-no">#</th>{fields.map((field) => <th key={field.name} className={`${field.right ? "right" : ""} ${field.kind}`}>{field.label}</th>)}
        {table.open ? <th className="line-end" aria-label={words.delete_line} /> : null}</tr></thead>
        <tbody>{order.map((no, place) => <Line key={no} {...props(no, place)} fields={fields.length === table.fields.length ? table.fields : fields} />)}</tbody></table></div>}
    {order.length === 0 ? <div className="card-body second" data-path={table.name} tabIndex={-1}>{words.lines_none}</div> : null}
    {table.open ? <button type="button" className="text-button add-line" onClick={() => acts.line(table.name, "add", 0)}><Icon name="plus" size={14} /> {words.add_line}</button> : null}
    <Said cell={tableCell} /><Totals totals={totals} cells={cells} words={words} /></section>;
}
