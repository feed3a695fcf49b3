// The second factor as the sign-in page and the account page show it: the square to scan, the first code, the recovery codes.
import { useState } from "react";
import { Icon } from "./icons.jsx";

const silent = { ok: false, status: 0, body: {} };

export async function ask(path, { method = "POST", body, lang = "en" } = {}) {
  const headers = { "Accept-Language": lang, ...(method === "GET" ? {} : { "Content-Type": "application/json" }) };
  try {
    const answer = await fetch(path, { method, headers, credentials: "same-origin", body: method === "GET" ? undefined : JSON.stringify(body || {}) });
    return { ok: answer.ok, status: answer.status, body: await answer.json().catch(() => ({})) };
  } catch { return silent; }
}

export function said(answer, texts) {
  const problems = (answer.body.problems || []).map((one) => one.detail).join(" ");
  return problems || answer.body.detail || texts.account_silent;
}

export function Problem({ text = "", id = "account-problem" }) {
  return text ? <div className="callout red" role="alert" id={id}><Icon name="circle-x" /><div>{text}</div></div> : null;
}

export function Done({ text = "" }) {
  return text ? <div className="callout green" role="status"><Icon name="circle-check" /><div>{text}</div></div> : null;
}

export function CodeBox({ label, problem = "", name = "code" }) {
  return <>
    <label htmlFor={`${name}-box`}>{label}</label>
    <input className="text-input code-box" id={`${name}-box`} name={name} inputMode="text" autoComplete="one-time-code" autoCapitalize="none" spellCheck="false"
      autoFocus maxLength={40} aria-invalid={Boolean(problem)} />
  </>;
}

export function Enrol({ secret, texts, lang, path, onCodes, onLost }) {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const confirm = async (event) => {
    event.preventDefault();
    const code = new FormData(event.target).get("code").trim();
    if (!code) { setProblem(texts.code_empty); return; }
    setBusy(true);
    const answer = await ask(path, { body: { code }, lang });
    setBusy(false);
    if (answer.ok) onCodes(answer.body);
    else if (answer.body.code === "sign_in_again" && onLost) onLost(said(answer, texts));
    else setProblem(said(answer, texts));
  };
  return <form onSubmit={confirm} noValidate className="enrol">
    <p>{texts.factor_scan}</p>
    <img src={secret.picture} alt={texts.factor_picture} className="square-code" />
    <p className="second">{texts.factor_type}<br /><code className="typed-key">{secret.typed}</code></p>
    <p>{texts.factor_first}</p>
    <Problem text={problem} />
    <CodeBox label={texts.code_label} problem={problem} />
    <button className="wide-button" type="submit" disabled={busy}>{texts.factor_confirm}</button>
  </form>;
}

export function Copy({ text, texts, label }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try { await navigator.clipboard.writeText(text); } catch { return; }
    setCopied(true);
    setTimeout(() => setCopied(false), 4000);
  };
  return <button type="button" className="quiet-button" onClick={copy}><Icon name={copied ? "check" : "copy"} />{copied ? texts.codes_copied : label || texts.codes_copy}</button>;
}

export function RecoveryCodes({ codes, texts, onKept }) {
  const all = codes.join("\n");
  return <div className="recovery">
    <p>{texts.codes_lead}</p>
    <ul className="codes">{codes.map((code) => <li key={code}><code>{code}</code></li>)}</ul>
    <div className="acts">
      <Copy text={all} texts={texts} />
      <a className="quiet-button" download="daybook-recovery-codes.txt" href={`data:text/plain;charset=utf-8,${encodeURIComponent(all + "\n")}`}><Icon name="download" />{texts.codes_save}</a>
    </div>
    <button type="button" className="wide-button" autoFocus onClick={onKept}>{texts.codes_kept}</button>
  </div>;
}
