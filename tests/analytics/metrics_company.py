"""A company with a few purchases of early 2026, known to the cent, to count them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from app.core import clock
from app.core.actor import SYSTEM
from app.data import documents
from app.domain import stock
from app.office.facade import Office
from tests.conftest import drop_schema, new_schema, require_postgres
from tests.domain.helpers import a_line, a_receipt, an_order
from tests.office.offices import a_company_at_work, pens

CUPS = {"code": "CUP-1", "name": "Cup", "category": "kitchen", "unit": "pcs", "purchase_price": "1.11"}
NOW = datetime(2026, 3, 10, 4, tzinfo=UTC)


def at(month: int, day: int, hour: int = 4) -> datetime:
    """Give an instant of 2026."""
    return datetime(2026, month, day, hour, tzinfo=UTC)


def a_company_that_buys(home: Path, url: str | None = None) -> Office:
    """Three orders (one of them a draft), three receipts, requests of two people.

    PEN-1 by S-00001: 10 ordered on 10 January, 9 accepted on 1 February; CUP-1 by S-00002: 20 ordered on
    10 February, 5 accepted on 20 February, 10 on 1 March; the draft over 1000 counts nowhere.
    """
    office = a_company_at_work(home, url)
    with office.repository.transaction(SYSTEM) as tx:
        documents.create(tx, "category", {"code": "kitchen", "name": "Kitchen", "kind": "general"})
        documents.create(tx, "product", CUPS, stage="on_sale")
        for name in ("Leaf and Co", 'O\'Hara "Cups"'):
            documents.create(tx, "supplier", {"name": name}, stage="approved")
    first = order(office, at(1, 10), ("PEN-1", "10", "3.3333"), supplier="S-00001")
    second = order(office, at(2, 10), ("CUP-1", "20", "1.11"), supplier="S-00002")
    with clock.stopped(at(2, 11)), office.repository.transaction(SYSTEM) as tx:
        documents.create(tx, "purchase_order", draft(), stage="draft")
    receive(office, at(2, 1), first, a_line(1, "PEN-1", "10", "1", unit_price="3.3333"))
    receive(office, at(2, 20), second, a_line(1, "CUP-1", "5", unit_price="1.11"))
    receive(office, at(3, 1), second, a_line(1, "CUP-1", "12", "2", unit_price="1.11"))
    for moment, who, quantity in ((at(1, 31, 17), "employee", "3.5"), (at(2, 3), "colleague", "100")):
        with clock.stopped(moment):
            office.as_user(who).create("purchase_request", pens(quantity), submit=True)
    return office


def draft() -> dict[str, object]:
    """Give an order that nobody placed."""
    line = {"product": "PEN-1", "quantity": "1000", "unit_price": "9"}
    return {"supplier": "S-00001", "warehouse": "HZ", "needed_on": "2026-02-20", "lines": [line]}


def order(office: Office, moment: datetime, *lines: tuple[str, str, str], supplier: str) -> str:
    """Place an order; give its number."""
    with clock.stopped(moment), office.repository.transaction(SYSTEM) as tx:
        return an_order(tx, *lines, supplier=supplier, needed_on="2026-02-20").number


def receive(office: Office, moment: datetime, number: str, line: dict) -> None:
    """Receive goods into stock."""
    with clock.stopped(moment), office.repository.transaction(SYSTEM) as tx:
        stock.receive(tx, a_receipt(tx, documents.get(tx, "purchase_order", number), line))


def dec(text: str) -> Decimal:
    """Give an exact number."""
    return Decimal(text)


@contextmanager
def buying_on(dialect: str, home: Path) -> Iterator[Office]:
    """Give the company on a kind of database; take it away at the end."""
    url = None
    if dialect == "postgresql":
        require_postgres()
        url = new_schema()
    office = a_company_that_buys(home, url)
    yield office
    office.repository.close()
    if url:
        drop_schema(url)


def figure(office: Office, name: str, *, user: str = "analyst", **asked: Any) -> Any:
    """Give the one figure of a metric that is not cut."""
    return office.as_user(user).metric(name, **asked).value


def rows(office: Office, name: str, by: str, *, user: str = "analyst", **asked: Any) -> list[tuple]:
    """Give the rows of a metric, without the names beside links."""
    found = office.as_user(user).metric(name, by, **asked)
    return [tuple(value for column, value in row.items() if not column.endswith("_name")) for row in found]


def sql(office: Office, text: str) -> list[tuple]:
    """Give what free SQL says of the same."""
    return [tuple(row.values()) for row in office.as_user("analyst").sql(text).rows()]
