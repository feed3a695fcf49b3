"""Purchasing: what was ordered, when it comes, how a supplier keeps his word.

Words: expected (待收), on time (准时), rejected (拒收), lead time (采购提前期), price history (历史价格).
"""

from __future__ import annotations

from app.domain.purchasing.queries import Delivered, Expected, delivered, expected, performance_of, price_history
from app.domain.purchasing.rules import Performance
from app.domain.purchasing.service import send_order

__all__ = [
    "Delivered",
    "Expected",
    "Performance",
    "delivered",
    "expected",
    "performance_of",
    "price_history",
    "send_order",
]
