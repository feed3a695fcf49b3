"""Lists: a page of rows by filters, conditions, search and sort, counted and summed over the same rows."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, literal, or_, select, true

from app.config.form_spec import FieldSpec, FormSpec, ListSpec
from app.core.expressions import Expression
from app.core.links import Link
from app.data import access, rights
from app.data.changing import known_plan
from app.data.column_types import MICROSECOND
from app.data.filters import Filter, filter_sql, hidden, reach, refused, search_sql, unknown, where_sql
from app.data.kinds import kind_of, linked_form
from app.data.names import PEOPLE, SYSTEM, condition_sql, table_of
from app.data.plan import FormPlan
from app.data.sorting import MOST_KEYS, UNSORTED, sort_parts
from app.data.statements import LinkReader
from app.data.transaction import Transaction
from app.data.values import to_json

COUNTED = 10_000  # beyond, a list says "more than"
LARGEST_PAGE = 1000
ALWAYS = ("id", "number", "stage", "version", "changed_at")


@dataclass(frozen=True)
class Query:
    """What a list shows. `where` is a typed condition, `view` a saved view of the form, `after` a page's `next`."""

    form: str
    where: str | None = None
    filters: tuple[Filter, ...] = ()
    sort: str | None = None
    columns: tuple[str, ...] | None = None
    search: str | None = None
    limit: int = 50
    after: str | None = None
    view: str | None = None
    deleted: bool = False  # the bin
    counted: bool = True
    sums: tuple[str, ...] | None = None  # columns to add up; None: those that the form's list totals


@dataclass(frozen=True)
class Count:
    """How many rows a list has; capped: at least so many."""

    number: int
    capped: bool = False


@dataclass(frozen=True)
class Page:
    """One page of a list; `next` leads to the page after it."""

    rows: list[dict[str, Any]]
    next: str | None
    count: Count | None
    sums: Mapping[str, Decimal]


@dataclass(frozen=True)
class Key:
    """One column that a list is sorted by."""

    element: Any
    descending: bool
    spec: FieldSpec


def list_documents(tx: Transaction, query: Query) -> Page:
    """Give a page of documents that this person may see."""
    plan = known_plan(tx, query.form)
    if not rights.may(tx, query.form, "view"):
        raise rights.not_allowed(tx, query.form, "view")
    rows = plan.tables.table
    shown = shape_of_list(plan.spec, query.view)
    condition = list_condition(tx, plan, query)
    keys = sort_keys(tx, plan, query.sort if query.sort is not None else shown.sort)
    columns = column_names(tx, plan, query.columns or shown.columns)
    limit = max(1, min(query.limit, LARGEST_PAGE))
    beyond = _beyond(keys, query.after) if query.after else true()
    found = _fetch(tx, plan, columns, condition=and_(condition, beyond), keys=keys, limit=limit + 1)
    more = len(found) > limit
    result = [_seen(tx, plan, columns, row) for row in found[:limit]]
    _add_many(tx, plan, columns, result)
    access.note_rows(tx, query.form, result)
    names = (
        query.sums
        if query.sums is not None
        else tuple(n for n in shown.total if n in rights.shown_fields(tx, query.form))
    )
    return Page(
        result,
        _cursor(found[limit - 1], keys) if more else None,
        count_rows(tx, rows, condition) if query.counted else None,
        sum_columns(tx, plan, names, condition=condition),
    )


def count_documents(tx: Transaction, query: Query) -> Count:
    """Count the documents of a list that this person may see, without reading one."""
    plan = known_plan(tx, query.form)
    if not rights.may(tx, query.form, "view"):
        raise rights.not_allowed(tx, query.form, "view")
    return count_rows(tx, plan.tables.table, list_condition(tx, plan, query))


def shape_of_list(spec: FormSpec, view: str | None) -> ListSpec:
    """Give columns, sort and rows of a form's list or of one of its views."""
    if view is None:
        return spec.list
    if view not in spec.views:
        raise refused("view", "unknown", f"There is no view '{view[:60]}'.", f"没有视图“{view[:60]}”。")
    found = spec.views[view]
    return ListSpec(found.columns or spec.list.columns, found.sort or spec.list.sort, found.where, spec.list.total)


def list_condition(tx: Transaction, plan: FormPlan, query: Query) -> ColumnElement[bool]:
    """Give everything that decides whether a row is in a list: rights first."""
    rows = plan.tables.table
    parts = [rights.fence(tx, plan.form, "delete" if query.deleted else "view")]
    parts.append(rows.c.deleted_at.is_not(None) if query.deleted else rows.c.deleted_at.is_(None))
    standing = shape_of_list(plan.spec, query.view).where
    if standing is not None and not query.deleted:
        parts.append(condition_sql(tx, plan.form, standing))
    if query.where:
        parts.append(where_sql(tx, plan.form, query.where, rows=rows))
    parts += [filter_sql(tx, plan.form, each, rows=rows) for each in query.filters]
    if query.search:
        parts.append(search_sql(tx, plan.form, query.search, rows=rows))
    return and_(true(), *parts)


