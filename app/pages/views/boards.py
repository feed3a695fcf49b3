"""A list as a board of cards or as a month: what stands in each column or on each day, and where a card may go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.config.form_spec import FormSpec, ViewSpec
from app.core import formats
from app.core.errors import NotFound
from app.core.words import Words
from app.data import rights
from app.office import Office
from app.pages.views.address import ListAddress
from app.pages.views.cells import Reader, about, cell, over, stage_chip
from app.pages.views.filters import asked_of_data
from app.pages.views.listing import reader_of
from app.pages.views.saved import count_words
from app.pages.wording import text

CARDS = 30
MOST_ENTRIES = 500
DECIDE = "decide"  # the way of a card whose decision waits for this person
PUT = "put"  # the move of a card whose column is a field of it


@dataclass(frozen=True)
class Slot:
    """One column of a board: the value that its cards have in common."""

    name: str
    title: str
    colour: str = "slate"
    icon: str = ""
    final: bool = False


def _view(form: FormSpec, address: ListAddress, shape: str) -> ViewSpec:
    view = form.views.get(address.view)
    if view is None or view.show_as != shape:
        raise NotFound(thing=Words("view", "视图"))
    return view


# the board


def board(office: Office, address: ListAddress, locale: str) -> dict[str, Any]:
    """Give the columns of a board with their first cards; an ended stage without cards takes no room."""
    form, reader = office.form(address.form), reader_of(office, locale)
    view = _view(form, address, "kanban")
    by = str(view.options.get("by") or "stage")
    names = [str(name) for name in view.options.get("card") or form.list.columns]  # type: ignore[attr-defined]
    found = [_column(office, reader, form, address, view=view, slot=slot, by=by, names=names) for slot in slots(reader, form, by)]
    return {
        "by": by,
        "columns": [one for one in found if one["cards"] or not one["final"]],
        "texts": {name: text(name, locale) for name in ("move_to", "nothing_here", "all_word", "moves_none", "still_loading")},
        "as_of": text("as_of", locale, time=formats.clock(reader.now, zone=reader.zone)),
    }


def slots(reader: Reader, form: FormSpec, by: str) -> list[Slot]:
    """Give the columns that a field makes: the stages, or the options of a choice."""
    if by == "stage":
        workflow = reader.catalogue.workflow_of(form.name)
        names = list(workflow.stages) if workflow else list(form.stages)
        return [_stage_slot(reader, form, name) for name in names]
    spec = form.header.get(by)
    if spec is None or not spec.options:
        raise NotFound(thing=Words("column", "列"))
    return [Slot(name, words.say(reader.locale)) for name, words in spec.options.items()]


def _stage_slot(reader: Reader, form: FormSpec, name: str) -> Slot:
    shown = stage_chip(reader.catalogue, form.name, name, reader.locale)
    return Slot(name, shown.word, shown.colour, shown.icon, over(reader.catalogue, form.name, {"stage": name}) and shown.colour != "slate")


def _column(
    office: Office, reader: Reader, form: FormSpec, address: ListAddress, *, view: ViewSpec, slot: Slot, by: str, names: list[str]
) -> dict[str, Any]:
    filters = [*asked_of_data(reader, form, address.conditions), (by, "eq", slot.name)]
    columns = tuple(dict.fromkeys(("stage", *names, *_subject_names(form))))
    page = office.list(
        form.name, view=view.name, search=address.search or None, filters=filters, limit=CARDS, columns=columns, order_by=address.sort or None
    )
    rest = ListAddress(form.name, search=address.search, conditions=address.conditions).with_condition(by, "eq", slot.name)
    return {
        "name": slot.name,
        "title": slot.title,
        "colour": slot.colour,
        "icon": slot.icon,
        "final": slot.final,
        "count": count_words(page.count),
        "more": rest.href if page.next else "",
        "cards": [_card(reader, form, names, row) for row in page.rows],
    }


def _subject_names(form: FormSpec) -> list[str]:
    return [name for name, spec in form.header.items() if spec.type in ("text", "long_text") and spec.kept][:1]


def _card(reader: Reader, form: FormSpec, names: list[str], row: Mapping[str, Any]) -> dict[str, Any]:
    title = about(form, row)
    lines = [_said(cell(reader, form, name, row)) for name in names if name not in ("number", "stage", form.key)]
    return {
        "number": row["number"],
        "href": f"/{form.name}/{row['number']}",
        "title": title if title != row["number"] else "",
        "lines": [one for one in lines if one and one != title],
    }


def _said(shown: Any) -> str:
    return str(shown["text"]) if isinstance(shown, dict) else str(shown)


def moves(office: Office, address: ListAddress, number: str, locale: str) -> list[dict[str, Any]]:
    """Give the columns that a card may go to, by the ways of its stage and the rights of this person."""
    form, reader = office.form(address.form), reader_of(office, locale)
    by = str(_view(form, address, "kanban").options.get("by") or "stage")
    if by != "stage":
        return _puts(office, reader, form, number=number, by=by)
    document = office.get(form.name, number)
    workflow = reader.catalogue.workflow_of(form.name)
    stage = workflow.stages.get(document.stage) if workflow else None
    leads = {way.name: way.to for way in stage.actions.values()} if stage else {"archive": "archived", "restore": "active"}
    found = []
    for action in office.actions(form.name, number):
        to = (workflow.start if workflow else None) if action.name == "withdraw" else leads.get(action.name)
        if to and to not in ("back", document.stage):
            reason = action.reason.say(locale) if action.reason else ""
            column = _stage_slot(reader, form, to).title
            found.append({"column": to, "title": f"{action.title.say(locale)} → {column}", "action": action.name, "allowed": action.allowed, "reason": reason})
    if any(task.number == number for task in office.inbox()):
        found.append({"column": "", "title": text("decide", locale), "action": DECIDE, "allowed": True, "reason": ""})
    return found


def _puts(office: Office, reader: Reader, form: FormSpec, *, number: str, by: str) -> list[dict[str, Any]]:
    document = office.get(form.name, number)
    with office.reading() as tx:
        allowed = by in rights.editable_fields(tx, document, form.name)
    reason = "" if allowed else text("locked", reader.locale, stage=stage_chip(reader.catalogue, form.name, document.stage, reader.locale).word)
    return [
        {"column": one.name, "title": one.title, "action": PUT, "allowed": allowed, "reason": reason}
        for one in slots(reader, form, by)
        if one.name != document.get(by)
    ]


# the month


def month(office: Office, address: ListAddress, locale: str, *, at: str = "") -> dict[str, Any]:
    """Give the weeks around a month, Monday first, and what stands on their days."""
    form, reader = office.form(address.form), reader_of(office, locale)
    view = _view(form, address, "calendar")
    first = _month_of(at) or reader.today.replace(day=1)
    start = first - timedelta(days=first.weekday())
    weeks = 6 if (start + timedelta(days=35)).month == first.month else 5
    end = start + timedelta(days=7 * weeks - 1)
    name = str(view.options.get("from") or "")
    page = _on_days(office, reader, address, view=view, name=name, start=start, end=end)
    days = [start + timedelta(days=place) for place in range(7 * weeks)]
    return {
        "month": f"{first:%Y-%m}",
        "title": text("month_title", locale, month=first.month if locale == "zh" else formats.MONTHS[first.month - 1], year=first.year),
        "previous": f"{first - timedelta(days=1):%Y-%m}",
        "next": f"{first + timedelta(days=32):%Y-%m}",
        "names": text("weekday_names", locale).split(" "),
        "days": [{"day": f"{one}", "label": str(one.day), "out": one.month != first.month, "today": one == reader.today, "words": formats.sentence_day(one, locale=locale)} for one in days],
        "entries": [_entry(reader, form, view, row, name) for row in page.rows],
        "more": bool(page.next),
        "texts": {one: text(one, locale) for one in ("today_word", "previous_month", "next_month", "nothing_here", "more_entries")},
        "as_of": text("as_of", locale, time=formats.clock(reader.now, zone=reader.zone)),
    }


def _month_of(at: str) -> date | None:
    try:
        return datetime.strptime(at[:7], "%Y-%m").date().replace(day=1)  # noqa: DTZ007  a month has no zone
    except ValueError:
        return None


def _on_days(office: Office, reader: Reader, address: ListAddress, *, view: ViewSpec, name: str, start: date, end: date) -> Any:
    form = office.form(address.form)
    until = str(view.options.get("to") or name)
    behind = end + timedelta(days=1)
    zone = ZoneInfo(reader.zone)
    moment = form.header[name].type == "datetime" if name in form.header else True
    bounds = [datetime(one.year, one.month, one.day, tzinfo=zone).isoformat() if moment else f"{one}" for one in (start, behind)]
    filters = [*asked_of_data(reader, form, address.conditions), (until, "gte", bounds[0]), (name, "lt", bounds[1])]
    columns = tuple(dict.fromkeys(("stage", name, until, *form.list.columns, *_subject_names(form))))
    return office.list(
        form.name, view=view.name, search=address.search or None, filters=filters, order_by=name, limit=MOST_ENTRIES, columns=columns, counted=False
    )


def _entry(reader: Reader, form: FormSpec, view: ViewSpec, row: Mapping[str, Any], name: str) -> dict[str, Any]:
    shown = stage_chip(reader.catalogue, form.name, row.get("stage", ""), reader.locale)
    until = row.get(str(view.options.get("to") or name)) or row[name]
    return {
        "number": row["number"],
        "href": f"/{form.name}/{row['number']}",
        "day": _day(reader, row[name]),
        "until": _day(reader, until),
        "title": about(form, row),
        "colour": shown.colour,
        "icon": shown.icon,
        "stage": shown.word,
    }


def _day(reader: Reader, value: Any) -> str:
    return f"{value.astimezone(ZoneInfo(reader.zone)).date()}" if isinstance(value, datetime) else f"{value}"
