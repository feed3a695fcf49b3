"""How lower layers call upper ones: what is said in a transaction, and what goes out after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

Handler = Callable[..., Any]
_subscribers: dict[str, list[Handler]] = defaultdict(list)
_outbox: dict[str, Handler] = {}


def subscribe(event: str) -> Callable[[Handler], Handler]:
    """Run the function inside the transaction whenever the event is published."""

    def register(handler: Handler) -> Handler:
        if handler not in _subscribers[event]:
            _subscribers[event].append(handler)
        return handler

    return register


def publish(event: str, *facts: Any) -> None:
    """Tell everybody who subscribed, in the order of subscription."""
    for handler in _subscribers[event]:
        handler(*facts)


def outbox(kind: str) -> Callable[[Handler], Handler]:
    """Name the function that does an effect outside: `(repository, payload, key)`; it may be tried often."""

    def register(handler: Handler) -> Handler:
        _outbox[kind] = handler
        return handler

    return register


def outbox_handler(kind: str) -> Handler | None:
    """Give the function that does this kind of effect, if any is registered."""
    return _outbox.get(kind)
