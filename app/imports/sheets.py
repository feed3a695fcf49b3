"""The cells of a file: rows of text from CSV or Excel, each with the number that people see beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from app.config.import_spec import SourceSpec
from app.core.words import Words
from app.imports.errors import ColumnsMissing, FileTooLarge, FileUnreadable
from app.imports.files import Content

MOST_ROWS = 2_000_000
MOST_COLUMNS = 1_000
MARK = "\ufeff"
FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for one
ENCODINGS = ("utf-8-sig", "gb18030", "cp1252")
SEPARATORS = ",;\t|"


@dataclass(frozen=True)
class Sheet:
    """A table of cells: its file, its columns, its rows with their numbers. Empty cells are None."""

    file: str
    columns: tuple[str, ...]
    rows: list[tuple[int, tuple[Any, ...]]]


def escaped(value: Any) -> Any:
    """Give a text as a CSV file may hold it: what a sheet would run stands behind an apostrophe, and so does that."""
    return f"'{value}" if isinstance(value, str) and value.startswith((*FORMULAS, "'")) else value


def _unescaped(text: str) -> str:
    return text[1:] if text[0] == "'" and text[1:2] in (*FORMULAS, "'") else text


def read_sheet(content: Content, source: SourceSpec, *, columns: tuple[str, ...] = ()) -> Sheet:
    """Give the rows of a file; raise ColumnsMissing where it lacks a column of the contract."""
    found = _cells(content, source)
    header: tuple[str, ...] = ()
    rows = []
    for number, cells in enumerate(found, 1):
        if number == source.header:
            header = _header(content.name, cells)
        elif number > source.header and any(cell is not None for cell in cells):
            rows.append((number, cells))
            if len(rows) > MOST_ROWS:
                raise FileTooLarge(file=content.name, most=Words(f"{MOST_ROWS} rows", f"{MOST_ROWS} 行"))
    missing = [name for name in columns if name not in header]
    if missing or not header:
        there = ", ".join(header) or "–"
        raise ColumnsMissing(file=content.name, missing=", ".join(missing) or "–", there=there)
    return Sheet(content.name, header, rows)


def _header(file: str, cells: tuple[Any, ...]) -> tuple[str, ...]:
    """Give the names of the columns; a name that comes twice counts once, the first time."""
    if len(cells) > MOST_COLUMNS:
        raise FileTooLarge(file=file, most=Words(f"{MOST_COLUMNS} columns", f"{MOST_COLUMNS} 列"))
    names: list[str] = []
    for cell in cells:
        name = "" if cell is None else str(cell).strip()
        names.append(name if name not in names else "")
    return tuple(names)


def _cells(content: Content, source: SourceSpec) -> Iterator[tuple[Any, ...]]:
    return _workbook(content, source) if content.is_workbook else _csv(content, source)


def _csv(content: Content, source: SourceSpec) -> Iterator[tuple[Any, ...]]:
    text = decoded(content, source.encoding)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=source.separator)
    try:
        for cells in reader:
            yield tuple([_unescaped(cell) if cell else None for cell in cells])
    except csv.Error as error:
        reason = Words(f"row {reader.line_num}: {error}", f"第 {reader.line_num} 行：{error}")
        raise FileUnreadable(file=content.name, reason=reason) from None


def decoded(content: Content, encoding: str) -> str:
    """Give a file as text, or say where it is not written in its encoding."""
    wanted = "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding
    try:
        return content.data.decode(wanted)
    except UnicodeDecodeError as error:
        row = content.data.count(b"\n", 0, error.start) + 1
        reason = Words(
            f"row {row} is not written in {encoding}. Say the right encoding.",
            f"第 {row} 行不是 {encoding} 编码，请指定正确的编码。",
        )
        raise FileUnreadable(file=content.name, reason=reason) from None
    except LookupError:
        reason = Words(f"there is no encoding '{encoding}'.", f"没有“{encoding}”这种编码。")
        raise FileUnreadable(file=content.name, reason=reason) from None


def guessed_encoding(data: bytes) -> str:
    """Give the encoding of an unknown file: UTF-8 where it fits, else that of Chinese offices, else the West's."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    for name in ENCODINGS[:2]:
        try:
            data.decode(name)
        except UnicodeDecodeError:
            continue
        return name
    return ENCODINGS[-1]


def guessed_separator(text: str) -> str:
    """Give the sign between the cells of an unknown file: the one that the first line has most of."""
    first = text.partition("\n")[0]
    return max(SEPARATORS, key=first.count)


def _workbook(content: Content, source: SourceSpec) -> Iterator[tuple[Any, ...]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content.data))
        name = source.sheet or (book.sheet_names[0] if book.sheet_names else "")
        if name not in book.sheet_names:
            known = ", ".join(book.sheet_names)
            reason = Words(f"there is no sheet '{name}', only {known}.", f"没有工作表“{name}”，只有 {known}。")
            raise FileUnreadable(file=content.name, reason=reason)
        sheet = book.get_sheet_by_name(name)
        if sheet.total_width > MOST_COLUMNS or sheet.total_height > MOST_ROWS:
            most = Words(f"{MOST_ROWS} rows of {MOST_COLUMNS} columns", f"{MOST_ROWS} 行 {MOST_COLUMNS} 列")
            raise FileTooLarge(file=content.name, most=most)
        rows = sheet.to_python(skip_empty_area=False)
        _fill_merged(rows, sheet.merged_cell_ranges or ())
        yield from (tuple([_cell(cell) for cell in row]) for row in rows)
    except (CalamineError, ValueError, OSError) as error:
        raise FileUnreadable(file=content.name, reason=str(error)[:200]) from None


def _fill_merged(rows: list[list[Any]], ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    """Let a cell that is merged over rows stand in each of them, as people read it; the file holds it only in the first."""
    filled = 0
    for (top, left), (bottom, _right) in ranges:
        below = rows[top + 1 : bottom + 1] if top < len(rows) and left < len(rows[top]) else []
        filled += len(below)
        if filled > MOST_ROWS:
            raise ValueError("merged cells lie over each other")
        for row in below:
            row[left] = rows[top][left]


def _cell(cell: Any) -> Any:
    """Give a cell as text that reads exactly; dates and times stay what they are."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return _number_text(cell)
    if isinstance(cell, datetime) and cell.time() == time(0):
        return cell.date()
    if isinstance(cell, date | datetime | time | timedelta):
        return cell
    return str(cell)


def _number_text(cell: float) -> str:
    """Excel keeps 15 digits: the shortest text that means the same number is the one that was typed."""
    text = format(Decimal(repr(cell)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
