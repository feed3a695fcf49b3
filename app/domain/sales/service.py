"""What sales does: new prices take effect."""

from __future__ import annotations

from app.core.actions import action
from app.data import documents
from app.data.document import Document
from app.data.transaction import Transaction
from app.domain.sales.rules import new_prices


@action("sales.set_prices", needs={"lines": "table", "lines.product": "product", "lines.new_price": "price"})
def set_prices(tx: Transaction, change: Document, **_: object) -> None:
    """Give the products of all lines their new list price; one that has it already stays untouched."""
    system = tx.as_system()
    products = {line["product"].id: documents.get_by_id(system, "product", line["product"].id) for line in change["lines"]}
    now = {key: product["list_price"] for key, product in products.items()}
    for key, price in new_prices(change["lines"], now).items():
        documents.set_values(system, products[key], {"list_price": price})
