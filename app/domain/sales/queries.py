"""What is planned with prices: reads behind the rights of the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.core.errors import NotAllowed, NotFound
from app.data import documents
from app.data.transaction import Transaction

PLANNED = (
    "select distinct c.id, c.effective_on from price_change c join price_change__lines l on l.parent_id = c.id"
    " join product p on p.id = l.product where p.number = ? and c.stage = 'planned' and c.deleted_at is null"
    " order by c.effective_on, c.id"
)


@dataclass(frozen=True)
class PlannedPrice:
    """A price that is approved and waits for its day, with the price change that sets it."""

    effective_on: date
    price: Decimal
    change: str


def planned_prices(tx: Transaction, product: str) -> list[PlannedPrice]:
    """Give the prices that a product will have, soonest first, of the price changes that this person may see."""
    found = []
    for key, _ in tx.fetch(tx.sql(PLANNED), (product,)):
        try:
            change = documents.get_by_id(tx, "price_change", key)
        except (NotFound, NotAllowed):
            continue
        price = next(line["new_price"] for line in change["lines"] if line["product"].number == product)
        found.append(PlannedPrice(change["effective_on"], price, change.number))
    return found
