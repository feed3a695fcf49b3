"""The state of one approval run, folded from its events; the same log always gives the same state (I-8)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

SYSTEM = 0
ENDED = frozenset({"approved", "rejected", "withdrawn", "cancelled"})
LIVE = frozenset({"waiting", "open", "approving"})  # a slot, a task that may still be decided


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
    state: str = "open"  # waiting open approved rejected returned abstained advised transferred cancelled
    reason: str = ""  # why it closed; while it is open: before, after, consult, where it was asked for
    closed_at: datetime | None = None
    urged_at: datetime | None = None
    rule: str = ""  # the absence by which the holder acts for the owner


@dataclass
class Slot:
    """One required opinion. `people` are (owner, holder) pairs, frozen when the step was entered (R-4.2).

    A slot may have slots below it, which its holder asked for (`parent`, `role`): those who sign `before` him, those
    who sign `after` him, and those he `consult`s. It waits for the first and the last, is `approving` until the second
    have signed, and is rejected where one of its signers rejects. The mode of a step counts its upper slots only.
    """

    no: int
    label: str
    people: list[tuple[int, int]]
    state: str = "waiting"  # waiting open approving approved rejected returned abstained advised cancelled
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
    rules: dict[int, str] = field(default_factory=dict)  # holder who stands in -> the absence
    parent: int | None = None
    role: str = ""  # before after consult
    added_by: int = SYSTEM
    question: str = ""  # what was said to whoever was asked
    pauses: bool = False  # the clock of the slot above stands still meanwhile
    paused_at: datetime | None = None

    @property
    def live(self) -> bool:
        """Tell whether it may still be decided."""
        return self.state in LIVE


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

    def upper(self) -> list[Slot]:
        """Give the slots that the step's mode counts."""
        return [slot for slot in self.slots if slot.parent is None]

    def below(self, slot: Slot) -> list[Slot]:
        """Give the slots that the holder of a slot asked for."""
        return [other for other in self.slots if other.parent == slot.no]


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
    events: list[Event] = field(default_factory=list)  # what it was folded from; an undo folds less of it

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
                slot.rules = dict(slot.rules)
        made.tasks = [_same(task) if task.state in LIVE else task for task in self.tasks]
        made.events = list(self.events)
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

    def live_tasks(self, slot: tuple[int, int]) -> list[Task]:
        """Give the tasks of one slot (entry, slot) that are open, or wait for a slot below it."""
        return [task for task in self.tasks if task.state in LIVE and (task.entry, task.slot) == slot]

    def open_entries(self) -> list[Entry]:
        """Give the steps that wait for somebody."""
        return [entry for entry in self.entries if entry.state == "open"]

    def decisions(self) -> Iterator[tuple[Entry, Slot]]:
        """Give every decision of this round that still counts; who was consulted has decided nothing."""
        for entry in self.entries:
            if entry.round == self.round and entry.state != "voided":
                for slot in entry.slots:
                    if slot.actor is not None and slot.role != "consult":
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
