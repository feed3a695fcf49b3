"""Alerts of metrics: once a crossing, to those who may see the figure, with the figure as they see it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.config.settings import Settings
from app.core import clock
from app.core.actor import SYSTEM
from app.data import accounts
from app.jobs import runner
from app.jobs.alerting import alert_people
from app.office import Office
from tests.conftest import drop_schema, new_schema, require_postgres

METRICS = """
metrics:
  many_notes:
    title: {en: Notes, zh: 便签数}
    from: note
    value: count(number)
    alert: {when: "value >= 2", tell: [quality, {role: director}]}
"""
LATELY = """
metrics:
  spent:
    title: {en: Spent, zh: 花费}
    from: note
    value: sum(amount)
    at: made_on
    as: money
    alert: {when: value > 100, tell: [quality, director, supplier]}
"""
NOTE = """
form: note
title: {en: Note, zh: 便签}
number: N-{seq:3}
fields:
  made_on: {type: date, default: today, label: {en: Made on, zh: 日期}}
  amount:  {type: money}
  owner:   {type: user, default: me, label: {en: Owner, zh: 所有人}}
access:
  view:   [director, owner]
  create: [employee]
  delete: [director]
"""


def an_office(home: Path, url: str | None, metrics: str) -> Office:
    for place, name, content in (("forms/stock", "note", NOTE), ("reports", "alerts", metrics)):
        (home / "site" / place).mkdir(parents=True)
        (home / "site" / place / f"{name}.yaml").write_text(content, encoding="utf-8")
    office = Office.open(Settings(home=home, secret_key="for tests only", database_url=url))
    with office.repository.transaction(SYSTEM) as tx:
        for name, roles in (("bea", ("quality",)), ("dan", ("quality", "director")), ("eve", ("supplier",))):
            accounts.create_account(tx, name, title=name.title(), password="open-the-door-9", roles=roles)
    return office


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    if request.param == "sqlite":
        yield None
        return
    require_postgres()
    url = new_schema()
    yield url
    drop_schema(url)


def told(office: Office, name: str, locale: str = "en") -> list[str]:
    for key in runner.due_jobs(office.repository):
        runner.run_job(office.repository, key)
    return [notice.words.say(locale) for notice in reversed(office.as_user(name).notices())]


def on_day(days: int) -> Any:
    return clock.stopped(clock.now() + timedelta(days=days))


@pytest.mark.capability("IMP-08")
def test_a_crossing_is_told_once_and_again_only_after_it_came_back(tmp_path: Path, url: str | None) -> None:
    office = an_office(tmp_path, url, METRICS)
    dan = office.as_user("dan")
    dan.create("note", {"amount": 1})
    assert alert_people(office.repository) == 0
    second = dan.create("note", {"amount": 2}).number
    with on_day(1):
        assert alert_people(office.repository) == 1 and alert_people(office.repository) == 0
        assert told(office, "dan") == ["Notes is at 2. You are told when: value >= 2."]
        assert told(office, "dan", "zh") == ["便签数现为 2，预警条件：value >= 2。"]
        assert told(office, "bea") == [], "she sees none of them"
    with on_day(2):
        third = dan.create("note", {"amount": 3}).number
        assert alert_people(office.repository) == 0, "it stands beyond the line still"
        for number in (second, third):
            dan.delete("note", number)
    with on_day(3):
        assert alert_people(office.repository) == 0
        dan.restore("note", second)
    with on_day(4):
        assert alert_people(office.repository) == 1 and len(told(office, "dan")) == 2
    office.repository.close()


def test_the_figure_is_that_of_the_reader_over_the_last_days(tmp_path: Path, url: str | None) -> None:
    office = an_office(tmp_path, url, LATELY)
    with on_day(-40):
        office.as_user("dan").create("note", {"amount": "5000"})
    office.as_user("bea").create("note", {"amount": "90"})
    office.as_user("dan").create("note", {"amount": "120"})
    assert alert_people(office.repository) == 1
    assert told(office, "dan")[0].startswith("Spent is at ¥210.00 over the last 30 days.")
    assert told(office, "dan", "zh")[0].startswith("花费（最近 30 天）现为 ¥210.00")
    assert told(office, "bea") == [], "she sees 90 of it"
    assert told(office, "eve") == [], "she may not see it at all"
    with office.repository.transaction(SYSTEM) as tx:
        dan = accounts.account_named(tx, "dan")
        assert dan is not None
        accounts.set_active(tx, dan, False)
        tx.run(tx.sql("delete from office_alert"))
    with on_day(1):
        assert alert_people(office.repository) == 0, "who no longer works here is not told"
    office.repository.close()
