// What a person typed and the server has not taken yet: kept in this tab, so that a session that ends loses nothing.
const TYPED = "daybook-typed";
const BACK = "daybook-back";
const NAME = "daybook-name";

function read() {
  try { return JSON.parse(sessionStorage.getItem(TYPED) || "{}"); } catch { return {}; }
}

function write(all) {
  try { sessionStorage.setItem(TYPED, JSON.stringify(all)); } catch { /* a full store keeps what it has */ }
}

// The last change stands last: whatever is sent again goes in the order in which it was typed.
export function remember(place, path, entry) {
  const all = read();
  const { [path]: before = {}, ...others } = all[place] || {};
  write({ ...all, [place]: { ...others, [path]: { waits: before.waits, ...entry } } });
}

// It is on its way to the server; `waits` counts the answers to come.
export function sending(place, path, entry, tries = 0) {
  const { waits = 0 } = (read()[place] || {})[path] || {};
  remember(place, path, { ...entry, sent: true, at: Date.now(), tries, waits: tries ? 1 : waits + 1 });
}

// The server took it, but it may still lose it: a server that is killed remembers its drafts only.
export function settle(place, path) {
  const all = read();
  const entry = (all[place] || {})[path];
  if (!entry) return;
  entry.waits = Math.max(0, (entry.waits || 0) - 1);
  if (entry.sent && !entry.waits) entry.taken = true;
  write(all);
}

export function drop(place, path) {
  const all = read();
  if (all[place]) { delete all[place][path]; write(all); }
}

// The server knows nothing of it any more: all of it is to be sent again.
export function renew(place) {
  const all = read();
  Object.values(all[place] || {}).forEach((entry) => { delete entry.taken; delete entry.waits; });
  write(all);
}

export function unsent(place) {
  return Object.fromEntries(Object.entries(read()[place] || {}).filter(([, entry]) => !entry.taken));
}

export function forget(place) {
  const all = read();
  if (all[place]) { delete all[place]; write(all); }
}

// A person who signs in again finds what he typed; another one finds nothing of it.
export function signedIn(name, next) {
  if (sessionStorage.getItem(NAME) !== name) { sessionStorage.removeItem("token"); sessionStorage.removeItem(TYPED); }
  sessionStorage.setItem(NAME, name);
  sessionStorage.setItem(BACK, next.split("?")[0]);
}

export function knownAs(name) {
  if (name) sessionStorage.setItem(NAME, name);
}

let fresh = true;
let lost = "";

// A form that goes while the page stays was taken away by a server that forgot its state.
export function leave(place, path) {
  lost = window.location.pathname === path ? place : "";
}

// Whether this form is drawn again for somebody who never left it: the server forgot it, or the page was loaded anew.
export function goesOn(place) {
  const again = lost === place || (fresh && (performance.getEntriesByType("navigation")[0] || {}).type === "reload");
  fresh = false;
  lost = "";
  return again && Boolean(Object.keys(read()[place] || {}).length);
}

export function cameBack() {
  const here = sessionStorage.getItem(BACK) === window.location.pathname.replace(/(.)\/$/, "$1");
  if (here) sessionStorage.removeItem(BACK);
  return here;
}
