"""The ledger kernel: whatever is counted goes from one account to another and never appears from nowhere."""

from __future__ import annotations

from app.ledger.as_of import AsOf
from app.ledger.entering import Refused
from app.ledger.errors import AlreadySettled, NotEnough, PeriodClosed, Unbalanced
from app.ledger.kernel import Ledger
from app.ledger.models import ledger_tables
from app.ledger.moving import post_event
from app.ledger.posting import Facts, Part, legs_for
from app.ledger.values import Balance, Draft, Hold, Key, Leg, Move, Pick, Row, TrialLine

__all__ = [
    "AlreadySettled",
    "AsOf",
    "Balance",
    "Draft",
    "Facts",
    "Hold",
    "Key",
    "Ledger",
    "Leg",
    "Move",
    "NotEnough",
    "Part",
    "PeriodClosed",
    "Pick",
    "Refused",
    "Row",
    "TrialLine",
    "Unbalanced",
    "ledger_tables",
    "legs_for",
    "post_event",
]
