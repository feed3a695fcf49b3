"""Figures over other documents: counted in SQL, and kept ones refreshed when their source changes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.config.form_spec import FormSpec
from app.core.expressions import Count, Expression, Scope
from app.core.expressions.nodes import Name, Typed, Value, walk
from app.core.links import Link
from app.data import keyed
from app.data.document import Document
from app.data.expression_sql import Rows, counted_sql
from app.data.kinds import kind_of
from app.data.names import below, column_at, line_column, parameters
from app.data.tables import Registry
from app.data.transaction import Transaction

AT_ONCE = 1000  # documents refreshed together
DEEPEST = 12  # one change may cause another, but not for ever


@dataclass(frozen=True)
class Dependent:
    """A kept figure of one form that counts documents of another."""

    form: str  # whose field it is
    table: str | None
    name: str
    count: Count
    reads: frozenset[str]  # fields of the counted form that it looks at


def count_value(tx: Transaction, count: Count, scope: Scope) -> Any:
    """Give one figure over the documents of a form, for the company (not for the reader)."""
    taken_apart = keyed.keyed_of(tx.registry, count)
    if taken_apart is not None:
        figure = keyed.keyed_value(tx, taken_apart, scope, rows_of=_rows)
        if figure is not keyed.MISSING:
            return figure
    rows = _rows(tx, count)
    given = parameters(tx, this=scope.this, line=scope.line if scope.line is not None else scope.row)
    given["event"] = scope.event
    statement = counted_sql(count, rows, parameters=given, under=below(tx))
    return _as_value(tx, count, tx.connection.scalar(statement))


def _rows(tx: Transaction, count: Count) -> Rows:
    """Give the living documents of the counted form, or their lines."""
    tables = tx.registry.forms[count.form]
    document = tables.table.alias("counted")
    alive = document.c.deleted_at.is_(None)
    if count.table is None:
        return Rows(document, alive, lambda path: column_at(tx, count.form, path, rows=document), document.c.id)
    table = count.table
    line = tables.lines[table].alias("counted_line")

    def column(path: tuple[str, ...]) -> Any:
        if path[0] == "line_no" or path[0] in tx.catalogue.forms[count.form].tables[table].fields:
            return line_column(tx, count.form, table, path=path, line=line)
        return column_at(tx, count.form, path, rows=document)

    return Rows(line.join(document, document.c.id == line.c.parent_id), alive, column, document.c.id)


def _as_value(tx: Transaction, count: Count, figure: Any) -> Any:
    """A link comes back as its key: make it a link again."""
    kind = count.value.type if count.value is not None else None
    if count.function == "count":
        return Decimal(figure or 0)
    if count.function in ("any", "none"):
        return bool(figure)
    if kind is None or kind.kind != "link" or figure is None or isinstance(figure, Link):
        return figure
    return link_by_key(tx, kind.form or "", int(figure))


def link_by_key(tx: Transaction, form: str, key: int) -> Link | None:
    """Give a link by its key, with number and title."""
    from app.data.reading import load

    if form == "user":
        row = tx.fetch_one(tx.sql("select name, title from office_account where id = ?"), (key,))
        return Link("user", key, row[0], row[1]) if row else None
    document = load(tx, form, key)
    return document.link if document is not None else None


def dependents(registry: Registry, form: str) -> tuple[Dependent, ...]:
    """Give every kept figure that counts documents of a form."""
    index = registry.cache.get("dependents")
    if index is None:
        index = registry.cache["dependents"] = _index(registry)
    return index.get(form, ())


def _index(registry: Registry) -> dict[str, tuple[Dependent, ...]]:
    index: dict[str, list[Dependent]] = {}
    for spec in registry.catalogue.forms.values():
        for table, field in spec.all_fields():
            if field.formula is None or not field.kept:
                continue
            for count in field.formula.counts:
                reads = frozenset(_reads(count))
                index.setdefault(count.form, []).append(Dependent(spec.name, table, field.name, count, reads))
    return {form: tuple(found) for form, found in index.items()}


def _reads(count: Count) -> Iterable[str]:
    for part in (count.value, count.where):
        for node in walk(part) if part is not None else ():
            if isinstance(node, Name) and node.source == "row" and node.path:
                yield node.path[0]
    yield "deleted_at"


def refresh_counts(tx: Transaction, form: str, *, before: Document | None, after: Document) -> None:
    """Work out anew every kept figure that a change of one document touches."""
    touched = touched_documents(tx, form, [(before, after)])
    refresh(tx, touched)


def touched_documents(
    tx: Transaction, form: str, changes: Collection[tuple[Document | None, Document]]
) -> set[tuple[str, int]]:
    """Give the documents whose kept figures look at any of these changes."""
    keyed.forget(tx, form)
    touched: set[tuple[str, int]] = set()
    for dependent in dependents(tx.registry, form):
        states = [
            state
            for before, after in changes
            if _matters(dependent, before, after)
            for state in (before, after)
            if state is not None
        ]
        if states:
            touched |= {(dependent.form, key) for key in _located(tx, dependent, states)}
    return touched


def _matters(dependent: Dependent, before: Document | None, after: Document) -> bool:
    if before is None:
        return True
    if dependent.count.table is not None and before[dependent.count.table] != after[dependent.count.table]:
        return True
    return any(before.get(name) != after.get(name) for name in dependent.reads)


def _located(tx: Transaction, dependent: Dependent, states: list[Document]) -> set[int]:
    """Find the documents that a count of theirs joins to these: by `== this`, else by an equal field."""
    sides = sorted(
        (
            (rank, name, node)
            for name, node in dependent.count.equalities
            if (rank := _rank(tx, dependent, node)) is not None
        ),
        key=lambda side: side[0],
    )
    if not sides:
        return set()
    rank, name, node = sides[0]
    values = {value for state in states for value in _values(dependent.count, state, name) if value is not None}
    if rank == 0:
        return {value.id for value in values if isinstance(value, Link) and value.id}
    assert isinstance(node, Name)
    return _holding(tx, dependent, node, values)


def _rank(tx: Transaction, dependent: Dependent, node: Typed) -> int | None:
    if not isinstance(node, Name) or isinstance(node, Value):
        return None
    if node.source == "this" and not node.path:
        return 0
    tables = tx.registry.forms[dependent.form]
    if node.source == "this" and len(node.path) == 1 and node.path[0] in tables.table.c:
        return 1
    if (
        node.source == "line"
        and len(node.path) == 1
        and dependent.table
        and node.path[0] in tables.lines[dependent.table].c
    ):
        return 2
    return None


def _values(count: Count, state: Document, name: str) -> Iterable[Any]:
    lines = state[count.table] if count.table is not None else []
    if lines and name in lines[0]:
        return [line.get(name) for line in lines]
    return [state.get(name)]


def _holding(tx: Transaction, dependent: Dependent, node: Name, values: set[Any]) -> set[int]:
    tables = tx.registry.forms[dependent.form]
    rows = tables.table if node.source == "this" else tables.lines[dependent.table or ""]
    key = rows.c.id if node.source == "this" else rows.c.parent_id
    wanted = [value.id if isinstance(value, Link) else value for value in values]
    return set(tx.connection.scalars(select(key).where(rows.c[node.path[0]].in_(wanted)).distinct()))


def refresh(tx: Transaction, touched: Collection[tuple[str, int]]) -> None:
    """Work out the kept figures of these documents anew; those that change are saved, and their change is told."""
    if not touched:
        return
    from app.data.refreshing import refresh_some

    assert tx.shared.depth < DEEPEST, f"figures count each other in a circle: {sorted(touched)[:3]}"
    tx.shared.depth += 1
    try:
        for form, keys in _by_form(touched):
            for start in range(0, len(keys), AT_ONCE):
                refresh_some(tx.as_system(), form, keys[start : start + AT_ONCE])
    finally:
        tx.shared.depth -= 1


def _by_form(touched: Collection[tuple[str, int]]) -> Iterable[tuple[str, list[int]]]:
    found: dict[str, list[int]] = {}
    for form, key in sorted(touched):
        found.setdefault(form, []).append(key)
    return found.items()


def learn(tx: Transaction, form: str, works: Sequence[Any]) -> None:
    """Ask at once for every figure that the kept fields of these documents count."""
    for table, field in tx.catalogue.forms[form].all_fields():
        for count in field.formula.counts if field.formula is not None and field.kept else ():
            taken_apart = keyed.keyed_of(tx.registry, count)
            if taken_apart is not None:
                scopes = (work.scope(row if table else None) for work in works for row in work.rows(table))
                keyed.learn(tx, taken_apart, scopes, rows_of=_rows)


def forms_of_the_day(registry: Registry) -> tuple[str, ...]:
    """Give the forms with a kept figure that names today: a job refreshes them when the day changes."""
    return tuple(
        spec.name
        for spec in registry.catalogue.forms.values()
        if any(
            field.formula and field.kept and {"today", "now"} & field.formula.reads for _t, field in spec.all_fields()
        )
    )


def refresh_form(tx: Transaction, form: str) -> None:
    """Work out the computed fields of every document of a form anew: after publishing, or as the day changes."""
    table = tx.registry.forms[form].table
    keys = tx.connection.scalars(select(table.c.id).where(table.c.deleted_at.is_(None)).order_by(table.c.id)).all()
    for start in range(0, len(keys), 500):
        refresh(tx, [(form, key) for key in keys[start : start + 500]])


def counted_columns(registry: Registry) -> set[tuple[str, str | None, str]]:
    """Give the columns that counts compare, as (form, table, column): each gets an index."""
    found: set[tuple[str, str | None, str]] = set()
    for spec in registry.catalogue.forms.values():
        for count in (count for asked in _expressions(spec) for count in asked.counts):
            rows = registry.catalogue.forms[count.form].tables[count.table].fields if count.table else {}
            found |= {(count.form, count.table if name in rows else None, name) for name, _node in count.equalities}
    return {place for place in found if _plain(registry, place)}


def _expressions(spec: FormSpec) -> Iterator[Expression]:
    """Give what a form asks whenever one of its documents is opened or saved."""
    for _table, field in spec.all_fields():
        told = (field.formula, field.default, field.check, field.required, field.show, field.readonly)
        yield from (one for one in told if isinstance(one, Expression))
    for check in (*spec.checks, *(check for table in spec.tables.values() for check in table.checks)):
        yield from (one for one in (check.check, check.when) if one is not None)


def _plain(registry: Registry, place: tuple[str, str | None, str]) -> bool:
    form, table, name = place
    spec = registry.catalogue.forms[form]
    field = spec.tables[table].fields.get(name) if table else spec.header.get(name)
    if field is None or not field.kept or field.type == "long_text":
        return False
    return kind_of(field) in ("text", "date")
