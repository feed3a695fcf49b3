"""Counts and sums over any form, from an enumerated choice of figures and cuts: the general way to ask for a figure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Literal

from app.config.form_spec import FormSpec
from app.core.links import Link
from app.core.words import Words
from app.data.documents import Filter, Query
from app.data.transaction import Transaction
from app.data.values import Masked
from assistant.answers import Found
from assistant.knowledge import links_of, title_of
from assistant.registry import tool
from assistant.tools.conditions import (
    CannotNarrow,
    Narrowing,
    Sort,
    amount_field,
    day_field,
    every_row,
    filters_of,
    is_fenced,
    told,
    where_of,
)
from assistant.tools.documents import stage_words

Figure = Literal["number", "sum", "average", "largest", "smallest"]
Cut = Literal["supplier", "product", "warehouse", "department", "month", "stage"]
MOST = 20_000
SOURCES = 5


class CountDocuments(Narrowing):
    """Which documents, which figure of them, cut by what."""

    figure: Figure = "number"
    by: Cut | None = None
    sort: Sort | None = None
    limit: int = 10


@tool("count_documents", title=Words("Counting {form}…", "正在统计{form}…"), arguments=CountDocuments, form="form")
def count_documents(tx: Transaction, asked: CountDocuments) -> Found:
    """Count documents of a form, or give sum, average, largest or smallest of their amount, narrowed like
    find_documents, as one figure or by supplier, product, warehouse, department, month or stage."""
    spec = tx.catalogue.forms[asked.form]
    amount = amount_field(tx, spec).name if asked.figure != "number" else None
    where = where_of(tx, asked)
    filters = filters_of(tx, asked)
    rows = list(_rows(tx, asked, where, filters=filters))
    found = Found(form=asked.form, query=told(where, filters), partial=is_fenced(tx, asked.form))
    values = [(row, Decimal(1) if amount is None else row.get(amount)) for row in rows]
    counted = [(row, value) for row, value in values if isinstance(value, Decimal)]
    found.figures = {
        "figure": asked.figure,
        "form": spec.title,
        "count": len(rows),
        "by": asked.by,
        "name": amount,
        "value": figure_of(asked.figure, [value for _, value in counted]),
        "currency": tx.catalogue.organisation.currency,
    }
    found.rows = _cut(tx, spec, asked, counted) if asked.by else []
    for row in rows[:SOURCES]:
        found.cite(asked.form, row["number"], title_of(tx, asked.form).en)
    found.more = max(len(rows) - SOURCES, 0)
    found.state = "found" if rows or asked.figure == "number" else "none"
    return found


def _rows(
    tx: Transaction, asked: CountDocuments, where: str, *, filters: tuple[Filter, ...]
) -> Iterator[dict[str, Any]]:
    """Give every row of what fits, up to a bound that no honest figure passes silently."""
    columns = _columns(tx.catalogue.forms[asked.form])
    query = Query(form=asked.form, where=where or None, filters=filters, columns=columns, limit=1000, counted=False)
    for seen, row in enumerate(every_row(tx, query)):
        if seen >= MOST:
            raise CannotNarrow(asked.form, "bound")
        yield row


def _columns(spec: FormSpec) -> tuple[str, ...]:
    wanted = (
        "created_at",
        "total_amount",
        day_field(spec),
        *(path for path in links_of(spec).values() if "." not in path),
    )
    return tuple(name for name in dict.fromkeys(wanted) if name in spec.header or name == "created_at")


def figure_of(figure: str, values: list[Decimal]) -> Decimal | None:
    """Give one figure of exact values; nothing where there are none."""
    if figure in ("number", "sum"):
        return sum(values, Decimal(0))
    if not values:
        return None
    if figure == "average":
        return (sum(values, Decimal(0)) / len(values)).quantize(Decimal("0.01"))
    return max(values) if figure == "largest" else min(values)


def _cut(
    tx: Transaction, spec: FormSpec, asked: CountDocuments, counted: list[tuple[dict[str, Any], Decimal]]
) -> list[dict[str, Any]]:
    groups: dict[Any, list[Decimal]] = defaultdict(list)
    names: dict[Any, Any] = {}
    for row, value in counted:
        key, name = _key(tx, spec, asked.by or "", row)
        groups[key].append(value)
        names[key] = name
    made = [
        {"name": names[key], "value": figure_of(asked.figure, values), "count": len(values)}
        for key, values in groups.items()
    ]
    if asked.by == "month":
        return sorted(made, key=lambda r: str(r["name"]))[-24:]
    return sorted(made, key=lambda r: r["value"] or 0, reverse=asked.sort not in ("smallest", "worst"))[: asked.limit]


def _key(tx: Transaction, spec: FormSpec, by: str, row: dict[str, Any]) -> tuple[Any, Any]:
    if by == "stage":
        return row["stage"], stage_words(tx, spec.name, row["stage"])
    if by == "month":
        day = row.get(day_field(spec)) or row["created_at"]
        return f"{day:%Y-%m}", f"{day:%Y-%m}"
    path = links_of(spec).get(by)
    if path is None or "." in path:
        raise CannotNarrow(spec.name, by)
    value = row.get(path)
    if isinstance(value, Link):
        return value.number, value
    return None, Words("(hidden)", "（无权查看）") if isinstance(value, Masked) else Words("(none)", "（空）")
