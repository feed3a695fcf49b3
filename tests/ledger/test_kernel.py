"""What the kernel does, act by act."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from app.core.errors import KeyReused
from app.data.database import Database
from app.ledger import AlreadySettled, Draft, Ledger, Leg, Move, NotEnough, PeriodClosed, Pick, Refused, Unbalanced
from tests.ledger.helpers import TODAY, a_ledger, a_payment, a_receipt, an_issue, an_order, refused, stands, units


def test_goods_come_at_their_price_and_leave_at_their_average_cost(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 10, 1000))
    ledger.post(a_receipt("r2", 10, 2000))
    ledger.post(an_issue("s1", 5))
    assert stands(ledger) == (15, 2250)
    assert ledger.balance("customers", "TEA").value == 750


def test_the_last_piece_takes_all_that_is_left_of_the_value(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 3, 1000))
    ledger.post(an_issue("s1", 1))
    assert stands(ledger) == (2, 667)
    ledger.post(an_issue("s2", 2))
    assert stands(ledger) == (0, 0)


def test_what_is_reserved_is_no_longer_available(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 10, 1000))
    ledger.hold(an_order("o1", 7))
    with refused(ledger, NotEnough) as refusal:
        ledger.post(an_issue("s1", 4))
    assert str(refusal.value) == (
        "TEA: 4 wanted, 3 available in HZ warehouse. Reduce the quantity or choose another warehouse."
    )
    assert refusal.value.say("zh") == "TEA：需要 4，HZ warehouse 可用 3。请减少数量或换一个仓库。"


def test_a_reservation_is_granted_whole_or_not_at_all(database: Database) -> None:
    with a_ledger(database) as ledger:
        ledger.post(a_receipt("r1", 10, 1000))
        ledger.post(a_receipt("r2", 1, 1000, thing="CUP"))
    both = Draft(
        "order.reserved",
        "o1",
        "sales_order:1",
        TODAY,
        moves=(Move("warehouse:HZ", "customers", "TEA", units(2)), Move("warehouse:HZ", "customers", "CUP", units(2))),
    )
    with pytest.raises(NotEnough, match="CUP: 2 wanted, 1 available"), a_ledger(database) as ledger:
        ledger.hold(both)
    with a_ledger(database) as ledger:
        assert ledger.balance("warehouse:HZ", "TEA").pending_out == 0
        assert ledger.verify() == []


def test_a_hold_is_shipped_in_part_and_the_rest_given_back(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 10, 1000))
    ledger.hold(an_order("o1", 7))
    [hold] = ledger.open_holds("sales_order:o1")
    ledger.post(an_issue("s1", 4, hold=hold))
    [rest] = ledger.open_holds("sales_order:o1")
    assert rest.open == units(3)
    ledger.release(Draft("order.cancelled", "c1", "sales_order:o1", TODAY), [(rest, rest.open)])
    assert ledger.open_holds("sales_order:o1") == []
    assert ledger.balance("warehouse:HZ", "TEA").pending_out == 0


def test_a_hold_cannot_be_settled_twice(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 10, 1000))
    ledger.hold(an_order("o1", 7))
    [hold] = ledger.open_holds("sales_order:o1")
    ledger.post(an_issue("s1", 7, hold=hold))
    with refused(ledger, AlreadySettled):
        ledger.post(an_issue("s2", 1, hold=hold))


def test_more_may_be_shipped_than_was_reserved_if_it_is_there(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 10, 1000))
    ledger.hold(an_order("o1", 7))
    [hold] = ledger.open_holds("sales_order:o1")
    ledger.post(an_issue("s1", 9, hold=hold, held=units(7)))
    assert stands(ledger) == (1, 100)


def test_a_replay_gives_the_first_answer_and_adds_nothing(ledger: Ledger) -> None:
    first = ledger.post(a_receipt("r1", 10, 1000))
    assert ledger.post(a_receipt("r1", 10, 1000)) == first
    assert stands(ledger) == (10, 1000)


def test_a_key_stands_for_one_request(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 10, 1000))
    with refused(ledger, KeyReused):
        ledger.post(a_receipt("r1", 11, 1000))


def test_a_replay_is_answered_though_the_month_was_closed_since(ledger: Ledger) -> None:
    first = ledger.post(a_receipt("r1", 10, 1000))
    ledger.close_period(202611, book="money")
    assert ledger.post(a_receipt("r1", 10, 1000)) == first
    with refused(ledger, PeriodClosed, match="2026-11 is closed"):
        ledger.post(a_receipt("r2", 10, 1000))


def test_a_reversal_is_the_exact_opposite_and_comes_once(ledger: Ledger) -> None:
    receipt = ledger.post(a_receipt("r1", 10, 999))
    ledger.post(a_receipt("r2", 10, 2000))
    undone = ledger.reverse(receipt, "undo", booked_on=TODAY)
    assert stands(ledger) == (10, 2000)
    assert ledger.reverse(receipt, "undo", booked_on=TODAY) == undone
    with refused(ledger, AlreadySettled):
        ledger.reverse(receipt, "again", booked_on=TODAY)
    with refused(ledger, AlreadySettled):
        ledger.reverse(undone, "back", booked_on=TODAY)


def test_a_reversal_of_goods_that_have_left_is_refused(ledger: Ledger) -> None:
    receipt = ledger.post(a_receipt("r1", 10, 1000))
    ledger.post(an_issue("s1", 1))
    with refused(ledger, NotEnough, match="TEA: 10 wanted, 9 available"):
        ledger.reverse(receipt, "undo", booked_on=TODAY)


def test_a_reversed_shipment_does_not_reserve_again(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 10, 1000))
    ledger.hold(an_order("o1", 7))
    [hold] = ledger.open_holds("sales_order:o1")
    shipped = ledger.post(an_issue("s1", 7, hold=hold))
    ledger.reverse(shipped, "undo", booked_on=TODAY)
    assert ledger.open_holds("sales_order:o1") == []
    assert stands(ledger) == (10, 1000)


def test_returns_come_back_at_their_own_cost_to_the_cent(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 3, 1000))
    shipped = ledger.post(an_issue("s1", 3))
    for number, value in (("a", 333), ("b", 667), ("c", 1000)):
        back = Move("customers", "warehouse:HZ", "TEA", units(1), origin=(shipped, 2))
        ledger.post(Draft("sale.returned", number, f"sales_return:{number}", TODAY, moves=(back,)))
        assert stands(ledger)[1] == value
    assert ledger.returned((shipped, 2)) == units(3)
    with refused(ledger, AlreadySettled):
        ledger.post(Draft("sale.returned", "d", "sales_return:d", TODAY, moves=(back,)))
    with refused(ledger, AlreadySettled):
        ledger.reverse(shipped, "undo", booked_on=TODAY)


def test_a_reversed_return_may_be_returned_again(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 3, 1000))
    shipped = ledger.post(an_issue("s1", 3))
    back = Draft(
        "sale.returned",
        "a",
        "sales_return:a",
        TODAY,
        moves=(Move("customers", "warehouse:HZ", "TEA", units(3), origin=(shipped, 2)),),
    )
    ledger.reverse(ledger.post(back), "undo", booked_on=TODAY)
    assert ledger.returned((shipped, 2)) == 0
    ledger.post(replace(back, key="b"))
    assert stands(ledger) == (3, 1000)


def test_a_supplier_return_leaves_its_difference_in_the_variance(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 10, 1000))
    dear = ledger.post(a_receipt("r2", 10, 9000))
    ledger.post(an_issue("s1", 10))
    back = Move("warehouse:HZ", "suppliers", "TEA", units(10), origin=(dear, 2))
    ledger.post(Draft("goods.returned", "b", "supplier_return:b", TODAY, moves=(back,)))
    assert stands(ledger) == (0, 0)
    assert ledger.balance("suppliers", "TEA").value == -1000
    assert ledger.balance("variance", "TEA").value == -4000


def test_goods_sold_before_they_came_are_trued_up_by_the_receipt(ledger: Ledger) -> None:
    place = "backorders:HZ"
    ledger.post(a_receipt("r1", 3, 1000, place=place))
    ledger.post(an_issue("s1", 7, place=place))
    assert stands(ledger, place=place) == (-4, -1333)
    ledger.post(a_receipt("r2", 10, 5000, place=place))
    assert stands(ledger, place=place) == (6, 3000)
    with refused(ledger, NotEnough):
        ledger.post(an_issue("s2", 12, place=place))


def test_cost_by_lot_follows_the_lot(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 10, 1000, thing="MILK", lot="A"))
    ledger.post(a_receipt("r2", 10, 3000, thing="MILK", lot="B"))
    ledger.post(an_issue("s1", 5, thing="MILK", lot="B"))
    assert stands(ledger, thing="MILK") == (15, 2500)
    with refused(ledger, NotEnough, match="MILK B: 6 wanted, 5 available"):
        ledger.post(an_issue("s2", 6, thing="MILK", lot="B"))


def test_lots_leave_in_order_of_expiry_and_never_after_it(ledger: Ledger) -> None:
    milk = ledger.names.commodity("TEA")
    for lot_no, day in (("late", 20270101), ("old", 20261119), ("soon", 20261201)):
        ledger.names.lot(milk, lot_no, day)
        ledger.post(a_receipt(lot_no, 4, 400, lot=lot_no))
    ledger.post(a_receipt("loose", 2, 200))
    picks = ledger.pick_lots("warehouse:HZ", "TEA", wanted=units(9), on=TODAY)
    assert picks == [Pick("soon", units(4)), Pick("late", units(4)), Pick(None, units(1))]
    with refused(ledger, NotEnough, match="TEA: 11 wanted, 10 available"):
        ledger.pick_lots("warehouse:HZ", "TEA", wanted=units(11), on=TODAY)


def test_goods_travel_with_their_value(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 10, 1000))
    out = Move("warehouse:HZ", "in_transit:HZ", "TEA", units(4))
    ledger.post(Draft("transfer.sent", "t1", "transfer_order:1", TODAY, moves=(out,)))
    arrive = Move("in_transit:HZ", "warehouse:SH", "TEA", units(3))
    lost = Move("in_transit:HZ", "scrap", "TEA", units(1))
    ledger.post(Draft("transfer.received", "t2", "transfer_order:1", TODAY, moves=(arrive, lost)))
    assert stands(ledger, place="warehouse:SH") == (3, 300)
    assert stands(ledger, place="in_transit:HZ") == (0, 0)


def test_a_hold_towards_a_guarded_place_is_expected_there(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 10, 1000))
    ledger.hold(
        Draft(
            "transfer.planned",
            "t1",
            "transfer_order:1",
            TODAY,
            moves=(Move("warehouse:HZ", "warehouse:SH", "TEA", units(4)),),
        )
    )
    assert ledger.balance("warehouse:SH", "TEA").pending_in == units(4)
    [hold] = ledger.open_holds("transfer_order:1")
    move = Move("warehouse:HZ", "warehouse:SH", "TEA", units(4), hold=hold)
    ledger.post(Draft("transfer.done", "t2", "transfer_order:1", TODAY, moves=(move,)))
    assert ledger.balance("warehouse:SH", "TEA").pending_in == 0


def test_an_unbalanced_journal_is_refused(ledger: Ledger) -> None:
    with refused(ledger, Unbalanced):
        ledger.post(Draft("odd", "k", "odd:1", TODAY, legs=(Leg("bank", 100), Leg("income", -99))))


def test_many_orders_are_reserved_in_their_order_and_the_short_ones_skipped(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 10, 1000))
    refusals: Refused = {}
    granted = ledger.hold_many([an_order("o1", 6), an_order("o2", 6), an_order("o3", 4)], refused=refusals)
    assert (list(granted), str(refusals["o2"])[:27]) == (["o1", "o3"], "TEA: 6 wanted, 4 available ")
    assert ledger.balance("warehouse:HZ", "TEA").pending_out == units(10)


def test_many_receipts_stand_like_one_after_the_other(ledger: Ledger) -> None:
    entries = ledger.post_many([a_receipt(f"r{n}", n, n * 100) for n in range(1, 6)] + [an_issue("s", 5)])
    assert len(set(entries.values())) == 6
    assert stands(ledger) == (10, 1000)


def test_balances_are_known_for_each_past_day_with_and_without_a_close(ledger: Ledger) -> None:
    for day in range(1, 11):
        ledger.post(a_receipt(f"r{day}", 1, 100, on=date(2026, 9, day)))
        ledger.post(a_receipt(f"q{day}", 1, 100, on=date(2026, 10, day)))
    days = [date(2026, 9, 1) + timedelta(days=n) for n in range(0, 60, 7)]
    before = [ledger.balance("warehouse:HZ", "TEA", on=day) for day in days]
    ledger.close_period(202609, book="stock")
    assert [ledger.balance("warehouse:HZ", "TEA", on=day) for day in days] == before
    assert ledger.balances("stock", on=date(2026, 10, 3))[-1].amount == units(13)


def test_the_trial_balance_sums_to_zero(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 10, 1000))
    ledger.post(an_issue("s1", 4))
    ledger.post(a_payment("p1", 2500))
    lines = {line.chart: line.value for line in ledger.trial_balance(TODAY)}
    assert lines == {"1002": 2500, "1122": -2500, "1405": 600, "2202.02": -1000, "5401": 400}
    assert ledger.trial_balance(date(2026, 11, 19)) == []


def test_profit_is_cut_by_what_was_said_of_a_sale(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 10, 1000))
    for channel in ("tmall", "shop"):
        ledger.post(an_issue(channel, 2, by={"channel": channel}))
    lines = {(line.chart, line.by["channel"]): line.value for line in ledger.trial_balance(TODAY, by=("channel",))}
    assert lines["5401", "tmall"] == 200


def test_a_month_is_opened_again_with_all_later_ones(ledger: Ledger) -> None:
    ledger.close_period(202609, book="money")
    ledger.close_period(202610, book="money")
    with refused(ledger, PeriodClosed):
        ledger.post(a_payment("p1", 100, on=date(2026, 9, 30)))
    ledger.reopen_period(202609, book="money")
    ledger.post(a_payment("p1", 100, on=date(2026, 10, 1)))


def test_late_goods_keep_their_business_day(ledger: Ledger) -> None:
    late = replace(a_receipt("r1", 1, 100), occurred_on=date(2026, 10, 30))
    entry = ledger.post(late)
    ledger.cursor.execute(f"select booked_on, occurred_on from ledger_entry where id = {entry}")
    assert ledger.cursor.fetchone() == (20261120, 20261030)


def test_a_place_may_have_a_floor_of_its_own(ledger: Ledger) -> None:
    ledger.post(a_receipt("r1", 1, 100))
    ledger.set_floor("warehouse:HZ", "TEA", floor=-units(2))
    ledger.post(an_issue("s1", 3))
    assert stands(ledger) == (-2, -200)
    with refused(ledger, NotEnough):
        ledger.post(an_issue("s2", 1))


def test_dollars_are_worth_what_they_were_booked_at(ledger: Ledger) -> None:
    ledger.names.open_commodity("USD", scale=2, conserved=False)
    ledger.post(
        Draft("sale", "k", "invoice:1", TODAY, legs=(Leg("receivable", 72000, "USD", 10000), Leg("income", -72000)))
    )
    balance = ledger.balance("receivable", "USD")
    assert (balance.amount, balance.value) == (10000, 72000)
