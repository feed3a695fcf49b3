"""Which conditions can hold together: every name that they compare takes values on both sides of each constant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations, islice, pairwise, product
from typing import Any

from app.core.expressions import Expression
from app.core.expressions.nodes import Apply, Counted, Fold, Items, Name, Typed, Value
from app.core.words import Words

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
EQUALITIES = ("==", "!=", "in", "not in")
MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
MOST = 4096  # combinations of values that are all looked at; of more, each name and each pair of names
OTHER = "…"  # a text that no condition names
World = Mapping[str, Any]


@dataclass(frozen=True)
class Situation:
    """What a document may be like, as far as conditions tell: values in words, and which conditions hold."""

    values: tuple[tuple[str, Any], ...]
    held: frozenset[str]

    @property
    def words(self) -> Words:
        """Give the values that tell this situation from others: `total_amount 5000, urgent`."""
        told = [_told(name, value) for name, value in self.values]
        return Words(", ".join(one.en for one in told), "，".join(one.zh for one in told))


def _told(name: str, value: Any) -> Words:
    if isinstance(value, bool):
        return Words(name, name) if value else Words(f"not {name}", f"非 {name}")
    if value is None:
        return Words(f"no {name}", f"没有 {name}")
    if value == OTHER:
        return Words(f"some {name}", f"有 {name}")
    return Words(f"{name} {value}", f"{name} {value}")


@dataclass
class Terms:
    """What conditions speak of: figures with the constants they are compared with, choices, and yes-or-no."""

    numbers: dict[str, set[Decimal]] = field(default_factory=dict)
    choices: dict[str, set[Any]] = field(default_factory=dict)
    flags: dict[str, None] = field(default_factory=dict)
    empty: set[str] = field(default_factory=set)  # names that may have no value

    def values(self) -> dict[str, list[Any]]:
        """Give the values that are worth a look, for each name."""
        found: dict[str, list[Any]] = {name: _around(sorted(constants)) for name, constants in self.numbers.items()}
        found |= {name: [*sorted(known, key=str), OTHER] for name, known in self.choices.items()}
        found |= {name: [False, True] for name in self.flags}
        for name in self.empty:
            found.setdefault(name, [OTHER]).append(None)
        return found


def _around(constants: Sequence[Decimal]) -> list[Any]:
    """Give a value below the constants, each of them, one between two, one above."""
    between = [(low + high) / 2 for low, high in pairwise(constants)]
    return sorted({constants[0] - 1, *constants, *between, constants[-1] + 1})


def situations(
    conditions: Iterable[Expression], *, may_be_empty: Callable[[str], bool] = lambda _: False
) -> list[Situation]:
    """Give every situation that some of these conditions tell from the others, with its smallest values."""
    asked = list({condition.text: condition for condition in conditions}.values())
    found: dict[frozenset[str], Situation] = {}
    for world in worlds(asked, may_be_empty=may_be_empty):
        held = frozenset(condition.text for condition in asked if holds(condition, world))
        found.setdefault(held, Situation(tuple(world.items()), held))
    return list(found.values())


def worlds(asked: Sequence[Expression], *, may_be_empty: Callable[[str], bool] = lambda _: False) -> Iterator[World]:
    """Give values for every name that conditions compare: all combinations, or, of too many, each pair of names."""
    terms = Terms()
    for condition in asked:
        _collect(terms, condition.node, may_be_empty)
    values = terms.values()
    count = 1
    for known in values.values():
        count *= len(known)
    if count <= MOST:
        yield from (dict(zip(values, chosen, strict=True)) for chosen in product(*values.values()))
        return
    yield from islice(_pairs(values), MOST)


def _pairs(values: Mapping[str, list[Any]]) -> Iterator[World]:
    first = {name: known[0] for name, known in values.items()}
    yield first
    yield {name: known[-1] for name, known in values.items()}
    for one, other in combinations(values, 2):
        yield from (first | {one: a, other: b} for a in values[one] for b in values[other])


def _collect(terms: Terms, node: Typed, may_be_empty: Callable[[str], bool]) -> None:
    for atom in _atoms(node):
        compared = _compared(atom)
        if compared is None:
            terms.flags[_text(atom)] = None
        else:
            _note(terms, compared[0], compared[2], may_be_empty)


def _note(terms: Terms, name: str, constants: Sequence[Any], may_be_empty: Callable[[str], bool]) -> None:
    for constant in constants:
        if isinstance(constant, Decimal):
            terms.numbers.setdefault(name, set()).add(constant)
        elif isinstance(constant, bool):
            terms.flags[name] = None
        elif constant is None:
            terms.empty.add(name)
        else:
            terms.choices.setdefault(name, set()).add(constant)
    if may_be_empty(name):
        terms.empty.add(name)


def guessed(condition: Expression) -> bool:
    """Tell whether a condition asks something of which only yes and no are known, not what yes and no depend on."""
    return any(not isinstance(atom, Name) and _compared(atom) is None for atom in _atoms(condition.node))


def _atoms(node: Typed) -> Iterator[Typed]:
    if isinstance(node, Apply) and node.name in ("and", "or", "not"):
        for part in node.arguments:
            yield from _atoms(part)
    elif not isinstance(node, Value):
        yield node


def _compared(node: Typed) -> tuple[str, str, list[Any]] | None:
    """Give what is compared, how, and with which constants; of two figures, their difference with nothing."""
    if not isinstance(node, Apply) or len(node.arguments) != 2 or node.name not in (*COMPARISONS, *EQUALITIES):
        return None
    left, right = node.arguments
    operator = node.name
    if isinstance(left, Value) and not isinstance(right, (Value, Items)) and operator not in ("in", "not in"):
        left, right, operator = right, left, MIRRORED.get(operator, operator)
    if isinstance(right, Value):
        return _text(left), operator, [right.value]
    if isinstance(right, Items):
        constants = [item.value for item in right.items if isinstance(item, Value)]
        return (_text(left), operator, constants) if len(constants) == len(right.items) else None
    if operator not in COMPARISONS:
        return None
    names = [_text(left), _text(right)]
    if names != sorted(names):
        operator, names = MIRRORED[operator], sorted(names)
    return " - ".join(names), operator, [Decimal(0)]


def _text(node: Typed) -> str:
    """Give a part of a condition as text, the same for what is the same, wherever it stands."""
    if isinstance(node, Name):
        return node.dotted
    if isinstance(node, Value):
        return "null" if node.value is None else str(node.value)
    if isinstance(node, Apply) and len(node.arguments) == 2 and not node.name.isidentifier():
        return f" {node.name} ".join(_text(part) for part in node.arguments)
    if isinstance(node, Fold):
        base, value, where = (_text(part) if part else "" for part in (node.base, node.value, node.where))
        listed = ".".join(part for part in (base, value) if part)
        return f"{node.name}({listed}{' where ' + where if where else ''})"
    if isinstance(node, Counted) and node.count is not None:
        count = node.count
        value, where = (_text(part) if part else "" for part in (count.value, count.where))
        return f"{count.function}({count.form}.{count.table or ''} {value} where {where})"
    return f"{getattr(node, 'name', '')}({', '.join(_text(part) for part in node.parts)})"


def holds(condition: Expression, world: World) -> bool:
    """Tell whether a condition is met in a world; empty is not met."""
    return _truth(condition.node, world) is True


def _truth(node: Typed, world: World) -> bool | None:
    if isinstance(node, Value):
        return node.value if isinstance(node.value, bool) else None
    if isinstance(node, Apply) and node.name == "not":
        found = _truth(node.arguments[0], world)
        return None if found is None else not found
    if isinstance(node, Apply) and node.name in ("and", "or"):
        return _joined(node.name, [_truth(part, world) for part in node.arguments])
    compared = _compared(node)
    if compared is None:
        found = world.get(_text(node))
        return found if isinstance(found, bool) else None
    name, operator, constants = compared
    return _answer(operator, world.get(name), constants)


def _joined(operator: str, parts: Sequence[bool | None]) -> bool | None:
    """Join truths as SQL does: one no settles `and`, one yes settles `or`, else empty stays empty."""
    settled = operator == "or"
    if settled in parts:
        return settled
    return None if None in parts else not settled


def _answer(operator: str, value: Any, constants: Sequence[Any]) -> bool | None:
    if operator in EQUALITIES:
        return (value in constants) == (operator in ("==", "in"))
    if value is None or constants[0] is None or not isinstance(value, Decimal):
        return None
    return COMPARISONS[operator](value, constants[0])
