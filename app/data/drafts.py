"""What a person typed and did not save yet: a private row, without number or audit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.data.column_types import compact, read_instant
from app.data.transaction import Transaction
from app.data.values import to_json

SAVE = (
    "insert into office_draft (account_id, form, number, content, changed_at) values (?, ?, ?, ?, ?)"
    " on conflict (account_id, form, number) do update set content = excluded.content, changed_at = excluded.changed_at"
)


@dataclass(frozen=True)
class Draft:
    """Typed values of a form (of a new document: no number), and since when they lie there."""

    form: str
    number: str
    values: Mapping[str, Any]
    changed_at: datetime | None


def save_draft(tx: Transaction, form: str, values: Mapping[str, Any], *, number: str = "") -> None:
    """Keep what this person typed; nobody else sees it."""
    content = compact(to_json(dict(values)))
    tx.run(tx.sql(SAVE), (tx.actor.account.id, form, number, content, tx.instant(tx.now)))


def typed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the values of a new document as a page keeps what was typed: its head, and its lines by their number."""
    tables = {
        name: rows
        for name, rows in values.items()
        if isinstance(rows, list) and rows and all(isinstance(row, Mapping) for row in rows)
    }
    head = {name: value for name, value in values.items() if name not in tables}
    lines = {name: {str(no): dict(row) for no, row in enumerate(rows, 1)} for name, rows in tables.items()}
    return {"head": head, "lines": lines, "texts": {}, "version": 0}


def draft(tx: Transaction, form: str, *, number: str = "") -> Draft | None:
    """Give what this person typed last into a form or a document."""
    found = [each for each in drafts(tx, form) if each.number == number]
    return found[0] if found else None


def drafts(tx: Transaction, form: str | None = None) -> list[Draft]:
    """Give what this person left unsaved, newest first."""
    condition, given = (" and form = ?", (form,)) if form else ("", ())
    statement = (
        f"select form, number, content, changed_at from office_draft where account_id = ?{condition} order by id desc"  # noqa: S608
    )
    rows = tx.fetch(tx.sql(statement), (tx.actor.account.id, *given))
    return [Draft(row[0], row[1], json.loads(row[2]), read_instant(row[3])) for row in rows]


def drop_draft(tx: Transaction, form: str, *, number: str = "") -> None:
    """Throw away what this person typed: it was saved, or is not wanted."""
    statement = "delete from office_draft where account_id = ? and form = ? and number = ?"
    tx.run(tx.sql(statement), (tx.actor.account.id, form, number))
