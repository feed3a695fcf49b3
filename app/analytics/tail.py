"""Fresh answers: the views of one question over a snapshot and the rows that changed since, with the reader's rights.

Whose row is whose to see is asked of the database itself, in the same moment: the fence of every other door. So there
is no second translation of a row rule that could let something through.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any

import pyarrow as pa
from sqlalchemy import BigInteger, ColumnElement, FromClause, Join, MetaData, Select, Table, select
from sqlalchemy import Column as TableColumn
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql import visitors

from app.analytics.columns import Column, table_of
from app.analytics.mirrors import Mark, Mirror, mirrors
from app.analytics.question import Question
from app.analytics.snapshot import Generation, lease, quoted
from app.analytics.views import View, fill, view_names
from app.data import rights
from app.data.transaction import Transaction

SEEN = "seen_"  # before the name of a form: the keys of the rows that the reader may see


class _Quoting(postgresql.base.PGIdentifierPreparer):  # the other one has other reserved words
    def _requires_quotes(self, value: str) -> bool:
        return True


DIALECT: Any = postgresql.dialect()  # type: ignore[no-untyped-call]
DIALECT.identifier_preparer = _Quoting(DIALECT)


@contextmanager
def gathered(tx: Transaction, names: Collection[str], wanted: Collection[str] | None) -> Iterator[Question]:
    """Give all that a question over these views needs; the snapshot stays while the block lasts."""
    with lease(tx) as generation:
        question = Question(inner=f"i{secrets.token_hex(8)}")
        live = _Live(tx, generation, question) if generation else None
        views = view_names(tx)
        for name in sorted(names):
            view = live.view(name, wanted) if live else None
            if view is None:
                view = views[name]()
                question.tables[name] = fill(tx, view, wanted)
            question.known += view.columns
        if live:
            live.lay()
        yield question


class _Live:
    """The views of one question over one generation and its tail."""

    def __init__(self, tx: Transaction, generation: Generation, question: Question) -> None:
        self.tx, self.generation, self.question = tx, generation, question
        self.mirrors = mirrors(tx)
        self.views = view_names(tx, self.fence)
        self.needed: dict[str, set[str]] = {}  # tables and their columns
        self.forms: dict[str, ColumnElement[bool]] = {}  # whose rows are not all for the reader: which are
        self.statements: list[str] = []
        self.seen = MetaData()

    def fence(self, tx: Transaction, form: str) -> ColumnElement[bool]:
        """Give the rows of a form that the reader may see, by their keys."""
        rows = rights.fence(tx, form, "view")
        if rows is rights.EVERYTHING:
            return rows
        self.forms[form] = rows
        name = f"{SEEN}{form}"
        keys = self.seen.tables.get(name)
        if keys is None:
            keys = Table(name, self.seen, TableColumn("id", BigInteger))
        return tx.registry.forms[form].table.c.id.in_(select(keys.c.id))

    def view(self, name: str, wanted: Collection[str] | None) -> View | None:
        """Take a view up, if the generation has all that it reads as the forms are now."""
        view = self.views[name]()
        columns = view.chosen(wanted)
        joined, where = view.rows(columns)
        needed = _read([*(column.source for column in columns), where, *_conditions(joined)])
        kept = {table: names for table, names in needed.items() if not table.startswith(SEEN)}
        if not all(table in self.mirrors and self._has(self.mirrors[table]) for table in kept):
            return None
        for table, names in needed.items():
            self.needed.setdefault(table, set()).update(names)
        statement = select(*[column.shown for column in columns]).select_from(joined).where(where)
        self.statements.append(f"create view main.{quoted(name)} as {self._text(statement)}")
        return view

    def lay(self) -> None:
        """Read the tail, and say how the child lays it over the snapshot."""
        setup = self.question.setup
        if not self.statements:
            return
        self.question.snapshot = self.generation.file
        setup.append(f"create schema {self._inner()}")
        for table in list(self.needed):
            owner = self.mirrors[table].owner if table in self.mirrors else ""
            if owner:
                self.needed.setdefault(owner, set())
        tails: dict[str, int] = {}
        for table in sorted(self.needed, key=lambda name: name in self.mirrors and bool(self.mirrors[name].owner)):
            if table.startswith(SEEN):
                self._bring(table, self._seen(table.removeprefix(SEEN)))
                setup.append(f"create view {self._inner(table)} as from {self._tail(table)}")
                continue
            mirror = self.mirrors[table]
            tails[table] = 0 if mirror.owner and not tails[mirror.owner] else self._pull(mirror)
            setup.append(f"create view {self._inner(table)} as {self._merged(mirror, tails)}")
        setup += self.statements

    def _has(self, mirror: Mirror) -> bool:
        return mirror.changed is None or self.generation.has(mirror)

    def _pull(self, mirror: Mirror) -> int:
        """Read the rows of a table that changed since; give how many there are."""
        mark: Mark | None = self.generation.mark if mirror.changed else None
        columns = mirror.chosen(self.needed[mirror.name])
        rows = self.tx.connection.execute(mirror.select(mark, self.needed[mirror.name])).fetchall()
        if rows or mark is None:
            self._bring(mirror.name, table_of(columns, rows))
        return len(rows)

    def _seen(self, form: str) -> pa.Table:
        table = self.tx.registry.forms[form].table
        rows = self.tx.connection.execute(select(table.c.id).where(self.forms[form])).fetchall()
        return table_of([Column("id", "number", table.c.id)], rows)

    def _merged(self, mirror: Mirror, tails: Mapping[str, int]) -> str:
        """Give the rows of a table as they are now."""
        chosen = [quoted(column.name) for column in mirror.chosen(self.needed[mirror.name])]
        tail = f"select {', '.join(chosen)} from {self._tail(mirror.name)}"  # noqa: S608  names of ours
        if mirror.changed is None:
            return tail
        own = ", ".join(f"s.{name}" for name in chosen)
        kept = f"select {own} from {self.question.inner}_s.{quoted(mirror.name)} s"  # noqa: S608
        owner = mirror.owner or mirror.name
        if not mirror.grows and tails[owner]:
            kept += f" anti join {self._tail(owner)} t on t.id = s.{quoted(mirror.key)}"
        return f"{kept} union all {tail}" if tails[mirror.name] else kept

    def _bring(self, name: str, table: pa.Table) -> None:
        self.question.tables[f"{self.question.inner}_{name}"] = table

    def _tail(self, name: str) -> str:
        return quoted(f"{self.question.inner}_{name}")

    def _inner(self, name: str | None = None) -> str:
        return quoted(self.question.inner) + (f".{quoted(name)}" if name else "")

    def _text(self, statement: Select[Any]) -> str:
        return str(
            statement.compile(
                dialect=DIALECT,
                compile_kwargs={"literal_binds": True},
                schema_translate_map={None: self.question.inner},
                render_schema_translate=True,
            )
        )


def _conditions(joined: FromClause) -> Iterator[Any]:
    while isinstance(joined, Join):
        yield joined.onclause
        joined = joined.left


def _read(expressions: Sequence[Any]) -> dict[str, set[str]]:
    """Give the columns that expressions read, by the name of the table in the database."""
    found: dict[str, set[str]] = {}
    parts: Iterator[Any] = chain.from_iterable(map(visitors.iterate, expressions))
    for part in parts:
        table = getattr(part, "table", None)
        if table is not None:
            found.setdefault(getattr(table, "element", table).name, set()).add(part.name)
    return found
