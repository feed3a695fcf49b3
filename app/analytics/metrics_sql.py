"""What a metric reads, as SQL over the views of free SQL: columns through links, conditions, figures of rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from app.analytics.views import View, view_names
from app.core.errors import NotAllowed
from app.core.expressions import Expression, Scope
from app.core.expressions.arithmetic import Months
from app.core.expressions.evaluation import compiled
from app.core.expressions.nodes import Apply, Items, Name, Typed, walk
from app.core.links import Link
from app.core.words import Words
from app.data import rights
from app.data.transaction import Transaction

SOURCE = Any  # of a scope: services that nothing here asks
MICROSECONDS = {"days": 86_400_000_000}
BOOKKEEPER = "finance"  # whom to ask for what the ledger says
WHOLE = "decimal(18, 0)"

EMPTY = {
    **dict.fromkeys(("number", "money", "duration"), f"cast(null as {WHOLE})"),
    **dict.fromkeys(("text", "choice", "link"), "cast(null as varchar)"),
    "boolean": "cast(null as boolean)",
    "date": "cast(null as date)",
    "datetime": "cast(null as timestamptz)",
}


class Views:
    """The views that one person may name, each made once."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        self.names = view_names(tx)
        self.made: dict[str, View] = {}

    def columns(self, view: str) -> frozenset[str]:
        """Give the columns of a view that the person may see."""
        if view not in self.made:
            self.made[view] = self.names[view]()
        return frozenset(self.made[view].columns)

    @cached_property
    def scope(self) -> Scope:
        """What an expression sees that doesn't read the row: the day."""
        services: SOURCE = None
        return Scope({}, {}, services, today=self.tx.today, now=self.tx.now)


class Rows:
    """The rows of one view, joined with whatever the paths of a metric follow."""

    def __init__(self, views: Views, source: tuple[str, str | None], *, thing: Words) -> None:
        self.views = views
        self.source = source
        self.thing = thing  # what a refusal names
        form, table = source
        self.view = form if table is None else f"{form}_{table}"
        if self.view not in views.names:
            raise self.refused(form)
        self.joins: dict[tuple[str, ...], tuple[str, str, str]] = {}  # path -> alias, view, what it is joined on

    @property
    def tables(self) -> str:
        """Give what stands behind FROM."""
        joined = [f'left join "{view}" {alias} on {alias}."number" = {key}' for alias, view, key in self.joins.values()]
        return " ".join([f'"{self.view}" r', *joined])

    def column(self, node: Name) -> str:
        """Give the column that a path leads to; refuse what the person may not see."""
        alias, view, _ = self.reached(node)
        if node.path[-1] not in self.views.columns(view):
            raise self.refused(self.form_of(node), node.path[-1])
        return f'{alias}."{node.path[-1]}"'

    def named(self, node: Name) -> str | None:
        """Give the column with the name of what a link points to, if there is one that may be seen."""
        alias, view, _ = self.reached(node)
        name = f"{node.path[-1]}_name"
        is_link = node.type.kind == "link" and name in self.views.columns(view)
        return f'{alias}."{name}"' if is_link else None

    def reached(self, node: Name) -> tuple[str, str, str]:
        """Give alias and view of the row at which a path ends."""
        found = ("r", self.view, "")
        for at, step in enumerate(node.steps[:-1]):
            path, form = node.path[: at + 1], step.form or ""
            if path not in self.joins:
                if form not in self.views.names or path[-1] not in self.views.columns(found[1]):
                    raise self.refused(form)
                self.joins[path] = (f"j{len(self.joins)}", form, f'{found[0]}."{path[-1]}"')
            found = self.joins[path]
        return found

    def form_of(self, node: Name) -> str:
        """Give the form whose field a path ends in."""
        return (node.steps[-2].form if len(node.steps) > 1 else None) or self.source[0]

    def refused(self, form: str, field: str = "") -> NotAllowed:
        """Give the refusal that names what can't be seen and whom to ask."""
        return NotAllowed(act=Words("see", "查看"), thing=self.thing, owner=self.owner(form, field))

    def owner(self, form: str, field: str) -> Words:
        """Give the first role that may see a field, else whoever may open the form."""
        tx = self.views.tx
        spec, roles = tx.catalogue.forms.get(form), tx.catalogue.organisation.roles
        if spec is None:
            keeper = roles.get(BOOKKEEPER)
            return keeper.title if keeper else Words("an administrator", "管理员")
        access = spec.access.fields.get(field) or spec.access.fields.get(f"{self.source[1]}.{field}")
        viewers = (access.view or ()) if access else ()
        named = [roles[grant.role].title for grant in viewers if grant.role is not None and grant.role in roles]
        return named[0] if named else rights.not_allowed(tx, form, "view").facts["owner"]  # type: ignore[return-value]

    # expressions

    def sql(self, node: Typed) -> str:
        """Give any part of an expression over a row."""
        if not any(isinstance(part, Name) and part.source == "row" for part in walk(node)):
            value = compiled(node)(self.views.scope)
            return literal(value) if value is not None else EMPTY.get(node.type.kind, "null")
        if isinstance(node, Name):
            return self.column(node)
        assert isinstance(node, Apply), f"{node} can't be read by a metric"
        if node.name in SPECIAL:
            return SPECIAL[node.name](self, node)
        parts = [self.sql(part) for part in node.arguments]
        return TEMPLATES[node.name].format(*parts, all=", ".join(parts))

    def condition(self, expression: Expression) -> str:
        """Give a condition; what has no answer is not met."""
        return f"({self.sql(expression.node)})"


