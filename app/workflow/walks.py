"""Walks every path of an approval in many companies: each opinion of each open task, returns and time; shortest first.

What an act leads to is planned once and kept with what was asked of the company on the way (`witness.py`); in every
other company, and for every other document, that answers the same, it leads to the same.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field
from functools import cache

from app.config.workflow_spec import StageSpec
from app.core.errors import DaybookError
from app.core.words import Words
from app.workflow import acts, planner, timers
from app.workflow.run import Run
from app.workflow.scenes import APPLICANT, NAMED, Scene
from app.workflow.state import Entry, Slot, State
from app.workflow.tree import steps_of
from app.workflow.witness import Trace, Witness

STUCK = -1  # the returner of a document that came back since nobody could decide
MOST = 2000  # states of one walk
SAID = {
    "approve": Words("{step} approves", "{step}同意"),
    "reject": Words("{step} rejects", "{step}拒绝"),
    "return": Words("{step} returns it", "{step}退回"),
    "abstain": Words("{step} abstains", "{step}弃权"),
    "time": Words("the deadline passes", "超过期限"),
    "submit": Words("it is submitted again", "再次提交"),
}
Way = tuple[Words, ...]


@dataclass(frozen=True)
class Act:
    """One thing that somebody, or the clock, may do next."""

    kind: str  # approve reject return abstain, time, submit
    words: Words
    tasks: tuple[int, ...] = ()  # any of them: the first that is not refused
    to: str | None = None


@dataclass
class Walked:
    """What a walk came upon, each with the shortest way there."""

    refused: DaybookError | None = None  # the submit
    stuck: dict[str, Way] = field(default_factory=dict)  # step -> the way to where nobody can act
    rescued: dict[str, Way] = field(default_factory=dict)  # step -> the way to where process admins decide it
    deciders: tuple[tuple[str, int], ...] | None = None  # (step, who) of the shortest way to the approval


@dataclass(eq=False)
class Stand:
    """Where a run stands, the same for every company in which it comes to stand so."""

    state: State
    key: Hashable  # what decides how a run goes on in one company: a loop comes back to a key that is known
    acts: tuple[Act, ...]
    after: list[dict[int, Stand | None]] = field(init=False)  # act -> trace -> what it leads to; None: refused

    def __post_init__(self) -> None:
        state = self.state
        self.after = [{} for _ in self.acts]
        self.open = tuple(entry.step for entry in state.open_entries())
        entries = [state.entries[number] for number in sorted(state.results.values())]
        self.rescued = tuple(e.step for e in entries if any(slot.note.startswith("rescue") for slot in e.slots))
        if state.returner == STUCK:
            self.stuck: tuple[str, ...] = (state.returned_from,)
        else:
            self.stuck = self.open if state.running and not state.open_tasks() else ()
        approved = state.status == "approved"
        self.deciders = tuple((e.step, slot.actor) for e, slot in state.decisions() if slot.actor) if approved else None


class Walks:
    """All walks of one approval: the stands that are known, and what leads from each to the next."""

    def __init__(self, stage: StageSpec, *, resume: str = "from_start", money: bool = True) -> None:
        self.stage, self.resume, self.money = stage, resume, money
        self.steps = {step.name: step for step in steps_of(stage.steps)}
        options = [step.options for step in self.steps.values()]
        again = any(one.repeat != "ask_again" for one in options)
        self.who = again or any(one.distinct_persons or one.distinct_from for one in options)
        self.back = again or resume != "from_start"
        self.chosen = {s.name: [NAMED] for s in self.steps.values() if any(who.chosen_by for who in s.approvers)}
        self.stands: dict[Hashable, Stand] = {}
        self.traces: dict[Trace, int] = {}
        self.known: list[Trace] = []
        self.begun: dict[int, Stand | DaybookError] = {}

    def walk(self, scene: Scene, held: frozenset[str]) -> Walked:
        """Walk everything that can happen to a document after its submit."""
        found, witness = Walked(), Witness(scene, held, money=self.money)
        first = self._begin(witness)
        if isinstance(first, DaybookError):
            found.refused = first
            return found
        seen = {first.key}
        waiting: deque[tuple[Stand, Way]] = deque([(first, ())])
        _look(found, first, ())
        while waiting and len(seen) <= MOST:
            stand, way = waiting.popleft()
            free = False
            for number, act in enumerate(stand.acts):
                after = self._after(stand, number, witness)
                free = free or after is not None
                if after is not None and after.key not in seen:
                    seen.add(after.key)
                    longer = (*way, act.words)
                    _look(found, after, longer)
                    waiting.append((after, longer))
            if stand.state.running and not free:  # where a task's every opinion is refused, nobody can act on it
                for step in stand.open:
                    found.stuck.setdefault(step, way)
        return found

    def _begin(self, witness: Witness) -> Stand | DaybookError:
        """Give where a run stands after its submit, or why that is refused."""
        for trace, known in self.begun.items():
            if witness.agrees(trace, self.known[trace]):
                return known
        found: Stand | DaybookError
        run = Run(self.stage, State(), witness.now, steps=self.steps)
        try:
            self._submit(run)
            found = self._stand(run)
        except DaybookError as refusal:
            found = refusal
        self.begun[self._number(witness.trace())] = found
        return found

    def _number(self, trace: Trace) -> int:
        """Give the number of a trace; the same trace has the same number."""
        number = self.traces.setdefault(trace, len(self.traces))
        if number == len(self.known):
            self.known.append(trace)
        return number

    def _stand(self, run: Run) -> Stand:
        """Give where a run stands, which whoever comes to stand the same shares."""
        state = run.state
        key = (_key(state, who=self.who, back=self.back), _strictly(state))
        found = self.stands.get(key)
        if found is None:
            found = self.stands[key] = Stand(state, key[0], tuple(self._acts(run)))
        return found

    def _acts(self, run: Run) -> Iterator[Act]:
        state = run.state
        if state.status == "returned":
            yield Act("submit", SAID["submit"])
            if self.resume == "from_returner":
                yield Act("submit", SAID["submit"], to=state.returned_from)
        if not state.running:
            return
        for entry in state.open_entries():
            for slot in entry.slots:
                tasks = tuple(t.no for t in state.open_tasks() if (t.entry, t.slot) == (entry.no, slot.no))
                if tasks:
                    yield from self._opinions(run, entry.step, tasks)
        if any(not timer[2] for e in state.open_entries() for s in e.slots if s.state == "open" for timer in s.timers):
            yield Act("time", SAID["time"])

    def _opinions(self, run: Run, name: str, tasks: tuple[int, ...]) -> Iterator[Act]:
        step = run.step(name)
        for decision in acts.offered(step):
            yield Act(decision, _said(decision, step.title), tasks)
            for target in acts.return_targets(run, step) if decision == "return" else ():
                yield Act(decision, _said(decision, step.title, run.step(target).title), tasks, target)

    def _after(self, stand: Stand, number: int, witness: Witness) -> Stand | None:
        """Give what an act leads to, or nothing if its rules refuse it to everybody."""
        known = stand.after[number]
        for trace, after in known.items():
            if witness.agrees(trace, self.known[trace]):
                return after
        witness.trace()
        after = self._planned(stand.state, stand.acts[number], witness)
        known[self._number(witness.trace())] = after
        return after

    def _planned(self, state: State, act: Act, witness: Witness) -> Stand | None:
        for task in act.tasks or (None,):
            facts = witness.later if act.kind == "time" else witness.now
            run = Run(self.stage, state.copy(), facts, steps=self.steps)
            try:
                self._do(run, act, task)
            except DaybookError:
                continue
            if any(event.kind == "returned" and event.rule == "R-4.5b" for event in run.events):
                run.state.returner = STUCK
            return self._stand(run)
        return None

    def _do(self, run: Run, act: Act, task: int | None) -> None:
        if act.kind == "submit":
            self._submit(run, resume=act.to or "")
        elif act.kind == "time":
            timers.fire(run)
        else:
            assert task is not None
            holder = run.state.tasks[task].holder
            acts.decide(run, task, act.kind, actor=holder, comment="proof", to=act.to)

    def _submit(self, run: Run, *, resume: str = "") -> None:
        round_no = run.state.round + 1
        planner.submit(
            run, applicant=APPLICANT, submitter=APPLICANT, round_no=round_no, chosen=self.chosen, resume=resume
        )


@cache
def _said(decision: str, title: Words, back: Words | None = None) -> Words:
    """Give a decision of a step in words, with the step that it goes back to."""
    en, zh = SAID[decision].en.format(step=title.say("en")), SAID[decision].zh.format(step=title.say("zh"))
    return Words(f"{en} to {back.say('en')}", f"{zh}到{back.say('zh')}") if back else Words(en, zh)


def _look(found: Walked, stand: Stand, way: Way) -> None:
    """Note what there is to tell about a stand."""
    for step in stand.rescued:
        found.rescued.setdefault(step, way)
    for step in stand.stuck:
        found.stuck.setdefault(step, way)
    if found.deciders is None:
        found.deciders = stand.deciders


def _strictly(state: State) -> Hashable:
    """Give what else is told of a state, or decides how it goes on in another company."""
    entries = [state.entries[number] for number in sorted(state.results.values())]
    rescued = tuple(e.step for e in entries if any(slot.note.startswith("rescue") for slot in e.slots))
    if state.ended:
        deciders = state.status == "approved" and [(e.step, s.actor) for e, s in state.decisions() if s.actor]
        return rescued, tuple(deciders or ())
    people = tuple(tuple(slot.people) for entry in entries if entry.state == "open" for slot in entry.slots)
    return rescued, people, state.returned_from


def _key(state: State, *, who: bool, back: bool) -> tuple[object, ...]:
    """Give what decides how a run can go on: a loop comes back to a key that is known, and ends there."""
    if state.ended:
        return (state.status,)
    steps = tuple(
        (step, entry.state, _slots(entry, who=who))
        for step, entry in ((step, state.entries[number]) for step, number in state.results.items())
    )
    taken = tuple((name, *choice) for name, choice in state.choices.items())
    left = (tuple(sorted(set(state.returned_to))), state.returned_from) if back else ()
    return state.status, steps, taken, left, state.returner == STUCK


def _slots(entry: Entry, *, who: bool) -> tuple[object, ...]:
    """Give what still counts of the slots of a step: who decided it, and, while it is open, everything."""
    if entry.state != "open":
        return tuple(sorted((slot.actor, slot.owner) for slot in entry.slots if slot.actor)) if who else ()
    return tuple(_slot(slot) for slot in entry.slots)


def _slot(slot: Slot) -> tuple[object, ...]:
    pending = sum(1 for timer in slot.timers if not timer[2])
    return slot.state, slot.note, tuple(slot.people) if slot.state == "open" else slot.owner, pending
