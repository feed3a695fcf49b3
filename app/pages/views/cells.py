"""A value of a document as a cell: text in the reader's language, and how it is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.config.catalogue import Catalogue
from app.config.form_spec import FieldSpec, FormSpec
from app.core import formats
from app.core.links import Link
from app.core.words import Words, plain
from app.data.values import Masked
from app.pages.stages import Chip, chip
from app.pages.wording import table, text

SYSTEM = {
    "number": "number",
    "stage": "stage",
    "stage_since": "datetime",
    "created_at": "datetime",
    "changed_at": "datetime",
    "created_by": "user",
    "changed_by": "user",
}
WIDTHS = {
    "number": 150,
    "stage": 160,
    "money": 130,
    "price": 110,
    "quantity": 100,
    "percent": 90,
    "date": 120,
    "datetime": 140,
    "boolean": 90,
    "choice": 120,
    "user": 120,
}
RIGHT = frozenset({"money", "price", "quantity", "percent", "number_value"})
OVERDUE = frozenset({"needed_on", "due_on", "promised_on", "expires_on", "ship_by_at", "due_at", "expected_on"})


@dataclass(frozen=True)
class Reader:
    """For whom values are told: language, company, day and hour."""

    catalogue: Catalogue
    locale: str
    now: datetime
    today: date

    @property
    def minute(self) -> datetime:
        """The minute it is: what tells times to people holds as long."""
        return self.now.replace(second=0, microsecond=0)

    @property
    def zone(self) -> str:
        """The zone of the company."""
        return self.catalogue.organisation.zone

    @property
    def home(self) -> str:
        """The company's currency."""
        return self.catalogue.organisation.currency


def kind_of(form: FormSpec, name: str) -> str:
    """Give how a column is drawn: its type; `number_value` for plain numbers, `link` for other documents."""
    if name in SYSTEM or name == form.key:
        return SYSTEM.get(name, "number")
    field = form.header.get(name)
    if field is None:
        return "text"
    if field.link or field.type == "user":
        return "user" if (field.link or field.type) == "user" else "link"
    return "number_value" if field.type in ("number", "integer") else field.type


def title_of(catalogue: Catalogue, form: FormSpec, name: str) -> Words:
    """Give the heading of a column."""
    if name in SYSTEM:
        return table()[name if name in table() else "created_by"]
    field = form.header.get(name)
    return field.label if field else plain(name)


def stage_chip(catalogue: Catalogue, form: str, stage: str, locale: str) -> Chip:
    """Give a stage's chip in the reader's language."""
    workflow = catalogue.workflow_of(form)
    spec = workflow.stages.get(stage) if workflow else None
    if spec is None:
        return chip(stage, catalogue.label(stage).say(locale), "ended_well" if stage == "active" else "not_begun")
    return chip(stage, spec.title.say(locale), spec.meaning)


def cell(reader: Reader, form: FormSpec, name: str, row: Mapping[str, Any]) -> Any:
    """Give what the grid draws for one value: a text, or a mapping with its link, colour or mask."""
    value = row.get(name)
    if isinstance(value, Masked):
        return {"hidden": True, "text": str(value) or text("hidden", reader.locale)}
    if value is None or value == () or value == "":
        return ""
    if name == "stage":
        shown = stage_chip(reader.catalogue, form.name, value, reader.locale)
        return {"text": shown.word, "colour": shown.colour, "icon": shown.icon}
    if isinstance(value, Link) and value.form != "user":
        return {"text": str(value), "href": f"/{value.form}/{value.number}"}
    words = told(reader, form.header.get(name), value, row)
    late = (
        name in OVERDUE
        and isinstance(value, date)
        and _passed(value, reader)
        and not over(reader.catalogue, form.name, row)
    )
    return {"text": words, "alarm": True} if late else words


def told(reader: Reader, field: FieldSpec | None, value: Any, row: Mapping[str, Any]) -> str:
    """Give a value as text for people."""
    if isinstance(value, bool):
        return text("yes" if value else "no", reader.locale)
    if isinstance(value, Decimal | int):
        return _figure(reader, field, Decimal(value), row)
    if isinstance(value, datetime):
        return formats.moment(value, now=reader.now, zone=reader.zone, locale=reader.locale)
    if isinstance(value, date):
        return formats.day(value, today=reader.today, locale=reader.locale)
    if isinstance(value, timedelta):
        return formats.length(value, locale=reader.locale)
    return _words(reader, field, value)


def over(catalogue: Catalogue, form: str, row: Mapping[str, Any]) -> bool:
    """Tell whether a document's life is over, or has not begun: nothing of it can be late."""
    workflow = catalogue.workflow_of(form)
    spec = workflow.stages.get(row.get("stage", "")) if workflow else None
    return spec is None or spec.final or spec.meaning in ("not_begun", "ended_well", "stopped")


def subject(form: FormSpec, row: Mapping[str, Any]) -> str:
    """Give one line that says what a document is about: its first filled text, else its number."""
    names = (name for name, field in form.header.items() if field.type in ("text", "long_text") and name != form.key)
    found = next((row.get(name) for name in names if row.get(name) and not isinstance(row.get(name), Masked)), "")
    return str(found).splitlines()[0][:120] if found else str(row.get("number", ""))


def about(form: FormSpec, row: Mapping[str, Any]) -> str:
    """Say what a document is about: its first filled text, else the first document that it is with, else its number."""
    found = subject(form, row)
    if found != str(row.get("number", "")):
        return found
    links = (row.get(name) for name in form.list.columns)
    return next((str(one) for one in links if isinstance(one, Link) and one.form != "user"), found)


def currency_of(field: FieldSpec | None, row: Mapping[str, Any], home: str) -> str:
    """Give the currency of a field in one document: its own, the document's, the company's."""
    if field is not None and isinstance(field.currency, str):
        return field.currency
    named = row.get("currency") if field is not None and field.currency is not None else None
    return str(named) if named else home


def _passed(value: date, reader: Reader) -> bool:
    return value < reader.now if isinstance(value, datetime) else value < reader.today


def _figure(reader: Reader, field: FieldSpec | None, value: Decimal, row: Mapping[str, Any]) -> str:
    kind = field.type if field else "number"
    if kind == "money":
        return formats.money(value, currency_of(field, row, reader.home), home=reader.home)
    if kind == "price":
        return formats.price(value)
    return formats.percent(value, most=4) if kind == "percent" else formats.number(value)


def _words(reader: Reader, field: FieldSpec | None, value: Any) -> str:
    if isinstance(value, tuple | list):
        return ("、" if reader.locale == "zh" else ", ").join(_words(reader, field, one) for one in value)
    if field is not None and isinstance(value, str) and value in field.options:
        return field.options[value].say(reader.locale)
    if isinstance(value, Mapping):
        return " ".join(str(part) for part in value.values() if part)
    return str(value)
