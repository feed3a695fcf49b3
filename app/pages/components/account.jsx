// One's own account: password, second factor, sessions, tokens, language. What is secret comes by REST and stays in this page.
import { useEffect, useState } from "react";
import { Icon } from "./icons.jsx";
import { ask, Copy, Done, Enrol, Problem, RecoveryCodes, said } from "./factor.jsx";

const fill = (text, facts) => Object.entries(facts).reduce((done, [name, value]) => done.replace(`{${name}}`, value), text || "");

function device(agent, texts) {
  const known = (names) => names.find(([sign]) => agent.includes(sign));
  const browser = known([["Edg/", "Edge"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]]);
  const system = known([["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS", "Mac"], ["Linux", "Linux"]]);
  return [browser, system].filter(Boolean).map(([, name]) => name).join(" · ") || agent.slice(0, 40) || texts.unknown_place;
}

function Card({ title, side, children, name }) {
  return <section className="card account-card" data-part={name}>
    <div className="card-head"><h2>{title}</h2>{side ? <span className="side-word">{side}</span> : null}</div>
    <div className="card-body">{children}</div>
  </section>;
}

function Secret({ name, label, complete, shown = false }) {
  return <div className="typed"><label htmlFor={`account-${name}`}>{label}</label>
    <input className="text-input" id={`account-${name}`} name={name} type={shown ? "text" : "password"} autoComplete={complete} /></div>;
}

function useSend(lang, texts) {
  const [problem, setProblem] = useState("");
  const [done, setDone] = useState("");
  const [busy, setBusy] = useState(false);
  const send = async (path, body, then) => {
    setBusy(true); setProblem(""); setDone("");
    const answer = await ask(`/api/account${path}`, { body, lang });
    setBusy(false);
    if (answer.status === 401) { window.location.href = `/login?ended=1&next=${encodeURIComponent(window.location.pathname)}`; return; }
    if (answer.ok) then(answer.body);
    else setProblem(said(answer, texts));
  };
  return { send, busy, problem, setProblem, done, setDone };
}

function Password({ texts, lang, reload, name }) {
  const { send, busy, problem, setProblem, done, setDone } = useSend(lang, texts);
  const [shown, setShown] = useState(false);
  const change = (event) => {
    event.preventDefault();
    const form = event.target, typed = Object.fromEntries(new FormData(form));
    if (!typed.password || !typed.new) { setProblem(texts.fill_in); return; }
    send("/password", { password: typed.password, new: typed.new }, () => { form.reset(); setDone(texts.password_changed); reload(); });
  };
  return <Card title={texts.password_title} name="password">
    <form onSubmit={change} noValidate className="plain-form">
      <p className="second">{texts.password_lead}</p>
      <Problem text={problem} /><Done text={done} />
      <input type="text" name="username" autoComplete="username" value={name} readOnly hidden />
      <Secret name="password" label={texts.password_now} complete="current-password" shown={shown} />
      <Secret name="new" label={texts.password_new} complete="new-password" shown={shown} />
      <label className="check-line"><input type="checkbox" checked={shown} onChange={() => setShown(!shown)} />{texts.password_show}</label>
      <div className="acts"><button className="quiet-button" type="submit" disabled={busy}>{texts.password_change}</button></div>
    </form>
  </Card>;
}

