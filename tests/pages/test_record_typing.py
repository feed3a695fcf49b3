"""What is typed into a record: understood as people mean it, answered fast and short, never wiped."""
from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.config.form_spec import FieldSpec
from app.core.errors import Conflict, Invalid
from app.core.words import Words
from app.office.facade import Office
from app.pages.record_state import Sheet
from app.pages.session import entered
from app.pages.views import record_work as typing
from app.pages.views.listing import reader_of
from app.pages.views.record_clash import clash_of
from app.pages.views.record_sheet import sheet_of
from app.pages.views.understood import understood
from tests.pages.company import a_trading_company, an_empty_office

TODAY = date(2026, 11, 22)                         # a Sunday
FIELDS, LINES = 60, 50
LARGEST_ANSWER, SLOWEST = 1024, 0.060


@pytest.mark.parametrize(("typed", "meant"), [
    ("明天", "2026-11-23"), ("+3d", "2026-11-25"), ("12/1", "2026-12-01"), ("1/5", "2027-01-05"), ("周五", "2026-11-27"), ("fri", "2026-11-27"),
    ("2026年12月1日", "2026-12-01"), ("+1m", "2026-12-22"), ("２０２６－１２－０１", "2026-12-01"), ("13/40", "13/40"), ("", None)])
def test_a_day_is_typed_as_people_say_it(typed: str, meant: str | None) -> None:
    assert understood(a_field("date"), typed, today=TODAY, zone="Asia/Shanghai") == meant


@pytest.mark.parametrize(("typed", "meant"), [
    ("１２，０００．５", "12000.5"), ("=24*68", "1632"), ("=0.1+0.2", "0.3"), ("¥1,234.50", "1234.50"), ("\u22125", "-5"), ("1,2", "1,2"), ("=9**9", "=9**9"),
    ("=open('x')", "=open('x')"), ("=1/0", "=1/0")])
def test_a_number_is_exact_whatever_it_is_typed_with(typed: str, meant: str) -> None:
    assert understood(a_field("quantity"), typed, today=TODAY, zone="Asia/Shanghai") == meant


def test_a_bare_per_cent_gets_its_sign() -> None:
    assert understood(a_field("percent"), "13", today=TODAY, zone="Asia/Shanghai") == "13%"


def test_an_instant_stands_in_the_zone_of_the_company() -> None:
    assert understood(a_field("datetime"), "明天 14:30", today=TODAY, zone="Asia/Shanghai") == "2026-11-23T14:30:00+08:00"


def test_an_edit_of_a_large_form_is_answered_fast_and_short(tmp_path: Path) -> None:
    with a_large_sheet(tmp_path) as sheet:
        taken = [edited(sheet, f"lines.{line}.quantity", str(line + 3)) for line in range(1, LINES + 1)]
        taken += [edited(sheet, f"field_{place}", f"text {place}") for place in range(1, 11)]
    assert max(size for size, _ in taken) <= LARGEST_ANSWER
    assert sorted(seconds for _, seconds in taken)[int(len(taken) * .95)] <= SLOWEST


def test_a_draft_that_is_being_typed_is_not_wiped_by_loading_the_page_again(tmp_path: Path) -> None:
    with a_large_sheet(tmp_path) as sheet:
        edited(sheet, "field_1", "typed")
        before = sheet.rev
        sheet._open("wide", "", version=0, facts=())
        assert sheet.rev == before
        assert sheet._work.head["field_1"] == "typed"


def test_proposed_lines_stay_when_one_of_them_is_touched(tmp_path: Path) -> None:
    buyer, reader, work = some_work(tmp_path)
    typing.put(buyer, reader, work, path="lines.1.product", value=["MUG-350"])
    typing.put(buyer, reader, work, path="lines.1.quantity", value="=2*3")
    typing.put(buyer, reader, work, path="lines.1.unit_price", value="29.9")
    typing.changes(buyer, reader, work)
    no = typing.add_line(buyer, work, "lines", like=1)
    typing.changes(buyer, reader, work)
    assert work.rows["lines"] == [1, no]
    assert work.cells[f"lines.{no}.quantity"]["text"] == "6"
    assert work.cells["total_amount"]["told"] == "¥358.80"


