"""Goods come in, lie there and go back, as documents say."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from app.core.actor import SYSTEM
from app.core.errors import NotAllowed
from app.data import documents
from app.data.repository import Repository
from app.domain import finance, stock
from app.domain.stock.service import NotReceived
from app.ledger import AlreadySettled, AsOf, Ledger, NotEnough
from tests.domain.helpers import a_line, a_person, a_product, a_receipt, an_order, sound


def test_a_receipt_puts_what_was_accepted_into_stock_at_the_order_s_price(repository: Repository) -> None:
    with sound(repository) as tx:
        order = an_order(tx, ("TEA-1", "10", "3.3333"))
        stock.receive(tx, a_receipt(tx, order, a_line(1, "TEA-1", "9", "2")))
        here = stock.stock_of(tx, "TEA-1", warehouse="HZ")
        assert (here.on_hand, here.available, here.value) == (Decimal(7), Decimal(7), Decimal("23.33"))
        assert here.unit_cost == Decimal("3.3329")


def test_a_product_without_options_is_its_own_variant(repository: Repository) -> None:
    with sound(repository) as tx:
        assert documents.get(tx, "variant", "TEA-1")["product"] == "TEA-1"
        a_product(tx, "CUP-1", has_variants=True)
        assert documents.get(tx, "product", "CUP-1")["variants"] == []


def test_a_variant_has_a_stock_of_its_own(repository: Repository) -> None:
    with sound(repository) as tx:
        a_product(tx, "CUP-1", has_variants=True)
        for colour in ("RED", "BLUE"):
            documents.create(tx, "variant", {"sku": f"CUP-{colour}", "product": "CUP-1", "name": colour})
        order = an_order(tx, ("TEA-1", "1", "1"))
        lines = [a_line(1, "CUP-1", "5", variant="CUP-RED"), a_line(2, "CUP-1", "3", variant="CUP-BLUE")]
        stock.receive(tx, a_receipt(tx, order, *lines))
        assert stock.stock_of(tx, "CUP-1").on_hand == 8
        assert stock.stock_of(tx, "CUP-1", sku="CUP-RED").on_hand == 5
        assert documents.get(tx, "variant", "CUP-BLUE")["on_hand"] == 3


def test_the_figures_stand_on_the_product(repository: Repository) -> None:
    with sound(repository) as tx:
        stock.receive(tx, a_receipt(tx, an_order(tx, ("TEA-1", "10", "3")), a_line(1, "TEA-1", "10")))
    with repository.reading(a_person(repository, "employee")) as tx:
        product = documents.get(tx, "product", "TEA-1")
        assert (product["on_hand"], product["available"], product["in_transit"]) == (10, 10, 0)


def test_a_lot_keeps_its_day_of_expiry(repository: Repository) -> None:
    with sound(repository) as tx:
        lot = documents.create(tx, "lot", {"product": "MILK-1", "expires_on": "2030-01-31"})
        receipt = a_receipt(tx, an_order(tx, ("MILK-1", "10", "2")), a_line(1, "MILK-1", "10", lot=lot.number))
        stock.receive(tx, receipt)
        picks = Ledger(tx).pick_lots("warehouse:HZ", "MILK-1", wanted=10, on=tx.today)
        assert [pick.lot for pick in picks] == [lot.number]
        documents.set_values(tx, lot, {"expires_on": "2020-01-31"})
        with pytest.raises(NotEnough):
            Ledger(tx).pick_lots("warehouse:HZ", "MILK-1", wanted=10, on=tx.today)


def test_many_receipts_are_taken_in_at_once(repository: Repository) -> None:
    with sound(repository) as tx:
        order = an_order(tx, ("TEA-1", "100", "3"))
        receipts = [a_receipt(tx, order, a_line(1, "TEA-1", "10")) for _ in range(5)]
        stock.receive_many(tx, receipts)
        stock.receive_many(tx, receipts)
        assert stock.stock_of(tx, "TEA-1").on_hand == 50


def test_goods_go_back_at_what_they_cost_when_they_came(repository: Repository) -> None:
    with sound(repository) as tx:
        cheap = a_receipt(tx, an_order(tx, ("TEA-1", "10", "1")), a_line(1, "TEA-1", "10"))
        dear = a_receipt(tx, an_order(tx, ("TEA-1", "10", "3")), a_line(1, "TEA-1", "10"))
        stock.receive_many(tx, [cheap, dear])
        back = a_return(tx, dear, "4")
        stock.return_to_supplier(tx, back)
        here = stock.stock_of(tx, "TEA-1")
        assert (here.on_hand, here.value) == (16, Decimal(28))


def a_return(tx, receipt, quantity):
    line = {"receipt_line_no": 1, "product": "TEA-1", "quantity": quantity}
    values = {"goods_receipt": receipt.number, "warehouse": "HZ", "reason": "damaged", "lines": [line]}
    return documents.create(tx, "supplier_return", values, stage="completed")


def test_more_than_came_can_not_go_back(repository: Repository) -> None:
    with sound(repository) as tx:
        receipt = a_receipt(tx, an_order(tx, ("TEA-1", "10", "1")), a_line(1, "TEA-1", "10"))
        stock.receive(tx, receipt)
        stock.return_to_supplier(tx, a_return(tx, receipt, "8"))
        with pytest.raises(AlreadySettled), tx.savepoint():
            stock.return_to_supplier(tx, a_return(tx, receipt, "3"))


def test_goods_that_never_came_can_not_go_back(repository: Repository) -> None:
    with sound(repository) as tx:
        receipt = a_receipt(tx, an_order(tx, ("TEA-1", "10", "1")), a_line(1, "TEA-1", "10"), stage="draft")
        with pytest.raises(NotReceived), tx.savepoint():
            stock.return_to_supplier(tx, a_return(tx, receipt, "3"))


def test_a_reversed_receipt_leaves_nothing_behind(repository: Repository) -> None:
    with sound(repository) as tx:
        receipt = a_receipt(tx, an_order(tx, ("TEA-1", "10", "1")), a_line(1, "TEA-1", "10"))
        stock.receive(tx, receipt)
        finance.reverse(tx, receipt)
        assert stock.stock_of(tx, "TEA-1").on_hand == 0
        with pytest.raises(AlreadySettled):
            finance.reverse(tx, receipt)


def test_a_renamed_warehouse_keeps_its_goods(repository: Repository) -> None:
    with sound(repository) as tx:
        stock.receive(tx, a_receipt(tx, an_order(tx, ("TEA-1", "10", "1")), a_line(1, "TEA-1", "10")))
        documents.set_values(tx, documents.get(tx, "warehouse", "HZ"), {"code": "HGH", "name": "Airport"})
        assert stock.stock_of(tx, "TEA-1", warehouse="HGH").on_hand == 10
        with pytest.raises(NotEnough, match="available in Airport"):
            Ledger(tx).pick_lots("warehouse:HGH", "TEA-1", wanted=10**9, on=tx.today)


def test_what_is_reserved_for_an_order_can_be_given_back(repository: Repository) -> None:
    with sound(repository) as tx:
        receipt = a_receipt(tx, an_order(tx, ("TEA-1", "10", "1")), a_line(1, "TEA-1", "10"))
        stock.receive(tx, receipt)
        other = an_order(tx, ("TEA-1", "4", "1"))  # any document with a warehouse and lines
        stock.reserve(tx, other)
        assert stock.stock_of(tx, "TEA-1").available == 6
        [effect] = finance.effects_of(tx, "purchase_order", other.number)
        assert (effect.state, effect.amount) == ("pending", Decimal(-4))
        stock.release(tx, other)
        assert stock.stock_of(tx, "TEA-1").available == 10


def test_costs_are_seen_by_whoever_sees_purchase_prices(repository: Repository) -> None:
    with sound(repository) as tx:
        stock.receive(tx, a_receipt(tx, an_order(tx, ("TEA-1", "10", "3")), a_line(1, "TEA-1", "10")))
    for role, value in (("buyer", Decimal(30)), ("warehouse", None)):
        with repository.reading(a_person(repository, role)) as tx:
            assert stock.stock_of(tx, "TEA-1").value == value
            assert [place.value for place in stock.stock_by_place(tx)] == [value]
            assert stock.movements(tx, product="TEA-1")[0]["quantity"] == 10


def test_stock_is_fenced_by_the_right_to_see_products(repository: Repository) -> None:
    with sound(repository) as tx:
        stock.receive(tx, a_receipt(tx, an_order(tx, ("TEA-1", "10", "3")), a_line(1, "TEA-1", "10")))
    with repository.reading(a_person(repository, "customer")) as tx:
        assert stock.stock_by_place(tx) == []
        assert stock.movements(tx, product="TEA-1") == []
        with pytest.raises(NotAllowed):
            finance.trial_balance(tx, tx.today)


@pytest.mark.parametrize(
    ("days", "problem", "warns"),
    [(-1, "already expired", False), (9, "third of the shelf life", True), (11, None, True)],
)
def test_a_lot_that_is_too_old_is_refused_and_one_that_soon_will_be_is_pointed_out(
    repository: Repository, days: int, problem: str | None, warns: bool
) -> None:
    with sound(repository) as tx:
        expires = (tx.today + timedelta(days=days)).isoformat()
        lot = documents.create(tx, "lot", {"product": "MILK-1", "expires_on": expires})
        receipt = a_receipt(tx, an_order(tx, ("MILK-1", "10", "2")), a_line(1, "MILK-1", "10", lot=lot.number))
        found = documents.check_document(tx, receipt)
    told = [(one.words.en, one.warn) for one in found if "expired" in one.words.en or "shelf life" in one.words.en]
    if problem is None:
        assert told == []
    else:
        assert told[0][1] is warns and problem in told[0][0]
        assert len(told) == (1 if warns else 2), "what has expired has no third of its life left either"


def test_stock_is_known_as_it_stood_on_a_day_of_business_of_the_books_or_of_knowledge(repository: Repository) -> None:
    with sound(repository) as tx:
        yesterday = tx.today - timedelta(days=1)
        order = an_order(tx, ("TEA-1", "10", "3"), ordered_on=(tx.today - timedelta(days=9)).isoformat())
        stock.receive(tx, a_receipt(tx, order, a_line(1, "TEA-1", "4"), received_on=yesterday.isoformat()))
        stock.receive(tx, a_receipt(tx, order, a_line(1, "TEA-1", "5")))
        tx_now = tx.now
    with repository.reading(SYSTEM) as tx:
        for as_of, amount in (
            (AsOf(), 9),
            (AsOf(yesterday, by="occurred_on"), 4),
            (AsOf(yesterday), 4),
            (AsOf(known_at=tx_now - timedelta(seconds=1)), 0),
        ):
            [here] = stock.stock_as_of(tx, "TEA-1", as_of)
            assert (here.on_hand, here.warehouse) == (Decimal(amount), "HZ"), as_of
            assert here.value == Decimal(3 * amount)


def test_stock_of_the_past_shows_costs_only_to_those_who_may_see_them(repository: Repository) -> None:
    with sound(repository) as tx:
        stock.receive(tx, a_receipt(tx, an_order(tx, ("TEA-1", "10", "3")), a_line(1, "TEA-1", "10")))
    with repository.reading(a_person(repository, "warehouse")) as tx:
        [here] = stock.stock_as_of(tx, "TEA-1", AsOf(tx.today))
        assert (here.on_hand, here.value, here.unit_cost) == (Decimal(10), None, None)
