"""The slots of a step: opened, counted, and closed once the outcome of the step can't change any more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.config.workflow_spec import StepSpec
from app.workflow.approvers import Place, stand_in
from app.workflow.matching import separate
from app.workflow.outcome import Rule, Tally, outcome
from app.workflow.run import Run, casting_of, send_back
from app.workflow.state import Entry, Slot
from app.workflow.substitutes import pairs

TIMERS = ("remind", "escalate", "reassign", "auto_return", "auto_reject", "auto_approve")


def settle(run: Run, entry: Entry) -> None:
    """Count the opinions of a step; close it once its outcome can't change any more, else open what is due."""
    step = run.step(entry.step)
    for slot in list(entry.upper()):
        _settle_below(run, entry, slot)
    found = _count(entry, step)
    if found == "rescue":
        _rescue_step(run, entry, step)
    elif found == "refused" and _only_returned(entry):
        send_back(run, entry, None, rule="R-3.9:needs_mode")
    elif found is not None:
        run.emit("step_settled", actor=run.actor, entry=entry.no, outcome=found)
    else:
        keep_separate(run, entry)
        _open_next(run, entry, step)


def _settle_below(run: Run, entry: Entry, slot: Slot) -> None:
    """Keep R-6.9: a signer's reject is the slot's; once those after it have signed, its approval counts."""
    signers = [sub for sub in entry.below(slot) if sub.role != "consult" and sub.state != "cancelled"]
    rejected = any(sub.state == "rejected" for sub in signers)
    outcome = ""
    if slot.live and rejected:
        outcome = "rejected"
    elif slot.state == "approving":
        for sub in signers:
            if sub.state == "waiting":
                open_below(run, entry, sub)
        after = [sub for sub in entry.below(slot) if sub.role == "after" and sub.state != "cancelled"]
        outcome = "" if any(sub.live for sub in after) else "approved" if after else "open"
    if outcome:
        rule = "R-6.11" if outcome == "open" else "R-6.9"
        run.emit("slot_settled", rule=rule, entry=entry.no, slot=slot.no, outcome=outcome)


def open_below(run: Run, entry: Entry, slot: Slot) -> None:
    """Open the slot of a signer whose turn it is; whoever may not serve any more is left out."""
    casting = casting_of(run, run.step(entry.step))
    people = [[owner, holder] for owner, holder in slot.people if not casting.reason(holder)]
    if people:
        run.emit("slot_opened", entry=entry.no, slot=slot.no, people=people, note=slot.note)
    else:
        run.emit("signer_dropped", rule="R-4.4", entry=entry.no, slot=slot.no, reason="inactive")


def _count(entry: Entry, step: StepSpec) -> str | None:
    last = entry.upper()[-1]
    if last.note == "rescue:undecided" and last.state != "cancelled":
        return {"approved": "passed"}.get(last.state, None if last.live else "refused")
    slots = [slot.state for slot in entry.upper() if slot.state != "cancelled"]
    rejected = slots.count("rejected") + slots.count("returned")
    still = sum(1 for slot in entry.upper() if slot.live)
    tally = Tally(slots.count("approved"), rejected, slots.count("abstained"), still)
    options = step.options
    return outcome(Rule(step.mode, options.settle, options.need, options.abstain), tally)


def _only_returned(entry: Entry) -> bool:
    states = {slot.state for slot in entry.upper()}
    return "returned" in states and "rejected" not in states


def _rescue_step(run: Run, entry: Entry, step: StepSpec) -> None:
    """Keep R-3.8: a step that nobody decided goes to a process admin, and is never approved by that."""
    accounts = casting_of(run, step).eligible(run.facts.admin_accounts(), rescue=True)
    if not accounts:
        send_back(run, entry, None, rule="R-4.5b")
        return
    place = Place("admin", accounts, "rescue:undecided")
    run.emit("slot_added", rule="R-3.8", entry=entry.no, slot=slot_data(run, step, place, first=True))