def column_names(tx: Transaction, plan: FormPlan, asked: Iterable[str]) -> tuple[str, ...]:
    """Give the columns of a list that are kept in the form's table; unknown ones are refused."""
    names = []
    for name in dict.fromkeys((*ALWAYS, *(asked or _first(plan)))):
        if name not in SYSTEM and name not in PEOPLE and name not in plan.header:
            raise unknown(name)
        if name in plan.header and not plan.header[name].kept and not _readable_live(plan.header[name]):
            continue
        names.append(name)
    return tuple(names)


def _first(plan: FormPlan) -> tuple[str, ...]:
    return tuple(plan.fields(None))[:5]


def _readable_live(spec: FieldSpec) -> bool:
    """A formula that only names today or this person can be worked out by the database."""
    return spec.formula is not None and not spec.formula.counts and not spec.formula.calls and kind_of(spec) != "link"


def _fetch(
    tx: Transaction, plan: FormPlan, columns: tuple[str, ...], *, condition: Any, keys: list[Key], limit: int
) -> list[dict[str, Any]]:
    """Read the rows, their links with number and title by joins, and what they are sorted by."""
    rows = plan.tables.table
    source: Any = rows
    chosen: list[Any] = []
    readers: list[tuple[str, LinkReader | None]] = []
    for name in columns:
        link = _link_form(plan, name)
        if _is_many(plan, name):
            continue
        chosen.append(_element(tx, plan, name).label(f"c{len(chosen)}"))
        reader = LinkReader(tx.catalogue, link, alias=f"j{len(readers)}") if link else None
        readers.append((name, reader))
        if reader is not None:
            target = _joined(tx, reader.form, reader.alias)
            source = source.outerjoin(target, target.c.id == rows.c[name])
            chosen += [
                target.c[each].label(f"c{len(chosen)}_{at}") for at, each in enumerate((reader.number, *reader.names))
            ]
    chosen += [key.element.label(f"k{at}") for at, key in enumerate(keys)]
    order = [_order(tx, key) for key in keys]
    found = tx.connection.execute(select(*chosen).select_from(source).where(condition).order_by(*order).limit(limit))
    return [_row(readers, tuple(row), len(keys)) for row in found]


def _joined(tx: Transaction, form: str, alias: str) -> Any:
    """Give the documents of a form under a name, made once a registry."""
    kept = tx.registry.cache.setdefault("joined", {})
    if (form, alias) not in kept:
        kept[(form, alias)] = table_of(tx, form).alias(alias)
    return kept[(form, alias)]


def _row(readers: list[tuple[str, LinkReader | None]], row: tuple[Any, ...], keys: int) -> dict[str, Any]:
    values: dict[str, Any] = {}
    at = 0
    for name, reader in readers:
        if reader is None:
            values[name] = tuple(row[at]) if isinstance(row[at], list) else row[at]
            at += 1
            continue
        end = at + 2 + len(reader.names)
        values[name] = None if row[at] is None else reader.read(row[at], row[at + 1 : end])
        at = end
    values["__keys"] = row[len(row) - keys :]
    return values


def _element(tx: Transaction, plan: FormPlan, name: str) -> Any:
    rows = plan.tables.table
    if name in rows.c:
        return rows.c[name]
    return reach_unchecked(tx, plan, name)


def reach_unchecked(tx: Transaction, plan: FormPlan, name: str) -> Any:
    """Give the SQL of a formula that is not kept; whether the reader may see it is masked later."""
    from app.data.names import expanded

    formula = plan.header[name].formula
    assert isinstance(formula, Expression)
    return expanded(tx, plan.form, formula, rows=plan.tables.table)


def _link_form(plan: FormPlan, name: str) -> str | None:
    if name in PEOPLE:
        return "user"
    spec = plan.header.get(name)
    return linked_form(spec) if spec is not None and kind_of(spec) == "link" else None


def _is_many(plan: FormPlan, name: str) -> bool:
    return (None, name) in plan.tables.links


def _seen(tx: Transaction, plan: FormPlan, columns: tuple[str, ...], row: dict[str, Any]) -> dict[str, Any]:
    """Give a row as this person may see it."""
    values = {name: value for name, value in row.items() if name != "__keys"}
    if (
        tx.is_system
        or not rights.has_hidden(tx, plan.form)
        or rights.shown_fields(tx, plan.form).issuperset(n for n in columns if n in plan.header)
    ):
        return values
    from app.data.reading import load

    document = load(tx, plan.form, row["id"])
    return rights.masked_row(tx, plan.form, values, document=document or values)


