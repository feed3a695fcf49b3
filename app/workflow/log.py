"""The log of a document's life: events written once, each with the hash of the one before; read back and verified."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.data.column_types import compact, read_instant
from app.data.transaction import Transaction
from app.workflow.state import Event

COLUMNS = (
    "form, document_id, instance_id, seq, at, kind, act, actor_id, on_behalf_of, via, definition, document_hash, rule,"
    " comment, data, previous, hash"
)
INSERT = f"insert into workflow_event ({COLUMNS}) values ({', '.join('?' * 17)})"  # noqa: S608
HUMAN = frozenset(
    {
        *("decided", "transferred", "withdrawn", "overridden", "submitted", "acted"),
        *("signer_added", "signer_removed", "undone", "urged"),
    }
)


@dataclass(frozen=True)
class Place:
    """Where events are written: the document, its run, the version of the workflow."""

    form: str
    document_id: int
    instance_id: int | None = None
    definition: str = ""


@dataclass(frozen=True)
class Logged:
    """An event with what the log adds: its place in the order and the press it belongs to."""

    seq: int
    act: str
    via: str
    event: Event
    instance_id: int | None = None


def append(tx: Transaction, place: Place, entries: Sequence[tuple[str, Event]]) -> None:
    """Write events behind the last one of their document; each comes with the act it belongs to."""
    seq, previous = _last(tx, place)
    rows = []
    for act, event in entries:
        seq += 1
        facts = (
            place.form,
            place.document_id,
            place.instance_id,
            seq,
            tx.instant(event.at),
            event.kind,
            act,
            event.actor,
            event.on_behalf_of,
            tx.door,
            place.definition,
            event.hash,
            event.rule,
            event.comment,
            compact(dict(event.data)),
        )
        digest = chained(previous, facts, event.at)
        rows.append((*facts, previous, digest))
        previous = digest
    tx.run_many(tx.sql(INSERT), rows)
    tx.shared.read[("workflow_log", place.form, place.document_id)] = (seq, previous)


def _last(tx: Transaction, place: Place) -> tuple[int, str]:
    known = tx.shared.read.get(("workflow_log", place.form, place.document_id))
    if known is None:
        statement = "select seq, hash from workflow_event where form = ? and document_id = ? order by seq desc limit 1"
        known = tx.fetch_one(tx.sql(statement), (place.form, place.document_id)) or (0, "")
    return known[0], known[1]


def begin(tx: Transaction, form: str, document_id: int) -> None:
    """Know that a document that was just made has no events yet."""
    tx.shared.read[("workflow_log", form, document_id)] = (0, "")


def chained(previous: str, facts: Sequence[Any], at: datetime) -> str:
    """Give the hash of an event over its facts and the hash before it (R-12.1)."""
    told = [previous, *facts[:4], at.isoformat(), *facts[5:]]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def read(tx: Transaction, form: str, document_id: int, *, instance_id: int | None = None) -> list[Logged]:
    """Give the events of a document, or of one run of it, in order."""
    where = "form = ? and document_id = ?" if instance_id is None else "instance_id = ?"
    facts = (form, document_id) if instance_id is None else (instance_id,)
    statement = (
        "select seq, act, via, kind, data, at, actor_id, on_behalf_of, rule, comment, document_hash, instance_id"  # noqa: S608
        f" from workflow_event where {where} order by seq"
    )
    return [_logged(row) for row in tx.fetch(tx.sql(statement), facts)]


def _logged(row: Sequence[Any]) -> Logged:
    at = read_instant(row[5])
    assert at is not None
    event = Event(row[3], json.loads(row[4]), at, row[6], row[7], row[8], row[9], row[10])
    return Logged(row[0], row[1], row[2], event, row[11])


def verify(tx: Transaction) -> list[str]:
    """Name each document whose log was tampered with: a row changed, removed or put in (R-12.1)."""
    statement = f"select {COLUMNS} from workflow_event order by form, document_id, seq"  # noqa: S608
    return list(_broken(tx.fetch(statement)))


def _broken(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    document, seq, previous = None, 0, ""
    for row in rows:
        if (row[0], row[1]) != document:
            document, seq, previous = (row[0], row[1]), 0, ""
        at = read_instant(row[4])
        assert at is not None
        seq += 1
        if row[3] != seq or row[15] != previous or row[16] != chained(previous, row[:15], at):
            yield f"{row[0]} {row[1]}, event {row[3]}"
        previous = row[16]
