// Files and pictures: sent over REST at once, the field holds their ids.
import { useContext, useRef, useState } from "react";
import { Icon } from "./icons.jsx";
import { FormContext } from "./record_fields.jsx";

const address = (file) => `/api/pages/files/${encodeURIComponent(file.id)}`;

export function FileTag({ file, onRemove, words }) {
  return <span className="file-tag"><a href={address(file)} target="_blank" rel="noopener">
    {file.picture ? <img src={address(file)} alt="" /> : <Icon name="file-text" size={14} />}<span>{file.name}</span><span className="second">{file.size}</span></a>
    {onRemove ? <button type="button" className="plain-button" aria-label={`${words.remove} ${file.name}`} onClick={onRemove}><Icon name="x" size={12} /></button> : null}</span>;
}

async function send(file) {
  const answer = await fetch("/api/pages/files", { method: "POST", credentials: "same-origin", body: file,
    headers: { "Content-Type": "application/octet-stream", "X-File-Name": encodeURIComponent(file.name) } });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.text || String(answer.status));
  return body;
}

export function FilesBox({ field, path, cell, readOnly, label }) {
  const { acts, words } = useContext(FormContext);
  const picker = useRef(null);
  const [busy, setBusy] = useState(0);
  const [problem, setProblem] = useState("");
  const files = cell.value || [];
  const take = async (list) => {
    const chosen = [...list].slice(0, field.many ? 20 : 1);
    setProblem("");
    setBusy(chosen.length);
    const sent = [];
    for (const file of chosen) {
      try { sent.push(await send(file)); } catch (error) { setProblem(`${file.name}: ${error.message}`); }
    }
    setBusy(0);
    if (sent.length) acts.pick(path, [...(field.many ? files.map((one) => one.id) : []), ...sent.map((one) => one.id)]);
  };
  if (readOnly) return files.length ? <span className="files-box">{files.map((file) => <FileTag key={file.id} file={file} words={words} />)}</span> : <span>—</span>;
  return <div className="files-box" onDragOver={(event) => event.preventDefault()} onDrop={(event) => { event.preventDefault(); take(event.dataTransfer.files); }}>
    {files.map((file) => <FileTag key={file.id} file={file} words={words} onRemove={() => acts.pick(path, files.filter((one) => one.id !== file.id).map((one) => one.id))} />)}
    <input ref={picker} type="file" multiple={Boolean(field.many)} accept={field.type === "image" ? "image/*" : undefined} className="unseen" tabIndex={-1} aria-label={label}
      onChange={(event) => { take(event.target.files); event.target.value = ""; }} />
    <button type="button" id={path} data-path={path} className="quiet-button" disabled={busy > 0} onClick={() => picker.current.click()}><Icon name="file-up" size={14} /> {busy ? words.uploading : words.upload}</button>
    {problem ? <div className="said wrong" role="alert">{problem}</div> : null}</div>;
}
