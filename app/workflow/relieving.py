"""Absences that begin or end while tasks are open: the stand-in is added where asked for, and goes with the period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from app.data.transaction import Transaction
from app.workflow.absences import FORM, IN_FORCE
from app.workflow.run import Run, casting_of
from app.workflow.slots import others_of
from app.workflow.state import Entry, Slot
from app.workflow.substitutes import stand_in_for, still_stands_in

NOW_AWAY = f"select person from absence where {IN_FORCE}"  # noqa: S608
CANDIDATES = (
    "select distinct t.form, t.document_id, t.instance_id from workflow_task t where t.state in ('open', 'waiting')"  # noqa: S608
    f" and ((t.holder_id <> t.owner_id and t.owner_id not in ({NOW_AWAY}))"
    f" or (t.owner_id in ({NOW_AWAY} and include_open) and not exists (select 1 from workflow_task d"
    " where d.instance_id = t.instance_id and d.owner_id = t.owner_id and d.holder_id <> d.owner_id"
    " and d.state in ('open', 'waiting')))) order by t.instance_id"
)


def relieve(run: Run) -> None:
    """Close the tasks of stand-ins whose period is over, and give open tasks a stand-in where asked for (R-6.1)."""
    for entry in run.state.open_entries():
        for slot in [slot for slot in entry.upper() if slot.state == "open"]:
            _relieve(run, entry, slot)


def _relieve(run: Run, entry: Entry, slot: Slot) -> None:
    casting = casting_of(run, run.step(entry.step))
    tasks = run.state.live_tasks((entry.no, slot.no))
    for task in tasks:
        if task.rule and not still_stands_in(casting, task.owner, task.holder):
            run.emit("task_closed", rule="R-6.1", task=task.no, reason="period_over")
    owners = {task.owner for task in tasks if not task.rule}
    if len(owners) != 1 or len([task for task in tasks if task.state in ("open", "waiting")]) > 1:
        return
    asked = replace(run.facts, absences=lambda account: [one for one in run.facts.absences(account) if one.include_open])
    owner = owners.pop()
    found = stand_in_for(replace(casting, facts=asked), owner, taken=others_of(run, entry, slot))
    if found is not None:
        to, absence = found
        run.emit("stood_in", rule="R-6.1", entry=entry.no, slot=slot.no, owner=owner, to=to, absence=absence)


def runs_to_relieve(tx: Transaction) -> Iterator[tuple[Any, ...]]:
    """Give the runs in which a stand-in is to come or to go: form, document, instance."""
    if FORM in tx.registry.forms:
        day = tx.day(tx.today)
        yield from tx.fetch(tx.sql(CANDIDATES), (day, day) * 2)
