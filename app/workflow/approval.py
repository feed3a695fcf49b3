"""Approval runs over documents: planned purely, kept, and what follows from their end done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from app.config.workflow_spec import StageSpec, WaySpec
from app.core.errors import Invalid, Problem
from app.core.links import Link
from app.core.words import Words
from app.data import documents
from app.data.document import Document
from app.data.transaction import Transaction
from app.workflow import acts, planner, record
from app.workflow.bars import editors_since
from app.workflow.definitions import Definition, pinned
from app.workflow.errors import ChooseApprover, Unchanged
from app.workflow.messages import accounts, send
from app.workflow.organisation import TableOrganisation
from app.workflow.record import Record
from app.workflow.run import Run
from app.workflow.state import SYSTEM, Event, State
from app.workflow.together import Together, together
from app.workflow.tree import find_step, steps_of, taken_steps
from app.workflow.world import facts_of

if TYPE_CHECKING:
    from app.workflow.life import Press

OPEN = ("running", "returned")
ENDS = {"approved": "on_approved", "rejected": "on_rejected", "returned": "on_returned", "withdrawn": "on_withdrawn"}
TOLD = {"rejected": "request_rejected", "returned": "request_returned", "cancelled": "request_cancelled"}


def pinned_definition(tx: Transaction, document: Document) -> Definition | None:
    """Give the version of a document's open run, if it has one."""
    if document.version <= 1:
        return None
    row = tx.fetch_one(tx.sql(record.SELECT), (document.form, document.id))
    return pinned(tx, document.form, row[1]) if row and row[2] in OPEN else None


def last_run(tx: Transaction, document: Document) -> State:
    """Give the state of a document's latest run; an empty one where it came in without any."""
    known = record.last(tx, document)
    return known.state if known is not None else State()


def start(
    tx: Transaction,
    document: Document,
    definition: Definition,
    *,
    stage: StageSpec,
    act: Press,
    first: Sequence[tuple[str, Event]],
) -> Document:
    """Begin a round of approval over a document that has just entered the stage."""
    from app.workflow.life import acting

    before = record.last(tx, document) if document.version > 2 else None
    goes_on = "approved" if act.reopening is not None else "returned"
    known = before if before and before.state.status == goes_on else Record(definition, State())
    definition = known.definition
    stage = definition.stage(stage.name) or stage
    submitter = acting(tx)
    editors = editors_since(tx, document, definition, since=before.state.ended_at if before else None)
    run = Run(stage, known.state, facts_of(tx, document, definition, submitter=submitter, editors=editors))
    if act.reopening is not None and known is before:
        acts.reopen(run, actor=submitter, rule=act.rule, reopening=act.reopening)
    _guard_unchanged(run, definition)
    resume = _resumes_at(run, definition)
    planner.submit(
        run,
        applicant=document["created_by"].id or submitter,
        submitter=submitter,
        round_no=(before.state.round if before else 0) + 1,
        chosen=_chosen(tx, run, act.inputs),
        editors=editors,
        resume=resume,
        together=told(together(tx, document, definition)),
    )
    record.save(tx, document, known, run, act=act.act, first=tuple(first))
    return conclude(tx, document, known, run)


def told(found: Together | None) -> dict[str, Any]:
    """Give what the log keeps of documents that counted with this one at its submit (R-4.10)."""
    if found is None or not found.documents:
        return {}
    return {"amount": str(found.amount), "documents": [link.number for link in found.documents]}


def _guard_unchanged(run: Run, definition: Definition) -> None:
    """Keep forbid_unchanged: what came back must be changed before it is sent again."""
    if (
        run.state.status == "returned"
        and definition.spec.approval.get("forbid_unchanged")
        and run.state.hash == run.facts.hash
    ):
        raise Unchanged(number=run.facts.number)


def _resumes_at(run: Run, definition: Definition) -> str:
    """Give the step that a document goes straight back to; only if nothing material changed (R-7.4)."""
    same = run.state.material == run.facts.material
    return (
        run.state.returned_from
        if run.state.status == "returned" and definition.spec.resume == "from_returner" and same
        else ""
    )


def _chosen(tx: Transaction, run: Run, inputs: Mapping[str, Any]) -> dict[str, list[int]]:
    """Give whom the applicant chose for which step; every such step on the way needs somebody."""
    given = inputs.get("chosen") or {}
    found = {
        str(step): [account_of(tx, value) for value in (people if isinstance(people, (list, tuple)) else [people])]
        for step, people in given.items()
    }
    for step in steps_of(run.stage.steps):
        if (
            any(who.chosen_by for who in step.approvers)
            and not found.get(step.name)
            and step.name in taken_steps(run.stage.steps, run.facts.holds)
        ):
            raise ChooseApprover(step=step.title, field=f"chosen.{step.name}")
    return found


def account_of(tx: Transaction, value: object) -> int:
    """Give the account of a link or a sign-in name."""
    if isinstance(value, Link):
        return value.id
    person = TableOrganisation(tx).by_name(str(value))
    if person is None or person.account is None:
        raise Invalid(
            [Problem("to", "no_user", Words(f"Nobody signs in as '{value}'.", f"没有登录名为“{value}”的账号。"))]
        )
    return person.account


def open_run(tx: Transaction, document: Document, known: Record) -> Run:
    """Give a kept run, ready to plan the next command on it."""
    state = known.state
    stage = known.definition.stage(state.stage)
    assert stage is not None, f"the pinned version lost its stage {state.stage}"
    facts = facts_of(tx, document, known.definition, submitter=state.submitter, editors=state.editors)
    return Run(stage, state, facts)


