"""Gathers a metric: one SELECT, a part of it for each figure that is gathered, merged by what they are cut by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
from sqlalchemy import null

from app.analytics.columns import Column, table_of
from app.analytics.metrics_period import Period
from app.analytics.metrics_plan import Plan, dimension_of, quoted
from app.analytics.metrics_sql import Rows, Views, day_of, one_of
from app.analytics.service import ROWS, sql
from app.config.metric_reader import condition_over
from app.config.metric_spec import MOVES, MetricSpec
from app.core.errors import DaybookError
from app.core.expressions import Expression, Scope
from app.core.expressions.arithmetic import divide
from app.core.expressions.nodes import Apply, Fold, Name, Typed

Key = tuple[Any, ...]
STRETCHES = "stretches_of_days"  # the table that a level is laid beside
MOST_STRETCHES = 5000
ZERO = Decimal(0)
SERVICES: Any = None  # figures ask nothing outside
AGGREGATES: Mapping[str, tuple[str, ...]] = {
    "sum": ("sum(q.{0})",),
    "avg": ("sum(q.{0})", "count(q.{0})"),
    "count": ("count(q.{0})",),
    "min": ("min(q.{0})",),
    "max": ("max(q.{0})",),
}
LEVEL = 'sum(q.{0} * (date_diff(\'day\', greatest(q.t, p."first"), p."last") + 1))'


class TooManyStretches(DaybookError):
    """The period has more than {most} stretches. Ask for fewer days, or for longer stretches."""

    zh = "期间超过 {most} 段，请缩短期间或改用更长的粒度。"
    status = 422


@dataclass
class Group:
    """What was gathered of one group: the raw figures of each part, and the names of what it is cut by."""

    names: list[Any]
    parts: dict[int, list[Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Gathered:
    """The figures of each group, in the order in which they were met."""

    values: Mapping[Key, Any]
    names: Mapping[Key, Sequence[Any]]
    cut: bool


class Part:
    """One metric that is gathered from rows: its SELECT, and its value from what that gives."""

    def __init__(self, views: Views, plan: Plan, spec: MetricSpec) -> None:
        self.views, self.plan, self.spec = views, plan, spec
        self.folds: list[Fold] = []
        self.value = Expression(spec.value.text, self._figures(spec.value.node))
        self.level = spec.balance and plan.over_time
        source, day = (MOVES[spec.view] if self.level else (None, None)) if spec.source else (None, None)
        assert spec.source is not None
        self.rows = Rows(views, (source, None) if source else spec.source, thing=quoted(plan.spec.title))
        self.day = f'r."{day}"' if day else day_of(self.rows, spec.at) if spec.at is not None else "null"

    def _figures(self, node: Typed) -> Typed:
        """Put a name in the place of each figure that is gathered."""
        if isinstance(node, Fold):
            self.folds.append(node)
            return Name(node.type, node.start, node.length, "row", (f"x{len(self.folds) - 1}",), (node.type,))
        if isinstance(node, Apply):
            return replace(node, arguments=tuple(self._figures(part) for part in node.arguments))
        return node

    @property
    def aggregates(self) -> list[str]:
        """Give the figures that are asked of the rows."""
        if self.level:
            return [LEVEL.format(f"x{at}") for at in range(len(self.folds))]
        return [one.format(f"x{at}") for at, fold in enumerate(self.folds) for one in AGGREGATES[fold.name]]

    def text(self, number: int, before: int, after: int) -> str:
        """Give the SELECT; `before`, `after`: how many figures other parts have."""
        plan = self.plan
        inner = self.inner()
        grains = [f"cast(date_trunc('{grain}', {self.start}) as date)" for grain in plan.grains]
        keys = [*grains, *(f"q.d{at}" for at in range(len(plan.dimensions)))]
        names = [f"any_value(q.n{at})" for at in range(len(plan.dimensions))]
        figures = ["null"] * before + self.aggregates + ["null"] * after
        columns = [str(number), *keys, *names, *figures]
        beside = f' join {STRETCHES} p on q.t <= p."last"' if self.level else ""
        grouped = " group by all" if keys else ""
        return f"select {', '.join(columns)} from ({inner}) q{beside}{grouped}"  # noqa: S608  names of ours, literals quoted

    @property
    def start(self) -> str:
        """Give the day by which a row is put into its stretch of time."""
        return 'p."start"' if self.level else "q.t"

    def inner(self) -> str:
        """Give the rows that count, with what they are cut by and what is gathered of them."""
        columns = [f"{self.day} as t"]
        for at, name in enumerate(self.plan.dimensions):
            path = self.path(name)
            columns += [f"{self.rows.column(path)} as d{at}", f"{self.rows.named(path) or 'null'} as n{at}"]
        columns += [f"{self.figure(fold)} as x{at}" for at, fold in enumerate(self.folds)]
        conditions = list(self.conditions())
        where = f" where {' and '.join(conditions)}" if conditions else ""
        return f"select {', '.join(columns)} from {self.rows.tables}{where}"  # noqa: S608

    def path(self, dimension: str) -> Name:
        """Give the path of a dimension."""
        found = dimension_of(self.spec, dimension)
        assert found is not None and isinstance(found.path.node, Name), f"{self.spec.name} has no {dimension}"
        return found.path.node

    def figure(self, fold: Fold) -> str:
        """Give what one row adds to a figure."""
        assert fold.value is not None
        value = self.rows.sql(fold.value)
        return f"case when {self.rows.sql(fold.where)} then {value} end" if fold.where is not None else value

    def conditions(self) -> Iterator[str]:
        """Give which rows count."""
        plan, spec = self.plan, self.spec
        if spec.where is not None:
            yield self.rows.sql(spec.where.node)
        if plan.where:
            yield self.rows.sql(condition_over(plan.where, spec, self.views.tx.catalogue).node)
        for name, wanted in plan.filters.items():
            values = wanted if isinstance(wanted, list | tuple) else [wanted]
            yield one_of(self.rows.column(self.path(name)), values)
        if plan.period is not None and not self.level:
            yield f"{self.day} between date '{plan.period.first}' and date '{plan.period.last}'"

    def result(self, raw: Sequence[Any] | None, days: int) -> Any:
        """Give the value of the metric from the figures of a group; None: the group has no rows here."""
        given = iter(raw or [None] * len(self.aggregates))
        row = {f"x{at}": self.folded(fold, given, days) for at, fold in enumerate(self.folds)}
        tx = self.views.tx
        return self.value.value(Scope(row, row, SERVICES, today=tx.today, now=tx.now))

    def folded(self, fold: Fold, raw: Iterator[Any], days: int) -> Any:
        """Give one figure: a sum of nothing is 0, an average of nothing is empty."""
        first = next(raw)
        if self.level:
            return divide(_exact(first or 0), Decimal(days))
        if fold.name == "avg":
            return divide(_exact(first or 0), _exact(next(raw) or 0))
        if first is None and fold.name in ("sum", "count"):
            first = 0
        if fold.type.kind == "duration" and first is not None:
            return timedelta(microseconds=int(first))
        return _exact(first)


class MetricQuery:
    """All parts of one plan, asked at once."""

    def __init__(self, views: Views, plan: Plan) -> None:
        self.plan, self.tx = plan, views.tx
        self.parts = [Part(views, plan, spec) for spec in plan.bases]
        self.stretches = dict(self._stretches())

    def _stretches(self) -> Iterator[tuple[date, Period]]:
        """Give the days of each stretch that a level is averaged over, as far as they have come."""
        if not any(part.level for part in self.parts):
            return
        assert self.plan.period is not None
        until = self.plan.period.until(self.tx.today)
        cut = until.cut(self.plan.grains[0]) if self.plan.grains else iter([(until.first, until)])
        for at, stretch in enumerate(cut):
            if at >= MOST_STRETCHES:
                raise TooManyStretches(most=MOST_STRETCHES)
            yield stretch

    def text(self) -> str:
        """Give the whole SELECT; raise NotAllowed where it needs what the person may not see."""
        counts = [len(part.aggregates) for part in self.parts]
        texts = [part.text(at, sum(counts[:at]), sum(counts[at + 1 :])) for at, part in enumerate(self.parts)]
        return " union all ".join(texts)

    def run(self) -> Gathered:
        """Ask, and work out the figure of each group."""
        given = {STRETCHES: self._table()} if self.stretches else {}
        answer = sql(self.tx, self.text(), limit=ROWS, given=given)
        groups = self._grouped(answer.table)
        if not self.plan.by:
            groups.setdefault((), Group([]))
        values = {key: self._value(self.plan.spec, key, group) for key, group in groups.items()}
        return Gathered(values, {key: group.names for key, group in groups.items()}, answer.cut)

    def _table(self) -> pa.Table:
        columns = [Column(name, "date", null()) for name in ("start", "first", "last")]
        return table_of(columns, [(start, days.first, days.last) for start, days in self.stretches.items()])

    def _grouped(self, table: pa.Table) -> dict[Key, Group]:
        """Put the rows of all parts together by what they are cut by."""
        groups: dict[Key, Group] = {}
        keys, names = len(self.plan.by), len(self.plan.dimensions)
        counts = [len(part.aggregates) for part in self.parts]
        first = [keys + names + sum(counts[:at]) for at in range(len(counts))]
        columns = [column.to_pylist() for column in table.columns]
        for number, *row in zip(*columns, strict=True):
            group = groups.setdefault(tuple(row[:keys]), Group([None] * names))
            group.names = [old if old is not None else new for old, new in zip(group.names, row[keys:], strict=False)]
            group.parts[number] = row[first[number] : first[number] + counts[number]]
        return groups

    def _value(self, spec: MetricSpec, key: Key, group: Group) -> Any:
        for at, part in enumerate(self.parts):
            if part.spec.name == spec.name:
                return part.result(group.parts.get(at), self._days(key))
        row = {name: self._value(self.plan.metrics[name], key, group) for name in spec.parts}
        return spec.value.value(Scope(row, row, SERVICES, today=self.tx.today, now=self.tx.now))

    def _days(self, key: Key) -> int:
        """Count the days that a level of a group is averaged over."""
        if not self.stretches:
            return 1
        stretch = self.stretches.get(key[0]) if self.plan.grains else next(iter(self.stretches.values()))
        return stretch.days if stretch else 1


def _exact(value: Any) -> Any:
    return Decimal(value) if isinstance(value, int) else value
