"""What the planner is told about one document, gathered from the transaction."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.config.organisation_spec import CalendarSpec
from app.config.workflow_spec import Span
from app.core.expressions import Expression, Scope
from app.core.links import Link
from app.data.document import Document
from app.data.rights import value_at
from app.data.services import services_of
from app.data.transaction import Transaction
from app.data.values import to_json
from app.workflow.absences import absences_of
from app.workflow.bars import barred
from app.workflow.calendar import add
from app.workflow.definitions import Definition
from app.workflow.facts import Facts
from app.workflow.organisation import TableOrganisation
from app.workflow.together import counted


def facts_of(
    tx: Transaction, document: Document, definition: Definition, *, submitter: int = 0, editors: Sequence[int] = ()
) -> Facts:
    """Give the facts for one command on one document."""
    seen = counted(tx, document, definition)
    scope = scope_of(tx, seen)
    people = TableOrganisation(tx)
    found = barred(tx, document, definition, people=people, submitter=submitter, editors=editors)
    calendar = calendar_of(tx)
    figure = seen.get(definition.spec.amount) if definition.spec.amount else None
    amount = figure if isinstance(figure, Decimal) else None
    return Facts(
        tx.now,
        people,
        lambda expression: expression.met(scope),
        reader(tx, seen),
        lambda span, at, name="": add(calendar_of(tx, name), at, span),
        found,
        definition.admins,
        document.number,
        content_hash(document, definition),
        content_hash(document, definition, material=True),
        definition.money,
        calendar.zone,
        document["version"],
        lambda account: absences_of(tx, account, form=document.form, amount=amount),
    )


def calendar_of(tx: Transaction, name: str = "") -> CalendarSpec:
    """Give a calendar by its name, the company's by default."""
    organisation = tx.catalogue.organisation
    return organisation.calendars.get(name or organisation.calendar) or CalendarSpec("office")


def deadline(tx: Transaction, span: Span, start: datetime) -> datetime:
    """Give the instant a span later, in clock time unless the span says working time (stages)."""
    return add(calendar_of(tx), start, span, working=False)


def scope_of(
    tx: Transaction,
    document: Mapping[str, Any],
    *,
    event: Mapping[str, Any] | None = None,
    row: Mapping[str, Any] | None = None,
) -> Scope:
    """Give what an expression sees of a document."""
    services = services_of(tx)
    return Scope(document if row is None else row, document, services, row, services.me, tx.today, tx.now, event)


def reader(tx: Transaction, document: Document) -> Callable[[str], Any]:
    """Give a function that reads the value at a path of a document."""
    return lambda path: value_at(tx, document, path)


def value_of(
    tx: Transaction, document: Document, expression: Expression, *, event: Mapping[str, Any] | None = None
) -> Any:
    """Give the value of an expression over a document."""
    return expression.value(scope_of(tx, document, event=event))


def content_hash(document: Document, definition: Definition, *, material: bool = False) -> str:
    """Give the hash of what people filled in, files included (R-10.7); or only of the material fields."""
    told: dict[str, Any] = {
        name: _plain(document.get(name)) for name in definition.typed if not material or name in definition.material
    }
    for table, columns in definition.typed_lines.items():
        chosen = [
            c for c in columns if not material or f"{table}.{c}" in definition.material or table in definition.material
        ]
        told[table] = [
            [line.get("line_no"), *(_plain(line.get(c)) for c in chosen)] for line in document.get(table) or ()
        ]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:32]


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool)):
        return value
    if isinstance(value, Link):
        return [value.form, value.id]  # ids, not names: renaming changes nothing
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return to_json(value)
