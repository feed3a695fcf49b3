"""The commands of stages and approvals. Each is one transaction's work; every door ends here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core import events
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound, Problem
from app.core.words import Words
from app.data import documents, reading, rights
from app.data.document import Document
from app.data.documents import Change
from app.data.transaction import Transaction
from app.workflow import amending, approval, asking, checking, clocks, life, log, models, record, shelf
from app.workflow.acts import open_task
from app.workflow.definitions import Definition, current
from app.workflow.due import run_due
from app.workflow.errors import ActionRefused, NotSeen
from app.workflow.inbox import TaskView, done_by_me, inbox, started_by_me, task_for
from app.workflow.life import Press, definition_of
from app.workflow.record import Record
from app.workflow.views import ActionView, StageView, StepView, actions_for, path, stage_line
from app.workflow.world import scope_of

__all__ = [
    "ActionView",
    "StageView",
    "StepView",
    "TaskView",
    "act",
    "actions_for",
    "decide",
    "done_by_me",
    "event",
    "inbox",
    "path",
    "run_due",
    "stage_line",
    "started_by_me",
    "task_for",
]
DECISIONS = ("approve", "reject", "return", "abstain", "advise")
RUN_ACTS = ("withdraw", "override", "renew", "undo", "urge", asking.REMOVE)
TASK = "select t.form, t.document_id, t.instance_id, t.no, t.holder_id from workflow_task t where t.id = ?"
PLAIN = {"archive": ("active", "archived"), "restore": ("archived", "active")}  # forms without a workflow
REFUSES = checking.refuse  # known by this import: publishing asks it
TABLES = (
    models.Definition,
    models.Instance,
    models.WorkflowEvent,
    models.TaskRow,
    models.Timer,
)  # known by this import


def act(
    tx: Transaction,
    form: str,
    number: str,
    action: str,
    *,
    inputs: Mapping[str, Any] | None = None,
    comment: str = "",
    version: int | None = None,
) -> Document:
    """Press a button of a document; `withdraw`, `override` and the decisions of one's own task are buttons too."""
    document = documents.locked(tx, form, number)
    _same_version(tx, document, version)
    if current(tx, form) is None:
        return _plain_act(tx, document, action)
    if action.partition(":")[0] in RUN_ACTS or action in DECISIONS:
        done = _act_on_run(tx, document, action, inputs=inputs, comment=comment)
        if done is not None:
            return done
    life.press(tx, document, action, inputs=inputs, comment=comment)
    return _seen(tx, document)


def _renew(tx: Transaction, document: Document, definition: Definition) -> Document:
    """Ask again for an approval that has run out; what followed from it is not done twice (R-10.6)."""
    if not shelf.may_renew(tx, document, definition):
        hint = Words("Its approval has not run out, or it isn't yours to ask.", "审批尚未过期，或你无权申请。")
        stage = definition.spec.stages[document.stage].title
        raise ActionRefused(action=shelf.RENEW, number=document.number, stage=stage, hint=hint)
    with life.busy(document):
        life.reopen(tx, document, definition, rule="R-10.6", back=document.stage)
    return _seen(tx, document)


def _same_version(tx: Transaction, document: Document, version: int | None) -> None:
    if version is not None and version != document.version:
        person = document["changed_by"]
        raise Conflict(person=person.title or person.number, number=document.number)


def _plain_act(tx: Transaction, document: Document, action: str) -> Document:
    origin, target = PLAIN.get(action, ("", ""))
    if document.stage != origin:
        stage = Words(document.stage, document.stage)
        hint = Words("Possible: archive, restore.", "可用操作：archive、restore。")
        raise ActionRefused(action=action, number=document.number, stage=stage, hint=hint)
    rights.require(tx, document.form, "edit", document)
    return documents.move(tx, document, target)


