"""Approval runs in the tables: read by replaying the log, written with a guard against two commands at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from app.core.errors import Conflict
from app.data.document import Document
from app.data.transaction import Transaction
from app.workflow import definitions, log
from app.workflow.copying import copies
from app.workflow.definitions import Definition
from app.workflow.evolving import KINDS, replay
from app.workflow.messages import accounts, send
from app.workflow.run import Run
from app.workflow.state import Event, State, Task
from app.workflow.timers import next_time

SELECT = (
    "select id, definition, status, version from workflow_instance where form = ? and document_id = ?"
    " order by id desc limit 1"
)
TASK = (
    "insert into workflow_task (instance_id, no, form, document_id, step, round, owner_id, holder_id, state, reason,"
    " opened_at, closed_at, due_at, next_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
TASK_CHANGE = (
    "update workflow_task set state = ?, reason = ?, closed_at = ?, due_at = ?, next_at = ?"
    " where instance_id = ? and no = ?"
)
GRANT = "insert into document_grant (form, document_id, account_id, verb, fields, source) values (?, ?, ?, ?, ?, ?)"


@dataclass
class Record:
    """A run as it is kept: its row, its version of the workflow, its state."""

    definition: Definition
    state: State
    id: int | None = None
    version: int = 0
    known: dict[int, tuple[Any, ...]] = field(default_factory=dict)  # task -> what is kept of it

    def remember(self, tx: Transaction) -> Record:
        """Note what the tables hold, so that only what differs is written."""
        self.known = {task.no: _kept(tx, self.state, task) for task in self.state.tasks}
        return self


def last(tx: Transaction, document: Document) -> Record | None:
    """Give the latest run of a document."""
    row = tx.fetch_one(tx.sql(SELECT), (document.form, document.id))
    return _read(tx, document, row) if row else None


def by_id(tx: Transaction, document: Document, instance: int) -> Record:
    """Give one run of a document."""
    row = tx.fetch_one(
        tx.sql("select id, definition, status, version from workflow_instance where id = ?"), (instance,)
    )
    assert row is not None, f"the run {instance} is gone"
    return _read(tx, document, row)


def _read(tx: Transaction, document: Document, row: tuple[Any, ...]) -> Record:
    events = (entry.event for entry in log.read(tx, document.form, document.id, instance_id=row[0]))
    state = replay(event for event in events if event.kind in KINDS)
    return Record(definitions.pinned(tx, document.form, row[1]), state, row[0], row[3]).remember(tx)


def save(
    tx: Transaction, document: Document, record: Record, run: Run, *, act: str = "", first: tuple[Any, ...] = ()
) -> None:
    """Write what a command planned: events, the run's row by compare-and-set (R-7.2), tasks, rights."""
    if not run.events:
        return
    _save_instance(tx, document, record)
    spec = record.definition.spec
    place = log.Place(document.form, document.id, record.id, spec.hash)
    entries = [*first, *((act if event.kind in log.HUMAN else "", event) for event in run.events)]
    entries += [("", event) for event in many_returns(tx, document, record, run)]
    entries += [("", event) for event in copies(tx, document, run, instance=record.id or 0)]
    log.append(tx, place, entries)
    _save_tasks(tx, document, record, run)
    record.remember(tx)


def many_returns(tx: Transaction, document: Document, record: Record, run: Run) -> Iterator[Event]:
    """Note to the process admins that a document goes back too often; the run goes on (R-7.8)."""
    most = record.definition.spec.returns_max
    if record.state.returns > most >= record.state.returns - sum(event.kind == "returned" for event in run.events):
        people = run.facts.admin_accounts()
        send(tx, document, "many_returns", to=accounts(people), facts={"times": str(record.state.returns)})
        yield Event("many_returns", {"returns": record.state.returns, "people": people}, run.facts.now, rule="R-7.8")


