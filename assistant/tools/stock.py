"""What is on the shelves and on its way: figures of the goods ledger, and the open lines of orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.errors import NotFound
from app.core.links import Link
from app.core.words import Words
from app.data import documents
from app.data.document import Document
from app.data.documents import Query
from app.data.rights import may
from app.data.transaction import Transaction
from app.domain import purchasing
from app.domain.purchasing import Expected
from app.domain.stock.queries import stock_by_place, stock_of
from assistant.answers import Found
from assistant.knowledge import title_of
from assistant.registry import Arguments, tool
from assistant.tools.conditions import every_row, is_fenced, open_condition, quoted

FIGURES = ("on_hand", "reserved", "available", "in_transit")
SHOWN = 20  # lines that are told one by one; sums are over all


class StockLevel(Arguments):
    """A product, in one warehouse or in all."""

    product: str
    warehouse: str | None = None
    quantity: Decimal | None = None


class LowStock(Arguments):
    """Products below their safety stock."""

    warehouse: str | None = None
    supplier: str | None = None


class ExpectedReceipts(Arguments):
    """What has been ordered and has not come yet."""

    product: str | None = None
    supplier: str | None = None
    warehouse: str | None = None
    number: str | None = None
    since: date | None = None
    until: date | None = None
    late_only: bool = False


@tool("stock_level", title=Words("Reading stock…", "正在读取库存…"), arguments=StockLevel, form="product")
def stock_level(tx: Transaction, asked: StockLevel) -> Found:
    """Give on hand, reserved, available, in transit of a product by warehouse, and what is still expected from orders.
    `quantity`: also tells whether so much is available."""
    product = _record(tx, "product", asked.product)
    if product is None:
        return Found("none", figures={"thing": title_of(tx, "product"), "number": asked.product}, form="product")
    found = Found(
        form="product", query=f"stock of {product.number}" + (f" in {asked.warehouse}" if asked.warehouse else "")
    )
    place = found.cite("product", product.number, name_of(product))
    found.rows = _by_warehouse(tx, product.number, asked.warehouse)
    whole = stock_of(tx, product.number, warehouse=asked.warehouse)
    sums = {name: getattr(whole, name) for name in FIGURES}
    found.figures = {
        "product": name_of(product),
        "number": product.number,
        "unit": unit_of(product),
        "place": place,
        "warehouse": asked.warehouse,
        "wanted": asked.quantity,
        "safety_stock": _decimal(product.get("safety_stock")),
        **sums,
        "expected": [],
        "orders_hidden": True,
    }
    if may(tx, "purchase_order", "view"):
        expected = _expected(tx, ExpectedReceipts(product=asked.product, warehouse=asked.warehouse))
        found.figures["orders_hidden"] = is_fenced(tx, "purchase_order") and not expected
        found.partial = is_fenced(tx, "purchase_order") and bool(expected)
        found.figures["expected"] = list(_told(tx, expected[:SHOWN], found))
        found.figures["expected_total"] = _sum(line.open_quantity for line in expected)
        found.more = max(len(expected) - SHOWN, 0)
    return found


def _record(tx: Transaction, form: str, number: str) -> Document | None:
    try:
        return documents.get(tx, form, number)
    except NotFound:
        return None


def name_of(document: Document) -> str:
    """Give what people call a record."""
    return str(document.get("name") or document.number)


def unit_of(product: Any) -> str:
    """Give the unit that a product is counted in."""
    unit = product.get("unit")
    return (unit.title or unit.number) if isinstance(unit, Link) else str(unit or "")


def _sum(values: Any) -> Decimal | None:
    known = [value for value in values if value is not None]
    return sum(known, Decimal(0)) if known else None


def _decimal(value: Any) -> Decimal | None:
    return value if isinstance(value, Decimal) else None


def _by_warehouse(tx: Transaction, product: str, warehouse: str | None) -> list[dict[str, Any]]:
    """Give the figures of each warehouse that this person may see and that holds or reserves the product."""
    sums: dict[str, dict[str, Decimal]] = {}
    for stock in stock_by_place(tx, product=product, warehouse=warehouse):
        figures = sums.setdefault(stock.warehouse, dict.fromkeys(FIGURES, Decimal(0)))
        for name in FIGURES:
            figures[name] += getattr(stock, name)
    return [
        {"warehouse": _title(tx, number), **figures}
        for number, figures in sums.items()
        if warehouse or any(figures.values())
    ]


def _title(tx: Transaction, number: str) -> str:
    warehouse = _record(tx, "warehouse", number)
    return name_of(warehouse) if warehouse else number


@tool("low_stock", title=Words("Reading stock…", "正在读取库存…"), arguments=LowStock, form="product")
def low_stock(tx: Transaction, asked: LowStock) -> Found:
    """List the products whose available quantity is below their safety stock."""
    where = "safety_stock > 0" + (f" and supplier == {quoted(asked.supplier)}" if asked.supplier else "")
    found = Found(form="product", query=f"{where} and available < safety_stock", partial=is_fenced(tx, "warehouse"))
    there: dict[str, Decimal] = defaultdict(Decimal)
    for stock in stock_by_place(tx, warehouse=asked.warehouse):
        there[stock.product] += stock.available
    columns = ("name", "safety_stock", "unit")
    for row in every_row(tx, Query(form="product", where=where, columns=columns, limit=500, counted=False)):
        link = Link("product", row["id"], row["number"], str(row.get("name") or row["number"]))
        available = there[row["number"]]
        if isinstance(row.get("safety_stock"), Decimal) and available < row["safety_stock"]:
            found.rows.append(
                {
                    "number": row["number"],
                    "product": link,
                    "available": available,
                    "safety_stock": row["safety_stock"],
                    "unit": unit_of(row),
                }
            )
    found.rows.sort(key=lambda r: r["available"] - r["safety_stock"])
    found.figures = {"count": len(found.rows)}
    found.rows, found.more = found.rows[:10], max(len(found.rows) - 10, 0)
    for row in found.rows:
        row["place"] = found.cite("product", row["number"], str(row["product"]))
    found.state = "found" if found.rows else "none"
    return found


@tool(
    "expected_receipts",
    title=Words("Reading open orders…", "正在读取未到货的订单…"),
    arguments=ExpectedReceipts,
    form="purchase_order",
)
def expected_receipts(tx: Transaction, asked: ExpectedReceipts) -> Found:
    """Tell what is ordered and has not come yet, and when it is due: by product, supplier, warehouse, order, period."""
    found = Found(form="purchase_order", query=_where(tx, asked), partial=is_fenced(tx, "purchase_order"))
    if asked.number and _record(tx, "purchase_order", asked.number) is None:
        return Found(
            "none", figures={"thing": title_of(tx, "purchase_order"), "number": asked.number}, form="purchase_order"
        )
    lines = _expected(tx, asked)
    found.rows = list(_told(tx, lines[:SHOWN], found))
    found.more = max(len(lines) - SHOWN, 0)
    one = len({line.product for line in lines}) == 1
    found.figures = {
        "count": len(lines),
        "total": _sum(line.open_quantity for line in lines) if one else None,
        "today": tx.today,
        "unit": found.rows[0]["unit"] if one else "",
        "asked": asked.number or asked.product or asked.supplier,
    }
    if asked.number:
        found.cite("purchase_order", asked.number, title_of(tx, "purchase_order").en)
    found.state = "found" if lines else "none"
    return found


def _where(tx: Transaction, asked: ExpectedReceipts) -> str:
    parts = [open_condition(tx, "purchase_order")]
    parts += [
        f"{name} == {quoted(value)}"
        for name, value in (("supplier", asked.supplier), ("warehouse", asked.warehouse), ("number", asked.number))
        if value
    ]
    if asked.product:
        parts.append(f"any(lines where product == {quoted(asked.product)})")
    return " and ".join(parts)


def _expected(tx: Transaction, asked: ExpectedReceipts) -> list[Expected]:
    """Give every order line that something is still to come on, the soonest first, however many there are."""
    lines = purchasing.expected(
        tx, product=asked.product, supplier=asked.supplier, warehouse=asked.warehouse, order=asked.number
    )
    return [line for line in lines if _in_time(line.due_on, asked, tx.today)]


def _told(tx: Transaction, lines: list[Expected], found: Found) -> Iterator[dict[str, Any]]:
    """Give what is told of each line, with its order as source."""
    for line in lines:
        order = documents.get(tx, "purchase_order", line.order)
        ordered = next(row for row in order["lines"] if row["line_no"] == line.line_no)
        yield {
            "number": line.order,
            "product": ordered["product"],
            "open": line.open_quantity,
            "quantity": ordered["quantity"],
            "received": ordered.get("received"),
            "due": line.due_on,
            "promised": line.promised,
            "supplier": order.get("supplier"),
            "late": bool(line.due_on and line.due_on < tx.today),
            "unit": str(ordered.get("unit") or ""),
            "place": found.cite("purchase_order", line.order, title_of(tx, "purchase_order").en),
        }


def _in_time(due: date | None, asked: ExpectedReceipts, today: date) -> bool:
    if due is None:
        return not (asked.since or asked.until or asked.late_only)
    if asked.late_only and due >= today:
        return False
    return not (asked.since and due < asked.since) and not (asked.until and due > asked.until)
