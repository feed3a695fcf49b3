"""Any file into any form: headings are understood in both languages, and nearly right ones too."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter

from app.imports.dates import guessed_dates, read_moment
from app.imports.errors import NothingMatches, UnknownTarget
from app.office import Office


def a_csv(*rows: str, encoding: str = "utf-8") -> tuple[str, bytes]:
    return "list.csv", "\n".join(rows).encode(encoding)


def a_workbook(*rows: tuple[Any, ...]) -> tuple[str, bytes]:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return "list.xlsx", stream.getvalue()


def test_headings_are_known_by_name_by_label_and_nearly(importer: Office) -> None:
    guess = importer.import_guess("supplier", a_csv("name;供应商编号;E-Mail;Lead time dayz;Colour", "A;1;a@b.de;3;red"))
    told = {each.column: (each.target, each.sure) for each in guess.columns}
    assert told["name"] == ("name", True)
    assert told["E-Mail"] == ("email", True)
    assert told["Lead time dayz"] == ("lead_time_days", False)
    assert told["Colour"] == (None, False)
    assert guess.source.separator == ";"


def test_a_chinese_workbook_comes_in(importer: Office) -> None:
    book = a_workbook(("编码", "名称"), ("EA2", "件"), ("KG", "千克"))
    assert importer.import_preview("unit", book).imported == 2
    assert importer.import_file("unit", book).imported == 2
    assert importer.get("unit", "KG")["name"] == "千克"
    assert importer.import_file("unit", book).unchanged == 2


def test_an_old_chinese_encoding_is_recognised(importer: Office) -> None:
    assert importer.import_file("unit", a_csv("code,name", "XX,箱子", encoding="gb18030")).imported == 1
    assert importer.get("unit", "XX")["name"] == "箱子"


def test_numbers_and_days_of_a_workbook_are_exact(importer: Office) -> None:
    rows = (
        ("supplier", "warehouse", "ordered_on", "needed_on", "lines.product", "lines.quantity", "lines.unit_price"),
        ("First vendor", "MAIN", date(2026, 1, 31), date(2026, 3, 1), "AR-1", 0.1, 1234.5678),
    )
    number = importer.list("supplier").rows[0]["number"]
    with_number = (rows[0], (number, *rows[1][1:]))
    _approve(importer, number)
    report = importer.import_file("purchase_order", a_workbook(*with_number))
    assert (report.imported, report.rejections) == (1, [])
    order = importer.get("purchase_order", importer.list("purchase_order").rows[0]["number"])
    (line,) = order["lines"]
    assert (line["quantity"], line["unit_price"], order["ordered_on"]) == (
        Decimal("0.1"),
        Decimal("1234.5678"),
        date(2026, 1, 31),
    )
    assert order.stage == "draft"


def _approve(office: Office, number: str) -> None:
    from app.core.actor import SYSTEM
    from app.data import documents

    with office.repository.transaction(SYSTEM, door="test") as tx:
        documents.move(tx, documents.get(tx, "supplier", number), "approved")


def test_a_normal_document_meets_its_checks(importer: Office) -> None:
    rows = "supplier,warehouse,ordered_on,needed_on", "First vendor,MAIN,2026-03-01,2026-01-31"
    report = importer.import_preview("purchase_order", a_csv(*rows))
    assert {told.words.en for told in report.rejections} >= {"It is needed before it is ordered."}


def test_a_mapping_by_hand_wins(importer: Office) -> None:
    file = a_csv("A,B", "XY,Pair")
    with pytest.raises(NothingMatches):
        importer.import_file("unit", file)
    with pytest.raises(UnknownTarget, match="no field 'cod'"):
        importer.import_file("unit", file, mapping={"A": "cod"})
    assert importer.import_file("unit", file, mapping={"A": "code", "B": "name"}).imported == 1


def test_the_same_file_without_a_key_comes_in_once(importer: Office) -> None:
    file = a_csv("name,contact", "Second vendor,Ann", "Third vendor,Bob")
    assert importer.import_file("supplier", file).imported == 2
    assert importer.import_file("supplier", file).unchanged == 2


@pytest.mark.parametrize(
    ("texts", "pattern"),
    [
        (["2026-01-31"], "YYYY-MM-DD"),
        (["31/01/2026"], "DD/MM/YYYY"),
        (["01/31/2026"], "MM/DD/YYYY"),
        (["2026年1月31日"], "YYYY年MM月DD日"),
        (["31.01.2026 08:30"], "DD.MM.YYYY hh:mm"),
        (["soon"], None),
    ],
)
def test_the_way_a_file_writes_days_is_found(texts: list[str], pattern: str | None) -> None:
    assert guessed_dates(texts) == pattern


def test_a_day_that_is_none_is_refused() -> None:
    assert read_moment("2026-02-30", "YYYY-MM-DD") is None
    assert read_moment("2026-02-28 23:59:59.123", "YYYY-MM-DD hh:mm:ss") is not None
