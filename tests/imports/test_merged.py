"""Workbooks as people make them: a cell that is merged over rows is read in each of them, a title over columns is none."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import xlsxwriter

from app.config.import_spec import SourceSpec
from app.imports.files import Content
from app.imports.sheets import read_sheet


def a_book(draw: Callable[[Any], None]) -> Content:
    """A workbook as bytes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    draw(book.add_worksheet())
    book.close()
    return Content("prices.xlsx", out.getvalue())


def test_a_cell_merged_over_rows_stands_in_each_of_them() -> None:
    def draw(sheet: Any) -> None:
        sheet.write_row(0, 0, ["category", "code", "price"])
        sheet.merge_range(1, 0, 3, 0, "office")
        for row in (1, 2, 3):
            sheet.write_row(row, 1, [f"P-{row}", row])

    rows = read_sheet(a_book(draw), SourceSpec()).rows
    assert [cells for _number, cells in rows] == [("office", f"P-{row}", str(row)) for row in (1, 2, 3)]


def test_a_cell_merged_over_columns_stays_in_its_own() -> None:
    def draw(sheet: Any) -> None:
        sheet.write_row(0, 0, ["code", "name", "price"])
        sheet.merge_range(1, 0, 1, 2, "Office goods")
        sheet.write_row(2, 0, ["P-1", "Pen", 3])

    assert [cells for _number, cells in read_sheet(a_book(draw), SourceSpec()).rows] == [
        ("Office goods", None, None),
        ("P-1", "Pen", "3"),
    ]