def decide(
    tx: Transaction,
    document: Document,
    known: Record,
    *,
    no: int,
    decision: str,
    comment: str = "",
    inputs: Mapping[str, Any] | None = None,
    to: str | None = None,
) -> Document:
    """Take one opinion, with what the approver fills in as part of it.

    If that changes what earlier ones approved, they are asked again first, and he after them (R-10.2).
    """
    from app.workflow.life import busy

    actor = tx.actor.account.id
    run = open_run(tx, document, known)
    if run.state.tasks[no].state == "open" and run.state.tasks[no].holder == actor and decision == "approve":
        changed = _fill(tx, document, run, no, inputs or {})
        if changed is not document:
            document, known = changed, record.by_id(tx, changed, known.id or 0)
            run = open_run(tx, document, known)
            if run.state.tasks[no].state != "open":
                send(tx, document, "earlier_asked_again", to=[tx.actor.account])
                return document
    with busy(document):
        acts.decide(run, no, decision, actor=actor, comment=comment, to=to)
        record.save(tx, document, known, run, act=decision)
        return conclude(tx, document, known, run)


def _fill(tx: Transaction, document: Document, run: Run, no: int, inputs: Mapping[str, Any]) -> Document:
    """Write what a step asks its approver for, and see that the checklist is ticked."""
    task = run.state.tasks[no]
    if run.state.slot_of(task).parent is not None:  # who was added gives his opinion and fills in nothing
        return document
    step = find_step(run.stage.steps, run.state.entries[task.entry].step)
    given = {name: value for name, value in inputs.items() if name != "checklist"}
    ticked = inputs.get("checklist") or ()
    count = len(step.options.checklist) if ticked is True else len(ticked) if isinstance(ticked, (list, tuple)) else 0
    problems = []
    if step.options.checklist and count < len(step.options.checklist):
        problems.append(
            Problem("checklist", "required", Words("Tick every point of the checklist.", "请勾选全部检查项。"))
        )
    if given:
        document = documents.update(tx, document.form, document.number, given)
    problems += [
        Problem(name, "required", Words(f"{name} is needed for this step.", f"此节点需要填写 {name}。"))
        for name in step.options.ask
        if document.get(name) in (None, "", ())
    ]
    if problems:
        raise Invalid(problems)
    return document


def withdraw(tx: Transaction, document: Document, known: Record, *, comment: str) -> Document:
    """Pull a document back; those who had acted are told (R-7.1)."""
    run = open_run(tx, document, known)
    acted = {slot.actor for _, slot in run.state.decisions() if slot.actor}
    acts.withdraw(run, known.definition.spec.withdraw, actor=tx.actor.account.id, comment=comment)
    record.save(tx, document, known, run, act="withdraw")
    send(tx, document, "request_withdrawn", to=accounts(acted))
    return conclude(tx, document, known, run)


def override(tx: Transaction, document: Document, known: Record, *, comment: str) -> Document:
    """Let a process admin end a run that goes nowhere (R-5.4)."""
    run = open_run(tx, document, known)
    acts.override(run, actor=tx.actor.account.id, comment=comment)
    record.save(tx, document, known, run, act="override")
    return conclude(tx, document, known, run)


def edited(tx: Transaction, document: Document, known: Record, *, actor: int, diff_is_material: bool, risen: bool) -> None:
    """Take note that an approver changed the document under way: material changes void earlier approvals (R-10.2).

    Not where the step says forward_only and the amount has not risen.
    """
    run = open_run(tx, document, known)
    own = {run.state.entries[task.entry].step for task in run.state.open_tasks() if task.holder == actor}
    onward = not risen and any(run.step(name).options.approver_edits == "forward_only" for name in own)
    if diff_is_material and not onward and any(slot.actor for _, slot in run.state.decisions()):
        acts.void_earlier(run, actor=actor, fields=[])
        record.save(tx, document, known, run, act="edit")


def conclude(tx: Transaction, document: Document, known: Record, run: Run) -> Document:
    """Do what follows from the end of a run: the way of the stage for that end, once (I-4)."""
    from app.workflow.life import Press, busy, follow

    status = run.state.status
    if status == "running":
        return document
    _check_hash(run)
    if status in TOLD and run.state.applicant:
        send(tx, document, TOLD[status], to=accounts([run.state.applicant]))
    way = _back(run) or getattr(run.stage, ENDS.get(status, "on_withdrawn"))
    if status == "cancelled" and "cancelled" in known.definition.spec.stages:
        way = WaySpec("cancelled", Words(), to="cancelled")
    if way is None:
        return document
    with busy(document):
        return follow(tx.as_system(), document, known.definition, way=way, act=Press("", rule=status))


def _back(run: Run) -> WaySpec | None:
    """Give the way back of an approval that was asked for again: what followed from it has been done (R-10.6)."""
    again = run.state.status == "approved" and run.state.back
    return WaySpec("renewed", Words(), to=run.state.back) if again else None


def _check_hash(run: Run) -> None:
    """Hold I-6: effects run on what the last approver saw."""
    if run.state.status == "approved":
        slots = [
            slot
            for entry, slot in run.state.decisions()
            if entry.state == "passed" and slot.actor not in (None, SYSTEM) and slot.decided_at
        ]
        last = max((slot.decided_at for slot in slots if slot.decided_at), default=None)
        seen = {slot.hash for slot in slots if slot.decided_at == last}
        assert not seen or run.facts.hash in seen, "the document is not what the last approver saw (I-6)"
