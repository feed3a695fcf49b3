"""The inbox as plain values: what waits for me, what I decided, what I started; and one task with all it takes to decide."""
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.core import formats
from app.core.errors import DaybookError
from app.core.links import Link
from app.data import audit, drafts
from app.data.document import Document
from app.office import Office
from app.pages.stages import Chip
from app.pages.views import record_work as typing
from app.pages.views.cells import Reader, stage_chip, subject
from app.pages.views.record import Fact, RecordPage, fact_names, record_page, subject_name
from app.pages.views.record_sheet import sheet_of
from app.pages.views.timeline import Difference, differences
from app.pages.wording import text

LOOKS = "inbox"                                    # a private row a document: which version this person saw
RECENT = timedelta(days=30)
MOST = 200


@dataclass
class InboxLine:
    """One line of the list."""

    key: str = ""
    number: str = ""
    title: str = ""
    second: str = ""
    amount: str = ""
    due: str = ""
    alarm: bool = False
    stands_in: str = ""
    news: str = ""
    unseen: bool = False
    href: str = ""
    chip: Chip = field(default_factory=lambda: Chip("", "", ""))


@dataclass
class Evidence:
    """One thing to know before deciding."""

    sign: str = "check"
    text: str = ""
    value: str = ""


@dataclass
class Decision:
    """What may be decided, and what it asks for."""

    task: int = 0
    version: int = 0
    step: str = ""
    decisions: list[str] = field(default_factory=list)
    rule: str = "on_reject"
    checklist: list[str] = field(default_factory=list)
    return_to: list[list[str]] = field(default_factory=list)
    stands_in: str = ""
    due: str = ""
    alarm: bool = False
    passes: list[str] = field(default_factory=list)
    asked: str = ""                                # who asked me, what for


@dataclass
class Desk:
    """One document on the desk: the page of its record, what changed, what to know, what to decide."""

    form: str = ""
    number: str = ""
    title: str = ""
    lead: str = ""
    who: str = ""
    initials: str = ""
    amount: str = ""
    href: str = ""
    place: str = ""
    next: str = ""
    settled: str = ""
    changed_title: str = ""
    changed_by: str = ""
    changes: list[Difference] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    decision: Decision = field(default_factory=Decision)
    page: RecordPage = field(default_factory=RecordPage)


def lines_for(office: Office, reader: Reader, tab: str) -> list[InboxLine]:
    """Give the lines of a tab: what waits for me, what I decided, what I started."""
    if tab == "started":
        return [_started(reader, one) for one in office.started_by_me()]
    tasks = list(office.done_by_me() if tab == "done" else office.inbox())[:MOST]
    looks = looked(office)
    return [_line(reader, one, tab, looks.get(f"{one.form}/{one.number}", 0)) for one in tasks]


def _line(reader: Reader, one: Any, tab: str, seen: int) -> InboxLine:
    comma = "，" if reader.locale == "zh" else ", "
    second = one.number + (f"{comma}{one.requester}" if one.requester is not None else "")
    amount = formats.money(one.amount, one.currency or reader.home, home=reader.home) if one.amount is not None else ""
    stands_in = text("for_person", reader.locale, name=str(one.on_behalf_of)) if one.on_behalf_of else ""
    if tab == "done":
        when = _moment(reader, one.closed_at) if one.closed_at else ""
        return InboxLine(str(one.id), one.number, one.title, second, amount, when, stands_in=stands_in, href=f"/inbox/{one.number}?tab=done",
                         news=text(f"task_{one.state}", reader.locale) if f"task_{one.state}" in _STATES else "")
    news = text("changed_since", reader.locale) if seen and one.version > seen else ""
    return InboxLine(str(one.id), one.number, one.title, second, amount, _moment(reader, one.due_at) if one.due_at else "", _due_today(reader, one.due_at), stands_in,
                     news, not seen, f"/inbox/{one.number}")


_STATES = frozenset({"task_approved", "task_rejected", "task_returned", "task_transferred", "task_abstained", "task_advised"})


def _started(reader: Reader, document: Document) -> InboxLine:
    form = reader.catalogue.forms[document.form]
    return InboxLine(f"{document.form}-{document.id}", document.number, subject(form, document), document.number, due=_moment(reader, document["stage_since"]),
                     href=f"/{document.form}/{document.number}", chip=stage_chip(reader.catalogue, document.form, document.stage, reader.locale))


def _moment(reader: Reader, at: Any) -> str:
    return formats.moment(at, now=reader.now, zone=reader.zone, locale=reader.locale)


def _due_today(reader: Reader, at: Any) -> bool:
    return bool(at and at.astimezone(ZoneInfo(reader.zone)).date() <= reader.today)


def looked(office: Office) -> Mapping[str, int]:
    """Give which version of each document this person saw in the inbox last."""
    with office.reading() as tx:
        return {one.number: int(one.values.get("now", 0)) for one in drafts.drafts(tx, LOOKS)}


