"""Notebooks, assistant, jobs, notices and imports driven in a browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browsing import expect, still
from tests.pages.test_accessible import CONTRAST, NAMELESS, SMALL

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
Visit = Callable[..., Any]
PAGES = {
    "/notebooks": ".book",
    "/notebooks/supplier_performance": ".notebook-form .box",
    "/assistant": ".choice-list button",
    "/settings/jobs": ".tabs .tab",
    "/import/product": ".file-drop",
}


def ask(page: Any, question: str) -> None:
    page.fill("textarea", question)
    page.keyboard.press("Enter")


def test_the_assistant_answers_beside_a_record_with_numbered_sources(visit: Visit) -> None:
    page = visit("/product/MUG-350", "manager")
    page.wait_for_selector(".record-title")
    page.keyboard.press("Control+/")
    page.wait_for_selector(".talk-panel .tag:has-text('MUG-350')")
    page.click(".choice-list button >> nth=0")
    page.wait_for_selector(".talk-panel .source a[href='/product/MUG-350']")
    page.wait_for_selector(".talk-panel .answer-foot:has-text('As of')")
    page.wait_for_selector(".talk-panel .source-mark >> nth=1")
    page.click(".talk-panel button[title=Close]")
    page.wait_for_selector(".talk-panel", state="detached")


def test_a_draft_of_the_assistant_waits_for_a_press_and_leads_to_the_record(visit: Visit) -> None:
    page = visit("/assistant", "employee")
    page.wait_for_selector(".choice-list button")
    ask(page, "draft a purchase request for 20 MUG-350")
    page.click(".draft-card .quiet-button.main")
    page.click(".draft-card .made a")
    page.wait_for_url("**/purchase_request/PR-*")


def test_a_run_is_asked_for_waits_and_is_stopped(visit: Visit) -> None:
    page = visit("/notebooks", "finance")
    page.click(".book")
    page.wait_for_selector(".notebook-form .box")
    page.click(".notebook-form .quiet-button.main")
    page.wait_for_selector(".run.here .chip:has-text('Waiting')")
    page.click("button:has-text('Stop')")
    page.wait_for_selector(".run.here .chip:has-text('Stopped')")
    page.fill("#from_on", "2026-02-01")
    page.keyboard.press("Tab")
    page.wait_for_selector("text=Inputs changed since this run.")


def test_a_job_is_stopped_and_tried_again(visit: Visit) -> None:
    page = visit("/settings/jobs", "admin")
    page.click("tr:has-text('Send a message') >> nth=0 >> button:has-text('Stop')")
    page.wait_for_selector(".chip:has-text('Stopped')")
    page.click(".tab:has-text('Stopped')")
    page.wait_for_url("**state=stopped")
    page.click("tr:has-text('Send a message') >> nth=0 >> button:has-text('Try again')")
    page.wait_for_selector("text=runs again.")


def test_a_file_is_checked_row_by_row_before_anything_is_saved(visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "cups.csv"
    file.write_text("code,name,category,unit\nCUP-1,Cup,office,pcs\nCUP-2,Odd,nowhere,pcs\n")
    page = visit("/import/product", "manager")
    page.wait_for_selector(".file-drop")
    page.set_input_files("input[type=file]", file)
    expect(page.locator(".wrong-cell input")).to_have_value("nowhere")
    page.wait_for_selector("text=Import 1 ready rows")
    page.select_option(".import-column select[aria-label=name]", "-")
    page.wait_for_selector("text=Columns changed. Check again.")
    expect(page.locator(".import-foot .quiet-button.main")).to_be_disabled()
    page = visit("/product/CUP-1", "manager")
    page.wait_for_selector("text=No product has this number")


def test_a_wrong_cell_is_mended_before_the_import_and_stays_mended(visit: Visit, tmp_path: Path) -> None:
    file = tmp_path / "jars.csv"
    file.write_text("code,name,category,unit\nJAR-1,Jar,office,pcs\nJAR-2,Odd,nowhere,pcs\nJAR-3,Third,elsewhere,pcs\n")
    page = visit("/import/product", "manager")
    page.wait_for_selector(".file-drop")
    page.set_input_files("input[type=file]", file)
    page.wait_for_selector("text=Import 1 ready rows")
    page.fill(".wrong-cell input >> nth=0", "office")
    page.keyboard.press("Tab")
    page.wait_for_selector("text=Cells changed. Check again.")
    expect(page.locator(".import-foot .quiet-button.main")).to_be_disabled()
    page.reload()
    page.wait_for_selector("text=Cells changed. Check again.")
    expect(page.locator(".wrong-cell input").first).to_have_value("office")
    page.focus(".wrong-cell input >> nth=1")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Import 2 ready rows")
    expect(page.locator(".wrong-cell input")).to_have_value("elsewhere")


def test_importing_is_for_those_who_may(visit: Visit) -> None:
    page = visit("/import/product", "employee")
    page.wait_for_selector("text=You can't import here")


def test_results_and_rejected_rows_are_for_those_who_signed_in(visit: Visit, shop: str) -> None:
    page = visit("/login")
    for path in ("/api/pages/notebook/1", "/api/pages/import/1/rejected"):
        assert page.request.get(shop + path).status == 401
    page = visit("/", "employee")
    for path in ("/api/pages/notebook/999999", "/api/pages/import/999999/rejected"):
        assert page.request.get(shop + path).status == 404


@pytest.mark.parametrize("path", PAGES)
def test_the_work_pages_can_be_read_and_pressed(visit: Visit, path: str) -> None:
    for dark in (False, True):
        page = visit(path, "manager", dark=dark)
        page.wait_for_selector(PAGES[path])
        still(page)
        assert not page.evaluate(CONTRAST)["bad"]
    assert not page.evaluate(NAMELESS)
    assert not page.evaluate(SMALL)
    page = visit(path, "manager", width=390, lang="zh")
    page.wait_for_selector(PAGES[path])
    still(page)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
