"""Filters of a list: what may be asked of each field, what was asked in words, and as the data layer takes it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from app.config.form_spec import FieldSpec, FormSpec
from app.core import formats
from app.pages.views.address import Condition
from app.pages.views.cells import SYSTEM, Reader, kind_of, title_of
from app.pages.wording import text

Titled = Callable[[str, str], str]
PERIODS = {"today": "today", "7d": "in_last_7", "30d": "in_last_30", "month": "this_month", "past": "before_today"}
WAYS = {
    "stage": "options",
    "choice": "options",
    "choices": "options",
    "boolean": "options",
    "date": "period",
    "datetime": "period",
    "money": "range",
    "price": "range",
    "quantity": "range",
    "percent": "range",
    "number_value": "range",
    "link": "link",
    "user": "link",
}
SIGNS = {
    "gte": "≥ {0}",
    "gt": "> {0}",
    "lte": "≤ {0}",
    "lt": "< {0}",
    "ne": "≠ {0}",
    "contains": "“{0}”",
    "starts_with": "“{0}…”",
}
NO_FILTER = frozenset({"files", "image", "address", "signature", "number"})


@dataclass
class Option:
    """One thing to choose in a filter."""

    value: str = ""
    title: str = ""


@dataclass
class Asked:
    """A field that a list may be filtered by, and how: options, period, range, text."""

    name: str = ""
    title: str = ""
    way: str = "text"
    options: list[Option] = field(default_factory=list)


@dataclass
class FilterChip:
    """One filter in words."""

    place: int = 0
    label: str = ""
    value: str = ""


def askable(reader: Reader, form: FormSpec, visible: frozenset[str]) -> list[Asked]:
    """Give the fields that a list may be filtered by."""
    names = ["stage", *form.header, "created_at"]
    return [
        _asked(reader, form, name)
        for name in names
        if (form.header.get(name) is None or _plain(form.header[name])) and (name in visible or name in SYSTEM)
    ]


def chips(
    reader: Reader, form: FormSpec, conditions: tuple[Condition, ...], *, titled: Titled = lambda _field, number: number
) -> list[FilterChip]:
    """Give the filters of an address in words; `titled` names what a link points to."""
    return [
        FilterChip(place, _asked_words(reader, form, one), told(reader, form, _named(form, one, titled)))
        for place, one in enumerate(conditions)
    ]


def _named(form: FormSpec, one: Condition, titled: Titled) -> Condition:
    if one.operator not in ("eq", "ne") or WAYS.get(kind_of(form, one.field)) != "link" or one.field not in form.header:
        return one
    return Condition(one.field, one.operator, titled(one.field, one.value))


def told(reader: Reader, form: FormSpec, one: Condition) -> str:
    """Give what a filter asks for: `is Draft, Ordered`, `in the last 7 days`, `≥ 100`."""
    if one.operator == "within":
        return text(PERIODS.get(one.value, "today"), reader.locale)
    titles = {option.value: option.title for option in _options(reader, form, one.field)}
    parts = (
        [titles.get(value, value) for value in one.value.split(",")]
        if one.operator == "in"
        else [titles.get(one.value, one.value)]
    )
    shown = ("、" if reader.locale == "zh" else ", ").join(parts[:2]) + (
        f" +{len(parts) - 2}" if len(parts) > 2 else ""
    )
    return SIGNS[one.operator].format(shown) if one.operator in SIGNS else shown


def asked_of_data(reader: Reader, form: FormSpec, conditions: tuple[Condition, ...]) -> list[tuple[str, str, Any]]:
    """Give the filters as the data layer takes them; periods become days."""
    found: list[tuple[str, str, Any]] = []
    for one in conditions:
        if one.field not in form.header and one.field not in SYSTEM:
            continue
        found += _period(reader, one) if one.operator == "within" else [(one.field, one.operator, _value(one))]
    return found


def typed_number(written: str) -> str:
    """Give a number as a program writes it: full-width digits and separators are understood."""
    plain = (
        written.translate(str.maketrans("０１２３４５６７８９．－，", "0123456789.-,"))
        .replace(",", "")
        .replace(" ", "")
        .replace("¥", "")
    )
    return plain.replace(formats.MINUS, "-")


def _asked_words(reader: Reader, form: FormSpec, one: Condition) -> str:
    """Give what stands before a filter's value: `Stage is`, 状态为; only the field where the value says the rest."""
    title = title_of(reader.catalogue, form, one.field).say(reader.locale)
    return text("field_is", reader.locale, field=title) if one.operator in ("eq", "in") else title


def _plain(spec: FieldSpec) -> bool:
    return spec.kept and spec.type not in NO_FILTER and not spec.private and not spec.many


def _asked(reader: Reader, form: FormSpec, name: str) -> Asked:
    way = WAYS.get(kind_of(form, name), "text")
    return Asked(name, title_of(reader.catalogue, form, name).say(reader.locale), way, _options(reader, form, name))


def _options(reader: Reader, form: FormSpec, name: str) -> list[Option]:
    if name == "stage":
        return _stages(reader, form)
    spec = form.header.get(name)
    if spec is None:
        return []
    if spec.type == "boolean":
        return [Option("true", text("yes", reader.locale)), Option("false", text("no", reader.locale))]
    return [Option(value, words.say(reader.locale)) for value, words in spec.options.items()]


def _stages(reader: Reader, form: FormSpec) -> list[Option]:
    workflow = reader.catalogue.workflow_of(form.name)
    if workflow is None:
        return [Option(stage, reader.catalogue.label(stage).say(reader.locale)) for stage in form.stages]
    return [Option(stage.name, stage.title.say(reader.locale)) for stage in workflow.stages.values()]


def _value(one: Condition) -> Any:
    if one.operator == "in":
        return tuple(one.value.split(","))
    return one.value


def _period(reader: Reader, one: Condition) -> list[tuple[str, str, Any]]:
    start, end = _days(one.value, reader.today)
    found: list[tuple[str, str, Any]] = [(one.field, "gte", start.isoformat())] if start else []
    return found + ([(one.field, "lt", end.isoformat())] if end else [])


def _days(period: str, today: date) -> tuple[date | None, date | None]:
    """Give the first day of a period, and the first day behind it."""
    tomorrow = today + timedelta(days=1)
    if period in ("7d", "30d"):
        return today - timedelta(days=int(period[:-1]) - 1), tomorrow
    if period == "month":
        first = today.replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1)
    return (None, today) if period == "past" else (today, tomorrow)
