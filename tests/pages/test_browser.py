"""People use the pages in a real browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browsing import expect, still
from tests.pages.company import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
Visit = Callable[..., Any]
ROW = ".ag-row a.number-link"


def open_palette(page: Any) -> None:
    """Press the keys until the page has woken up and hears them."""
    page.wait_for_selector(".side-item")
    while not page.locator(".palette").count():
        page.keyboard.press("Control+k")
        page.wait_for_timeout(300)


def test_a_stranger_is_led_to_sign_in_and_back_to_where_he_was(visit: Visit) -> None:
    page = visit("/purchase_request?view=in_review")
    page.wait_for_url("**/login**")
    page.fill("#sign-in-name", "employee")
    page.fill("#sign-in-password", "not this one")
    page.click("button[type=submit]")
    expect(page.locator("[role=alert]")).to_contain_text("don't belong together")
    page.fill("#sign-in-password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/purchase_request?view=in_review")
    page.wait_for_selector(ROW)
    assert "HttpOnly" not in page.evaluate("document.cookie") and "daybook_session" not in page.evaluate(
        "document.cookie"
    )


def test_rows_are_for_those_who_signed_in(visit: Visit, shop: str) -> None:
    page = visit("/login")
    for path in ("/api/pages/rows/purchase_request", "/api/pages/export/purchase_request?as=csv"):
        assert page.request.get(shop + path).status == 401


def test_the_list_is_moved_through_selected_and_opened_by_keys(visit: Visit) -> None:
    page = visit("/purchase_request", "manager")
    page.wait_for_selector(ROW)
    for key in "jxjx":
        page.keyboard.press(key)
    page.wait_for_selector(".bulk:has-text('2 selected')")
    page.keyboard.press("/")
    expect(page.locator("#list-search")).to_be_focused()
    page.keyboard.type("xj")  # letters typed into a box are letters
    expect(page.locator("#list-search")).to_have_value("xj")


def test_a_filter_stands_in_the_address_and_survives_a_reload(visit: Visit) -> None:
    page = visit("/purchase_request", "manager")
    page.wait_for_selector(ROW)
    page.click(".add-filter")
    page.click(".menu-line:has-text('Stage')")
    page.click(".check-line:has-text('In review')")
    page.click("button:has-text('Apply')")
    page.wait_for_url("**stage=in_review**")
    page.wait_for_selector(".filter-chip:has-text('Stage is'):has-text('In review')")
    page.reload()
    page.wait_for_selector(ROW)
    page.wait_for_selector(".filter-chip")
    expect(page.locator(".chip:has-text('Draft')")).to_have_count(0)
    assert page.locator(ROW).count()
    page.click(".filter-chip button")
    page.wait_for_url(lambda url: "stage" not in url)
    page.wait_for_selector(".chip:has-text('Draft')")


def test_the_empty_states_are_told_apart(visit: Visit) -> None:
    page = visit("/supplier", "buyer")
    page.wait_for_selector("text=No suppliers yet")
    page.goto(page.url + "?search=nobody")
    page.wait_for_selector("text=Nothing matches these filters")
    page = visit("/nothing", "buyer")
    page.wait_for_selector("text=There is no such page")


def test_a_manager_approves_from_home(visit: Visit) -> None:
    page = visit("/", "manager")
    told = page.get_by_text(re.compile(r"\d+ things wait for your decision"))
    expect(told).to_be_visible()
    waiting = int(re.findall(r"\d+", told.inner_text())[0])  # other tests ask him too
    page.click(".card-row.task >> nth=0 >> button:has-text('Approve')")
    page.wait_for_selector(f"text=/{waiting - 1} things? wait/")
    page = visit("/purchase_request?stage=approved", "employee")
    page.wait_for_selector(ROW)


def test_the_palette_finds_by_pinyin_and_by_number(visit: Visit) -> None:
    page = visit("/", "employee", lang="zh")
    open_palette(page)
    page.keyboard.type("cgsq")
    page.wait_for_selector(".palette-item.here:has-text('采购申请')")
    page.fill(".palette-head input", "PR-2026-00002")
    page.wait_for_selector(".palette-item.here:has-text('PR-2026-00002')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/purchase_request/PR-2026-00002")


def test_the_language_turns_the_whole_page(visit: Visit) -> None:
    page = visit("/purchase_request", "manager")
    page.wait_for_selector(ROW)
    page.click(".user-block")
    page.click("[role=menuitem]:has-text('中文')")
    page.wait_for_selector("h1:has-text('采购申请')")
    page.wait_for_selector(".chip:has-text('审批中')")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


@pytest.mark.capability("MOB-01")
@pytest.mark.parametrize("path", ["/", "/purchase_request", "/settings/people", "/stock", "/login"])
def test_nothing_scrolls_sideways_on_a_phone(visit: Visit, path: str) -> None:
    page = visit(path, None if path == "/login" else "admin", width=390, lang="zh")
    page.wait_for_selector("h1, .row-card", state="attached")
    still(page)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390


def test_an_administrator_adds_a_person_and_gives_a_role(visit: Visit) -> None:
    page = visit("/settings/people", "admin")
    page.click("button:has-text('Add a person')")
    page.fill("#add-name", "li.qiang")
    page.fill("#add-title", "Li Qiang")
    page.fill("#add-password", "short")
    page.click(".plain-form button[type=submit]")
    page.wait_for_selector(".plain-form [role=alert]")
    page.fill("#add-password", "long-enough-7")
    page.click(".plain-form button[type=submit]")
    row = page.locator("tr", has_text="li.qiang")
    row.wait_for()
    row.get_by_label("Give a role").click()
    page.click("[role=menuitem]:has-text('Warehouse manager')")
    page.wait_for_selector("tr:has-text('li.qiang') .tag:has-text('Warehouse manager')")


def test_people_and_roles_are_for_the_administrator(visit: Visit) -> None:
    page = visit("/settings/people", "employee")
    page.wait_for_selector("text=You can't change people and roles")
