"""The state of one approval run, folded from its events; the same log always gives the same state (I-8)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

SYSTEM = 0
ENDED = frozenset({"approved", "rejected", "withdrawn", "cancelled"})
DECISIONS = {"approve": "approved", "reject": "rejected", "return": "returned", "abstain": "abstained"}


@dataclass(frozen=True)
class Event:
    """One thing that happened: who, on whose behalf, when, under which rule, with the document's hash."""

    kind: str
    data: Mapping[str, Any]
    at: datetime
    actor: int = SYSTEM
    on_behalf_of: int | None = None
    rule: str = ""
    comment: str = ""
    hash: str = ""


@dataclass
class Task:
    """A slot as it sits in one inbox: `owner` is whose authority is used, `holder` who may act."""

    no: int
    entry: int
    slot: int
    owner: int
    holder: int
    opened_at: datetime
    state: str = "open"  # open approved rejected returned abstained transferred cancelled
    reason: str = ""
    closed_at: datetime | None = None


@dataclass
class Slot:
    """One required opinion. `people` are (owner, holder) pairs, frozen when the step was entered (R-4.2)."""

    no: int
    label: str
    people: list[tuple[int, int]]
    state: str = "waiting"  # waiting open approved rejected returned abstained cancelled
    note: str = ""
    owner: int | None = None
    actor: int | None = None
    decided_at: datetime | None = None
    comment: str = ""
    hash: str = ""
    rule: str = ""
    due_at: str | None = None
    timers: list[list[str]] = field(default_factory=list)  # [action, ISO time, '' or when it fired]
    transfers: int = 0


@dataclass
class Entry:
    """A step entered once, in one round."""

    no: int
    step: str
    round: int
    at: datetime
    state: str = "open"  # open passed refused returned voided skipped
    reason: str = ""
    slots: list[Slot] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    settled_by: int | None = None
    settled_at: datetime | None = None


@dataclass
class State:
    """Where an approval run stands."""

    status: str = "draft"  # draft running returned approved rejected withdrawn cancelled failed
    stage: str = ""
    round: int = 0
    applicant: int = SYSTEM
    submitter: int = SYSTEM
    hash: str = ""
    material: str = ""  # hash of the material fields as submitted
    entries: list[Entry] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    results: dict[str, int] = field(default_factory=dict)  # step -> its entry that counts now
    choices: dict[str, list[str]] = field(default_factory=dict)  # choose or parallel -> what is taken
    returned_from: str = ""
    returner: int | None = None
    returns: int = 0
    returned_to: list[str] = field(default_factory=list)  # steps entered again: no auto-pass there
    version: int = 0  # of the document, as it was approved
    back: str = ""  # an approval that was asked for again leads back here
    chosen: dict[str, list[int]] = field(default_factory=dict)  # step -> whom the applicant chose
    editors: list[int] = field(default_factory=list)  # who changed something material before submitting
    ended_at: datetime | None = None
    ended_by: int = SYSTEM

    def copy(self) -> State:
        """Give the same state to go on from, without touching this one."""
        made: State = _same(self)
        made.entries = [_same(entry) for entry in self.entries]
        for entry in made.entries:
            if entry.state != "open":
                continue  # its slots are settled, and what is settled never changes
            entry.slots, entry.notes = [_same(slot) for slot in entry.slots], list(entry.notes)
            for slot in entry.slots:
                slot.people, slot.timers = list(slot.people), [list(timer) for timer in slot.timers]
        made.tasks = [_same(task) if task.state == "open" else task for task in self.tasks]
        made.results, made.choices, made.chosen = dict(self.results), dict(self.choices), dict(self.chosen)
        made.returned_to, made.editors = list(self.returned_to), list(self.editors)
        return made

    def entry_of(self, step: str) -> Entry | None:
        """Give the entry of a step that counts now."""
        number = self.results.get(step)
        return None if number is None else self.entries[number]

    def slot_of(self, task: Task) -> Slot:
        """Give the slot that a task belongs to."""
        return self.entries[task.entry].slots[task.slot]

    def open_tasks(self) -> list[Task]:
        """Give the tasks that somebody can act on now."""
        return [task for task in self.tasks if task.state == "open"]

    def open_entries(self) -> list[Entry]:
        """Give the steps that wait for somebody."""
        return [entry for entry in self.entries if entry.state == "open"]

    def decisions(self) -> Iterator[tuple[Entry, Slot]]:
        """Give every decision of this round that still counts."""
        for entry in self.entries:
            if entry.round == self.round and entry.state != "voided":
                for slot in entry.slots:
                    if slot.actor is not None:
                        yield entry, slot

    @property
    def running(self) -> bool:
        """Tell whether approvers are at it."""
        return self.status == "running"

    @property
    def ended(self) -> bool:
        """Tell whether the run is over."""
        return self.status in ENDED


