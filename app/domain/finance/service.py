"""What finance does: post an event of the posting table, reverse what a document did, close a month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from app.core.actions import action
from app.core.errors import NotAllowed
from app.core.links import Link
from app.core.words import Words
from app.data.document import Document
from app.data.naming import names_of
from app.data.transaction import Transaction
from app.domain.finance.rules import minor
from app.ledger import AlreadySettled, Facts, Ledger, post_event
from app.ledger.values import DIMENSIONS, MONEY, STOCK

CLOSE = Words("close", "结账")
REOPEN = Words("reopen", "反结账")


@action("finance.reverse")
def reverse(tx: Transaction, document: Document, **_: object) -> None:
    """Enter the exact opposite of everything that a document did; refused when goods have left or went back."""
    ledger = Ledger(tx)
    names = reversed(names_of(tx.catalogue.forms[document.form], document))
    entries = [entry for name in names for entry in ledger.entries_of(f"{document.form}:{name}")]
    if not entries:
        raise AlreadySettled(thing=document.number)
    undo = {entry: f"reverse:{entry}" for entry in reversed(entries)}
    ledger.reverse_many(undo, booked_on=ledger.open_day(tx.today))


@action("finance.post")
def post_event_of(tx: Transaction, document: Document, *, event: str, **figures: Decimal) -> None:
    """Post an event of the posting table with figures that the workflow gives; parties and cuts are the document's."""
    parties = {line.party for line in tx.catalogue.posting.events.get(event, ()) if line.party}
    known = {name: link for name, link in document.items() if isinstance(link, Link)}
    post(
        tx,
        document,
        event=event,
        figures={name: figure or Decimal(0) for name, figure in figures.items()},
        parties={name: f"{known[name].form}:{known[name].number}" for name in parties & known.keys()},
        by={name: known[name].number for name in known.keys() & set(DIMENSIONS)},
    )


def post(
    tx: Transaction,
    document: Document,
    *,
    event: str,
    figures: Mapping[str, Decimal],
    parties: Mapping[str, str] | None = None,
    by: Mapping[str, str] | None = None,
    on: date | None = None,
) -> int:
    """Post an event of the posting table for a document, once."""
    ledger = Ledger(tx)
    name = f"{document.form}:{document.number}"
    facts = Facts(minor(figures), parties=parties or {}, by=by or {})
    day = ledger.open_day(on or tx.today)
    return post_event(ledger, event, facts, key=f"{event}:{name}", document=name, on=day)


def close_month(tx: Transaction, code: int, *, books: tuple[str, ...] = (MONEY, STOCK)) -> None:
    """Let nothing more into a month (202611); for the finance controller."""
    _require_controller(tx, CLOSE)
    for book in sorted(books):
        Ledger(tx).close_period(code, book=book)


def reopen_month(tx: Transaction, code: int, *, books: tuple[str, ...] = (MONEY, STOCK)) -> None:
    """Let entries into a month and all later ones again; for the finance controller."""
    _require_controller(tx, REOPEN)
    for book in sorted(books):
        Ledger(tx).reopen_period(code, book=book)


def _require_controller(tx: Transaction, act: Words) -> None:
    if not (tx.is_system or tx.actor.has_role("finance_controller")):
        raise NotAllowed(
            act=act, thing=Words("the month", "会计期间"), owner=Words("the finance controller", "财务主管")
        )
