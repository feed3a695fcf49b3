"""The tables of free SQL: one a form, one a line table, the ledger's; named as people guess, fenced by rights."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from sqlalchemy import ColumnElement, FromClause, Join, literal, select, true
from sqlalchemy.sql import visitors

from app.analytics.columns import Column, field_column, table_of
from app.config.form_spec import FieldSpec, FormSpec, TableSpec
from app.data import rights
from app.data.kinds import FILES, kind_of, linked_form
from app.data.system_tables import Account
from app.data.transaction import Transaction

Named = Mapping[str, Column]
Read = tuple[Named, FromClause]  # columns, and where they come from
Fence = Callable[[Transaction, str], ColumnElement[bool]]  # which rows of a form the reader may see
ACCOUNTS = Account.__table__  # type: ignore[attr-defined]
HEADER_FIRST = ("number", "stage")
HEADER_LAST = ("stage_since", "created_at", "created_by", "changed_at", "changed_by", "version")
SYSTEM_KINDS = {"stage_since": "datetime", "created_at": "datetime", "changed_at": "datetime", "version": "number"}


@dataclass(frozen=True)
class View:
    """One view: its columns, and where they come from with the reader's fence."""

    columns: Named
    source: FromClause
    where: ColumnElement[bool]
    head: FromClause | None = None  # of lines whose document all may see: what can be spared, since
    alone: ColumnElement[bool] = true()  # tells which lines stand, without it

    def chosen(self, wanted: Collection[str] | None) -> list[Column]:
        """Give the columns that a query names; one at least, for rows are counted too."""
        found = [column for name, column in self.columns.items() if wanted is None or name in wanted]
        return found or [next(iter(self.columns.values()))]

    def rows(self, columns: Sequence[Column]) -> tuple[FromClause, ColumnElement[bool]]:
        """Give where some columns come from, and which rows; what only other columns need is not joined."""
        base = self.source
        joins: list[Join] = []
        while isinstance(base, Join):
            joins.insert(0, base)
            base = base.left
        asked, where = sources([column.source for column in columns]), self.where
        if self.head is not None and self.head not in asked:
            base, where = joins.pop(0).right, self.alone
        asked |= sources([where])
        kept: list[Join] = []
        for join in reversed(joins):
            if not join.isouter or join.right in asked:
                asked |= sources([join.onclause])
                kept.insert(0, join)
        for join in kept:
            base = base.join(join.right, join.onclause, isouter=join.isouter)
        return base, where


def sources(expressions: Sequence[Any]) -> set[Any]:
    """Give the tables and aliases that expressions read."""
    found = (getattr(part, "table", None) for expression in expressions for part in visitors.iterate(expression))
    return {table for table in found if table is not None}


def fence_of(tx: Transaction, form: str) -> ColumnElement[bool]:
    """Give the rows of a form that this person may see, as the database itself tells them."""
    return rights.fence(tx, form, "view")


def view_names(tx: Transaction, fence: Fence = fence_of) -> dict[str, Callable[[], View]]:
    """Give every view that this person may name, each made only when it is asked for."""
    from app.analytics.ledger_views import ledger_views

    found: dict[str, Callable[[], View]] = dict(ledger_views(tx, fence))
    for spec in tx.catalogue.forms.values():
        if rights.may(tx, spec.name, "view"):
            for table in spec.tables.values():
                if table.rows is None:
                    found[f"{spec.name}_{table.name}"] = _lines(tx, spec, table, fence)
    for spec in tx.catalogue.forms.values():
        if rights.may(tx, spec.name, "view"):
            found[spec.name] = _form(tx, spec, fence)
    return found


def fill(tx: Transaction, view: View, wanted: Collection[str] | None) -> pa.Table:
    """Read the rows of a view that the reader may see from the database, only the columns that the query names."""
    columns = view.chosen(wanted)
    raw = [column.raw.label(f"c{at}") for at, column in enumerate(columns)]
    source, where = view.rows(columns)
    statement = select(*raw).select_from(source).where(where)
    return table_of(columns, tx.connection.execute(statement).fetchall())


def _form(tx: Transaction, spec: FormSpec, fence: Fence) -> Callable[[], View]:
    def read() -> Read:
        source = Source(tx, tx.registry.forms[spec.name].table)
        return _header_columns(tx, spec, source), source.joined

    return lambda: View(*_once(tx, spec.name, read), _alive(tx, spec.name, fence))


