"""Pure decisions about suppliers: how well one keeps his word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.core.quantity import round_half_up

ZERO = Decimal(0)


@dataclass(frozen=True)
class Delivery:
    """One line that came: when it was ordered, wanted, received; how much, how much of it rejected."""

    ordered_on: date | None
    wanted_on: date | None
    received_on: date
    received: Decimal
    rejected: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Performance:
    """What a supplier's deliveries say of him; shares between 0 and 1, nothing where nothing came."""

    deliveries: int
    received: Decimal
    rejected: Decimal
    amount: Decimal
    on_time_rate: Decimal | None
    rejected_rate: Decimal | None
    lead_time_days: Decimal | None


def judge(deliveries: Sequence[Delivery]) -> Performance:
    """Give the figures of a supplier over his deliveries; each line counts once."""
    received = sum((d.received for d in deliveries), ZERO)
    rejected = sum((d.rejected for d in deliveries), ZERO)
    dated = [d for d in deliveries if d.wanted_on]
    punctual = sum(1 for d in dated if d.wanted_on and d.received_on <= d.wanted_on)
    waits = [(d.received_on - d.ordered_on).days for d in deliveries if d.ordered_on]
    return Performance(
        len(deliveries),
        received,
        rejected,
        sum((d.amount for d in deliveries), ZERO),
        share(Decimal(punctual), Decimal(len(dated)), 4),
        share(rejected, received, 4),
        share(Decimal(sum(waits)), Decimal(len(waits)), 1),
    )


def share(part: Decimal, whole: Decimal, decimals: int) -> Decimal | None:
    """Give part of whole, rounded; nothing where there is no whole."""
    return round_half_up(part / whole, decimals) if whole else None
