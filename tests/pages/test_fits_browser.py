"""Nothing is cut: line tables fit a desk, and no page needs a phone to be pushed sideways."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browsing import still

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
Visit = Callable[..., Any]
CUT = """() => [...document.querySelectorAll('main *')].filter((one) => one.scrollWidth > one.clientWidth + 1
  && ['auto', 'scroll'].includes(getComputedStyle(one).overflowX)).map((one) => `${one.className} ${one.scrollWidth} > ${one.clientWidth}`)"""
PHONE = {
    "/": "main h1",
    "/stock": "main",
    "/purchase_request": ".row-card",
    "/purchase_request/new": ".record-form",
    "/supplier/new": ".record-form",
    "/product/MUG-350": ".record-title",
    "/notebooks": ".book",
    "/settings/jobs": "main",
    "/import": "main",
}


@pytest.mark.parametrize("path", ["/supplier/new", "/purchase_order/new", "/goods_receipt/new"])
def test_a_line_table_fits_a_desk(visit: Visit, path: str) -> None:
    page = visit(path, "warehouse" if "receipt" in path else "buyer")
    page.wait_for_selector(".line-table, .record-lines")
    still(page)
    assert page.evaluate(CUT) == []


def test_no_page_is_pushed_sideways_on_a_phone(visit: Visit) -> None:
    page = visit("/", "manager", width=390, lang="zh")
    base = page.url.rstrip("/")
    for path, known in PHONE.items():
        page.goto(base + path)
        page.wait_for_selector(known)
        still(page)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= 390, path
        assert [one for one in page.evaluate(CUT) if "tabs" not in one] == [], path


def test_the_frame_leads_only_to_pages_that_are_there(visit: Visit, shop: str) -> None:
    for name in ("manager", "outsider"):
        page = visit("/", name, width=390)
        page.wait_for_selector(".bottom a")
        page.click(".bottom button")
        page.wait_for_selector(".rt-DialogContent a")
        found = page.eval_on_selector_all(".bottom a, .rt-DialogContent a", "all => all.map((one) => one.getAttribute('href'))")
        forms = {f"/{one['name']}" for one in page.request.get(f"{shop}/api/v1/forms").json()["items"]}
        others = set(found) - forms - {"/", "/inbox", "/stock", "/notebooks", "/settings/account"}
        assert found and not others, f"{name}: {others}"