// What each press asks for once the password was typed; what happens then stands in `then`.
function Factor({ texts, lang, factor, reload }) {
  const { send, busy, problem, setProblem, done, setDone } = useSend(lang, texts);
  const [act, setAct] = useState("");
  const [secret, setSecret] = useState(null);
  const [codes, setCodes] = useState(null);
  const begin = (name) => { setProblem(""); setDone(""); setAct(name); };
  const end = (text) => { setAct(""); setSecret(null); setCodes(null); setDone(text); reload(); };
  const then = {
    "": (body) => { setAct(""); setSecret(body); },
    "/codes": (body) => { setAct(""); setCodes(body.codes); },
    "/remove": () => end(texts.factor_now_off),
  };
  const prove = (event) => {
    event.preventDefault();
    const password = new FormData(event.target).get("password");
    if (!password) { setProblem(texts.fill_in); return; }
    send(`/factor${act === "set up" ? "" : act}`, { password }, then[act === "set up" ? "" : act]);
  };
  if (codes) return <Card title={texts.codes_title} name="factor"><RecoveryCodes codes={codes} texts={texts} onKept={() => end(texts.factor_now_on)} /></Card>;
  if (secret) {
    return <Card title={texts.factor_title} name="factor">
      <Enrol secret={secret} texts={texts} lang={lang} path="/api/account/factor/confirm" onCodes={(body) => { setSecret(null); setCodes(body.codes); }} />
      <button type="button" className="text-button" onClick={() => setSecret(null)}>{texts.leave_it}</button></Card>;
  }
  const chip = factor.set_up
    ? <span className="chip green"><Icon name="shield-check" size={14} />{texts.factor_is_on}</span>
    : <span className="chip slate"><Icon name="ban" size={14} />{texts.factor_is_off}</span>;
  return <Card title={texts.factor_title} side={chip} name="factor">
    <p className="second">{factor.set_up ? fill(texts.factor_on_lead, { count: factor.codes_left }) : texts.factor_off_lead} {factor.demanded ? texts.factor_demanded : ""}</p>
    <Problem text={problem} /><Done text={done} />
    {act ? <form onSubmit={prove} noValidate className="plain-form" data-act={act}>
      <p>{texts.prove_lead}</p>
      <Secret name="password" label={texts.password_now} complete="current-password" />
      <div className="acts"><button className="quiet-button main" type="submit" disabled={busy}>{texts.go_on}</button>
        <button className="quiet-button" type="button" onClick={() => begin("")}>{texts.leave_it}</button></div>
    </form> : <div className="acts">
      <button type="button" className={factor.set_up ? "quiet-button" : "quiet-button main"} onClick={() => begin("set up")}>{factor.set_up ? texts.factor_new_app : texts.factor_set_up}</button>
      {factor.set_up ? <button type="button" className="quiet-button" onClick={() => begin("/codes")}>{texts.factor_new_codes}</button> : null}
      {factor.set_up && !factor.demanded ? <button type="button" className="quiet-button danger" onClick={() => begin("/remove")}>{texts.factor_turn_off}</button> : null}
    </div>}
  </Card>;
}

function Sessions({ texts, lang, sessions, reload }) {
  const { send, busy, problem, done, setDone } = useSend(lang, texts);
  const end = (body) => send("/sessions/end", body, (answer) => { setDone(fill(texts.sessions_ended, { count: answer.ended })); reload(); });
  return <Card title={texts.sessions_title} name="sessions">
    <Problem text={problem} /><Done text={done} />
    <ul className="account-list">{sessions.map((one) => <li key={one.key}>
      <div><span className="strong">{device(one.agent, texts)}</span> {one.here ? <span className="tag">{texts.session_here}</span> : null}
        <div className="second">{one.address ? `${one.address} · ` : ""}{fill(texts.session_seen, { time: one.told.seen_at, since: one.told.created_at })}</div></div>
      {one.here ? null : <button type="button" className="quiet-button" disabled={busy} onClick={() => end({ key: one.key })}>{texts.session_end}</button>}
    </li>)}</ul>
    {sessions.length > 1 ? <div className="acts"><button type="button" className="quiet-button" disabled={busy} onClick={() => end({})}>{texts.sessions_end}</button></div> : null}
  </Card>;
}

