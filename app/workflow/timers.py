"""What the clock does to open tasks: remind, escalate, reassign, then at most one automatic end (R-9)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from app.workflow.people import resolve
from app.workflow.planner import advance
from app.workflow.run import Run, casting_of, send_back
from app.workflow.slots import TIMERS, settle
from app.workflow.state import Entry, Slot

RUNNING = ("open", "approving")  # slots whose clock goes on, through consulting and added signers


def next_time(slot: Slot) -> datetime | None:
    """Give the instant of a slot's next timer."""
    times = [datetime.fromisoformat(at) for _, at, fired in slot.timers if not fired]
    return min(times) if slot.state in RUNNING and slot.paused_at is None and times else None


def fire(run: Run) -> None:
    """Do what is due, each timer once, oldest first; reminders missed together are one message (R-9.5)."""
    for entry in run.state.open_entries():
        for slot in entry.slots:
            for action in TIMERS:
                due = _due(run, slot, action)
                if due and run.state.running and entry.state == "open" and slot.state in RUNNING and not slot.paused_at:
                    _ACTS[action](run, entry, slot, due)


def _due(run: Run, slot: Slot, action: str) -> list[int]:
    return [
        number
        for number, (name, at, fired) in enumerate(slot.timers)
        if name == action and not fired and datetime.fromisoformat(at) <= run.facts.now
    ]


def _remind(run: Run, entry: Entry, slot: Slot, due: list[int]) -> None:
    run.emit("reminded", rule="R-9.2:remind", entry=entry.no, slot=slot.no, timers=due)


def _escalate(run: Run, entry: Entry, slot: Slot, due: list[int]) -> None:
    _give(run, entry, slot, ("escalate", "escalated", due))


def _reassign(run: Run, entry: Entry, slot: Slot, due: list[int]) -> None:
    _give(run, entry, slot, ("reassign", "reassigned", due))


def _give(run: Run, entry: Entry, slot: Slot, act: tuple[str, str, list[int]]) -> None:
    option, kind, due = act
    to = _receiver(run, entry, slot, option)
    if to is None:
        run.emit("timed_out", rule=f"R-9.2:{option}", entry=entry.no, slot=slot.no, timers=due, note="nobody")
    else:
        run.emit(kind, rule=f"R-9.2:{option}", entry=entry.no, slot=slot.no, timers=due, to=to)


def _receiver(run: Run, entry: Entry, slot: Slot, option: str) -> int | None:
    """Give the first person named who may serve and holds no slot of the step yet."""
    step = run.step(entry.step)
    casting = casting_of(run, step)
    found = resolve(getattr(step.options, option)[1], run.facts.question(casting.serves))
    if slot.state == "approving":  # he has done his part; whoever he added has no need of another holder
        return None
    holding = {run.facts.person(holder) for s in entry.slots if s.state != "cancelled" for _, holder in s.people}
    accounts = casting.eligible([account for group in found.groups for account in group])
    return next((account for account in accounts if run.facts.person(account) not in holding), None)


def _auto_return(run: Run, entry: Entry, slot: Slot, due: list[int]) -> None:
    run.emit("timed_out", rule="R-9.2:auto_return", entry=entry.no, slot=slot.no, timers=due)
    send_back(run, entry, None, rule="R-9.2:auto_return")


def _auto_reject(run: Run, entry: Entry, slot: Slot, due: list[int]) -> None:
    _auto_decide(run, entry, slot, ("auto_reject", "reject", due))


def _auto_approve(run: Run, entry: Entry, slot: Slot, due: list[int]) -> None:
    """Approve by the clock, never where money is at stake (S-6)."""
    if run.facts.money:
        run.emit("timed_out", rule="S-6", entry=entry.no, slot=slot.no, timers=due, note="money")
    else:
        _auto_decide(run, entry, slot, ("auto_approve", "approve", due))


def _auto_decide(run: Run, entry: Entry, slot: Slot, act: tuple[str, str, list[int]]) -> None:
    option, decision, due = act
    run.emit("timed_out", rule=f"R-9.2:{option}", entry=entry.no, slot=slot.no, timers=due)
    run.emit("auto_decided", rule=f"R-9.2:{option}", entry=entry.no, slot=slot.no, decision=decision)
    settle(run, entry)
    advance(run)


_ACTS: dict[str, Callable[[Run, Entry, Slot, list[int]], None]] = {
    "remind": _remind,
    "escalate": _escalate,
    "reassign": _reassign,
    "auto_return": _auto_return,
    "auto_reject": _auto_reject,
    "auto_approve": _auto_approve,
}
