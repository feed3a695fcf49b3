"""The words of phrases.yaml, filled with facts as people of a language read them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from app.core import formats
from app.core.links import Link
from app.core.words import Words
from app.data.values import Masked
from assistant.answers import Found


@cache
def phrases() -> Mapping[str, Any]:
    """Give every phrase."""
    return YAML(typ="safe").load(Path(__file__).with_name("phrases.yaml").read_text("utf-8"))


@dataclass(frozen=True)
class Speech:
    """One language, with the day and zone that dates are told in."""

    locale: str
    today: date
    zone: str = "UTC"
    home: str = "CNY"

    def say(self, group: str, key: str, **facts: Any) -> str:
        """Give a phrase with its facts."""
        text = phrases()[group][key][self.locale]
        return text.format(
            **{name: value if isinstance(value, str) else self.tell(value) for name, value in facts.items()}
        )

    def word(self, key: str, **facts: Any) -> str:
        """Give a small word; its own letters where there is none."""
        return self.say("words", key, **facts) if key in phrases()["words"] else key

    def tell(self, value: Any) -> str:
        """Give any value as it is read."""
        if isinstance(value, Masked):
            return str(value) or self.say("common", "hidden")
        if value is None:
            return formats.NONE
        if isinstance(value, Words):
            return value.say(self.locale)
        if isinstance(value, bool):
            return {"en": ("no", "yes"), "zh": ("否", "是")}[self.locale][value]
        if isinstance(value, (Decimal, int)):
            return formats.number(Decimal(value), most=4)
        if isinstance(value, datetime):
            return f"{value.astimezone(formats.ZoneInfo(self.zone)):%Y-%m-%d %H:%M}"
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, Link):
            return value.title or value.number
        return str(value)

    def money(self, value: Any, currency: str) -> str:
        """Give an amount with its currency; a mask stays a mask."""
        return formats.money(value, currency, home=self.home) if isinstance(value, Decimal) else self.tell(value)

    def price(self, value: Any, currency: str) -> str:
        """Give a unit price with its currency."""
        sign = formats.SIGNS.get(currency, f"{currency} ") if currency == self.home else f"{currency} "
        return f"{sign}{formats.price(value)}" if isinstance(value, Decimal) else self.tell(value)

    def quantity(self, value: Any, unit: str = "") -> str:
        """Give a quantity with its unit."""
        shown = "" if unit in ("piece", "pcs") else unit
        return formats.quantity(value, shown, locale=self.locale) if isinstance(value, Decimal) else self.tell(value)

    def place(self, number: int | None) -> str:
        """Give the mark of a source."""
        return f" [{number}]" if number else ""


def listed(
    tool: str, found: Found, speech: Speech, facts: Callable[[dict[str, Any]], Mapping[str, Any]], *, head: bool = True
) -> list[str]:
    """Give what a tool found as lines: how many, one a row with its source, and how many are left out."""
    first = [speech.say(tool, "head", **found.figures)] if head else []
    rows = [speech.say(tool, "line", **{**facts(row), "place": speech.place(row.get("place"))}) for row in found.rows]
    return [*first, *(f"- {row}" for row in rows), *more(found, speech)]


def more(found: Found, speech: Speech) -> list[str]:
    """Say how many are left out."""
    return [speech.say("common", "more", more=found.more)] if found.more else []
