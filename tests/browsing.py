"""One headless browser for all tests that need one, and pages opened in it as a person.

What comes over the socket comes when it comes: a test waits for what it expects, with `expect` or a `wait_for_...`, and
asserts at once only what is sure by then. `DAYBOOK_TEST_SLOW=800` holds back whatever a page asks the server by so many
milliseconds: a test that passes with it does not lean on a fast machine.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

PASSWORD = "open-the-door-9"
CHROMIUM = next(
    (found for found in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if found), None
)
PATIENCE = 90_000  # milliseconds
SLOW = int(os.environ.get("DAYBOOK_TEST_SLOW") or 0)
HOLD_BACK = """(() => {
  const send = WebSocket.prototype.send, ask = window.fetch;
  const later = (act) => new Promise((go) => setTimeout(go, SLOW)).then(act);
  WebSocket.prototype.send = function (data) { later(() => this.readyState === 1 && send.call(this, data)); };
  window.fetch = (...all) => later(() => ask(...all));
})()"""
STILL = """() => new Promise((go) => {
  const end = () => Promise.all(document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime < 5000).map((one) => one.finished.catch(() => {}))).then(() => go());
  let timer = setTimeout(end, QUIET);
  new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(end, QUIET); })
    .observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true});
})"""
TAKEN = """() => Object.values(JSON.parse(sessionStorage.getItem('daybook-typed') || '{}'))
  .every((place) => Object.values(place).every((one) => one.taken))"""
AT_ONCE = """(typed) => Object.entries(typed).forEach(([path, words]) => {
  const box = document.querySelector(`[data-path='${path}']`);
  box.focus();
  box.value = words;
  box.dispatchEvent(new Event('input', {bubbles: true}));
})"""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless browser."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def visit(browser: Any, shop: str) -> Iterator[Callable[..., Any]]:
    """Open a page as a person: `visit("/stock", "manager", lang="zh", width=390)`; its errors fail the test."""
    contexts, errors = [], []

    def open_page(
        path: str, name: str | None = None, *, lang: str = "en", width: int = 1440, dark: bool = False
    ) -> Any:
        context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 700 else 900},
            color_scheme="dark" if dark else "light",
            locale="zh-CN" if lang == "zh" else "en-GB",
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if SLOW:
            context.add_init_script(HOLD_BACK.replace("SLOW", str(SLOW)))
        context.add_cookies([{"name": "lang", "value": lang, "url": shop}])
        if name:
            assert context.request.post(f"{shop}/api/login", data={"name": name, "password": PASSWORD}).ok
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(shop + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not errors


def focus_on(page: Any, path: str) -> None:
    """Wait until the cursor stands in the box of a field."""
    expect(page.locator(f"[data-path='{path}']")).to_be_focused()


def still(page: Any) -> None:
    """Wait until a page shows what it has to show: nothing was added, moved or coloured for a while."""
    page.wait_for_load_state("networkidle")
    page.evaluate(STILL.replace("QUIET", str(500 + 2 * SLOW)))


def taken(page: Any) -> None:
    """Wait until the server has answered whatever was typed into the form of the page."""
    page.wait_for_function(TAKEN)


def type_at_once(page: Any, typed: dict[str, str]) -> None:
    """Type into the boxes of several fields, one after the other, before anybody can answer; the last keeps the cursor."""
    page.evaluate(AT_ONCE, typed)
