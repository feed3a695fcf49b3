"""Random days: after each act every promise of the ledger holds; and a broken kernel is noticed."""

from __future__ import annotations

import os

import pytest

from app.data.database import Database
from app.ledger import holding, rules, sql
from app.ledger.sql import Statement
from tests.ledger.helpers import a_ledger
from tests.simulation.days import Days, broken_promises


def live(database: Database, *, seed: int, steps: int) -> list[str]:
    """Live so many acts; give the first broken promises, with the seed that shows them again."""
    days = Days(database, seed)
    for number in range(steps):
        act = days.step()
        with a_ledger(database) as ledger:
            broken = broken_promises(ledger, days.today)
        if broken:
            return [f"seed {seed}, step {number}, {act}: {sentence}" for sentence in broken]
    assert days.refused < steps * 0.8, "hardly anything was granted: the simulation proves little"
    return []


@pytest.mark.parametrize("seed", [1, 2, 20261122, int(os.environ["DAYBOOK_SEED"])])
def test_every_promise_holds_after_every_act(database: Database, seed: int) -> None:
    steps = 250 if database.dialect == "sqlite" else 120
    assert live(database, seed=seed, steps=steps) == []


def without(statement: Statement, text: str, other: str) -> Statement:
    """Give a statement with a part replaced, on both databases."""
    assert text in statement.sqlite
    return Statement(statement.sqlite.replace(text, other), statement.postgresql.replace(text, other))


BUGS = {
    "a reservation without floor": (
        sql,
        "HOLD_ROW",
        without(sql.HOLD_ROW, "posted - pending_out - ? >= floor or ? = 0", "0 * (?) + 0 * (?) = 0"),
    ),
    "a hold that stays open": (sql, "SETTLE_HOLD", without(sql.SETTLE_HOLD, "open = open - ?", "open = open - 0 * ?")),
    "a balance that forgets values": (
        sql,
        "MOVE_ROW",
        without(sql.MOVE_ROW, "value = value + ?", "value = value + 0 * ?"),
    ),
    "goods that leave for half their cost": (
        rules,
        "take_value",
        lambda held, value, amount, **_: value * amount // held // 2 if held > 0 else 0,
    ),
    "a release that gives nothing back": (holding, "unreserve", lambda *_: None),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_deliberate_bug_is_noticed(bug: str, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    if database.dialect != "sqlite":
        pytest.skip("the same Python decides on both databases")
    module, name, broken = BUGS[bug]
    monkeypatch.setattr(module, name, broken)
    try:
        found = live(database, seed=3, steps=300)
    except AssertionError as caught:
        found = [str(caught)]
    assert found, bug
