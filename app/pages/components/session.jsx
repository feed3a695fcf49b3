// The end of a session is told two minutes before, and can be put off; what is typed is sent and kept before it comes.
import { useEffect, useRef, useState } from "react";
import { Icon } from "./icons.jsx";
import { knownAs } from "./kept.jsx";

const WARN = 120;
const LONGEST = 6 * 3600;

export const KEEP = "daybook-keep";

function leave() {
  const here = encodeURIComponent(window.location.pathname + window.location.search);
  window.location.href = `/login?next=${here}&ended=1`;
}

export function SessionWatch({ name = "", texts = {} }) {
  const [ends, setEnds] = useState("");
  const timer = useRef(null);
  const later = (seconds, act) => { clearTimeout(timer.current); timer.current = setTimeout(act, Math.max(0, seconds) * 1000); };
  const warn = (left, at) => {
    window.dispatchEvent(new Event(KEEP));
    setEnds(at);
    later(left - 3, () => { window.dispatchEvent(new Event(KEEP)); later(4, leave); });
  };
  const plan = ({ left, ends: at }) => {
    if (left <= WARN) { warn(left, at); return; }
    setEnds("");
    later(Math.min(left - WARN, LONGEST), ask);
  };
  const ask = async (method = "GET") => {
    try {
      const answer = await fetch("/api/session", { method, credentials: "same-origin" });
      if (answer.status === 401) { window.dispatchEvent(new Event(KEEP)); later(1, leave); return; }
      if (answer.ok) plan(await answer.json());
    } catch { later(60, () => ask()); }
  };
  useEffect(() => { knownAs(name); }, [name]);
  useEffect(() => {
    const look = () => document.visibilityState === "visible" && ask();
    look();
    document.addEventListener("visibilitychange", look);
    return () => { clearTimeout(timer.current); document.removeEventListener("visibilitychange", look); };
  }, []);
  if (!ends) return null;
  return <div className="session-end" role="alert"><Icon name="clock" /><span>{(texts.session_ends || "").replace("{time}", ends)}</span>
    <button type="button" className="quiet-button" onClick={() => ask("POST")}>{texts.session_stay}</button></div>;
}
