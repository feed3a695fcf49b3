"""Pure decisions about the books: figures in minor units, how an account is called."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from app.core.quantity import round_half_up, to_units
from app.core.words import Words

MONEY_DECIMALS = 2
PLACES = {
    "suppliers": Words("Suppliers", "供应商"),
    "customers": Words("Customers", "客户"),
    "adjustments": Words("Stock differences", "待处理财产损溢"),
    "scrap": Words("Scrap", "报废"),
    "variance": Words("Price differences", "价格差异"),
    "in_transit": Words("In transit", "在途"),
    "opening": Words("Opening balance", "期初"),
}
BOOKS = {"stock": Words("Stock", "库存"), "money": Words("Accounts", "账务")}


def minor(figures: Mapping[str, Decimal]) -> dict[str, int]:
    """Give figures in the smallest coins, each rounded half up."""
    return {name: to_units(round_half_up(value, MONEY_DECIMALS), MONEY_DECIMALS) for name, value in figures.items()}


def account_words(form: str, code: str, title: str, *, label: Words) -> Words:
    """Give how people call an account: a place by its title, a role by its word."""
    if form == "in_transit":
        return Words(f"{PLACES['in_transit'].en} {title}", f"{PLACES['in_transit'].zh} {title}")
    if title:
        return Words(title, title)
    return PLACES.get(code) or label


def shown_event(event: str) -> Words:
    """Give what happened in words."""
    known = {
        "goods.received": Words("Goods received", "采购入库"),
        "goods.returned": Words("Goods sent back", "采购退货"),
        "stock.reserved": Words("Reserved", "预占"),
        "stock.released": Words("Released", "释放预占"),
        "stock.opened": Words("Opening stock", "期初库存"),
        "stock.moved": Words("Moved", "移库"),
        "stock.written_off": Words("Written off", "报损"),
        "supplier.paid": Words("Supplier paid", "支付供应商"),
        "expense.approved": Words("Expenses", "费用报销"),
        "expense.paid": Words("Employee paid", "支付报销款"),
    }
    name, reversed_ = event.removesuffix(".reversed"), event.endswith(".reversed")
    words = known.get(name) or Words(name.replace(".", " ").capitalize(), name)
    return Words(f"{words.en}, reversed", f"{words.zh}（冲销）") if reversed_ else words
