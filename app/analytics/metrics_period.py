"""Stretches of days: written as people say them, and cut into months, quarters and the like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, date, timedelta

from app.core.errors import DaybookError
from app.core.expressions.arithmetic import month_end, moved

DAY = timedelta(days=1)
MONTHS = {"month": 1, "quarter": 3, "year": 12}
WRITTEN = re.compile(r"(\d{4})(?:-(?:[qQ]([1-4])|(\d{2})(?:-(\d{2}))?))?", re.ASCII)
NAMED = re.compile(r"(this|last)[ _](day|week|month|quarter|year)")
LENGTH = re.compile(r"last[ _](\d{1,4})[ _](day|week|month|quarter|year)s?", re.ASCII)
SAME = {"today": "this day", "yesterday": "last day"}


class WrongPeriod(DaybookError):
    """'{period}' is no period. Write 2026, 2026-q1, 2026-03, 2026-01-01..2026-03-31, last month or last 30 days."""

    zh = "“{period}”不是期间。写成 2026、2026-q1、2026-03、2026-01-01..2026-03-31、last month 或 last 30 days。"
    status = 422


@dataclass(frozen=True)
class Period:
    """The days from the first to the last, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """Count them."""
        return (self.last - self.first).days + 1

    def cut(self, grain: str) -> Iterator[tuple[date, Period]]:
        """Give each day, week, month, quarter or year of it by its own first day, with the days that lie inside."""
        start = start_of(self.first, grain)
        while start <= self.last:
            following = next_of(start, grain)
            yield start, Period(max(start, self.first), min(following - DAY, self.last))
            start = following

    def until(self, day: date) -> Period:
        """Give what has come of it by a day."""
        return Period(self.first, min(self.last, day))


def read_period(given: str | tuple[date, date], today: date) -> Period:
    """Give a period from its text, or from its first and last day; raise `WrongPeriod`."""
    found = _said(given.strip().lower(), today) if isinstance(given, str) else Period(*given)
    if found is None or found.last < found.first or found.last.year == MAXYEAR:
        raise WrongPeriod(period=str(given)[:60])
    return found


def _said(text: str, today: date) -> Period | None:
    text = SAME.get(text, text)
    if match := NAMED.fullmatch(text):
        which, grain = match.groups()
        start = start_of(today, grain)
        start = start if which == "this" else start_of(start - DAY, grain)
        return Period(start, next_of(start, grain) - DAY)
    if match := LENGTH.fullmatch(text):
        return _latest(int(match[1]), match[2], today)
    return _written(text) or _between(text)


def _latest(count: int, grain: str, today: date) -> Period | None:
    """Give the last so many, the one under way included."""
    if grain in ("day", "week"):
        return Period(today - timedelta(days=count * (7 if grain == "week" else 1) - 1), today) if count else None
    start = moved(start_of(today, grain), -(count - 1) * MONTHS[grain])
    return Period(start, today) if count and start else None


def _written(text: str) -> Period | None:
    match = WRITTEN.fullmatch(text)
    if match is None:
        return None
    year, quarter, month, day = (int(part) if part else None for part in match.groups())
    try:
        if quarter:
            return Period(date(year or 0, quarter * 3 - 2, 1), month_end(date(year or 0, quarter * 3, 1)))
        first = date(year or 0, month or 1, day or 1)
        return Period(first, first if day else month_end(date(first.year, month or 12, 1)))
    except ValueError:
        return None


def _between(text: str) -> Period | None:
    first, dots, last = text.partition("..")
    begin, end = _written(first.strip()), _written(last.strip())
    return Period(begin.first, end.last) if dots and begin and end else None


def start_of(day: date, grain: str) -> date:
    """Give the first day of the week (Monday), month, quarter or year of a day."""
    if grain == "day":
        return day
    if grain == "week":
        return day - timedelta(days=day.weekday())
    months = MONTHS[grain]
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


def next_of(start: date, grain: str) -> date:
    """Give the first day of what follows."""
    if grain in ("day", "week"):
        return start + timedelta(days=7 if grain == "week" else 1)
    return moved(start, MONTHS[grain])
