"""Pure decisions about prices: which ones change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any


def new_prices(lines: Iterable[Mapping[str, Any]], now: Mapping[int, Decimal | None]) -> dict[int, Decimal]:
    """Give product -> new price, of the products whose price (`now`) is another one."""
    asked = {line["product"].id: line["new_price"] for line in lines}
    return {product: price for product, price in asked.items() if product in now and now[product] != price}
