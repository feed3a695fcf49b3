"""The tables that a snapshot keeps: what each of them holds, and which of its rows changed since it was written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, false, func, not_, select

from app.analytics.columns import Column, field_column
from app.config.form_spec import FieldSpec, FormSpec
from app.data.kinds import FILES, kind_of
from app.data.system_tables import Account
from app.data.tables import FormTables
from app.data.transaction import Transaction
from app.ledger.models import (
    LedgerAccount,
    LedgerCommodity,
    LedgerDimension,
    LedgerEntry,
    LedgerLot,
    LedgerParty,
    LedgerPosting,
)

ENTRY = LedgerEntry.__table__  # type: ignore[attr-defined]
POSTING = LedgerPosting.__table__  # type: ignore[attr-defined]
HEADER = {
    **dict.fromkeys(("id", "version", "created_by", "changed_by"), "number"),
    **dict.fromkeys(("number", "stage"), "text"),
    **dict.fromkeys(("stage_since", "created_at", "changed_at", "deleted_at"), "datetime"),
}
LINE = dict.fromkeys(("id", "parent_id", "line_no"), "number")
MONEY, GOODS = 2, 4  # digits behind the point
LEDGER: dict[Any, dict[str, tuple[str, int]]] = {
    LedgerAccount: {
        "id": ("number", 0),
        "code": ("text", 0),
        "book": ("text", 0),
        "chart": ("text", 0),
        "guarded": ("boolean", 0),
        "form": ("text", 0),
        "number": ("text", 0),
        "title": ("text", 0),
    },
    LedgerCommodity: {"id": ("number", 0), "code": ("text", 0), "family": ("text", 0), "unit": ("text", 0)},
    LedgerLot: {"id": ("number", 0), "lot_no": ("text", 0), "expires_on": ("day", 0)},
    LedgerParty: {"id": ("number", 0), "code": ("text", 0)},
    LedgerDimension: {
        "id": ("number", 0),
        **dict.fromkeys(("channel", "store", "warehouse", "brand", "department"), ("text", 0)),
    },
    LedgerEntry: {
        "id": ("number", 0),
        **dict.fromkeys(("event", "document", "actor"), ("text", 0)),
        **dict.fromkeys(("booked_on", "occurred_on"), ("day", 0)),
    },
    LedgerPosting: {
        **dict.fromkeys(("entry_id", "line", "account_id", "commodity_id", "lot_id"), ("number", 0)),
        **dict.fromkeys(("dim_id", "party_id"), ("number", 0)),
        "amount": ("decimal", GOODS),
        "value": ("decimal", MONEY),
    },
}
NAMED_BY = {LedgerParty: "party_id", LedgerDimension: "dim_id"}  # these never change


@dataclass(frozen=True)
class Mark:
    """How far a snapshot has come: every change below `chg` is in it, and of the ledger on SQLite entry `entry`."""

    chg: int
    entry: int


Changed = Callable[[Mark], ColumnElement[bool]]


@dataclass(frozen=True)
class Mirror:
    """One table of a snapshot. Of facts rows only come (`grows`); lines go with the rows of their `owner`."""

    name: str
    columns: tuple[Column, ...]
    source: FromClause
    changed: Changed | None = None  # None: so few rows that they are read whole each time, and kept nowhere
    owner: str = ""
    grows: bool = False

    @property
    def key(self) -> str:
        """Give the column whose values tell which rows a changed row takes the place of."""
        return "parent_id" if self.owner else "id"

    @property
    def signature(self) -> str:
        """Give what the table keeps, exactly enough to see that an older one keeps something else."""
        told = ",".join(f"{column.name}:{column.kind}:{column.digits}" for column in self.columns)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def select(self, mark: Mark | None = None, only: Collection[str] | None = None) -> Select[Any]:
        """Give the statement of all rows, or of those that changed from a mark on; of some columns, in their order."""
        raw = [column.raw.label(f"c{at}") for at, column in enumerate(self.chosen(only))]
        statement = select(*raw).select_from(self.source)
        return statement if mark is None or self.changed is None else statement.where(self.changed(mark))

    def settled(self, mark: Mark) -> Select[Any]:
        """Give the statement of what a snapshot keeps: of facts only those that are surely below the mark."""
        statement = self.select()
        if not self.grows:
            return statement.order_by(*[column.source for column in self.columns if column.name == self.key])
        assert self.changed is not None
        return statement.where(not_(func.coalesce(self.changed(mark), false())))

    def chosen(self, only: Collection[str] | None) -> list[Column]:
        """Give some of the columns; the key is always among them."""
        return [column for column in self.columns if only is None or column.name in only or column.name == self.key]


def mirrors(tx: Transaction) -> dict[str, Mirror]:
    """Give every table that a snapshot of this office keeps, or that is read beside it, by its name in the database."""
    key = ("mirrors", tx.dialect)
    known = tx.registry.cache.get(key)
    if known is None:
        made = [*_ledger(tx.dialect), _accounts()]
        for spec in tx.catalogue.forms.values():
            made += _form(spec, tx.registry.forms[spec.name])
        known = tx.registry.cache[key] = {mirror.name: mirror for mirror in made}
    return known


def _form(spec: FormSpec, tables: FormTables) -> Iterator[Mirror]:
    table = tables.table
    system = [Column(name, kind, table.c[name]) for name, kind in HEADER.items()]

    def changed(mark: Mark) -> ColumnElement[bool]:
        return table.c.chg >= mark.chg

    yield Mirror(table.name, (*system, *_fields(list(spec.header.values()), table)), table, changed)
    for name, lines in tables.lines.items():
        own = [Column(each, kind, lines.c[each]) for each, kind in LINE.items()]
        columns = (*own, *_fields(list(spec.tables[name].fields.values()), lines))
        source = lines.join(table, table.c.id == lines.c.parent_id)
        yield Mirror(lines.name, columns, source, changed, owner=table.name)


def _fields(fields: Sequence[FieldSpec], table: FromClause) -> Iterator[Column]:
    for spec in fields:
        if spec.kept and spec.type not in FILES and spec.name in table.c:
            if kind_of(spec) == "link":
                yield Column(spec.name, "number", table.c[spec.name])
            else:
                yield field_column(spec, table.c[spec.name])


def _accounts() -> Mirror:
    table = Account.__table__  # type: ignore[attr-defined]
    return Mirror(table.name, (Column("id", "number", table.c.id), Column("name", "text", table.c.name)), table)


def _ledger(dialect: str) -> Iterator[Mirror]:
    def entered(mark: Mark) -> ColumnElement[bool]:
        return ENTRY.c.chg >= mark.chg if dialect == "postgresql" else ENTRY.c.id > mark.entry

    entries = POSTING.join(ENTRY, ENTRY.c.id == POSTING.c.entry_id)
    for model, kept in LEDGER.items():
        table = model.__table__
        columns = tuple(Column(name, kind, table.c[name], digits) for name, (kind, digits) in kept.items())
        if model is LedgerEntry:
            yield Mirror(table.name, columns, table, entered, grows=True)
        elif model is LedgerPosting:
            yield Mirror(table.name, columns, entries, entered, grows=True)
        elif model in NAMED_BY:
            yield Mirror(table.name, columns, table, _named(table, POSTING.c[NAMED_BY[model]], entries, entered))
        else:
            yield Mirror(table.name, columns, table)


def _named(table: Any, key: ColumnElement[Any], entries: FromClause, entered: Changed) -> Changed:
    """Give which parties or dimensions can be missing: those that new entries name, for they never change."""

    def changed(mark: Mark) -> ColumnElement[bool]:
        return table.c.id.in_(select(key).select_from(entries).where(entered(mark)))

    return changed
