"""Working time (R-9.1)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from app.config.organisation_spec import CalendarSpec
from app.config.workflow_spec import Span
from app.data.services import is_working_day
from app.workflow.calendar import add, working_day_after, working_days_between

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFFICE = CalendarSpec(
    "office",
    "Asia/Shanghai",
    (("09:00", "12:00"), ("13:00", "18:00")),
    holidays="china",
    days_on=frozenset({date(2026, 10, 10)}),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-06-01", True),
        ("2026-06-06", False),
        ("2026-10-01", False),
        ("2026-10-10", True),
        ("2025-01-26", True),
        ("2031-01-01", False),
        ("2031-01-02", True),
    ],
)
def test_R_9_1_holidays_and_make_up_days_count(day: str, works: bool) -> None:
    assert is_working_day(OFFICE, date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-06-01 10:00", Span(1, "days"), "2026-06-02 10:00"),
        ("2026-06-05 10:00", Span(1, "days"), "2026-06-08 10:00"),
        ("2026-06-06 22:00", Span(1, "days"), "2026-06-09 09:00"),
        ("2026-06-01 12:30", Span(2, "hours"), "2026-06-01 15:00"),
        ("2026-06-01 17:30", Span(2, "hours"), "2026-06-02 10:30"),
        ("2026-06-05 17:59", Span(2, "minutes"), "2026-06-08 09:01"),
        ("2026-06-01 09:00", Span(8, "hours"), "2026-06-01 18:00"),
        ("2026-01-31 10:00", Span(1, "months"), "2026-02-28 10:00"),
        ("2026-09-30 10:00", Span(1, "days"), "2026-10-08 10:00"),
    ],
)
def test_R_9_1_deadlines_run_in_working_time(start: str, span: Span, end: str) -> None:
    assert add(OFFICE, at(start), span) == at(end)


def test_clock_time_elsewhere_counts_every_hour() -> None:
    assert add(OFFICE, at("2026-06-05 22:00"), Span(3, "hours"), working=False) == at("2026-06-06 01:00")
    assert add(OFFICE, at("2026-12-31 22:00"), Span(2, "months"), working=False) == at("2027-02-28 22:00")
    assert add(OFFICE, at("2026-06-05 10:00"), Span(4, "hours", working=True), working=False) == at("2026-06-05 15:00")


def test_working_days_are_counted_after_the_first_up_to_the_last() -> None:
    assert working_days_between(OFFICE, date(2026, 6, 5), date(2026, 6, 8)) == Decimal(1)
    assert working_days_between(OFFICE, date(2026, 6, 8), date(2026, 6, 5)) == Decimal(-1)
    assert working_day_after(OFFICE, date(2026, 6, 8), -1) == date(2026, 6, 5)
