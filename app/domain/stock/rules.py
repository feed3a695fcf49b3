"""Pure decisions about goods: which account, which commodity, how much is accepted, what it is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.core.quantity import QUANTITY_DECIMALS, round_half_up, to_units

MONEY_DECIMALS = 2
ZERO = Decimal(0)


@dataclass(frozen=True)
class Accepted:
    """One line of a receipt or return as the ledger takes it."""

    line_no: int
    product: str
    sku: str
    amount: int  # 1/10000 of the base unit
    price: Decimal | None
    lot: Any  # link to the lot


def place_code(form: str, number: str) -> str:
    """Give the code of the account that a warehouse or location opens."""
    return f"{form}:{number}"


def transit_code(warehouse: str) -> str:
    """Give the code of the account of goods under way to a warehouse."""
    return f"in_transit:{warehouse}"


def sku_of(line: Mapping[str, Any]) -> str:
    """Give the goods of a line: its variant, or the product's default variant, which is called as the product."""
    link = line.get("variant") or line["product"]
    return str(link.number)


def accepted_quantity(line: Mapping[str, Any]) -> Decimal:
    """Give what was received and not rejected."""
    return (line.get("quantity") or ZERO) - (line.get("rejected_quantity") or ZERO)


def accepted_lines(lines: list[dict[str, Any]]) -> list[Accepted]:
    """Give the lines of which something comes in or goes back, in their order."""
    found = []
    for line in lines:
        quantity = accepted_quantity(line)
        if quantity > 0:
            found.append(
                Accepted(
                    line["line_no"],
                    line["product"].number,
                    sku_of(line),
                    to_units(quantity, QUANTITY_DECIMALS),
                    line.get("unit_price"),
                    line.get("lot"),
                )
            )
    return found


def value_of(amount: int, price: Decimal | None) -> int:
    """Give what an amount is worth at a unit price, in minor units, rounded half up."""
    worth = Decimal(amount).scaleb(-QUANTITY_DECIMALS) * (price or ZERO)
    return to_units(round_half_up(worth, MONEY_DECIMALS), MONEY_DECIMALS)


def unit_cost(amount: int, value: int) -> Decimal | None:
    """Give the average cost of one unit with four decimals; nothing where nothing lies."""
    if amount <= 0:
        return None
    return round_half_up(Decimal(value).scaleb(QUANTITY_DECIMALS - MONEY_DECIMALS) / amount, QUANTITY_DECIMALS)
