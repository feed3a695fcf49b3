// The sign-in form: password, the code of the second factor, or the company's own sign-in. The browser's password manager knows it, the cookie stays out of reach of scripts.
import { useEffect, useState } from "react";
import { Icon } from "./icons.jsx";
import { signedIn } from "./kept.jsx";
import { ask, CodeBox, Enrol, Problem, RecoveryCodes, said } from "./factor.jsx";

const query = () => new URLSearchParams(typeof window === "undefined" ? "" : window.location.search);

function next() {
  const wanted = query().get("next") || "/";
  try {
    const address = new URL(wanted, window.location.origin);
    return wanted.startsWith("/") && address.origin === window.location.origin ? address.pathname + address.search + address.hash : "/";
  } catch { return "/"; }
}

function told(texts) {
  const problem = query().get("problem");
  return problem ? (texts[`problem_${problem}`] || texts.problem_other).replace("{who}", query().get("who") || "") : "";
}

export function SignIn({ texts = {}, lang = "en" }) {
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const [waits, setWaits] = useState(query().get("waits") || "");
  const [secret, setSecret] = useState(null);
  const [codes, setCodes] = useState(null);
  const [company, setCompany] = useState(false);
  const ended = query().has("ended");
  const shown = problem || (waits ? "" : told(texts));
  const enter = (name) => { const to = next(); signedIn(name, to); window.location.href = to; };
  const restart = (why = "") => { setWaits(""); setSecret(null); setProblem(why); };
  const taken = (answer) => {
    if (answer.ok && answer.body.waits_for) { setProblem(""); setWaits(answer.body.waits_for); return true; }
    if (answer.ok) { enter(answer.body.name); return true; }
    return false;
  };
  useEffect(() => { ask("/api/login", { method: "GET", lang }).then((answer) => setCompany(Boolean(answer.body.company_account))); }, []);
  useEffect(() => {
    if (waits !== "enrol" || secret) return;
    ask("/api/login/enrol", { lang }).then((answer) => (answer.ok ? setSecret(answer.body) : restart(said(answer, texts))));
  }, [waits]);
  const sendPassword = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const body = { name: form.get("name").trim(), password: form.get("password") };
    if (!body.name || !body.password) { setProblem(texts.fill_in_both); return; }
    setBusy(true);
    const answer = await ask("/api/login", { body, lang });
    if (taken(answer)) { if (answer.body.waits_for) setBusy(false); return; }
    setProblem(answer.status === 429 ? said(answer, texts) : answer.status === 401 ? texts.wrong_password : texts.server_silent);
    setBusy(false);
  };
  const sendCode = async (event) => {
    event.preventDefault();
    const code = new FormData(event.target).get("code").trim();
    if (!code) { setProblem(texts.code_empty); return; }
    setBusy(true);
    const answer = await ask("/api/login/code", { body: { code }, lang });
    if (taken(answer)) return;
    setBusy(false);
    if (answer.body.code === "sign_in_again") restart(said(answer, texts));
    else { setProblem(said(answer, texts)); event.target.reset(); }
  };
  if (codes) return <><h1>{texts.codes_title}</h1><RecoveryCodes codes={codes.codes} texts={texts} onKept={() => enter(codes.name)} /></>;
  if (waits === "enrol") {
    return <><h1>{texts.enrol_title}</h1><div className="second">{texts.enrol_lead}</div>
      {secret ? <Enrol secret={secret} texts={texts} lang={lang} path="/api/login/enrol/confirm" onCodes={setCodes} onLost={restart} /> : null}</>;
  }
  if (waits === "code") {
    return <><h1>{texts.code_title}</h1><div className="second">{texts.code_lead}</div>
      <form onSubmit={sendCode} noValidate>
        <Problem text={shown} id="sign-in-problem" />
        <CodeBox label={texts.code_label} problem={problem} />
        <button className="wide-button" type="submit" disabled={busy}>{texts.code_send}</button>
        <button className="text-button" type="button" onClick={() => restart()}>{texts.start_again}</button>
      </form></>;
  }
  return <><h1>{texts.sign_in}</h1><div className="second">{texts.sign_in_lead}</div>
    <form onSubmit={sendPassword} noValidate>
      {ended && !shown ? <div className="callout blue" role="status">{texts.session_ended}</div> : null}
      <Problem text={shown} id="sign-in-problem" />
      <label htmlFor="sign-in-name">{texts.sign_in_name}</label>
      <input className="text-input" id="sign-in-name" name="name" autoComplete="username" autoCapitalize="none" spellCheck="false" autoFocus
        aria-invalid={Boolean(problem)} aria-describedby={shown ? "sign-in-problem" : undefined} />
      <label htmlFor="sign-in-password">{texts.sign_in_password}</label>
      <input className="text-input" id="sign-in-password" name="password" type="password" autoComplete="current-password" aria-invalid={Boolean(problem)} />
      <button className="wide-button" type="submit" disabled={busy}>{busy ? texts.signing_in : texts.sign_in}</button>
    </form>
    {company ? <><div className="or-line"><span>{texts.or_word}</span></div>
      <a className="quiet-button company-button" href={`/api/oidc/start?next=${encodeURIComponent(next())}`}><Icon name="building-2" />{texts.company_sign_in}</a></> : null}
  </>;
}
