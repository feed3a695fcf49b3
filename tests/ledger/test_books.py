"""Books by configuration: budget, points and grams of CO2e are places and events of the posting table, no code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache

import pytest

from app.config.catalogue import Catalogue
from app.config.loader import load_catalogue
from app.core.errors import KeyReused
from app.data.database import Database
from app.ledger import AlreadySettled, AsOf, Draft, Facts, Ledger, Leg, NotEnough, PeriodClosed, Unbalanced, post_event
from app.ledger.errors import TooLittleLeft
from tests.config.small import small
from tests.ledger.helpers import TODAY, a_ledger, a_ledger_database, refused

TABLE = """\
posting: company
roles:
  marketing:    {international: "6120"}
  points_owed:  {international: "2210"}
  discounts:    {international: "4100"}
  other_income: {international: "4900"}
  bank:         {international: "1000"}
books:
  budget: {title: {en: Budget, zh: 预算}, decimals: 2}
  points: {title: {en: Points, zh: 积分}, owed: true, costing: lot}
  co2e:   {title: {en: Emissions, zh: 碳排放}, unit: g}
  votes:  {title: {en: Votes, zh: 票数}, conserved: false}
places:
  budget_given:    {book: budget}
  budget_line:     {book: budget, floor: 0}
  budget_used:     {book: budget}
  points_issued:   {role: marketing, book: points}
  member:          {role: points_owed, book: points, floor: 0}
  points_redeemed: {role: discounts, book: points}
  points_expired:  {role: other_income, book: points}
  sources:         {book: co2e}
  scope_1:         {book: co2e}
  scope_3:         {book: co2e}
  ballot:          {book: votes}
events:
  budget.granted:    [{move: budget, from: budget_given, to: budget_line, amount: granted}]
  budget.cut:        [{move: budget, from: budget_line, to: budget_given, amount: cut}]
  budget.encumbered: [{hold: budget, from: budget_line, to: budget_used, amount: ordered}]
  budget.released:   [{release: budget, from: budget_line, amount: released}]
  budget.closed:     [{release: budget, from: budget_line}]
  budget.spent:      [{move: budget, from: budget_line, to: budget_used, amount: billed, settles: ordered, by: [department]}]
  points.earned:     [{move: points, from: points_issued, to: member, amount: points, value: -worth}]
  points.redeemed:   [{move: points, from: member, to: points_redeemed, amount: points}]
  points.expired:    [{move: points, from: member, to: points_expired, amount: points}]
  co2e.freight:      [{move: co2e, from: sources, to: scope_3, amount: road + air, by: [channel, warehouse]}]
  co2e.heating:      [{move: co2e, from: sources, to: scope_1, amount: gas, by: [warehouse]}]
"""
LINE = {"budget_line": "budget_line:IT-2026"}
IT = Facts({}, places=LINE, titles={"budget_line": "IT 2026"})


@cache
def catalogue() -> Catalogue:
    """The small company with this posting table."""
    return load_catalogue(small(("app/config/posting.yaml", "", TABLE)))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with a small ledger."""
    database = a_ledger_database(database_url)
    yield database
    database.close()


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    """The ledger of a company with these books, which must be sound at the end."""
    with a_ledger(database, catalogue=catalogue()) as ledger:
        yield ledger
        assert ledger.verify() == []


def happens(
    ledger: Ledger,
    event: str,
    facts: Facts,
    /,
    *,
    document: str = "",
    key: str = "",
    on: date = TODAY,
    **figures: int,
) -> int:
    """Enter an event with these figures."""
    told = Facts({**facts.figures, **figures}, **{name: getattr(facts, name) for name in FACTS})
    name = document or f"{event}:{sorted(figures.items())}"
    return post_event(ledger, event, told, key=key or f"{event}:{name}", document=name, on=on)


FACTS = ("by", "places", "titles", "lot", "settles")


def free(ledger: Ledger, place: str = "budget_line:IT-2026", book: str = "budget") -> tuple[int, int]:
    """What stands there, and how much of it is promised."""
    balance = ledger.balance(place, book)
    return balance.amount, balance.pending_out


# budget


def test_a_budget_is_granted_encumbered_by_orders_and_spent_by_bills(ledger: Ledger) -> None:
    happens(ledger, "budget.granted", IT, granted=100_000)
    happens(ledger, "budget.encumbered", IT, document="purchase_order:PO-1", ordered=60_000)
    assert free(ledger) == (100_000, 60_000)
    bill = Facts({}, places=LINE, settles="purchase_order:PO-1", by={"department": "IT"})
    happens(ledger, "budget.spent", bill, document="bill:B-1", billed=45_000, ordered=40_000)
    assert free(ledger) == (55_000, 20_000)
    happens(ledger, "budget.spent", bill, document="bill:B-2", billed=15_000, ordered=20_000)
    assert free(ledger) == (40_000, 0)
    [spent] = [
        each
        for each in ledger.balances("budget", by=("account", "department"))
        if each.by["department"] == "IT" and each.amount > 0
    ]
    assert (spent.by["account"], spent.amount, spent.value) == ("budget_used", 60_000, 0)


