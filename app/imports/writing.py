"""Documents as a table that comes in again as it went out: every field that an import fills in, lines below each other."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any, TextIO

import xlsxwriter

from app.config.form_spec import FormSpec
from app.data import documents, reading, rights
from app.data.document import Document
from app.data.transaction import Transaction
from app.data.values import Masked, to_json
from app.imports.guessing import NUMBER, targets_of
from app.imports.sheets import MARK, escaped

EXACT_DIGITS = 15  # of a number in a workbook
Cells = list[Any]


def columns_of(form: FormSpec) -> list[str]:
    """Give the columns of a form's table: its number or key first, then its fields, then those of its lines."""
    names = [name for name, _spec in targets_of(form)]
    first = form.key or NUMBER
    return sorted(names, key=lambda name: (name != first, "." in name))


def rows_of(tx: Transaction, form: str, keys: Sequence[int], columns: Sequence[str]) -> Iterator[Cells]:
    """Give the rows of documents as this person may see and export them; a line a row, the header in the first."""
    reading.load_many(tx, form, keys)
    for key in keys:
        document = documents.get_by_id(tx, form, key)
        if rights.may(tx, form, "export", document):
            yield from _rows(document, columns)


def _rows(document: Document, columns: Sequence[str]) -> Iterator[Cells]:
    tables = [*dict.fromkeys(name.partition(".")[0] for name in columns if "." in name)]
    lines = zip_longest(*(document[table] for table in tables))
    header: Mapping[str, Any] = document
    for found in lines if any(document[table] for table in tables) else [[None] * len(tables)]:
        by_table = dict(zip(tables, found, strict=True))
        yield [_value(header, by_table, name) for name in columns]
        header = {columns[0]: document[columns[0]]}


def _value(header: Mapping[str, Any], lines: Mapping[str, Mapping[str, Any] | None], name: str) -> Any:
    table, _, field = name.rpartition(".")
    row = header if not table else lines[table] or {}
    return cell(row.get(field))


def cell(value: Any) -> Any:
    """Give a value as an import reads it back: numbers and days as they are, links by number, parts as JSON."""
    if value is None or isinstance(value, Masked):
        return str(value or "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal | int | str) or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    plain = to_json(value)
    if isinstance(plain, list) and not any("," in part for part in plain):
        return ",".join(plain)
    return json.dumps(plain, ensure_ascii=False) if isinstance(plain, list | dict) else plain


def write_csv(stream: TextIO, rows: Iterable[Cells]) -> int:
    """Write a table as CSV; what a sheet would run as a formula stands behind an apostrophe. Give its rows without the head."""
    writer, count = csv.writer(stream), -1
    for row in rows:
        writer.writerow([escaped(value) for value in row])
        count += 1
    return max(count, 0)


def as_csv(rows: Iterable[Cells]) -> bytes:
    """Give a table as CSV in UTF-8 with its mark."""
    out = io.StringIO(newline="")
    write_csv(out, rows)
    return (MARK + out.getvalue()).encode()


def as_xlsx(rows: Iterable[Cells]) -> tuple[bytes, int]:
    """Give a table as a workbook, with the number of its rows; a number that a sheet would round stands as text."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, day, bold = (
        book.add_worksheet(),
        book.add_format({"num_format": "yyyy-mm-dd"}),
        book.add_format({"bold": True}),
    )
    line = 0
    for line, row in enumerate(rows):
        for place, value in enumerate(row):
            if isinstance(value, Decimal | int) and len(Decimal(value).as_tuple().digits) <= EXACT_DIGITS:
                sheet.write_number(line, place, value)
            elif isinstance(value, date) and value.year >= 1900:
                sheet.write_datetime(line, place, value, day)
            elif value != "":
                sheet.write_string(line, place, str(value), bold if line == 0 else None)
    sheet.freeze_panes(1, 1)
    book.close()
    return out.getvalue(), line
