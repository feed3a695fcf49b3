"""One document made, read, changed, moved, deleted: with rights, rules and audit, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core import events
from app.core.errors import Conflict, Invalid, NotFound, Problem
from app.core.words import Words
from app.data import access, audit, reading, rights, writing
from app.data.checking import problems_of
from app.data.computing import Work, empty_like, fill, follow_sources
from app.data.counting import refresh_counts
from app.data.document import Document
from app.data.incoming import refuse_locked, take_values
from app.data.numbering import give_late_number, give_number, require_deletable
from app.data.plan import FormPlan
from app.data.proposing import propose_rows
from app.data.reading import complete, plan_for
from app.data.rows import write_rows
from app.data.transaction import Transaction
from app.data.values import to_json


@dataclass(frozen=True)
class Change:
    """What happened to a document: before, after, and why (create submit update set move count trash restore)."""

    form: str
    before: Document | None
    after: Document
    cause: str


def create(
    tx: Transaction, form: str, values: Mapping[str, Any], *, stage: str | None = None, submitting: bool = False
) -> Document:
    """Make a document from typed values: defaults, formulas, rules, rights, number, audit."""
    plan = known_plan(tx, form)
    if not rights.may(tx, form, "create"):
        raise rights.not_allowed(tx, form, "create")
    work = new_work(tx, plan, values, stage=stage or plan.start)
    refuse_locked(work, None)
    whole = submitting or not waits_to_begin(plan, work.document.stage)
    raise_problems(work, problems_of(work, whole=whole) if stage is None or not tx.is_system else [])
    rights.require(tx, form, "create", work.document)
    give_number(tx, plan, work.document)
    writing.insert(tx, plan, work.document)
    if plan.rows:
        write_rows(tx, plan, work.document, values)
    _tell(tx, Change(form, None, work.document, "submit" if submitting else "create"), event="document.created")
    return returned(tx, work.document)


def new_work(tx: Transaction, plan: FormPlan, values: Mapping[str, Any], *, stage: str, propose: bool = True) -> Work:
    """Give a new document, filled in but not yet checked; `propose`: rows that a chosen link offers, too."""
    document = Document(plan.form, empty_like(plan, None), {name: [] for name in plan.lines})
    writing.stamp_new(tx, document, stage=stage)
    work = Work(tx, plan, document)
    take_values(work, values)
    if propose and not tx.is_system:
        propose_rows(work, given=values)
    fill(work)
    return work


def update(
    tx: Transaction, form: str, number: str, changes: Mapping[str, Any], *, version: int | None = None
) -> Document:
    """Change a document: what others changed meanwhile is kept, where it does not touch what is changed now."""
    before = locked(tx, form, number)
    plan = plan_for(tx, form)
    require_editable(tx, before)
    if version is not None and version != before.version:
        refuse_overlap(tx, before, changes, version=version)
    work, names = changed_work(tx, plan, before, changes=changes)
    refuse_locked(work, before)
    whole = not waits_to_begin(plan, before.stage)
    raise_problems(work, problems_of(work, whole=whole, changed=names))
    require_kept(work, before)
    if plan.rows:
        write_rows(tx, plan, before, changes)
    return returned(tx, save(tx, plan, before, after=work.document, cause="update"))


def require_editable(tx: Transaction, before: Document) -> None:
    """Raise NotAllowed unless this person may change anything in a document at its stage."""
    if not tx.is_system and not rights.editable_fields(tx, before, before.form):
        raise rights.not_allowed(tx, before.form, "edit", before)


def require_kept(work: Work, before: Document) -> None:
    """Raise NotAllowed where a change would take the document out of what this person may edit."""
    tx, form = work.tx, before.form
    if not tx.is_system and not (
        rights.may(tx, form, "edit", work.document) or rights.granted_fields(tx, form, before.id, "edit")
    ):
        raise rights.not_allowed(tx, form, "edit", before)


def changed_work(
    tx: Transaction, plan: FormPlan, before: Document, *, changes: Mapping[str, Any]
) -> tuple[Work, set[str]]:
    """Give a document with changes filled in but not yet checked, and the names of what was typed."""
    for name in plan.lines:
        before[name]
    for table, name in plan.tables.links:
        if table is None:
            before[name]
    work = Work(tx, plan, before.copy())
    names = take_values(work, changes)
    if not tx.is_system:
        names |= propose_rows(work, given=changes)
    sources = names | {f"{table}.{name}" for table, _line, name in work.typed if table}
    follow_sources(work, Work(tx, plan, before), sources)
    fill(work)
    return work, names


def set_values(tx: Transaction, document: Document, values: Mapping[str, Any]) -> Document:
    """Change a document by the machine: readonly fields too, without the checks that persons meet."""
    before = locked(tx, document.form, document.number)
    plan = plan_for(tx, document.form)
    work, _names = changed_work(tx, plan, before, changes=values)
    if work.refused:
        raise_problems(work, [])
    return save(tx, plan, before, after=work.document, cause="set")


def move(tx: Transaction, document: Document, stage: str) -> Document:
    """Put a document into another stage (the workflow's act)."""
    before = locked(tx, document.form, document.number)
    plan = plan_for(tx, document.form)
    after = (
        before.copy()
        if plan.reads_stage
        else Document(before.form, dict(before.values_), before.tables, lazy=before.lazy)
    )
    after.values_["stage"], after.values_["stage_since"] = stage, tx.now
    if plan.reads_stage:
        fill(Work(tx, plan, after), defaults=False)
    return save(tx, plan, before, after=after, cause="move")


def trash(tx: Transaction, form: str, number: str) -> Document:
    """Put a document into the bin; nothing is lost."""
    before = locked(tx, form, number)
    rights.require(tx, form, "delete", before)
    require_deletable(plan_for(tx, form), before)
    after = before.copy()
    after.values_["deleted_at"] = tx.now
    return save(tx, plan_for(tx, form), before, after=after, cause="trash")


def restore(tx: Transaction, form: str, number: str) -> Document:
    """Take a document out of the bin."""
    plan = known_plan(tx, form)
    before = reading.load_by_number(tx, form, number)
    if before is None or before["deleted_at"] is None or not rights.may(tx, form, "delete", before):
        raise NotFound(thing=plan.spec.title)
    after = before.copy()
    after.values_["deleted_at"] = None
    raise_problems(Work(tx, plan, after), [p for p in problems_of(Work(tx, plan, after)) if p.code == "unique"])
    return save(tx, plan, before, after=after, cause="restore")


def save(tx: Transaction, plan: FormPlan, before: Document, *, after: Document, cause: str) -> Document:
    """Write what differs, and tell those who listen."""
    if plan.spec.key and after.values_.get(plan.spec.key) is not None:
        after.values_["number"] = str(to_json(after.values_[plan.spec.key]))
    give_late_number(tx, plan, after)
    if writing.update(tx, plan, before, after=after, act=cause):
        _tell(tx, Change(plan.form, before, after, cause), event="document.changed")
        return latest(tx, after)
    return before


def _tell(tx: Transaction, change: Change, *, event: str) -> None:
    refresh_counts(tx, change.form, before=change.before, after=change.after)
    events.publish(event, tx, change)


def returned(tx: Transaction, document: Document) -> Document:
    """Give a document to the person who wrote it, as he may see it after all that followed."""
    return masked(tx, complete(tx, latest(tx, document)))


def latest(tx: Transaction, document: Document) -> Document:
    """Give a document as it stands after all that its change brought about."""
    found = reading.load(tx, document.form, document.id)
    return found if found is not None else document


def get(tx: Transaction, form: str, number: str) -> Document:
    """Give a document by its number, whole, as this person may see it; NotFound also where he may not."""
    plan = known_plan(tx, form)
    document = reading.load_by_number(tx, form, number)
    return _as_seen(tx, plan, document)


def get_by_id(tx: Transaction, form: str, key: int) -> Document:
    """Give a document by its key, as this person may see it."""
    plan = known_plan(tx, form)
    return _as_seen(tx, plan, reading.load(tx, form, key))


def _as_seen(tx: Transaction, plan: FormPlan, document: Document | None) -> Document:
    document = visible(tx, plan, document)
    return masked(tx, complete(tx, document))


def visible(tx: Transaction, plan: FormPlan, document: Document | None) -> Document:
    """Give a document that is there and may be seen; NotAllowed where the whole form is closed, else NotFound."""
    if not tx.is_system and not rights.may(tx, plan.form, "view"):
        raise rights.not_allowed(tx, plan.form, "view")
    gone = document is None or document.values_["deleted_at"] is not None
    if (
        document is None
        or (gone and not rights.may(tx, plan.form, "delete", document))
        or not rights.may(tx, plan.form, "view", document)
    ):
        raise NotFound(thing=plan.spec.title)
    return document


def masked(tx: Transaction, document: Document) -> Document:
    """Give a document with what this person may not see put behind masks."""
    seen = as_shown(tx, document)
    access.note_document(tx, seen)
    return seen


def as_shown(tx: Transaction, document: Document) -> Document:
    """Give a document as this person may see it, without noting that he did."""
    if tx.is_system or not rights.has_hidden(tx, document.form):
        return document
    seen = document.copy()
    seen.lazy = None
    seen.values_ = rights.masked_row(tx, document.form, document.values_, document=document)
    for name in seen.tables:
        if name in tx.catalogue.forms[document.form].tables and name in plan_for(tx, document.form).lines:
            seen.tables[name] = [
                rights.masked_row(tx, document.form, line, table=name, document=document)
                for line in document.tables[name]
            ]
    return seen


def locked(tx: Transaction, form: str, number: str) -> Document:
    """Give a document that nobody else changes until this transaction ends."""
    plan = known_plan(tx, form)
    document = reading.load_by_number(tx, form, number)
    if document is None or document.values_["deleted_at"] is not None or not rights.may(tx, form, "view", document):
        return visible(tx, plan, None if document is None or document.values_["deleted_at"] is not None else document)
    if plan.sql.lock and ("locked", form, document.id) not in tx.shared.read:
        reading.lock(tx, form, document.id)
        reading.forget(tx, document)
        tx.shared.read[("locked", form, document.id)] = True
        document = reading.load(tx, form, document.id)
        assert document is not None
    return document


def known_plan(tx: Transaction, form: str) -> FormPlan:
    """Give the plan of a form; NotFound where there is no such form."""
    if form not in tx.registry.forms:
        raise NotFound(thing=Words(f"form '{form[:60]}'", f"表单“{form[:60]}”"))
    return plan_for(tx, form)


def waits_to_begin(plan: FormPlan, stage: str) -> bool:
    """Tell whether a document is still a draft, which may lack what submitting asks for."""
    spec = plan.stages.get(stage)
    return spec is not None and spec.meaning == "not_begun"


def raise_problems(work: Work, problems: list[Problem]) -> None:
    """Refuse a document that breaks a rule; warnings let it through."""
    if work.refused and not problems:
        problems = [p for p in problems_of(work, whole=False) if not p.warn]
    broken = [problem for problem in problems if not problem.warn]
    if broken:
        raise Invalid(broken)


def check_document(tx: Transaction, document: Document) -> list[Problem]:
    """Give every problem that stands in the way of submitting a document."""
    plan = plan_for(tx, document.form)
    return problems_of(Work(tx, plan, complete(tx, document)), whole=True)


def refuse_overlap(tx: Transaction, before: Document, changes: Mapping[str, Any], *, version: int) -> None:
    """Raise Conflict where somebody changed the same field since the version that the person saw."""
    entries = audit.read_entries(tx, before.form, before.id)
    theirs = audit.changed_since(entries, version)
    for place in _places(changes):
        entry = next((theirs[known] for known in theirs if overlaps(known, place)), None)
        if entry is not None:
            person = entry.cause or entry.actor
            raise Conflict(field=place, person=person.title or person.number, number=before.number)


def overlaps(a: str, b: str) -> bool:
    """Tell whether two places are the same: `lines.2.*` is the whole line."""
    if a == b:
        return True
    first, second = a.split("."), b.split(".")
    return len(first) == len(second) == 3 and first[:2] == second[:2] and "*" in (first[2], second[2])


def _places(changes: Mapping[str, Any]) -> list[str]:
    places = []
    for name, value in changes.items():
        if not isinstance(value, (list, tuple)) or not all(isinstance(row, Mapping) for row in value) or not value:
            places.append(name)
            continue
        for row in value:
            fields = ["*"] if row.get("delete") else [field for field in row if field != "line_no"]
            places += [f"{name}.{row.get('line_no')}.{field}" for field in fields]
    return places