def _lines(tx: Transaction, spec: FormSpec, table: TableSpec, fence: Fence) -> Callable[[], View]:
    """Lines come with their own fields, and with the header's under names that the lines don't take."""

    tables = tx.registry.forms[spec.name]
    head, lines = tables.table, tables.lines[table.name]

    def read() -> Read:
        source = Source(tx, head)
        source.joined = source.joined.join(lines, lines.c.parent_id == head.c.id)
        shown = rights.shown_fields(tx, spec.name)
        own = [each for name, each in table.fields.items() if f"{table.name}.{name}" in shown]
        columns = {"line_no": Column("line_no", "number", lines.c.line_no)} | source.columns(own, lines)
        return _header_columns(tx, spec, source) | columns, source.joined

    def make() -> View:
        columns, joined = _once(tx, lines.name, read)
        alive = _alive(tx, spec.name, fence)
        if fence(tx, spec.name) is not rights.EVERYTHING:
            return View(columns, joined, alive)
        trashed = select(literal(1)).where(head.c.id == lines.c.parent_id, head.c.deleted_at.is_not(None))
        return View(columns, joined, alive, head, ~trashed.correlate(lines).exists())

    return make


def _once(tx: Transaction, name: str, read: Callable[[], Read]) -> Read:
    """Give what a view reads: it follows from roles alone, so it is worked out once for all who hold the same."""
    key = ("view", name, tx.actor.roles, tx.actor.role_scopes, tx.is_system)
    known = tx.registry.cache.get(key)
    if known is None:
        known = tx.registry.cache[key] = read()
    return known


def _alive(tx: Transaction, form: str, fence: Fence) -> ColumnElement[bool]:
    return fence(tx, form) & tx.registry.forms[form].table.c.deleted_at.is_(None)


def _header_columns(tx: Transaction, spec: FormSpec, source: Source) -> dict[str, Column]:
    table = tx.registry.forms[spec.name].table
    shown = rights.shown_fields(tx, spec.name)
    fields = [each for name, each in spec.header.items() if name in shown]
    first = {name: source.system(name, table) for name in HEADER_FIRST}
    return first | source.columns(fields, table) | {name: source.system(name, table) for name in HEADER_LAST}


class Source:
    """The tables that a view reads: its own, joined with whatever its links point to."""

    def __init__(self, tx: Transaction, table: FromClause) -> None:
        self.tx = tx
        self.joined: FromClause = table

    def system(self, name: str, table: FromClause) -> Column:
        """Give the column of a fact that every document has."""
        if name.endswith("_by"):
            return Column(name, "text", self._follow(table.c[name], ACCOUNTS).c.name)
        return Column(name, SYSTEM_KINDS.get(name, "text"), table.c[name])

    def columns(self, fields: Sequence[FieldSpec], table: FromClause) -> dict[str, Column]:
        """Give the columns of fields: a link is its number, with the name beside it."""
        found: dict[str, Column] = {}
        for spec in fields:
            if spec.kept and spec.type not in FILES and spec.name in table.c:
                for column in self._field(spec, table):
                    found.setdefault(column.name, column)
        return found

    def _field(self, spec: FieldSpec, table: FromClause) -> list[Column]:
        if kind_of(spec) != "link":
            return [field_column(spec, table.c[spec.name])]
        form = linked_form(spec)
        if form == "user":
            target = self._follow(table.c[spec.name], ACCOUNTS)
            return [Column(spec.name, "text", target.c.name)]
        target = self._follow(table.c[spec.name], self.tx.registry.forms[form].table)
        named = self.tx.catalogue.forms[form].header.get("name")
        columns = [Column(spec.name, "text", target.c.number)]
        if (
            named is not None
            and named.kept
            and kind_of(named) == "text"
            and "name" in rights.shown_fields(self.tx, form)
        ):
            columns.append(Column(f"{spec.name}_name", "text", target.c.name))
        return columns

    def _follow(self, key: ColumnElement[Any], table: FromClause) -> Any:
        target = table.alias()
        self.joined = self.joined.outerjoin(target, target.c.id == key)
        return target
