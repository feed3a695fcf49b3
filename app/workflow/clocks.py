"""The clocks of stages: set when a stage is entered, moved when the field they count from changes."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from app.config.workflow_spec import Span, StageSpec, WaySpec
from app.core.clock import zone
from app.data.document import Document
from app.data.transaction import Transaction
from app.workflow.world import calendar_of, deadline

INSERT = "insert into workflow_timer (form, document_id, stage, way, due_at) values (?, ?, ?, ?, ?)"
DELETE = "delete from workflow_timer where form = ? and document_id = ?"
ONE_DAY = timedelta(days=1)


def restart(tx: Transaction, document: Document, stage: StageSpec, *, origin: StageSpec | None) -> None:
    """Stop the clocks of the stage that was left, and start those of the one that was entered."""
    if origin is not None and origin.after:
        tx.run(tx.sql(DELETE), (document.form, document.id))
    if stage.after:
        tx.run_many(
            tx.sql(INSERT),
            [row for number, way in enumerate(stage.after) if (row := _row(tx, document, stage, number))],
        )


def reset(tx: Transaction, document: Document, stage: StageSpec) -> None:
    """Move the clocks that count from a field of the document to what the field says now."""
    for number, way in enumerate(stage.after):
        if way.since is not None:
            tx.run(tx.sql(f"{DELETE} and way = ? and stage = ?"), (document.form, document.id, number, stage.name))
            row = _row(tx, document, stage, number)
            if row and row[4] > tx.instant(tx.now):
                tx.run(tx.sql(INSERT), row)


def _row(tx: Transaction, document: Document, stage: StageSpec, number: int) -> tuple[object, ...] | None:
    due = due_at(tx, document, stage.after[number])
    return None if due is None else (document.form, document.id, stage.name, number, tx.instant(due))


def due_at(tx: Transaction, document: Document, way: WaySpec) -> datetime | None:
    """Give when a way is due: since entering the stage, or since a field; None while that field is empty."""
    start = document["stage_since"] if way.since is None else _moment(tx, document.get(way.since))
    return None if start is None else deadline(tx, way.wait or Span(0, "minutes"), start)


def _moment(tx: Transaction, value: object) -> datetime | None:
    """Give a field as an instant; a date begins with its day."""
    if isinstance(value, datetime):
        return value
    if isinstance(value, date):
        return datetime.combine(value, time(0), zone(calendar_of(tx).zone))
    return None


def again(tx: Transaction, way: WaySpec, due: datetime) -> datetime:
    """Give when a repeated way is due next: after the same length of time, a day at least, never in the past."""
    following = deadline(tx, way.wait, due) if way.wait and way.wait.amount else due + ONE_DAY
    return max(following, tx.now + timedelta(minutes=1))
