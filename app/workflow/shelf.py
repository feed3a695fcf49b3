"""Approvals that run out (R-10.6): after their time nobody goes on from them; they are asked for again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from app.config.workflow_spec import Span, WaySpec
from app.core.links import Link
from app.core.words import Words
from app.data import reading
from app.data.document import Document
from app.data.kinds import kind_of, linked_form
from app.data.transaction import Transaction
from app.workflow import record
from app.workflow.definitions import Definition, current
from app.workflow.errors import ApprovalExpired
from app.workflow.presses import is_among
from app.workflow.world import calendar_of, deadline

RENEW = Words("Ask for approval again", "重新申请审批")


@dataclass(frozen=True)
class Shelf:
    """When a document was approved, and until when that is good."""

    approved_at: datetime
    until: datetime


def expired(tx: Transaction, document: Document, definition: Definition) -> Shelf | None:
    """Give since when a document's approval has run out; None where it is good, or was never given."""
    span: Span | None = definition.spec.approval.get("shelf_life")
    if span is None or document.stage not in definition.settled:
        return None
    known = record.last(tx, document)
    if known is None or known.state.status != "approved" or known.state.ended_at is None:
        return None
    until = deadline(tx, span, known.state.ended_at)
    return Shelf(known.state.ended_at, until) if until <= tx.now else None


def may_renew(tx: Transaction, document: Document, definition: Definition) -> bool:
    """Tell whether a person may ask again: the approval has run out, and he may hand in such a document."""
    if expired(tx, document, definition) is None:
        return False
    stages = definition.spec.stages
    ways = [way for stage in stages.values() for way in stage.actions.values() if way.to in stages]
    return any(is_among(tx, document, way) for way in ways if stages[str(way.to)].approval)


def guard_press(tx: Transaction, document: Document, definition: Definition, *, way: WaySpec) -> None:
    """Refuse to go on from an approval that ran out: this document's, or that of one that it stands on."""
    if tx.is_system or way.style == "danger":
        return
    target = definition.stage(way.to or "")
    if target is not None and target.approval:
        for linked, own in _stands_on(tx, document):
            _refuse(tx, linked, own)
    else:
        _refuse(tx, document, definition)


def _refuse(tx: Transaction, document: Document, definition: Definition) -> None:
    found = expired(tx, document, definition)
    if found is not None:
        zone = ZoneInfo(calendar_of(tx).zone)
        approved, until = (at.astimezone(zone).date().isoformat() for at in (found.approved_at, found.until))
        raise ApprovalExpired(number=document.number, approved=approved, until=until, action=RENEW)


def _stands_on(tx: Transaction, document: Document) -> Iterator[tuple[Document, Definition]]:
    """Give the documents that this one is made from, as far as their approvals can run out."""
    for name, spec in tx.catalogue.forms[document.form].header.items():
        form = linked_form(spec) if kind_of(spec) == "link" and spec.kept else ""
        own = current(tx, form) if form in tx.catalogue.forms else None
        if own is not None and own.spec.approval.get("shelf_life"):
            link = document.get(name)
            linked = reading.load(tx, link.form, link.id) if isinstance(link, Link) else None
            if linked is not None:
                yield linked, own
