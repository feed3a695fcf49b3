"""Dates as files write them: one declared pattern, such as `DD.MM.YYYY hh:mm`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from app.core.clock import zone

TOKENS = {
    "YYYY": r"(?P<year>\d{4})",
    "YY": r"(?P<short>\d{2})",
    "MM": r"(?P<month>\d{1,2})",
    "DD": r"(?P<day>\d{1,2})",
    "hh": r"(?P<hour>\d{1,2})",
    "mm": r"(?P<minute>\d{1,2})",
    "ss": r"(?P<second>\d{1,2})(?:\.\d{1,9})?",
}
_TOKEN = re.compile("|".join(TOKENS))
DAYS = ("YYYY-MM-DD", "YYYY/MM/DD", "DD.MM.YYYY", "DD/MM/YYYY", "MM/DD/YYYY", "YYYY年MM月DD日", "YYYYMMDD")
KNOWN = tuple(f"{day}{clock}" for clock in ("", " hh:mm", " hh:mm:ss", "Thh:mm:ss") for day in DAYS)


@lru_cache(maxsize=200)
def _pattern(written: str) -> re.Pattern[str]:
    text, at = "", 0
    for found in _TOKEN.finditer(written):
        text += re.escape(written[at : found.start()]) + TOKENS[found.group()]
        at = found.end()
    return re.compile(text + re.escape(written[at:]))


def read_moment(text: str, written: str) -> datetime | None:
    """Give the moment that a text means in a pattern, without its zone; nothing where it means none."""
    found = _pattern(written).fullmatch(text.strip())
    if found is None:
        return None
    parts = {name: int(value) for name, value in found.groupdict().items() if value is not None}
    short = parts.pop("short", None)
    if short is not None:
        parts["year"] = 2000 + short if short < 70 else 1900 + short
    try:
        return datetime(parts.pop("year"), parts.pop("month"), parts.pop("day"), **parts)  # type: ignore[arg-type]  # noqa: DTZ001
    except (KeyError, ValueError):
        return None


def as_date(value: Any, written: str) -> date | None:
    """Give a cell as a date."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    moment = read_moment(str(value), written)
    return moment.date() if moment is not None else None


def as_instant(value: Any, written: str, *, place: str) -> datetime | None:
    """Give a cell as an instant; what the file says is the clock of its zone."""
    moment = value if isinstance(value, datetime) else with_zone(str(value))
    if moment is None and isinstance(value, date):
        moment = datetime(value.year, value.month, value.day)  # noqa: DTZ001  (its zone comes below)
    if moment is None:
        moment = read_moment(str(value), written)
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone(place))).astimezone(UTC)


def with_zone(text: str) -> datetime | None:
    """Give the instant of a text that says its own zone, `2026-01-31T08:30:00Z`; nothing where it says none."""
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def guessed_dates(texts: Iterable[str]) -> str | None:
    """Give the one pattern that all these texts are written in; the first, where several fit."""
    samples = [text for text in texts if text and not with_zone(text)]
    if not samples:
        return None
    return next((each for each in KNOWN if all(read_moment(text, each) for text in samples)), None)
