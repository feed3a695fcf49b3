"""What each business area does with documents and ledgers; importing it registers actions, functions and listeners."""

from __future__ import annotations

from app.domain import finance, purchasing, sales, stock

__all__ = ["finance", "purchasing", "sales", "stock"]
