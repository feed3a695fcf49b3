"""An import that changes what is there: by the rights, versions and audit of a hand, counted, and taken back."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from app.core.actor import SYSTEM
from app.core.errors import Invalid, NotAllowed
from app.data import accounts, documents
from app.imports import running
from app.imports.errors import KeyNeeded, NotUndone
from app.imports.files import Files
from app.imports.reports import Report
from app.imports.running import Runner
from app.office import Office
from tests.imports.mappings import GOOD, ORDERS, a_file, brought, mapping

UPDATE = ORDERS.replace("    key: [order_no]\n", "    key: [order_no]\n    existing: update\n")
COLUMNS = ("number", "name", "supplier_no", "contact", "lead_time_days")


def a_csv(*rows: Sequence[Any], columns: Sequence[str]) -> tuple[str, bytes]:
    stream = io.StringIO()
    csv.writer(stream).writerows([columns, *rows])
    return "list.csv", stream.getvalue().encode()


def suppliers(office: Office, *rows: Sequence[Any], columns: Sequence[str] = COLUMNS[1:], dry: bool = False) -> Report:
    file = a_csv(*rows, columns=columns)
    return (office.import_preview if dry else office.import_file)("supplier", file, existing="update")


def supplier(office: Office, supplier_no: str) -> documents.Document:
    (row,) = office.list("supplier", filters=[("supplier_no", "eq", supplier_no)]).rows
    return office.get("supplier", row["number"])


def test_what_is_there_is_changed_and_counted(importer: Office) -> None:
    rows = ("First vendor", "V1", "Ann", 7), ("Second", "V2", "Bob", 3)
    assert suppliers(importer, *rows).imported == 2 - 1
    before = supplier(importer, "V2")
    report = suppliers(importer, rows[0], ("Second", "V2", "Cy", 3), ("Third", "V3", "", 1))
    assert (report.imported, report.changed, report.unchanged, report.rejected) == (1, 1, 1, 0)
    assert report.documents["supplier"] == {"made": 1, "changed": 1, "unchanged": 1, "rejected": 0}
    assert "1 imported + 1 changed + 1 unchanged" in report.sentence().en
    assert "更新 1" in report.sentence().zh
    after = supplier(importer, "V2")
    assert (after["contact"], after.version) == ("Cy", before.version + 1)
    (entry,) = [each for each in importer.history("supplier", after.number) if each.version == after.version]
    assert (entry.door, entry.act, dict(entry.diff)) == ("import", "update", {"contact": ["Bob", "Cy"]})


def test_a_try_counts_the_same_and_changes_nothing(importer: Office) -> None:
    suppliers(importer, ("Second", "V2", "Bob", 3))
    tried = suppliers(importer, ("Second", "V2", "Cy", 3), dry=True)
    assert (tried.changed, tried.imported) == (1, 0)
    assert supplier(importer, "V2")["contact"] == "Bob"
    assert supplier(importer, "V2").version == 1


def test_without_the_word_what_is_there_stays(importer: Office) -> None:
    suppliers(importer, ("Second", "V2", "Bob", 3))
    left = importer.import_file("supplier", a_csv(("Second", "V2", "Cy", 3), columns=COLUMNS[1:]))
    assert (left.changed, left.unchanged, supplier(importer, "V2")["contact"]) == (0, 1, "Bob")


def test_a_row_without_its_key_is_new_and_a_file_without_one_is_refused(importer: Office) -> None:
    number = importer.list("supplier").rows[0]["number"]
    report = suppliers(importer, (number, "Renamed"), ("", "Another"), columns=("number", "name"))
    assert (report.imported, report.changed) == (1, 1)
    assert importer.get("supplier", number)["name"] == "Renamed"
    with pytest.raises(KeyNeeded, match="number, supplier_no, tax_no"):
        suppliers(importer, ("Renamed", "Ann"), columns=("name", "contact"))


def test_a_key_twice_in_one_file_counts_once(importer: Office) -> None:
    report = suppliers(importer, ("A", "V1", "Ann", 7), ("B", "V1", "Bob", 7))
    assert (report.changed, report.rejected) == (1, 1)
    assert report.rejections[0].words.en == "Row 2 is the same document already."
    assert supplier(importer, "V1")["name"] == "A"


def test_an_emptied_cell_empties_and_a_column_left_out_keeps(importer: Office) -> None:
    suppliers(importer, ("Second", "V2", "Bob", 3))
    suppliers(importer, ("Second", "V2", ""), columns=("name", "supplier_no", "contact"))
    assert (supplier(importer, "V2")["contact"], supplier(importer, "V2")["lead_time_days"]) == (None, 3)


# what the person may not do


def test_a_masked_value_that_comes_back_changes_nothing(importer: Office) -> None:
    first = supplier(importer, "V1").number
    with importer.repository.transaction(SYSTEM) as tx:
        documents.set_values(tx, documents.get(tx, "supplier", first), {"bank_account": "DE0012345678"})
    shown = str(importer.get("supplier", first)["bank_account"])
    assert shown == "***5678"
    columns = ("number", "bank_account", "contact")
    for value in (shown, ""):
        assert suppliers(importer, (first, value, ""), columns=columns).unchanged == (1 if value else 0)
    refused = suppliers(importer, (first, "DE99", "Eve"), columns=columns)
    assert [each.column for each in refused.rejections] == ["bank_account"]
    with importer.repository.reading(SYSTEM) as tx:
        kept = documents.get(tx, "supplier", first)
    assert (kept["bank_account"], kept["contact"]) == ("DE0012345678", None)


def test_what_is_locked_or_closed_to_the_person_is_told_at_its_row(importer: Office) -> None:
    brought(importer, ORDERS, a_file(*GOOD))
    same = brought(importer, UPDATE, a_file(*GOOD))
    assert (same.unchanged, same.rejected) == (4, 0)  # the same values in a completed order are no change
    report = brought(importer, UPDATE, a_file(GOOD[0].replace("AR-1,3", "AR-1,9"), GOOD[1]))
    assert (report.changed, report.rejected) == (0, 2)
    assert "change Purchase order PO-" in report.rejections[0].words.en
    assert "无权修改" in report.rejections[0].words.zh


def test_whoever_may_import_but_not_edit_changes_nothing(importer: Office) -> None:
    with importer.repository.transaction(SYSTEM) as tx:
        accounts.create_account(tx, "bo", title="Bo", password="not-a-secret", roles=("buyer",))
    with pytest.raises(NotAllowed, match="import Supplier"):
        suppliers(importer.as_user("bo"), ("A", "V1", "Ann", 7))


# lines


def priced(office: Office, *rows: Sequence[Any], columns: Sequence[str]) -> Report:
    return office.import_file("supplier", a_csv(*rows, columns=columns), existing="update")


PRICES = ("supplier_no", "prices.product", "prices.unit_price", "prices.min_quantity", "prices.valid_from")


def lines(office: Office) -> list[tuple[int, str, Decimal]]:
    return [(line["line_no"], line["product"].number, line["unit_price"]) for line in supplier(office, "V1")["prices"]]


def test_the_lines_of_the_file_become_those_of_the_document(importer: Office) -> None:
    day = "2026-01-01"
    priced(importer, ("V1", "AR-1", 2, 1, day), ("V1", "AR-2", 3, 1, day), columns=PRICES)
    assert lines(importer) == [(1, "AR-1", 2), (2, "AR-2", 3)]
    assert priced(importer, ("V1", "AR-1", 2, 1, day), ("V1", "AR-2", 3, 1, day), columns=PRICES).unchanged == 2
    shorter = priced(importer, ("V1", "AR-1", 4, 1, day), columns=PRICES)
    assert (shorter.changed, lines(importer)) == (1, [(1, "AR-1", 4)])
    numbered = (*PRICES, "prices.line_no")
    longer = priced(importer, ("V1", "AR-1", 4, 1, day, 1), ("V1", "AR-2", 9, 5, day, 7), columns=numbered)
    assert (longer.changed, lines(importer)) == (2, [(1, "AR-1", 4), (7, "AR-2", 9)])
    assert importer.undo_import(longer.run) == 1
    assert lines(importer) == [(1, "AR-1", 4)]
    assert importer.undo_import(shorter.run) == 1
    assert lines(importer) == [(1, "AR-1", 2), (2, "AR-2", 3)]


def test_a_wrong_line_is_told_at_its_row(importer: Office) -> None:
    day = "2026-01-01"
    priced(importer, ("V1", "AR-1", 2, 1, day), ("V1", "AR-2", 3, 1, day), columns=PRICES)
    report = priced(importer, ("V1", "AR-1", 2, 1, day), ("V1", "AR-2", -3, 1, day), columns=PRICES)
    assert [(each.row, each.column) for each in report.rejections] == [(3, "prices.unit_price"), (2, "")]


def test_no_line_comes_or_goes_where_the_stage_locks_the_table(importer: Office) -> None:
    day = "2026-01-01"
    priced(importer, ("V1", "AR-1", 2, 1, day), ("V1", "AR-2", 3, 1, day), columns=PRICES)
    number = supplier(importer, "V1").number
    with importer.repository.transaction(SYSTEM) as tx:
        documents.move(tx, documents.get(tx, "supplier", number), "suspended")
    report = priced(importer, ("V1", "AR-1", 2, 1, day), columns=PRICES)
    assert (report.changed, report.rejected) == (0, 1)
    for change in ({"line_no": 1, "delete": True}, {"line_no": 9}):
        with pytest.raises(Invalid, match="can't be changed at the stage"):
            importer.update("supplier", number, {"prices": [change]})
    assert len(lines(importer)) == 2


# the way back


def test_an_undo_brings_the_old_values_back(importer: Office) -> None:
    suppliers(importer, ("Second", "V2", "Bob", 3))
    run = suppliers(importer, ("Second", "V2", "Cy", ""), ("Third", "V3", "", 1)).run
    assert importer.undo_import(run) == 2
    back = supplier(importer, "V2")
    assert (back["contact"], back["lead_time_days"], back.version) == ("Bob", 3, 3)
    assert importer.list("supplier", filters=[("supplier_no", "eq", "V3")]).rows == []
    assert next(each for each in importer.import_runs() if each.id == run).state == "undone"


def test_what_somebody_changed_since_is_named_and_nothing_is_undone(importer: Office) -> None:
    suppliers(importer, ("Second", "V2", "Bob", 3), ("Third", "V3", "Di", 3))
    run = suppliers(importer, ("Second", "V2", "Cy", 4), ("Third", "V3", "Ed", 3)).run
    number = supplier(importer, "V2").number
    importer.update("supplier", number, {"contact": "Fay"})
    with pytest.raises(NotUndone, match=f"changed the same in {number} since"):
        importer.undo_import(run)
    assert supplier(importer, "V3")["contact"] == "Ed"


def test_another_field_changed_since_stands_in_nobodys_way(importer: Office) -> None:
    suppliers(importer, ("Second", "V2", "Bob", 3))
    run = suppliers(importer, ("Second", "V2", "Cy", 3)).run
    importer.update("supplier", supplier(importer, "V2").number, {"lead_time_days": 9})
    assert importer.undo_import(run) == 1
    assert (supplier(importer, "V2")["contact"], supplier(importer, "V2")["lead_time_days"]) == ("Bob", 9)


def test_a_run_that_a_later_one_changed_waits_for_it(importer: Office) -> None:
    first = suppliers(importer, ("Second", "V2", "Bob", 3)).run
    second = suppliers(importer, ("Second", "V2", "Cy", 3)).run
    number = supplier(importer, "V2").number
    with pytest.raises(NotUndone, match=f"a later import changed {number}"):
        importer.undo_import(first)
    assert importer.undo_import(second) == 1
    assert importer.undo_import(first) == 1


def test_a_run_that_was_broken_off_goes_on_and_counts_what_it_changed(
    importer: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    brought(importer, ORDERS.replace("map: {done: completed, open: ordered}", "map: {done: draft, open: draft}"), a_file(*GOOD))
    monkeypatch.setattr(running, "BATCH", 1)
    rows = [row.replace(",1.50,", ",1.60,").replace(",10.005,", ",10.50,") for row in GOOD]
    runner = a_runner(importer, rows)

    def die(done: int, of: int) -> None:
        raise KeyboardInterrupt

    runner.progress = die
    with pytest.raises(KeyboardInterrupt):
        runner.run()
    rest = a_runner(importer, rows).run()
    assert (rest.resumed, rest.changed, rest.unchanged, rest.imported) == (True, 3, 1, 0)


def a_runner(office: Office, rows: Sequence[str]) -> Runner:
    return Runner(office.repository, office.actor, mapping(UPDATE), files=Files(contents=a_file(*rows)))
