"""A document's life: a button is pressed, things are done, a stage is entered, and what follows by itself follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from app.config.workflow_spec import StageSpec, WaySpec
from app.core.errors import DaybookError
from app.data import documents
from app.data.document import Document
from app.data.transaction import Transaction
from app.workflow import amending, approval, clocks, log, shelf
from app.workflow.definitions import Definition, current
from app.workflow.doing import current as reread
from app.workflow.doing import do_all
from app.workflow.errors import TooManySteps
from app.workflow.presses import guard_press, take_inputs
from app.workflow.state import SYSTEM, Event
from app.workflow.world import facts_of, scope_of

DEEPEST = 25  # stages that follow each other by themselves
_busy: ContextVar[frozenset[tuple[str, int]]] = ContextVar("busy", default=frozenset())
_depth: ContextVar[int] = ContextVar("depth", default=0)


@dataclass(frozen=True)
class Press:
    """One act: its name, what was said and filled in with it, the data of an event from outside."""

    act: str
    comment: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    event: Mapping[str, Any] | None = None
    rule: str = ""
    reopening: Mapping[str, Any] | None = None  # of what was approved: fields, back, kept steps


def press(
    tx: Transaction,
    document: Document,
    action: str,
    *,
    inputs: Mapping[str, Any] | None = None,
    comment: str = "",
    checked: bool = False,
) -> Document:
    """Press a button of a document's stage, if its rules let this person; `checked`: its rules were just looked at."""
    definition = definition_of(tx, document)
    way = guard_press(tx, document, definition, action=action)
    act = Press(action, comment, inputs or {})
    shelf.guard_press(tx, document, definition, way=way)
    with busy(document):
        before = document
        document = take_inputs(tx, document, definition, way=way, inputs=act.inputs, checked=checked)
        target = definition.stage(way.to or "")
        amending.guard_inputs(tx, before, document, definition, target=target)
        return follow(tx, document, definition, way=way, act=act)


def definition_of(tx: Transaction, document: Document) -> Definition:
    """Give the version that a document lives by: that of its open run (R-11.1), else the one in force."""
    now = current(tx, document.form)
    assert now is not None, f"{document.form} has no workflow"
    return approval.pinned_definition(tx, document) or now


def acting(tx: Transaction) -> int:
    """Give the account behind a command; 0 where only the machine acts."""
    actor = tx.cause if tx.is_system and tx.cause else tx.actor
    return actor.account.id


@contextmanager
def busy(document: Document) -> Iterator[None]:
    """Keep changes that a command makes itself from being taken for somebody's."""
    token = _busy.set(_busy.get() | {(document.form, document.id)})
    try:
        yield
    finally:
        _busy.reset(token)


def is_busy(document: Document) -> bool:
    """Tell whether a command is at work on a document."""
    return (document.form, document.id) in _busy.get()


def follow(tx: Transaction, document: Document, definition: Definition, *, way: WaySpec, act: Press) -> Document:
    """Do what a way does and go where it leads; where an action refuses, go where the way says for that case."""
    target = way.to
    try:
        with tx.savepoint() if way.if_refused else nullcontext():
            document = do_all(tx, document, way.do, event=act.event)
    except DaybookError as refusal:
        if way.if_refused is None:
            raise
        target = way.if_refused
        document = reread(tx, document)
        note(tx, document, "refused", {"way": act.act, "because": refusal.say("en")})
    if target == "back":
        target = came_from(tx, document, definition)
    if target is not None:
        return enter(tx, document, definition, target=target, act=act)
    if act.act:
        note(tx, document, "acted", {"action": act.act, "from": document.stage}, act=act)
    return run_auto(tx, document, definition)


def reopen(
    tx: Transaction,
    document: Document,
    definition: Definition,
    *,
    rule: str,
    places: frozenset[str] = frozenset(),
    back: str = "",
) -> Document:
    """Ask the approvers again about what they approved: a new round of the same run."""
    known = approval.last_run(tx, document)
    stage = definition.stage(known.stage) or next(s for s in definition.spec.stages.values() if s.approval)
    kept: frozenset[str] = frozenset()
    spec = definition.spec.after_approval
    if places and spec is not None and spec.resume == "affected_steps":
        changed = amending.dependents(definition.form, set(places))
        facts = facts_of(tx, document, definition)
        kept = amending.kept_steps(stage, known, changed, facts.holds)
    told = {"fields": sorted(places), "back": back, "kept": kept}
    return enter(tx, document, definition, target=stage.name, act=Press("reopen", rule=rule, reopening=told))


