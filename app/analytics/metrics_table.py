"""The answer of a metric as a table: what it is cut by, the names beside it, the figure last, all exact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pyarrow as pa
from sqlalchemy import null

from app.analytics.columns import Column, exact, table_of
from app.analytics.metrics_plan import Plan
from app.analytics.metrics_query import Gathered, Key
from app.config.metric_spec import GRAINS
from app.core.expressions.arithmetic import EXACT

DIGITS = {"money": 2, "percent": 6, "days": 2}
MOST_DIGITS = 6  # of a plain number
KINDS = {"boolean": "boolean", "date": "date", "datetime": "datetime", "number": "decimal", "money": "decimal"}


def table_of_figures(plan: Plan, found: Gathered, *, order_by: str | None = None, limit: int | None = None) -> pa.Table:
    """Give one row a group, by default in the order of what it is cut by."""
    keys = _ordered(plan, found, order_by)[:limit]
    inner = [*plan.grains, *plan.dimensions]
    table = pa.table({})
    for name in plan.by:
        at = inner.index(name)
        table = _with(table, name, _dimension(plan, name, [key[at] for key in keys]))
        if name in plan.dimensions:
            labels = [found.names[key][plan.dimensions.index(name)] for key in keys]
            if any(label is not None for label in labels):
                table = _with(table, f"{name}_name", _texts(labels))
    return _with(table, plan.spec.name, _figures(plan.spec.unit, [found.values[key] for key in keys]))


def _with(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return table.append_column(name, values) if table.num_columns else pa.table({name: values})


def _ordered(plan: Plan, found: Gathered, order_by: str | None) -> list[Key]:
    """Sort groups; what is empty comes last, either way."""
    inner = [*plan.grains, *plan.dimensions]
    places = [inner.index(name) for name in plan.by]
    keys = sorted(found.values, key=lambda key: tuple(_rank(key[at]) for at in places))
    name = (order_by or "").removeprefix("-")
    if not name:
        return keys
    pick = (lambda key: key[inner.index(name)]) if name in inner else found.values.__getitem__
    there = [key for key in keys if pick(key) is not None]
    empty = [key for key in keys if pick(key) is None]
    return sorted(there, key=pick, reverse=(order_by or "").startswith("-")) + empty


def _rank(value: Any) -> tuple[bool, Any]:
    return (value is None, 0 if value is None else value)


def _dimension(plan: Plan, name: str, values: Sequence[Any]) -> pa.Array:
    kind = "date" if name in GRAINS else KINDS.get(plan.shared[name].path.type.kind, "text")
    if kind == "decimal":
        return exact(values, max([0, *(_digits(value) for value in values if value is not None)]))
    return table_of([Column(name, kind, null())], [(value,) for value in values]).column(0).combine_chunks()


def _texts(values: Sequence[Any]) -> pa.Array:
    return table_of([Column("name", "text", null())], [(value,) for value in values]).column(0).combine_chunks()


def _figures(unit: str, values: Sequence[Any]) -> pa.Array:
    if unit == "duration":
        counts = [(None if value is None else value // timedelta(microseconds=1),) for value in values]
        return table_of([Column("value", "duration", null())], counts).column(0).combine_chunks()
    digits = DIGITS.get(unit)
    if digits is None:
        digits = min(MOST_DIGITS, max([0, *(_digits(value) for value in values if value is not None)]))
    return exact([None if value is None else _rounded(value, digits) for value in values], digits)


def _rounded(value: Decimal, digits: int) -> Decimal:
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, EXACT)


def _digits(value: Decimal) -> int:
    """Count the digits behind the point that say something."""
    return max(0, -int(value.normalize(EXACT).as_tuple().exponent))
