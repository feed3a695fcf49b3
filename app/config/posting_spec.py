"""The posting table: books and places, and events that speak in roles, which a chart turns into accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.core.words import Words

Figures = Mapping[str, int]  # figure -> +1 or -1


@dataclass(frozen=True)
class PostingLine:
    """One side of an event: debit or credit a role with a sum or difference of the event's figures."""

    side: str  # debit credit
    role: str
    amount: Figures
    each: str | None = None
    by: tuple[str, ...] = ()
    party: str | None = None
    currency: str | None = None
    value_only: bool = False


@dataclass(frozen=True)
class MoveLine:
    """So much of what a book counts goes from one place to another, is held for it, or is given back."""

    act: str  # move hold release
    book: str
    source: str
    target: str = ""
    amount: Figures = field(default_factory=dict)  # of a release: all that is open, if unsaid
    value: Figures = field(default_factory=dict)  # takes its value along, if unsaid
    settles: Figures = field(default_factory=dict)  # how much of what is held it uses up
    by: tuple[str, ...] = ()
    party: str | None = None


@dataclass(frozen=True)
class BookSpec:
    """A book of something counted: its smallest unit is 10 ** -decimals, and it closes by itself."""

    name: str
    title: Words
    decimals: int = 0
    unit: str = ""
    conserved: bool = True
    owed: bool = False  # points and the like: what is held for others has a negative value
    costing: str = "average"  # or lot: batches with their own value and day of expiry


@dataclass(frozen=True)
class PlaceSpec:
    """A kind of place: its book, the role under which it carries value, and its floor, if it is watched."""

    role: str = ""
    book: str = "stock"
    floor: int | None = None  # in the smallest unit of its book


@dataclass(frozen=True)
class PostingSpec:
    """Roles with their account in each chart, books, places, and what each event enters."""

    roles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    places: Mapping[str, PlaceSpec] = field(default_factory=dict)
    events: Mapping[str, tuple[PostingLine, ...]] = field(default_factory=dict)
    books: Mapping[str, BookSpec] = field(default_factory=dict)
    moves: Mapping[str, tuple[MoveLine, ...]] = field(default_factory=dict)
