"""The planner: a definition, a document's figures, the organisation and the events so far give the next events.

Pure: no database, no clock. `Run` holds the state of one approval run and writes each new event into it as it
plans, so that the state after planning is the state that a replay of the log gives (I-8).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.config.workflow_spec import ChooseSpec, Node, ParallelSpec, StepSpec
from app.workflow.approvers import Approvers, cast
from app.workflow.errors import NobodyToUnblock, SelfApproval
from app.workflow.facts import Facts
from app.workflow.run import Run, casting_of, send_back
from app.workflow.slots import settle, slot_data
from app.workflow.state import Entry, Slot
from app.workflow.tree import chosen_case, steps_of


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
    taken: set[str] = set()
    slots = [] if lost else [_slot(run, step, approvers, number, taken) for number in range(len(approvers.places))]
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


def _slot(run: Run, step: StepSpec, approvers: Approvers, number: int, taken: set[str]) -> dict[str, Any]:
    """Give a slot with those who hold it; nobody who has a slot stands in for another, nor twice."""
    place, person = approvers.places[number], run.facts.person
    others = {person(account) for other in approvers.places if other is not place for account in other.accounts}
    first = not number or not approvers.in_order
    data = slot_data(run, step, place, first=first, taken=others | taken)
    taken |= {person(holder) for _, holder, *_ in data["people"]}
    return data


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
    return next((owner for owner, _ in slot.people if run.facts.person(owner) in said), None)


