"""A task given to other people: for good, or to sign before or after its holder, or to be asked for an opinion (R-6)."""

from __future__ import annotations

from collections.abc import Sequence

from app.config.workflow_spec import StepSpec
from app.core.words import Words
from app.workflow.acts import guard_bars, open_task
from app.workflow.errors import CommentNeeded, NotYours, WrongReceiver
from app.workflow.people import resolve
from app.workflow.planner import advance
from app.workflow.run import Run, casting_of
from app.workflow.slots import clocks, settle
from app.workflow.state import Entry, Slot, Task

ROLES = {"add_before": "before", "add_after": "after", "consult": "consult"}
DEPTH = 1  # an added signer adds nobody, and consults nobody
CLOSED = Words("this step is not passed on (any further).", "此节点不允许（再次）转交。")
ALONE = Words("this step takes no more people.", "此节点不允许再加人。")
TOO_DEEP = Words("who was asked by an approver asks nobody else.", "被加签或被征询的人不能再加人。")


def transfer(run: Run, no: int, to: int, *, actor: int, comment: str) -> None:
    """Move a slot to somebody else for good (R-6.7)."""
    task, step = _ready(run, no, actor)
    if not comment.strip():
        raise CommentNeeded(field="comment")
    most = step.options.transfers_max
    closed = not step.options.transfer or (most is not None and run.state.slot_of(task).transfers >= most)
    reason = CLOSED if closed else _wrong_receiver(run, task, step, to) or _not_among(run, step, to)
    if reason:
        raise WrongReceiver(person=run.facts.title(to), reason=reason)
    clock = clocks(run, step) if step.options.reset_clock else {}
    behalf = task.owner if task.owner != actor else None
    run.emit("transferred", actor=actor, on_behalf_of=behalf, comment=comment, rule="R-6.7", task=no, to=to, **clock)


def ask(run: Run, no: int, people: Sequence[int], *, act: str, actor: int, comment: str = "") -> None:
    """Ask others: `add_before`, `add_after` (their opinion counts with mine), `consult` (it informs me) (R-6.8, R-6.9)."""
    task, step = _ready(run, no, actor)
    entry, slot = run.state.entries[task.entry], run.state.slot_of(task)
    options = step.options
    allowed = options.consult if act == "consult" else options.add_signer
    wanted = {run.facts.person(to): to for to in people}.values()  # one person, one opinion
    for to in wanted:
        reason = TOO_DEEP if _depth(entry, slot) >= DEPTH else None if allowed else ALONE
        reason = reason or _wrong_receiver(run, task, step, to)
        if reason:
            raise WrongReceiver(person=run.facts.title(to), reason=reason)
    for to in wanted:
        data = {
            "label": act,
            "people": [[to, to]],
            "open": act != "add_after",
            "parent": slot.no,
            "role": ROLES[act],
            "pauses": ("consult" if act == "consult" else "add_signer") in options.pause_on,
        }
        behalf = task.owner if task.owner != actor else None
        run.emit("signer_added", actor=actor, on_behalf_of=behalf, comment=comment, rule="R-6.8", entry=entry.no, slot=data)


def remove(run: Run, who: int, *, actor: int) -> None:
    """Take somebody back out who was asked and has not answered: his adder may, or a process admin (R-6.11)."""
    admin = actor in run.facts.admin_accounts() and run.facts.person(actor) not in run.facts.barred
    for entry in run.state.open_entries():
        for slot in entry.slots:
            asked = slot.parent is not None and slot.live and who in [holder for _, holder in slot.people]
            if asked and (slot.added_by == actor or admin):
                run.actor = actor
                run.emit("signer_removed", actor=actor, rule="R-6.11", entry=entry.no, slot=slot.no)
                settle(run, entry)
                advance(run)
                return
    raise NotYours(number=run.facts.number, person=run.facts.title(who))


def removable(run: Run, actor: int) -> list[int]:
    """Give whom a person may take back out."""
    admin = actor in run.facts.admin_accounts() and run.facts.person(actor) not in run.facts.barred
    slots = [slot for entry in run.state.open_entries() for slot in entry.slots if slot.parent is not None and slot.live]
    return [holder for slot in slots for _, holder in slot.people if admin or slot.added_by == actor]


def passes(step: StepSpec, role: str = "") -> tuple[str, ...]:
    """Give what the holder of a slot may do with it beside deciding, as far as the definition goes."""
    options = step.options
    found = ("transfer",) * (options.transfer and options.transfers_max != 0)
    if role:
        return found
    return (*found, *("add_before", "add_after") * options.add_signer, *("consult",) * options.consult)


def _ready(run: Run, no: int, actor: int) -> tuple[Task, StepSpec]:
    task = open_task(run, no, actor)
    step = run.step(run.state.entries[task.entry].step)
    guard_bars(run, task, step, actor)
    return task, step


def _depth(entry: Entry, slot: Slot) -> int:
    return 0 if slot.parent is None else 1 + _depth(entry, entry.slots[slot.parent])


def _wrong_receiver(run: Run, task: Task, step: StepSpec, to: int) -> Words | None:
    entry, person = run.state.entries[task.entry], run.facts.person(to)
    holding = {
        run.facts.person(a) for slot in entry.slots if slot.state != "cancelled" for pair in slot.people for a in pair
    }
    casting = casting_of(run, step)
    if person == run.facts.person(task.holder):
        return Words("that is you.", "不能转交给自己。")
    if not run.facts.active(to):
        return Words("the account or employment has ended.", "账号或任职已失效。")
    if casting.bar(to):
        return Words("this person is barred from the document.", "此人须回避。")
    if run.state.slot_of(task).parent is None and casting.over_limit(to):
        return Words("the amount is above what this person may approve alone.", "金额超过此人的审批限额。")
    if person in holding:
        return Words("this person holds a task of the same step already.", "此人在本节点已有待办。")
    return None


def _not_among(run: Run, step: StepSpec, to: int) -> Words | None:
    """Keep transfer_to: the definition says to whom a task may go."""
    if not step.options.transfer_to:
        return None
    question = run.facts.question(lambda person: person.active)
    groups = (group for who in step.options.transfer_to for group in resolve(who, question).groups)
    if to in {account for group in groups for account in group}:
        return None
    return Words("this step is passed on to certain people only.", "此节点只能转交给指定人员。")