def enter(tx: Transaction, document: Document, definition: Definition, *, target: str, act: Press) -> Document:
    """Put a document into a stage: do what is done there, start its approval or its clocks, go on by itself."""
    origin = definition.stage(document.stage)
    document = documents.move(tx.as_system(), document, target)
    definition, stage = _stage(tx, definition, document)
    moved = Event(
        "acted",
        {"action": act.act, "from": origin.name if origin else "", "to": target},
        tx.now,
        acting(tx),
        rule=act.rule,
        comment=act.comment,
    )
    document = do_all(tx, document, stage.do, event=act.event)
    if document.stage != target:  # what was done there has moved it on already
        log.append(tx, log.Place(document.form, document.id), [(act.act, moved)])
        return document
    clocks.restart(tx, document, stage, origin=origin)
    if stage.approval:
        return approval.start(tx, document, definition, stage=stage, act=act, first=[(act.act, moved)])
    log.append(tx, log.Place(document.form, document.id), [(act.act, moved)])
    return settle(tx, document, definition)


def _stage(tx: Transaction, definition: Definition, document: Document) -> tuple[Definition, StageSpec]:
    """Give the stage that was entered, of the version in force where it has it, else of the one the run began with."""
    now = current(tx, document.form)
    for version in (now, definition):
        stage = version.stage(document.stage) if version else None
        if version and stage:
            return version, stage
    raise AssertionError(f"no version of the workflow has the stage {document.stage}")


def settle(tx: Transaction, document: Document, definition: Definition) -> Document:
    """Take up an event that came too early, and go on by itself where the stage says so."""
    stage = definition.stage(document.stage)
    if stage is not None and stage.events:
        taken = _waiting_event(tx, document, stage)
        if taken is not None:
            way, data = taken
            return follow(tx.as_system(), document, definition, way=way, act=Press(way.name, event=data))
    return run_auto(tx, document, definition)


def _waiting_event(tx: Transaction, document: Document, stage: StageSpec) -> tuple[WaySpec, dict[str, Any]] | None:
    """Give the oldest event that waited for a stage like this, once."""
    entries = log.read(tx, document.form, document.id)
    taken = {entry.event.data["seq"] for entry in entries if entry.event.kind == "event_taken"}
    for entry in entries:
        data = entry.event.data
        if entry.event.kind == "event_waiting" and entry.seq not in taken and data["name"] in stage.events:
            way = stage.events[data["name"]]
            if way.when is None or way.when.met(scope_of(tx, document, event=data["data"])):
                note(tx, document, "event_taken", {"seq": entry.seq})
                return way, data["data"]
    return None


def run_auto(tx: Transaction, document: Document, definition: Definition) -> Document:
    """Take the first way that leads on by itself, if one does."""
    stage = definition.stage(document.stage)
    if stage is None or not stage.auto:
        return document
    system = tx.as_system()
    scope = scope_of(system, document)
    way = next((way for way in stage.auto if way.when is None or way.when.met(scope)), None)
    if way is None:
        return document
    with _one_deeper(document), busy(document):
        return follow(system, document, definition, way=way, act=Press("", rule="auto"))


@contextmanager
def _one_deeper(document: Document) -> Iterator[None]:
    depth = _depth.get() + 1
    if depth > DEEPEST:
        raise TooManySteps(number=document.number, stage=document.stage)
    token = _depth.set(depth)
    try:
        yield
    finally:
        _depth.reset(token)


def came_from(tx: Transaction, document: Document, definition: Definition) -> str:
    """Give the stage from which a document came into its present one; at first the start."""
    for entry in reversed(log.read(tx, document.form, document.id)):
        data = entry.event.data
        if entry.event.kind == "acted" and data.get("to") == document.stage and data["from"] != document.stage:
            return str(data["from"])
    return definition.spec.start


def note(tx: Transaction, document: Document, kind: str, data: Mapping[str, Any], *, act: Press | None = None) -> None:
    """Write one event into the log of a document."""
    actor = acting(tx) if act and act.act else SYSTEM
    event = Event(kind, dict(data), tx.now, actor, comment=act.comment if act else "", rule=act.rule if act else "")
    log.append(tx, log.Place(document.form, document.id), [(act.act if act else "", event)])
