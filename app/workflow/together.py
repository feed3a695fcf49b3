"""Documents that count as one, so that nobody stays below a band by splitting (R-4.10): which, and their sum."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.config.workflow_spec import Span, TogetherSpec
from app.core.links import Link
from app.data.document import Document
from app.data.kinds import digits_of
from app.data.transaction import Transaction
from app.workflow.definitions import Definition

COUNTING = ("running", "returned", "approved")  # runs whose documents are asked for or allowed
MOST = 200


@dataclass(frozen=True)
class Together:
    """The figure that decides the band, and the documents beside this one that it adds up."""

    amount: Decimal
    documents: tuple[Link, ...] = ()


def together(tx: Transaction, document: Mapping[str, Any], definition: Definition) -> Together | None:
    """Give the figure of a document as bands and limits see it; None where the workflow compares none."""
    figure, spec = definition.spec.amount, definition.spec.together
    amount = document.get(figure) if figure else None
    if figure is None or not isinstance(amount, Decimal):
        return None
    found = list(_siblings(tx, document, definition, spec)) if spec and not definition.spec.retired else []
    total = amount + sum((other for _, other in found), Decimal(0))
    return Together(total if definition.spec.own_band else abs(total), tuple(link for link, _ in found))


def counted(tx: Transaction, document: Document, definition: Definition) -> Document:
    """Give a document as the conditions of its approval see it: with the figure that counts."""
    found = together(tx, document, definition)
    figure = definition.spec.amount
    if found is None or figure is None or found.amount == document.get(figure):
        return document
    return Document(document.form, {**document.values_, figure: found.amount}, document.tables, lazy=document.lazy)


def _siblings(
    tx: Transaction, document: Mapping[str, Any], definition: Definition, spec: TogetherSpec
) -> Iterator[tuple[Link, Decimal]]:
    values = [document.get(name) for name in spec.same]
    if any(value in (None, "") for value in values):
        return
    form, figure = definition.form, str(definition.spec.amount)
    stopped = [name for name, stage in definition.spec.stages.items() if stage.meaning == "stopped"]
    same = " and ".join(f'd."{name}" = ?' for name in spec.same)
    gone = f" and d.stage not in ({', '.join('?' * len(stopped))})" if stopped else ""
    statement = (
        f'select d.id, d.number, d."{figure}" from "{form.name}" d where {same} and d.id <> ? and d.deleted_at is null'  # noqa: S608
        f"{gone} and exists (select 1 from workflow_instance i where i.form = ? and i.document_id = d.id"
        f" and i.status in ({', '.join('?' * len(COUNTING))}) and i.started_at > ?) order by d.id limit {MOST}"
    )
    since = tx.instant(tx.now - _length(spec.within))
    facts = [*map(_kept, values), document.get("id") or 0, *stopped, form.name, *COUNTING, since]
    digits = digits_of(form.header[figure])
    for key, number, amount in tx.fetch(tx.sql(statement), facts):
        yield Link(form.name, key, number), Decimal(amount or 0).scaleb(-digits)


def _kept(value: Any) -> Any:
    return value.id if isinstance(value, Link) else value


def _length(span: Span) -> timedelta:
    if span.unit == "months":
        return timedelta(days=31 * span.amount)  # never too short a time: a document too many is only seen
    return timedelta(**{span.unit: span.amount})
