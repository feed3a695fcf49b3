"""The planner: a definition, a document's figures, the organisation and the events so far give the next events.

Pure: no database, no clock. `Run` holds the state of one approval run and writes each new event into it as it
plans, so that the state after planning is the state that a replay of the log gives (I-8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.config.workflow_spec import ChooseSpec, Node, ParallelSpec, StageSpec, StepSpec
from app.workflow.approvers import Approvers, Casting, Place, cast, stand_in
from app.workflow.errors import NobodyToUnblock, SelfApproval
from app.workflow.facts import Facts
from app.workflow.matching import separate
from app.workflow.outcome import Rule, Tally, outcome
from app.workflow.state import SYSTEM, Entry, Event, Slot, State, evolve
from app.workflow.tree import chosen_case, follows, names_from, steps_of

TIMERS = ("remind", "escalate", "reassign", "auto_return", "auto_reject", "auto_approve")


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


def submit(
    run: Run,
    *,
    applicant: int,
    submitter: int,
    round_no: int,
    chosen: dict[str, list[int]] | None = None,
    editors: Sequence[int] = (),
    resume: str = "",
    together: dict[str, Any] | None = None,
) -> None:
    """Start a round, or refuse what could end in nobody's hands (R-4.5b, R-5.3).

    With `resume` the round goes straight back to the step that returned the document (R-7.4).
    """
    guard_rescue(run.facts)
    run.actor = submitter
    if resume:
        run.kept = frozenset(e.step for e in run.state.entries if e.round == run.state.round and e.state == "passed")
    run.emit(
        "submitted",
        actor=submitter,
        stage=run.stage.name,
        round=round_no,
        applicant=applicant,
        material=run.facts.material,
        chosen=chosen or {},
        editors=list(editors),
        together=together or {},
    )
    guard_self(run)
    advance(run)
    if run.state.status == "returned":
        raise NobodyToUnblock(number=run.facts.number, people=_names(run.facts, run.facts.admin_accounts()))


def guard_rescue(facts: Facts) -> None:
    """Refuse where everybody who could help is barred, naming who could unblock it (R-4.5b)."""
    if facts.has_free_admin():
        return
    admins = facts.admin_accounts()
    if admins:
        raise NobodyToUnblock(number=facts.number, people=_names(facts, admins))


def guard_self(run: Run) -> None:
    """Refuse where the applicant would have to approve his own document in a step that forbids it, however late."""
    if any(step.options.self_rule == "forbid_submit" for step in steps_of(run.stage.steps)):
        forecast(run)


def forecast(run: Run) -> list[Entry]:
    """Give the steps that the document will take from here if everybody approves, with the people of today."""
    ahead = Run(run.stage, run.state.copy(), run.facts, kept=run.kept, events=list(run.events))
    advance(ahead)
    while ahead.state.running and ahead.state.open_entries():
        ahead.emit("step_settled", entry=ahead.state.open_entries()[0].no, outcome="passed", reason="forecast")
        advance(ahead)
    return ahead.state.entries[len(run.state.entries) :]


def _names(facts: Facts, accounts: list[int]) -> str:
    return ", ".join(facts.title(account) for account in accounts) or "Daybook"


def advance(run: Run) -> None:
    """Enter what comes next, and end the run where nothing is left."""
    if run.state.running:
        end = _walk(run, run.stage.steps)
        if run.state.running and end == "passed":
            run.emit("approved", actor=run.actor, version=run.facts.version)
        if run.state.running and end == "refused":
            run.emit("rejected", actor=run.actor)


def _walk(run: Run, nodes: Sequence[Node]) -> str:
    """Give `passed`, `refused` or `waiting` for a sequence, entering the step that is due."""
    for node in nodes:
        end = _WALKS[type(node)](run, node)
        if end != "passed" or not run.state.running:
            return end
    return "passed"


def _walk_step(run: Run, step: StepSpec) -> str:
    entry = run.state.entry_of(step.name)
    if entry is None:
        entry = _enter(run, step)
    return {"passed": "passed", "skipped": "passed", "refused": "refused"}.get(entry.state, "waiting")


def _walk_choice(run: Run, node: ChooseSpec) -> str:
    if node.name not in run.state.choices:
        run.emit("choice_made", node=node.name, taken=[str(chosen_case(node, run.facts.holds)[0])])
    place = int(run.state.choices[node.name][0])
    return _walk(run, node.cases[place][1]) if place >= 0 else "passed"


def _walk_parallel(run: Run, node: ParallelSpec) -> str:
    """Join the branches that are taken (R-3.10)."""
    if node.name not in run.state.choices:
        taken = [name for name, (when, _) in node.branches.items() if run.facts.holds(when)]
        run.emit("choice_made", node=node.name, taken=taken)
    ends = []
    for name in run.state.choices[node.name]:
        ends.append(_walk(run, node.branches[name][1]))
        if not run.state.running:
            return "waiting"
        if ends[-1] == "refused" and node.on_reject == "cancel_siblings":
            return "refused"
    if "waiting" in ends:
        return "waiting"
    return "refused" if "refused" in ends else "passed"


_WALKS: dict[type, Any] = {StepSpec: _walk_step, ChooseSpec: _walk_choice, ParallelSpec: _walk_parallel}


def _enter(run: Run, step: StepSpec) -> Entry:
    if not run.facts.holds(step.when) or step.name in run.kept:
        reason, rule = ("kept", run.kept_rule) if step.name in run.kept else ("condition", "when")
        run.emit("step_skipped", step=step.name, reason=reason, rule=rule)
        return run.state.entries[-1]
    approvers = cast(casting_of(run, step))
    if approvers.forbidden is not None:
        _forbid(run, step, approvers)
    if approvers.verdict == "skip":
        run.emit("step_skipped", step=step.name, reason="empty", rule="R-4.5:skip_with_reason", notes=approvers.notes)
        return run.state.entries[-1]
    return _enter_with(run, step, approvers)


def _forbid(run: Run, step: StepSpec, approvers: Approvers) -> None:
    """Keep self: forbid_submit; past the submit the slot is already with a process admin (R-4.5)."""
    if run.events and run.events[0].kind == "submitted":
        raise SelfApproval(number=run.facts.number, step=step.title)
    approvers.notes.append("self:forbid_submit")


def _enter_with(run: Run, step: StepSpec, approvers: Approvers) -> Entry:
    lost = approvers.verdict in ("reject", "stuck")
    slots = (
        []
        if lost
        else [
            _slot_data(run, step, place, first=not number or not approvers.in_order)
            for number, place in enumerate(approvers.places)
        ]
    )
    rule = f"R-4.5:{'auto_reject' if approvers.verdict == 'reject' else 'rescue_admin'}" if lost else ""
    run.emit("step_entered", rule=rule, step=step.name, slots=slots, notes=approvers.notes)
    entry = run.state.entries[-1]
    if approvers.verdict == "reject":
        run.emit("step_settled", rule=rule, entry=entry.no, outcome="refused", reason="empty")
    elif approvers.verdict == "stuck":
        send_back(run, entry, None, rule="R-4.5b")
    else:
        _auto_pass(run, entry, step)
    return entry


def _slot_data(run: Run, step: StepSpec, place: Place, *, first: bool) -> dict[str, Any]:
    people = [[account, account] for account in place.accounts]
    data: dict[str, Any] = {"label": place.label, "note": place.note, "open": first, "people": people}
    return data | clocks(run, step) if first else data


def clocks(run: Run, step: StepSpec) -> dict[str, Any]:
    """Give a slot's deadline and timers, from now, in working time (R-9.1)."""
    now, options = run.facts.now, step.options
    spans = [("remind", span) for span in options.remind]
    spans += [(name, getattr(options, name)[0]) for name in ("escalate", "reassign") if getattr(options, name)]
    spans += [(name, getattr(options, name)) for name in TIMERS[3:] if getattr(options, name)]
    due = {"due": run.facts.due(options.deadline, now).isoformat()} if options.deadline else {}
    return {**due, "timers": [[name, run.facts.due(span, now).isoformat()] for name, span in spans]} if spans else due