function Tokens({ texts, lang, tokens, reload }) {
  const { send, busy, problem, setProblem, done, setDone } = useSend(lang, texts);
  const [made, setMade] = useState("");
  const make = (event) => {
    event.preventDefault();
    const form = event.target, typed = Object.fromEntries(new FormData(form));
    if (!typed.title.trim()) { setProblem(texts.fill_in); return; }
    const body = { title: typed.title, scopes: typed.scope ? [typed.scope] : [], days: typed.days ? Number(typed.days) : null };
    send("/tokens", body, (answer) => { form.reset(); setMade(answer.token); reload(); });
  };
  const revoke = (key) => send(`/tokens/${key}/revoke`, {}, () => { setMade(""); setDone(texts.token_revoked); reload(); });
  const scope = (one) => ({ "": texts.token_all, read: texts.token_read, write: texts.token_write }[one.scopes] || one.scopes);
  const facts = (one) => [scope(one), one.used_at ? fill(texts.token_used, { time: one.told.used_at }) : texts.token_unused,
    ...(one.ends_at ? [fill(texts.token_ends, { time: one.told.ends_at })] : [])].join(" · ");
  return <Card title={texts.tokens_title} name="tokens">
    <p className="second">{texts.tokens_lead}</p>
    <Problem text={problem} /><Done text={done} />
    {made ? <div className="callout amber" role="status"><Icon name="key" /><div><div>{texts.token_made}</div><code className="made-token">{made}</code></div><Copy text={made} texts={texts} /></div> : null}
    {tokens.length ? <ul className="account-list">{tokens.map((one) => <li key={one.key}>
      <div><span className="strong">{one.title || "—"}</span><div className="second">{facts(one)}</div></div>
      <button type="button" className="quiet-button danger" disabled={busy} onClick={() => revoke(one.key)}>{texts.token_revoke}</button>
    </li>)}</ul> : <p className="second">{texts.tokens_none}</p>}
    <form onSubmit={make} noValidate className="plain-form token-form">
      <div className="typed"><label htmlFor="token-title">{texts.token_title}</label><input className="text-input" id="token-title" name="title" maxLength={200} autoComplete="off" /></div>
      <div className="typed"><label htmlFor="token-scope">{texts.token_scope}</label><select className="text-input" id="token-scope" name="scope" defaultValue="read">
        <option value="read">{texts.token_read}</option><option value="write">{texts.token_write}</option><option value="">{texts.token_all}</option></select></div>
      <div className="typed"><label htmlFor="token-days">{texts.token_days}</label><select className="text-input" id="token-days" name="days" defaultValue="30">
        <option value="30">{texts.token_30}</option><option value="365">{texts.token_365}</option><option value="">{texts.token_never}</option></select></div>
      <button className="quiet-button" type="submit" disabled={busy}><Icon name="plus" />{texts.token_make}</button>
    </form>
  </Card>;
}

function Language({ texts, lang }) {
  const { send, problem } = useSend(lang, texts);
  const speak = (code) => send("/language", { locale: code }, () => {
    document.cookie = `lang=${code}; path=/; max-age=31536000; samesite=lax`;
    window.location.reload();
  });
  return <Card title={texts.language_title} name="language">
    <p className="second">{texts.language_lead}</p>
    <Problem text={problem} />
    <div className="acts" role="group" aria-label={texts.language_title}>{[["zh", "中文"], ["en", "English"]].map(([code, name]) =>
      <button type="button" key={code} lang={code} className={code === lang ? "quiet-button chosen" : "quiet-button"} aria-pressed={code === lang} onClick={() => speak(code)}>{name}</button>)}</div>
  </Card>;
}

function Events({ texts, events }) {
  return <Card title={texts.events_title} name="events">
    <ul className="account-list plain">{events.map((one, place) => <li key={place}>
      <div>{one.mine ? one.act : fill(texts.event_by, { act: one.act, who: one.by })}{one.facts.address ? <span className="second"> {one.facts.address}</span> : null}</div>
      <span className="second">{one.told.at}</span></li>)}</ul>
  </Card>;
}

export function Account({ texts = {}, lang = "en" }) {
  const [about, setAbout] = useState(null);
  const [problem, setProblem] = useState("");
  const reload = async () => {
    const answer = await ask("/api/account", { method: "GET", lang });
    if (answer.ok) { setAbout(answer.body); setProblem(""); } else setProblem(said(answer, texts));
  };
  useEffect(() => { reload(); }, [lang]);
  if (problem) return <Problem text={problem} />;
  if (!about) return <div className="account" aria-busy="true" />;
  const each = { texts, lang, reload };
  return <div className="account">
    <div className="stack"><Factor {...each} factor={about.factor} /><Sessions {...each} sessions={about.sessions} /><Tokens {...each} tokens={about.tokens} /></div>
    <div className="stack"><Password {...each} name={about.name} /><Language {...each} /><Events {...each} events={about.events} /></div>
  </div>;
}