def desk_of(office: Office, reader: Reader, number: str) -> tuple[Desk, dict[str, Any]]:
    """Give one document on the desk, and its form to read; the look at it is noted."""
    tasks = list(office.inbox())
    place, task = next(((place, one) for place, one in enumerate(tasks) if one.number == number), (-1, None))
    form = task.form if task is not None else form_of(office, number)
    page, facts = record_page(office, form, number, locale=reader.locale)
    document = office.get(form, number)
    spec = office.form(form)
    facts = facts or (*fact_names(spec, document), *subject_name(spec, document))
    following = next((one.number for one in [*tasks[place + 1:], *tasks[:max(place, 0)]] if one.number != number), "")
    desk = Desk(form, number, subject(spec, document), href=f"/{form}/{number}", page=page, next=following, lead=_lead(reader, document, number),
                place=text("nth_of", reader.locale, place=place + 1, count=len(tasks)) if task is not None else "")
    if task is None:
        desk.settled = settled_words(office, reader, form, number)
    else:
        _with_task(office, reader, desk, task, document)
    _with_changes(office, reader, desk, document)
    return desk, read_sheet(office, reader, form, number=number, facts=facts)


def form_of(office: Office, number: str) -> str:
    """Give the form of a document that waits for nobody here any more."""
    done = next((one.form for one in office.done_by_me() if one.number == number), None)
    started = done or next((one.form for one in office.started_by_me() if one.number == number), None)
    found = started or next((one.link.form for one in office.search(number) if one.exact), None)
    if found is None:
        from app.core.errors import NotFound
        from app.core.words import Words
        raise NotFound(thing=Words("task", "待办"))
    return found


def _lead(reader: Reader, document: Document, number: str) -> str:
    return text("made_by", reader.locale, number=number, person=str(document["created_by"]), when=_moment(reader, document["created_at"]))


def _with_task(office: Office, reader: Reader, desk: Desk, task: Any, document: Document) -> None:
    due = text("due", reader.locale, when=_moment(reader, task.due_at)) if task.due_at else ""
    titles = {one.step: one.title.say(reader.locale) for one in office.path(task.form, task.number)}
    full = _in_full(office, task, document)
    desk.who = str(task.requester or "")
    desk.initials = formats.initials(desk.who)
    desk.amount = formats.money(task.amount, task.currency or reader.home, home=reader.home) if task.amount is not None else ""
    desk.decision = Decision(
        task.id, document.version, task.step_title.say(reader.locale), list(task.decisions), task.comment_rule, [one.say(reader.locale) for one in task.checklist],
        [[name, titles.get(name, name)] for name in full.return_to], text("for_person", reader.locale, name=str(task.on_behalf_of)) if task.on_behalf_of else "",
        due, _due_today(reader, task.due_at), list(task.passes), _asked(reader, full))
    desk.evidence = evidence(office, reader, task, document)


def _asked(reader: Reader, task: Any) -> str:
    """Say who asked this person, and what he said."""
    if task.asked_by is None:
        return ""
    words = text(f"asks_{task.role}", reader.locale, person=str(task.asked_by))
    return text("asks_saying", reader.locale, words=words, question=task.question) if task.question else words


def _in_full(office: Office, task: Any, document: Document) -> Any:
    """Give a task with what only its run tells: where it may go back to, who asked."""
    from app.workflow.service import task_for
    with office.reading() as tx:
        full = task_for(tx, document)
    return full if full is not None and full.id == task.id else task


def evidence(office: Office, reader: Reader, task: Any, document: Document) -> list[Evidence]:
    """Give what to know before deciding: what else this person asked for lately, warnings of the form's own rules."""
    found: list[Evidence] = []
    if task.requester is not None:
        found.append(_others(office, reader, task, document))
    if task.together is not None:
        names = ("、" if reader.locale == "zh" else ", ").join(link.number for link in task.together.documents)
        amount = formats.money(task.together.amount, task.currency or reader.home, home=reader.home)
        found.append(Evidence("layers", text("counts_together", reader.locale, documents=names, amount=amount)))
    try:
        problems = office.compute(task.form, {}, task.number).problems
    except DaybookError:
        problems = []
    found += [Evidence("triangle-alert", one.words.say(reader.locale)) for one in problems if one.warn]
    if task.comment_rule == "required":
        found.append(Evidence("pencil", text("comment_needed", reader.locale)))
    return found


def _others(office: Office, reader: Reader, task: Any, document: Document) -> Evidence:
    since = (reader.now - RECENT).isoformat()
    try:
        page = office.list(task.form, f"created_by == '{task.requester.number}'", filters=(("created_at", "gte", since),), limit=MOST)
    except DaybookError:
        return Evidence("circle-check", text("others_unknown", reader.locale))
    count = sum(1 for row in page.rows if row["number"] != task.number and row["stage"] not in ("draft", "cancelled"))
    words = text("others_none" if count == 0 else "others_one" if count == 1 else "others_some", reader.locale, person=str(task.requester), count=formats.number(count))
    return Evidence("circle-check" if count == 0 else "history", words)