def casting_of(run: Run, step: StepSpec) -> Casting:
    """Give what decides who may serve in a step now."""
    asked = step.options.limit or step.options.empty == "skip_with_reason"
    later = bool(asked) and follows(run.stage.steps, step.name, run.facts.holds)
    chosen = tuple(run.state.chosen.get(step.name, ()))
    return Casting(run.facts, step, run.state.applicant, used_up(run, step), chosen, later)


def used_up(run: Run, step: StepSpec) -> dict[str, str]:
    """Give who decided a step that must have other people than this one: person -> that step (R-5.6)."""
    found: dict[str, str] = {}
    for entry, slot in run.state.decisions():
        if entry.step != step.name and slot.actor and _apart(run.step(entry.step), step):
            found |= {run.facts.person(account): entry.step for account in (slot.actor, slot.owner) if account}
    return found


def _apart(one: StepSpec, other: StepSpec) -> bool:
    both = one.options.distinct_persons and other.options.distinct_persons
    return both or one.name in other.options.distinct_from or other.name in one.options.distinct_from


def _auto_pass(run: Run, entry: Entry, step: StepSpec) -> None:
    """Keep R-4.3: who approved the same document before need not be asked again, where the definition says so."""
    options = step.options
    filled = options.editable or options.ask or options.checklist or options.comment == "required"
    apart = options.distinct_from or options.distinct_persons
    if options.repeat != "ask_again" and not filled and not apart and step.name not in run.state.returned_to:
        for slot in list(entry.slots):
            owner = _approved_before(run, entry, slot, options.repeat) if slot.state == "open" else None
            if owner is not None:
                run.emit(
                    "auto_decided",
                    rule=f"R-4.3:{options.repeat}",
                    entry=entry.no,
                    slot=slot.no,
                    decision="approve",
                    owner=owner,
                )
                settle(run, entry)


