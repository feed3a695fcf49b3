"""Notebooks as their pages show them: what there is, what one asks for, its runs, and what came of one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from app.config.form_spec import FieldSpec
from app.core import formats
from app.core.words import Words
from app.jobs.notebooks import Notebook, Parameter
from app.jobs.service import Job
from app.office import Office
from app.pages.stages import Chip
from app.pages.views.cells import Reader
from app.pages.views.jobs import OPEN, chip_of, job_error
from app.pages.views.listing import reader_of
from app.pages.views.record_sheet import WORDS, field_view
from app.pages.wording import table, text

LANGUAGES = {"en": table()["language_en"], "zh": table()["language_zh"]}


@dataclass
class BookLine:
    """A notebook in the list of them."""

    name: str = ""
    title: str = ""
    help: str = ""
    second: str = ""
    href: str = ""
    chip: Chip = field(default_factory=Chip)
    ran: bool = False


@dataclass
class RunLine:
    """One run beside the form: when, with what, how it stands."""

    id: int = 0
    when: str = ""
    words: str = ""
    seconds: str = ""
    href: str = ""
    here: bool = False
    chip: Chip = field(default_factory=Chip)


@dataclass
class Fact:
    """One piece of where a result comes from."""

    icon: str = ""
    text: str = ""


@dataclass
class RunView:
    """The run that is looked at."""

    id: int = 0
    state: str = ""
    headline: str = ""
    frame: str = ""
    doing: str = ""
    error: str = ""
    log: str = ""
    stale: str = ""
    chip: Chip = field(default_factory=Chip)
    facts: list[Fact] = field(default_factory=list)


@dataclass
class BookPage:
    """A notebook with its runs."""

    name: str = ""
    title: str = ""
    help: str = ""
    usually: str = ""
    count: str = ""
    runs: list[RunLine] = field(default_factory=list)
    moving: bool = False


def shelf(office: Office, locale: str) -> list[BookLine]:
    """Give the notebooks, each with this person's last run."""
    reader, latest = reader_of(office, locale), {}
    for job in reversed(office.runs(limit=200)):
        latest[job.payload["notebook"]] = job
    return [_line(reader, book, latest.get(book.name)) for book in office.notebooks()]


def _line(reader: Reader, book: Notebook, job: Job | None) -> BookLine:
    said = text("never_run", reader.locale)
    if job is not None:
        said = text("last_run", reader.locale, when=_when(reader, job))
    return BookLine(
        book.name,
        book.title.say(reader.locale),
        book.help.say(reader.locale),
        said,
        f"/notebooks/{book.name}",
        chip_of(job.state, reader.locale) if job else Chip(),
        job is not None,
    )


def book_page(office: Office, book: Notebook, *, jobs: Sequence[Job], run: int, locale: str) -> BookPage:
    """Give a notebook with this person's runs, newest first; `run` is the one looked at."""
    reader = reader_of(office, locale)
    spent = [float(job.result["seconds"]) for job in jobs if job.state == "done" and "seconds" in job.result]
    usually = text("usually", locale, seconds=round(median(spent))) if spent else ""
    lines = [_run_line(reader, book, job, run) for job in jobs]
    moving = any(job.state in OPEN for job in jobs)
    return BookPage(
        book.name, book.title.say(locale), book.help.say(locale), usually, str(len(jobs) or ""), lines, moving
    )


def _run_line(reader: Reader, book: Notebook, job: Job, run: int) -> RunLine:
    seconds = job.result.get("seconds")
    spent = text("run_seconds", reader.locale, seconds=round(float(seconds))) if seconds else ""
    words = ("、" if reader.locale == "zh" else ", ").join(_said(reader, book, job.payload["parameters"]))
    href = f"/notebooks/{book.name}?run={job.id}"
    return RunLine(job.id, _when(reader, job), words, spent, href, job.id == run, chip_of(job.state, reader.locale))


def _said(reader: Reader, book: Notebook, values: Mapping[str, str]) -> list[str]:
    """Give the parameters of a run that differ from empty, shortly."""
    found = []
    for one in book.parameters:
        value = values.get(one.name, "")
        if one.type == "language":
            continue
        if value:
            found.append(value)
    return found


def run_view(office: Office, book: Notebook, job: Job, *, locale: str, values: Mapping[str, str]) -> RunView:
    """Give one run: where it stands, its sentence, where it comes from; `values` are those in the form now."""
    reader = reader_of(office, locale)
    view = RunView(job.id, job.state, str(job.result.get("headline", "")), chip=chip_of(job.state, locale))
    view.facts = _facts(reader, job)
    view.stale = _stale(book, job, values, locale)
    if job.state == "done":
        view.frame = f"/api/pages/notebook/{job.id}"
    elif job.state in OPEN:
        since = job.started_at if job.state == "running" and job.started_at else job.created_at
        seconds = max(0, round((reader.now - since).total_seconds())) if since else 0
        view.doing = text(f"run_{job.state}", locale, seconds=seconds)
        view.stale = ""
    else:
        view.error, view.log = job_error(job, locale), office.notebook_log(job.id) if job.state == "failed" else ""
    return view


