"""One headless browser for all tests that need one, and pages opened in it as a person."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

PASSWORD = "open-the-door-9"
CHROMIUM = next(
    (found for found in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if found), None
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


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
