// Keys are looked at here, in the browser; only those that mean something reach the server.
import { useLayoutEffect, useRef } from "react";

const typing = (target) => target && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

export function combination(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("mod");
  if (event.altKey) parts.push("alt");
  if (event.shiftKey && (event.key.length > 1 || /^[a-z]$/i.test(event.key))) parts.push("shift");
  parts.push(event.key.length === 1 ? event.key.toLowerCase() : event.key.toLowerCase());
  return parts.join("+");
}

export function lettersOff() {
  return window.localStorage.getItem("daybook-letters") === "off";
}

export function useKeys(keys, onKey) {
  const before = useRef({ key: "", at: 0 });
  const wanted = useRef({ keys, onKey });
  wanted.current = { keys, onKey };
  useLayoutEffect(() => {              // what can be seen hears its keys
    const listen = (event) => {
      if (event.isComposing || event.keyCode === 229 || event.defaultPrevented) return;
      const pressed = combination(event);
      const plain = !pressed.startsWith("mod+") && !pressed.startsWith("alt+");
      if (plain && (typing(event.target) || lettersOff() || document.querySelector("[role=dialog]"))) return;
      const chain = Date.now() - before.current.at < 900 ? `${before.current.key} ${pressed}` : "";
      before.current = { key: pressed, at: Date.now() };
      const hit = [chain, pressed].find((one) => one && wanted.current.keys.includes(one));
      if (!hit) return;
      event.preventDefault();
      wanted.current.onKey(hit);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);
}

export function Hotkeys({ keys = [], onKey }) {
  useKeys(keys, onKey || (() => {}));
  return null;
}

// On a record: E goes to the first box, Esc back to the row of the list that it was opened from.
export function RecordKeys() {
  useKeys(["e", "escape"], (key) => {
    if (key === "e") {
      const box = document.querySelector(".record-form [data-path]:not([disabled])");
      if (box) box.focus();
      return;
    }
    const [source] = JSON.parse(sessionStorage.getItem("daybook-row") || "[\"\",-1]");
    if (source && source.startsWith(`/api/pages/rows/${window.location.pathname.split("/")[1]}?`)) window.history.back();
  });
  return null;
}

export function LettersSwitch({ label = "" }) {
  return <label style={{ display: "flex", gap: 8, alignItems: "center" }}>
    <input type="checkbox" defaultChecked={typeof window !== "undefined" && !lettersOff()}
      onChange={(event) => window.localStorage.setItem("daybook-letters", event.target.checked ? "on" : "off")} />{label}</label>;
}
