"""An approver's own decision taken back before anybody built on it, and holders urged to act (R-7.7, R-7.9)."""

from __future__ import annotations

from datetime import timedelta

from app.core.words import Words
from app.workflow.acts import may_take_over
from app.workflow.errors import NotYourTask, UndoRefused, UrgedAlready
from app.workflow.run import Run

HOUR = timedelta(hours=1)
FOLLOWS = frozenset(  # what a decision brings by itself, and what changes nothing for anybody
    {
        *("step_settled", "step_entered", "step_skipped", "choice_made", "slot_opened", "slot_added", "slot_settled"),
        *("signer_dropped", "task_closed", "auto_decided", "reminded", "urged"),
    }
)
NONE = Words("there is no decision of yours to take back.", "没有可以撤销的审批意见。")
OVER = Words("the approval has ended, and what follows from it is done.", "审批已结束，后续已执行。")
LATER = Words("somebody has acted on it since.", "之后已有人处理。")


def undo(run: Run, *, actor: int, comment: str = "") -> None:
    """Take back one's own decision, while it is the last act of the run and the run goes on (R-7.7)."""
    reason = why_not(run, actor)
    if reason is not None:
        raise UndoRefused(number=run.facts.number, reason=reason)
    decided = [event for event in run.state.events if event.kind == "decided"]
    last = decided[-1]
    run.emit(
        "undone",
        actor=actor,
        on_behalf_of=last.on_behalf_of,
        comment=comment,
        rule="R-7.7",
        decision=len(decided) - 1,
        task=last.data["task"],
    )


def why_not(run: Run, actor: int) -> Words | None:
    """Say why somebody can't take back what he decided; None if he can."""
    events = run.state.events
    own = [number for number, event in enumerate(events) if event.kind == "decided" and event.actor == actor]
    if not own or any(event.kind == "undone" for event in events[own[-1] :]):
        return NONE
    if not run.state.running:
        return OVER
    return LATER if any(event.kind not in FOLLOWS for event in events[own[-1] + 1 :]) else None


def urge(run: Run, *, actor: int) -> list[int]:
    """Ask the present holders to act, each task once an hour at most; give whom to tell (R-7.9)."""
    if not may_urge(run, actor):
        raise NotYourTask(people=run.facts.title(run.state.applicant))
    tasks = run.state.open_tasks()
    due = [task for task in tasks if task.urged_at is None or task.urged_at + HOUR <= run.facts.now]
    if not due:
        again = min((task.urged_at + HOUR for task in tasks if task.urged_at), default=run.facts.now)
        raise UrgedAlready(number=run.facts.number, time=run.facts.time(again))
    run.emit("urged", actor=actor, rule="R-7.9", tasks=[task.no for task in due])
    return list(dict.fromkeys(task.holder for task in due))


def may_urge(run: Run, actor: int) -> bool:
    """Tell whether somebody may urge: who asked for the approval, or a process admin."""
    return run.state.running and (may_take_over(run, actor) or actor in run.facts.admin_accounts())
