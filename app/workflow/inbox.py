"""Inboxes: the tasks of a person, those he decided, the documents he asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from app.config.workflow_spec import StepSpec
from app.core.errors import DaybookError
from app.core.links import Link
from app.core.words import Words
from app.data import documents, reading
from app.data.column_types import read_instant
from app.data.document import Document
from app.data.transaction import Transaction
from app.workflow import acts, record
from app.workflow.acts import offered
from app.workflow.approval import open_run
from app.workflow.definitions import Definition, pinned
from app.workflow.facts import Facts
from app.workflow.passing import passes
from app.workflow.together import Together, together
from app.workflow.tree import find_step
from app.workflow.world import scope_of

TASKS = (
    "select t.id, t.form, t.document_id, t.step, t.owner_id, t.holder_id, t.state, t.opened_at, t.closed_at, t.due_at,"
    " i.definition, i.stage, i.applicant_id, o.name, o.title, r.name, r.title, t.reason from workflow_task t"
    " join workflow_instance i on i.id = t.instance_id left join office_account o on o.id = t.owner_id"
    " left join office_account r on r.id = i.applicant_id"
)


@dataclass(frozen=True)
class TaskView:
    """A task in an inbox, with what is needed to decide in ten seconds."""

    id: int
    form: str
    number: str
    title: str
    step: str
    step_title: Words
    requester: Link | None
    amount: Decimal | None
    currency: str
    due_at: datetime | None
    opened_at: datetime
    on_behalf_of: Link | None
    decisions: tuple[str, ...]
    comment_rule: str
    state: str = "open"
    closed_at: datetime | None = None
    ask: tuple[str, ...] = ()
    checklist: tuple[Words, ...] = ()
    bulk: bool = True
    version: int = 0
    return_to: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()  # transfer, add_before, add_after, consult, as far as the step allows them
    role: str = ""  # before, after, consult: whoever holds the task above asked for it
    asked_by: Link | None = None
    question: str = ""  # what he said
    together: Together | None = None  # what counts with it, where that is more than the document


def inbox(tx: Transaction) -> list[TaskView]:
    """Give the open tasks of this person, those due first on top."""
    rows = tx.fetch(
        tx.sql(
            f"{TASKS} where t.holder_id = ? and t.state = 'open' order by t.due_at is null, t.due_at, t.opened_at, t.id"
        ),
        (tx.actor.account.id,),
    )
    return [_task(tx, row) for row in rows]


def done_by_me(tx: Transaction, *, limit: int = 50) -> list[TaskView]:
    """Give the tasks that this person decided or passed on, newest first."""
    rows = tx.fetch(
        tx.sql(
            f"{TASKS} where t.holder_id = ? and t.state not in ('open', 'cancelled') order by t.closed_at desc limit ?"
        ),
        (tx.actor.account.id, limit),
    )
    return [_task(tx, row) for row in rows]


def task_for(tx: Transaction, document: Document) -> TaskView | None:
    """Give this person's open task on a document, if he has one."""
    rows = tx.fetch(
        tx.sql(
            f"{TASKS} where t.holder_id = ? and t.state = 'open' and t.form = ? and t.document_id = ? order by t.id"
        ),
        (tx.actor.account.id, document.form, document.id),
    )
    if not rows:
        return None
    task, known = _task(tx, rows[0]), record.last(tx, document)
    if known is None:
        return task
    run = open_run(tx, document, known)
    slot = run.state.slot_of(next(one for one in run.state.open_tasks() if one.holder == tx.actor.account.id))
    return replace(
        task,
        return_to=tuple(acts.return_targets(run, run.step(task.step))),
        asked_by=_account_link(run.facts, slot.added_by) if slot.role else None,
        question=slot.question,
    )


def _account_link(facts: Facts, account: int) -> Link:
    person = facts.organisation.by_account(account)
    return Link("user", account, person.name if person else "", facts.title(account))


def _task(tx: Transaction, row: Sequence[Any]) -> TaskView:
    document = reading.load(tx, row[1], row[2])
    assert document is not None, f"the task's document {row[1]} {row[2]} is gone"
    definition = pinned(tx, row[1], row[10])
    stage = definition.stage(row[11])
    assert stage is not None
    step = find_step(stage.steps, row[3])
    role = row[17] if row[6] == "open" else ""
    figure = definition.spec.amount
    amount = document.get(figure) if figure else None
    opened = read_instant(row[7])
    assert opened is not None
    return TaskView(
        row[0],
        row[1],
        document.number,
        title_of(definition, document),
        step.name,
        step.title,
        Link("user", row[12], row[15] or "", row[16] or "") if row[12] else None,
        amount if isinstance(amount, Decimal) else None,
        _currency(tx, definition, document),
        read_instant(row[9]),
        opened,
        Link("user", row[4], row[13] or "", row[14] or "") if row[4] != row[5] else None,
        offered(step, role),
        "required" if role == "consult" else step.options.comment,
        row[6],
        read_instant(row[8]),
        () if role else step.options.ask,
        () if role else step.options.checklist,
        _may_bulk(step) and role != "consult",
        document.version,
        passes=passes(step, role),
        role=role,
        together=_together(tx, definition, document),
    )


def _together(tx: Transaction, definition: Definition, document: Document) -> Together | None:
    found = together(tx, document, definition) if definition.spec.together else None
    return found if found is not None and found.documents else None


def title_of(definition: Definition, document: Document) -> str:
    """Give one line that says what a document is about: its first filled text."""
    texts = (
        document.get(name) for name, field in definition.form.header.items() if field.type in ("text", "long_text")
    )
    found = next((text for text in texts if text), "")
    return str(found).splitlines()[0][:120] if found else document.number


def _currency(tx: Transaction, definition: Definition, document: Document) -> str:
    field = definition.form.header.get(definition.spec.amount or "")
    own = field.currency if field else None
    if isinstance(own, str):
        return own
    value = own.value(scope_of(tx, document)) if own is not None else None
    return str(value or tx.catalogue.organisation.currency)


def _may_bulk(step: StepSpec) -> bool:
    """Keep R-12.5: no bulk where a comment, a signature or a field is required."""
    options = step.options
    return options.bulk and not (
        options.ask or options.checklist or options.comment == "required" or options.others.get("signature")
    )


def started_by_me(tx: Transaction, *, limit: int = 50) -> list[Document]:
    """Give the documents whose approval this person asked for, the newest run first."""
    rows = tx.fetch(
        tx.sql(
            "select form, document_id, max(id) from workflow_instance where applicant_id = ?"
            " group by form, document_id order by max(id) desc limit ?"
        ),
        (tx.actor.account.id, limit),
    )
    found = []
    for form, key, _ in rows:
        try:
            found.append(documents.get_by_id(tx, form, key))
        except DaybookError:  # in the bin, or no longer this person's to see
            continue
    return found
