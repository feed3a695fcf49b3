"""Approvers decide in a real browser: by keys at a desk, by thumb on a phone."""
from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from app.core import clock
from tests.browsing import expect, still

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
Visit = Callable[..., Any]


def test_a_task_is_approved_by_one_key_and_the_next_opens(visit: Visit, shop: str) -> None:
    ask(visit, shop, "First of two")
    number = ask(visit, shop, "Second of two")
    page = visit(f"/inbox/{number}", "manager")
    page.wait_for_selector(".desk-title:has-text('Second of two')")
    page.wait_for_selector(f".inbox-line:has-text('{number}')")
    page.wait_for_selector(".decision-buttons")
    waiting = page.locator(".inbox-line").count()
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 1440
    page.keyboard.press("a")
    page.wait_for_selector(".desk-title:has-text('Second of two')", state="detached")
    expect(page.locator(".inbox-line")).to_have_count(waiting - 1)
    page.wait_for_selector(".decision-buttons")


def test_a_return_waits_for_its_reason(visit: Visit, shop: str) -> None:
    number = ask(visit, shop, "To be returned")
    page = visit(f"/inbox/{number}", "manager")
    page.wait_for_selector(".decision-buttons")
    page.keyboard.press("b")
    page.wait_for_function("document.activeElement.id === 'decision-comment'")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".said.wrong:has-text('Write a reason')")
    page.keyboard.type("The price is missing")      # letters typed here decide nothing
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".desk-title:has-text('To be returned')", state="detached")
    page.goto(f"{shop}/purchase_request/{number}")
    page.wait_for_selector(".timeline:has-text('The price is missing')")


def test_an_old_link_says_who_settled_it_and_when(visit: Visit, shop: str) -> None:
    number = ask(visit, shop, "Settled soon")
    page = visit(f"/inbox/{number}", "manager", lang="zh")
    page.wait_for_selector(".decision-buttons")
    page.keyboard.press("a")
    page.wait_for_selector(".desk-title:has-text('Settled soon')", state="detached")
    page.goto(f"{shop}/inbox/{number}")
    page.wait_for_selector(".callout.green:has-text('你无需再处理')")
    expect(page.locator(".callout.green")).to_contain_text("Wang Min")
    expect(page.locator(".decision-buttons")).to_have_count(0)
    page.goto(f"{shop}/inbox?tab=done")
    page.wait_for_selector(f".inbox-line:has-text('{number}')")


def test_what_changed_since_the_last_look_stands_on_top(visit: Visit, shop: str) -> None:
    number = ask(visit, shop, "Changes later")
    page = visit(f"/inbox/{number}", "manager")
    page.wait_for_selector(".decision-buttons")
    expect(page.locator(".changes")).to_have_count(0)
    maker = visit("/", "employee")
    for act, body in (("withdraw", {}), (None, {"lines": [{"line_no": 1, "quantity": "9"}]}), ("submit", {})):
        where = f"{shop}/api/v1/purchase_request/{number}"
        call = maker.request.post(f"{where}/{act}", data=body, headers={"origin": shop}) if act else maker.request.patch(where, data=body, headers={"origin": shop})
        assert call.ok, call.text()
    page.goto(f"{shop}/inbox/{number}")
    page.wait_for_selector(".changes")
    expect(page.locator(".changes-head")).to_contain_text("Changed since you last looked")
    expect(page.locator(".changes .now").first).to_have_text("9")


@pytest.mark.capability("MOB-01")
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_phone_shows_the_decision_without_scrolling(visit: Visit, shop: str, lang: str) -> None:
    number = ask(visit, shop, "By thumb")
    page = visit(f"/inbox/{number}", "manager", lang=lang, width=390)
    page.wait_for_selector(".decision-buttons .approve")
    still(page)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    box = page.locator(".decision-buttons .approve").bounding_box()
    assert box["y"] + box["height"] <= 844
    assert box["height"] >= 44
    assert page.locator(".line-brief >> nth=0").bounding_box()["y"] < 760
    page.click(".decision-buttons .reject")
    page.wait_for_function("document.activeElement.id === 'decision-comment'")
    page.click(".reasons .tag >> nth=0")
    page.click(".decision-send button")
    page.wait_for_selector(".desk-title:has-text('By thumb')", state="detached")


def test_all_done_says_so(visit: Visit) -> None:
    page = visit("/inbox", "warehouse")
    page.wait_for_selector("text=All done.")


def ask(visit: Visit, shop: str, reason: str) -> str:
    """Hand in a request as an employee whose manager decides; give its number."""
    maker = visit("/login", "employee")
    values = {"department": "OPS", "warehouse": "HZ", "needed_on": (clock.today("Asia/Shanghai") + timedelta(days=9)).isoformat(), "reason": reason,
              "lines": [{"product": "MUG-350", "quantity": "5", "unit_price": "29.9"}]}
    answer = maker.request.post(f"{shop}/api/v1/purchase_request?submit=true", data=values, headers={"origin": shop})
    assert answer.ok, answer.text()
    return str(answer.json()["number"])