def _open_next(run: Run, entry: Entry, step: StepSpec) -> None:
    """Open the next slot of a step whose slots go one by one."""
    waiting = next((slot for slot in entry.upper() if slot.state == "waiting"), None)
    if waiting and all(slot.state == "waiting" or not slot.live for slot in entry.upper()):
        open_slot(run, entry, waiting, [owner for owner, _ in waiting.people])


def open_slot(run: Run, entry: Entry, slot: Slot, accounts: list[int], *, reason: str = "") -> None:
    """Open a slot for those who may still serve; where nobody is left, for a stand-in (R-4.5)."""
    step = run.step(entry.step)
    casting = casting_of(run, step)
    people, note = casting.eligible(accounts, rescue=slot.note.startswith("rescue")), slot.note
    if not people:
        people, note = stand_in(step.options.empty, casting)
    if not people:
        send_back(run, entry, None, rule="R-4.5b")
        return
    run.emit(
        "slot_opened",
        entry=entry.no,
        slot=slot.no,
        people=pairs(casting, people, taken=others_of(run, entry, slot)),
        note=note,
        reason=reason,
        rule=f"R-4.5:{note}" if note != slot.note else "",
        **clocks(run, step),
    )


def keep_separate(run: Run, entry: Entry) -> None:
    """Take people who have decided a slot of this step out of its other slots: one person, one opinion (R-3.7)."""
    decided = {run.facts.person(slot.owner) for slot in entry.slots if slot.owner}
    slots = [slot for slot in entry.slots if slot.state == "open"]
    if not decided or not slots:
        return
    groups = [frozenset(run.facts.person(owner) for owner, _ in slot.people) - decided for slot in slots]
    if all(groups):
        for slot, group in zip(slots, separate(groups), strict=True):
            _close_others(run, entry, slot, group or frozenset())


def _close_others(run: Run, entry: Entry, slot: Slot, group: frozenset[str]) -> None:
    for task in run.state.live_tasks((entry.no, slot.no)):
        if run.facts.person(task.owner) not in group:
            run.emit("task_closed", rule="R-3.7", task=task.no, reason="same_person")


def others_of(run: Run, entry: Entry, slot: Slot) -> set[str]:
    """Give who has his own say in a step beside one slot: nobody stands in for a second (R-3.7)."""
    others = [other for other in entry.slots if other.no != slot.no and other.state != "cancelled"]
    return {run.facts.person(account) for other in others for pair in other.people for account in pair}


def slot_data(run: Run, step: StepSpec, place: Place, *, first: bool, taken: Collection[str] = ()) -> dict[str, Any]:
    """Give a slot as the event that makes it keeps it; its clock runs once it is open."""
    casting = casting_of(run, step)
    people = pairs(casting, place.accounts, taken=taken) if first else [[one, one] for one in place.accounts]
    data: dict[str, Any] = {"label": place.label, "note": place.note, "open": first, "people": people}
    return data | clocks(run, step) if first else data


def clocks(run: Run, step: StepSpec) -> dict[str, Any]:
    """Give a slot's deadline and timers, from now, in working time (R-9.1)."""
    now, options = run.facts.now, step.options
    named = (options.calendar,) if options.calendar else ()
    spans = [("remind", span) for span in options.remind]
    spans += [(name, getattr(options, name)[0]) for name in ("escalate", "reassign") if getattr(options, name)]
    spans += [(name, getattr(options, name)) for name in TIMERS[3:] if getattr(options, name)]
    due = _on_field(run, step) or (run.facts.due(options.deadline, now, *named) if options.deadline else None)
    found = {"due": due.isoformat()} if due else {}
    timers = [[name, run.facts.due(span, now, *named).isoformat()] for name, span in spans]
    return {**found, "timers": timers} if timers else found


def _on_field(run: Run, step: StepSpec) -> datetime | None:
    """Give a deadline that a field of the form names, as it stands now: an instant, or the end of a day (R-9.1)."""
    value = run.facts.read(step.options.deadline_field) if step.options.deadline_field else None
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value + timedelta(days=1), time(0), ZoneInfo(run.facts.zone)).astimezone(UTC)
    return value if isinstance(value, datetime) else None
