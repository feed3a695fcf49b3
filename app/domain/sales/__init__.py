"""Sales: what is sold, and for how much.

Words: list price (售价) is what one piece costs; price change (调价单) sets it anew from a day on;
planned price (待生效价格) is approved and waits for its day.
"""

from __future__ import annotations

from app.domain.sales.queries import PlannedPrice, planned_prices
from app.domain.sales.service import set_prices

__all__ = ["PlannedPrice", "planned_prices", "set_prices"]
