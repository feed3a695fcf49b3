"""What people see on a record: its buttons, the path of its approval, the line of its stages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from app.config.workflow_spec import StageSpec, WaySpec
from app.core.links import Link
from app.core.words import Words
from app.data.document import Document
from app.data.transaction import Transaction
from app.workflow import acts, asking, log, passing, record, shelf, undoing
from app.workflow.acts import may_take_over
from app.workflow.approval import open_run
from app.workflow.bars import kept_apart
from app.workflow.copying import KIND as COPIED
from app.workflow.definitions import Definition, current
from app.workflow.facts import Facts
from app.workflow.life import definition_of
from app.workflow.planner import forecast
from app.workflow.presses import is_among, who_words
from app.workflow.run import Run
from app.workflow.state import Entry, Slot, State
from app.workflow.world import facts_of, scope_of

WITHDRAW = Words("Withdraw", "撤回")
REMOVE = Words("Take {name} out", "减签：{name}")
OVERRIDE = Words("Cancel the approval", "终止审批")


@dataclass(frozen=True)
class ActionView:
    """A button: whether this person may press it now, and if not, why."""

    name: str
    title: Words
    style: str = "plain"
    allowed: bool = True
    reason: Words | None = None
    ask: tuple[str, ...] = ()
    confirm: Words = field(default_factory=Words)
    bulk: bool = False


@dataclass(frozen=True)
class StepView:
    """One step of an approval's path: `state` is passed, refused, returned, voided, skipped, open or coming."""

    step: str
    title: Words
    state: str
    people: tuple[Link, ...] = ()
    decided_by: Link | None = None
    decided_at: datetime | None = None
    comment: str = ""
    due_at: datetime | None = None
    on_behalf_of: Link | None = None
    round: int = 1
    decision: str = ""
    reason: str = ""
    copied: tuple[Link, ...] = ()  # who was told of it
    rule: str = ""  # the absence by which it was decided on behalf of somebody
    role: str = ""  # before, after, consult: asked for by the approver above


@dataclass(frozen=True)
class StageView:
    """One stage of the line on top of a record: `state` is done, current or coming."""

    name: str
    title: Words
    meaning: str
    state: str
    at: datetime | None = None


def actions_for(tx: Transaction, document: Document) -> list[ActionView]:
    """Give the buttons that this person may press on a document, now or later, in the order of the file."""
    if current(tx, document.form) is None:
        return _plain_actions(tx, document)
    definition = definition_of(tx, document)
    stage = definition.stage(document.stage)
    ways = stage.actions.values() if stage else ()
    found = [_view(tx, document, definition, way) for way in ways if is_among(tx, document, way)]
    return [*found, *_run_actions(tx, document, stage)]


def _plain_actions(tx: Transaction, document: Document) -> list[ActionView]:
    from app.data import rights

    if not rights.may(tx, document.form, "edit", document):
        return []
    archived = document.stage == "archived"
    name, title = ("restore", Words("Restore", "恢复")) if archived else ("archive", Words("Archive", "归档"))
    return [ActionView(name, title, bulk=True)]


def _view(tx: Transaction, document: Document, definition: Definition, way: WaySpec) -> ActionView:
    reason = None
    if way.when is not None and not way.when.met(scope_of(tx, document)):
        reason = Words(f"Not now: it needs {way.when.text}.", f"暂不可用，条件：{way.when.text}。")
    apart = kept_apart(tx, document, way.name) if reason is None and not tx.is_system else None
    if apart:
        reason = apart[0]
    return ActionView(
        way.name,
        way.title or who_words(tx, definition, way),
        way.style,
        reason is None,
        reason,
        way.ask,
        way.confirm,
        way.bulk and not way.ask,
    )


