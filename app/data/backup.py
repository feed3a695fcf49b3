"""The whole database at one moment, and the way back into an empty one; from either kind of database into either."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, StaticPool, Table, create_engine

from app.data import backup_rows as rows
from app.data.backup_schema import SEARCH, schema_of, statements
from app.data.database import Database

TAKEN_UP_AGAIN = "update office_outbox set state = 'waiting', run = '' where state = 'running'"
IN_ORDER = "select setval(pg_get_serial_sequence({text}, 'id'), coalesce(max(id), 0) + 1, false) from {name}"
COUNTED = "select table_name from information_schema.columns where table_schema = current_schema() and column_name = {}"


@dataclass(frozen=True)
class Snapshot:
    """A database as it stood at one moment, whatever writers did meanwhile."""

    connection: Connection
    dialect: str
    tables: Mapping[str, Table]
    schema: Mapping[str, Mapping[str, list[str]]]  # dialect -> statements before and after the rows

    def columns(self, name: str) -> list[str]:
        """Give the columns of a table, in the order in which they are written."""
        return list(rows.SEARCH_COLUMNS) if name == SEARCH else list(self.tables[name].c.keys())

    def write(self, name: str, out: IO[bytes]) -> int:
        """Write the rows of a table; give how many."""
        driver: Any = self.connection.connection.driver_connection
        table = self.tables.get(name)
        if self.dialect == "sqlite":
            return rows.write_sqlite(driver, table, out)
        with driver.cursor() as cursor:
            return rows.write_postgresql(cursor, table, out)

    def fetch(self, statement: str) -> Sequence[Any]:
        """Give the rows of a query."""
        return self.connection.exec_driver_sql(statement).all()


@contextmanager
def snapshot(database: Database) -> Iterator[Snapshot]:
    """Give the database as it stands now; nobody who writes waits for it."""
    with _sqlite(database) if database.dialect == "sqlite" else _postgresql(database) as connection:
        schema = schema_of(connection)
        both = {dialect: statements(schema, dialect) for dialect in ("sqlite", "postgresql")}
        yield Snapshot(connection, database.dialect, schema.tables, both)


@contextmanager
def _sqlite(database: Database) -> Iterator[Connection]:
    """Copy the file into a nameless one, which goes when it is closed, even by a kill."""
    with closing(sqlite3.connect("")) as copy:
        with closing(sqlite3.connect(database.url.database or "", timeout=30)) as source:
            source.backup(copy)
        engine = create_engine("sqlite://", creator=lambda: copy, poolclass=StaticPool)
        with engine.connect() as connection:
            yield connection


@contextmanager
def _postgresql(database: Database) -> Iterator[Connection]:
    with (
        database.readers.connect().execution_options(isolation_level="REPEATABLE READ") as connection,
        connection.begin(),
    ):
        yield connection


# the way back

Parts = Iterable[tuple[str, Sequence[str], IO[bytes]]]  # name of the table, its columns, its lines


def load_sqlite(file: Path, schema: Mapping[str, Sequence[str]], parts: Parts) -> None:
    """Make a new SQLite file of the rows of a backup."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("pragma journal_mode=off")
        connection.execute("begin")
        for statement in schema["before"]:
            connection.execute(statement)
        for name, columns, lines in parts:
            rows.read_sqlite(connection, name, columns, lines=lines)
        for statement in (*schema["after"], TAKEN_UP_AGAIN):
            connection.execute(statement)
        _number_on(connection)
        connection.execute("commit")
        broken = connection.execute("pragma foreign_key_check").fetchall()
        assert not broken, f"links would lead nowhere: {broken[:3]}"


def _number_on(connection: sqlite3.Connection) -> None:
    """Let the next write carry a higher number than every row, also of rows that PostgreSQL numbered."""
    tables = connection.execute("select m.name from sqlite_master m, pragma_table_info(m.name) c where c.name = 'chg'")
    for (name,) in tables.fetchall():
        statement = (
            f"update office_change set number = max(number, (select coalesce(max(chg), 0) from {rows.quoted(name)}))"  # noqa: S608
        )
        connection.execute(statement)


def load_postgresql(connection: Connection, schema: Mapping[str, Sequence[str]], parts: Parts) -> None:
    """Put the rows of a backup into the empty schema of a connection; nothing is there before it commits."""
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        for statement in schema["before"]:
            cursor.execute(statement)
        for name, columns, lines in parts:
            rows.read_postgresql(cursor, name, columns, lines=lines)
        for statement in (*schema["after"], TAKEN_UP_AGAIN):
            cursor.execute(statement)
        for (name,) in cursor.execute(COUNTED.format("'id' and column_default like 'nextval(%'")).fetchall():
            cursor.execute(IN_ORDER.format(text=_text(rows.quoted(name)), name=rows.quoted(name)))
        _count_on(cursor)


def _text(name: str) -> str:
    return "'" + name.replace("'", "''") + "'"


def _count_on(cursor: Any) -> None:
    """Let this server's counting go on above every old change, so that readers of changes see them as long past."""
    tables = [rows.quoted(name) for (name,) in cursor.execute(COUNTED.format("'chg'")).fetchall()]
    highest = " union all ".join(f"select max(chg) as chg from {name}" for name in tables)  # noqa: S608
    over = (
        f"select coalesce(max(chg), 0) + 1 - pg_snapshot_xmin(pg_current_snapshot())::text::bigint from ({highest}) h"  # noqa: S608
    )
    cursor.execute(f"update office_change set number = greatest(0, ({over}))")  # noqa: S608