def _add_many(tx: Transaction, plan: FormPlan, columns: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
    """Read the many-links of a page with one query a column."""
    shown = rights.shown_fields(tx, plan.form)
    for name in (name for name in columns if _is_many(plan, name) and name in shown and rows):
        link = LinkReader(tx.catalogue, linked_form(plan.header[name]), alias="l0")
        links = plan.tables.links[(None, name)]
        target = _joined(tx, link.form, "l0")
        wanted = select(links.c.parent_id, links.c.target_id, *(target.c[each] for each in (link.number, *link.names)))
        wanted = wanted.join(target, target.c.id == links.c.target_id).where(
            links.c.parent_id.in_([row["id"] for row in rows])
        )
        held: dict[int, list[Link]] = {}
        for parent, key, *facts in tx.connection.execute(wanted.order_by(links.c.parent_id, links.c.position)):
            held.setdefault(parent, []).append(link.read(key, tuple(facts)))
        for row in rows:
            row[name] = tuple(held.get(row["id"], ())) or None


def sort_keys(tx: Transaction, plan: FormPlan, sort: str) -> list[Key]:
    """Give what `-needed_on,number` sorts by; the key makes the order complete."""
    rows = plan.tables.table
    keys: list[Key] = []
    for part in sort_parts(sort):
        name = part.name
        reached = reach(tx, plan.form, _sortable(plan, name), rows=rows)
        if reached.many is not None or kind_of(reached.spec) in UNSORTED:
            raise refused(name, "sort", f"A list can't be sorted by '{name[:60]}'.", f"不能按“{name[:60]}”排序。")
        keys.append(Key(reached.element, part.descending, reached.spec))
    last = reach(tx, plan.form, "id", rows=rows)
    return [*keys[:MOST_KEYS], Key(last.element, keys[0].descending if keys else True, last.spec)]


def _sortable(plan: FormPlan, name: str) -> str:
    """A link sorts by what people read: the number of its document, the title of an account."""
    form = _link_form(plan, name)
    return name if form is None else f"{name}.title" if form == "user" else f"{name}.number"


def _order(tx: Transaction, key: Key) -> ColumnElement[Any]:
    """Empty counts as the smallest, on both databases; what is never empty says nothing of it and may use its index."""
    ordered = key.element.desc() if key.descending else key.element.asc()
    if tx.dialect == "sqlite" or getattr(key.element, "nullable", True) is False:
        return ordered
    return ordered.nulls_last() if key.descending else ordered.nulls_first()


def _beyond(keys: list[Key], after: str) -> ColumnElement[bool]:
    """Give the rows behind the last one of the page before."""
    try:
        given = json.loads(base64.urlsafe_b64decode(after.encode() + b"=="))
        values = [_decoded(key, value) for key, value in zip(keys, given, strict=True)]
    except (ValueError, TypeError, InvalidOperation, binascii.Error, OverflowError):
        raise refused(
            "after", "unknown", "This page can't be found. Start from the first one.", "找不到这一页，请从第一页开始。"
        ) from None
    ways = []
    for at, key in enumerate(keys):
        same = [_same(keys[before], values[before]) for before in range(at)]
        ways.append(and_(*same, _further(key, values[at])))
    return or_(false(), *ways)


def _same(key: Key, value: Any) -> ColumnElement[bool]:
    return key.element.is_(None) if value is None else key.element == value


def _further(key: Key, value: Any) -> ColumnElement[bool]:
    if key.descending:
        return false() if value is None else or_(key.element < value, key.element.is_(None))
    return key.element.is_not(None) if value is None else key.element > value


def _cursor(row: dict[str, Any], keys: list[Key]) -> str:
    values = [_encoded(value) for value in row["__keys"]]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _encoded(value: Any) -> Any:
    return value // MICROSECOND if isinstance(value, timedelta) else to_json(value)


def _decoded(key: Key, value: Any) -> Any:
    if value is None:
        return None
    readers: dict[str, Any] = {
        "decimal": Decimal,
        "date": date.fromisoformat,
        "datetime": datetime.fromisoformat,
        "boolean": bool,
        "time": time.fromisoformat,
        "duration": lambda n: n * MICROSECOND,
    }
    if key.spec.name == "whole":
        return int(value)
    return readers.get(kind_of(key.spec), str)(value)


def count_rows(tx: Transaction, rows: Any, condition: Any) -> Count:
    """Count rows, up to what a person reads."""
    inner = select(literal(1)).select_from(rows).where(condition).limit(COUNTED + 1).subquery()
    number = tx.connection.scalar(select(func.count()).select_from(inner)) or 0
    return Count(min(number, COUNTED), number > COUNTED)


def sum_columns(tx: Transaction, plan: FormPlan, names: Iterable[str], *, condition: Any) -> dict[str, Decimal]:
    """Add up columns over all rows of a list."""
    names = tuple(names)
    for name in names:
        if name not in plan.header or kind_of(plan.header[name]) != "decimal" or not plan.header[name].kept:
            raise refused(name, "sum", f"'{name[:60]}' can't be added up.", f"“{name[:60]}”不能求和。")
        if name not in rights.shown_fields(tx, plan.form):
            raise hidden(name)
    if not names:
        return {}
    access.note_question(tx, plan.form, names, f"sum({', '.join(names)})")
    rows = plan.tables.table
    found = tx.connection.execute(select(*(func.sum(rows.c[name]) for name in names)).where(condition)).one()
    return {name: value if value is not None else Decimal(0) for name, value in zip(names, found, strict=True)}
