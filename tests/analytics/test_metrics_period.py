"""Periods as people write them, and how they are cut."""

from __future__ import annotations

from datetime import date

import pytest

from app.analytics.metrics_period import Period, WrongPeriod, read_period

TODAY = date(2026, 3, 10)  # a Tuesday

SAID = {
    "2024": ("2024-01-01", "2024-12-31"),
    "2024-q4": ("2024-10-01", "2024-12-31"),
    "2024-Q1": ("2024-01-01", "2024-03-31"),
    "2024-02": ("2024-02-01", "2024-02-29"),
    "2024-02-29": ("2024-02-29", "2024-02-29"),
    "2023-12..2024-02": ("2023-12-01", "2024-02-29"),
    " 2024-01-05 .. 2024 ": ("2024-01-05", "2024-12-31"),
    "today": ("2026-03-10", "2026-03-10"),
    "yesterday": ("2026-03-09", "2026-03-09"),
    "this week": ("2026-03-09", "2026-03-15"),
    "last_week": ("2026-03-02", "2026-03-08"),
    "Last Month": ("2026-02-01", "2026-02-28"),
    "this quarter": ("2026-01-01", "2026-03-31"),
    "last quarter": ("2025-10-01", "2025-12-31"),
    "last year": ("2025-01-01", "2025-12-31"),
    "last 1 day": ("2026-03-10", "2026-03-10"),
    "last 30 days": ("2026-02-09", "2026-03-10"),
    "last 2 weeks": ("2026-02-25", "2026-03-10"),
    "last 12 months": ("2025-04-01", "2026-03-10"),
    "last_2_quarters": ("2025-10-01", "2026-03-10"),
}


@pytest.mark.parametrize(("text", "days"), SAID.items())
def test_periods_are_read_as_people_say_them(text: str, days: tuple[str, str]) -> None:
    found = read_period(text, TODAY)
    assert (str(found.first), str(found.last)) == days


@pytest.mark.parametrize(
    "text",
    [
        *("", "..", "2024..", "2024-13", "2023-02-29", "2024-q5", "24", "last 0 days", "0000", "9999", "2024..2023"),
        *("last -1 days", "last 99999 years", "next month", "2024-1-1", "２０２４", "2024\n2025", "x" * 5000),
    ],
)
def test_what_is_no_period_is_refused_with_examples(text: str) -> None:
    with pytest.raises(WrongPeriod, match="2026-q1"):
        read_period(text, TODAY)


def test_a_period_is_cut_at_the_borders_of_its_stretches() -> None:
    period = Period(date(2025, 12, 30), date(2026, 1, 6))
    assert list(period.cut("week")) == [
        (date(2025, 12, 29), Period(date(2025, 12, 30), date(2026, 1, 4))),
        (date(2026, 1, 5), Period(date(2026, 1, 5), date(2026, 1, 6))),
    ]
    assert [start for start, _ in period.cut("year")] == [date(2025, 1, 1), date(2026, 1, 1)]
    assert sum(days.days for _, days in period.cut("day")) == sum(days.days for _, days in period.cut("month")) == 8


def test_what_lies_ahead_is_not_counted_as_days() -> None:
    assert Period(date(2026, 3, 1), date(2026, 3, 31)).until(TODAY).days == 10
