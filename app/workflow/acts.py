"""What people do with an approval run: decide, transfer, withdraw, override; the forbidden is refused in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.config.workflow_spec import StepSpec
from app.core.words import Words
from app.workflow.errors import (
    AlreadySettled,
    Barred,
    CommentNeeded,
    NotOffered,
    NotYourTask,
    PassedOn,
    StillWaiting,
    WithdrawRefused,
)
from app.workflow.planner import advance
from app.workflow.run import Run, casting_of, send_back, used_up
from app.workflow.slots import open_slot, settle
from app.workflow.state import SYSTEM, Slot, Task
from app.workflow.substitutes import still_stands_in
from app.workflow.tree import steps_before

ACT_WORDS = {
    "approved": Words("approved", "同意"),
    "rejected": Words("rejected", "拒绝"),
    "returned": Words("returned", "退回"),
    "abstained": Words("settled", "处理"),
    "approving": Words("approved", "同意"),
    "advised": Words("answered", "答复"),
    "withdrawn": Words("withdrew", "撤回"),
    "cancelled": Words("cancelled", "取消"),
}
BAR_WORDS = {
    "creator": Words("you made it.", "单据由你创建，"),
    "submitter": Words("you submitted it.", "单据由你提交，"),
    "requested_for": Words("it is for you.", "单据的申请人是你，"),
    "editor": Words("you changed it in this round.", "你在本轮修改过它，"),
    "four_eyes": Words("you decided another step that needs somebody else.", "你已审批过另一个须由不同人处理的节点，"),
    "absence": Words("you don't stand in for the approver any more.", "你的代理期已结束，"),
    "limit": Words("it is above what you may approve alone.", "金额超过你的审批限额，"),
    "inactive": Words("your account or employment has ended.", "账号或任职已失效，"),
}


def decide(run: Run, no: int, decision: str, *, actor: int, comment: str = "", to: str | None = None) -> None:
    """Take one opinion: approve, reject, return or abstain, by the holder of an open task (I-1)."""
    task = open_task(run, no, actor)
    step = run.step(run.state.entries[task.entry].step)
    guard_bars(run, task, step, actor)
    _guard_limit(run, task, step, decision)
    _guard_decision(run, step, run.state.slot_of(task), decision=decision, comment=comment)
    targets = return_targets(run, step) if decision == "return" and to else []
    if to and to not in targets:
        raise NotOffered(
            number=run.facts.number,
            act=Words(f"returned to {to}", f"退回到 {to}"),
            offered=", ".join(targets) or Words("the applicant", "申请人"),
        )
    run.actor = actor
    behalf = task.owner if task.owner != actor else None
    rule = f"R-6.2:{task.rule}" if task.rule else ""
    run.emit("decided", actor=actor, on_behalf_of=behalf, comment=comment, rule=rule, task=no, decision=decision)
    entry = run.state.entries[task.entry]
    if decision == "return" and step.options.returns == "decisive":
        send_back(run, entry, to, actor=actor, rule="R-3.9", comment=comment)
    else:
        settle(run, entry)
    _keep_apart(run, step)
    advance(run)


def open_task(run: Run, no: int, actor: int) -> Task:
    """Give a task that its holder may act on now, or say why he can't."""
    task = run.state.tasks[no]
    if task.holder != actor:
        raise NotYourTask(people=run.facts.title(task.holder))
    if task.state == "waiting":
        below = run.state.entries[task.entry].below(run.state.slot_of(task))
        asked = [run.facts.title(holder) for slot in below if slot.state == "open" for _, holder in slot.people]
        raise StillWaiting(people=", ".join(asked))
    if task.state != "open":
        raise settled_error(run, task)
    return task


def settled_error(run: Run, task: Task) -> AlreadySettled | PassedOn:
    """Say who settled a task that is no longer open, and when (R-3.5, R-3.11)."""
    facts, state = run.facts, run.state
    entry, slot = state.entries[task.entry], state.slot_of(task)
    if task.reason in ("transferred", "reassigned"):
        return PassedOn(person=", ".join(facts.title(holder) for _, holder in slot.people))
    who, act, at = slot.actor, slot.state, slot.decided_at
    if who is None and entry.settled_at:
        act = "approved" if entry.state == "passed" else "rejected"
        who, at = entry.settled_by, entry.settled_at
    if who is None:
        act = task.reason if task.reason in ACT_WORDS else "returned"
        who, at = state.ended_by, state.ended_at
    at = at or task.closed_at or facts.now
    return AlreadySettled(
        person=facts.title(who or SYSTEM), act=ACT_WORDS.get(act, ACT_WORDS["abstained"]), time=facts.time(at)
    )


def guard_bars(run: Run, task: Task, step: StepSpec, actor: int) -> None:
    """Hold the bar for the owner and for the actor, at the instant of the decision (R-5.2, I-5)."""
    casting = casting_of(run, step)
    for account in (actor, task.owner):
        reason = casting.reason(account)
        if reason:
            raise Barred(number=run.facts.number, reason=bar_words(reason))
    if task.rule and not still_stands_in(casting, task.owner, actor):
        raise Barred(number=run.facts.number, reason=BAR_WORDS["absence"])


def _guard_limit(run: Run, task: Task, step: StepSpec, decision: str) -> None:
    """Hold a limit at the instant of the approval, should it or the amount have changed since (R-4.9)."""
    slot = run.state.slot_of(task)
    free = slot.parent is not None or slot.note.startswith("rescue")
    if decision == "approve" and not free and casting_of(run, step).over_limit(task.owner):
        raise Barred(number=run.facts.number, reason=BAR_WORDS["limit"])