def _run_actions(tx: Transaction, document: Document, stage: StageSpec | None) -> Iterator[ActionView]:
    if stage is not None and shelf.may_renew(tx, document, definition_of(tx, document)):
        yield ActionView("renew", shelf.RENEW, "main")
    known = (
        record.last(tx, document)
        if document.version > 1 and stage and (stage.approval or document.stage != "draft")
        else None
    )
    if known is None or known.state.status not in ("running", "returned"):
        return
    run, actor = open_run(tx, document, known), tx.actor.account.id
    if may_take_over(run, actor) and known.definition.spec.withdraw != "never":
        refused = _refusal(lambda: acts.withdraw(_copy(run), known.definition.spec.withdraw, actor=actor))
        yield ActionView("withdraw", WITHDRAW, allowed=refused is None, reason=refused)
    if undoing.why_not(run, actor) is None:
        yield ActionView("undo", asking.UNDO)
    if undoing.may_urge(run, actor):
        refused = _refusal(lambda: undoing.urge(_copy(run), actor=actor))
        yield ActionView("urge", asking.URGE, allowed=refused is None, reason=refused)
    for who in passing.removable(run, actor):
        link = _link(run.facts, who)
        title = Words(REMOVE.en.format(name=link.title), REMOVE.zh.format(name=link.title))
        yield ActionView(f"{asking.REMOVE}:{link.number}", title)
    if actor in run.facts.admin_accounts():
        barred = run.facts.barred.get(run.facts.person(actor))
        yield ActionView("override", OVERRIDE, "danger", barred is None, acts.bar_words(barred) if barred else None)


def _copy(run: Run) -> Run:
    return Run(run.stage, run.state.copy(), run.facts)


def _refusal(act: Any) -> Words | None:
    from app.core.errors import DaybookError

    try:
        act()
    except DaybookError as refusal:
        return Words(refusal.say("en"), refusal.say("zh"))
    return None


def path(tx: Transaction, document: Document) -> list[StepView]:
    """Give the steps of a document's approval: those decided, those open, and those that will come as things stand."""
    definition = current(tx, document.form)
    if definition is None:
        return []
    known = record.last(tx, document) if document.version > 1 else None
    if known is not None and (known.state.running or not _may_start(definition, document)):
        run = open_run(tx, document, known)
        return [*_with_copies(tx, document, run, _entries(run, known.state.entries)), *_coming(run)]
    stage = next((stage for stage in definition.spec.stages.values() if stage.approval), None)
    if stage is None or not _may_start(definition, document):
        return []
    actor = tx.actor.account.id
    facts = facts_of(tx, document, definition, submitter=actor)
    run = Run(
        stage, State(status="running", stage=stage.name, round=1, applicant=document["created_by"].id or actor), facts
    )
    earlier = _entries(open_run(tx, document, known), known.state.entries) if known else []
    return [*earlier, *_coming(run)]


def _with_copies(tx: Transaction, document: Document, run: Run, views: list[StepView]) -> list[StepView]:
    """Give the steps with those who were told of them, in the round in which they were."""
    found: dict[tuple[str, int], tuple[Link, ...]] = {}
    for entry in log.read(tx, document.form, document.id):
        data = entry.event.data
        if entry.event.kind == COPIED:
            key = (data["step"], data["round"])
            found[key] = (*found.get(key, ()), *(_link(run.facts, account) for account in data["people"]))
    return [replace(view, copied=found.get((view.step, view.round), ())) for view in views]


def _may_start(definition: Definition, document: Document) -> bool:
    """Tell whether a press in this stage begins an approval: then the path ahead is shown."""
    stage = definition.stage(document.stage)
    targets = (
        [definition.stage(way.to) for way in stage.actions.values() if way.to and way.style == "main"] if stage else []
    )
    return any(target and target.approval for target in targets)


def _coming(run: Run) -> list[StepView]:
    from app.core.errors import DaybookError

    if not run.state.running:
        return []
    try:
        ahead = forecast(run)
    except DaybookError:  # nobody could decide: the submit will say who could unblock it
        return []
    return [view for view in _entries(run, ahead, state="coming") if view.reason != "condition"]


