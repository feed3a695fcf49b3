"""Counts that compare fields with values of this side: one statement, made once, answers them for many documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select, true, type_coerce

from app.core.expressions import Count, Scope, Type
from app.core.expressions.arithmetic import divide
from app.core.expressions.evaluation import Run, compiled
from app.core.expressions.nodes import Apply, Counted, Fold, Name, Typed, walk
from app.core.links import Link
from app.data import sql_parts
from app.data.column_types import Scaled
from app.data.expression_sql import Rows, Writer
from app.data.sql_values import Part, kept
from app.data.tables import Registry
from app.data.transaction import Transaction

AT_ONCE = 500
FUNCTIONS = frozenset({"sum", "count", "any", "none", "avg"})
KEY_KINDS = {"link": "link", "text": "text", "choice": "text", "number": "number", "date": "date"}
OUTSIDE = frozenset({"under", "has_role", "working_days_between"})
MISSING = object()
RowsOf = Callable[[Transaction, Count], Rows]


@dataclass(frozen=True)
class Side:
    """One comparison of a count: the field there, and what it must equal here."""

    name: str
    kind: str
    node: Name
    run: Run


@dataclass(frozen=True)
class Keyed:
    """A count taken apart: its comparisons with this side, the first of which is looked up, and the rest."""

    count: Count
    sides: tuple[Side, ...]
    rest: tuple[Typed, ...]
    statement: list[Select[Any]] = field(default_factory=list, compare=False)

    @property
    def of_this(self) -> bool:
        """Tell whether it looks up documents that link to this one: a new one has none."""
        return self.sides[0].node.source == "this" and not self.sides[0].node.path


@dataclass
class Known:
    """What one transaction knows of a keyed count: which first keys it asked for, and the figures found."""

    asked: set[Any] = field(default_factory=set)
    figures: dict[tuple[Any, ...], Any] = field(default_factory=dict)


def keyed_of(registry: Registry, count: Count) -> Keyed | None:
    """Give a count taken apart, if it can be; worked out once per registry."""
    known = registry.cache.get(("keyed", id(count)))
    if known is None:
        known = registry.cache[("keyed", id(count))] = (count, _taken_apart(registry, count))
    return known[1]


def _taken_apart(registry: Registry, count: Count) -> Keyed | None:
    if count.function not in FUNCTIONS or (count.value is not None and not _is_plain(registry, count, count.value)):
        return None
    if count.value is not None and count.value.type.kind == "duration":
        return None
    sides, rest = [], []
    for part in _parts(count.where):
        side = _side(part)
        if side is not None and _is_plain_name(registry, count, side.name):
            sides.append(side)
        elif _is_plain(registry, count, part):
            rest.append(part)
        else:
            return None
    sides.sort(key=lambda side: (bool(side.node.path), side.kind != "link"))
    return Keyed(count, tuple(sides), tuple(rest)) if sides else None


def _parts(where: Typed | None) -> Iterator[Typed]:
    if isinstance(where, Apply) and where.name == "and":
        for part in where.arguments:
            yield from _parts(part)
    elif where is not None:
        yield where


def _side(part: Typed) -> Side | None:
    if not isinstance(part, Apply) or part.name != "==":
        return None
    for here, there in (part.arguments, part.arguments[::-1]):
        if not (isinstance(here, Name) and isinstance(there, Name)):
            return None
        if there.source == "row" and len(there.path) == 1 and here.source in ("this", "line") and len(here.path) <= 1:
            kind, other = _kind(there.type), _kind(here.type)
            return Side(there.path[0], kind, here, compiled(here)) if kind and kind == other else None
    return None


def _kind(kind: Type) -> str | None:
    return KEY_KINDS.get(kind.kind)


def _is_plain(registry: Registry, count: Count, node: Typed) -> bool:
    """Tell whether a part reads nothing but kept fields of the counted rows."""
    for part in walk(node):
        if isinstance(part, (Counted, Fold)) or (isinstance(part, Apply) and part.name in OUTSIDE):
            return False
        if isinstance(part, Name) and not (
            part.source == "row" and len(part.path) == 1 and _is_plain_name(registry, count, part.path[0])
        ):
            return False
    return True


def _is_plain_name(registry: Registry, count: Count, name: str) -> bool:
    tables = registry.forms[count.form]
    if count.table is not None and name in tables.lines[count.table].c:
        return True
    return name in tables.table.c


def keyed_value(tx: Transaction, keyed: Keyed, scope: Scope, *, rows_of: RowsOf) -> Any:
    """Give a figure of a keyed count, or MISSING where a value of this side can't be looked up."""
    if keyed.of_this and not scope.this.get("id"):
        return _figure(keyed.count, None)
    key = tuple([_comparable(side, side.run(scope)) for side in keyed.sides])
    if MISSING in key:
        return MISSING
    known = known_of(tx, keyed.count)
    if key[0] not in known.asked:
        _ask(tx, keyed, [key[0]], rows_of=rows_of)
    return _figure(keyed.count, known.figures.get(key))