def test_nobody_orders_more_than_is_left_of_the_line(ledger: Ledger) -> None:
    happens(ledger, "budget.granted", IT, granted=100_000)
    happens(ledger, "budget.encumbered", IT, document="purchase_order:PO-1", ordered=99_999)
    with refused(ledger, TooLittleLeft):
        happens(ledger, "budget.encumbered", IT, document="purchase_order:PO-2", ordered=2)
    with refused(ledger, NotEnough) as refusal:  # what is promised can't be cut away either
        happens(ledger, "budget.cut", IT, cut=2)
    assert str(refusal.value) == "IT 2026: 0.02 wanted, 0.01 left. Ask for less, or have it raised first."
    assert refusal.value.say("zh") == "IT 2026：需要 0.02，剩余 0.01。请减少，或先申请增加。"


def test_a_bill_above_its_order_needs_free_budget(ledger: Ledger) -> None:
    happens(ledger, "budget.granted", IT, granted=100)
    happens(ledger, "budget.encumbered", IT, document="purchase_order:PO-1", ordered=90)
    bill = Facts({}, places=LINE, settles="purchase_order:PO-1")
    with refused(ledger, TooLittleLeft):
        happens(ledger, "budget.spent", bill, document="bill:B-1", billed=101, ordered=90)
    happens(ledger, "budget.spent", bill, document="bill:B-1", billed=100, ordered=90)
    assert free(ledger) == (0, 0)
    with refused(ledger, AlreadySettled):
        happens(ledger, "budget.spent", bill, document="bill:B-2", billed=0, ordered=1)


def test_what_is_no_longer_needed_is_given_back_in_part_or_whole(ledger: Ledger) -> None:
    happens(ledger, "budget.granted", IT, granted=100)
    happens(ledger, "budget.encumbered", IT, document="purchase_order:PO-1", ordered=60, key="first")
    happens(ledger, "budget.encumbered", IT, document="purchase_order:PO-1", ordered=30, key="second")
    happens(ledger, "budget.released", IT, document="purchase_order:PO-1", released=70)
    assert free(ledger) == (100, 20)
    happens(ledger, "budget.closed", IT, document="purchase_order:PO-1")
    assert free(ledger) == (100, 0)
    with refused(ledger, AlreadySettled):
        happens(ledger, "budget.released", IT, document="purchase_order:PO-1", released=1, key="again")


def test_a_line_may_go_below_nothing_where_finance_says_so(ledger: Ledger) -> None:
    happens(ledger, "budget.granted", IT, granted=100)
    ledger.set_floor("budget_line:IT-2026", "budget", floor=-50)
    happens(ledger, "budget.encumbered", IT, document="purchase_order:PO-1", ordered=150)
    with refused(ledger, TooLittleLeft):
        happens(ledger, "budget.encumbered", IT, document="purchase_order:PO-2", ordered=1)


def test_a_repeated_event_gives_the_first_answer(ledger: Ledger) -> None:
    happens(ledger, "budget.granted", IT, granted=100)
    first = happens(ledger, "budget.encumbered", IT, document="purchase_order:PO-1", ordered=60)
    assert happens(ledger, "budget.encumbered", IT, document="purchase_order:PO-1", ordered=60) == first
    assert free(ledger) == (100, 60)
    with refused(ledger, KeyReused):
        happens(ledger, "budget.encumbered", IT, document="purchase_order:PO-1", ordered=61)


def test_the_budget_closes_by_itself_and_the_money_without_it(ledger: Ledger) -> None:
    ledger.close_period(202610, book="money")
    late = happens(ledger, "budget.granted", IT, granted=100, on=date(2026, 10, 5))
    ledger.cursor.execute(f"select booked_on from ledger_entry where id = {late}")
    assert ledger.cursor.fetchone()[0] == 20261005
    ledger.close_period(202610, book="budget")
    happens(ledger, "budget.granted", IT, granted=20, on=date(2026, 10, 6))
    october = date(2026, 10, 31)
    assert ledger.balance("budget_line:IT-2026", "budget", on=october).amount == 100
    assert ledger.balance("budget_line:IT-2026", "budget", as_of=AsOf(october, by="occurred_on")).amount == 120


# points


def member(number: str, *, lot: str = "", until: date | None = None) -> Facts:
    """A member, with the batch that an event names."""
    return Facts(
        {}, places={"member": f"member:{number}"}, titles={"member": number}, lot=(lot, until) if lot else None
    )


def points(ledger: Ledger, number: str = "M-1") -> tuple[int, int]:
    """A member's points, and what we owe for them in cents."""
    balance = ledger.balance(f"member:{number}", "points")
    return balance.amount, balance.value


