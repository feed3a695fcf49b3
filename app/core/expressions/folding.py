"""The list functions over values: empties are skipped; the sum of nothing is 0, its largest value is empty."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.core.expressions.arithmetic import EXACT, divide

ZERO = Decimal(0)


def total(values: Iterable[Any]) -> Any:
    """Add up figures, or lengths of time."""
    found: Any = None
    for value in values:
        if value is not None:
            found = (
                value if found is None else (found + value if isinstance(value, timedelta) else EXACT.add(found, value))
            )
    return ZERO if found is None else found


def total_time(values: Iterable[Any]) -> timedelta:
    """Add up lengths of time."""
    return sum((value for value in values if value is not None), timedelta(0))


def average(values: Iterable[Any]) -> Decimal | None:
    """Give the mean of what is there, to 12 decimals."""
    there = [value for value in values if value is not None]
    return divide(total(there), Decimal(len(there))) if there else None


def smallest(values: Iterable[Any]) -> Any:
    """Give the smallest value that is there."""
    return min((value for value in values if value is not None), default=None)


def largest(values: Iterable[Any]) -> Any:
    """Give the largest value that is there."""
    return max((value for value in values if value is not None), default=None)


def number_of(values: Iterable[Any]) -> Decimal:
    """Count what is there."""
    return Decimal(sum(1 for value in values if value is not None))


def is_any(values: Iterable[Any]) -> bool:
    """Tell whether there is something."""
    return any(value is not None for value in values)


def is_none(values: Iterable[Any]) -> bool:
    """Tell whether there is nothing."""
    return not is_any(values)


def newest(values: Iterable[Any]) -> Any:
    """Give the last value that is there."""
    return next((value for value in reversed(list(values)) if value is not None), None)


FOLDS: Mapping[str, Callable[[Iterable[Any]], Any]] = {
    "sum": total,
    "avg": average,
    "min": smallest,
    "max": largest,
    "count": number_of,
    "any": is_any,
    "none": is_none,
    "latest": newest,
}
