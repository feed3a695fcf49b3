"""A record's page but its form: what it is, where it stands, what may be done with it, what surrounds it."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.config.form_spec import FormSpec
from app.core import formats
from app.core.links import Link
from app.core.words import Words
from app.data import rights
from app.data.document import Document
from app.data.naming import is_held, keeps_number
from app.data.values import Masked
from app.office import Office
from app.pages.stages import Chip
from app.pages.views.cells import Reader, cell, stage_chip, subject
from app.pages.views.listing import reader_of
from app.pages.views.menu import area_title, icon_of
from app.pages.views.record_panels import (
    LedgerLine,
    PathStep,
    Related,
    StageDot,
    ledger_lines,
    path_steps,
    related,
    stage_dots,
)
from app.pages.views.timeline import Happening, timeline
from app.pages.wording import text, thing, things

MOST_FACTS = 6
NO_FACT = frozenset({"long_text", "files", "image", "signature", "boolean", "condition", "address"})


@dataclass
class Act:
    """A button of the record."""

    name: str = ""
    title: str = ""
    style: str = "plain"
    reason: str = ""
    allowed: bool = True
    asks: bool = False


@dataclass
class Fact:
    """One thing to know at a glance."""

    label: str = ""
    value: str = ""
    href: str = ""
    hidden: bool = False
    alarm: bool = False


@dataclass
class RecordPage:
    """All of a record's page but its form."""

    form: str = ""
    number: str = ""
    version: int = 0
    stage: str = ""
    title: str = ""
    lead: str = ""
    area: str = ""
    things: str = ""
    list_href: str = ""
    icon: str = "file-text"
    fresh: bool = False
    may_delete: bool = False
    chip: Chip = field(default_factory=Chip)
    main: Act = field(default_factory=Act)
    save: str = ""
    acts: list[Act] = field(default_factory=list)
    stages: list[StageDot] = field(default_factory=list)
    stage_words: str = ""
    facts: list[Fact] = field(default_factory=list)
    lock: str = ""
    unnumbered: str = ""
    why_not: list[str] = field(default_factory=list)
    task: str = ""
    path: list[PathStep] = field(default_factory=list)
    related: list[Related] = field(default_factory=list)
    ledger: list[LedgerLine] = field(default_factory=list)
    timeline: list[Happening] = field(default_factory=list)


def record_page(office: Office, form: str, number: str, *, locale: str) -> tuple[RecordPage, tuple[str, ...]]:
    """Give the page of a document, and the names of the fields that stand in it as facts."""
    reader, spec = reader_of(office, locale), office.form(form)
    document = office.get(form, number)
    number = document.number  # it may have been asked for by what it was called before it had one
    acts = [_act(one, locale) for one in office.actions(form, number)]
    main = next((one for one in acts if one.style == "main"), Act())
    steps = office.path(form, number)
    open_fields, may_delete = _open(office, spec, document)
    names = () if open_fields else fact_names(spec, document)
    said = () if open_fields else subject_name(spec, document)
    dots = stage_dots(office, reader, form, number=number)
    page = RecordPage(
        form, number, document.version, document.stage, number, _lead(spec, document, number), area_title(office.catalogue.areas, spec.area, locale),
        things(spec.title, locale), f"/{form}", icon_of(spec), chip=stage_chip(reader.catalogue, form, document.stage, locale), main=main,
        save=text("save", locale) if open_fields else "", acts=[one for one in acts if one.name != main.name], stages=dots, may_delete=may_delete,
        stage_words=_stage_words(dots, locale), facts=[_fact(reader, spec, name, document) for name in names], lock=_lock(reader, acts, document, open_fields),
        unnumbered=_unnumbered(reader, spec, number),
        why_not=[text("why_not", locale, act=one.title, reason=one.reason) for one in acts if one.reason],
        task=_task(office, form, number, locale), path=path_steps(reader, steps) if _matters(steps, dots) else [], related=related(office, reader, form, number=number),
        ledger=ledger_lines(office, reader, form, number=number), timeline=timeline(reader, spec, entries=office.history(form, number), steps=steps))
    return page, (*names, *said)


def new_page(office: Office, form: str, *, locale: str) -> RecordPage:
    """Give the page of a document that is being made."""
    reader, spec = reader_of(office, locale), office.form(form)
    workflow = reader.catalogue.workflow_of(form)
    start = workflow.stages[workflow.start] if workflow else None
    way = next((way for way in start.actions.values() if way.style == "main"), None) if start else None
    main = Act(way.name, (way.title or Words("Submit", "提交")).say(locale), "main") if way else Act("", "", "main")
    title = text("new_thing", locale, thing=Words(thing(spec.title, "en"), spec.title.say("zh")))
    return RecordPage(form, "", 0, start.name if start else "", title, spec.help.say(locale), area_title(office.catalogue.areas, spec.area, locale),
                      things(spec.title, locale), f"/{form}", icon_of(spec), fresh=True, main=main,
                      save=text("save_draft" if way and start and start.meaning == "not_begun" else "save", locale))


