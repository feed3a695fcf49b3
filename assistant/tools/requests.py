"""The one tool that prepares a document: a purchase request, which only a person's click saves."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from pydantic import Field

from app.core.errors import NotFound
from app.core.words import Words
from app.data import documents
from app.data.documents import Query, list_documents
from app.data.transaction import Transaction
from assistant.answers import Found
from assistant.knowledge import title_of
from assistant.registry import Arguments, tool
from assistant.tools.stock import name_of, unit_of
from assistant.tools.suppliers import SupplierPrices, price_lines

FORM = "purchase_request"


class DraftPurchaseRequest(Arguments):
    """What is asked for, how much, where, until when."""

    product: str
    quantity: Decimal = Field(gt=0, le=Decimal("100000000"))
    warehouse: str | None = None
    supplier: str | None = None
    department: str | None = None
    needed_on: date | None = None


@tool(
    "draft_purchase_request",
    title=Words("Preparing a purchase request…", "正在准备采购申请…"),
    arguments=DraftPurchaseRequest,
    form=FORM,
    verb="create",
    writes=True,
)
def draft_purchase_request(tx: Transaction, asked: DraftPurchaseRequest) -> Found:
    """Prepare a purchase request for a product and quantity. Nothing is saved: the person confirms it."""
    try:
        product = documents.get(tx, "product", asked.product)
    except NotFound:
        return Found("none", figures={"thing": title_of(tx, "product"), "number": asked.product}, form="product")
    found = Found(form=FORM, query=f"new {FORM}")
    found.cite("product", product.number, name_of(product))
    supplier = asked.supplier or _number(product.get("supplier"))
    values: dict[str, Any] = {
        "warehouse": asked.warehouse or _only_warehouse(tx),
        "supplier": supplier,
        "department": asked.department,
        "needed_on": (asked.needed_on or tx.today + timedelta(days=_lead_time(tx, supplier))).isoformat(),
        "reason": "通过助手提出" if tx.actor.locale == "zh" else "Asked for through the assistant",
        "lines": [
            {
                "product": product.number,
                "quantity": f"{asked.quantity.normalize():f}",
                "unit_price": _price(tx, asked.product, supplier),
            }
        ],
    }
    found.draft = _known(tx, values)
    computed = documents.compute(tx, FORM, found.draft)
    document, line = computed.values, computed.tables["lines"][0]
    missing = [problem.words for problem in computed.problems if not problem.warn][:4]
    found.figures = {
        "product": name_of(product),
        "number": product.number,
        "quantity": line["quantity"],
        "unit": unit_of(product),
        "price": line.get("unit_price"),
        "amount": line.get("amount"),
        "currency": tx.catalogue.organisation.currency,
        "warehouse": document.get("warehouse"),
        "supplier": document.get("supplier"),
        "needed_on": document.get("needed_on"),
        "missing": missing,
    }
    if supplier:
        found.cite("supplier", supplier)
    return found


def _number(value: Any) -> str | None:
    return getattr(value, "number", None)


def _price(tx: Transaction, product: str, supplier: str | None) -> str | None:
    """Give the list price of the supplier, where this person may see it; else the form proposes one."""
    prices = (
        [line.get("unit_price") for _, line in price_lines(tx, SupplierPrices(product=product, supplier=supplier))]
        if supplier
        else []
    )
    return next((f"{price:f}" for price in prices if isinstance(price, Decimal)), None)


def _only_warehouse(tx: Transaction) -> str | None:
    page = list_documents(tx, Query(form="warehouse", limit=2))
    return page.rows[0]["number"] if len(page.rows) == 1 else None


def _lead_time(tx: Transaction, supplier: str | None) -> int:
    try:
        days = documents.get(tx, "supplier", supplier).get("lead_time_days") if supplier else None
    except NotFound:
        days = None
    return int(days) if isinstance(days, (int, Decimal)) and days > 0 else 14


def _known(tx: Transaction, values: dict[str, Any]) -> dict[str, Any]:
    """Keep what the form has a field for and what is not empty."""
    spec = tx.catalogue.forms[FORM]
    lines = spec.tables["lines"].fields
    kept = {name: value for name, value in values.items() if name in spec.fields and value is not None}
    return kept | {
        "lines": [{n: v for n, v in line.items() if n in lines and v is not None} for line in values["lines"]]
    }
