"""What purchasing does: orders go to their suppliers."""

from __future__ import annotations

from app.core.actions import action
from app.core.links import Link
from app.data.document import Document
from app.data.services import services_of
from app.data.transaction import Transaction


@action("purchasing.send_order", needs={"supplier": "supplier", "lines": "table", "total_amount": "money"})
def send_order(tx: Transaction, order: Document, **_: object) -> None:
    """Let the order go to its supplier once this transaction is kept; each version goes once."""
    supplier: Link = order["supplier"]
    card = services_of(tx.as_system()).follow(supplier)
    payload = {
        "form": order.form,
        "number": order.number,
        "supplier": supplier.number,
        "name": card.get("name"),
        "email": card.get("email"),
        "total_amount": order["total_amount"],
        "needed_on": order.get("needed_on"),
    }
    tx.post("supplier.order_sent", payload, key=f"order_sent:{order.number}:{order.version}")
