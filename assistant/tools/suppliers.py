"""What suppliers ask and how they deliver."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.links import Link
from app.core.words import Words
from app.data import documents
from app.data.documents import Query, list_documents
from app.data.rights import may
from app.data.transaction import Transaction
from app.data.values import Masked
from app.domain import purchasing
from app.domain.purchasing import Delivered
from assistant.answers import Found
from assistant.knowledge import title_of
from assistant.registry import Arguments, tool
from assistant.tools.conditions import HiddenField, Sort, is_fenced, quoted, require_field, times

SOURCES = 5  # receipts that are named, of all that were added up


class SupplierPrices(Arguments):
    """A product, a supplier, or both."""

    product: str | None = None
    supplier: str | None = None


class SupplierPerformance(Arguments):
    """A supplier, or all, over a period."""

    supplier: str | None = None
    since: date | None = None
    until: date | None = None
    sort: Sort | None = None
    limit: int = 10


@tool(
    "supplier_prices", title=Words("Reading price lists…", "正在读取价目表…"), arguments=SupplierPrices, form="supplier"
)
def supplier_prices(tx: Transaction, asked: SupplierPrices) -> Found:
    """Give what suppliers ask for a product by their price lists, cheapest first, and what was last ordered at."""
    found = Found(form="supplier", query=_prices_where(tx, asked))
    hidden = False
    for row, line in price_lines(tx, asked):
        price = line.get("unit_price", line.get("price"))
        hidden = hidden or isinstance(price, Masked)
        if isinstance(price, Decimal):
            found.rows.append(
                {
                    "supplier": Link("supplier", row["id"], row["number"], str(row.get("name") or row["number"])),
                    "price": price,
                    "product": line.get("product"),
                    "least": line.get("min_quantity"),
                    "lead_time_days": line.get("lead_time_days") or row.get("lead_time_days"),
                    "currency": str(line.get("currency") or row.get("currency") or tx.catalogue.organisation.currency),
                }
            )
    if hidden and not found.rows:
        raise HiddenField(tx, tx.catalogue.forms["supplier"], f"{_price_table(tx)}.{_price_name(tx)}")
    found.rows.sort(key=lambda r: r["price"])
    found.rows, found.more = found.rows[:10], max(len(found.rows) - 10, 0)
    for row in found.rows:
        row["place"] = found.cite("supplier", row["supplier"].number, str(row["supplier"]))
    found.figures = {"last": _last_paid(tx, asked, found), "product": asked.product, "supplier": asked.supplier}
    found.state = "found" if found.rows or found.figures["last"] else "none"
    return found


def _price_table(tx: Transaction) -> str:
    """Give the line table of a supplier that holds prices of products."""
    for name, table in tx.catalogue.forms["supplier"].tables.items():
        if any(field.link == "product" for field in table.fields.values()) and {"unit_price", "price"} & set(
            table.fields
        ):
            return name
    return ""


def _price_name(tx: Transaction) -> str:
    fields = tx.catalogue.forms["supplier"].tables[_price_table(tx)].fields
    return "unit_price" if "unit_price" in fields else "price"


def _prices_where(tx: Transaction, asked: SupplierPrices) -> str:
    parts = [f"number == {quoted(asked.supplier)}"] if asked.supplier else []
    if asked.product and _price_table(tx):
        parts.append(f"any({_price_table(tx)} where product == {quoted(asked.product)})")
    return " and ".join(parts)


def price_lines(tx: Transaction, asked: SupplierPrices) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Give each supplier with each line of its price list that fits and is good today."""
    table = _price_table(tx)
    if not table:
        return
    page = list_documents(
        tx,
        Query(form="supplier", where=_prices_where(tx, asked) or None, columns=("name", "lead_time_days"), limit=200),
    )
    for row in page.rows:
        supplier = documents.get(tx, "supplier", row["number"])
        for line in supplier.get(table) or ():
            if (not asked.product or line.get("product") == asked.product) and _valid(line, tx.today):
                yield row, line


def _valid(line: Any, today: date) -> bool:
    first, last = line.get("valid_from"), line.get("valid_until")
    return not (isinstance(first, date) and first > today) and not (isinstance(last, date) and last < today)


def _last_paid(tx: Transaction, asked: SupplierPrices, found: Found) -> dict[str, Any] | None:
    """Give the price on the newest order of the product, where this person may see orders."""
    if not asked.product or not may(tx, "purchase_order", "view"):
        return None
    where = f"any(lines where product == {quoted(asked.product)})" + (
        f" and supplier == {quoted(asked.supplier)}" if asked.supplier else ""
    )
    page = list_documents(tx, Query(form="purchase_order", where=where, sort="-created_at", limit=1))
    for row in page.rows:
        order = documents.get(tx, "purchase_order", row["number"])
        line = next((row for row in order.get("lines") or () if row.get("product") == asked.product), None)
        if line and isinstance(line.get("unit_price"), Decimal):
            place = found.cite("purchase_order", order.number, title_of(tx, "purchase_order").en)
            return {
                "price": line["unit_price"],
                "number": order.number,
                "supplier": order.get("supplier"),
                "place": place,
                "currency": str(order.get("currency") or tx.catalogue.organisation.currency),
                "day": order["created_at"].date(),
            }
    return None


@tool(
    "supplier_performance",
    title=Words("Reading receipts…", "正在读取收货记录…"),
    arguments=SupplierPerformance,
    form="goods_receipt",
)
def supplier_performance(tx: Transaction, asked: SupplierPerformance) -> Found:
    """Tell how suppliers delivered over a period: receipts, quantity received, share rejected, share on time."""
    spec = tx.catalogue.forms["goods_receipt"]
    for name in ("lines.quantity", "lines.rejected_quantity"):
        require_field(tx, spec, name)
    where = " and ".join(_receipt_parts(asked))
    found = Found(form="goods_receipt", query=where, partial=is_fenced(tx, "goods_receipt"))
    sums = purchasing.delivered(tx, supplier=asked.supplier, since=asked.since, until=asked.until)
    sums.sort(key=_rank, reverse=asked.sort not in ("worst", "smallest"))
    page = list_documents(tx, Query(form="goods_receipt", where=where, limit=SOURCES, counted=False))
    for row in page.rows if sums else ():
        found.cite("goods_receipt", row["number"], title_of(tx, "goods_receipt").en)
    found.rows = [_figures(one, found) for one in sums[: asked.limit]]
    found.more = max(len(sums) - asked.limit, 0)
    found.figures = {"supplier": asked.supplier, "since": asked.since, "until": asked.until, "sort": asked.sort}
    found.state = "found" if found.rows else "none"
    return found


def _rank(one: Delivered) -> tuple[Decimal, int]:
    """Give what suppliers are ranked by: the share on time less the share rejected, then how often they came."""
    return (one.on_time_rate or Decimal(0)) - (one.rejected_rate or Decimal(0)), one.receipts


def _receipt_parts(asked: SupplierPerformance) -> Iterator[str]:
    yield "stage in ['posted', 'closed']"
    if asked.supplier:
        yield f"supplier == {quoted(asked.supplier)}"
    yield from times("received_on", asked.since, asked.until)


def _figures(one: Delivered, found: Found) -> dict[str, Any]:
    return {
        "supplier": Link("supplier", 0, one.supplier, one.name),
        "receipts": one.receipts,
        "received": one.received,
        "rejected": one.rejected,
        "rejected_rate": one.rejected_rate,
        "on_time_rate": one.on_time_rate,
        "place": found.cite("supplier", one.supplier, one.name),
    }
