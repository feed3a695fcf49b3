"""Lists in a real browser: filters by what a link points to, the peek at the side, boards, calendars, acts on many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browsing import expect, still

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
Visit = Callable[..., Any]
ROW = ".ag-row a.number-link"


def test_a_list_is_filtered_by_what_a_link_points_to(visit: Visit) -> None:
    page = visit("/purchase_request", "manager")
    page.wait_for_selector(ROW)
    page.click(".add-filter")
    page.click(".menu-line:has-text('Requester')")
    page.click(".rt-PopoverContent input")
    page.keyboard.type("chen")
    page.click(".offers li:has-text('Chen Lu')")
    page.wait_for_url("**requester=buyer**")
    page.wait_for_selector(".filter-chip:has-text('Requester is'):has-text('Chen Lu')")
    page.wait_for_selector(".list-status:has-text('3 purchase requests')")


def test_a_row_opens_and_closes_again_without_loading_the_page_anew(visit: Visit) -> None:
    page = visit("/purchase_request", "employee")
    page.wait_for_selector(ROW)
    loads: list[str] = []
    page.on("request", lambda asked: loads.append(asked.url) if asked.resource_type == "document" else None)
    number = page.locator(ROW).nth(1).inner_text()
    page.locator(ROW).nth(1).click()
    page.wait_for_selector(f".record-title:has-text('{number}')")
    page.go_back()
    page.wait_for_selector(ROW)
    assert not loads


def test_space_peeks_at_the_side_and_the_peek_goes_on_with_the_rows(visit: Visit) -> None:
    page = visit("/purchase_request", "employee")
    page.wait_for_selector(ROW)
    first, second = page.locator(ROW).nth(0).inner_text(), page.locator(ROW).nth(1).inner_text()
    page.keyboard.press("j")
    page.keyboard.press("Space")
    page.wait_for_selector(f".peek .number-link:has-text('{first}')")
    page.wait_for_selector(".peek .line-brief:has-text('MUG-350')")
    page.keyboard.press("j")
    page.wait_for_selector(f".peek .number-link:has-text('{second}')")
    expect(page.locator(".ag-row-selected")).to_have_count(0)
    page.keyboard.press("Escape")
    page.wait_for_selector(".peek", state="detached")


def test_a_range_of_rows_is_selected_and_esc_leads_back_to_the_row(visit: Visit) -> None:
    page = visit("/purchase_request", "employee")
    page.wait_for_selector(ROW)
    for key in ("j", "x", "j", "j", "Shift+X"):
        page.keyboard.press(key)
    page.wait_for_selector(".bulk:has-text('3 selected')")
    page.keyboard.press("Enter")
    page.wait_for_selector(".record-title")
    page.keyboard.press("Escape")
    page.wait_for_selector(ROW)
    page.wait_for_selector(".ag-row-focus")


def test_a_card_goes_by_the_ways_of_its_stage_with_a_button_or_by_dragging(visit: Visit) -> None:
    page = visit("/purchase_request?view=board", "buyer")
    drafts = page.locator(".board-column[aria-label=Draft] .board-card")
    drafts.first.wait_for()
    still(page)
    count = drafts.count()
    page.click(".board-column[aria-label=Draft] .board-card >> nth=0 >> button")
    page.click(".board-ways button:has-text('In review')")
    expect(drafts).to_have_count(count - 1)
    still(page)                                    # what is dragged is not drawn anew under the pointer
    drafts.first.hover()
    page.mouse.down()
    target = page.locator(".board-column[aria-label='In review']").bounding_box()
    page.mouse.move(target["x"] + 40, target["y"] + 60, steps=4)
    page.wait_for_selector(".board-column.leads[aria-label='In review']")
    page.wait_for_selector(".board-column.shut[aria-label=Returned]")
    page.mouse.move(target["x"] + 50, target["y"] + 70, steps=3)
    page.mouse.up()
    expect(drafts).to_have_count(count - 2)


def test_a_board_offers_no_way_that_its_reader_may_not_go(visit: Visit, shop: str) -> None:
    page = visit("/purchase_request?view=board", "manager")
    with page.expect_response("**/api/pages/moves/**"):
        page.click(".board-column[aria-label='In review'] .board-card >> nth=0 >> button")
    page.wait_for_selector(".board-ways")
    still(page)
    assert page.locator(".board-ways button").all_inner_texts() in ([], ["Decide"])
    assert page.request.get(f"{shop}/api/pages/moves/purchase_request/PR-0000-00000?view=board").status == 404


def test_a_month_shows_what_falls_on_its_days(visit: Visit) -> None:
    page = visit("/purchase_order?view=calendar", "buyer", lang="zh")
    page.wait_for_selector(".month-grid .month-day.today")
    expect(page.locator(".month-name")).to_have_text(list("一二三四五六日"))
    title = page.inner_text(".month-head h2")
    page.click(".month-head button >> nth=1")
    expect(page.locator(".month-head h2")).not_to_have_text(title)
    page.click("text=今天")
    page.wait_for_selector(f".month-head h2:has-text('{title}')")
