"""What lies where, what is reserved, what it cost: reads behind the rights of the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select, true

from app.core.actions import function
from app.core.links import Link
from app.core.quantity import QUANTITY_DECIMALS, from_units
from app.data import rights
from app.data.transaction import Transaction
from app.domain.stock.rules import MONEY_DECIMALS, unit_cost
from app.ledger import AsOf, Ledger, ledger_tables

TABLES = {table.name: table for table in ledger_tables()}
ACCOUNT, COMMODITY, BALANCE, ENTRY, POSTING, LOT = (
    TABLES[f"ledger_{name}"] for name in ("account", "commodity", "balance", "entry", "posting", "lot")
)
PLACES = ("warehouse", "location")
FIGURES = """
    select a.form, a.number, sum(b.posted), sum(b.pending_out), sum(b.value) from ledger_commodity c
      join ledger_balance b on b.commodity_id = c.id and b.lot_id = 0 join ledger_account a on a.id = b.account_id
     where {which} = ? and a.form in ('warehouse', 'location', 'in_transit') group by a.form, a.number"""


@dataclass(frozen=True)
class Stock:
    """The figures of some goods at a place or everywhere; the value only for those who may see costs."""

    on_hand: Decimal
    reserved: Decimal
    in_transit: Decimal
    value: Decimal | None = None
    unit_cost: Decimal | None = None
    product: str = ""
    sku: str = ""
    warehouse: str = ""
    unit: str = ""

    @property
    def available(self) -> Decimal:
        """What may still be promised."""
        return self.on_hand - self.reserved


def stock_of(tx: Transaction, product: str, *, warehouse: str | None = None, sku: str | None = None) -> Stock:
    """Give the figures of a product or one of its variants, in one warehouse or in all."""
    rows = (
        []
        if not (sku or product)
        else [
            row for row in _figures(tx, sku or product, "c.code" if sku else "c.family") if warehouse in (None, row[1])
        ]
    )
    here = [row for row in rows if row[0] in PLACES]
    posted, reserved, value = (sum(int(row[n]) for row in here) for n in (2, 3, 4))
    under_way = sum(int(row[2]) for row in rows if row[0] == "in_transit")
    costs = sees_costs(tx)
    return Stock(
        _units(posted),
        _units(reserved),
        _units(under_way),
        from_units(value, MONEY_DECIMALS) if costs else None,
        unit_cost(posted, value) if costs else None,
        product,
        sku or "",
        warehouse or "",
    )


def sees_costs(tx: Transaction) -> bool:
    """Tell whether this person may see what goods cost: whoever may see the purchase price of products."""
    form = tx.catalogue.forms.get("product")
    if tx.is_system or form is None or "purchase_price" not in form.header:
        return True
    return "purchase_price" in rights.shown_fields(tx, "product")


def stock_by_place(tx: Transaction, *, product: str | None = None, warehouse: str | None = None) -> list[Stock]:
    """Give the figures of each variant in each warehouse that this person may see."""
    query = _goods(
        tx,
        ACCOUNT.c.form,
        ACCOUNT.c.number,
        COMMODITY.c.family,
        COMMODITY.c.code,
        COMMODITY.c.unit,
        func.sum(BALANCE.c.posted),
        func.sum(BALANCE.c.pending_out),
        func.sum(BALANCE.c.value),
    )
    query = query.where(
        BALANCE.c.lot_id == 0,
        ACCOUNT.c.form == "warehouse",
        _only(COMMODITY.c.family, product),
        _only(ACCOUNT.c.number, warehouse),
    )
    query = query.group_by(ACCOUNT.c.form, ACCOUNT.c.number, COMMODITY.c.family, COMMODITY.c.code, COMMODITY.c.unit)
    costs = sees_costs(tx)
    return [
        Stock(
            _units(int(posted)),
            _units(int(out)),
            Decimal(0),
            from_units(int(value), MONEY_DECIMALS) if costs else None,
            unit_cost(int(posted), int(value)) if costs else None,
            family,
            code,
            number,
            unit,
        )
        for _, number, family, code, unit, posted, out, value in tx.connection.execute(
            query.order_by(COMMODITY.c.code, ACCOUNT.c.number)
        )
    ]


def stock_as_of(tx: Transaction, product: str, as_of: AsOf, *, warehouse: str | None = None) -> list[Stock]:
    """Give the figures of each variant of a product in each warehouse that this person may see, as they once stood."""
    query = _goods(tx, ACCOUNT.c.code, ACCOUNT.c.number, COMMODITY.c.code, COMMODITY.c.unit).where(
        BALANCE.c.lot_id == 0,
        ACCOUNT.c.form == "warehouse",
        COMMODITY.c.family == product,
        _only(ACCOUNT.c.number, warehouse),
    )
    ledger, costs = Ledger(tx), sees_costs(tx)
    found = []
    for place, number, sku, unit in tx.connection.execute(query.order_by(COMMODITY.c.code, ACCOUNT.c.number)).all():
        stood = ledger.balance(place, sku, as_of=as_of)
        found.append(
            Stock(
                _units(stood.amount),
                _units(stood.pending_out),
                Decimal(0),
                from_units(stood.value, MONEY_DECIMALS) if costs else None,
                unit_cost(stood.amount, stood.value) if costs else None,
                product,
                sku,
                number,
                unit,
            )
        )
    return found


def movements(tx: Transaction, *, product: str, warehouse: str | None = None, limit: int = 100) -> list[dict[str, Any]]:
    """Give the latest moves of a product: when, which document, where, how much of which lot."""
    query = select(
        ENTRY.c.id,
        ENTRY.c.occurred_on,
        ENTRY.c.event,
        ENTRY.c.document,
        COMMODITY.c.code,
        ACCOUNT.c.number,
        LOT.c.lot_no,
        POSTING.c.amount,
    ).select_from(
        POSTING.join(ENTRY, ENTRY.c.id == POSTING.c.entry_id)
        .join(ACCOUNT, ACCOUNT.c.id == POSTING.c.account_id)
        .join(COMMODITY, COMMODITY.c.id == POSTING.c.commodity_id)
        .outerjoin(LOT, LOT.c.id == POSTING.c.lot_id)
    )
    query = query.where(
        COMMODITY.c.family == product,
        ACCOUNT.c.form == "warehouse",
        POSTING.c.amount != 0,
        _only(ACCOUNT.c.number, warehouse),
        *_fences(tx),
    )
    names = ("entry", "occurred_on", "event", "document", "sku", "warehouse", "lot", "quantity")
    rows = tx.connection.execute(query.order_by(ENTRY.c.id.desc(), POSTING.c.line).limit(limit)).all()
    return [
        dict(zip(names, (entry, _day(day), *rest, _units(amount)), strict=True)) for entry, day, *rest, amount in rows
    ]


def _figures(tx: Transaction, code: str, which: str) -> list[tuple[Any, ...]]:
    """Read the rows of some goods; in a transaction that only reads, once."""
    key = ("stock", which, code)
    known = tx.shared.read.get(key)
    if known is None or tx.writable:
        cursor = tx.cursor()
        cursor.execute(tx.sql(FIGURES.format(which=which)), (code,))
        known = tx.shared.read[key] = cursor.fetchall()
    return known


def _goods(tx: Transaction, *columns: Any) -> Select[Any]:
    source = BALANCE.join(ACCOUNT, ACCOUNT.c.id == BALANCE.c.account_id).join(
        COMMODITY, COMMODITY.c.id == BALANCE.c.commodity_id
    )
    return select(*columns).select_from(source).where(*_fences(tx))


def _fences(tx: Transaction) -> list[Any]:
    """Give the conditions that hold a read to warehouses and products that the person may see."""
    return [_fence(tx, "warehouse", ACCOUNT.c.number), _fence(tx, "product", COMMODITY.c.family)]


def _fence(tx: Transaction, form: str, number: Any) -> Any:
    fence = rights.fence(tx, form, "view")
    if fence is rights.EVERYTHING:
        return true()
    table = tx.registry.forms[form].table
    return select(1).where(table.c.number == number, fence).correlate_except(table).exists()


def _only(column: Any, value: str | None) -> Any:
    return true() if value is None else column == value


def _units(amount: int) -> Decimal:
    return from_units(int(amount), QUANTITY_DECIMALS).normalize() + 0


def _day(number: int) -> date:
    return date(number // 10000, number // 100 % 100, number % 100)


def _asked(services: Any, goods: Any, warehouse: Any, variant: Any) -> Stock | None:
    """Give the figures for the arguments of an expression: product or variant, warehouse, variant."""
    if goods is None:
        return None
    one = goods if getattr(goods, "form", "") == "variant" else variant
    return stock_of(services.tx, _number(goods) or "", warehouse=_number(warehouse), sku=_number(one))


def _number(thing: Any) -> str | None:
    """Give the number of a link, or of the document itself (`this`)."""
    if thing is None or isinstance(thing, str):
        return thing
    number = thing.number if hasattr(thing, "number") else thing.get("number")
    return str(number or "")


GOODS = ("product", "warehouse?", "variant?")


@function("stock.on_hand", parameters=GOODS, returns="quantity")
def on_hand(
    services: Any, product: Link | None, warehouse: Link | None = None, variant: Link | None = None
) -> Decimal | None:
    """Give what lies there."""
    found = _asked(services, product, warehouse, variant)
    return found.on_hand if found else None


@function("stock.reserved", parameters=GOODS, returns="quantity")
def reserved(
    services: Any, product: Link | None, warehouse: Link | None = None, variant: Link | None = None
) -> Decimal | None:
    """Give what is promised of it."""
    found = _asked(services, product, warehouse, variant)
    return found.reserved if found else None


@function("stock.available", parameters=GOODS, returns="quantity")
def available(
    services: Any, product: Link | None, warehouse: Link | None = None, variant: Link | None = None
) -> Decimal | None:
    """Give what may still be promised."""
    found = _asked(services, product, warehouse, variant)
    return found.available if found else None


@function("stock.in_transit", parameters=GOODS, returns="quantity")
def in_transit(
    services: Any, product: Link | None, warehouse: Link | None = None, variant: Link | None = None
) -> Decimal | None:
    """Give what is under way between warehouses."""
    found = _asked(services, product, warehouse, variant)
    return found.in_transit if found else None


@function("stock.unit_cost", parameters=GOODS, returns="price", seen_with="product.purchase_price")
def cost(
    services: Any, product: Link | None, warehouse: Link | None = None, variant: Link | None = None
) -> Decimal | None:
    """Give the average cost of one, for those who may see costs."""
    found = _asked(services, product, warehouse, variant)
    return found.unit_cost if found else None
