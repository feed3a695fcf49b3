"""What happened to documents: one row per write, with who, through which door, and the difference."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.links import Link
from app.data.column_types import compact, read_instant
from app.data.document import Document
from app.data.plan import FormPlan
from app.data.transaction import Transaction
from app.data.values import to_json

INSERT = (
    "insert into office_audit (chg, at, actor_id, cause_id, door, form, document_id, number, version, act, diff)"
    " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
SELECT = (
    "select e.id, e.at, e.actor_id, a.name, a.title, e.cause_id, c.name, c.title, e.door, e.form, e.document_id,"
    " e.number, e.version, e.act, e.diff from office_audit e left join office_account a on a.id = e.actor_id"
    " left join office_account c on c.id = e.cause_id"
)
OF_DOCUMENT = (  # from its making on: a key may have been another document's, of a template since removed
    "where e.form = ? and e.document_id = ? and e.id >= coalesce((select max(m.id) from office_audit m"
    " where m.form = e.form and m.document_id = e.document_id and m.act = 'create'), 0)"
)


@dataclass(frozen=True)
class AuditEntry:
    """One write of one document. `diff` maps a field to [old, new], a table to its rows by line number."""

    id: int
    at: datetime
    actor: Link
    cause: Link | None  # the person behind an act of the machine
    door: str
    form: str
    document_id: int
    number: str
    version: int
    act: str
    diff: Mapping[str, Any]


def note(tx: Transaction, document: Document, *, act: str, diff: Mapping[str, Any]) -> None:
    """Write the audit row of one write."""
    tx.run(tx.sql(INSERT), audit_row(tx, document, act, diff))


def audit_row(tx: Transaction, document: Document, act: str, diff: Mapping[str, Any]) -> tuple[Any, ...]:
    """Give the audit row of one write as the driver takes it."""
    cause = tx.cause.account.id if tx.cause else None
    values = document.values_
    return (
        tx.change(),
        tx.instant(tx.now),
        tx.actor.account.id,
        cause,
        tx.door,
        document.form,
        values["id"],
        values["number"],
        values["version"],
        act,
        compact(diff),
    )


def creation(plan: FormPlan, document: Document) -> dict[str, Any]:
    """Give the diff of a new document: every value that is not empty."""
    diff: dict[str, Any] = {"stage": [None, document.values_["stage"]]}
    for name in plan.header:
        value = document.values_.get(name)
        if value is not None and (None, name) not in plan.live:
            diff[name] = [None, to_json(value)]
    for name in plan.lines:
        rows = {str(line["line_no"]): line_json(plan, name, line) for line in document.tables.get(name, ())}
        if rows:
            diff[name] = rows
    return diff


def line_json(plan: FormPlan, table: str, line: Mapping[str, Any]) -> dict[str, Any]:
    """Give the kept values of a line, those that are not empty."""
    return {
        name: to_json(line[name])
        for name in plan.lines[table].fields
        if line.get(name) is not None and (table, name) not in plan.live
    }


def read_entries(tx: Transaction, form: str, key: int) -> list[AuditEntry]:
    """Give every write of one document, oldest first; rights are the caller's."""
    rows = tx.fetch(tx.sql(f"{SELECT} {OF_DOCUMENT} order by e.id"), (form, key))
    return [_entry(row) for row in rows]


def _entry(row: Sequence[Any]) -> AuditEntry:
    cause = None if row[5] is None else Link("user", row[5], row[6] or "", row[7] or "")
    at = read_instant(row[1])
    assert at is not None
    return AuditEntry(
        row[0],
        at,
        Link("user", row[2], row[3] or "", row[4] or ""),
        cause,
        row[8],
        row[9],
        row[10],
        row[11],
        row[12],
        row[13],
        json.loads(row[14]),
    )


def state_of(entries: Sequence[AuditEntry], at: datetime | int) -> dict[str, Any]:
    """Give a document as its entries left it at a time, or in a version: {field: value, table: {line_no: {...}}}."""
    state: dict[str, Any] = {}
    for entry in entries:
        if (entry.version if isinstance(at, int) else entry.at) > at:  # type: ignore[operator]
            break
        for name, change in entry.diff.items():
            if isinstance(change, Mapping):
                _apply_lines(state.setdefault(name, {}), change)
            else:
                state[name] = change[1]
    return state


def _apply_lines(lines: dict[str, Any], change: Mapping[str, Any]) -> None:
    """A line that came is given whole, one that changed by [old, new], one that went as nothing."""
    for line_no, fields in change.items():
        if fields is None:
            lines.pop(line_no, None)
        elif line_no in lines:
            lines[line_no].update({name: value[1] for name, value in fields.items()})
        else:
            lines[line_no] = dict(fields)


def changed_since(entries: Sequence[AuditEntry], version: int) -> dict[str, AuditEntry]:
    """Give each place (`reason`, `lines.2.quantity`) that was changed after a version, with its last change."""
    places: dict[str, AuditEntry] = {}
    for entry in entries:
        if entry.version > version:
            for place in places_of(entry.diff):
                places[place] = entry
    return places


def places_of(diff: Mapping[str, Any]) -> list[str]:
    """Give the places that a diff touches."""
    places = []
    for name, change in diff.items():
        if isinstance(change, Mapping):
            places += [f"{name}.{line}.{field}" for line, fields in change.items() for field in _fields(fields)]
        else:
            places.append(name)
    return places


def _fields(fields: object) -> list[str]:
    """A line that went or came touches all of itself."""
    return ["*"] if not isinstance(fields, Mapping) else list(fields)
