"""A session ends: it is told in time, it can be put off, and nothing that was typed is lost."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable
from typing import Any

import pytest

from tests.browsing import expect, still, taken, type_at_once
from tests.pages.company import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
Visit = Callable[..., Any]
REASON, NEEDED = "[data-path='reason']", "[data-path='needed_on']"


def sign_in(page: Any, name: str) -> None:
    page.wait_for_selector("text=Your session has ended.")
    page.fill("#sign-in-name", name)
    page.fill("#sign-in-password", PASSWORD)
    page.click("button[type=submit]")


def ended_while_typing(visit: Visit, shop: str) -> Any:
    page = visit("/purchase_request/new", "employee")
    page.fill(REASON, "Before the session ended")
    page.keyboard.press("Tab")
    taken(page)
    assert page.request.post(f"{shop}/api/logout", headers={"Origin": shop}).ok
    type_at_once(page, {"needed_on": "+3d", "reason": "Before the session ended, and after"})
    page.wait_for_url("**/login**")
    return page


def test_a_session_that_ends_in_the_middle_of_an_edit_loses_nothing(visit: Visit, shop: str) -> None:
    page = ended_while_typing(visit, shop)
    sign_in(page, "employee")
    page.wait_for_url("**/purchase_request/new**")
    expect(page.locator(REASON)).to_have_value("Before the session ended, and after")
    expect(page.locator(NEEDED)).to_have_value(re.compile("^20"))


def test_another_person_at_the_same_browser_finds_nothing_of_it(visit: Visit, shop: str) -> None:
    page = ended_while_typing(visit, shop)
    sign_in(page, "buyer")
    page.wait_for_url("**/purchase_request/new**")
    page.wait_for_selector(REASON)
    still(page)
    assert page.input_value(REASON) == page.input_value(NEEDED) == ""
    assert "Before the session" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_the_end_of_a_session_is_told_two_minutes_before_and_can_be_put_off(visit: Visit, shop: str) -> None:
    page = visit("/purchase_request/new", "employee")
    page.wait_for_selector(REASON)
    page.route("**/api/session", lambda route: route.fulfill(json={"left": 110, "ends": "14:31"}) if route.request.method == "GET" else route.continue_())
    page.reload()
    page.wait_for_selector(".session-end:has-text('14:31'):has-text('What you typed is kept')")
    page.click("text=Stay signed in")
    page.wait_for_selector(".session-end", state="detached")
    left = page.request.get(f"{shop}/api/session").json()["left"]
    assert left > 11 * 3600  # put off by twelve hours


def test_a_comment_that_was_not_sent_waits_at_its_task(visit: Visit, shop: str) -> None:
    page = visit("/inbox", "manager")
    page.fill("#decision-comment", "Ask for a second quote")
    page.request.post(f"{shop}/api/logout", headers={"Origin": shop})
    page.keyboard.press("Control+Enter")
    sign_in(page, "manager")
    page.wait_for_url("**/inbox**")
    expect(page.locator("#decision-comment")).to_have_value("Ask for a second quote")


def test_a_stranger_is_told_nothing_of_sessions(visit: Visit, shop: str) -> None:
    page = visit("/login")
    assert page.request.get(f"{shop}/api/session").status == 401
    assert page.request.post(f"{shop}/api/session", headers={"Origin": shop}).status == 401


def test_a_server_that_is_killed_under_an_open_form_loses_nothing_that_was_typed(visit: Visit, shop: Any) -> None:
    """Nothing is typed twice: what was sent, what was typed while nobody answered, and what comes after it."""
    page = visit("/purchase_request/new", "employee")
    page.fill(REASON, "Typed before")
    page.keyboard.press("Tab")
    taken(page)
    shop.server.stop(signal.SIGKILL)
    page.fill(REASON, "Typed before, and while nobody answered")
    shop.server.start_again()
    expect(page.locator(".saved")).to_contain_text("Saved")
    expect(page.locator(REASON)).to_have_value(re.compile("while nobody answered$"))
    page.reload()
    expect(page.locator(REASON)).to_have_value(re.compile("while nobody answered$"))
    page.fill(NEEDED, "+3d")
    page.keyboard.press("Tab")
    expect(page.locator(NEEDED)).to_have_value(re.compile("^20"))
