"""What the books say of documents."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from app.core.errors import NotAllowed, NotFound
from app.data.repository import Repository
from app.domain import finance, stock
from app.ledger import Ledger
from tests.domain.helpers import a_line, a_person, a_receipt, an_order, sound


def test_a_receipt_shows_its_effects_in_stock_and_books(repository: Repository) -> None:
    with sound(repository) as tx:
        receipt = a_receipt(tx, an_order(tx, ("TEA-1", "10", "3")), a_line(1, "TEA-1", "10"))
        stock.receive(tx, receipt)
        effects = finance.effects_of(tx, "goods_receipt", receipt.number)
    assert [(e.account.zh, e.chart, e.commodity, e.amount, e.value, e.state) for e in effects] == [
        ("供应商", "2110", "TEA-1", Decimal(-10), Decimal(-30), "posted"),
        ("Hangzhou", "1200", "TEA-1", Decimal(10), Decimal(30), "posted"),
    ]
    assert effects[0].event.zh == "采购入库"


def test_whoever_sees_no_prices_sees_effects_without_values(repository: Repository) -> None:
    with sound(repository) as tx:
        receipt = a_receipt(tx, an_order(tx, ("TEA-1", "10", "3")), a_line(1, "TEA-1", "10"))
        stock.receive(tx, receipt)
    with repository.reading(a_person(repository, "warehouse")) as tx:
        assert {effect.value for effect in finance.effects_of(tx, "goods_receipt", receipt.number)} == {None}
    with repository.reading(a_person(repository, "employee")) as tx, pytest.raises((NotFound, NotAllowed)):
        finance.effects_of(tx, "goods_receipt", receipt.number)


def test_a_bill_clears_what_was_accrued_when_the_goods_came(repository: Repository) -> None:
    with sound(repository) as tx:
        receipt = a_receipt(tx, an_order(tx, ("TEA-1", "10", "3")), a_line(1, "TEA-1", "10"))
        stock.receive(tx, receipt)
        figures = {"accrued": Decimal(30), "tax": Decimal("3.90")}
        first = finance.post(
            tx, receipt, event="purchase.billed", figures=figures, parties={"supplier": "supplier:S-00001"}
        )
        assert (
            finance.post(
                tx, receipt, event="purchase.billed", figures=figures, parties={"supplier": "supplier:S-00001"}
            )
            == first
        )
    with repository.reading(a_person(repository, "finance")) as tx:
        lines = {line.chart: line.value for line in finance.trial_balance(tx, tx.today)}
    assert lines == {"1200": 3000, "1300": 390, "2100": -3390}


def test_goods_that_come_after_the_close_are_booked_in_the_open_month(repository: Repository) -> None:
    with sound(repository) as tx:
        month = tx.today.year * 100 + tx.today.month
        finance.close_month(tx, month)
        receipt = a_receipt(tx, an_order(tx, ("TEA-1", "10", "3")), a_line(1, "TEA-1", "10"))
        stock.receive(tx, receipt)
        [effect, _] = finance.effects_of(tx, "goods_receipt", receipt.number)
        assert effect.occurred_on == tx.today
        assert effect.booked_on == (tx.today.replace(day=1) + timedelta(days=32)).replace(day=1)
        finance.reopen_month(tx, month)
        assert Ledger(tx).open_day(tx.today) == tx.today


def test_only_the_controller_closes_a_month(repository: Repository) -> None:
    with (
        repository.transaction(a_person(repository, "finance")) as tx,
        pytest.raises(NotAllowed, match="finance controller"),
    ):
        finance.close_month(tx, 202601)
    with sound(repository, a_person(repository, "finance_controller")) as tx:
        finance.close_month(tx, 202601)


def test_an_entry_names_the_person_behind_the_machine(repository: Repository) -> None:
    keeper = a_person(repository, "warehouse")
    with sound(repository) as tx:
        receipt = a_receipt(tx, an_order(tx, ("TEA-1", "10", "3")), a_line(1, "TEA-1", "10"), stage="draft")
        stock.receive(tx.as_actor(keeper).as_system(), receipt)
        assert tx.fetch("select actor from ledger_entry") == [("warehouse",)]