def test_a_deleted_line_comes_back_as_it_was(tmp_path: Path) -> None:
    buyer, reader, work = some_work(tmp_path)
    typing.put(buyer, reader, work, path="lines.1.product", value=["MUG-350"])
    typing.changes(buyer, reader, work)
    typing.remove_line(buyer, work, "lines", 1)
    assert typing.given(work)["lines"] == []
    typing.bring_back(work)
    assert typing.given(work)["lines"] == [{"line_no": 1, "product": "MUG-350"}]


def test_what_is_missing_is_said_after_a_try_and_not_before(tmp_path: Path) -> None:
    buyer, reader, work = some_work(tmp_path)
    typing.changes(buyer, reader, work)
    assert work.problems == []
    work.tried = True
    typing.changes(buyer, reader, work)
    assert {one["path"] for one in work.problems} >= {"reason", "needed_on", "warehouse"}
    assert not [one for one in work.problems if one["path"].startswith("lines.")]          # a line left blank is no line


def test_a_draft_is_kept_and_restored_whole(tmp_path: Path) -> None:
    buyer, reader, work = some_work(tmp_path)
    typing.put(buyer, reader, work, path="lines.1.quantity", value="7")
    typing.put(buyer, reader, work, path="needed_on", value="soon")
    kept = json.loads(json.dumps(typing.kept_words(work)))
    again = typing.restored(typing.begun(buyer.form("purchase_request")), kept)
    typing.changes(buyer, reader, again)
    assert again.cells["lines.1.quantity"]["text"] == "7"
    assert again.cells["needed_on"]["text"] == "soon"
    assert "wrong" in again.cells["needed_on"]


def a_field(kind: str) -> FieldSpec:
    return FieldSpec("x", kind, Words("X"))


def some_work(where: Path) -> tuple[Office, Any, typing.Work]:
    buyer = a_trading_company(where).as_user("buyer")
    work = typing.begun(buyer.form("purchase_request"))
    reader = reader_of(buyer, "en")
    typing.changes(buyer, reader, work)
    return buyer, reader, work


@contextmanager
def a_large_sheet(where: Path) -> Iterator[Any]:
    """The form of a new document with 60 fields and 50 lines, open in a state of its own."""
    folder = where / "site" / "forms" / "stock"
    folder.mkdir(parents=True)
    (folder / "wide.yaml").write_text(wide_form())
    admin = an_empty_office(where).as_user("admin")
    with entered(admin):
        sheet = Sheet(_reflex_internal_init=True)
        sheet._open("wide", "", version=0, facts=())
        for line in range(1, LINES + 1):
            typing.put(admin, reader_of(admin, "en"), sheet._typed(), path=f"lines.{line}.price", value="3.5") if line == 1 else _added(sheet, admin)
        sheet._answer(sheet._typed())
        sheet.get_delta()
        yield sheet


def _added(sheet: Any, office: Office) -> None:
    typing.add_line(office, sheet._typed(), "lines", like=1)
    sheet._typed().rows["lines"] = sorted(sheet._typed().lines["lines"])


def edited(sheet: Any, path: str, value: str) -> tuple[int, float]:
    """Type into a box; give the size of the answer in bytes and the seconds that it took."""
    sheet._clean()
    began = time.process_time()            # what others do at the same time is not its fault
    Sheet.event_handlers["put"].fn.__wrapped__(sheet, path, value)
    answer = sheet.get_delta()
    taken = time.process_time() - began
    return len(json.dumps(answer, default=str).encode()), taken


def wide_form() -> str:
    fields = "\n".join(f"  field_{place}: {{type: text, label: {{en: Field {place}, zh: 字段 {place}}}}}" for place in range(1, FIELDS + 1))
    return f"""form: wide
title: {{en: Wide, zh: 宽表}}
number: W-{{year}}-{{seq:5}}
fields:
{fields}
lines:
  price:    {{type: price, label: {{en: Price, zh: 单价}}}}
  quantity: {{type: quantity}}
  note:     {{type: text, label: {{en: Note, zh: 备注}}}}
  amount:   {{type: money, formula: quantity * price}}
totals:
  total_amount: {{type: money, formula: sum(lines.amount)}}
access:
  create: [admin]
"""


