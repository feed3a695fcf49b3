"""Turns a checked expression into one Python function of a scope. Empty values spread as the language says."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from app.core.expressions import arithmetic
from app.core.expressions.arithmetic import EXACT, Months, WorkingDays
from app.core.expressions.folding import FOLDS, total_time
from app.core.expressions.functions import FAILURES, FUNCTIONS
from app.core.expressions.nodes import Apply, Counted, Fold, Items, Name, Typed, Value
from app.core.expressions.scope import Scope
from app.core.links import Link

Run = Callable[[Scope], Any]
ORDERINGS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
FIGURE = (Decimal, int)


def compiled(node: Typed) -> Run:
    """Give the function that works out a checked part."""
    if isinstance(node, Value):
        value = node.value
        return lambda scope: value
    if isinstance(node, Name):
        return _name(node)
    if isinstance(node, Items):
        items = tuple(compiled(item) for item in node.items)
        return lambda scope: tuple([item(scope) for item in items])
    if isinstance(node, Fold):
        return _fold(node)
    if isinstance(node, Counted):
        return _count(node)
    assert isinstance(node, Apply)
    return _apply(node)


def _name(node: Name) -> Run:
    if not node.path:
        return _source(node)
    first, rest = node.path[0], tuple(zip(node.steps, node.path[1:], strict=False))
    if node.source == "row" and not rest:
        return lambda scope: scope.row.get(first)
    start = _mapping(node.source)
    if not rest:
        return lambda scope: found.get(first) if (found := start(scope)) is not None else None
    return _walk(start, first, rest)


def _walk(start: Run, first: str, rest: tuple[tuple[Any, str], ...]) -> Run:
    def run(scope: Scope) -> Any:
        found = start(scope)
        value = found.get(first) if found is not None else None
        for _, name in rest:
            if isinstance(value, Link):
                value = scope.services.follow(value)
            if not isinstance(value, Mapping):
                return None
            value = value.get(name)
        return value

    return run


def _mapping(source: str) -> Run:
    if source == "line":
        return lambda scope: scope.line if scope.line is not None else scope.row
    return operator.attrgetter(source)


def _source(node: Name) -> Run:
    if node.source == "this":
        form = node.type.form or ""
        return lambda scope: Link(form, scope.this.get("id") or 0, scope.this.get("number") or "")
    if node.source == "me":
        return lambda scope: (
            None if scope.me is None else Link("user", scope.me.get("id") or 0, scope.me.get("number") or "")
        )
    return _mapping(node.source)


def _fold(node: Fold) -> Run:
    fold = total_time if node.name == "sum" and node.type.kind == "duration" else FOLDS[node.name]
    base = compiled(node.base) if node.base is not None else _source_rows
    value = compiled(node.value) if node.value is not None else None
    where = compiled(node.where) if node.where is not None else None
    if value is None and where is None:
        return lambda scope: fold(base(scope) or ())

    def run(scope: Scope) -> Any:
        inner = scope.of({})
        kept = []
        for item in base(scope) or ():
            inner.row = scope.services.follow(item) if isinstance(item, Link) else item
            if inner.row is not None and (where is None or where(inner) is True):
                kept.append(item if value is None else value(inner))
        return fold(kept)

    return run


def _source_rows(scope: Scope) -> Any:
    """The rows of the source that a metric reads."""
    return scope.row.get("rows")


def _count(node: Counted) -> Run:
    count = node.count
    assert count is not None
    return lambda scope: scope.services.count(count, scope)


def _apply(node: Apply) -> Run:
    parts = tuple(compiled(part) for part in node.arguments)
    if node.name in ORDERINGS:
        return _ordering(node, *parts)
    make = MAKERS.get(node.name)
    if make is not None:
        return make(node, *parts)
    if node.name in FUNCTIONS:
        return _function(node, parts)
    name = node.name
    return lambda scope: scope.services.call(name, tuple([part(scope) for part in parts]))


def _either(node: Apply, *conditions: Run) -> Run:
    return _joined(conditions, True)


def _both(node: Apply, *conditions: Run) -> Run:
    return _joined(conditions, False)


def _joined(conditions: tuple[Run, ...], decisive: bool) -> Run:
    """One decisive answer settles it; else one empty answer leaves it empty."""

    def run(scope: Scope) -> bool | None:
        found: bool | None = not decisive
        for condition in conditions:
            answer = condition(scope)
            if answer is decisive:
                return decisive
            if answer is None:
                found = None
        return found

    return run


def _negated(node: Apply, part: Run) -> Run:
    return lambda scope: None if (value := part(scope)) is None else not value


def _equal(node: Apply, left: Run, right: Run) -> Run:
    fixed = node.arguments[1]
    if isinstance(fixed, Value):
        value = fixed.value
        return (lambda scope: left(scope) is None) if value is None else (lambda scope: left(scope) == value)
    return lambda scope: left(scope) == right(scope)


def _unequal(node: Apply, left: Run, right: Run) -> Run:
    fixed = node.arguments[1]
    if isinstance(fixed, Value):
        value = fixed.value
        return (lambda scope: left(scope) is not None) if value is None else (lambda scope: left(scope) != value)
    return lambda scope: left(scope) != right(scope)


def _ordering(node: Apply, left: Run, right: Run) -> Run:
    compare = ORDERINGS[node.name]
    if any(part.type.kind == "any" for part in node.arguments):
        return _cautious(compare, left, right)
    fixed = node.arguments[1]
    if isinstance(fixed, Value) and fixed.value is not None:
        limit = fixed.value
        return lambda scope: None if (value := left(scope)) is None else compare(value, limit)
    return lambda scope: None if (a := left(scope)) is None or (b := right(scope)) is None else compare(a, b)


def _cautious(compare: Callable[[Any, Any], bool], left: Run, right: Run) -> Run:
    def run(scope: Scope) -> bool | None:
        a, b = left(scope), right(scope)
        if a is None or b is None:
            return None
        try:
            return compare(a, b)
        except TypeError:  # a column of a source may hold anything
            return None

    return run


def _member(node: Apply, left: Run, right: Run) -> Run:
    fixed = node.arguments[1]
    if isinstance(fixed, Items) and all(isinstance(item, Value) for item in fixed.items):
        values = tuple(item.value for item in fixed.items if isinstance(item, Value))
        return lambda scope: left(scope) in values
    return lambda scope: left(scope) in (right(scope) or ())


def _no_member(node: Apply, left: Run, right: Run) -> Run:
    inside = _member(node, left, right)
    return lambda scope: not inside(scope)


def _choose(node: Apply, *parts: Run) -> Run:
    cases = tuple(zip(parts[:-1:2], parts[1::2], strict=True))
    otherwise = parts[-1]

    def run(scope: Scope) -> Any:
        for condition, result in cases:
            if condition(scope) is True:
                return result(scope)
        return otherwise(scope)

    return run


def _binary(work: Callable[[Any, Any], Any]) -> Callable[[Apply, Run, Run], Run]:
    def make(node: Apply, left: Run, right: Run) -> Run:
        def run(scope: Scope) -> Any:
            a = left(scope)
            if a is None:
                return None
            b = right(scope)
            return None if b is None else work(a, b)

        return run

    return make


def _calculation(node: Apply, left: Run, right: Run) -> Run:
    kinds = {part.type.kind for part in node.arguments}
    if kinds <= {"number", "money"}:
        return _binary(EXACT_WORK[node.name])(node, left, right)
    if node.name in "+-" and "working_days" in kinds:
        return _working(node, left, right)
    work = TIME_WORK[node.name]

    def cautious(a: Any, b: Any) -> Any:
        try:
            if isinstance(a, FIGURE) and isinstance(b, FIGURE):
                return EXACT_WORK[node.name](a, b)
            return work(a, b)
        except (*FAILURES, TypeError, AttributeError):  # beyond the calendar, or a column that holds anything
            return None

    return _binary(cautious)(node, left, right)


def _working(node: Apply, left: Run, right: Run) -> Run:
    sign = -1 if node.name == "-" else 1

    def run(scope: Scope) -> Any:
        a, b = left(scope), right(scope)
        day, by = (b, a) if isinstance(a, WorkingDays) else (a, b)
        return None if day is None or by is None else scope.services.working_days(day, sign * by.count)

    return run


def _sum_of_times(a: Any, b: Any) -> Any:
    if isinstance(a, Months | arithmetic.timedelta) and not isinstance(b, Months | arithmetic.timedelta):
        a, b = b, a
    if isinstance(b, Months):
        return arithmetic.moved(a, b.count)
    return a + b if isinstance(a, arithmetic.timedelta) else arithmetic.shifted(a, b, 1)


def _difference_of_times(a: Any, b: Any) -> Any:
    if isinstance(b, Months):
        return arithmetic.moved(a, -b.count)
    if isinstance(b, arithmetic.timedelta):
        return a - b if isinstance(a, arithmetic.timedelta) else arithmetic.shifted(a, b, -1)
    return a - b if isinstance(a, arithmetic.datetime) else arithmetic.days_between(a, b)


def _product_of_times(a: Any, b: Any) -> Any:
    return arithmetic.stretched(a, b) if isinstance(a, arithmetic.timedelta) else arithmetic.stretched(b, a)


def _quotient_of_times(a: Any, b: Any) -> Any:
    return arithmetic.part_of(a, b) if isinstance(b, arithmetic.timedelta) else arithmetic.shrunk(a, b)


def _negative(node: Apply, part: Run) -> Run:
    def run(scope: Scope) -> Any:
        value = part(scope)
        if isinstance(value, FIGURE):
            return EXACT.minus(value)
        return -value if isinstance(value, arithmetic.timedelta) else None

    return run


def _function(node: Apply, parts: tuple[Run, ...]) -> Run:
    spec = FUNCTIONS[node.name]
    work = spec.run
    assert work is not None
    failures = (
        (*FAILURES, TypeError, AttributeError) if any(part.type.kind == "any" for part in node.arguments) else FAILURES
    )

    def run(scope: Scope) -> Any:
        values = [part(scope) for part in parts]
        if spec.strict and None in values:
            return None
        try:
            return work(*values)
        except failures:
            return None

    return run


def _under(node: Apply, below: Run, above: Run) -> Run:
    return lambda scope: (
        None if (a := below(scope)) is None or (b := above(scope)) is None else scope.services.under(a, b)
    )


def _has_role(node: Apply, role: Run) -> Run:
    return lambda scope: None if (name := role(scope)) is None else scope.services.has_role(name)


def _working_between(node: Apply, start: Run, end: Run) -> Run:
    return lambda scope: (
        None if (a := start(scope)) is None or (b := end(scope)) is None else scope.services.working_days_between(a, b)
    )


EXACT_WORK: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": EXACT.add,
    "-": EXACT.subtract,
    "*": EXACT.multiply,
    "/": arithmetic.divide,
}
TIME_WORK: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": _sum_of_times,
    "-": _difference_of_times,
    "*": _product_of_times,
    "/": _quotient_of_times,
}
MAKERS: Mapping[str, Callable[..., Run]] = {
    "or": _either,
    "and": _both,
    "not": _negated,
    "==": _equal,
    "!=": _unequal,
    "in": _member,
    "not in": _no_member,
    "if": _choose,
    "+": _calculation,
    "-": _calculation,
    "*": _calculation,
    "/": _calculation,
    "negative": _negative,
    "under": _under,
    "has_role": _has_role,
    "working_days_between": _working_between,
}
