"""Rows as text, one a line, tabs between, `\\N` for nothing: what COPY of PostgreSQL writes, in the values of SQLite."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import IO, Any

from sqlalchemy import Boolean, Column, DateTime, Table, Time

from app.data.backup_schema import SEARCH
from app.data.column_types import Instant
from app.data.search import SPAN

SEARCH_COLUMNS = ("form", "document_id", "tokens")
SEARCHED_SQLITE = (
    f"select f.name, s.rowid % {SPAN}, s.tokens from {SEARCH} s join office_form f on f.no = s.rowid / {SPAN}"  # noqa: S608
)
SEARCHED_POSTGRESQL = f"select form, document_id, array_to_string(tsvector_to_array(tokens), ' ') from {SEARCH}"  # noqa: S608
FIND_SQLITE = f"insert into {SEARCH} (rowid, tokens) select no * {SPAN} + ?2, ?3 from office_form where name = ?1"  # noqa: S608
FIND_POSTGRESQL = (
    "create temporary table found (form text, document_id bigint, tokens text) on commit drop",
    "copy found from stdin",
    f"insert into {SEARCH} select form, document_id, array_to_tsvector(string_to_array(tokens, ' ')) from found",  # noqa: S608
)
AT_ONCE = 2000
ESCAPED = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
MEANT = {escaped: plain for plain, escaped in ESCAPED.items()} | {"\\b": "\b", "\\f": "\f", "\\v": "\v"}


def quoted(name: str) -> str:
    """Give a name as both databases take it."""
    return '"' + name.replace('"', '""') + '"'


# out of a database


def write_sqlite(connection: sqlite3.Connection, table: Table | None, out: IO[bytes]) -> int:
    """Write the rows of a table, or of the search; give how many."""
    columns = ", ".join(quoted(column.name) for column in table.c) if table is not None else ""
    statement = f"select {columns} from {quoted(table.name)}" if table is not None else SEARCHED_SQLITE  # noqa: S608
    count = 0
    for row in connection.execute(statement):
        out.write(line_of(row))
        count += 1
    return count


def write_postgresql(cursor: Any, table: Table | None, out: IO[bytes]) -> int:
    """Write the rows of a table, or of the search; give how many."""
    statement = SEARCHED_POSTGRESQL
    if table is not None:
        statement = f"select {', '.join(map(_as_sqlite_says, table.columns))} from {quoted(table.name)}"  # noqa: S608
    count = 0
    with cursor.copy(f"copy ({statement}) to stdout") as rows:
        for block in rows:
            out.write(block)
            count += bytes(block).count(b"\n")
    return count


def _as_sqlite_says(column: Column[Any]) -> str:
    name = quoted(column.name)
    if isinstance(column.type, Boolean):
        return f"{name}::int"
    if isinstance(column.type, (Instant, DateTime)):
        return f"to_char({name} at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
    return f"to_char({name}, 'HH24:MI:SS.US')" if isinstance(column.type, Time) else name


def line_of(row: Iterable[Any]) -> bytes:
    """Give one row as a line."""
    return ("\t".join("\\N" if value is None else _escaped(_said(value)) for value in row) + "\n").encode()


def _said(value: Any) -> str:
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)


def _escaped(text: str) -> str:
    return re.sub(r"[\\\t\n\r]", lambda found: ESCAPED[found[0]], text)


# into a database


def read_sqlite(connection: sqlite3.Connection, name: str, columns: Iterable[str], *, lines: IO[bytes]) -> None:
    """Put rows into a table; the type that a column was declared with makes numbers of texts."""
    names = list(columns)
    marks = ", ".join("?" * len(names))
    statement = f"insert into {quoted(name)} ({', '.join(map(quoted, names))}) values ({marks})"  # noqa: S608
    declared = connection.execute("select name from pragma_table_info(?) where type = 'BLOB'", (name,))
    blobs = [names.index(blob) for (blob,) in declared if blob in names]
    rows = (_with_blobs(row, blobs) for row in row_values(lines))
    while block := list(islice(rows, AT_ONCE)):
        connection.executemany(FIND_SQLITE if name == SEARCH else statement, block)


def _with_blobs(row: list[Any], blobs: Iterable[int]) -> list[Any]:
    for at in blobs:
        row[at] = None if row[at] is None else bytes.fromhex(row[at].removeprefix("\\x"))
    return row


def read_postgresql(cursor: Any, name: str, columns: Iterable[str], *, lines: IO[bytes]) -> None:
    """Put rows into a table."""
    statement = f"copy {quoted(name)} ({', '.join(map(quoted, columns))}) from stdin"
    if name == SEARCH:
        cursor.execute(FIND_POSTGRESQL[0])
        statement = FIND_POSTGRESQL[1]
    with cursor.copy(statement) as rows:
        while block := lines.read(2**20):
            rows.write(block)
    if name == SEARCH:
        cursor.execute(FIND_POSTGRESQL[2])


def row_values(lines: IO[bytes]) -> Iterator[list[str | None]]:
    """Give the rows of lines, as texts."""
    for line in lines:
        yield [None if cell == "\\N" else _meant(cell) for cell in line.decode()[:-1].split("\t")]


def _meant(text: str) -> str:
    return re.sub(r"\\.", lambda found: MEANT[found[0]], text) if "\\" in text else text
