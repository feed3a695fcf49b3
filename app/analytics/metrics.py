"""Metrics: figures declared once, gathered by one SELECT over the reader's views, exact and as of now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

import pyarrow as pa

from app.analytics.metrics_period import Period, read_period
from app.analytics.metrics_plan import Plan, quoted
from app.analytics.metrics_query import MetricQuery
from app.analytics.metrics_sql import Views
from app.analytics.metrics_table import table_of_figures
from app.config.metric_spec import GRAINS, MetricSpec
from app.core.errors import DaybookError, NotAllowed
from app.core.words import Words
from app.data.transaction import Transaction

USUAL = "last 12 months"  # of a level that is cut by time, where no period is given


class UnknownMetric(DaybookError):
    """There is no metric '{name}'.{near}"""

    zh = "没有指标“{name}”。{near}"
    status = 404


class UnknownDimension(DaybookError):
    """{metric} can't be cut by '{name}'. Possible: {known}."""

    zh = "{metric}不能按“{name}”分组，可用：{known}。"
    status = 422


class MetricHasNoTime(DaybookError):
    """{metric} tells how it is now: it has no period, no days and no months."""

    zh = "{metric}只反映当前情况，没有期间，也不能按日、按月分组。"
    status = 422


@dataclass(frozen=True)
class Asked:
    """What is asked of a metric: cut by what, which rows, which days, in which order, how many groups."""

    by: Sequence[str] = ()
    where: str | None = None
    period: str | tuple[date, date] | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)
    order_by: str | None = None
    limit: int | None = None


@dataclass(frozen=True)
class Figures:
    """The answer: one row a group with the figure in the last column, over which days, as of when."""

    spec: MetricSpec
    table: pa.Table
    as_of: datetime
    period: Period | None
    cut: bool


@dataclass(frozen=True)
class Described:
    """A metric as people choose it; `allowed` tells whether the reader may see it."""

    spec: MetricSpec
    allowed: bool
    dimensions: Mapping[str, Words]
    grains: tuple[str, ...]


def metric(tx: Transaction, name: str, asked: Asked) -> Figures:
    """Give a metric with the rights of this person; raise NotAllowed where it needs what he may not see."""
    whole = Plan(tx.catalogue.metrics, metric_named(tx, name))
    plan = replace(
        whole,
        by=tuple(dict.fromkeys(_called(whole, each) for each in asked.by)),
        period=read_period(asked.period, tx.today) if asked.period is not None else None,
        where=asked.where,
        filters={_dimension(whole, each): wanted for each, wanted in asked.filters.items()},
    )
    if any(part.balance for part in plan.bases) and plan.grains and plan.period is None:
        plan = replace(plan, period=read_period(USUAL, tx.today))
    _check_time(plan)
    order = _order(plan, asked.order_by)
    found = MetricQuery(Views(tx), plan).run()
    table = table_of_figures(plan, found, order_by=order, limit=asked.limit)
    return Figures(plan.spec, table, tx.now, plan.period, found.cut)


def metric_named(tx: Transaction, name: str) -> MetricSpec:
    """Give a metric, or say which one was probably meant."""
    known = tx.catalogue.metrics
    if name not in known:
        near = get_close_matches(name, known, n=1)
        hint = Words(f" Did you mean '{near[0]}'?", f"是不是“{near[0]}”？") if near else Words()
        raise UnknownMetric(name=name[:60], near=hint)
    return known[name]


def describe_metrics(tx: Transaction) -> list[Described]:
    """Give every metric with what this person may cut it by."""
    views = Views(tx)
    return [_described(views, Plan(tx.catalogue.metrics, spec)) for spec in tx.catalogue.metrics.values()]


def _described(views: Views, plan: Plan) -> Described:
    allowed = _may(views, plan)
    seen = {
        name: each.label for name, each in plan.shared.items() if allowed and _may(views, replace(plan, by=(name,)))
    }
    return Described(plan.spec, allowed, seen, plan.possible_grains)


def _may(views: Views, plan: Plan) -> bool:
    try:
        MetricQuery(views, plan).text()
    except NotAllowed:
        return False
    return True


def _called(plan: Plan, name: str) -> str:
    if name in GRAINS and not plan.possible_grains:
        raise MetricHasNoTime(metric=_timeless(plan))
    found = plan.called(name)
    if found is None:
        known = ", ".join([*plan.shared, *plan.possible_grains]) or "–"
        raise UnknownDimension(metric=quoted(plan.spec.title), name=name[:60], known=known)
    return found


def _dimension(plan: Plan, name: str) -> str:
    """Rows are chosen by dimensions; days by the period."""
    if name in GRAINS:
        raise UnknownDimension(metric=quoted(plan.spec.title), name=name, known=", ".join(plan.shared) or "–")
    return _called(plan, name)


def _check_time(plan: Plan) -> None:
    if plan.period is not None and not plan.possible_grains:
        raise MetricHasNoTime(metric=_timeless(plan))


def _timeless(plan: Plan) -> Words:
    return quoted(next(part.title for part in plan.bases if not part.has_time))


def _order(plan: Plan, order_by: str | None) -> str | None:
    """Give the order by the names of the plan: the figure is `value`."""
    if not order_by:
        return None
    sign, name = ("-", order_by[1:]) if order_by.startswith("-") else ("", order_by)
    if name in ("value", plan.spec.name):
        return f"{sign}value"
    found = plan.called(name)
    if found is None or found not in plan.by:
        raise UnknownDimension(metric=quoted(plan.spec.title), name=name[:60], known=", ".join(("value", *plan.by)))
    return sign + found
