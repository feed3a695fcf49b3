"""What time brings: deadlines of tasks, `after` ways of stages, the look at midnight, reminders; each once, oldest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from app.config.workflow_spec import StageSpec
from app.core.clock import zone
from app.core.errors import DaybookError
from app.data import reading
from app.data.column_types import read_instant
from app.data.document import Document
from app.data.transaction import Transaction
from app.workflow import approval, clocks, life, record, timers
from app.workflow.definitions import current
from app.workflow.life import Press
from app.workflow.messages import accounts, send
from app.workflow.relieving import relieve, runs_to_relieve
from app.workflow.reminding import reminders_due
from app.workflow.run import Run
from app.workflow.world import calendar_of, scope_of

MOST = 100  # of each kind in one transaction: the next look goes on
TOLD = {"reminded": "task_reminder", "escalated": "task_escalated", "reassigned": "task_opened"}
LATER = timedelta(hours=1)
Due = tuple[Callable[[], bool], tuple[str, tuple[Any, ...]] | None]  # what to do, and how to put it off if refused
MIDNIGHT = -1  # the `way` of the row that says when a form is looked at next


def run_due(tx: Transaction, now: datetime | None = None) -> int:
    """Do everything that is due; give how much was done. Run it as often as you like: nothing is done twice (R-9.4)."""
    system = tx.as_system()
    moment = system.instant(now or tx.now)
    return sum(
        _try(system, act, put_off)
        for act, put_off in [
            *_stand_ins_due(system),
            *_tasks_due(system, moment),
            *_clocks_due(system, moment),
            *_midnight(system, moment),
            *((act, None) for act in reminders_due(system, moment)),
        ]
    )


def _try(tx: Transaction, act: Callable[[], bool], put_off: tuple[str, tuple[Any, ...]] | None) -> int:
    """Do one thing; if its rules refuse it, nothing of it stays, it is tried again later, and the others go on."""
    try:
        with tx.savepoint():
            return int(act())
    except DaybookError:
        if put_off is not None:
            tx.run(tx.sql(put_off[0]), (tx.instant(tx.now + LATER), *put_off[1]))
        return 0


def _stand_ins_due(tx: Transaction) -> Iterator[Due]:
    for form, key, instance in runs_to_relieve(tx):
        yield partial(_fire, tx, form, key, instance, plan=relieve), None


def _tasks_due(tx: Transaction, moment: Any) -> Iterator[Due]:
    rows = tx.fetch(
        tx.sql(
            "select form, document_id, instance_id, min(next_at) from workflow_task where state = 'open'"
            " and next_at <= ? group by form, document_id, instance_id order by min(next_at) limit ?"
        ),
        (moment, MOST),
    )
    for form, key, instance, _ in rows:
        put_off = (
            "update workflow_task set next_at = ? where instance_id = ? and state = 'open' and next_at is not null"
        )
        yield partial(_fire, tx, form, key, instance), (put_off, (instance,))


def _fire(
    tx: Transaction, form: str, key: int, instance: int, *, plan: Callable[[Run], None] = timers.fire
) -> bool:
    """Do what time brings to one run, after looking again at where it stands (R-9.4): its timers by default."""
    reading.lock(tx, form, key)
    document = reading.load(tx, form, key)
    if document is None:
        return False
    known = record.by_id(tx, document, instance)
    if not known.state.running:
        return False
    run = approval.open_run(tx, document, known)
    plan(run)
    with life.busy(document):
        record.save(tx, document, known, run)
        _tell(tx, document, run)
        approval.conclude(tx, document, known, run)
    return bool(run.events)


def _tell(tx: Transaction, document: Document, run: Any) -> None:
    """Tell those who can act now (R-9.6): reminders of one run are one message."""
    for kind, message in TOLD.items():
        told = [event for event in run.events if event.kind == kind]
        people = {event.data["to"] for event in told if "to" in event.data}
        if kind == "reminded":
            people = {
                task.holder
                for event in told
                for task in run.state.open_tasks()
                if task.entry == event.data["entry"]
                and event.data["slot"] in (task.slot, run.state.slot_of(task).parent)
            }
        send(tx, document, message, to=accounts(people))


def _clocks_due(tx: Transaction, moment: Any) -> Iterator[Due]:
    rows = tx.fetch(
        tx.sql(
            "select id, form, document_id, stage, way, due_at from workflow_timer where due_at <= ? and way >= 0"
            " order by due_at, id limit ?"
        ),
        (moment, MOST),
    )
    for row in rows:
        yield partial(_strike, tx, *row), ("update workflow_timer set due_at = ? where id = ?", (row[0],))


def _strike(tx: Transaction, timer: int, form: str, key: int, stage_name: str, number: int, due: Any) -> bool:
    """Take one `after` way, if the document is still in its stage."""
    reading.lock(tx, form, key)
    document = reading.load(tx, form, key)
    definition = current(tx, form)
    stage = definition.stage(stage_name) if definition else None
    gone = document is None or document["deleted_at"] is not None or document.stage != stage_name
    if gone or definition is None or stage is None or document is None or number >= len(stage.after):
        tx.run(tx.sql("delete from workflow_timer where id = ?"), (timer,))
        return False
    way = stage.after[number]
    at = read_instant(due)
    if way.every and way.to is None and at is not None:
        tx.run(
            tx.sql("update workflow_timer set due_at = ? where id = ?"), (tx.instant(clocks.again(tx, way, at)), timer)
        )
    else:
        tx.run(tx.sql("delete from workflow_timer where id = ?"), (timer,))
    if way.when is not None and not way.when.met(scope_of(tx, document)):
        return False
    with life.busy(document):
        life.follow(tx, document, definition, way=way, act=Press("", rule=f"after:{stage_name}.{number}"))
    return True


def _midnight(tx: Transaction, moment: Any) -> Iterator[Due]:
    """Once a business day: look again at the documents whose ways lead on by today's date."""
    for spec in tx.catalogue.workflows.values():
        stages = [stage for stage in spec.stages.values() if _looks_at_today(stage)]
        if stages and not spec.retired and _first_today(tx, spec.form, moment):
            for stage in stages:
                for (key,) in tx.fetch(
                    tx.sql(f'select id from "{spec.form}" where stage = ? and deleted_at is null'),  # noqa: S608
                    (stage.name,),
                ):
                    yield partial(_look, tx, spec.form, key), None


def _looks_at_today(stage: StageSpec) -> bool:
    return any(
        way.when is not None and ("today" in way.when.reads or (way.when.live and "today" in way.when.text))
        for way in stage.auto
    )


def _first_today(tx: Transaction, form: str, moment: Any) -> bool:
    """Tell whether this is the first look of the business day, and note the next."""
    row = tx.fetch_one(
        tx.sql("select id, due_at from workflow_timer where form = ? and document_id = 0 and way = ?"), (form, MIDNIGHT)
    )
    following = datetime.combine(tx.today + timedelta(days=1), time(0), zone(calendar_of(tx).zone))
    if row is None:
        tx.run(tx.sql(clocks.INSERT), (form, 0, "", MIDNIGHT, tx.instant(following)))
        return True
    if row[1] > moment:
        return False
    tx.run(tx.sql("update workflow_timer set due_at = ? where id = ?"), (tx.instant(following), row[0]))
    return True


def _look(tx: Transaction, form: str, key: int) -> bool:
    reading.lock(tx, form, key)
    document = reading.load(tx, form, key)
    definition = current(tx, form)
    if document is None or definition is None:
        return False
    return life.run_auto(tx, document, definition).stage != document.stage
