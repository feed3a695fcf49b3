"""What was ordered, when it comes, and how suppliers keep their word."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from app.data import documents
from app.data.repository import Repository
from app.domain import purchasing
from app.domain.purchasing.rules import Delivery, judge
from tests.domain.helpers import a_line, a_person, a_receipt, an_order, sound

DAY = date(2026, 6, 10)


def a_delivery(**changes: object) -> Delivery:
    values = {
        "ordered_on": date(2026, 6, 1),
        "wanted_on": DAY,
        "received_on": DAY,
        "received": Decimal(10),
        "rejected": Decimal(0),
        "amount": Decimal(30),
        **changes,
    }
    return Delivery(**values)  # type: ignore[arg-type]


def test_a_supplier_is_judged_by_what_came_and_when() -> None:
    late = a_delivery(received_on=date(2026, 6, 12), rejected=Decimal(4))
    found = judge([a_delivery(), late])
    assert (found.on_time_rate, found.rejected_rate, found.lead_time_days) == (
        Decimal("0.5"),
        Decimal("0.2"),
        Decimal(10),
    )


def test_a_supplier_of_whom_nothing_came_is_not_judged() -> None:
    found = judge([])
    assert (found.deliveries, found.on_time_rate, found.rejected_rate, found.lead_time_days) == (0, None, None, None)


def test_what_is_still_to_come_is_told_with_its_day(repository: Repository) -> None:
    with sound(repository) as tx:
        order = an_order(tx, ("TEA-1", "10", "3"), ("MILK-1", "5", "2"))
        a_receipt(tx, order, a_line(1, "TEA-1", "6", "1"))
        [tea, milk] = purchasing.expected(tx)
        assert (tea.product, tea.open_quantity, tea.due_on, tea.promised) == ("TEA-1", 5, tx.today, False)
        assert (milk.supplier, milk.warehouse, milk.open_quantity) == ("S-00001", "HZ", 5)
        documents.set_values(
            tx,
            documents.get(tx, "purchase_order", order.number),
            {"promised_on": (tx.today + timedelta(days=3)).isoformat()},
        )
        [tea] = purchasing.expected(tx, product="TEA-1", warehouse="HZ")
        assert (tea.due_on, tea.promised) == (tx.today + timedelta(days=3), True)


def test_performance_counts_receipts_that_the_reader_may_see(repository: Repository) -> None:
    with sound(repository) as tx:
        a_receipt(tx, an_order(tx, ("TEA-1", "10", "3")), a_line(1, "TEA-1", "10", "2"))
    with repository.reading(a_person(repository, "buyer")) as tx:
        found = purchasing.performance_of(tx, "S-00001", since=tx.today, until=tx.today, warehouse="HZ")
        assert (found.deliveries, found.received, found.rejected, found.amount) == (1, 10, 2, 24)
        assert (found.on_time_rate, found.lead_time_days) == (1, 0)
    with repository.reading(a_person(repository, "customer")) as tx:
        assert purchasing.performance_of(tx, "S-00001").deliveries == 0


def test_the_price_history_is_for_those_who_see_orders(repository: Repository) -> None:
    with sound(repository) as tx:
        for price in ("3.10", "2.95"):
            an_order(tx, ("TEA-1", "10", price))
    with repository.reading(a_person(repository, "buyer")) as tx:
        assert [paid.unit_price for paid in purchasing.price_history(tx, "TEA-1")] == [Decimal("2.95"), Decimal("3.1")]
        assert purchasing.price_history(tx, "TEA-1", supplier="S-9") == []
    with repository.reading(a_person(repository, "customer")) as tx:
        assert purchasing.price_history(tx, "TEA-1") == []


def test_an_order_goes_to_its_supplier_once(repository: Repository) -> None:
    with sound(repository) as tx:
        order = an_order(tx, ("TEA-1", "10", "3"))
        purchasing.send_order(tx, order)
        purchasing.send_order(tx, order)
        rows = tx.fetch("select kind, payload from office_outbox where kind = 'supplier.order_sent'")
    [(_, payload)] = rows
    assert json.loads(payload)["email"] == "leaf@example.com"


@pytest.mark.parametrize("stage", ["draft", "cancelled", "completed"])
def test_orders_that_are_not_under_way_promise_nothing(repository: Repository, stage: str) -> None:
    with sound(repository) as tx:
        order = an_order(tx, ("TEA-1", "10", "3"))
        documents.move(tx, order, stage)
        assert purchasing.expected(tx) == []