def _save_instance(tx: Transaction, document: Document, record: Record) -> None:
    state, spec = record.state, record.definition.spec
    ended = tx.instant(state.ended_at) if state.ended and state.ended_at else None
    if record.id is None:
        definitions.keep(tx, spec)
        record.id, record.version = (
            tx.insert(
                tx.sql(
                    "insert into workflow_instance (form, document_id, definition, workflow, stage, status, round,"
                    " applicant_id, version, started_at, ended_at) values (?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?)"
                ),
                (
                    document.form,
                    document.id,
                    spec.hash,
                    spec.name,
                    state.stage,
                    state.status,
                    state.round,
                    state.applicant,
                    tx.instant(tx.now),
                    ended,
                ),
            ),
            1,
        )
        return
    changed = tx.run(
        tx.sql(
            "update workflow_instance set status = ?, stage = ?, round = ?, ended_at = ?, version = version + 1"
            " where id = ? and version = ?"
        ),
        (state.status, state.stage, state.round, ended, record.id, record.version),
    )
    if changed != 1:
        raise Conflict(person="Somebody", number=document.number)
    record.version += 1


def _kept(tx: Transaction, state: State, task: Task) -> tuple[Any, ...]:
    slot = state.slot_of(task)
    if slot.parent is not None:  # one slot, one clock: that of whoever asked
        slot = state.entries[task.entry].slots[slot.parent]
    due = next_time(slot) if task.state == "open" else None
    return (
        task.state,
        task.reason,
        task.closed_at and tx.instant(task.closed_at),
        slot.due_at and _instant(tx, slot.due_at),
        due and tx.instant(due),
    )


def _instant(tx: Transaction, text: str) -> Any:
    from datetime import datetime

    return tx.instant(datetime.fromisoformat(text))


def _save_tasks(tx: Transaction, document: Document, record: Record, run: Run) -> None:
    new, changed = [], []
    for task in run.state.tasks:
        kept = _kept(tx, run.state, task)
        if task.no not in record.known:
            new.append(task)
        elif record.known[task.no] != kept:
            changed.append((task, kept))
    tx.run_many(tx.sql(TASK), [_task_row(tx, document, record, task) for task in new])
    tx.run_many(tx.sql(TASK_CHANGE), [(*kept, record.id, task.no) for task, kept in changed])
    turned = [task for task, kept in changed if kept[0] != record.known[task.no][0]]
    _take_back(tx, record, [task for task in turned if task.state != "open"])
    back = [task for task in turned if task.state == "open"]
    tx.run_many(tx.sql("delete from document_grant where source = ?"), [(_source(record, task),) for task in back])
    opened = [*back, *(task for task in new if task.state == "open")]
    _grant(tx, document, record, run, [*opened, *(task for task in new if task.state == "waiting")])
    if opened:
        send(tx, document, "task_opened", to=accounts(task.holder for task in opened))


def _task_row(tx: Transaction, document: Document, record: Record, task: Task) -> tuple[Any, ...]:
    entry = record.state.entries[task.entry]
    state, reason, closed, due, due_next = _kept(tx, record.state, task)
    return (
        record.id,
        task.no,
        document.form,
        document.id,
        entry.step,
        entry.round,
        task.owner,
        task.holder,
        state,
        reason,
        tx.instant(task.opened_at),
        closed,
        due,
        due_next,
    )


def _source(record: Record, task: Task) -> str:
    return f"task:{record.id}:{task.no}"


def _grant(tx: Transaction, document: Document, record: Record, run: Run, tasks: list[Task]) -> None:
    """Let holders see the document, and change what the step makes writable for them (R-10.1)."""
    rows = []
    for task in tasks:
        options = run.step(record.state.entries[task.entry].step).options
        own = task.state == "open" and record.state.slot_of(task).parent is None  # who was added reads, no more
        fields = ",".join(dict.fromkeys((*options.editable, *options.ask))) if own else ""
        rows.append(
            (document.form, document.id, task.holder, "edit" if fields else "view", fields, _source(record, task))
        )
    tx.run_many(tx.sql(GRANT), rows)


def _take_back(tx: Transaction, record: Record, tasks: list[Task]) -> None:
    """Who decided goes on seeing what he decided; the others lose the right that came with the task."""
    decided = [(_source(record, task),) for task in tasks if task.state not in ("cancelled", "transferred")]
    gone = [(_source(record, task),) for task in tasks if task.state in ("cancelled", "transferred")]
    tx.run_many(tx.sql("update document_grant set verb = 'view', fields = '' where source = ?"), decided)
    tx.run_many(tx.sql("delete from document_grant where source = ?"), gone)