def bar_words(reason: str) -> Words:
    """Say a bar in words; a rule of duties kept apart brings its own sentence."""
    if reason.startswith("apart:"):
        en, _, zh = reason.removeprefix("apart:").partition("|")
        return Words(en, (zh or en).rstrip("。") + "，")
    return BAR_WORDS.get(reason, Words(f"{reason}.", f"{reason}，"))


def _guard_decision(run: Run, step: StepSpec, slot: Slot, *, decision: str, comment: str) -> None:
    options = step.options
    needs = (
        decision in ("return", "advise")
        or options.comment == "required"
        or (decision == "reject" and options.comment == "on_reject")
    )
    if needs and not comment.strip():
        raise CommentNeeded(field="comment")
    if decision not in offered(step, slot.role):
        act = {"return": Words("returned", "退回"), "abstain": Words("abstained from", "弃权")}
        possible = ", ".join(offered(step, slot.role))
        raise NotOffered(number=run.facts.number, act=act.get(decision, decision), offered=possible)


def offered(step: StepSpec, role: str = "") -> tuple[str, ...]:
    """Give the opinions that a step takes; from who was added yes or no, from who was consulted his advice."""
    if role:
        return ("advise",) if role == "consult" else ("approve", "reject")
    extra = ("return",) * (step.options.returns != "never") + ("abstain",) * step.options.abstain
    return ("approve", "reject", *extra)


def return_targets(run: Run, step: StepSpec) -> list[str]:
    """Give the earlier steps that a document may go back to (2.1, R-7.3); the applicant is always one."""
    allowed = step.options.return_to
    found = []
    for earlier in steps_before(run.stage.steps, step.name):
        entry = run.state.entry_of(earlier.name)
        if entry and entry.state == "passed" and (allowed is None or earlier.name in allowed):
            found.append(earlier.name)
    return found


def _keep_apart(run: Run, step: StepSpec) -> None:
    """Take whoever decided this step out of open steps that need other people; refill what that empties (R-5.6)."""
    for entry in run.state.open_entries():
        other = run.step(entry.step)
        gone = used_up(run, other) if other.name != step.name else {}
        for slot in [slot for slot in entry.slots if slot.state == "open" and gone]:
            tasks = run.state.live_tasks((entry.no, slot.no))
            used = [t for t in tasks if run.facts.person(t.holder) in gone or run.facts.person(t.owner) in gone]
            if used and slot.parent is not None:
                run.emit("signer_dropped", rule="R-5.6", entry=entry.no, slot=slot.no, reason="four_eyes")
                settle(run, entry)
            elif used and len(used) == len(tasks):
                open_slot(run, entry, slot, [], reason="four_eyes")
            else:
                for task in used:
                    run.emit("task_closed", rule="R-5.6", task=task.no, reason="four_eyes")


def withdraw(run: Run, policy: str, *, actor: int, comment: str = "") -> None:
    """Pull the document back for its applicant, as far as the definition lets him (R-7.1)."""
    if run.state.status not in ("running", "returned"):
        raise WithdrawRefused(number=run.facts.number, reason=Words("no approval is running.", "没有进行中的审批。"))
    if not may_take_over(run, actor):
        raise WithdrawRefused(number=run.facts.number, reason=Words("only the applicant may.", "只有申请人可以撤回。"))
    decided = any(slot.actor for _, slot in run.state.decisions())
    if policy == "never" or (policy == "before_first_decision" and decided and run.state.running):
        reason = (
            Words("somebody has already decided.", "已有人审批。")
            if decided
            else Words("the workflow does not allow it.", "流程不允许撤回。")
        )
        raise WithdrawRefused(number=run.facts.number, reason=reason)
    run.emit("withdrawn", actor=actor, comment=comment, rule="R-7.1")


def may_take_over(run: Run, actor: int) -> bool:
    """Tell whether somebody acts for the applicant: himself, or his manager or an admin once he is gone (R-7.6)."""
    state, facts = run.state, run.facts
    if facts.person(actor) in {facts.person(state.applicant), facts.person(state.submitter)}:
        return True
    if facts.active(state.applicant):
        return False
    applicant = facts.organisation.by_account(state.applicant)
    manager = facts.organisation.by_employee(applicant.manager) if applicant and applicant.manager else None
    return actor in facts.admin_accounts() or bool(manager and manager.account == actor)


def override(run: Run, *, actor: int, comment: str) -> None:
    """Let a process admin cancel a run, with a reason, on the record for ever (R-5.4); never his own document."""
    if actor not in run.facts.admin_accounts():
        raise NotYourTask(people=", ".join(run.facts.title(a) for a in run.facts.admin_accounts()))
    reason = run.facts.barred.get(run.facts.person(actor))
    if reason:
        raise Barred(number=run.facts.number, reason=bar_words(reason))
    if not comment.strip():
        raise CommentNeeded(field="comment")
    run.emit("overridden", actor=actor, comment=comment, rule="R-5.4")


def reopen(run: Run, *, actor: int, rule: str, reopening: Mapping[str, Any]) -> None:
    """Ask again about what was approved: in a new round, but for the steps that a change does not touch."""
    run.emit("reopened", actor=actor, rule=rule, fields=list(reopening["fields"]), back=reopening["back"])
    run.kept, run.kept_rule = frozenset(reopening["kept"]), rule


def void_earlier(run: Run, *, actor: int, fields: list[str]) -> None:
    """Void the approvals of this round, since a material field changed under them, and ask again (R-10.2)."""
    run.emit(
        "voided",
        actor=actor,
        rule="R-10.2",
        fields=fields,
        voided=list(run.state.results),
        nodes=list(run.state.choices),
    )
    advance(run)