def settled_words(office: Office, reader: Reader, form: str, number: str) -> str:
    """Say who settled it and when."""
    steps = [step for step in office.path(form, number) if step.decided_by is not None and step.decided_at]
    if not steps:
        return text("not_yours", reader.locale)
    last = max(steps, key=lambda step: step.decided_at)
    name = last.decision if f"settled_{last.decision}" in _SETTLED else "decided"
    return text(f"settled_{name}", reader.locale, person=str(last.decided_by), time=_clock(reader, last.decided_at))


def _clock(reader: Reader, at: Any) -> str:
    """Give the time of day, with the day where it is not today."""
    here = at.astimezone(ZoneInfo(reader.zone))
    return f"{here:%H:%M}" if here.date() == reader.today else f"{here:%Y-%m-%d %H:%M}"


_SETTLED = frozenset({"settled_approved", "settled_rejected", "settled_returned"})


def _with_changes(office: Office, reader: Reader, desk: Desk, document: Document) -> None:
    entries = [one for one in office.history(desk.form, desk.number) if one.actor.number != office.actor.name]
    voided = [step for step in office.path(desk.form, desk.number) if step.state == "voided" and step.decided_by is not None
              and step.decided_by.number == office.actor.name and step.decided_at]
    before = note_look(office, desk.form, desk.number, document.version)
    if voided:
        since = max(step.decided_at for step in voided)
        entries, title = [one for one in entries if one.at > since], text("changed_since_approved", reader.locale)
    else:
        entries, title = [one for one in entries if before and one.version > before], text("changed_since_look", reader.locale)
    desk.changes = together(reader, document, entries)
    if desk.changes:
        desk.changed_title = title
        desk.changed_by = f"{entries[-1].cause or entries[-1].actor} {_moment(reader, entries[-1].at)}"


def row_names(document: Document) -> dict[str, str]:
    """Give the lines of a document by what they are about: the first link of each."""
    found: dict[str, str] = {}
    for table, rows in document.tables.items():
        for row in rows:
            link = next((value for value in row.values() if isinstance(value, Link)), None)
            if link is not None and "line_no" in row:
                found[f"{table}.{row['line_no']}"] = str(link).removeprefix(link.number).strip() or str(link)
    return found


def together(reader: Reader, document: Document, entries: Sequence[audit.AuditEntry]) -> list[Difference]:
    """Give what several writes changed in all: from the first old value to the last new one."""
    found: dict[str, Difference] = {}
    rows = row_names(document)
    for entry in entries:
        if entry.act in ("create", "move"):
            continue
        for one in differences(reader, reader.catalogue.forms[document.form], entry.diff, rows=rows):
            found[one.at] = replace(one, old=found[one.at].old) if one.at in found else one
    return [one for one in found.values() if one.old != one.new]


def note_look(office: Office, form: str, number: str, version: int) -> int:
    """Note that this person saw a version; give the one seen before it, 0 at the first look."""
    name = f"{form}/{number}"
    with office.reading() as tx:
        known = drafts.draft(tx, LOOKS, number=name)
    seen = known.values if known else {}
    if seen.get("now") == version:
        return int(seen.get("before", 0))
    with office.transaction() as tx:
        drafts.save_draft(tx, LOOKS, {"before": seen.get("now", 0), "now": version}, number=name)
    return int(seen.get("now", 0))


class _All(dict[str, bool]):
    """Every place is shut: the desk is for reading."""

    def get(self, _path: str, _default: Any = None) -> bool:
        """Give yes."""
        return True


def read_sheet(office: Office, reader: Reader, form: str, *, number: str, facts: Sequence[str]) -> dict[str, Any]:
    """Give a document's form to read only."""
    work = typing.begun(office.form(form), number=number)
    typing.changes(office, reader, work, shut=_All())
    sheet = sheet_of(office, reader, work, facts=facts)
    return sheet | {"open": False, "problems": [], "tables": [table | {"open": False} for table in sheet["tables"]]}


def desk_facts(office: Office, reader: Reader, desk: Desk) -> list[Fact]:
    """Give the facts of a document that is still open for its maker, so that the desk shows them as words."""
    from app.pages.views.record import facts_of
    return desk.page.facts or facts_of(office, reader, desk.form, desk.number)


def people(office: Office) -> list[list[str]]:
    """Give who may take a task over, by sign-in name and title."""
    with office.reading() as tx:
        rows = tx.fetch(tx.sql("select name, title from office_account where id <> 0 and active and id <> ? order by title"), (office.actor.account.id,))
    return [[row[0], row[1] or row[0]] for row in rows]


def asked_before(office: Office, form: str, number: str, step: str) -> bool:
    """Tell whether a step that was just decided lies ahead again, since its approver changed what others had approved."""
    return any((one.step, one.state) == (step, "coming") for one in office.path(form, number))
