"""Many at once: one transaction, each with its key, refused alone or all together as the caller says."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest

from app.core.errors import KeyReused
from app.data.database import Database
from app.ledger import AlreadySettled, Draft, Ledger, Move, NotEnough, PeriodClosed, Refused
from tests.ledger.helpers import TODAY, a_ledger, a_payment, a_receipt, an_issue, an_order, refused, stands, units
from tests.simulation.crowd import crowd
from tests.simulation.days import entries


def test_a_replay_of_many_gives_the_first_answers_and_adds_nothing(ledger: Ledger) -> None:
    drafts = [a_receipt(f"r{n}", n, n * 100) for n in (3, 1, 2)]
    first = ledger.post_many(drafts)
    assert ledger.post_many(drafts) == first
    more = ledger.post_many([*drafts, a_receipt("r4", 4, 400)])
    assert {key: more[key] for key in first} == first and more["r4"] not in first.values()
    assert (stands(ledger), entries(ledger)) == ((10, 1000), 4)


def test_entries_are_numbered_as_the_drafts_come_whatever_their_keys(ledger: Ledger) -> None:
    made = ledger.post_many([a_receipt(key, 1, 100) for key in "cab"])
    assert sorted(made, key=made.__getitem__) == ["c", "a", "b"]


def test_the_same_key_twice_in_a_batch_is_one_entry(ledger: Ledger) -> None:
    made = ledger.post_many([a_receipt("r1", 1, 100), a_receipt("r2", 1, 100), a_receipt("r1", 1, 100)])
    assert (len(made), stands(ledger)) == (2, (2, 200))
    with refused(ledger, KeyReused):
        ledger.post_many([a_receipt("r3", 1, 100), a_receipt("r1", 9, 100)])


def test_without_a_place_for_refusals_one_short_member_refuses_all(database: Database) -> None:
    with pytest.raises(NotEnough), a_ledger(database) as ledger:
        ledger.post_many([a_receipt("r1", 1, 100), an_issue("s1", 2)])
    with a_ledger(database) as ledger:
        assert (entries(ledger), stands(ledger)) == (0, (0, 0))


def test_a_refused_member_leaves_no_trace_and_may_be_sent_again(ledger: Ledger) -> None:
    told: Refused = {}
    made = ledger.post_many([a_receipt("r1", 5, 500), an_issue("s1", 9), an_issue("s2", 2)], refused=told)
    assert (list(made), list(told)) == (["r1", "s2"], ["s1"])
    assert (entries(ledger), stands(ledger)) == (2, (3, 300))
    ledger.post(a_receipt("r2", 9, 900))
    assert "s1" in ledger.post_many([an_issue("s1", 9)], refused={})
    assert stands(ledger) == (3, 300)


def test_what_a_refused_member_began_is_undone(ledger: Ledger) -> None:
    """Its first move would be granted, its second not."""
    ledger.post_many([a_receipt("r1", 5, 500), a_receipt("r2", 1, 100, thing="CUP")])
    ledger.hold(an_order("o1", 4))
    [hold] = ledger.open_holds("sales_order:o1")
    both = (
        Move("warehouse:HZ", "customers", "TEA", units(4), hold=hold),
        Move("warehouse:HZ", "customers", "CUP", units(2)),
    )
    told: Refused = {}
    ledger.post_many([Draft("sale.shipped", "s1", "shipment:1", TODAY, moves=both)], refused=told)
    assert isinstance(told["s1"], NotEnough)
    assert [each.open for each in ledger.open_holds("sales_order:o1")] == [units(4)]
    assert (stands(ledger), ledger.balance("warehouse:HZ", "TEA").pending_out) == ((5, 500), units(4))


def test_each_reason_of_refusal_stays_with_its_member(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 5, 500))
    ledger.hold(an_order("o1", 2))
    [hold] = ledger.open_holds("sales_order:o1")
    ledger.close_period(202610, book="stock")
    told: Refused = {}
    ledger.post_many(
        [
            an_issue("settled", 2, hold=hold),
            an_issue("twice", 1, hold=hold),
            a_receipt("late", 1, 100, on=date(2026, 10, 31)),
            replace(a_payment("odd", 5), legs=a_payment("odd", 5).legs[:1]),
            a_payment("even", 5),
        ],
        refused=told,
    )
    assert {key: type(error).__name__ for key, error in told.items()} == {
        "twice": "AlreadySettled",
        "late": "PeriodClosed",
        "odd": "Unbalanced",
    }


def test_many_reversals_are_one_pass_in_the_order_asked_for(ledger: Ledger) -> None:
    made = ledger.post_many([a_receipt("r1", 5, 500), an_issue("s1", 5)])
    undo = {made["s1"]: "u1", made["r1"]: "u2"}
    first = ledger.reverse_many(undo, booked_on=TODAY)
    assert ledger.reverse_many(undo, booked_on=TODAY) == first
    assert (stands(ledger), entries(ledger)) == ((0, 0), 4)
    with refused(ledger, AlreadySettled):
        ledger.reverse_many({made["r1"]: "again"}, booked_on=TODAY)


def test_many_reversals_are_refused_together(ledger: Ledger) -> None:
    made = ledger.post_many([a_receipt("r1", 5, 500), a_receipt("r2", 5, 500), an_issue("s1", 6)])
    with refused(ledger, NotEnough):
        ledger.reverse_many({made["r1"]: "u1", made["r2"]: "u2"}, booked_on=TODAY)
    assert stands(ledger) == (4, 400)


def test_a_batch_is_what_its_members_are_one_by_one(database: Database) -> None:
    """Whatever is granted alone is granted in the batch, at the same cost."""
    chance = random.Random(11)
    drafts = [
        an_issue(f"s{n}", chance.randint(1, 9), thing=chance.choice(("TEA", "CUP")))
        if chance.random() < 0.6
        else a_receipt(f"r{n}", chance.randint(1, 9), chance.randint(0, 5000), thing=chance.choice(("TEA", "CUP")))
        for n in range(80)
    ]
    with a_ledger(database) as ledger:
        ledger.cursor.execute("savepoint alone")
        alone: Refused = {}
        for draft in drafts:
            ledger.post_many([draft], refused=alone)
        ends = [stands(ledger, thing=thing) for thing in ("TEA", "CUP")]
        ledger.cursor.execute("rollback to savepoint alone")
        together: Refused = {}
        ledger.post_many(drafts, refused=together)
        assert (list(together), [stands(ledger, thing=thing) for thing in ("TEA", "CUP")]) == (list(alone), ends)
        assert alone and ledger.verify() == []


def post_shuffled_batches(database: Database, number: int, answer: object) -> None:
    """Batches of the same forty keys, each process in an order of its own."""
    chance = random.Random(number)
    found: dict[str, int] = {}
    for _ in range(5):
        keys = chance.sample([f"k{n}" for n in range(40)], 20)
        with a_ledger(database) as ledger:
            found |= ledger.post_many([a_receipt(key, 1, 100) for key in keys])
    answer.send(found)  # type: ignore[attr-defined]


def test_batches_with_the_same_keys_never_wait_for_each_other_in_a_circle(
    database: Database, database_url: str
) -> None:
    database.close()
    answers = crowd(database_url, post_shuffled_batches).answers()
    whole = {key: entry for answer in answers for key, entry in answer.items()}
    assert all(whole[key] == entry for answer in answers for key, entry in answer.items())
    with a_ledger(database) as ledger:
        assert (entries(ledger), ledger.verify()) == (len(whole), [])


def test_a_closed_month_refuses_all_where_nothing_else_is_said(ledger: Ledger) -> None:
    ledger.close_period(202610, book="money")
    with refused(ledger, PeriodClosed, match="2026-10"):
        ledger.post_many([a_receipt("r1", 1, 100), a_receipt("r2", 1, 100, on=date(2026, 10, 31))])