def bare_page(office: Office, form: str, number: str, *, locale: str) -> RecordPage:
    """Give the way to a record that can't be shown; nothing of a form that this person does not know."""
    spec = next((one for one in office.forms() if one.name == form), None)
    if spec is None:
        return RecordPage(form=form, number=number, title=number)
    return RecordPage(form, number, title=number or text("new_thing", locale, thing=spec.title), area=area_title(office.catalogue.areas, spec.area, locale),
                      things=things(spec.title, locale), list_href=f"/{form}")


def fact_names(form: FormSpec, document: Document) -> tuple[str, ...]:
    """Give the fields that are known at a glance: those of the list first, then others that are filled."""
    wanted = dict.fromkeys([*(name for name in form.list.columns if name in form.fields), *form.fields])
    names = [name for name in wanted if form.fields[name].type not in NO_FACT and not form.fields[name].many and name != form.key
             and document.get(name) not in (None, (), "")]
    return tuple(names if len(names) <= MOST_FACTS + 2 else names[:MOST_FACTS])    # one or two alone make no card below


def subject_name(form: FormSpec, document: Document) -> tuple[str, ...]:
    """Give the field that the page's first line says already, whole."""
    names = (name for name, one in form.header.items() if one.type in ("text", "long_text") and name != form.key)
    name = next((name for name in names if document.get(name) and not isinstance(document.get(name), Masked)), "")
    return (name,) if name and str(document[name]) == subject(form, document) else ()


def facts_of(office: Office, reader: Reader, form: str, number: str) -> list[Fact]:
    """Give the facts of a document, be it open or locked."""
    spec, document = office.form(form), office.get(form, number)
    return [_fact(reader, spec, name, document) for name in fact_names(spec, document)]


def _matters(steps: Sequence[Any], dots: list[StageDot]) -> bool:
    """Tell whether an approval is to be shown: one that went on, or one that a document at its first stage will meet."""
    return any(step.state not in ("coming", "skipped") for step in steps) or bool(dots and dots[0].state == "current")


def _open(office: Office, spec: FormSpec, document: Document) -> tuple[frozenset[str], bool]:
    with office.reading() as tx:
        may_delete = rights.may(tx, spec.name, "delete", document) and not keeps_number(spec, document.number)
        return rights.editable_fields(tx, document, spec.name), may_delete


def _act(one: Any, locale: str) -> Act:
    asks = bool(one.ask) or bool(one.confirm) or one.style == "danger" or one.name == "override"
    return Act(one.name, one.title.say(locale), one.style, one.reason.say(locale) if one.reason else "", one.allowed, asks)


def _lead(spec: FormSpec, document: Document, number: str) -> str:
    about = subject(spec, document)
    return "" if about == number else about


def _stage_words(dots: list[StageDot], locale: str) -> str:
    place = next((place for place, one in enumerate(dots, 1) if one.state == "current"), 0)
    return text("stage_of", locale, place=place, count=len(dots), stage=dots[place - 1].word) if place else ""


def _fact(reader: Reader, spec: FormSpec, name: str, document: Document) -> Fact:
    value = document.get(name)
    label = spec.header[name].label.say(reader.locale)
    if isinstance(value, Masked):
        return Fact(label, str(value) or text("hidden", reader.locale), hidden=True)
    shown = cell(reader, spec, name, document)
    if isinstance(value, Link) and value.form != "user":
        return Fact(label, str(value), f"/{value.form}/{value.number}")
    return Fact(label, shown["text"], alarm=bool(shown.get("alarm"))) if isinstance(shown, dict) else Fact(label, str(shown) or formats.NONE)


def _unnumbered(reader: Reader, spec: FormSpec, number: str) -> str:
    at = spec.number.at if spec.number and is_held(spec, number) else None
    return text("unnumbered", reader.locale, stage=stage_chip(reader.catalogue, spec.name, at, reader.locale).word) if at else ""


def _lock(reader: Reader, acts: list[Act], document: Document, open_fields: frozenset[str]) -> str:
    if open_fields:
        return ""
    stage = stage_chip(reader.catalogue, document.form, document.stage, reader.locale).word
    withdraw = next((one for one in acts if one.name == "withdraw" and one.allowed), None)
    return text("locked_withdraw" if withdraw else "locked", reader.locale, stage=stage)


def _task(office: Office, form: str, number: str, locale: str) -> str:
    task = next((one for one in office.inbox() if (one.form, one.number) == (form, number)), None)
    return text("your_turn", locale, step=task.step_title) if task else ""
