"""The types of expressions: what names mean where an expression stands, and what goes wrong in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.core.words import Words

THIS_RULE = Words("this rule", "此规则")


class ExpressionError(Exception):
    """An expression can't be understood: what is wrong in both languages, and where in its text."""

    def __init__(self, words: Words, start: int = 0, length: int = 1) -> None:
        self.words = words
        self.start = start
        self.length = length
        super().__init__(words.en)


@dataclass(frozen=True)
class Type:
    """What kind of value it is; of a link the form, of a choice the options, of a list what is in it.

    Kinds: number money text boolean date datetime time duration choice choices link list row any null,
    and months and working_days, which can only be added to a date. A user is a link with the form `user`,
    an address is `row` with the form `address`.
    """

    kind: str
    form: str | None = None
    options: tuple[str, ...] = ()
    item: Type | None = None


@dataclass(frozen=True)
class Shape:
    """What a form's documents look like: fields, line tables, stages, and the field that makes a tree."""

    name: str
    fields: Mapping[str, Type]
    tables: Mapping[str, Mapping[str, Type]] = field(default_factory=dict)
    stages: tuple[str, ...] = ()
    tree: str | None = None


@dataclass(frozen=True)
class Place:
    """Where an expression stands, which says what its names mean."""

    form: str | None
    table: str | None = None  # bare names are a row of this line table
    candidate: str | None = None  # `where` of a link: bare names are a document of that form
    person: bool = True  # may speak of `me`
    others: bool = True  # may count other documents and ask ledgers
    event: Mapping[str, Type] | None = None  # data of an outside event; empty: anything
    columns: Mapping[str, Type] | None = None  # bare names are the columns of a source
    source: tuple[str, str | None] | None = None  # of a metric: sum( ) and where read this form (and line table)
    said: Words = THIS_RULE  # how messages call the place: `a row rule`

    @property
    def in_database(self) -> bool:
        """Tell whether the database must be able to answer."""
        return not self.others and self.columns is None


NUMBER = Type("number")
MONEY = Type("money")
TEXT = Type("text")
BOOLEAN = Type("boolean")
DATE = Type("date")
DATETIME = Type("datetime")
TIME = Type("time")
DURATION = Type("duration")
MONTHS = Type("months")
WORKING_DAYS = Type("working_days")
ANY = Type("any")
NULL = Type("null")
USER = Type("link", form="user")
ADDRESS = Type("row", form="address")
ADDRESS_PARTS = ("country", "province", "city", "district", "street", "postal_code")


def link_to(form: str) -> Type:
    """Give the type of a link to a form."""
    return Type("link", form=form)


def list_of(item: Type) -> Type:
    """Give the type of a list."""
    return Type("list", item=item)


def choice_of(*options: str) -> Type:
    """Give the type of a choice among these options."""
    return Type("choice", options=options)
