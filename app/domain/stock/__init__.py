"""Stock: goods of a place.

Words: on hand (在库) lies there; reserved (预占) is promised; available (可用) is on hand less reserved;
in transit (在途) is under way to a warehouse; unit cost (单位成本) is the moving average of a place.
"""

from __future__ import annotations

from app.domain.stock.queries import Stock, movements, stock_as_of, stock_by_place, stock_of
from app.domain.stock.service import receive, receive_many, release, reserve, return_to_supplier, write_off

__all__ = [
    "Stock",
    "movements",
    "receive",
    "receive_many",
    "release",
    "reserve",
    "return_to_supplier",
    "stock_as_of",
    "stock_by_place",
    "stock_of",
    "write_off",
]
