"""What an expression sees while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from app.core.expressions.nodes import Count
from app.core.links import Link


class Services(Protocol):
    """What lies outside the document at hand."""

    def follow(self, link: Link) -> Mapping[str, Any]:
        """Give the document (or account with its employee's fields) that a link points to."""

    def count(self, count: Count, scope: Scope) -> Any:
        """Answer a figure over other documents."""

    def call(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """Ask a registered function of a ledger."""

    def under(self, below: Link, above: Link | str) -> bool:
        """Tell whether a document of a tree is another one or stands under it."""

    def has_role(self, role: str) -> bool:
        """Tell whether the person holds a role."""

    def working_days(self, day: date, count: int) -> date:
        """Give the day so many working days later, or earlier if negative."""

    def working_days_between(self, start: date, end: date) -> Decimal:
        """Count the working days after `start` up to `end`."""


@dataclass(slots=True)
class Scope:
    """The row at hand, its document, the person, the day, and what is outside."""

    row: Mapping[str, Any]
    this: Mapping[str, Any]
    services: Services
    line: Mapping[str, Any] | None = None  # the row that holds a link, while its candidates are asked
    me: Mapping[str, Any] | None = None  # id, number, employee, and the employee's fields
    today: date | None = None
    now: datetime | None = None
    event: Mapping[str, Any] | None = None

    def of(self, row: Mapping[str, Any]) -> Scope:
        """Give the same scope at another row; the row at hand becomes the line."""
        line = self.line if self.line is not None else self.row
        return Scope(row, self.this, self.services, line, self.me, self.today, self.now, self.event)