def learn(tx: Transaction, keyed: Keyed, scopes: Iterable[Scope], *, rows_of: RowsOf) -> None:
    """Ask at once for the figures of many documents."""
    first = keyed.sides[0]
    known = known_of(tx, keyed.count)
    values = dict.fromkeys(_comparable(first, first.run(scope)) for scope in scopes)
    wanted = [value for value in values if value is not MISSING and value not in known.asked]
    for start in range(0, len(wanted), AT_ONCE):
        _ask(tx, keyed, wanted[start : start + AT_ONCE], rows_of=rows_of)


def known_of(tx: Transaction, count: Count) -> Known:
    """Give what this transaction knows of a count."""
    of_form: dict[int, Known] = tx.shared.read.setdefault(("counted", count.form), {})
    return of_form.setdefault(id(count), Known())


def forget(tx: Transaction, form: str) -> None:
    """Know nothing more of counts over a form: one of its documents was written."""
    tx.shared.read.pop(("counted", form), None)


def _comparable(side: Side, value: Any) -> Any:
    """Give a value as the column compares it; what is empty, or no whole number, is left to the long way."""
    if isinstance(value, Link):
        return value.id if value.id else MISSING
    if value is None or isinstance(value, bool):
        return MISSING
    if side.kind == "number":
        number = Decimal(value)
        return number if number == number.to_integral_value() and abs(number) < 10**12 else MISSING
    return value


def _ask(tx: Transaction, keyed: Keyed, keys: list[Any], *, rows_of: RowsOf) -> None:
    cache = tx.registry.cache
    name = ("keyed_sql", id(keyed.count), tx.dialect)
    statement = cache.get(name)
    if statement is None:
        statement = cache[name] = _statement(tx, keyed, rows_of(tx, keyed.count))
    known = known_of(tx, keyed.count)
    width = len(keyed.sides)
    for row in tx.connection.execute(statement, {"keys": keys}):
        known.figures[tuple(row[:width])] = tuple(row[width:])
    known.asked.update(keys)


def _statement(tx: Transaction, keyed: Keyed, rows: Rows) -> Select[Any]:
    """Write the count for many keys at once, grouped by them."""
    writer = Writer(rows.columns, {"this": {}, "dialect": tx.dialect}, None)
    columns = [rows.columns((side.name,)) for side in keyed.sides]
    conditions = [writer.condition(part, met=True) for part in keyed.rest]
    wanted = columns[0].in_(bindparam("keys", expanding=True))
    query = select(*columns, *_figures(keyed.count, writer)).select_from(rows.table)
    return query.where(and_(true(), rows.joined, wanted, *conditions)).group_by(*columns)


def _figures(count: Count, writer: Writer) -> list[Any]:
    item = writer.part(count.value) if count.value is not None else None
    amount = func.count() if item is None else func.count(item.sql)
    if count.function in ("count", "any", "none") or item is None:
        return [amount]
    total = Part(item.kind, sql_parts.figure("coalesce({0}, 0)", func.sum(kept(item))), item.scale, True)
    return [amount, type_coerce(kept(total), Scaled(total.scale))]


def _figure(count: Count, found: tuple[Any, ...] | None) -> Any:
    """Give the figure of a group; nothing found is a group of none."""
    amount = Decimal(found[0]) if found is not None else Decimal(0)
    if count.function in ("any", "none"):
        return (amount > 0) == (count.function == "any")
    if count.function == "count":
        return amount
    total = found[1] if found is not None else Decimal(0)
    if count.function == "sum":
        return total
    return divide(total, amount) if amount else None
