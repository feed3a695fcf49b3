"""The functions of single values: what they take, what they give, how they run. List functions are elsewhere."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from app.core.expressions import arithmetic
from app.core.expressions.arithmetic import Months, WorkingDays
from app.core.links import Link

LONGEST_RESULT = 20_000
LIST_FUNCTIONS = ("sum", "avg", "min", "max", "count", "any", "none", "latest")
NUMBER_TEXT = re.compile(r"[+-]?([0-9]{1,30}|[0-9]{1,3}(,[0-9]{3}){1,9})(\.[0-9]{1,30})?")


@dataclass(frozen=True)
class FunctionSpec:
    """One function: kinds of its parameters (`?` optional, `*` repeated, `|` either), kind of its result.

    A result `same` has the type of the first argument, `common` the type that all arguments share. A strict
    function gives empty as soon as one argument is empty, and `run` never sees it.
    """

    parameters: tuple[str, ...]
    returns: str
    run: Callable[..., Any] | None = None
    strict: bool = True

    @property
    def least(self) -> int:
        """Count the arguments that must be there."""
        return sum(1 for kind in self.parameters if kind[-1] not in "?*")

    @property
    def most(self) -> int | None:
        """Count the arguments that may be there; None: any number."""
        return None if self.parameters and self.parameters[-1].endswith("*") else len(self.parameters)

    def parameter(self, position: int) -> tuple[str, ...]:
        """Give the kinds that an argument may have."""
        return tuple(self.parameters[min(position, len(self.parameters) - 1)].rstrip("?*").split("|"))


def parsed_number(value: Any) -> Decimal | None:
    """Read a number with or without commas between the thousands; what is none is empty."""
    if isinstance(value, Decimal | int):
        return Decimal(value)
    text = str(value).strip()
    return Decimal(text.replace(",", "")) if NUMBER_TEXT.fullmatch(text) else None


def as_text(value: Any) -> str:
    """Write any value as text: numbers without useless zeros, dates as 2026-01-31, links as their number."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return _plain(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, Link):
        return value.number
    return str(value)[:LONGEST_RESULT]


def _plain(value: Decimal) -> str:
    if abs(value.adjusted()) > 200:
        return ""
    text = format(value, "f")
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def joined(separator: Any, *parts: Any) -> str:
    """Join what is not empty."""
    texts = (as_text(part) for part in parts if part is not None)
    return as_text(separator or "").join(text for text in texts if text)[:LONGEST_RESULT]


def replaced(text: str, old: str, new: str) -> str | None:
    """Replace every occurrence; a result beyond all measure is empty."""
    if not old:
        return text
    if len(text) + text.count(old) * max(len(new) - len(old), 0) > LONGEST_RESULT:
        return None
    return text.replace(old, new)


@lru_cache(maxsize=1000)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern))


def like(text: str, pattern: str) -> bool | None:
    """Tell whether a text fits a pattern: `*` anything, `?` one letter, `[0-9]` one of these."""
    try:
        return _pattern(pattern[:200]).match(text) is not None
    except re.error:
        return None


def left(text: str, count: Decimal) -> str:
    """Give the first letters."""
    return text[: max(int(count), 0)]


def right(text: str, count: Decimal) -> str:
    """Give the last letters."""
    wanted = max(int(count), 0)
    return text[max(len(text) - wanted, 0) :]


def is_empty(value: Any) -> bool:
    """Tell whether there is nothing: null, '' or no rows."""
    return value is None or (isinstance(value, str | tuple | list) and not value)


def coalesced(*values: Any) -> Any:
    """Give the first value that is there."""
    return next((value for value in values if value is not None), None)


def lowest(*values: Any) -> Any:
    """Give the smallest of the values that are there."""
    return min((value for value in values if value is not None), default=None)


def highest(*values: Any) -> Any:
    """Give the largest of the values that are there."""
    return max((value for value in values if value is not None), default=None)


def _part(name: str) -> Callable[[date], Decimal]:
    return lambda day: Decimal(getattr(day, name))


FUNCTIONS: Mapping[str, FunctionSpec] = {
    "round": FunctionSpec(("figure", "number?"), "same", arithmetic.rounded),
    "round_up": FunctionSpec(("figure", "number?"), "same", arithmetic.rounded_up),
    "round_down": FunctionSpec(("figure", "number?"), "same", arithmetic.rounded_down),
    "abs": FunctionSpec(("figure",), "same", arithmetic.EXACT.abs),
    "mod": FunctionSpec(("figure", "figure"), "same", arithmetic.remainder),
    "min": FunctionSpec(("ordered", "ordered*"), "common", lowest, strict=False),
    "max": FunctionSpec(("ordered", "ordered*"), "common", highest, strict=False),
    "number": FunctionSpec(("text|figure",), "number", parsed_number),
    "coalesce": FunctionSpec(("any", "any*"), "common", coalesced, strict=False),
    "empty": FunctionSpec(("any|list",), "boolean", is_empty, strict=False),
    "days": FunctionSpec(("number",), "duration", lambda n: arithmetic.span("days", n)),
    "hours": FunctionSpec(("number",), "duration", lambda n: arithmetic.span("hours", n)),
    "minutes": FunctionSpec(("number",), "duration", lambda n: arithmetic.span("minutes", n)),
    "months": FunctionSpec(("number",), "months", lambda n: Months(int(n))),
    "years": FunctionSpec(("number",), "months", lambda n: Months(12 * int(n))),
    "working_days": FunctionSpec(("number",), "working_days", lambda n: WorkingDays(int(n))),
    "date": FunctionSpec(("number", "number", "number"), "date", arithmetic.made_date),
    "year": FunctionSpec(("date",), "number", _part("year")),
    "month": FunctionSpec(("date",), "number", _part("month")),
    "day": FunctionSpec(("date",), "number", _part("day")),
    "weekday": FunctionSpec(("date",), "number", lambda day: Decimal(day.isoweekday())),
    "month_start": FunctionSpec(("date",), "date", arithmetic.month_start),
    "month_end": FunctionSpec(("date",), "date", arithmetic.month_end),
    "upper": FunctionSpec(("text",), "text", str.upper),
    "lower": FunctionSpec(("text",), "text", str.lower),
    "trim": FunctionSpec(("text",), "text", str.strip),
    "length": FunctionSpec(("text",), "number", lambda text: Decimal(len(text))),
    "left": FunctionSpec(("text", "number"), "text", left),
    "right": FunctionSpec(("text", "number"), "text", right),
    "contains": FunctionSpec(("text", "text"), "boolean", lambda text, part: part in text),
    "starts_with": FunctionSpec(("text", "text"), "boolean", str.startswith),
    "ends_with": FunctionSpec(("text", "text"), "boolean", str.endswith),
    "replace": FunctionSpec(("text", "text", "text"), "text", replaced),
    "join": FunctionSpec(("text", "any*"), "text", joined, strict=False),
    "text": FunctionSpec(("any",), "text", as_text),
    "like": FunctionSpec(("text", "text"), "boolean", like),
}
SERVICES: Mapping[str, FunctionSpec] = {  # answered by the world outside the expression
    "under": FunctionSpec(("link", "link|text"), "boolean"),
    "has_role": FunctionSpec(("text",), "boolean"),
    "working_days_between": FunctionSpec(("date", "date"), "number"),
}
SPECIAL = ("if", "column")
FAILURES = (ArithmeticError, ValueError)  # too large, no such day: empty
FIGURES = ("number", "money")
ORDERED = ("number", "money", "date", "datetime", "time", "duration", "text")
