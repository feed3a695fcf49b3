"""As of: which lines count for a day, by when they were booked or when they occurred, and as it was known at a time.

The last snapshot before the day answers for all that it holds, for nothing is booked before it occurred and nothing
goes into a closed month; what was booked after it is looked through line by line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from app.data.column_types import instant_text
from app.ledger.values import day_number

if TYPE_CHECKING:
    from app.ledger.kernel import Ledger

BOOKED, OCCURRED = "booked_on", "occurred_on"
LAST_DAY = 99991231


@dataclass(frozen=True, slots=True)
class AsOf:
    """The end of a business day (the last one, if unsaid) on one of two calendars; `known_at`: what was in the books then."""

    on: date | None = None
    by: str = BOOKED
    known_at: datetime | None = None

    @property
    def day(self) -> int:
        """The day as a number."""
        return day_number(self.on) if self.on else LAST_DAY

    @property
    def is_now(self) -> bool:
        """Tell whether everything counts."""
        return self.on is None and self.known_at is None

    @property
    def kept(self) -> str:
        """The condition on a period whose end balances may be used."""
        return "code * 100 + 31 <= ?" + (" and closed_at <= ?" if self.known_at else "")

    @property
    def entry(self) -> str:
        """The join of a line's entry, where a condition needs it."""
        return "" if self.by == BOOKED and not self.known_at else "join ledger_entry e on e.id = p.entry_id"

    @property
    def counts(self) -> str:
        """The condition on a line `p` and its entry `e`."""
        day = "p.booked_on <= ?" if self.by == BOOKED else "e.occurred_on <= ?"
        return day + (" and e.recorded_at <= ?" if self.known_at else "")

    def values(self, ledger: Ledger) -> tuple[Any, ...]:
        """Give the values of each condition."""
        if self.known_at is None:
            return (self.day,)
        return (self.day, self.known_at if ledger.which else instant_text(self.known_at))


NOW = AsOf()