def _act_on_run(
    tx: Transaction, document: Document, action: str, *, inputs: Mapping[str, Any] | None, comment: str
) -> Document | None:
    """Act on the open run of a document; None where the stage has a button of that name, or no run is open."""
    definition = definition_of(tx, document)
    stage = definition.stage(document.stage)
    known = record.last(tx, document)
    if (stage and action in stage.actions) or known is None:
        return None
    if action == "renew":
        return _renew(tx, document, definition)
    done = asking.act_on_run(tx, document, known, action=action, comment=comment)
    if done is not None:
        return _seen(tx, done)
    if known.state.ended:
        return None
    if action == "withdraw":
        approval.withdraw(tx, document, known, comment=comment)
    elif action == "override":
        approval.override(tx, document, known, comment=comment)
    else:
        own = [t for t in known.state.open_tasks() if t.holder == tx.actor.account.id]
        if not own:
            return None
        approval.decide(tx, document, known, no=own[0].no, decision=action, comment=comment, inputs=inputs)
    return _seen(tx, document)


def _seen(tx: Transaction, document: Document) -> Document:
    """Give a document as it stands now, as far as the person still sees it."""
    try:
        return documents.get_by_id(tx, document.form, document.id)
    except (NotFound, NotAllowed):  # the act moved it out of sight
        return document


def decide(
    tx: Transaction,
    task_id: int,
    decision: str,
    *,
    comment: str = "",
    inputs: Mapping[str, Any] | None = None,
    to: object = None,
    seen_version: int | None = None,
) -> Document:
    """Decide a task: approve, reject, return (to: a step; else the applicant), abstain, advise (who was consulted).

    Or pass it on: transfer (to: a person), add_before, add_after, consult (to: one or several people).
    """
    row = tx.fetch_one(tx.sql(TASK), (task_id,))
    if row is None:
        raise NotFound(thing=Words("task", "待办"))
    form, key, instance, no, holder = row
    document, known = _run_of_task(tx, form, key, instance)
    if holder != tx.actor.account.id:
        raise NotFound(thing=Words("task", "待办"))
    task = known.state.tasks[no]
    if task.state != "open":
        open_task(approval.open_run(tx, document, known), no, holder)
    if seen_version is not None and seen_version != document.version:
        raise NotSeen(number=document.number)
    if decision in asking.PASSES:
        asking.pass_on(tx, document, known, no=no, act=decision, to=to, comment=comment)
    elif decision in DECISIONS:
        step = None if to is None else str(to)
        approval.decide(tx, document, known, no=no, decision=decision, comment=comment, inputs=inputs, to=step)
    else:
        offered = ", ".join((*DECISIONS, *asking.PASSES))
        raise Invalid(
            [
                Problem(
                    "decision",
                    "not_option",
                    Words(
                        f"'{decision}' is no decision. Choose one of {offered}.",
                        f"“{decision}”不是有效的审批意见，可选：{offered}。",
                    ),
                )
            ]
        )
    return _seen(tx, document)


def _run_of_task(tx: Transaction, form: str, key: int, instance: int) -> tuple[Document, Record]:
    """Give the document and the run of a task, locked, so that of two decisions at once one is first (R-3.11)."""
    reading.lock(tx, form, key)
    known = reading.load(tx, form, key)
    if known is not None:
        reading.forget(tx, known)
    document = reading.load(tx, form, key)
    assert document is not None, f"the task's document {form} {key} is gone"
    return document, record.by_id(tx, document, instance)


def event(tx: Transaction, form: str, number: str, name: str, data: Mapping[str, Any]) -> Document:
    """Take an event from outside: now, if the stage listens; kept for the stage that does, if it came too early."""
    system = tx.as_system()
    document = documents.locked(system, form, number)
    definition = definition_of(system, document)
    stage = definition.stage(document.stage)
    way = stage.events.get(name) if stage else None
    if way is not None and (way.when is None or way.when.met(scope_of(system, document, event=data))):
        with life.busy(document):
            return life.follow(system, document, definition, way=way, act=Press(name, event=data, rule="event"))
    if way is None and not any(name in other.events for other in definition.spec.stages.values()):
        raise Invalid(
            [
                Problem(
                    "event",
                    "no_event",
                    Words(f"No stage of {form} listens to '{name}'.", f"{form} 没有阶段接收“{name}”。"),
                )
            ]
        )
    if way is None:
        life.note(system, document, "event_waiting", {"name": name, "data": documents_json(data)})
    return document


