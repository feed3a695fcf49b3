"""What still comes and when, what a supplier's deliveries were like: behind the rights of the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, case, false, func, select, true

from app.data import rights
from app.data.transaction import Transaction
from app.domain.purchasing.rules import Delivery, Performance, judge, share

OPEN_STAGES = ("ordered", "partly_received")
RECEIVED_STAGES = ("posted", "closed")
PLACED_STAGES = (*OPEN_STAGES, "completed")


@dataclass(frozen=True)
class Delivered:
    """What came from one supplier, added up: lines that had a day, those that came by it, and what was rejected."""

    supplier: str
    name: str
    receipts: int
    received: Decimal
    rejected: Decimal
    dated: int
    punctual: int

    @property
    def rejected_rate(self) -> Decimal | None:
        """The share of what came that was rejected, between 0 and 1."""
        return share(self.rejected, self.received, 4)

    @property
    def on_time_rate(self) -> Decimal | None:
        """The share of dated lines that came by their day, between 0 and 1."""
        return share(Decimal(self.punctual), Decimal(self.dated), 4)


@dataclass(frozen=True)
class Expected:
    """One line of an order of which something is still to come."""

    order: str
    line_no: int
    supplier: str
    product: str
    warehouse: str
    open_quantity: Decimal
    due_on: date
    promised: bool  # the supplier confirmed the day


@dataclass(frozen=True)
class Paid:
    """What a product cost on one order."""

    order: str
    ordered_on: date
    supplier: str
    quantity: Decimal
    unit_price: Decimal


def expected(
    tx: Transaction,
    *,
    product: str | None = None,
    supplier: str | None = None,
    warehouse: str | None = None,
    order: str | None = None,
) -> list[Expected]:
    """Give what is still to come by the orders that this person may see, soonest first."""
    orders, lines = _tables(tx, "purchase_order")
    due = func.coalesce(orders.c.promised_on, lines.c.due_on, orders.c.needed_on)
    partner, goods, place = (_named(tx, form) for form in ("supplier", "product", "warehouse"))
    query = (
        select(
            orders.c.number,
            lines.c.line_no,
            partner.c.number,
            goods.c.number,
            place.c.number,
            lines.c.open_quantity,
            due,
            orders.c.promised_on.is_not(None),
        )
        .join_from(orders, lines, lines.c.parent_id == orders.c.id)
        .join(partner, partner.c.id == orders.c.supplier)
        .join(goods, goods.c.id == lines.c.product)
        .join(place, place.c.id == orders.c.warehouse)
        .where(
            orders.c.stage.in_(OPEN_STAGES),
            lines.c.open_quantity > 0,
            _only(goods.c.number, product),
            _only(partner.c.number, supplier),
            _only(orders.c.number, order),
            _only(place.c.number, warehouse),
            _visible(tx, "purchase_order", orders),
        )
    )
    return [
        Expected(*row[:7], bool(row[7]))
        for row in tx.connection.execute(query.order_by(due, orders.c.number, lines.c.line_no))
    ]


def delivered(
    tx: Transaction, *, supplier: str | None = None, since: date | None = None, until: date | None = None
) -> list[Delivered]:
    """Give what came from each supplier by the receipts that this person may see: one read, however many there are."""
    lines = _deliveries(tx, supplier, since, until, None).subquery()
    query = select(
        lines.c.supplier,
        lines.c.name,
        func.count(lines.c.receipt.distinct()),
        func.sum(lines.c.quantity),
        func.sum(lines.c.rejected),
        func.count(lines.c.wanted_on),
        func.count(case((lines.c.received_on <= lines.c.wanted_on, 1))),
    ).group_by(lines.c.supplier, lines.c.name)
    return [Delivered(*row) for row in tx.connection.execute(query)]


def performance_of(
    tx: Transaction,
    supplier: str,
    *,
    since: date | None = None,
    until: date | None = None,
    warehouse: str | None = None,
) -> Performance:
    """Give on time, rejected and lead time of a supplier over the receipts that this person may see."""
    rows = tx.connection.execute(_deliveries(tx, supplier, since, until, warehouse))
    return judge([Delivery(*row[:6]) for row in rows])


def price_history(tx: Transaction, product: str, *, supplier: str | None = None, limit: int = 50) -> list[Paid]:
    """Give what a product cost on earlier orders, latest first; nothing for whoever may not see prices."""
    order, lines = _tables(tx, "purchase_order")
    partner, goods = _named(tx, "supplier"), _named(tx, "product")
    query = (
        select(order.c.number, order.c.ordered_on, partner.c.number, lines.c.quantity, lines.c.unit_price)
        .join_from(order, lines, lines.c.parent_id == order.c.id)
        .join(partner, partner.c.id == order.c.supplier)
        .join(goods, goods.c.id == lines.c.product)
        .where(
            order.c.stage.in_(PLACED_STAGES),
            goods.c.number == product,
            _only(partner.c.number, supplier),
            _visible(tx, "purchase_order", order),
            _shown(tx, "purchase_order", "lines.unit_price"),
        )
    )
    latest = query.order_by(order.c.ordered_on.desc(), order.c.id.desc()).limit(limit)
    return [Paid(*row) for row in tx.connection.execute(latest)]


def _deliveries(
    tx: Transaction, supplier: str | None, since: date | None, until: date | None, warehouse: str | None
) -> Select[Any]:
    receipt, lines = _tables(tx, "goods_receipt")
    order, ordered = _tables(tx, "purchase_order")
    partner, place = _named(tx, "supplier"), _named(tx, "warehouse")
    wanted = func.coalesce(order.c.promised_on, ordered.c.due_on, order.c.needed_on)
    return (
        select(
            order.c.ordered_on,
            case((_visible(tx, "purchase_order", order), wanted)).label("wanted_on"),
            receipt.c.received_on,
            lines.c.quantity,
            func.coalesce(lines.c.rejected_quantity, 0).label("rejected"),
            func.coalesce(lines.c.amount, 0),
            receipt.c.id.label("receipt"),
            partner.c.number.label("supplier"),
            partner.c.name,
        )
        .join_from(receipt, lines, lines.c.parent_id == receipt.c.id)
        .join(order, order.c.id == receipt.c.purchase_order)
        .join(ordered, and_(ordered.c.parent_id == order.c.id, ordered.c.line_no == lines.c.order_line_no))
        .join(partner, partner.c.id == order.c.supplier)
        .join(place, place.c.id == receipt.c.warehouse)
        .where(
            receipt.c.stage.in_(RECEIVED_STAGES),
            _only(partner.c.number, supplier),
            _only(place.c.number, warehouse),
            true() if since is None else receipt.c.received_on >= since,
            true() if until is None else receipt.c.received_on <= until,
            _visible(tx, "goods_receipt", receipt),
        )
    )


def _tables(tx: Transaction, form: str) -> tuple[Any, Any]:
    tables = tx.registry.forms[form]
    return tables.table, tables.lines["lines"]


def _named(tx: Transaction, form: str) -> Any:
    return tx.registry.forms[form].table


def _visible(tx: Transaction, form: str, table: Any) -> Any:
    return and_(table.c.deleted_at.is_(None), rights.fence(tx, form, "view"))


def _shown(tx: Transaction, form: str, field: str) -> Any:
    return true() if tx.is_system or field in rights.shown_fields(tx, form) else false()


def _only(column: Any, value: str | None) -> Any:
    return true() if value is None else column == value