def with_points(ledger: Ledger) -> None:
    """A hundred points worth a cent each that expire in spring, and fifty worth two that expire in winter."""
    happens(ledger, "points.earned", member("M-1", lot="spring", until=date(2027, 4, 30)), points=100, worth=100)
    happens(ledger, "points.earned", member("M-1", lot="winter", until=date(2026, 12, 31)), points=50, worth=100)


def test_points_are_a_debt_and_leave_in_the_order_in_which_they_expire(ledger: Ledger) -> None:
    with_points(ledger)
    assert points(ledger) == (150, -200)
    happens(ledger, "points.redeemed", member("M-1"), points=60)
    assert points(ledger) == (90, -90)
    lines = {line.chart: line.value for line in ledger.trial_balance(TODAY)}
    assert lines == {"6120": 200, "2210": -90, "4100": -110}


def test_a_member_redeems_no_more_than_he_has(ledger: Ledger) -> None:
    with_points(ledger)
    with refused(ledger, TooLittleLeft, match="M-1: 151 wanted, 150 left"):
        happens(ledger, "points.redeemed", member("M-1"), points=151)


def test_expired_points_cannot_be_redeemed_and_become_income(ledger: Ledger) -> None:
    with_points(ledger)
    january = date(2027, 1, 5)
    with refused(ledger, TooLittleLeft):
        happens(ledger, "points.redeemed", member("M-1"), points=101, on=january)
    happens(ledger, "points.expired", member("M-1", lot="winter"), points=50, on=january)
    assert points(ledger) == (100, -100)
    happens(ledger, "points.redeemed", member("M-1"), points=100, on=january)
    assert {line.chart: line.value for line in ledger.trial_balance()} == {"6120": 200, "4100": -100, "4900": -100}


def test_a_returned_sale_takes_its_points_back_if_they_are_still_there(ledger: Ledger) -> None:
    earned = happens(ledger, "points.earned", member("M-1", lot="a", until=date(2027, 1, 1)), points=80, worth=80)
    used = happens(ledger, "points.redeemed", member("M-1"), points=30)
    with refused(ledger, NotEnough):
        ledger.reverse(earned, "back", booked_on=TODAY)
    ledger.reverse(used, "undo", booked_on=TODAY)
    ledger.reverse(earned, "back", booked_on=TODAY)
    assert points(ledger) == (0, 0)
    assert ledger.trial_balance() == []


def test_points_are_bound_by_the_months_of_the_money_that_they_are_worth(ledger: Ledger) -> None:
    ledger.close_period(202611, book="money")
    late = happens(ledger, "points.earned", member("M-1", lot="a"), points=1, worth=1)
    ledger.cursor.execute(f"select booked_on, occurred_on from ledger_entry where id = {late}")
    assert ledger.cursor.fetchone() == (20261201, 20261120)


# grams


def test_emissions_are_counted_by_scope_and_cut_and_add_up_to_nothing(ledger: Ledger) -> None:
    by = {"channel": "tmall", "warehouse": "HZ"}
    trip = happens(ledger, "co2e.freight", Facts({}, by=by), road=1200, air=30_000)
    happens(ledger, "co2e.heating", Facts({}, by=by), gas=500)
    found = {
        (each.by["account"], each.by["warehouse"]): each.amount
        for each in ledger.balances("co2e", by=("account", "warehouse"))
    }
    assert found == {("scope_3", "HZ"): 31_200, ("scope_1", "HZ"): 500, ("sources", "HZ"): -31_700}
    ledger.reverse(trip, "never left", booked_on=TODAY)
    assert ledger.balance("scope_3", "co2e").amount == 0
    assert ledger.trial_balance() == []


def test_what_is_conserved_cannot_come_from_nowhere(ledger: Ledger) -> None:
    happens(ledger, "co2e.heating", Facts({}), gas=500)
    with refused(ledger, Unbalanced, match="co2e"):
        ledger.post(Draft("odd", "k", "odd:1", TODAY, legs=(Leg("scope_1", 0, "co2e", 7),)))


def test_what_is_not_conserved_may(ledger: Ledger) -> None:
    ledger.names.open_account("ballot", book="votes", chart="")
    votes = catalogue().posting.books["votes"]
    ledger.names.open_commodity("votes", scale=votes.decimals, conserved=votes.conserved)
    ledger.post(Draft("vote.cast", "k", "vote:1", TODAY, legs=(Leg("ballot", 0, "votes", 1),)))
    assert ledger.balance("ballot", "votes").amount == 1


def test_an_event_that_is_late_for_a_closed_book_is_refused_only_where_nobody_moves_it(ledger: Ledger) -> None:
    happens(ledger, "budget.granted", IT, granted=100)
    ledger.close_period(202611, book="budget")
    with refused(ledger, PeriodClosed):
        ledger.reverse(ledger.entries_of("budget.granted:[('granted', 100)]")[0], "undo", booked_on=TODAY)
    happens(ledger, "budget.encumbered", IT, document="purchase_order:PO-1", ordered=60)
    assert free(ledger) == (100, 60)
