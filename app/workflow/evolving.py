"""How events change the state of a run; the same log, folded from empty, always gives the same state (I-8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from app.workflow.state import LIVE, SYSTEM, Entry, Event, Slot, State, Task

DECISIONS = {"approve": "approved", "reject": "rejected", "return": "returned", "abstain": "abstained", "advise": "advised"}


def replay(events: Iterable[Event]) -> State:
    """Fold a log of events, from empty, into the state."""
    state = State()
    for event in events:
        evolve(state, event)
    return state


def evolve(state: State, event: Event) -> None:
    """Take one event into the state."""
    _EVOLVE[event.kind](state, event)
    state.events.append(event)
    for entry in state.open_entries():
        for slot in entry.slots if len(entry.upper()) < len(entry.slots) else ():
            _wait_or_go_on(state, entry, slot, event.at)


def _wait_or_go_on(state: State, entry: Entry, slot: Slot, at: datetime) -> None:
    """Let the tasks of a slot wait for those asked before it, and come back once these are done (R-6.9)."""
    first = [sub for sub in entry.below(slot) if sub.state == "open" and sub.role in ("before", "consult")]
    for task in state.live_tasks((entry.no, slot.no)):
        task.state = "waiting" if first else "open"
    paused = any(sub.pauses for sub in first)
    if paused and slot.paused_at is None:
        slot.paused_at = at
    if slot.paused_at is not None and not paused:
        _move_clock(slot, at - slot.paused_at)
        slot.paused_at = None


def _move_clock(slot: Slot, by: timedelta) -> None:
    slot.due_at = _later(slot.due_at, by) if slot.due_at else None
    slot.timers = [[action, when if fired else _later(when, by), fired] for action, when, fired in slot.timers]


def _later(at: str, by: timedelta) -> str:
    return (datetime.fromisoformat(at) + by).isoformat()


def _submitted(state: State, event: Event) -> None:
    state.status, state.stage, state.round = "running", event.data["stage"], event.data["round"]
    state.applicant, state.submitter = event.data["applicant"], event.actor
    state.hash, state.material = event.hash, event.data.get("material", "")
    state.editors = list(event.data.get("editors", ()))
    state.chosen = {step: list(people) for step, people in event.data.get("chosen", {}).items()}
    state.results, state.choices, state.returned_to = {}, {}, []


def _choice_made(state: State, event: Event) -> None:
    state.choices[event.data["node"]] = list(event.data["taken"])


def _step_skipped(state: State, event: Event) -> None:
    entry = _new_entry(state, event)
    entry.state, entry.reason = "skipped", event.data["reason"]


def _step_entered(state: State, event: Event) -> None:
    entry = _new_entry(state, event)
    entry.notes = list(event.data.get("notes", ()))
    for number, slot in enumerate(event.data["slots"]):
        entry.slots.append(Slot(number, slot["label"], _pairs(slot["people"]), note=slot.get("note", "")))
        if slot["open"]:
            _open_slot(state, entry, number, slot, event.at)


def _new_entry(state: State, event: Event) -> Entry:
    entry = Entry(len(state.entries), event.data["step"], state.round, event.at)
    state.entries.append(entry)
    state.results[entry.step] = entry.no
    return entry


def _pairs(people: Iterable[Iterable[Any]]) -> list[tuple[int, int]]:
    return [(owner, holder) for owner, holder, *_ in people]


def _open_slot(state: State, entry: Entry, number: int, data: Mapping[str, Any], at: datetime) -> None:
    slot = entry.slots[number]
    slot.state, slot.people = "open", _pairs(data["people"])
    slot.rules = {holder: rule for _, holder, *rules in data["people"] for rule in rules}
    _set_clock(slot, data)
    for owner, holder in slot.people:
        _new_task(state, entry.no, number, (owner, holder), at)


def _set_clock(slot: Slot, data: Mapping[str, Any]) -> None:
    slot.due_at = data.get("due")
    slot.timers = [[action, when, ""] for action, when in data.get("timers", ())]


def _new_task(state: State, entry: int, slot: int, pair: tuple[int, int], at: datetime) -> None:
    above = state.entries[entry].slots[slot]
    rule = above.rules.get(pair[1], "") if pair[0] != pair[1] else ""
    state.tasks.append(Task(len(state.tasks), entry, slot, pair[0], pair[1], at, reason=above.role, rule=rule))


def _slot_opened(state: State, event: Event) -> None:
    entry = state.entries[event.data["entry"]]
    _close_slot_tasks(state, entry, event.data["slot"], event.data.get("reason", "replaced"), event.at)
    entry.slots[event.data["slot"]].note = event.data.get("note", "")
    _open_slot(state, entry, event.data["slot"], event.data, event.at)


def _slot_added(state: State, event: Event) -> None:
    entry = state.entries[event.data["entry"]]
    data, number = event.data["slot"], len(entry.slots)
    entry.slots.append(Slot(number, data["label"], _pairs(data["people"]), note=data.get("note", "")))
    slot = entry.slots[number]
    slot.parent, slot.role, slot.added_by = data.get("parent"), data.get("role", ""), event.actor
    slot.pauses, slot.question = bool(data.get("pauses")), event.comment
    if data["open"]:
        _open_slot(state, entry, number, data, event.at)


def _slot_removed(state: State, event: Event) -> None:
    entry = state.entries[event.data["entry"]]
    entry.slots[event.data["slot"]].state = "cancelled"
    _close_slot_tasks(state, entry, event.data["slot"], event.data.get("reason", "removed"), event.at)


def _slot_settled(state: State, event: Event) -> None:
    """Those whom a slot asked to sign have made it what it is: approved, rejected, or open once more (R-6.9)."""
    entry = state.entries[event.data["entry"]]
    slot = entry.slots[event.data["slot"]]
    slot.state = event.data["outcome"]
    slot.rule = event.rule if slot.state == "rejected" else slot.rule
    if slot.state == "open":
        slot.owner = slot.actor = slot.decided_at = None
        slot.comment = slot.hash = slot.rule = ""
        for pair in slot.people:
            _new_task(state, entry.no, slot.no, pair, event.at)
    else:
        _close_slot_tasks(state, entry, slot.no, "settled", event.at)


def _decided(state: State, event: Event) -> None:
    task = state.tasks[event.data["task"]]
    slot = state.slot_of(task)
    entry = state.entries[task.entry]
    task.state = slot.state = DECISIONS[event.data["decision"]]
    if slot.state == "approved" and any(sub.live and sub.role == "after" for sub in entry.below(slot)):
        slot.state = "approving"
    task.closed_at = slot.decided_at = event.at
    slot.owner, slot.actor, slot.comment, slot.hash = task.owner, event.actor, event.comment, event.hash
    slot.rule = event.rule
    _close_slot_tasks(state, entry, task.slot, "settled", event.at)


def _auto_decided(state: State, event: Event) -> None:
    entry = state.entries[event.data["entry"]]
    slot = entry.slots[event.data["slot"]]
    slot.state, slot.owner, slot.actor = DECISIONS[event.data["decision"]], event.data.get("owner"), SYSTEM
    slot.decided_at, slot.hash, slot.rule = event.at, event.hash, event.rule
    _close_slot_tasks(state, entry, slot.no, "settled", event.at)


def _close_slot_tasks(state: State, entry: Entry, number: int, reason: str, at: datetime) -> None:
    """Close the tasks of a slot; once it is decided, also those of the slots below it."""
    _close((t for t in state.tasks if (t.entry, t.slot) == (entry.no, number)), reason, at)
    for sub in entry.below(entry.slots[number]) if not entry.slots[number].live else ():
        if sub.live:
            sub.state = "cancelled"
            _close_slot_tasks(state, entry, sub.no, reason, at)


def _close(tasks: Iterable[Task], reason: str, at: datetime) -> None:
    for task in tasks:
        if task.state in LIVE:
            task.state, task.reason, task.closed_at = "cancelled", reason, at


def _step_settled(state: State, event: Event) -> None:
    entry = state.entries[event.data["entry"]]
    entry.state, entry.reason = event.data["outcome"], event.data.get("reason", "")
    entry.settled_by, entry.settled_at = event.actor, event.at
    _close_entry(state, entry, "settled", event.at)


def _close_entry(state: State, entry: Entry, reason: str, at: datetime) -> None:
    _close((t for t in state.tasks if t.entry == entry.no), reason, at)
    for slot in entry.slots:
        if slot.live:
            slot.state = "cancelled"


def _transferred(state: State, event: Event) -> None:
    task = state.tasks[event.data["task"]]
    task.state, task.reason, task.closed_at = "transferred", "transferred", event.at
    _replace(state, task.entry, task.slot, event)
    slot = state.slot_of(task)
    slot.transfers += 1
    if "timers" in event.data or "due" in event.data:
        _set_clock(slot, event.data)


def _replace(state: State, entry: int, slot: int, event: Event) -> None:
    to = event.data["to"]
    _close_slot_tasks(state, state.entries[entry], slot, event.kind, event.at)
    state.entries[entry].slots[slot].people = [(to, to)]
    _new_task(state, entry, slot, (to, to), event.at)


def _reassigned(state: State, event: Event) -> None:
    _fire(state, event)
    _replace(state, event.data["entry"], event.data["slot"], event)


def _escalated(state: State, event: Event) -> None:
    _fire(state, event)
    slot = state.entries[event.data["entry"]].slots[event.data["slot"]]
    to = event.data["to"]
    slot.people.append((to, to))
    _new_task(state, event.data["entry"], event.data["slot"], (to, to), event.at)


def _stood_in(state: State, event: Event) -> None:
    """Whoever is absent has a stand-in for a task that was open already (include_open)."""
    slot = state.entries[event.data["entry"]].slots[event.data["slot"]]
    pair = (event.data["owner"], event.data["to"])
    slot.people.append(pair)
    slot.rules[pair[1]] = event.data["absence"]
    _new_task(state, event.data["entry"], event.data["slot"], pair, event.at)


def _fire(state: State, event: Event) -> None:
    slot = state.entries[event.data["entry"]].slots[event.data["slot"]]
    for timer in event.data["timers"]:
        slot.timers[timer][2] = event.at.isoformat()


def _task_closed(state: State, event: Event) -> None:
    task = state.tasks[event.data["task"]]
    slot = state.slot_of(task)
    slot.people = [pair for pair in slot.people if pair != (task.owner, task.holder)]
    _close([task], event.data["reason"], event.at)


def _urged(state: State, event: Event) -> None:
    for number in event.data["tasks"]:
        state.tasks[number].urged_at = event.at


def _undone(state: State, event: Event) -> None:
    """Take a decision back: what was before it is folded anew, what came of it is closed, nothing is forgotten."""
    decided = [number for number, one in enumerate(state.events) if one.kind == "decided"]
    was = replay(state.events[: decided[event.data["decision"]]])
    for entry in state.entries[len(was.entries) :]:
        _close_entry(state, entry, "undo", event.at)
        entry.state, entry.reason = "voided", "undo"
    for now, before in zip(state.entries, was.entries, strict=False):
        _keep_what_stays(now, before)
    tasks, events = state.tasks, state.events
    again = [task for task in was.tasks if task.state in LIVE and tasks[task.no].state not in LIVE]
    _close(tasks[len(was.tasks) :], "undo", event.at)
    entries = [*was.entries, *state.entries[len(was.entries) :]]
    state.__dict__.update(was.__dict__)
    state.tasks, state.events, state.entries = tasks, events, entries
    for task in again:
        _new_task(state, task.entry, task.slot, (task.owner, task.holder), event.at)


def _keep_what_stays(now: Entry, before: Entry) -> None:
    """Carry over what an undo does not take back: clocks that have struck, slots that were made since, now closed."""
    for slot, was in zip(now.slots, before.slots, strict=False):
        was.timers = slot.timers if len(slot.timers) == len(was.timers) else was.timers
    for slot in now.slots[len(before.slots) :]:
        slot.state = "cancelled" if slot.live else slot.state
        before.slots.append(slot)


def _returned(state: State, event: Event) -> None:
    state.returns += 1
    state.returned_from, state.returner = event.data["step"], event.data.get("returner")
    to = event.data.get("to")
    if to is None:
        _end(state, event, "returned")
        return
    state.returned_to.append(to)
    _void(state, event)


def _void(state: State, event: Event) -> None:
    for step in event.data["voided"]:
        entry = state.entries[state.results.pop(step)]
        _close_entry(state, entry, event.kind, event.at)
        entry.state, entry.reason = "voided", event.kind
    for node in event.data["nodes"]:
        state.choices.pop(node, None)


def _reopened(state: State, event: Event) -> None:
    """What was approved is asked again: its steps no longer count (R-10.3), or have run out (R-10.6)."""
    state.back = event.data.get("back", "")
    for number in state.results.values():
        if state.entries[number].state == "passed":
            state.entries[number].state, state.entries[number].reason = "voided", "reopened"
    state.results, state.choices = {}, {}


def _end(state: State, event: Event, status: str) -> None:
    state.status = status
    state.ended_at, state.ended_by = event.at, event.actor
    for entry in state.open_entries():
        _close_entry(state, entry, status, event.at)
        entry.state, entry.reason = "voided", status


def _approved(state: State, event: Event) -> None:
    state.version = event.data.get("version", 0)
    _end(state, event, "approved")


def _ends(status: str) -> Callable[[State, Event], None]:
    return lambda state, event: _end(state, event, status)


_EVOLVE: dict[str, Callable[[State, Event], None]] = {
    "submitted": _submitted,
    "choice_made": _choice_made,
    "step_skipped": _step_skipped,
    "step_entered": _step_entered,
    "slot_opened": _slot_opened,
    "slot_added": _slot_added,
    "signer_added": _slot_added,
    "signer_removed": _slot_removed,
    "signer_dropped": _slot_removed,
    "slot_settled": _slot_settled,
    "urged": _urged,
    "undone": _undone,
    "decided": _decided,
    "auto_decided": _auto_decided,
    "step_settled": _step_settled,
    "transferred": _transferred,
    "reminded": _fire,
    "escalated": _escalated,
    "reassigned": _reassigned,
    "stood_in": _stood_in,
    "timed_out": _fire,
    "task_closed": _task_closed,
    "returned": _returned,
    "reopened": _reopened,
    "voided": _void,
    "approved": _approved,
    "rejected": _ends("rejected"),
    "withdrawn": _ends("withdrawn"),
    "overridden": _ends("cancelled"),
}
KINDS = frozenset(_EVOLVE)  # the events of a run; the log of a document holds others too