def test_nobody_sees_what_another_person_typed_in_the_same_browser(tmp_path: Path) -> None:
    with a_large_sheet(tmp_path) as sheet:
        edited(sheet, "field_1", "only for me")
        other = an_office_of(tmp_path).as_user("buyer")
    with entered(other):
        assert sheet._typed() is None
        edited(sheet, "field_2", "not mine to change")
    assert "field_2" not in sheet._work.head


def an_office_of(home: Path) -> Office:
    from app.config.settings import Settings

    return Office.open(Settings(home=home, secret_key="for tests only"))


def test_rows_that_are_documents_are_typed_on_the_record_and_saved_with_it(tmp_path: Path) -> None:
    manager, reader, work = a_product_with_variants(tmp_path)
    second, first = work.rows["variants"]          # in the order of their codes
    typing.put(manager, reader, work, path=f"variants.{first}.name", value="Ivory")
    no = typing.add_line(manager, work, "variants", like=second)
    typing.put(manager, reader, work, path=f"variants.{no}.sku", value="JUG-1-R")
    typing.put(manager, reader, work, path=f"variants.{no}.name", value="Red")
    assert work.cells[f"variants.{first}.@"] == {"stays": True}          # nobody may delete a variant
    manager.update("product", "JUG-1", typing.given(work, whole=True), version=work.version)
    assert {row["sku"]: row["name"] for row in manager.list("variant", "product == 'JUG-1'").rows} == {"JUG-1-W": "Ivory", "JUG-1-B": "Black", "JUG-1-R": "Red"}


def test_a_row_that_breaks_its_own_forms_rule_saves_nothing_and_says_where(tmp_path: Path) -> None:
    manager, reader, work = a_product_with_variants(tmp_path)
    typing.put(manager, reader, work, path="name", value="Mug")
    no = typing.add_line(manager, work, "variants")
    typing.put(manager, reader, work, path=f"variants.{no}.sku", value="x")
    with pytest.raises(Invalid) as refused:
        manager.update("product", "JUG-1", typing.given(work, whole=True), version=work.version)
    assert {problem.path for problem in refused.value.problems} >= {f"variants.{no}.sku"}
    assert manager.get("product", "JUG-1")["name"] == "Jug" and manager.list("variant", "product == 'JUG-1'").count.number == 2


def test_two_people_at_one_row_are_told_apart(tmp_path: Path) -> None:
    manager, reader, work = a_product_with_variants(tmp_path)
    first = work.rows["variants"][1]
    manager.as_user("buyer").update("variant", "JUG-1-W", {"name": "Snow"})
    typing.put(manager, reader, work, path=f"variants.{first}.name", value="Ivory")
    with pytest.raises(Conflict) as refused:
        manager.update("product", "JUG-1", typing.given(work, whole=True), version=work.version)
    clash = clash_of(manager, reader, work, refused.value)
    assert clash is not None and (clash.mine, clash.theirs) == ("Ivory", "Snow")
    manager.update("product", "JUG-1", typing.given(typing.caught_up(manager, work), whole=True))
    assert manager.get("variant", "JUG-1-W")["name"] == "Ivory"


def test_who_may_not_change_rows_reads_them(tmp_path: Path) -> None:
    manager, *_ = a_product_with_variants(tmp_path)
    employee = manager.as_user("employee")
    work = typing.begun(employee.form("product"), number="JUG-1")
    typing.changes(employee, reader_of(employee, "en"), work)
    sheet = sheet_of(employee, reader_of(employee, "en"), work)
    assert [table["open"] for table in sheet["tables"]] == [False]
    assert all(cell.get("shut") for path, cell in work.cells.items() if path.endswith(".name"))


def a_product_with_variants(home: Path) -> tuple[Office, Any, typing.Work]:
    manager = a_trading_company(home).as_user("manager")
    variants = [{"sku": "JUG-1-W", "name": "White"}, {"sku": "JUG-1-B", "name": "Black"}]
    jug = {"code": "JUG-1", "name": "Jug", "category": "office", "unit": "pcs", "list_price": "19", "has_variants": True, "variants": variants}
    manager.create("product", jug)
    reader = reader_of(manager, "en")
    work = typing.begun(manager.form("product"), number="JUG-1", version=manager.get("product", "JUG-1").version)
    typing.changes(manager, reader, work)
    return manager, reader, work