def _same(one: Any) -> Any:
    """Give a shallow copy of a record; its lists are the caller's to copy."""
    made = object.__new__(type(one))
    made.__dict__.update(one.__dict__)
    return made


def replay(events: Iterable[Event]) -> State:
    """Fold a log of events, from empty, into the state."""
    state = State()
    for event in events:
        evolve(state, event)
    return state


def evolve(state: State, event: Event) -> None:
    """Take one event into the state."""
    _EVOLVE[event.kind](state, event)


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


def _pairs(people: Iterable[Iterable[int]]) -> list[tuple[int, int]]:
    return [(owner, holder) for owner, holder in people]


def _open_slot(state: State, entry: Entry, number: int, data: Mapping[str, Any], at: datetime) -> None:
    slot = entry.slots[number]
    slot.state, slot.people, slot.due_at = "open", _pairs(data["people"]), data.get("due")
    slot.timers = [[action, when, ""] for action, when in data.get("timers", ())]
    for owner, holder in slot.people:
        _new_task(state, entry.no, number, (owner, holder), at)


def _new_task(state: State, entry: int, slot: int, pair: tuple[int, int], at: datetime) -> None:
    state.tasks.append(Task(len(state.tasks), entry, slot, pair[0], pair[1], at))


def _slot_opened(state: State, event: Event) -> None:
    entry = state.entries[event.data["entry"]]
    _close_slot_tasks(state, entry.no, event.data["slot"], event.data.get("reason", "replaced"), event.at)
    entry.slots[event.data["slot"]].note = event.data.get("note", "")
    _open_slot(state, entry, event.data["slot"], event.data, event.at)


def _slot_added(state: State, event: Event) -> None:
    entry = state.entries[event.data["entry"]]
    data = event.data["slot"]
    entry.slots.append(Slot(len(entry.slots), data["label"], [], note=data.get("note", "")))
    _open_slot(state, entry, len(entry.slots) - 1, data, event.at)


def _decided(state: State, event: Event) -> None:
    task = state.tasks[event.data["task"]]
    slot = state.slot_of(task)
    task.state = slot.state = DECISIONS[event.data["decision"]]
    task.closed_at = slot.decided_at = event.at
    slot.owner, slot.actor, slot.comment, slot.hash = task.owner, event.actor, event.comment, event.hash
    _close_slot_tasks(state, task.entry, task.slot, "settled", event.at)


def _auto_decided(state: State, event: Event) -> None:
    slot = state.entries[event.data["entry"]].slots[event.data["slot"]]
    slot.state, slot.owner, slot.actor = DECISIONS[event.data["decision"]], event.data.get("owner"), SYSTEM
    slot.decided_at, slot.hash, slot.rule = event.at, event.hash, event.rule
    _close_slot_tasks(state, event.data["entry"], event.data["slot"], "settled", event.at)


def _close_slot_tasks(state: State, entry: int, slot: int, reason: str, at: datetime) -> None:
    _close((t for t in state.tasks if t.entry == entry and t.slot == slot), reason, at)


def _close(tasks: Iterable[Task], reason: str, at: datetime) -> None:
    for task in tasks:
        if task.state == "open":
            task.state, task.reason, task.closed_at = "cancelled", reason, at


def _step_settled(state: State, event: Event) -> None:
    entry = state.entries[event.data["entry"]]
    entry.state, entry.reason = event.data["outcome"], event.data.get("reason", "")
    entry.settled_by, entry.settled_at = event.actor, event.at
    _close_entry(state, entry, "settled", event.at)


def _close_entry(state: State, entry: Entry, reason: str, at: datetime) -> None:
    _close((t for t in state.tasks if t.entry == entry.no), reason, at)
    for slot in entry.slots:
        if slot.state in ("open", "waiting"):
            slot.state = "cancelled"


def _transferred(state: State, event: Event) -> None:
    task = state.tasks[event.data["task"]]
    task.state, task.reason, task.closed_at = "transferred", "transferred", event.at
    _replace(state, task.entry, task.slot, event)
    state.slot_of(task).transfers += 1


def _replace(state: State, entry: int, slot: int, event: Event) -> None:
    to = event.data["to"]
    _close_slot_tasks(state, entry, slot, event.kind, event.at)
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


def _fire(state: State, event: Event) -> None:
    slot = state.entries[event.data["entry"]].slots[event.data["slot"]]
    for timer in event.data["timers"]:
        slot.timers[timer][2] = event.at.isoformat()


def _task_closed(state: State, event: Event) -> None:
    task = state.tasks[event.data["task"]]
    slot = state.slot_of(task)
    slot.people = [pair for pair in slot.people if pair != (task.owner, task.holder)]
    _close([task], event.data["reason"], event.at)


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
    "decided": _decided,
    "auto_decided": _auto_decided,
    "step_settled": _step_settled,
    "transferred": _transferred,
    "reminded": _fire,
    "escalated": _escalated,
    "reassigned": _reassigned,
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
