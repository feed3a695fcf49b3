"""Working time: hours, week, holidays and exceptions of a company calendar; deadlines in it (R-9.1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from app.config.organisation_spec import CalendarSpec
from app.config.workflow_spec import Span
from app.core.clock import zone
from app.data.services import is_working_day

UNITS = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1), "days": timedelta(days=1)}


def working_day_after(calendar: CalendarSpec, day: date, days: int) -> date:
    """Give the day that many working days later (earlier, if negative); 0 gives the day itself."""
    step = timedelta(days=1 if days >= 0 else -1)
    for _ in range(abs(days)):
        day += step
        while not is_working_day(calendar, day):
            day += step
    return day


def working_days_between(calendar: CalendarSpec, first: date, last: date) -> Decimal:
    """Count the working days after the first up to the last; negative where the last is earlier."""
    if last < first:
        return -working_days_between(calendar, last, first)
    days = (first + timedelta(days=n) for n in range(1, (last - first).days + 1))
    return Decimal(sum(is_working_day(calendar, day) for day in days))


def add(calendar: CalendarSpec, start: datetime, span: Span, *, working: bool = True) -> datetime:
    """Give the instant a span later, in UTC: in working time (steps) or, where not said so, in clock time."""
    if not (working or span.working):
        return _clock_add(calendar, start, span)
    local = start.astimezone(zone(calendar.zone))
    if span.unit == "months":
        return _into_work(calendar, _months_later(local, span.amount)).astimezone(UTC)
    local = _into_work(calendar, local)
    if span.unit == "days":
        day = working_day_after(calendar, local.date(), span.amount)
        local = datetime.combine(day, local.timetz())
    else:
        local = _through_work(calendar, local, span.amount * UNITS[span.unit])
    return local.astimezone(UTC)


def _clock_add(calendar: CalendarSpec, start: datetime, span: Span) -> datetime:
    local = start.astimezone(zone(calendar.zone))
    if span.unit == "months":
        return _months_later(local, span.amount).astimezone(UTC)
    return start + span.amount * UNITS[span.unit]


def _months_later(at: datetime, months: int) -> datetime:
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return at.replace(year=year, month=month + 1, day=min(at.day, last))


def _hours(calendar: CalendarSpec, day: date) -> list[tuple[datetime, datetime]]:
    """Give the working hours of one working day."""
    at = zone(calendar.zone)
    return [(_at(day, first, at), _at(day, last, at)) for first, last in calendar.hours]


def _at(day: date, text: str, place: ZoneInfo) -> datetime:
    if text == "24:00":
        return datetime.combine(day + timedelta(days=1), time(0), place)
    return datetime.combine(day, time.fromisoformat(text), place)


def _into_work(calendar: CalendarSpec, at: datetime) -> datetime:
    """Give the instant itself if people work then, else the next one when they do."""
    if is_working_day(calendar, at.date()):
        for first, last in _hours(calendar, at.date()):
            if at < last:
                return max(at, first)
    day = working_day_after(calendar, at.date(), 1)
    return _hours(calendar, day)[0][0]


def _through_work(calendar: CalendarSpec, at: datetime, length: timedelta) -> datetime:
    while True:
        for first, last in _hours(calendar, at.date()):
            begin = max(at, first)
            if begin < last and begin + length <= last:
                return begin + length
            length -= max(last - begin, timedelta(0))
        at = _hours(calendar, working_day_after(calendar, at.date(), 1))[0][0]
