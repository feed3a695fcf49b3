"""A small seller with the shipped forms: one warehouse, one supplier, tea and milk, an order to receive."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import app.domain
from app.config.catalogue import Catalogue
from app.config.loader import Sources, load_catalogue
from app.config.settings import Settings
from app.core.actor import SYSTEM, Actor
from app.data import accounts, documents
from app.data.document import Document
from app.data.repository import Repository
from app.data.transaction import Transaction
from app.ledger import Ledger

ROOT = Path(__file__).parents[2]
assert app.domain.stock  # its import registers what files name


@cache
def shipped() -> Catalogue:
    """The product's own forms and workflows."""
    return load_catalogue(Sources(ROOT, complete=True))


def a_seller(url: str, home: Path) -> Repository:
    """Open an office of a small seller: warehouse HZ, supplier S-00001, TEA-1 and MILK-1."""
    repository = Repository.open(Settings(home=home, secret_key="test", database_url=url), shipped())
    with repository.transaction(SYSTEM) as tx:
        documents.create(tx, "unit", {"code": "pcs", "name": "Piece"})
        documents.create(tx, "category", {"code": "food", "name": "Food", "kind": "food"})
        documents.create(tx, "warehouse", {"code": "HZ", "name": "Hangzhou"})
        documents.create(tx, "supplier", {"name": "Leaf and Co", "email": "leaf@example.com"}, stage="approved")
        a_product(tx, "TEA-1", needs_lot=False)
        a_product(tx, "MILK-1", shelf_life_days="30")
    return repository


def a_product(tx: Transaction, code: str, **values: Any) -> Document:
    """Make a product that is on sale."""
    given = {"code": code, "name": code.title(), "category": "food", "unit": "pcs", "purchase_price": "3.00", **values}
    return documents.create(tx, "product", given, stage="on_sale")


def an_order(tx: Transaction, *lines: tuple[str, str, str], **values: Any) -> Document:
    """Make an order that is placed: lines of (product, quantity, price)."""
    rows = [{"product": product, "quantity": quantity, "unit_price": price} for product, quantity, price in lines]
    given = {"supplier": "S-00001", "warehouse": "HZ", "needed_on": tx.today.isoformat(), "lines": rows, **values}
    return documents.create(tx, "purchase_order", given, stage="ordered")


def a_receipt(
    tx: Transaction, order: Document, *lines: dict[str, Any], stage: str = "posted", **values: Any
) -> Document:
    """Make a receipt of an order as it stands when it is posted."""
    given = {"purchase_order": order.number, "warehouse": "HZ", "lines": list(lines), **values}
    return documents.create(tx, "goods_receipt", given, stage=stage)


def a_line(order_line: int, product: str, quantity: str, rejected: str = "0", **values: Any) -> dict[str, Any]:
    """One line of a receipt."""
    line = {
        "order_line_no": order_line,
        "product": product,
        "quantity": quantity,
        "rejected_quantity": rejected,
        **values,
    }
    return {**line, "reject_reason": "damaged"} if rejected != "0" else line


def a_person(repository: Repository, name: str) -> Actor:
    """Somebody who holds the role of his name."""
    with repository.transaction(SYSTEM) as tx:
        accounts.create_account(tx, name, title=name.title(), password="open-the-door-9", roles=(name,))
    return accounts.actor_named(repository, name)


@contextmanager
def sound(repository: Repository, actor: Actor = SYSTEM) -> Iterator[Transaction]:
    """Give a transaction after which every promise of the ledger must hold."""
    with repository.transaction(actor) as tx:
        yield tx
        assert Ledger(tx).verify() == []
