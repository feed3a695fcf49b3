"""Figures over other documents: live ones when read, kept ones refreshed with their source."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.core import events
from app.core.actor import SYSTEM
from app.data import documents
from app.data.documents import Change
from app.data.repository import Repository
from app.data.transaction import Transaction
from tests.data.factories import a_catalogue, a_form, a_person, a_repository, a_workflow

RECEIVED = (
    "sum(receipt.lines.quantity where order == this and order_line_no == line.line_no"
    " and stage in ['posted', 'closed'])"
)
ORDER = a_form(
    "order",
    {"supplier": "supplier"},
    lines={
        "quantity": "quantity",
        "received": {"type": "quantity", "formula": RECEIVED, "stored": True},
        "open_quantity": {"type": "quantity", "formula": "max(quantity - received, 0)"},
    },
    totals={"total_received": {"type": "quantity", "formula": "sum(lines.received)"}},
)
RECEIPT = a_form(
    "receipt", {"order": "order", "score": "number"}, lines={"order_line_no": "number", "quantity": "quantity"}
)
LIFE = a_workflow("receipt", draft={"meaning": "not_begun", "editable": True}, posted={}, closed={})


@pytest.fixture
def repository(database_url: str) -> Repository:
    supplier = a_form(
        "supplier",
        {"name": "text"},
        totals={
            "orders": {"type": "number", "formula": "count(order where supplier == this)"},
            "orders_left": {"type": "number", "formula": "10 - orders"},
            "taken": {
                "type": "quantity",
                "formula": "sum(order.total_received where supplier == this)",
                "stored": True,
            },
        },
    )
    return a_repository(database_url, a_catalogue(supplier, ORDER, RECEIPT, workflows=(LIFE,)))


def an_order(tx: Transaction) -> documents.Document:
    supplier = documents.create(tx, "supplier", {"name": "First"})
    return documents.create(
        tx, "order", {"supplier": supplier.number, "lines": [{"quantity": "10"}, {"quantity": "5"}]}
    )


def test_a_kept_figure_follows_every_change_of_its_source(repository: Repository) -> None:
    anna = a_person(repository, "anna")
    with repository.transaction(anna) as tx:
        order = an_order(tx)
        receipt = documents.create(
            tx, "receipt", {"order": order.number, "lines": [{"order_line_no": "1", "quantity": "4"}]}
        )
        assert documents.get(tx, "order", order.number)["total_received"] == 0
        receipt = documents.move(tx.as_system(), receipt, "posted")
        seen = documents.get(tx, "order", order.number)
        assert [(line["received"], line["open_quantity"]) for line in seen["lines"]] == [
            (Decimal(4), Decimal(6)),
            (Decimal(0), Decimal(5)),
        ]
        documents.set_values(tx.as_system(), receipt, {"lines": [{"line_no": 1, "quantity": "3"}]})
        assert documents.get(tx, "order", order.number)["total_received"] == 3
        documents.trash(tx, "receipt", receipt.number)
        assert documents.get(tx, "order", order.number)["total_received"] == 0


def test_a_figure_of_a_figure_follows_too_and_both_changes_are_told(repository: Repository) -> None:
    anna = a_person(repository, "anna")
    heard: list[tuple[str, str]] = []

    @events.subscribe("document.changed")
    def hear(tx: Transaction, change: Change) -> None:
        heard.append((change.form, change.cause))

    try:
        with repository.transaction(anna) as tx:
            order = an_order(tx)
            documents.create(
                tx,
                "receipt",
                {"order": order.number, "lines": [{"order_line_no": "2", "quantity": "5"}]},
                stage="posted",
            )
            assert documents.get(tx, "supplier", order["supplier"].number)["taken"] == 5
    finally:
        events._subscribers["document.changed"].remove(hear)
    assert heard == [("supplier", "count"), ("order", "count")]


def test_what_is_made_of_a_live_figure_is_worked_out_with_it(repository: Repository) -> None:
    anna = a_person(repository, "anna")
    with repository.transaction(anna) as tx:
        order = an_order(tx)
        documents.create(tx, "order", {"supplier": order["supplier"].number})
        assert documents.get(tx, "supplier", order["supplier"].number)["orders_left"] == 8
        assert "orders_left" not in repository.registry.forms["supplier"].table.c


def test_a_live_figure_is_counted_when_it_is_read(repository: Repository) -> None:
    anna = a_person(repository, "anna")
    with repository.transaction(anna) as tx:
        order = an_order(tx)
        assert documents.get(tx, "supplier", order["supplier"].number)["orders"] == 1
        documents.create(tx, "order", {"supplier": order["supplier"].number})
    with repository.reading(anna) as tx:
        assert documents.get(tx, "supplier", order["supplier"].number)["orders"] == 2


def test_a_refreshed_figure_is_audited_with_the_person_as_its_cause(repository: Repository) -> None:
    from app.data.audit import read_entries

    anna = a_person(repository, "anna")
    with repository.transaction(anna) as tx:
        order = an_order(tx)
        documents.create(
            tx, "receipt", {"order": order.number, "lines": [{"order_line_no": "1", "quantity": "1"}]}, stage="posted"
        )
        last = read_entries(tx, "order", order.id)[-1]
    assert (last.act, last.actor.id, last.cause) == ("count", SYSTEM.account.id, anna.account)
    assert last.diff["lines"]["1"]["received"] == ["0.0000", "1.0000"]
