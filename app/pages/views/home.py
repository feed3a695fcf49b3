"""The home page as plain values: what waits for my decision, what I started, my drafts, what I may start, figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from app.core import formats
from app.data import documents
from app.data.document import Document
from app.office import Office
from app.pages.stages import Chip
from app.pages.views.cells import Reader, about, stage_chip, subject
from app.pages.views.figures import Figure, figures
from app.pages.views.listing import reader_of
from app.pages.views.menu import icon_of, person, place_of
from app.pages.views.rights import creatable, verbs
from app.pages.wording import text

MOST = 8
MOST_STARTS = 6
FIRST_STEPS = (
    ("first_products", "product", 10),
    ("first_suppliers", "supplier", 5),
    ("first_warehouses", "warehouse", 3),
)


@dataclass
class Task:
    """A decision that waits for me."""

    key: int = 0
    title: str = ""
    second: str = ""
    amount: str = ""
    due: str = ""
    alarm: bool = False
    stands_in: str = ""
    at_once: bool = False
    href: str = ""


@dataclass
class Line:
    """A document of mine: what it is, where it waits."""

    title: str = ""
    second: str = ""
    href: str = ""
    icon: str = "file-text"
    chip: Chip = field(default_factory=Chip)


@dataclass
class Step:
    """One of the first steps of an empty office."""

    place: int = 0
    title: str = ""
    text: str = ""
    done: bool = False
    minutes: str = ""
    upload: str = ""
    type_in: str = ""
    now: bool = False


@dataclass
class Home:
    """Everything of the home page."""

    title: str = ""
    second: str = ""
    tasks: list[Task] = field(default_factory=list)
    more: str = ""
    started: list[Line] = field(default_factory=list)
    drafts: list[Line] = field(default_factory=list)
    starts: list[Line] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    as_of: str = ""
    steps: list[Step] = field(default_factory=list)
    progress: str = ""
    share: str = "0%"


def home(office: Office, locale: str) -> Home:
    """Give the home page of this person, read in one transaction; anew in the next minute, and after any write."""
    reader = reader_of(office, locale)

    def work() -> Home:
        with office.together():
            return _home(office, reader)

    return office.kept(("home", locale, reader.minute), work)


def _home(office: Office, reader: Reader) -> Home:
    tasks, mine = list(office.inbox()), [_started(office, reader, one) for one in office.started_by_me(limit=10)[:5]]
    found = Home(
        title=_title(office, reader, len(tasks), sum(one.chip.colour == "amber" for one in mine)),
        second=_second(reader, tasks),
        tasks=[_task(reader, one) for one in tasks[:MOST]],
        started=mine,
        drafts=drafts(office, reader),
        starts=starts(office, reader),
        figures=figures(office, reader),
        as_of=text("figures_as_of", reader.locale, time=formats.clock(reader.now, zone=reader.zone)),
    )
    return first_steps(office, reader, found)


def _title(office: Office, reader: Reader, count: int, waiting: int) -> str:
    """Say what waits for this person; where nothing does, what of his own is on its way."""
    name = "home_waits_none" if count == 0 else "home_waits_one" if count == 1 else "home_waits_many"
    if count == 0 and waiting:
        name, count = ("home_started_one" if waiting == 1 else "home_started_many"), waiting
    return text(name, reader.locale, name=person(office, reader.locale).name, count=count)


def _second(reader: Reader, tasks: list[Any]) -> str:
    today = formats.sentence_day(reader.today, locale=reader.locale)
    due = sum(1 for one in tasks if one.due_at and _day(one.due_at, reader) <= reader.today)
    return text("home_due_today", reader.locale, day=today, count=due) if due else today


def _day(at: datetime, reader: Reader) -> Any:
    from zoneinfo import ZoneInfo

    return at.astimezone(ZoneInfo(reader.zone)).date()


def _task(reader: Reader, one: Any) -> Task:
    form = reader.catalogue.forms[one.form]
    due = formats.moment(one.due_at, now=reader.now, zone=reader.zone, locale=reader.locale) if one.due_at else ""
    what = one.title or one.number
    second = f"{form.title.say(reader.locale)} {one.number}" + (
        f"{'，' if reader.locale == 'zh' else ', '}{one.requester}" if one.requester is not None else ""
    )
    stands_in = text("for_person", reader.locale, name=str(one.on_behalf_of)) if one.on_behalf_of else ""
    return Task(
        one.id,
        what,
        second,
        _amount(reader, one),
        text("due", reader.locale, when=due) if due else "",
        bool(one.due_at and _day(one.due_at, reader) <= reader.today),
        stands_in,
        _at_once(one),
        f"/inbox/{one.number}",
    )


def _amount(reader: Reader, one: Any) -> str:
    return formats.money(one.amount, one.currency or reader.home, home=reader.home) if one.amount is not None else ""


def _at_once(one: Any) -> bool:
    """Tell whether a task may be approved from here: no comment, no field, nothing to tick."""
    return bool(one.bulk and "approve" in one.decisions)


def _started(office: Office, reader: Reader, document: Document) -> Line:
    form = reader.catalogue.forms[document.form]
    shown = stage_chip(reader.catalogue, document.form, document.stage, reader.locale)
    steps = (
        [step for step in office.path(document.form, document.number) if step.state == "open"]
        if shown.colour == "amber"
        else []
    )
    names = ("、" if reader.locale == "zh" else ", ").join(
        dict.fromkeys(str(name) for step in steps for name in step.people)
    )
    since = formats.moment(document["stage_since"], now=reader.now, zone=reader.zone, locale=reader.locale)
    second = (
        text("waits_with", reader.locale, people=names, since=since)
        if names
        else f"{form.title.say(reader.locale)} {document.number}"
    )
    return Line(about(form, document), second, f"/{document.form}/{document.number}", icon_of(form), shown)


def drafts(office: Office, reader: Reader) -> list[Line]:
    """Give the documents that this person began and did not hand in."""
    found: list[Line] = []
    for name in sorted(_with_drafts(office, reader), key=place_of):
        form = reader.catalogue.forms[name]
        about = [field for field, spec in form.header.items() if spec.type in ("text", "long_text")][:2]
        page = office.list(name, "stage == 'draft' and created_by == me", limit=3, columns=(*about, "changed_at"), counted=False, sums=())
        found += [_draft(reader, name, row) for row in page.rows]
    return found[:5]


def _with_drafts(office: Office, reader: Reader) -> frozenset[str]:
    """Give the forms of which this person has a draft, asked of all of them at once."""
    forms = [
        name
        for name in creatable(office)
        if (workflow := reader.catalogue.workflow_of(name)) is not None
        and "draft" in workflow.stages
        and reader.catalogue.forms[name].number is not None
    ]
    with office.reading() as tx:
        return documents.forms_begun_by_me(tx, forms, stage="draft")


def _draft(reader: Reader, form: str, row: Any) -> Line:
    spec = reader.catalogue.forms[form]
    changed = (
        formats.moment(row.get("changed_at"), now=reader.now, zone=reader.zone, locale=reader.locale)
        if row.get("changed_at")
        else ""
    )
    return Line(
        subject(spec, row),
        " ".join(filter(None, (spec.title.say(reader.locale), row["number"], changed))),
        f"/{form}/{row['number']}",
        icon_of(spec),
        stage_chip(reader.catalogue, form, "draft", reader.locale),
    )


def starts(office: Office, reader: Reader) -> list[Line]:
    """Give the documents that this person may start; those with a running number first, for they are the daily ones."""
    forms = [reader.catalogue.forms[name] for name in creatable(office)]
    daily = sorted(forms, key=lambda form: (form.number is None, place_of(form.name)))
    return [
        Line(form.title.say(reader.locale), form.help.say(reader.locale), f"/{form.name}/new", icon_of(form))
        for form in daily[:MOST_STARTS]
    ]


def first_steps(office: Office, reader: Reader, found: Home) -> Home:
    """Put the first steps on the home page while the office knows no product, supplier or warehouse."""
    if found.tasks or found.started or found.drafts:
        return found
    startable = creatable(office)
    steps = [_step(office, reader, place, one) for place, one in enumerate(FIRST_STEPS, 2) if one[1] in startable]
    if not steps or all(step.done for step in steps):
        return found
    company = Step(1, text("first_company", reader.locale), text("first_company_text", reader.locale), True)
    found.steps = [company, *steps]
    next(step for step in found.steps if not step.done).now = True
    done = sum(step.done for step in found.steps)
    found.title, found.second = (
        text("first_title", reader.locale, name=person(office, reader.locale).name),
        text("first_lead", reader.locale),
    )
    found.progress, found.share = f"{done} / {len(found.steps)}", f"{100 * done // len(found.steps)}%"
    return found


def _step(office: Office, reader: Reader, place: int, one: tuple[str, str, int]) -> Step:
    words, form, minutes = one
    done = bool(office.list(form, order_by="id", limit=1, columns=("id",), counted=False, sums=()).rows)
    return Step(
        place,
        text(words, reader.locale),
        text(f"{words}_text", reader.locale),
        done,
        text("first_minutes", reader.locale, count=minutes),
        f"/import/{form}" if "import" in verbs(office, form) else "",
        f"/{form}/new",
    )
