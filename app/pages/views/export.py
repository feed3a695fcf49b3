"""A list as a file: CSV that Excel reads in Chinese too, or a workbook with real numbers and dates."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter

from app.core.errors import NotAllowed
from app.core.words import Words
from app.imports import writing
from app.imports.sheets import MARK, escaped
from app.office import Office
from app.pages.views.address import ListAddress
from app.pages.views.cells import Reader, stage_chip, title_of, told
from app.pages.views.listing import column_names, page_of, reader_of, with_live
from app.pages.views.rights import verbs

MOST_ROWS = 100_000
AT_ONCE = 1000


def as_csv(office: Office, address: ListAddress, locale: str) -> bytes:
    """Give the documents of an address as CSV in UTF-8 with its mark."""
    reader, names = _start(office, address, locale)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_headings(office, address, reader, names))
    for row in _rows(office, address, reader):
        writer.writerow([escaped(_plain(reader, office, address.form, name, row)) for name in names])
    return (MARK + out.getvalue()).encode()


def as_xlsx(office: Office, address: ListAddress, locale: str) -> bytes:
    """Give the documents of an address as a workbook."""
    reader, names = _start(office, address, locale)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "remove_timezone": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_row(0, 0, _headings(office, address, reader, names), bold)
    for line, row in enumerate(_rows(office, address, reader), 1):
        for place, name in enumerate(names):
            value = _plain(reader, office, address.form, name, row)
            look = moment if isinstance(value, datetime) else day if isinstance(value, date) else None
            sheet.write(line, place, value, look)
    sheet.freeze_panes(1, 1)
    book.close()
    return out.getvalue()


def as_whole(office: Office, address: ListAddress, locale: str) -> bytes:
    """Give the documents of an address with all fields and lines as a workbook that an import takes."""
    reader, _names = _start(office, address, locale)
    return writing.as_xlsx(office.export_whole(address.form, _rows(office, address, reader)))[0]


def _start(office: Office, address: ListAddress, locale: str) -> tuple[Reader, list[str]]:
    form = office.form(address.form)
    if "export" not in verbs(office, form.name):
        raise NotAllowed(act=Words("export", "导出"), thing=form.title, owner=Words("an administrator", "管理员"))
    return reader_of(office, locale), column_names(form, address)


def _headings(office: Office, address: ListAddress, reader: Reader, names: list[str]) -> list[str]:
    form = office.form(address.form)
    return [title_of(office.catalogue, form, name).say(reader.locale) for name in names]


def _rows(office: Office, address: ListAddress, reader: Reader) -> Iterator[Mapping[str, Any]]:
    after, given, form = "", 0, office.form(address.form)
    names = column_names(form, address)
    while given < MOST_ROWS:
        page = page_of(office, address, reader, after=after, limit=AT_ONCE)
        yield from with_live(office, form, names, page.rows)
        given += len(page.rows)
        if not page.next:
            return
        after = page.next


def _plain(reader: Reader, office: Office, form: str, name: str, row: Mapping[str, Any]) -> Any:
    """Give a value as a sheet holds it: figures and days as they are, the rest in words."""
    value = row.get(name)
    if name == "stage" and value:
        return stage_chip(office.catalogue, form, value, reader.locale).word
    if isinstance(value, datetime):
        return value.astimezone(ZoneInfo(reader.zone)).replace(tzinfo=None)
    if value is None or (isinstance(value, Decimal | int | date) and not isinstance(value, bool)):
        return "" if value is None else value
    return told(reader, office.catalogue.forms[form].header.get(name), value, row)
