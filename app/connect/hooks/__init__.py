"""Deliveries from outside: verified at the door, kept once, worked by a job under the rights of an account.

What understands a delivery is an `Inbound` connector; each registers itself with `inbound`, also from layers above.
"""

from __future__ import annotations

from app.connect.hooks.receiving import KIND, Kept, receive
from app.connect.hooks.registry import Arrived, Inbound, connectors, inbound
from app.connect.hooks.service import Hook, add_hook, hooks, remove_hook, secret_of
from app.connect.hooks.working import take_delivery

__all__ = [
    "KIND",
    "Arrived",
    "Hook",
    "Inbound",
    "Kept",
    "add_hook",
    "connectors",
    "hooks",
    "inbound",
    "receive",
    "remove_hook",
    "secret_of",
    "take_delivery",
]
