// What is typed reaches the server: it is sent again where no answer came, and where the server drew the form without it.
import { useEffect, useRef } from "react";
import { cameBack, drop, forget, goesOn, leave, remember, renew, settle, unsent } from "./kept.jsx";

const PATIENCE = 3000;         // milliseconds that an answer may take, twice as many after each try
const TRIES = 5;

const late = (one) => one.sent && (one.tries || 0) < TRIES && Date.now() - one.at > PATIENCE * 2 ** (one.tries || 0);

// `over` changes when the server saved the work or threw it away; only then nothing of it is kept here.
export function useKept(place, rev, calc, now) {
  const latest = useRef(now);
  const seen = useRef({ rev, calc, overs: [now.over], asked: false });
  latest.current = now;
  const keeps = () => !latest.current.plain && Boolean(latest.current.onSync) && Boolean(place);
  const again = (due) => Object.entries(unsent(place)).filter(([, one]) => due(one))
    .forEach(([path, one]) => { const { acts } = latest.current; const tries = (one.tries || 0) + 1; if (one.picks) acts.pick(path, one.picks, tries); else acts.put(path, one.text, tries); });
  const draw = (behind) => { if (behind) renew(place); seen.current.asked = true; latest.current.onSync(); };
  useEffect(() => {
    if (!keeps()) return undefined;
    const back = goesOn(place) || cameBack();
    if (back) renew(place); else forget(place);
    if (now.dirty) draw();
    else if (back && now.left) now.onCommand("restore");
    if (back) again(() => true);
    const path = window.location.pathname;
    const timer = setInterval(() => again(late), 1000);
    return () => { clearInterval(timer); leave(place, path); };
  }, []);
  useEffect(() => {
    const before = seen.current;
    if (!keeps() || before.rev === rev) return;
    const over = !before.overs.includes(now.over);
    if (over) { before.overs.push(now.over); forget(place); } else if (!before.asked) renew(place);
    Object.assign(before, { rev, asked: false });
    again(() => true);
  }, [rev]);
  useEffect(() => {
    const before = seen.current.calc;
    if (!keeps() || before === calc || !calc) return;
    seen.current.calc = calc;
    if (calc.got && calc.n !== (before || {}).n) settle(place, calc.got);
    if (calc.drop) drop(place, calc.drop);
    if (calc.n === (before || {}).n) again((one) => one.sent);         // told again: the line to the server is a new one
  }, [calc]);
  const typed = (event) => {
    const { path } = event.target.dataset;
    if (path && !now.plain && !/^(checkbox|file)$/.test(event.target.type) && event.target.getAttribute("role") !== "combobox") remember(place, path, { text: event.target.value });
  };
  return { typed, draw };
}
