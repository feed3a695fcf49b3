"""What stays out is told by file, row, column and reason, in both languages; what comes in comes in whole."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest

from app.imports.errors import ColumnsMissing
from app.imports.reports import rejected_csv
from app.office import Office
from tests.imports.mappings import GOOD, HEADER, ORDERS, a_file, brought

WRONG = [
    ("9,V1,15.04.2022,NOPE,3,1,done", "Product", "There is no product 'NOPE'.", "没有商品“NOPE”。"),
    ("9,V7,15.04.2022,AR-1,3,1,done", "Supplier", "There is no supplier 'V7'.", "没有供应商“V7”。"),
    ("9,V1,2022-04-15,AR-1,3,1,done", "Ordered", "'2022-04-15' is no date like DD.MM.YYYY.", "不是 DD.MM.YYYY"),
    ("9,V1,31.02.2022,AR-1,3,1,done", "Ordered", "'31.02.2022' is no date", "不是 DD.MM.YYYY"),
    ("9,V1,15.04.2022,AR-1,three,1,done", "Quantity", "'three' is not a number.", "“three”不是数字。"),
    ("9,V1,15.04.2022,AR-1,0,1,done", "Quantity", "At least 0.0001.", "不能小于 0.0001。"),
    ("9,V1,15.04.2022,AR-1,3,1.00001,done", "Price", "1.00001 has more than 4 digits", "小数位超过 4 位"),
    ("9,V1,15.04.2022,AR-1,3,-1,done", "Price", "A negative price", "单价为负"),
    ("9,V1,15.04.2022,AR-1,3,1,odd", "Status", "'odd' is none of done, open.", "“odd”不在 done, open 之中。"),
    ("9,V1,15.04.2022,AR-1,1e999999999,1,done", "Quantity", "is too big", "太大"),
]


@pytest.mark.parametrize(("row", "column", "english", "chinese"), WRONG)
def test_a_row_that_breaks_a_rule_is_told_with_its_place(
    importer: Office, row: str, column: str, english: str, chinese: str
) -> None:
    report = brought(importer, ORDERS, a_file(*GOOD, row))
    (told,) = report.rejections
    assert (told.file, told.row, told.column) == ("orders.csv", 6, column)
    assert english in told.words.en
    assert chinese in told.words.zh
    assert (report.read, report.imported, report.rejected) == (5, 4, 1)
    assert report.adds_up and not report.failed


def test_a_document_with_one_bad_line_stays_out_whole(importer: Office) -> None:
    bad = "1,V1,15.04.2022,NOPE,1,1,done"
    report = brought(importer, ORDERS, a_file(*GOOD, bad))
    assert {order["order_no"] for order in importer.list("purchase_order", columns=["order_no"]).rows} == {"2", "3"}
    assert [(told.row, told.column) for told in report.rejections] == [(6, "Product"), (2, ""), (3, "")]
    assert report.rejections[1].words.en == "Stays out with row 6 of the same document."
    assert report.documents["purchase_order"] == {"made": 2, "changed": 0, "unchanged": 0, "rejected": 1}
    assert (report.imported, report.rejected) == (2, 3)


def test_what_is_skipped_is_counted_and_named(importer: Office) -> None:
    report = brought(importer, ORDERS, a_file(*GOOD, "4,V1,15.04.2022,AR-1,1,1,void"))
    assert (report.skipped, {words.zh: count for words, count in report.reasons.items()}) == (1, {"作废": 1})
    assert report.adds_up


def test_history_comes_in_in_its_own_stage_and_asks_for_nothing_that_is_missing(importer: Office) -> None:
    brought(importer, ORDERS, a_file(*GOOD))
    (first,) = importer.list("purchase_order", filters=[("order_no", "eq", "1")]).rows
    order = importer.get("purchase_order", first["number"])
    assert order.stage == "completed"
    assert [line["amount"] for line in order["lines"]] == [Decimal("4.50"), Decimal("20.01")]  # half up, line by line
    assert importer.inbox() == []


def test_the_audit_names_the_door(importer: Office) -> None:
    brought(importer, ORDERS, a_file(*GOOD))
    number = importer.list("purchase_order").rows[0]["number"]
    assert [entry.door for entry in importer.history("purchase_order", number)] == ["import"]


def test_a_missing_column_stops_the_run(importer: Office) -> None:
    with pytest.raises(ColumnsMissing, match="lacks the columns Price"):
        brought(importer, ORDERS, a_file("1,V1", header=HEADER.replace("Price", "Preis")))
    assert importer.list("purchase_order").rows == []


@pytest.mark.capability("IMP-05")
def test_rejected_rows_come_back_as_a_file_with_their_reasons(importer: Office) -> None:
    report = brought(importer, ORDERS, a_file("9,V1,15.04.2022,=1+1,3,1,done"))
    for locale, reason in (("en", "There is no product"), ("zh", "没有商品")):
        header, row = csv.reader(io.StringIO(rejected_csv(report.rejections, locale)))
        told = dict(zip(header, row, strict=True))
        assert reason in row[4]
        assert told["Product"] == "'=1+1"  # no spreadsheet takes it for a formula
        assert told["Quantity"] == "3"


def test_the_same_document_twice_in_one_file_comes_in_once(importer: Office) -> None:
    goods = ("AR-9,Ball,EA", "AR-9,Bell,EA")
    from tests.imports.mappings import GOODS

    report = brought(importer, GOODS, a_file(*goods, name="goods.csv", header="Code,Name,Unit"))
    assert (report.imported, report.rejected) == (1, 1)
    assert report.rejections[0].words.en == "Row 2 is the same document already."


def test_a_row_without_the_key_stays_out_alone(importer: Office) -> None:
    goods = a_file(",Nameless,EA", "AR-9,Ball,EA", name="goods.csv", header="code,name,unit")
    report = importer.import_file("product", ("goods.csv", goods["goods.csv"]))
    assert (report.imported, report.rejected) == (1, 1)
    assert [(each.row, each.words.en) for each in report.rejections] == [(2, "Code is needed.")]
