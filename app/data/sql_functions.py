"""Operators and functions of expressions, as SQL. What is missing here can't be asked of a database."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from app.core.expressions.arithmetic import MICROSECONDS
from app.core.expressions.nodes import Apply
from app.data import sql_parts as parts
from app.data.sql_values import (
    FIGURES,
    KINDS,
    NOTHING,
    Part,
    aligned,
    kept,
    ordering,
    quotient,
    refuse,
    sortable,
)

Maker = Callable[..., Part]
LONGEST_TEXT = 100_000
SET = re.compile(r"\[!?[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9_])?\]")


def _strict(make: Maker) -> Maker:
    def run(node: Apply, *given: Part) -> Part:
        return NOTHING if any(part.kind == "null" for part in given) else make(node, *given)

    return run


def _size(*given: Part, times: int = 1) -> int:
    return 1 + times * sum(part.size * (2 if part.calculated else 1) for part in given)


def _add(node: Apply, left: Part, right: Part) -> Part:
    if left.kind in FIGURES and right.kind in FIGURES:
        a, b = aligned([left, right], node)
        kind = "money" if "money" in (a.kind, b.kind) else a.kind
        sign = node.name
        return Part(
            kind,
            parts.figure(f"{{0}} {sign} {{1}}", parts.wide(a.sql), parts.wide(b.sql)),
            a.scale,
            True,
            size=a.size + b.size + 1,
        )
    if left.kind in FIGURES:
        left, right = right, left
    if right.kind in FIGURES:
        return _moved(left, right, -1 if node.name == "-" else 1)
    if left.kind == "date":
        return Part("number", parts.days_between(left.sql, right.sql), size=_size(left, right))
    return Part(
        "duration", parts.instants_between(left.sql, right.sql), calculated=True, size=_size(left, right, times=2)
    )


def _moved(day: Part, by: Part, sign: int) -> Part:
    kind = KINDS[day.kind]
    amount = by.sql if sign > 0 else parts.figure("- {0}", by.sql)
    if by.kind == "months":
        move = parts.date_plus_months if day.kind == "date" else parts.instant_plus_months
        return Part(day.kind, move(day.sql, amount, kind), size=_size(day, by, times=8))
    if day.kind == "datetime":
        return Part(day.kind, parts.instant_plus(day.sql, amount, kind), size=_size(day, by, times=12))
    days = parts.whole_days(by.sql) if sign > 0 else parts.figure("- {0}", parts.whole_days(by.sql))
    return Part(day.kind, parts.date_plus(day.sql, days, kind), size=_size(day, by, times=20))


def _multiply(node: Apply, left: Part, right: Part) -> Part:
    found = parts.figure("{0} * {1}", parts.wide(left.sql), parts.wide(right.sql))
    size = left.size + right.size + 1
    if "duration" not in (left.kind, right.kind):
        return Part(
            "money" if "money" in (left.kind, right.kind) else "number",
            found,
            left.scale + right.scale,
            True,
            size=size,
        )
    scale = left.scale + right.scale
    return Part("duration", parts.rounded(found, 10**scale, "half") if scale else found, calculated=True, size=3 * size)


def _divide(node: Apply, left: Part, right: Part) -> Part:
    if left.kind == "duration" and right.kind != "duration":
        over = parts.figure("{0} * {1}", parts.wide(left.sql), parts.written(10**right.scale))
        return Part(
            "duration", parts.nearest(over, parts.wide(right.sql)), calculated=True, size=_size(left, right, times=6)
        )
    found = quotient(left, right)
    return found if left.kind == "money" and right.kind == "number" else replace(found, kind="number")


def _negative(node: Apply, part: Part) -> Part:
    return replace(part, element=parts.figure("- {0}", part.sql), known=False, size=part.size + 1)


def _absolute(node: Apply, part: Part) -> Part:
    return replace(part, element=parts.figure("abs({0})", part.sql), known=False, size=part.size + 1)


def _round(way: str) -> Maker:
    def run(node: Apply, part: Part, places: Part | None = None) -> Part:
        if places is not None and not places.known:
            raise refuse(node, f"{node.name} with decimals of the row")
        decimals = 2 if places is None else int(places.value)
        if not -12 <= decimals <= 12:
            return NOTHING
        if part.scale <= decimals:
            return part
        found = parts.rounded(parts.wide(part.sql), 10 ** (part.scale - decimals), way)
        rounded = Part(part.kind, found, max(decimals, 0), True, size=_size(part, times=3))
        if decimals >= 0:
            return rounded
        return replace(rounded, element=parts.figure("{0} * {1}", found, parts.written(10**-decimals)))

    return run


def _remainder(node: Apply, left: Part, right: Part) -> Part:
    a, b = aligned([left, right], node)
    found = parts.remainder(parts.wide(a.sql), parts.wide(b.sql))
    return Part(left.kind, found, a.scale, True, size=_size(a, b, times=2))


def _coalesce(node: Apply, *given: Part) -> Part:
    results = aligned(list(given), node)
    if results[0].kind == "null":
        return NOTHING
    marks = ", ".join(f"{{{n}}}" for n in range(len(results)))
    template = f"coalesce({marks})" if len(results) > 1 else "{0}"
    element = parts.Spelt(template, None, *(part.sql for part in results), kind=KINDS[results[0].kind])
    return replace(_joint(results), element=element)


def _extreme(sqlite: str, postgresql: str) -> Maker:
    def run(node: Apply, *given: Part) -> Part:
        there = aligned([part for part in given if part.kind != "null"], node)
        if not there:
            return NOTHING
        if len(there) == 1:
            return there[0]
        places = range(len(there))
        each = [f"coalesce({', '.join(f'{{{(n + shift) % len(there)}}}' for shift in places)})" for n in places]
        element = parts.Spelt(
            f"{sqlite}({', '.join(each)})",
            f"{postgresql}({', '.join(each)})",
            *(sortable(part) for part in there),
            kind=KINDS[there[0].kind],
        )
        joint = _joint(there)
        return replace(joint, element=element, size=joint.size * len(there) * 2)

    return run


def _joint(results: list[Part]) -> Part:
    kind = "money" if any(part.kind == "money" for part in results) else results[0].kind
    return Part(kind, None, results[0].scale, any(part.calculated for part in results), size=_size(*results))


def _empty(node: Apply, part: Part) -> Part:
    template = "{0} IS NULL OR {0} = ''" if part.kind == "text" else "{0} IS NULL"
    return Part("boolean", parts.truth(template, kept(part)), size=_size(part, times=2))


def _span(unit: str) -> Maker:
    def run(node: Apply, part: Part) -> Part:
        whole = parts.figure("{0} * {1}", parts.wide(part.sql), parts.written(MICROSECONDS[unit]))
        element = parts.rounded(whole, 10**part.scale, "half") if part.scale else whole
        return Part("duration", element, calculated=True, size=_size(part, times=3))

    return run


def _truncated(part: Part) -> Any:
    return parts.rounded(parts.wide(part.sql), 10**part.scale, "down") if part.scale else part.sql


def _months(node: Apply, part: Part) -> Part:
    count = _truncated(part)
    if node.name == "years":
        count = parts.figure("{0} * 12", parts.wide(count))
    return Part("months", count, calculated=True, size=_size(part, times=3))


def _date(node: Apply, *given: Part) -> Part:
    year, month, day = (_truncated(part) for part in given)
    made = parts.made_date(year, month, day, kind=KINDS["date"])
    return Part("date", made, size=_size(*given, times=8))


def _date_part(node: Apply, part: Part) -> Part:
    return Part("number", parts.date_part(node.name, part.sql), size=_size(part))


def _month_edge(node: Apply, part: Part) -> Part:
    return Part("date", parts.month_edge(node.name, part.sql, KINDS["date"]), size=_size(part))


def _length(node: Apply, part: Part) -> Part:
    return Part("number", parts.figure("length({0})", part.sql), size=_size(part))


def _left(node: Apply, part: Part, count: Part) -> Part:
    some = "CAST(least({1}, 100000) AS INTEGER)"
    element = parts.text(
        "CASE WHEN {1} > 0 THEN substr({0}, 1, {1}) WHEN {1} <= 0 THEN substr({0}, 1, 0) END",
        part.sql,
        _truncated(count),
        postgresql=f"CASE WHEN {{1}} > 0 THEN substr({{0}}, 1, {some}) WHEN {{1}} <= 0 THEN substr({{0}}, 1, 0) END",
    )
    return Part("text", element, size=_size(part, count, times=4))


def _right(node: Apply, part: Part, count: Part) -> Part:
    start = "CASE WHEN length({0}) > {1} THEN length({0}) - {1} + 1 ELSE 1 END"
    template = "CASE WHEN {{1}} > 0 THEN substr({{0}}, {start}) WHEN {{1}} <= 0 THEN substr({{0}}, 1, 0) END"
    element = parts.text(
        template.format(start=start),
        part.sql,
        _truncated(count),
        postgresql=template.format(start=f"CAST({start} AS INTEGER)"),
    )
    return Part("text", element, size=_size(part, count, times=4))


def _of_texts(sqlite: str, postgresql: str | None = None) -> Maker:
    def run(node: Apply, part: Part, other: Part) -> Part:
        return Part(
            "boolean", parts.truth(sqlite, part.sql, other.sql, postgresql=postgresql), size=_size(part, other, times=3)
        )

    return run


def _like(node: Apply, part: Part, pattern: Part) -> Part:
    if not pattern.known:
        raise refuse(node, "like with a pattern of the row")
    glob, regular = _patterns(node, str(pattern.value)[:200])
    return Part(
        "boolean",
        parts.truth("{0} GLOB {1}", part.sql, parts.either_text(glob, regular), postgresql="{0} ~ {1}"),
        size=_size(part),
    )


def _patterns(node: Apply, pattern: str) -> tuple[str, str]:
    """Write a pattern for GLOB and as a regular expression."""
    glob, regular, place = "", "^", 0
    while place < len(pattern):
        letter = pattern[place]
        found = SET.match(pattern, place) if letter == "[" else None
        if found is not None:
            inside = found.group().replace("[!", "[^")
            glob, regular, place = glob + inside, regular + inside, found.end()
            continue
        if letter == "[" and "]" in pattern[place + 1 :]:
            raise refuse(node, f"the pattern '{pattern}'")
        glob += "[[]" if letter == "[" else letter
        regular += {"*": ".*", "?": "."}.get(letter) or re.escape(letter)
        place += 1
    return glob, regular + "$"


FUNCTION_SQL: Mapping[str, Maker] = {
    **dict.fromkeys(("<", "<=", ">", ">="), ordering),
    "+": _strict(_add),
    "-": _strict(_add),
    "*": _strict(_multiply),
    "/": _strict(_divide),
    "negative": _strict(_negative),
    "abs": _strict(_absolute),
    "round": _strict(_round("half")),
    "round_up": _strict(_round("up")),
    "round_down": _strict(_round("down")),
    "mod": _strict(_remainder),
    "coalesce": _coalesce,
    "min": _extreme("min", "least"),
    "max": _extreme("max", "greatest"),
    "empty": _empty,
    "days": _strict(_span("days")),
    "hours": _strict(_span("hours")),
    "minutes": _strict(_span("minutes")),
    "months": _strict(_months),
    "years": _strict(_months),
    "date": _strict(_date),
    **dict.fromkeys(("year", "month", "day", "weekday"), _strict(_date_part)),
    "month_start": _strict(_month_edge),
    "month_end": _strict(_month_edge),
    "length": _strict(_length),
    "left": _strict(_left),
    "right": _strict(_right),
    "like": _strict(_like),
    "contains": _strict(_of_texts("instr({0}, {1}) > 0", "strpos({0}, {1}) > 0")),
    "starts_with": _strict(_of_texts("substr({0}, 1, length({1})) = {1}")),
    "ends_with": _strict(_of_texts("length({0}) >= length({1}) AND substr({0}, length({0}) - length({1}) + 1) = {1}")),
}
