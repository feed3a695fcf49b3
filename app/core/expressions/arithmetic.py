"""Exact figures and spans of time. Nothing here raises on values of the right type: what can't be is empty."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import (
    MAX_EMAX,
    MIN_EMIN,
    ROUND_DOWN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from typing import Any

EXACT = Context(
    prec=9999, rounding=ROUND_HALF_UP, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[InvalidOperation, DivisionByZero, Overflow]
)
QUOTIENT_DECIMALS = 12  # what a division keeps, rounded half up
QUOTIENT = Decimal(1).scaleb(-QUOTIENT_DECIMALS)
MICROSECONDS = {"days": 86_400_000_000, "hours": 3_600_000_000, "minutes": 60_000_000}
ONE = Decimal(1)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Months:
    """A number of months, which can only be added to a date."""

    count: int


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """A number of working days, which can only be added to a date."""

    count: int


def divide(a: Decimal, b: Decimal) -> Decimal | None:
    """Divide to 12 decimals, half up; by zero: empty."""
    if not b:
        return None
    numerator, divisor = Decimal(a).as_integer_ratio(), Decimal(b).as_integer_ratio()
    over = numerator[0] * divisor[1] * 10**QUOTIENT_DECIMALS
    under = numerator[1] * divisor[0]
    quotient = (2 * abs(over) + abs(under)) // (2 * abs(under))
    return EXACT.create_decimal(-quotient if (over < 0) != (under < 0) else quotient).scaleb(-QUOTIENT_DECIMALS, EXACT)


def rounded(value: Decimal, decimals: Any = 2, rounding: str = ROUND_HALF_UP) -> Decimal | None:
    """Round half up to so many decimals (-12 to 12)."""
    places = int(decimals)
    if not -12 <= places <= 12:
        return None
    return EXACT.add(EXACT.create_decimal(value).quantize(ONE.scaleb(-places), rounding, EXACT), 0)


def rounded_up(value: Decimal, decimals: Any = 2) -> Decimal | None:
    """Round away from zero."""
    return rounded(value, decimals, "ROUND_UP")


def rounded_down(value: Decimal, decimals: Any = 2) -> Decimal | None:
    """Round towards zero."""
    return rounded(value, decimals, ROUND_DOWN)


def remainder(a: Decimal, b: Decimal) -> Decimal | None:
    """Give what is left of a division, with the sign of `a`; by zero: empty."""
    return EXACT.remainder(a, b) if b else None


def span(unit: str, amount: Decimal) -> timedelta:
    """Give a length of time, to the microsecond."""
    return timedelta(microseconds=int(EXACT.multiply(amount, MICROSECONDS[unit]).to_integral_value(ROUND_HALF_UP)))


def moved(day: Any, months: int) -> Any:
    """Move a date or an instant by months; the 31st becomes the last day of a shorter month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        return None
    return day.replace(year=year, month=month + 1, day=min(day.day, last_day(year, month + 1)))


def last_day(year: int, month: int) -> int:
    """Count the days of a month."""
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def month_start(day: date) -> date:
    """Give the first day of the month."""
    return day.replace(day=1)


def month_end(day: date) -> date:
    """Give the last day of the month."""
    return day.replace(day=last_day(day.year, day.month))


def made_date(year: Decimal, month: Decimal, day: Decimal) -> date | None:
    """Give a date, or empty where there is no such day."""
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def days_between(later: date, earlier: date) -> Decimal:
    """Count the days from one date to another."""
    return Decimal((later - earlier).days)


def shifted(day: Any, by: timedelta, sign: int) -> Any:
    """Add a length of time to a date (whole days of it) or an instant."""
    if isinstance(day, datetime):
        return day + by if sign > 0 else day - by
    return day + timedelta(days=sign * by.days)


def stretched(length: timedelta, by: Decimal) -> timedelta:
    """Multiply a length of time, to the microsecond."""
    return timedelta(
        microseconds=int(EXACT.multiply(Decimal(length // MICROSECOND), by).to_integral_value(ROUND_HALF_UP))
    )


def shrunk(length: timedelta, by: Decimal) -> timedelta | None:
    """Divide a length of time, to the microsecond, half up; by zero: empty."""
    if not by:
        return None
    over, under = Decimal(by).as_integer_ratio()
    part = length // MICROSECOND * under
    nearest = (2 * abs(part) + abs(over)) // (2 * abs(over))
    return timedelta(microseconds=-nearest if (part < 0) != (over < 0) else nearest)


def part_of(length: timedelta, whole: timedelta) -> Decimal | None:
    """Say how often one length of time goes into another."""
    return divide(Decimal(length // MICROSECOND), Decimal(whole // MICROSECOND))