def _facts(reader: Reader, job: Job) -> list[Fact]:
    locale = reader.locale
    found = [Fact("users", text("run_by", locale, name=job.account or "—"))]
    if job.started_at:
        found.append(Fact("clock", text("run_at", locale, when=_when(reader, job, started=True))))
    found.append(Fact("hash", text("run_source", locale, hash=job.payload.get("source", "—"))))
    found.append(Fact("eye", text("with_your_rights", locale)))
    if job.result.get("seconds"):
        found.append(Fact("timer", text("run_seconds", locale, seconds=job.result["seconds"])))
    return found


def _stale(book: Notebook, job: Job, values: Mapping[str, str], locale: str) -> str:
    if source_hash(book) != job.payload.get("source"):
        return text("source_changed", locale)
    known = {one.name: one.default for one in book.parameters} | dict(job.payload["parameters"])
    return text("inputs_changed", locale) if values and dict(values) != known else ""


def source_hash(book: Notebook) -> str:
    """Give the print of a notebook as it stands now, as a run keeps it."""
    return hashlib.sha256(book.path.read_bytes()).hexdigest()[:12]


def _when(reader: Reader, job: Job, *, started: bool = False) -> str:
    at = job.started_at if started else job.created_at
    return formats.moment(at, now=reader.now, zone=reader.zone, locale=reader.locale)


def starting_values(book: Notebook, job: Job | None, locale: str) -> dict[str, str]:
    """Give what the form holds at first: the parameters of the run looked at, else the notebook's own."""
    found = {one.name: locale if one.type == "language" else one.default for one in book.parameters}
    return found | {name: value for name, value in (job.payload["parameters"] if job else {}).items() if name in found}


def spec_of(office: Office, parameter: Parameter) -> FieldSpec:
    """Give a parameter as the field that its type names: a form is a link, a language a choice."""
    if parameter.type == "language":
        return FieldSpec(parameter.name, "choice", parameter.label, options=LANGUAGES)
    if parameter.type in office.catalogue.forms:
        hint = Words(text("empty_parameter", "en"), text("empty_parameter", "zh"))
        return FieldSpec(parameter.name, parameter.type, parameter.label, placeholder=hint)
    return FieldSpec(parameter.name, parameter.type if parameter.type == "date" else "text", parameter.label)


def parameter_sheet(office: Office, book: Notebook, values: Mapping[str, str], locale: str) -> dict[str, Any]:
    """Give the form of a notebook as the browser draws it."""
    reader = reader_of(office, locale)
    specs = [spec_of(office, one) for one in book.parameters]
    cells = {spec.name: cell_of(office, spec, values.get(spec.name, "")) for spec in specs}
    section = {"name": "", "title": text("parameters", locale), "help": "", "folded": False}
    return {
        "key": f"notebook/{book.name}",
        "form": "",
        "number": "",
        "fresh": False,
        "open": True,
        "sections": [{**section, "fields": [field_view(reader, one) for one in specs]}],
        "tables": [],
        "totals": [],
        "cells": cells,
        "rows": {},
        "problems": [],
        "words": {name: text(name, locale) for name in WORDS},
        "today": reader.today.isoformat(),
        "locale": locale,
    }


def cell_of(office: Office, spec: FieldSpec, value: str) -> dict[str, Any]:
    """Give a parameter's box: what is read of a link, the plain text of everything else."""
    if spec.type == "choice":
        return {"value": value}
    if spec.type in office.catalogue.forms and value:
        return {"value": value, "text": linked_text(office, spec.type, value)}
    return {"text": value, "value": value}


def linked_text(office: Office, form: str, number: str) -> str:
    """Give what people read of a document by its number; the number itself where it can't be seen."""
    found = [one for one in links(office, form, number) if one["number"] == number]
    return found[0]["text"] if found else number


def links(office: Office, form: str, words: str) -> list[dict[str, str]]:
    """Give what a link offers for what was typed, with this person's rights."""
    rows = office.list(form, search=words or None, limit=8).rows
    return [_offer(row) for row in rows]


def _offer(row: Mapping[str, Any]) -> dict[str, str]:
    name = next((str(row[key]) for key in ("name", "title") if row.get(key)), row["number"])
    return {"number": row["number"], "text": name, "second": row["number"] if name != row["number"] else ""}