def _approved_before(run: Run, entry: Entry, slot: Slot, repeat: str) -> int | None:
    """Give the holder who approved earlier in this round, nothing having changed since."""
    earlier = [e for e in run.state.entries[: entry.no] if e.round == run.state.round and e.state == "passed"]
    if repeat == "auto_pass_if_consecutive":
        earlier = earlier[-1:]
    said = {
        run.facts.person(s.owner)
        for e in earlier
        for s in e.slots
        if s.state == "approved" and s.owner and s.hash == run.facts.hash
    }
    return next((holder for _, holder in slot.people if run.facts.person(holder) in said), None)


def settle(run: Run, entry: Entry) -> None:
    """Count the opinions of a step; close it once its outcome can't change any more, else open what is due."""
    step = run.step(entry.step)
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


def _count(entry: Entry, step: StepSpec) -> str | None:
    last = entry.slots[-1]
    if last.note == "rescue:undecided" and last.state != "cancelled":
        return {"approved": "passed", "open": None}.get(last.state, "refused")
    slots = [slot.state for slot in entry.slots if slot.state != "cancelled"]
    rejected = slots.count("rejected") + slots.count("returned")
    tally = Tally(
        slots.count("approved"), rejected, slots.count("abstained"), slots.count("open") + slots.count("waiting")
    )
    options = step.options
    return outcome(Rule(step.mode, options.settle, options.need, options.abstain), tally)


def _only_returned(entry: Entry) -> bool:
    states = {slot.state for slot in entry.slots}
    return "returned" in states and "rejected" not in states


def _rescue_step(run: Run, entry: Entry, step: StepSpec) -> None:
    """Keep R-3.8: a step that nobody decided goes to a process admin, and is never approved by that."""
    accounts = casting_of(run, step).eligible(run.facts.admin_accounts(), rescue=True)
    if not accounts:
        send_back(run, entry, None, rule="R-4.5b")
        return
    place = Place("admin", accounts, "rescue:undecided")
    run.emit("slot_added", rule="R-3.8", entry=entry.no, slot=_slot_data(run, step, place, first=True))


def _open_next(run: Run, entry: Entry, step: StepSpec) -> None:
    """Open the next slot of a step whose slots go one by one."""
    waiting = next((slot for slot in entry.slots if slot.state == "waiting"), None)
    if waiting and all(slot.state != "open" for slot in entry.slots):
        open_slot(run, entry, waiting, [holder for _, holder in waiting.people])


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
        people=[[a, a] for a in people],
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
    for task in run.state.open_tasks():
        if (task.entry, task.slot) == (entry.no, slot.no) and run.facts.person(task.owner) not in group:
            run.emit("task_closed", rule="R-3.7", task=task.no, reason="same_person")


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
