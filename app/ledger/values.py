"""What goes into the ledger and what comes out of it, as plain values.

Amounts are integers in the smallest unit of their commodity, values integers in the smallest unit of the base currency.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

BASE = "base"  # the commodity of the company's own currency
STOCK, MONEY = "stock", "money"  # books: of goods, of everything in the chart
DIMENSIONS = ("channel", "store", "warehouse", "brand", "department")


class Key(NamedTuple):
    """A balance row: account, commodity, lot (0: the total of the commodity there)."""

    account: int
    commodity: int
    lot: int = 0


@dataclass(frozen=True, slots=True)
class Account:
    """A place that things come from and go to; guarded: it has balance rows with a floor."""

    id: int
    code: str
    book: str
    chart: str
    guarded: bool
    floor: int
    form: str
    number: str
    title: str

    @property
    def name(self) -> str:
        """What people read."""
        return self.title or self.number or self.code


@dataclass(frozen=True, slots=True)
class Commodity:
    """What is counted: its smallest unit is 10 ** -scale; costing `average` of a place, or by `lot`."""

    id: int
    code: str
    scale: int
    conserved: bool
    owed: bool
    costing: str
    family: str
    unit: str


@dataclass(frozen=True, slots=True)
class Hold:
    """What is still reserved of one line: where, of what, and how much of it is open."""

    entry: int
    line: int
    source: str
    target: str
    commodity: str
    lot: int
    amount: int
    open: int
    key: Key  # the row that carries it


@dataclass(frozen=True, slots=True)
class Move:
    """An amount that goes from one account to another; without a value it takes its cost along."""

    source: str
    target: str
    commodity: str
    amount: int
    value: int | None = None
    lot: str | None = None
    hold: Hold | None = None  # the reservation that this move settles
    held: int | None = None  # how much of it; the amount if unsaid
    origin: tuple[int, int] | None = None  # the posting (entry, line) that this corrects, at its own value
    by: Mapping[str, str] = field(default_factory=dict)
    party: str | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """One line of a journal: debit positive, credit negative; in another currency with its amount there."""

    account: str
    value: int
    commodity: str = BASE
    amount: int | None = None
    by: Mapping[str, str] = field(default_factory=dict)
    party: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before it is made: what happened, on whose behalf, under which key."""

    event: str
    key: str
    document: str  # form:number
    booked_on: date
    moves: tuple[Move, ...] = ()
    legs: tuple[Leg, ...] = ()
    occurred_on: date | None = None  # the business day, where the books have moved on
    request: object = None  # what was asked for; the moves and legs if unsaid
    entry: int | None = None  # the key is claimed already
    costs_to: str = "customers"  # who bears the difference when goods left before they came
    actor: str | None = None


@dataclass(slots=True)
class Row:
    """A balance row under its lock."""

    posted: int
    pending_in: int
    pending_out: int
    value: int
    ref_amount: int
    ref_value: int
    floor: int

    @property
    def available(self) -> int:
        """What may still leave or be reserved."""
        return self.posted - self.pending_out - self.floor


@dataclass(frozen=True, slots=True)
class Pick:
    """So much of a lot (None: goods without a lot)."""

    lot: str | None
    amount: int


@dataclass(frozen=True, slots=True)
class Balance:
    """An amount and its value, with whatever they are grouped by."""

    amount: int
    value: int
    pending_in: int = 0
    pending_out: int = 0
    by: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrialLine:
    """One account of the chart with its value: debit positive, credit negative."""

    chart: str
    value: int
    by: Mapping[str, str] = field(default_factory=dict)


def day_number(day: date) -> int:
    """Give a date as the integer yyyymmdd."""
    return day.year * 10000 + day.month * 100 + day.day