TEMPLATES: Mapping[str, str] = {
    "==": "({0} is not distinct from {1})",
    "!=": "({0} is distinct from {1})",
    **{sign: f"({{0}} {sign} {{1}})" for sign in ("<", "<=", ">", ">=", "*")},
    "not": "(not {0})",
    "negative": "(- {0})",
    "coalesce": "coalesce({all})",
    "abs": "abs({0})",
    "min": "least({all})",
    "max": "greatest({all})",
    "contains": "contains({0}, {1})",
    "starts_with": "starts_with({0}, {1})",
    "ends_with": "ends_with({0}, {1})",
    "days": f"cast(round({{0}} * {MICROSECONDS['days']}) as {WHOLE})",
    "year": f"cast(year({{0}}) as {WHOLE})",
    "month": f"cast(month({{0}}) as {WHOLE})",
    "day": f"cast(day({{0}}) as {WHOLE})",
    "month_start": "cast(date_trunc('month', {0}) as date)",
    "month_end": "last_day({0})",
}


def _joined(rows: Rows, node: Apply) -> str:
    return "(" + f" {node.name} ".join(rows.sql(part) for part in node.arguments) + ")"


def _sum(rows: Rows, node: Apply) -> str:
    """Dates move by days and months; the difference of two is a number of days, or a length of time."""
    left, right = node.arguments
    kinds = (left.type.kind, right.type.kind)
    if "months" in kinds:
        moved, count = (left, right) if kinds[1] == "months" else (right, left)
        return f"cast({rows.sql(moved)} {node.name} to_months({_months(rows, count)}) as date)"
    a, b = rows.sql(left), rows.sql(right)
    if kinds == ("date", "date"):
        return f"cast(date_diff('day', {b}, {a}) as {WHOLE})"
    if kinds == ("datetime", "datetime"):
        return f"cast(date_diff('microsecond', {b}, {a}) as {WHOLE})"
    if "date" in kinds:
        day, length = (a, b) if kinds[0] == "date" else (b, a)
        return f"({day} {node.name} cast(floor({length} / {MICROSECONDS['days']}) as integer))"
    return f"({a} {node.name} {b})"


def _months(rows: Rows, node: Typed) -> str:
    if not isinstance(node, Apply) or node.name not in ("months", "years"):
        value = compiled(node)(rows.views.scope)
        return str(value.count) if isinstance(value, Months) else "null"
    factor = 12 if node.name == "years" else 1
    return f"cast(trunc({rows.sql(node.arguments[0])}) as integer) * {factor}"


def _choose(rows: Rows, node: Apply) -> str:
    parts = [rows.sql(part) for part in node.arguments]
    cases = " ".join(f"when {when} then {then}" for when, then in zip(parts[:-1:2], parts[1::2], strict=True))
    return f"(case {cases} else {parts[-1]} end)"


def _empty(rows: Rows, node: Apply) -> str:
    part = rows.sql(node.arguments[0])
    is_text = node.arguments[0].type.kind in ("text", "choice")
    return f"({part} is null or {part} = '')" if is_text else f"({part} is null)"


def _member(rows: Rows, node: Apply) -> str:
    item, among = node.arguments
    part = rows.sql(item)
    if isinstance(among, Items):
        values = [rows.sql(each) for each in among.items]
    else:
        values = [literal(value) for value in compiled(among)(rows.views.scope) or ()]
    found = "(" + (" or ".join(f"{part} is not distinct from {value}" for value in values) or "false") + ")"
    return found if node.name == "in" else f"(not {found})"


SPECIAL: Mapping[str, Callable[[Rows, Apply], str]] = {
    "and": _joined,
    "or": _joined,
    "+": _sum,
    "-": _sum,
    "if": _choose,
    "empty": _empty,
    "in": _member,
    "not in": _member,
}


def literal(value: Any) -> str:
    """Write a value as SQL."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal | int):
        return f"({value:f})" if isinstance(value, Decimal) else f"({value})"
    if isinstance(value, datetime):
        return f"cast('{value.isoformat()}' as timestamptz)"
    if isinstance(value, date):
        return f"date '{value.isoformat()}'"
    if isinstance(value, timedelta):
        return f"cast({value // timedelta(microseconds=1)} as {WHOLE})"
    text = value.number if isinstance(value, Link) else str(value)
    return "'" + text.replace("'", "''") + "'"


def day_of(rows: Rows, at: Expression) -> str:
    """Give the business day at which a row counts."""
    part = rows.sql(at.node)
    if at.type.kind == "date":
        return part
    return f"cast({part} at time zone {literal(rows.views.tx.catalogue.organisation.zone)} as date)"


def one_of(part: str, values: Sequence[Any]) -> str:
    """Give the condition that a column holds one of these texts; None: that it is empty."""
    texts = ", ".join(literal(str(value)) for value in values if value is not None)
    tests = [f"cast({part} as varchar) in ({texts})"] if texts else []
    tests += [f"{part} is null"] if None in values else []
    return f"({' or '.join(tests) or 'false'})"
