"""Approvers ask others in a real browser: for a signature before theirs, for an opinion; at a desk and on a phone."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.pages.test_inbox_browser import ask

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
Visit = Callable[..., Any]


@pytest.mark.parametrize(("lang", "width"), [("en", 1440), ("zh", 390)])
def test_R_6_9_a_signer_is_added_before_and_the_task_comes_back(visit: Visit, shop: str, lang: str, width: int) -> None:
    number = ask(visit, shop, f"Asked before {lang}")
    page = visit(f"/inbox/{number}", "manager", lang=lang, width=width)
    page.wait_for_selector(".decision-more")
    page.click(f".decision-more button:has-text('{'Add approver before' if lang == 'en' else '前加签'}')")
    page.wait_for_selector(".asked-people select option >> nth=1", state="attached")
    page.select_option(".asked-people select", "warehouse")
    page.wait_for_selector(".asked-people .tag")
    page.fill("#decision-comment", "Do we need it?")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    page.click(".decision-send button")
    page.wait_for_selector(f".desk-title:has-text('Asked before {lang}')", state="detached")
    other = visit(f"/inbox/{number}", "warehouse", lang=lang, width=width)
    other.wait_for_selector(".decision-buttons")
    other.wait_for_selector(".asked-words:has-text('Do we need it?')", state="attached")
    assert not other.locator(".decision-buttons button:has-text('Return')").count()
    other.click(".decision-buttons .approve")
    other.wait_for_selector(f".desk-title:has-text('Asked before {lang}')", state="detached")
    page.goto(f"{shop}/inbox/{number}")
    page.wait_for_selector(".decision-buttons .approve")


def test_R_6_an_opinion_is_asked_for_and_given(visit: Visit, shop: str) -> None:
    number = ask(visit, shop, "Opinion wanted")
    page = visit(f"/inbox/{number}", "manager")
    page.wait_for_selector(".decision-more")
    page.click(".decision-more button:has-text('Consult')")
    page.click(".decision-send button")
    page.wait_for_selector(".said.wrong:has-text('Choose whom to ask')")
    page.select_option(".asked-people select", "warehouse")
    page.click(".decision-send button")
    page.wait_for_selector(".desk-title:has-text('Opinion wanted')", state="detached")
    other = visit(f"/inbox/{number}", "warehouse")
    other.wait_for_selector(".decision-buttons.single")
    other.fill("#decision-comment", "Good value")
    other.click(".decision-buttons .approve")
    other.wait_for_selector(".desk-title:has-text('Opinion wanted')", state="detached")
    page.goto(f"{shop}/inbox/{number}")
    page.wait_for_selector(".timeline:has-text('Good value')")
