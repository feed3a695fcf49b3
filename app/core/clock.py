"""The one place that reads the clock; tests stop it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo

_stopped: ContextVar[datetime | None] = ContextVar("stopped", default=None)
zone = cache(ZoneInfo)


def now() -> datetime:
    """Give the instant in UTC."""
    return _stopped.get() or datetime.now(UTC)


def today(zone_name: str = "UTC") -> date:
    """Give the business day in a company's zone."""
    return now().astimezone(zone(zone_name)).date()


@contextmanager
def stopped(at: datetime) -> Iterator[None]:
    """Stop the clock at an instant, for tests and simulations."""
    token = _stopped.set(at)
    try:
        yield
    finally:
        _stopped.reset(token)
