"""Free SQL in a browser: written, run by keys, corrected, taken up again, saved as a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browsing import expect, still
from tests.pages.test_accessible import CONTRAST, NAMELESS, SMALL

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
Visit = Callable[..., Any]
TEXT = "select stage, count(*) as n, sum(total_amount) as total from purchase_request group by all"


def test_a_query_is_run_by_keys_corrected_and_saved(visit: Visit) -> None:
    page = visit("/sql", "analyst")
    box = page.locator("#sql-box")
    expect(box).to_have_value(re.compile(r"^select \*\nfrom purchase_order"))
    page.fill("#sql-box", TEXT.replace("stage,", "stge,"))
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("[role=alert]:has-text(\"Did you mean 'stage'\")")
    page.fill("#sql-box", TEXT)
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".sql-grid td")
    expect(page.locator("[role=alert]")).to_have_count(0)
    expect(page.locator(".sql-grid th.figures")).to_have_text(["n", "total"])
    expect(page.locator(".sql-grid td.figures").first).to_have_css("text-align", "right")
    with page.expect_download() as saved:
        page.click("text=Save as CSV")
    assert saved.value.path().read_text(encoding="utf-8-sig").splitlines()[0] == "stage,n,total"
    page.click("summary:has-text('supplier_return_lines')")
    page.click("details[open] >> text=Show its first rows")
    expect(box).to_have_value("select *\nfrom supplier_return_lines\nlimit 100")
    page.reload()
    expect(box).to_have_value(re.compile("supplier_return_lines"))
    page.click("[role=tab]:has-text('History')")
    page.click(f".sql-past:has-text('{TEXT[:40]}')")
    expect(box).to_have_value(TEXT)


@pytest.mark.parametrize(("width", "dark"), [(390, True), (1440, False)])
def test_the_page_fits_and_can_be_read(visit: Visit, width: int, dark: bool) -> None:
    page = visit("/sql", "analyst", lang="zh", width=width, dark=dark)
    page.wait_for_selector("#sql-box")
    page.fill("#sql-box", TEXT)
    page.click("button:has-text('运行')")
    page.wait_for_selector(".sql-grid td")
    still(page)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    below = page.evaluate(
        "document.querySelector('.sql-side').getBoundingClientRect().top - document.querySelector('.sql-grid').getBoundingClientRect().top"
    )
    assert (below > 0) == (width < 700), "on a phone the answer comes before the tables"
    assert page.evaluate(NAMELESS) == [] and page.evaluate(SMALL) == []
    assert page.evaluate(CONTRAST)["bad"] == []


def test_who_has_no_such_page_is_told(visit: Visit) -> None:
    page = visit("/sql", "employee")
    page.wait_for_selector("text=can't open")
    expect(page.locator("#sql-box")).to_have_count(0)
