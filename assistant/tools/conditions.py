"""Filters of a tool as one condition of the office's expression language, which the data layer checks and fences."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from app.config.form_spec import FieldSpec, FormSpec
from app.core.words import Words
from app.data.documents import Filter, Query, list_documents
from app.data.rights import grants_of, not_allowed, passes, shown_fields
from app.data.transaction import Transaction
from assistant.knowledge import links_of, open_stages
from assistant.registry import Arguments

Sort = Literal["newest", "oldest", "largest", "smallest", "best", "worst"]
DAYS = ("ordered_on", "received_on", "returned_on", "requested_on", "started_on", "submitted_on")
DUE = ("needed_on", "due_on", "expected_on")


class Narrowing(Arguments):
    """Which documents: by links, person, stage, time and amount."""

    form: str
    supplier: str | None = None
    product: str | None = None
    warehouse: str | None = None
    department: str | None = None
    person: str | None = None
    stages: tuple[str, ...] = ()
    open_only: bool = False
    late_only: bool = False
    since: date | None = None
    until: date | None = None
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None


class CannotNarrow(ValueError):
    """A form has nothing to narrow by in this way."""

    def __init__(self, form: str, what: str) -> None:
        super().__init__(f"{form} has no {what}")
        self.form, self.what = form, what


def where_of(tx: Transaction, asked: Narrowing) -> str:
    """Give the condition for what was asked; a form that lacks the field raises CannotNarrow."""
    return " and ".join(_parts(tx, tx.catalogue.forms[asked.form], asked))


def filters_of(tx: Transaction, asked: Narrowing) -> tuple[Filter, ...]:
    """Give the bounds on when a document was made, where the form has no day of its own."""
    if day_field(tx.catalogue.forms[asked.form]) != "created_at":
        return ()
    zone = ZoneInfo(tx.catalogue.organisation.zone)
    bounds = (("gte", asked.since), ("lt", asked.until + timedelta(days=1) if asked.until else None))
    return tuple(Filter("created_at", operator, datetime.combine(day, time(), zone)) for operator, day in bounds if day)


def told(where: str, filters: tuple[Filter, ...]) -> str:
    """Give conditions and bounds as one text, to be shown."""
    signs = {"gte": ">=", "lt": "<"}
    return " and ".join(
        [*([where] if where else []), *(f"{f.field} {signs[f.operator]} {f.value:%Y-%m-%d}" for f in filters)]
    )


def _parts(tx: Transaction, spec: FormSpec, asked: Narrowing) -> Iterator[str]:
    for form in ("supplier", "product", "warehouse", "department"):
        number = getattr(asked, form)
        if number:
            yield _linked(spec, form, number)
    if asked.person:
        yield f"{person_field(spec)} == {'me' if asked.person == 'me' else quoted(asked.person)}"
    if asked.stages:
        yield f"stage in [{', '.join(quoted(stage) for stage in asked.stages)}]"
    if asked.open_only or asked.late_only:
        yield open_condition(tx, spec.name)
    if asked.late_only:
        yield f"{_due(spec)} < today"
    if day_field(spec) != "created_at":
        yield from times(day_field(spec), asked.since, asked.until)
    yield from _amounts(tx, spec, asked)


def quoted(text: str) -> str:
    """Give a text as the expression language writes it; its quotes can't end it."""
    return "'" + text.replace("\\", "").replace("'", "") + "'"


def _linked(spec: FormSpec, form: str, number: str) -> str:
    if spec.name == form:
        return f"number == {quoted(number)}"
    path = links_of(spec).get(form)
    if path is None:
        raise CannotNarrow(spec.name, form)
    table, _, field = path.rpartition(".")
    return f"any({table} where {field} == {quoted(number)})" if table else f"{field} == {quoted(number)}"


def person_field(spec: FormSpec) -> str:
    """Give the field that says whose document it is."""
    return next((name for name, field in spec.fields.items() if field.link == "user" and not field.many), "created_by")


def open_condition(tx: Transaction, form: str) -> str:
    """Give the condition that a document is neither draft nor ended."""
    return f"stage in [{', '.join(quoted(stage) for stage in open_stages(tx.catalogue, form))}]"


def _due(spec: FormSpec) -> str:
    for name in DUE:
        if name in spec.fields:
            return name
    raise CannotNarrow(spec.name, "due date")


def day_field(spec: FormSpec) -> str:
    """Give the field that dates a document: its own day, else when it was made."""
    return next((name for name in DAYS if name in spec.fields and spec.fields[name].type == "date"), "created_at")


def times(field: str, since: date | None, until: date | None) -> Iterator[str]:
    """Give the bounds of a day as conditions, both days included."""
    for sign, day in ((">=", since), ("<=", until)):
        if day:
            yield f"{field} {sign} date({day.year}, {day.month}, {day.day})"


def amount_field(tx: Transaction, spec: FormSpec) -> FieldSpec:
    """Give the field that says how much a document is worth, if this person may see it."""
    kept = [field for field in spec.header.values() if field.type in ("money", "price") and field.kept]
    if not kept:
        raise CannotNarrow(spec.name, "amount")
    chosen = spec.header.get("total_amount") or kept[-1]
    require_field(tx, spec, chosen.name)
    return chosen


def require_field(tx: Transaction, spec: FormSpec, name: str) -> None:
    """Refuse to narrow, sort or count by a field that is hidden from this person."""
    if name not in shown_fields(tx, spec.name):
        raise HiddenField(tx, spec, name)


class HiddenField(Exception):
    """A field that the asker may not see."""

    def __init__(self, tx: Transaction, spec: FormSpec, name: str) -> None:
        table, _, field = name.rpartition(".")
        label = (spec.tables[table].fields if table else spec.header)[field].label
        access, roles = spec.access.fields.get(name), tx.catalogue.organisation.roles
        titles = [
            roles[grant.role].title
            for grant in (access.view or () if access else ())
            if grant.role and grant.role in roles
        ]
        super().__init__(name)
        self.facts: dict[str, Any] = {
            "field": Words(f"{label.en} ({spec.title.en})", f"{spec.title.zh}的{label.zh}"),
            "thing": spec.title,
            "owner": titles[0] if titles else not_allowed(tx, spec.name, "view").facts["owner"],
        }


def _amounts(tx: Transaction, spec: FormSpec, asked: Narrowing) -> Iterator[str]:
    if asked.amount_from is None and asked.amount_to is None:
        return
    name = amount_field(tx, spec).name
    if asked.amount_from is not None:
        yield f"{name} >= {asked.amount_from:f}"
    if asked.amount_to is not None:
        yield f"{name} <= {asked.amount_to:f}"


def every_row(tx: Transaction, query: Query) -> Iterator[dict[str, Any]]:
    """Give every row of a list, page after page."""
    page = list_documents(tx, query)
    yield from page.rows
    while page.next:
        page = list_documents(tx, replace(query, after=page.next))
        yield from page.rows


def sort_of(tx: Transaction, spec: FormSpec, sort: Sort | None) -> str:
    """Give the order of a list: newest first unless asked otherwise."""
    if sort in ("largest", "smallest", "best", "worst"):
        name = amount_field(tx, spec).name
        return name if sort in ("smallest", "worst") else f"-{name}"
    return day_field(spec) if sort == "oldest" else f"-{day_field(spec)}"


def is_fenced(tx: Transaction, form: str) -> bool:
    """Tell whether row rules may hide some documents of a form from this person."""
    return bool(grants_of(tx.catalogue.forms[form], "view")) and not any(way.open for way in passes(tx, form, "view"))
