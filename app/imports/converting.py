"""Cells as their fields take them: dates in the file's pattern, numbers with commas, options by their labels."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from app.config.form_spec import FieldSpec
from app.config.import_spec import SourceSpec
from app.core.expressions.functions import as_text, parsed_number
from app.core.links import Link
from app.core.words import Words
from app.data.kinds import kind_of
from app.imports.dates import as_date, as_instant
from app.imports.finding import LinkFinder

YES_AND_NO = {"y": "yes", "n": "no", "t": "true", "f": "false"}


class Wrong(Exception):
    """A cell that its field can't take, with the reason in words."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.words = Words(english, chinese)


class Converter:
    """Turns what an expression over columns gave into what a field takes; the rest of the check is the field's own."""

    def __init__(self, source: SourceSpec, links: LinkFinder) -> None:
        self.source = source
        self.links = links
        self.by_kind: dict[str, Callable[[FieldSpec, Any], Any]] = {
            "date": self._date,
            "datetime": self._instant,
            "decimal": _number,
            "boolean": _boolean,
            "text": _text,
            "choices": _options,
            "link": self._link,
            "links": self._links,
            "address": _address,
        }

    def convert(self, spec: FieldSpec, value: Any) -> Any:
        """Give the value for a field; raise Wrong where it can't be one."""
        if value is None or value == "":
            return None
        convert = self.by_kind.get(kind_of(spec))
        return convert(spec, value) if convert else value

    def _date(self, _spec: FieldSpec, value: Any) -> date:
        found = as_date(value, self.source.dates)
        if found is None:
            raise self._no_date(value)
        return found

    def _instant(self, _spec: FieldSpec, value: Any) -> datetime:
        found = as_instant(value, self.source.dates, place=self.source.zone)
        if found is None:
            raise self._no_date(value)
        return found

    def _no_date(self, value: Any) -> Wrong:
        written = self.source.dates
        return Wrong(
            f"'{str(value)[:40]}' is no date like {written}.", f"“{str(value)[:40]}”不是 {written} 格式的日期。"
        )

    def _link(self, spec: FieldSpec, value: Any) -> Link:
        if isinstance(value, Link):
            return value
        text = as_text(value).strip()
        found = self.links.find(spec, text)
        if len(found) == 1:
            return found[0]
        label = spec.label
        if found:
            numbers = ", ".join(link.number for link in found[:3])
            raise Wrong(
                f"'{text[:40]}' can be {numbers}. Write the number of the {label.say('en').lower()}.",
                f"“{text[:40]}”可能是 {numbers}，请填写{label.say('zh')}的编号。",
            )
        raise Wrong(f"There is no {label.say('en').lower()} '{text[:40]}'.", f"没有{label.say('zh')}“{text[:40]}”。")

    def _links(self, spec: FieldSpec, value: Any) -> tuple[Link, ...]:
        parts = parts_of(value)
        return tuple(self._link(spec, part) for part in parts if part not in (None, "", " "))


def _number(_spec: FieldSpec, value: Any) -> Any:
    """Commas between the thousands go; anything else is the field's own check."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if "," in text:
        known = parsed_number(text)
        return known if known is not None else text
    return text


def _boolean(_spec: FieldSpec, value: Any) -> Any:
    return YES_AND_NO.get(value.strip().lower(), value) if isinstance(value, str) else value


def _text(spec: FieldSpec, value: Any) -> Any:
    text = value if isinstance(value, str) else as_text(value)
    return _option(spec, text) if spec.options else text


def _options(spec: FieldSpec, value: Any) -> list[str]:
    parts = parts_of(value if isinstance(value, list | tuple) else as_text(value).replace("，", ","))
    return [_option(spec, str(part).strip()) for part in parts if str(part).strip()]


def _option(spec: FieldSpec, text: str) -> str:
    """An option is known by its name and by its labels."""
    wanted = text.strip()
    if wanted in spec.options:
        return wanted
    low = wanted.casefold()
    labels = (
        (name, {words.en.casefold(), words.zh.casefold(), name.casefold()}) for name, words in spec.options.items()
    )
    return next((name for name, known in labels if low in known), wanted)


def parts_of(value: Any) -> list[Any]:
    """Give the parts of a list: what stands between commas, or in a list of JSON, where a part holds one itself."""
    if isinstance(value, list | tuple):
        return list(value)
    text = as_text(value)
    found = _json(text) if text.startswith("[") else None
    return found if isinstance(found, list) else text.split(",")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _address(_spec: FieldSpec, value: Any) -> Any:
    if isinstance(value, str) and value.startswith("{"):
        return _json(value) or {"street": value}
    return {"street": as_text(value)} if isinstance(value, str | Decimal | date | time) else value
