"""Jobs as people see them: what, for whom, how it stands, what went wrong, what may be done about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from app.core import formats
from app.jobs.service import STATES, Job
from app.office import Office
from app.pages.stages import Chip, chip
from app.pages.views.bulk import told_of_many
from app.pages.views.cells import Reader
from app.pages.views.listing import reader_of
from app.pages.wording import text

OPEN = ("waiting", "running")
MEANING = {
    "waiting": "waiting",
    "running": "under_way",
    "done": "ended_well",
    "failed": "stopped",
    "stopped": "not_begun",
}
MOST = 100


@dataclass
class JobLine:
    """One job."""

    id: int = 0
    title: str = ""
    about: str = ""
    href: str = ""
    who: str = ""
    when: str = ""
    took: str = ""
    tries: str = ""
    progress: str = ""
    error: str = ""
    may_retry: bool = False
    may_stop: bool = False
    chip: Chip = field(default_factory=Chip)


@dataclass
class StateTab:
    """One way to narrow the list."""

    name: str = ""
    title: str = ""
    count: str = ""
    href: str = ""


@dataclass
class JobsPage:
    """Everything of the page."""

    lines: list[JobLine] = field(default_factory=list)
    tabs: list[StateTab] = field(default_factory=list)
    state: str = ""
    as_of: str = ""
    moving: bool = False


def jobs_page(office: Office, locale: str, *, state: str = "") -> JobsPage:
    """Give the newest jobs that this person may see."""
    reader = reader_of(office, locale)
    found = office.jobs(limit=1000)
    kept = [job for job in found if not state or job.state == state][:MOST]
    as_of = text("jobs_as_of", locale, time=formats.clock(reader.now, zone=reader.zone), count=len(kept))
    titles = {book.name: book.title.say(locale) for book in office.notebooks()} if kept else {}
    titles |= {name: form.title.say(locale) for name, form in office.catalogue.forms.items()}
    lines = [_line(reader, job, titles) for job in kept]
    return JobsPage(lines, _tabs(found, locale), state, as_of, any(job.state in OPEN for job in found))


def _tabs(jobs: Sequence[Job], locale: str) -> list[StateTab]:
    counts = {state: sum(job.state == state for job in jobs) for state in STATES}
    states = [StateTab(one, text(f"job_{one}", locale), str(counts[one] or ""), f"?state={one}") for one in STATES]
    return [StateTab("", text("all", locale), str(len(jobs) or ""), "?"), *states]


def _line(reader: Reader, job: Job, titles: Mapping[str, str]) -> JobLine:
    about, href = about_of(job)
    about = titles.get(about, about)
    return JobLine(
        job.id,
        job.title.say(reader.locale),
        about,
        href,
        job.account or text("job_machine", reader.locale),
        _moment(reader, job.created_at),
        _took(job, reader),
        str(job.tries) if job.tries else "",
        job.progress if job.state == "running" else told_of_many(job.result, reader.locale) if job.kind == "bulk.act" and job.result else "",
        job_error(job, reader.locale) if job.state in ("failed", "waiting") else "",
        job.state in ("failed", "stopped"),
        job.state in OPEN,
        chip_of(job.state, reader.locale),
    )


def about_of(job: Job) -> tuple[str, str]:
    """Give what a job is about, and where that is shown."""
    payload: Any = job.payload
    if job.kind == "notebook.run":
        return str(payload.get("notebook", "")), f"/notebooks/{payload.get('notebook', '')}?run={job.id}"
    if job.kind == "import.run":
        return str(payload.get("what", "")), f"/import/{payload.get('what', '')}"
    if job.kind == "bulk.act":
        return str(payload.get("form", "")), f"/{payload.get('form', '')}"
    if payload.get("form") and payload.get("number"):
        return str(payload["number"]), f"/{payload['form']}/{payload['number']}"
    return str(payload.get("number") or payload.get("file") or payload.get("name") or ""), ""


def job_error(job: Job, locale: str) -> str:
    """Give what went wrong, in the reader's language where it was told in both."""
    told = job.result.get("told") if job.error else None
    return str(told.get(locale) or job.error) if isinstance(told, dict) else job.error


def chip_of(state: str, locale: str) -> Chip:
    """Give the sign of a job's state."""
    found = chip(state, text(f"job_{state}", locale), MEANING[state])
    return Chip(found.word, found.colour, "ban") if state == "stopped" else found


def _moment(reader: Reader, at: datetime | None) -> str:
    return formats.moment(at, now=reader.now, zone=reader.zone, locale=reader.locale)


def _took(job: Job, reader: Reader) -> str:
    if not job.started_at:
        return ""
    spent = max((job.done_at or reader.now) - job.started_at, timedelta(0))
    if spent >= timedelta(minutes=2):
        return formats.length(spent, locale=reader.locale)
    return text("run_seconds", reader.locale, seconds=f"{spent.total_seconds():.1f}")
