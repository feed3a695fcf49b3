"""Alerts of metrics: once a business day whoever is named is told that a figure, as he may see it, has crossed its line."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.analytics.metrics import Asked, metric
from app.analytics.metrics_plan import Plan
from app.config.metric_spec import MetricSpec
from app.core import formats
from app.core.actor import SYSTEM, Actor
from app.core.errors import DaybookError
from app.core.expressions import Scope
from app.core.words import Words
from app.data import accounts
from app.data.repository import Repository
from app.data.services import services_of
from app.data.transaction import Transaction

PERIOD = "last 30 days"  # of a figure that is gathered over time; a level is taken as of now
PERIOD_WORDS = Words(" over the last 30 days", "（最近 30 天）")
MESSAGE = "metric_alert"
LOOKED = ("", 0)  # the row that says on which day all of them were looked at


def alert_people(repository: Repository) -> int:
    """Look at every alert, the first time in a business day; give how many people were told."""
    with repository.transaction(SYSTEM, door="job") as tx:
        if not _first_today(tx):
            return 0
        wanted = _wanted(tx)
    return sum(_look(repository, spec, actor) for spec, actor in wanted)


def _first_today(tx: Transaction) -> bool:
    noted = tx.run(
        tx.sql(
            "insert into office_alert (metric, account_id, day) values (?, ?, ?)"
            " on conflict (metric, account_id) do update set day = excluded.day where office_alert.day < excluded.day"
        ),
        (*LOOKED, tx.today.isoformat()),
    )
    return noted == 1


def _wanted(tx: Transaction) -> list[tuple[MetricSpec, Actor]]:
    """Give each alert with each person to be told; a person of several of its roles once."""
    found = []
    for spec in tx.catalogue.metrics.values():
        people = {link.id for who in spec.alert.tell for link in accounts.holders(tx, str(who.role))} if spec.alert else ()
        actors = (accounts.actor_of(tx, account) for account in sorted(people))
        found += [(spec, actor) for actor in actors if actor is not None]
    return found


def _look(repository: Repository, spec: MetricSpec, actor: Actor) -> int:
    """Tell one person of one figure, unless he knows, or may not see it."""
    try:
        with repository.reading(actor, door="job") as tx:
            value, over = _figure(tx, spec), False
            over = value is not None and _crossed(tx, spec, value)
    except DaybookError:  # it is not for him, or can't be worked out now
        return 0
    with repository.transaction(SYSTEM, door="job") as tx:
        if not over:
            tx.run(tx.sql("delete from office_alert where metric = ? and account_id = ?"), (spec.name, actor.account.id))
            return 0
        return _tell(tx, spec, actor, value)


def _figure(tx: Transaction, spec: MetricSpec) -> Any:
    timed = bool(Plan(tx.catalogue.metrics, spec).possible_grains) and not spec.balance
    table = metric(tx, spec.name, Asked(period=PERIOD if timed else None)).table
    return table.column(table.num_columns - 1)[0].as_py() if table.num_rows else None


def _crossed(tx: Transaction, spec: MetricSpec, value: Any) -> bool:
    assert spec.alert is not None
    row = {"value": value}
    return spec.alert.when.met(Scope(row, row, services_of(tx), today=tx.today, now=tx.now))


def _tell(tx: Transaction, spec: MetricSpec, actor: Actor, value: Any) -> int:
    """Note the crossing and tell of it; nothing where it was noted before."""
    assert spec.alert is not None
    row = (spec.name, actor.account.id, tx.today.isoformat())
    statement = "insert into office_alert (metric, account_id, day) values (?, ?, ?) on conflict do nothing"
    if tx.run(tx.sql(statement), row) != 1:
        return 0
    timed = bool(Plan(tx.catalogue.metrics, spec).possible_grains) and not spec.balance
    over = PERIOD_WORDS if timed else Words("", "")
    facts = {"when": spec.alert.when.text}
    for locale in ("en", "zh"):
        facts |= {f"title_{locale}": spec.title.say(locale), f"over_{locale}": over.say(locale), f"figure_{locale}": said(tx, spec, value, locale)}
    payload = {"to": [{"form": "user", "id": actor.account.id}], "message": MESSAGE, "by": ["inbox"], "form": "", "number": "", "facts": facts}
    tx.post("message.send", payload)
    return 1


def said(tx: Transaction, spec: MetricSpec, value: Any, locale: str) -> str:
    """Give a figure as people read it, by its unit."""
    if isinstance(value, timedelta):
        return formats.length(value, locale=locale)
    home = tx.catalogue.organisation.currency
    exact = Decimal(value)
    if spec.unit == "money":
        return formats.money(exact, home, home=home)
    if spec.unit == "percent":
        return formats.percent(exact)
    return formats.number(exact, most=2)
