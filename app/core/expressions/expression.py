"""An expression, checked and ready to run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.core.expressions import said
from app.core.expressions.check import Checker
from app.core.expressions.combining import fits, options_hold
from app.core.expressions.database import refuse_unanswerable
from app.core.expressions.evaluation import compiled
from app.core.expressions.functions import FUNCTIONS, SERVICES
from app.core.expressions.nodes import Apply, Count, Counted, Fold, Name, Path, Typed, Value
from app.core.expressions.reader import read
from app.core.expressions.scope import Scope
from app.core.expressions.types import ExpressionError, Place, Shape, Type
from app.core.words import Words

LIVE_SOURCES = ("me", "today", "now")
OPERATORS = frozenset(
    ["or", "and", "not", "==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "negative", "if"]
) | {"not in"}


class Expression:
    """A checked expression: its type, what it reads, and its value in a scope."""

    __slots__ = ("calls", "counts", "live", "node", "reads", "run", "text", "type")

    def __init__(self, text: str, node: Typed) -> None:
        self.text = text
        self.node = node
        self.type = Type("text") if node.type.kind == "text" else node.type
        parts = list(_everything(node, ()))
        self.reads = frozenset(".".join((*prefix, *_dotted(part))) for part, prefix in parts if isinstance(part, Name))
        self.counts: tuple[Count, ...] = tuple(
            part.count for part, _ in parts if isinstance(part, Counted) and part.count
        )
        self.calls = frozenset(part.name for part, _ in parts if isinstance(part, Apply) and _is_ledger(part.name))
        self.live = bool(self.counts or self.calls) or any(_is_live(part) for part, _ in parts)
        self.run = compiled(node)

    def value(self, scope: Scope) -> Any:
        """Give the value, or None where it is empty."""
        return self.run(scope)

    def met(self, scope: Scope) -> bool:
        """Tell whether the condition holds; empty is not met."""
        return self.run(scope) is True

    def failed(self, scope: Scope) -> bool:
        """Tell whether a check fails: only on a clear no."""
        return self.run(scope) is False

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and (self.text, self.node) == (other.text, other.node)

    def __hash__(self) -> int:
        return hash((self.text, self.type))

    def __reduce__(self) -> tuple[Any, ...]:
        return Expression, (self.text, self.node)


def compile_expression(
    text: str,
    *,
    place: Place,
    shapes: Mapping[str, Shape],
    expect: Type | str | None = None,
    field: str | None = None,
) -> Expression:
    """Read and check an expression where it stands, for a value of a type, of a field.

    Raise an ExpressionError that says what is wrong and where.
    """
    wanted = Type(expect) if isinstance(expect, str) else expect
    tree = read(text)
    if wanted is not None and isinstance(tree, Path) and tree.names[0] in wanted.options and len(tree.names) == 1:
        return Expression(text, Value(Type("text", options=tree.names), tree.start, tree.length, tree.names[0]))
    node = Checker(place, shapes).check(tree)
    if wanted is not None:
        _expected(node, wanted, len(text), field)
    if place.in_database:
        refuse_unanswerable(node, place)
    return Expression(text, node)


def _expected(node: Typed, wanted: Type, length: int, field: str | None) -> None:
    if not fits(wanted, node.type):
        given, right = said.type_words(node.type), said.type_words(wanted)
        words = Words(f"this gives {given.en}, but here stands {right.en}", f"结果是{given.zh}，这里需要{right.zh}")
        if field:
            words = Words(
                f"this gives {given.en}, but '{field}' is {right.en}", f"结果是{given.zh}，但 “{field}” 是{right.zh}"
            )
        raise ExpressionError(words, 0, max(length, 1))
    options_hold(wanted, node)


def _everything(node: Typed, prefix: tuple[str, ...]) -> Iterator[tuple[Typed, tuple[str, ...]]]:
    """Give each part with the path of the list whose items its bare names belong to."""
    yield node, prefix
    if isinstance(node, Fold):
        inner = (*prefix, *_dotted(node.base)) if isinstance(node.base, Name) else prefix
        for part in node.parts:
            yield from _everything(part, prefix if part is node.base else inner)
        return
    if isinstance(node, Counted) and node.count is not None:
        for asked in filter(None, (node.count.value, node.count.where)):
            yield from _outer(asked)
        return
    for part in node.parts:
        yield from _everything(part, prefix)


def _outer(node: Typed) -> Iterator[tuple[Typed, tuple[str, ...]]]:
    """Give what the condition of a count reads on this side."""
    if (isinstance(node, Name) and node.source != "row") or isinstance(node, Apply):
        yield node, ()
    for part in node.parts:
        yield from _outer(part)


def _dotted(name: Name) -> tuple[str, ...]:
    return name.path if name.source == "row" else (name.source, *name.path)


def _is_live(part: Typed) -> bool:
    return (isinstance(part, Name) and part.source in LIVE_SOURCES) or (
        isinstance(part, Apply) and part.name == "has_role"
    )


def _is_ledger(name: str) -> bool:
    return name not in OPERATORS and name not in FUNCTIONS and name not in SERVICES
