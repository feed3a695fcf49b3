"""Typing into a form of 60 fields and 50 lines in a real browser: what comes over the socket, and how soon."""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.figure import Figure
from bench.start import PASSWORD, a_home, serving

FIELDS, LINES, EDITS = 60, 50, 40
PERCENTILE = 0.95
FORM = """form: wide
title: {en: Wide, zh: 宽表}
number: W-{year}-{seq:5}
fields:
FIELDS
lines:
  price:    {type: price, label: {en: Price, zh: 单价}}
  quantity: {type: quantity}
  note:     {type: text, label: {en: Note, zh: 备注}}
  amount:   {type: money, formula: quantity * price}
totals:
  total_amount: {type: money, formula: sum(lines.amount)}
access:
  create: [admin]
"""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
WATCH = """() => {
  window.heard = [];
  const Native = window.WebSocket;
  window.WebSocket = class extends Native {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", (event) => note("in", event.data));
    }
    send(data) { note("out", data); super.send(data); }
  };
  const size = (data) => (typeof data === "string" ? new Blob([data]).size : data.byteLength || data.size);
  const note = (way, data) => window.heard.push([way, performance.now(), size(data), String(data).slice(0, 400)]);
}"""
BARE = """async (times) => {
  const taken = [];
  for (let place = 0; place < times; place++) {
    const began = performance.now();
    await (await fetch("/ping")).text();
    taken.push(performance.now() - began);
  }
  return taken;
}"""
Frame = tuple[str, float, int, str]


def measure() -> list[Figure]:
    """Give size and time of answers to edits, and how soon a new form has its page."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise FileNotFoundError("no Chromium is installed")
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = a_home(Path(folder))
        with serving(home) as (address, _):
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
            page.add_init_script(f"({WATCH})()")
            assert page.request.post(f"{address}/api/login", data={"name": "admin", "password": PASSWORD}).ok
            shown = _seconds_to_its_page(home, page, address)
            _open_filled(page, address)
            fields = _edited(page, [f"field_{place}" for place in range(1, EDITS + 1)])
            cells = _edited(page, [f"lines.{line}.quantity" for line in range(1, EDITS + 1)])
            bare = _percentile(page.evaluate(BARE, EDITS))
            browser.close()
    form = f"form of {FIELDS} fields and {LINES} lines"
    return [
        *_figures(f"{form}, field edit", fields, bare=bare),
        *_figures(f"{form}, cell edit", cells, bare=bare),
        Figure("form added as YAML while the office runs, to its page", shown, "s"),
    ]


def _seconds_to_its_page(home: Path, page: Any, address: str) -> float:
    """Add the form and look for its page until it is there."""
    page.goto(f"{address}/supplier")
    page.wait_for_selector(".ag-row a.number-link")
    folder = home / "site" / "forms"
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    label = "{en: Field NO, zh: 字段 NO}"
    fields = "\n".join(
        f"  field_{place}: {{type: text, label: {label.replace('NO', str(place))}}}" for place in range(1, FIELDS + 1)
    )
    (folder / "wide.yaml").write_text(FORM.replace("FIELDS", fields))
    while time.monotonic() < began + 20:
        page.goto(f"{address}/wide/new")
        page.wait_for_selector(".record-form, .empty")
        if page.locator("[data-path=field_1]").count():
            return time.monotonic() - began
    raise RuntimeError("the form has no page")


def _open_filled(page: Any, address: str) -> None:
    """Save a document with every field and line filled, and open it."""
    lines = [{"price": "3.5", "quantity": str(line), "note": f"line {line}"} for line in range(1, LINES + 1)]
    values = {f"field_{place}": f"text {place}" for place in range(1, FIELDS + 1)} | {"lines": lines}
    answer = page.request.post(f"{address}/api/v1/wide", data=values, headers={"origin": address})
    assert answer.ok, answer.text()
    page.goto(f"{address}/wide/{answer.json()['number']}")
    page.wait_for_selector(f"[data-path='lines.{LINES}.quantity']")


def _edited(page: Any, paths: list[str]) -> list[tuple[int, float]]:
    """Type into each box and leave it; give bytes and milliseconds of each answer."""
    page.evaluate("window.heard.length = 0")
    for place, path in enumerate(paths):
        box = page.locator(f"[data-path='{path}']")
        box.fill(str(700 + place))
        page.evaluate("window.before = window.heard.filter((one) => one[0] === 'in' && one[3].startsWith('42')).length")
        box.blur()
        page.wait_for_function(
            "window.heard.filter((one) => one[0] === 'in' && one[3].startsWith('42')).length > window.before"
        )
    page.wait_for_timeout(300)
    return _answers(page.evaluate("window.heard"))


def _answers(heard: list[Frame]) -> list[tuple[int, float]]:
    """Match each edit with all that came before the next message out: bytes together, and the time of the last."""
    found: list[tuple[int, float]] = []
    asked = 0.0
    for way, at, size, text in heard:
        if way == "out":
            asked = at if ".put" in text else 0.0
            if asked:
                found.append((0, 0.0))
        elif asked and text.startswith("42"):
            found[-1] = (found[-1][0] + size, at - asked)
    assert all(size for size, _ in found), json.dumps(heard[:6])
    return found


def _figures(what: str, answers: list[tuple[int, float]], *, bare: float) -> list[Figure]:
    note = f"{len(answers)} edits"
    return [
        Figure(f"{what}, answer", max(size for size, _ in answers), "bytes", 1000, note=f"largest of {note}"),
        Figure(
            f"{what}, round trip, 95 %",
            _percentile([taken for _, taken in answers]),
            "ms",
            60,
            note=f"{note}; a request that does nothing takes {bare:.0f} ms in the same run",
        ),
    ]


def _percentile(taken: list[float]) -> float:
    return sorted(taken)[int(len(taken) * PERCENTILE)]