def _entries(run: Run, entries: Sequence[Entry], *, state: str = "") -> list[StepView]:
    found: list[StepView] = []
    for entry in entries:
        title = run.step(entry.step).title
        if not entry.slots:
            found.append(
                StepView(
                    entry.step,
                    title,
                    state if state and entry.state != "skipped" else entry.state,
                    round=entry.round,
                    reason=entry.reason,
                )
            )
        for slot in sorted(entry.slots, key=lambda slot: (slot.no if slot.parent is None else slot.parent, slot.no)):
            if slot.state == "cancelled" and not state:
                continue
            decided = slot.actor is not None and not state
            behalf = slot.owner if decided and slot.owner not in (None, slot.actor) and slot.actor else None
            found.append(
                StepView(
                    entry.step,
                    title,
                    state or entry.state,
                    tuple(_link(run.facts, holder) for _, holder in slot.people),
                    _link(run.facts, slot.actor or 0) if decided else None,
                    slot.decided_at,
                    slot.comment,
                    datetime.fromisoformat(slot.due_at) if slot.due_at and not state else None,
                    _link(run.facts, behalf) if behalf else None,
                    entry.round,
                    _decision(slot) if decided else "",
                    entry.reason,
                    rule=slot.rule.removeprefix("R-6.2:") if behalf else "",
                    role=slot.role,
                )
            )
    return found


def _decision(slot: Slot) -> str:
    """Give what somebody said: an approval that a signer after him turned into a no was an approval (R-6.9)."""
    return "approving" if slot.rule == "R-6.9" and slot.state == "rejected" else slot.state


def _link(facts: Facts, account: int) -> Link:
    person = facts.organisation.by_account(account) if account else None
    return Link("user", account, person.name if person else "system", person.title if person else "Daybook")


def stage_line(tx: Transaction, document: Document) -> list[StageView]:
    """Give the stages that a document went through, where it stands, and those that come if all goes well."""
    definition = current(tx, document.form)
    if definition is None:
        return []
    since: dict[str, datetime] = {definition.spec.start: document["created_at"]}
    order = [definition.spec.start]
    for entry in log.read(tx, document.form, document.id):
        to = entry.event.data.get("to") if entry.event.kind == "acted" else None
        if to and to != entry.event.data["from"]:
            order = order[: order.index(to)] if to in order else order
            order.append(to)
            since[to] = entry.event.at
    if order[-1] != document.stage:  # imported in the middle of its life
        order.append(document.stage)
        since[document.stage] = document["stage_since"]
    line = [_stage_view(definition, name, "done", since.get(name)) for name in order[:-1]]
    line.append(_stage_view(definition, order[-1], "current", since.get(order[-1])))
    return [*line, *(_stage_view(definition, name, "coming", None) for name in _ahead(definition, order))]


def _stage_view(definition: Definition, name: str, state: str, at: datetime | None) -> StageView:
    stage = definition.stage(name)
    return StageView(
        name, stage.title if stage else Words(name, name), stage.meaning if stage else "under_way", state, at
    )


def _ahead(definition: Definition, order: Sequence[str]) -> list[str]:
    """Give the stages to the good end, by the main way out of each."""
    found: list[str] = []
    stage = definition.stage(order[-1])
    while stage is not None and not stage.final:
        target = next((name for name in _targets(definition, stage) if name not in order and name not in found), None)
        if target is None:
            break
        found.append(target)
        stage = definition.stage(target)
    return found


def _targets(definition: Definition, stage: StageSpec) -> list[str]:
    """Give where the ways of a stage lead, the main one first; not those that stop."""
    ways = [stage.on_approved] if stage.on_approved else []
    ways += sorted(stage.actions.values(), key=lambda way: way.style != "main")
    ways += [*stage.events.values(), *stage.auto, *stage.after]
    names = [way.to for way in ways if way and way.to and way.to != "back" and way.style != "danger"]
    return [
        name
        for name in names
        if (spec := definition.stage(name))
        and spec.meaning not in ("stopped", "not_begun", "goes_back")
        and name != "cancelled"
    ]
