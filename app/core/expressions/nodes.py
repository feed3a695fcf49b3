"""The trees of an expression: as read (names and signs), and as checked (types, sources, counts)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from app.core.expressions.types import Type


@dataclass(frozen=True)
class Node:
    """Anything that was read, with its place in the text."""

    start: int
    length: int


@dataclass(frozen=True)
class Constant(Node):
    """A written value: Decimal, text, true, false, null."""

    value: Any


@dataclass(frozen=True)
class Path(Node):
    """Names with points between them."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Call(Node):
    """A function with its arguments; `where` only in a list function."""

    name: str
    arguments: tuple[Node, ...]
    where: Node | None = None


@dataclass(frozen=True)
class Operation(Node):
    """An operator between operands: or, and, not, ==, !=, <, <=, >, >=, in, not in, +, -, *, /, negative."""

    operator: str
    operands: tuple[Node, ...]


@dataclass(frozen=True)
class Listing(Node):
    """Values in square brackets."""

    items: tuple[Node, ...]


@dataclass(frozen=True)
class Typed:
    """A checked part of an expression: its type and its place in the text."""

    type: Type
    start: int
    length: int

    @property
    def parts(self) -> tuple[Typed, ...]:
        """Give the parts directly below."""
        return ()


@dataclass(frozen=True)
class Value(Typed):
    """A value that is written out."""

    value: Any = None


@dataclass(frozen=True)
class Name(Typed):
    """A value that is looked up: where it comes from (row this line me today now event), its path and their types."""

    source: str = "row"
    path: tuple[str, ...] = ()
    steps: tuple[Type, ...] = ()

    @property
    def dotted(self) -> str:
        """Give the name as written, such as `this.supplier.payment_term`."""
        return ".".join(self.path if self.source == "row" else (self.source, *self.path))


@dataclass(frozen=True)
class Apply(Typed):
    """An operator or function of single values."""

    name: str = ""
    arguments: tuple[Typed, ...] = ()

    @property
    def parts(self) -> tuple[Typed, ...]:
        """Give the arguments."""
        return self.arguments


@dataclass(frozen=True)
class Items(Typed):
    """A written list."""

    items: tuple[Typed, ...] = ()

    @property
    def parts(self) -> tuple[Typed, ...]:
        """Give what stands in the brackets."""
        return self.items


@dataclass(frozen=True)
class Fold(Typed):
    """A list function over a list at hand: rows of a table, many links, choices, a written list.

    `value` and `where` speak of one item: their names with source `row` belong to it. Without a list
    (`base` None) it folds the rows of the source that a metric reads.
    """

    name: str = ""
    base: Typed | None = None
    value: Typed | None = None
    where: Typed | None = None

    @property
    def parts(self) -> tuple[Typed, ...]:
        """Give list, value and condition."""
        return tuple(part for part in (self.base, self.value, self.where) if part is not None)


@dataclass(frozen=True)
class Count:
    """A figure over the documents (or lines) of a form: which, of what, and the comparisons that make it fast.

    In `value` and `where` names with source `row` belong to the counted line or its document. `equalities`
    pairs a field of the counted form with the node of this side it must equal (or be `in`).
    """

    function: str
    form: str
    table: str | None
    value: Typed | None
    where: Typed | None
    equalities: tuple[tuple[str, Typed], ...] = ()


@dataclass(frozen=True)
class Counted(Typed):
    """The figure of a Count."""

    count: Count | None = None


def depth(node: Typed) -> int:
    """Count how many parts stand inside each other."""
    return 1 + max((depth(part) for part in node.parts), default=0)


def walk(node: Typed) -> Iterator[Typed]:
    """Give a checked node and everything below it."""
    yield node
    for part in node.parts:
        yield from walk(part)
