"""What people are told: rows of the outbox, sent once the transaction is kept."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from string import Formatter
from typing import Any

from app.core.links import Link
from app.core.words import Words
from app.data.document import Document
from app.data.transaction import Transaction

_HOLE = re.compile(r"\{([a-z_0-9]+)\}")


def send(
    tx: Transaction,
    document: Document,
    message: str,
    *,
    to: Iterable[Link],
    by: Sequence[str] = ("inbox",),
    facts: dict[str, Any] | None = None,
) -> None:
    """Send one message about a document to people (accounts, or documents of people: customers, employees)."""
    receivers = [{"form": link.form, "id": link.id} for link in dict.fromkeys(to) if link.id]
    if receivers:
        tx.post(
            "message.send",
            {
                "to": receivers,
                "message": message,
                "by": list(by),
                "form": document.form,
                "document": document.id,
                "number": document.number,
                "facts": _facts(tx, document, message) | (facts or {}),
            },
        )


def _facts(tx: Transaction, document: Document, message: str) -> dict[str, Any]:
    """Give the values of the document that the message names, as people read them."""
    words = tx.catalogue.messages.get(message)
    names = {name for _, name, _, _ in Formatter().parse(words.en if words else "") if name}
    return {name: str(document[name]) for name in names if document.get(name) is not None}


def accounts(ids: Iterable[int]) -> list[Link]:
    """Give accounts as receivers."""
    return [Link("user", account, "") for account in sorted(set(ids)) if account]


def facts(tx: Transaction, document: Document, message: str) -> dict[str, str]:
    """Give the values that the words of a message ask for, as people read them."""
    words = tx.catalogue.messages.get(message) or Words()
    names = {name for text in (words.en, words.zh) for name in _HOLE.findall(text)}
    return {name: str(value) for name in sorted(names) if (value := document.get(name)) is not None}
