"""What the product writes, kept statement by statement, so that the bare driver can write the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import make_url

from app.data import database

Write = tuple[str, tuple[Any, ...]]
WRITING = ("insert", "update", "delete")


class Kept:
    """The writing statements with their parameters, a list a transaction; nothing is kept outside of `recording`."""

    transactions: list[list[Write]] | None = None

    @classmethod
    def note(cls, statement: Any, *rows: Any) -> None:
        """Keep a statement once a row, if it writes."""
        if cls.transactions is not None and str(statement).lstrip()[:6].lower() in WRITING:
            cls.transactions[-1] += [(str(statement), tuple(row)) for row in rows]

    @classmethod
    def commit(cls) -> None:
        """Begin a new list with each transaction kept."""
        if cls.transactions is not None:
            cls.transactions.append([])


class SqliteCursor(sqlite3.Cursor):
    """A cursor that records."""

    def execute(self, statement: str, parameters: Any = ()) -> Any:
        """Run a statement."""
        Kept.note(statement, parameters)
        return super().execute(statement, parameters)

    def executemany(self, statement: str, rows: Any) -> Any:
        """Run a statement once a row."""
        rows = list(rows)
        Kept.note(statement, *rows)
        return super().executemany(statement, rows)


class SqliteConnection(sqlite3.Connection):
    """A connection whose cursors record."""

    def cursor(self, factory: Any = SqliteCursor) -> Any:
        """Give a cursor that records."""
        return super().cursor(SqliteCursor)

    def commit(self) -> None:
        """Keep the transaction."""
        Kept.commit()
        super().commit()


class PostgresCursor(psycopg.Cursor[Any]):
    """A cursor that records."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
        """Run a statement."""
        Kept.note(query, params or ())
        return super().execute(query, params, **how)

    def executemany(self, query: Any, params_seq: Any, **how: Any) -> None:
        """Run a statement once a row."""
        rows = list(params_seq)
        Kept.note(query, *rows)
        super().executemany(query, rows, **how)


class PostgresConnection(psycopg.Connection[Any]):
    """A connection whose cursors record."""

    def commit(self) -> None:
        """Keep the transaction."""
        Kept.commit()
        super().commit()


@contextmanager
def recording() -> Iterator[list[list[Write]]]:
    """Let engines that are made in the block record; give the transactions as they come."""
    made = database.create_engine

    def create_engine(url: Any, **options: Any) -> Any:
        if make_url(url).get_backend_name() == "sqlite":
            options.setdefault("connect_args", {})["factory"] = SqliteConnection
            return made(url, **options)
        address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        return made(url, creator=lambda: PostgresConnection.connect(address, cursor_factory=PostgresCursor), **options)

    database.create_engine = create_engine  # type: ignore[assignment]
    Kept.transactions = [[]]
    try:
        yield Kept.transactions
    finally:
        database.create_engine, Kept.transactions = made, None
