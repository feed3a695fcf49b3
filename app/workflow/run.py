"""One approval run while it is planned: its state, its facts, and the events that a command makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.config.workflow_spec import StageSpec, StepSpec
from app.workflow.approvers import Casting
from app.workflow.evolving import evolve
from app.workflow.facts import Facts
from app.workflow.state import SYSTEM, Entry, Event, State
from app.workflow.tree import follows, names_from, steps_of


@dataclass
class Run:
    """One approval run while it is planned: its stage, state and facts, and the events made so far."""

    stage: StageSpec
    state: State
    facts: Facts
    actor: int = SYSTEM  # who gave the command; what follows from it by itself is his doing
    kept: frozenset[str] = frozenset()  # steps that need not be asked again after a return, a change
    kept_rule: str = "R-7.4"
    events: list[Event] = field(default_factory=list)
    steps: dict[str, StepSpec] = field(default_factory=dict)  # by name, once somebody asks

    def emit(
        self,
        kind: str,
        *,
        actor: int = SYSTEM,
        rule: str = "",
        comment: str = "",
        on_behalf_of: int | None = None,
        **data: Any,
    ) -> None:
        """Write one event and take it into the state."""
        event = Event(kind, data, self.facts.now, actor, on_behalf_of, rule, comment, self.facts.hash)
        self.events.append(event)
        evolve(self.state, event)

    def step(self, name: str) -> StepSpec:
        """Give a step of the stage."""
        self.steps = self.steps or {step.name: step for step in steps_of(self.stage.steps)}
        return self.steps[name]


def casting_of(run: Run, step: StepSpec) -> Casting:
    """Give what decides who may serve in a step now."""
    asked = step.options.limit or step.options.empty == "skip_with_reason"
    later = bool(asked) and follows(run.stage.steps, step.name, run.facts.holds)
    chosen = tuple(run.state.chosen.get(step.name, ()))
    return Casting(run.facts, step, run.state.applicant, used_up(run, step), chosen, later)


def used_up(run: Run, step: StepSpec) -> dict[str, str]:
    """Give who decided a step that must have other people than this one: person -> that step (R-5.6)."""
    found: dict[str, str] = {}
    apart = {entry.step for entry in run.state.entries if entry.step != step.name and _apart(run.step(entry.step), step)}
    for entry, slot in run.state.decisions() if apart else ():
        if entry.step in apart and slot.actor:
            found |= {run.facts.person(account): entry.step for account in (slot.actor, slot.owner) if account}
    return found


def _apart(one: StepSpec, other: StepSpec) -> bool:
    both = one.options.distinct_persons and other.options.distinct_persons
    return both or one.name in other.options.distinct_from or other.name in one.options.distinct_from


def send_back(
    run: Run, entry: Entry, to: str | None, *, actor: int = SYSTEM, rule: str = "", comment: str = ""
) -> None:
    """Return to the applicant, or to an earlier step; later steps are voided, not deleted (R-7.5)."""
    if to is None:
        run.emit("returned", actor=actor, rule=rule, comment=comment, step=entry.step, to=None, returner=actor)
        return
    steps, groups = names_from(run.stage.steps, to)
    run.emit(
        "returned",
        actor=actor,
        rule=rule,
        comment=comment,
        step=entry.step,
        to=to,
        returner=actor,
        voided=[step for step in run.state.results if step in steps],
        nodes=sorted(groups),
    )
