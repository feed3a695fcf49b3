"""Balances as of a day, on either calendar, and as they were known at a time: snapshot and what follows, or all."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from app.core import clock
from app.core.errors import DaybookError
from app.data.database import Database
from app.ledger import AsOf, Draft, Ledger, PeriodClosed
from app.ledger.values import day_number
from tests.ledger.helpers import NOW, TODAY, a_ledger, a_payment, a_receipt, an_issue, an_order, refused, stands, units

FIRST = date(2026, 8, 1)
LINES = """
    select a.code, c.code, e.booked_on, e.occurred_on, e.recorded_at, p.amount, p.value, a.chart
      from ledger_posting p join ledger_entry e on e.id = p.entry_id join ledger_account a on a.id = p.account_id
      join ledger_commodity c on c.id = p.commodity_id"""
PENDING = """
    select a.code, c.code, e.booked_on, e.occurred_on, e.recorded_at, h.amount from ledger_hold h
      join ledger_entry e on e.id = h.entry_id join ledger_account a on a.id = h.source_id
      join ledger_commodity c on c.id = h.commodity_id
    union all
    select a.code, c.code, e.booked_on, e.occurred_on, e.recorded_at, -s.amount from ledger_settlement s
      join ledger_entry e on e.id = s.entry_id join ledger_hold h on h.entry_id = s.hold_entry and h.line = s.hold_line
      join ledger_account a on a.id = h.source_id join ledger_commodity c on c.id = h.commodity_id"""


@dataclass
class Months:
    """A few months of late facts, closed and opened again, each act at its own time."""

    database: Database
    seed: int
    moments: list[datetime] = field(default_factory=list)
    granted: int = 0

    def live(self, acts: int) -> None:
        """Do so many random acts, a transaction and half an hour each."""
        chance = random.Random(self.seed)
        for number in range(acts):
            now = NOW + timedelta(minutes=30 * number)
            self.moments.append(now)
            try:
                with clock.stopped(now), a_ledger(self.database, now=now) as ledger:
                    self._act(ledger, chance, f"k{number}")
                self.granted += 1
            except DaybookError:
                continue

    def _act(self, ledger: Ledger, chance: random.Random, key: str) -> None:
        day = FIRST + timedelta(days=chance.randrange(112))
        act = chance.choice(("receipt", "receipt", "issue", "payment", "order", "settle", "settle", "close", "open"))
        thing = chance.choice(("TEA", "CUP"))
        if act == "close":
            ledger.close_period(202600 + chance.randint(8, 10), book=chance.choice(("stock", "money")))
        elif act == "open":
            ledger.reopen_period(202600 + chance.randint(9, 11), book=chance.choice(("stock", "money")))
        elif act == "settle":
            for hold in ledger.open_holds(f"sales_order:k{chance.randrange(30)}"):
                ledger.post(late(ledger, an_issue(key, 1, thing=hold.commodity, hold=hold), day))
        elif act == "order":
            ledger.hold(late(ledger, an_order(key, chance.randint(1, 3), thing=thing), day))
        elif act == "payment":
            ledger.post(late(ledger, a_payment(key, chance.randint(1, 900)), day))
        else:
            draft = a_receipt(key, chance.randint(3, 9), 300, thing=thing)
            ledger.post(late(ledger, draft if act == "receipt" else an_issue(key, 1, thing=thing), day))


def late(ledger: Ledger, draft: Draft, day: date) -> Draft:
    """A fact with its own day, booked in the first month that is open."""
    return replace(draft, booked_on=ledger.open_day(day), occurred_on=day)


def questions(months: Months) -> Iterator[AsOf]:
    """Ends of months and days between, on both calendars, at the end and at times between."""
    chance = random.Random(months.seed)
    for by in ("booked_on", "occurred_on"):
        for _ in range(9):
            day = chance.choice([date(2026, 8, 31), date(2026, 9, 30), FIRST + timedelta(days=chance.randrange(125))])
            moment = chance.choice([None, *months.moments])
            yield AsOf(chance.choice([day, day, None]), by, moment)


def summed(ledger: Ledger, text: str, asked: AsOf) -> dict[tuple[Any, ...], list[int]]:
    """The same by adding up every line."""
    ledger.cursor.execute(text)
    found: dict[tuple[Any, ...], list[int]] = {}
    for account, commodity, booked, occurred, recorded, *rest in ledger.cursor.fetchall():
        moment = datetime.fromisoformat(recorded).replace(tzinfo=NOW.tzinfo) if isinstance(recorded, str) else recorded
        day = booked if asked.by == "booked_on" else occurred
        if day <= (day_number(asked.on) if asked.on else 99991231) and moment <= (asked.known_at or moment):
            sums = found.setdefault((account, commodity), [0, 0])
            for place, amount in enumerate(rest[:2]):
                sums[place] += amount
    return found


@pytest.mark.parametrize("seed", range(6))
def test_every_balance_as_of_anything_is_the_full_sum(database: Database, seed: int) -> None:
    months = Months(database, seed)
    months.live(90)
    assert months.granted > 40
    with a_ledger(database) as ledger:
        assert ledger.verify() == []
        for asked in questions(months):
            lines, held = summed(ledger, LINES, asked), summed(ledger, PENDING, asked)
            for thing in ("TEA", "CUP"):
                found = ledger.balance("warehouse:HZ", thing, as_of=asked)
                assert [found.amount, found.value] == lines.get(("warehouse:HZ", thing), [0, 0]), asked
                assert found.pending_out == held.get(("warehouse:HZ", thing), [0])[0], asked
            whole = {
                (each.by["account"], each.by["commodity"]): [each.amount, each.value]
                for book in ("stock", "money")
                for each in ledger.balances(book, as_of=asked)
            }
            assert whole == {key: sums for key, sums in lines.items() if sums != [0, 0]}, asked
            assert sum(line.value for line in ledger.trial_balance(as_of=asked)) == 0


def test_a_late_fact_counts_on_its_own_day_for_business_and_on_the_open_month_for_the_books(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 10, 1000, on=date(2026, 9, 10)))
    ledger.close_period(202609, book="stock")
    ledger.close_period(202609, book="money")
    ledger.post(late(ledger, a_receipt("r2", 5, 600), date(2026, 9, 20)))
    month_end = date(2026, 9, 30)
    assert ledger.balance("warehouse:HZ", "TEA", on=month_end).amount == units(10)
    assert ledger.balance("warehouse:HZ", "TEA", as_of=AsOf(month_end, by="occurred_on")).amount == units(15)
    assert ledger.balance("warehouse:HZ", "TEA", on=date(2026, 10, 1)).amount == units(15)


def test_what_was_known_then_stays_known_though_more_was_learnt_since(database: Database) -> None:
    evening, morning = NOW, NOW + timedelta(hours=12)
    with a_ledger(database, now=evening) as ledger:
        ledger.post(a_receipt("r1", 10, 1000, on=date(2026, 10, 5)))
        ledger.hold(an_order("o1", 4))
    with a_ledger(database, now=morning) as ledger:
        ledger.post(a_receipt("r2", 2, 200, on=date(2026, 10, 5)))
        [hold] = ledger.open_holds("sales_order:o1")
        ledger.post(an_issue("s1", 4, hold=hold))
        ledger.close_period(202610, book="stock")
        then = ledger.balance("warehouse:HZ", "TEA", as_of=AsOf(known_at=evening))
        assert (then.amount, then.pending_out) == (units(10), units(4))
        assert stands(ledger) == (8, 800)
        october = AsOf(date(2026, 10, 31), known_at=evening)
        assert ledger.balance("warehouse:HZ", "TEA", as_of=october).amount == units(10)


def test_each_book_has_its_own_months(ledger: Ledger) -> None:
    ledger.close_period(202610, book="money")
    with refused(ledger, PeriodClosed):  # goods carry their value into the books of money
        ledger.post(a_receipt("r1", 1, 100, on=date(2026, 10, 31)))
    ledger.names.open_account("hours", book="time", chart="", guarded=False)
    ledger.names.open_account("staff", book="time", chart="", guarded=False)
    ledger.names.open_commodity("HOUR", scale=0)
    counted = replace(a_receipt("h1", 1, 0), moves=(replace(a_receipt("h1", 1, 0).moves[0], commodity="HOUR"),))
    move = replace(counted.moves[0], source="staff", target="hours", value=None)
    ledger.post(replace(counted, moves=(move,), booked_on=date(2026, 10, 31)))
    ledger.close_period(202610, book="time")
    with refused(ledger, PeriodClosed):
        ledger.post(replace(counted, key="h2", moves=(move,), booked_on=date(2026, 10, 31)))


def test_a_month_cannot_be_closed_twice_nor_by_opening_a_later_one(ledger: Ledger) -> None:
    ledger.close_period(202609, book="stock")
    with refused(ledger, PeriodClosed, match="2026-09"):
        ledger.close_period(202609, book="stock")
    ledger.reopen_period(202611, book="stock")  # it is open
    assert ledger.open_day(date(2026, 9, 5)) == date(2026, 10, 1)
    assert ledger.open_day(date(2026, 10, 5)) == date(2026, 10, 5)
    ledger.reopen_period(202609, book="stock")
    assert ledger.open_day(date(2026, 9, 5)) == date(2026, 9, 5)


def test_nothing_is_booked_before_it_occurred(ledger: Ledger) -> None:
    early = replace(a_receipt("r1", 1, 100), occurred_on=TODAY + timedelta(days=1))
    with pytest.raises(AssertionError, match="has happened"):
        ledger.post(early)