def documents_json(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give an event's data as the log keeps it."""
    from app.data.values import to_json

    return {name: to_json(value) for name, value in data.items()}


@events.subscribe("document.created")
def begin(tx: Transaction, change: Change) -> None:
    """Begin a life: what is done in the first stage, its clocks; and the first press, where it was submitted."""
    definition = current(tx, change.form)
    if definition is None:
        return
    document = change.after
    stage = definition.stage(document.stage)
    log.begin(tx, change.form, document.id)
    if stage is not None and not _is_quiet(stage):
        with life.busy(document):
            _enter_first(tx, document, definition)
    if change.cause == "submit":
        life.press(tx, reading.load(tx, change.form, document.id) or document, "submit", checked=True)


def _is_quiet(stage: Any) -> bool:
    return not (stage.do or stage.auto or stage.after or stage.approval)


def _enter_first(tx: Transaction, document: Document, definition: Definition) -> None:
    stage = definition.spec.stages[document.stage]
    made = life.do_all(tx, document, stage.do)
    if made.stage != stage.name:
        return
    clocks.restart(tx, made, stage, origin=None)
    if stage.approval:
        approval.start(tx, made, definition, stage=stage, act=Press("create"), first=())
    else:
        life.run_auto(tx, made, definition)


@events.subscribe("documents.created")
def begin_many(tx: Transaction, form: str, made: list[Document]) -> None:
    """Begin the lives of imported documents: only what actions do for many; nobody is told, nothing moves on."""
    from app.core.actions import actions

    definition = current(tx, form)
    stages = {document.stage for document in made} if definition else set()
    for name in sorted(stages):
        stage = definition.stage(name) if definition else None
        group = [document for document in made if document.stage == name]
        for step in stage.do if stage else ():
            action = actions().get(step.name) if step.verb == "call" else None
            if action is not None and action.many is not None:
                action.many(tx.as_system(), group)


@events.subscribe("document.changed")
def changed(tx: Transaction, change: Change) -> None:
    """Go on where a change lets a document: clocks that count from a field, ways that lead on, approvals under way."""
    if change.cause in ("move", "trash") or life.is_busy(change.after):
        return
    definition = current(tx, change.form)
    if definition is not None and change.cause == "update" and _amended(tx, change, definition):
        return
    stage = definition.stage(change.after.stage) if definition else None
    if definition is None or stage is None or not (stage.auto or stage.after or stage.approval):
        return
    if any(
        way.since and change.before and change.before.get(way.since) != change.after.get(way.since)
        for way in stage.after
    ):
        clocks.reset(tx, change.after, stage)
    if stage.approval and change.cause == "update":
        _edited(tx, change, definition)
    elif stage.auto:
        life.run_auto(tx.as_system(), change.after, definition)


def _amended(tx: Transaction, change: Change, definition: Definition) -> bool:
    """Look at a change of what is approved: refuse it, or ask the approvers again (R-10.3); True where they are asked."""
    settled = definition.spec.after_approval is not None and change.after.stage in definition.settled
    if not settled or tx.is_system or change.before is None:
        return False
    found = amending.amend(tx, change.before, change.after, definition)
    if found is not None:
        with life.busy(change.after):
            life.reopen(tx, change.after, definition, places=found.places, rule="R-10.3")
    return found is not None


def _edited(tx: Transaction, change: Change, definition: Definition) -> None:
    known = record.last(tx, change.after)
    if known is None or not known.state.running or change.before is None:
        return
    from app.workflow.world import content_hash

    hashes = [content_hash(document, known.definition, material=True) for document in (change.before, change.after)]
    header, figure = known.definition.form.header, known.definition.spec.amount
    figures = [figure] if figure else [name for name, spec in header.items() if spec.type == "money"]
    risen = any((change.after.get(name) or 0) > (change.before.get(name) or 0) for name in figures)
    material = hashes[0] != hashes[1]
    approval.edited(tx, change.after, known, actor=life.acting(tx), diff_is_material=material, risen=risen)
