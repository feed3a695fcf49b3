"""Each value of a document as its box shows it: the text to type on, the words to read, what is hidden, asked for, shut, wrong."""
from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.config.form_spec import FieldSpec, FormSpec
from app.core import formats
from app.core.errors import Problem
from app.core.links import Link
from app.data.files import KeptFile
from app.data.kinds import digits_of, kind_of
from app.data.preview import Computed
from app.data.values import Masked
from app.pages.views.cells import Reader, currency_of, told
from app.pages.wording import text

Cell = dict[str, Any]
LATER = frozenset({"required", "least"})           # said once a person tried to hand in, not before


@dataclass
class Drawing:
    """What a document's boxes are drawn from."""

    reader: Reader
    form: FormSpec
    computed: Computed
    files: Mapping[str, KeptFile] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)       # texts as typed, by path: shown again where they were refused
    problems: Mapping[str, Problem] = field(default_factory=dict)
    me: Link = Link("user", 0)


def cells(drawing: Drawing) -> dict[str, Cell]:
    """Give every box of a document by its path: `needed_on`, `lines.2.quantity`, `section.food`, `table.lines`."""
    found = {name: _cell(drawing, name, spec, drawing.computed.values) for name, spec in drawing.form.header.items()}
    for path, spec, row in _line_fields(drawing):
        found[path] = _cell(drawing, path, spec, row, bare=True)
    for name, shown in drawing.computed.show.items():
        if not shown and (name.startswith("section.") or name in drawing.form.tables):
            found[name if name.startswith("section.") else f"table.{name}"] = {"off": True}
    return found


def _line_fields(drawing: Drawing) -> Iterator[tuple[str, FieldSpec, Mapping[str, Any]]]:
    for table, rows in drawing.computed.tables.items():
        for row in rows:
            for name, spec in drawing.form.tables[table].fields.items():
                yield f"{table}.{row['line_no']}.{name}", spec, row


def _cell(drawing: Drawing, path: str, spec: FieldSpec, row: Mapping[str, Any], *, bare: bool = False) -> Cell:
    computed = drawing.computed
    if computed.show.get(path) is False:
        return {"off": True}
    shut = computed.readonly.get(path, False)
    value = row.get(spec.name)
    found = _masked(drawing, value) if isinstance(value, Masked) else _value(drawing, spec, value, row=row, shut=shut, bare=bare)
    if value is None and drawing.typed.get(path):
        found["text"] = drawing.typed[path]
    if shut:
        found["shut"] = True
    elif computed.required.get(path):
        found["need"] = True
    return found | _wrong(drawing, path)


def _masked(drawing: Drawing, value: Masked) -> Cell:
    return {"masked": str(value) or text("hidden", drawing.reader.locale)}


def _wrong(drawing: Drawing, path: str) -> Cell:
    problem = drawing.problems.get(path)
    if problem is None:
        return {}
    return {"warn" if problem.warn else "wrong": problem.words.say(drawing.reader.locale)}


def _value(drawing: Drawing, spec: FieldSpec, value: Any, *, row: Mapping[str, Any], shut: bool, bare: bool) -> Cell:
    if value is None or value == ():
        return {}
    if isinstance(value, Link):
        return {"text": _name(drawing, value), "value": value.number} | ({} if value.form == "user" else {"href": f"/{value.form}/{value.number}"})
    if isinstance(value, bool):
        return {"value": value}
    kind = kind_of(spec)
    if kind == "files":
        return {"value": [file_shown(drawing.files[one]) for one in value if one in drawing.files]}
    if kind == "links":
        return {"value": [{"number": one.number, "text": str(one)} for one in value]}
    if kind in ("choices", "address"):
        return {"value": list(value) if kind == "choices" else dict(value), "told": told(drawing.reader, spec, value, row)}
    if spec.type == "choice":
        return {"value": value, "told": told(drawing.reader, spec, value, row)}
    return {"told": told_bare(drawing.reader, spec, value, row, bare=bare)} if shut else {"text": typeable(drawing.reader, spec, value)}


def _name(drawing: Drawing, link: Link) -> str:
    """Give a link's words; oneself by name, even where only the account is known."""
    return drawing.me.title if link.form == "user" and link.id == drawing.me.id and drawing.me.title else str(link)


def file_shown(file: KeptFile) -> dict[str, Any]:
    """Give a kept file as the browser needs it."""
    return {"id": file.id, "name": file.name, "picture": file.type.startswith("image/") and file.in_place, "size": size_words(file.size)}


def size_words(size: int) -> str:
    """Give the size of a file: 12 kB, 3.4 MB."""
    return f"{max(1, size // 1000)} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def told_bare(reader: Reader, spec: FieldSpec, value: Any, row: Mapping[str, Any], *, bare: bool = True) -> str:
    """Give a value in words; in a column whose heading names the currency, money without its sign."""
    if bare and spec.type == "money" and isinstance(value, Decimal):
        return formats.money(value, currency_of(spec, row, reader.home), sign=False)
    return told(reader, spec, value, row)


def typeable(reader: Reader, spec: FieldSpec, value: Any) -> str:
    """Give a value as text that may be typed on."""
    if isinstance(value, Decimal):
        if spec.type == "percent":
            return formats.percent(value, most=4)
        least = 2 if spec.type in ("money", "price") else 0
        return formats.number(value, least=least, most=max(least, digits_of(spec)))
    if isinstance(value, datetime):
        return f"{value.astimezone(ZoneInfo(reader.zone)):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return formats.length(value, locale=reader.locale) if isinstance(value, timedelta) else str(value)


def sayable(problems: list[Problem], *, tried: bool, blank: frozenset[str] = frozenset()) -> list[Problem]:
    """Give the problems to be said now: what is merely missing only after a try, and nothing of rows left blank."""
    return [one for one in problems if (tried or one.code not in LATER) and ".".join(one.path.split(".")[:2]) not in blank]


def summary(drawing: Drawing, problems: list[Problem]) -> list[dict[str, str]]:
    """Give all problems as a list on top of the form, each with the place it leads to."""
    locale = drawing.reader.locale
    return [{"path": one.path, "text": one.words.say(locale), "at": place_words(drawing.reader, drawing.form, one.path), "warn": "warn" if one.warn else ""}
            for one in problems]


def place_words(reader: Reader, form: FormSpec, path: str) -> str:
    """Give where a problem stands in words: `Line 2, quantity`."""
    parts = path.split(".")
    table = form.tables.get(parts[0])
    if table is None:
        spec = form.header.get(parts[0])
        return spec.label.say(reader.locale) if spec else ""
    spec = table.fields.get(parts[2]) if len(parts) > 2 else None
    row = text("row_at", reader.locale, row=parts[1]) if len(parts) > 1 else table.title.say(reader.locale)
    return text("row_field", reader.locale, row=row, field=spec.label) if spec else row
