"""Reversal: the exact opposite of an entry, once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from app.ledger import sql
from app.ledger.claiming import claim
from app.ledger.closing import books_of_accounts, closed_months, refuse_closed
from app.ledger.entering import Entered, lock_unreversed, open_sheet, write_down
from app.ledger.errors import AlreadySettled
from app.ledger.sheet import Posting, Sheet, check_balance
from app.ledger.values import Draft, Key

if TYPE_CHECKING:
    from app.ledger.kernel import Ledger


def reverse_many(
    ledger: Ledger, keys: Mapping[int, str], *, booked_on: date, event: str | None = None
) -> dict[int, int]:
    """Negate all postings of entries (entry -> key) in their order at the same values, or of none.

    A hold that one of them settled stays settled.
    """
    made: dict[int, int] = {}
    new: dict[int, Entered] = {}
    for entry in sorted(keys):  # locked in key order, entered as the caller says
        ledger.run(sql.LOCK_ENTRY, (entry,))
        _, first_event, document, _ = ledger.cursor.fetchone()
        name = event or f"{first_event}.reversed"
        draft = Draft(name, keys[entry], document, booked_on, request=("reverse", entry))
        made[entry], fresh = _claim(ledger, draft, entry)
        if fresh:
            new[entry] = (made[entry], draft, _opposites(ledger, entry, document))
    _enter_opposites(ledger, [new[entry] for entry in keys if entry in new])
    return made


def _claim(ledger: Ledger, draft: Draft, entry: int) -> tuple[int, bool]:
    ledger.run(sql.CLAIMED, (draft.key,))
    if ledger.cursor.fetchone():
        return claim(ledger, draft)
    lock_unreversed(ledger, entry)
    ledger.run(sql.CORRECTED, (entry,))
    if ledger.cursor.fetchone()[0]:
        raise AlreadySettled(thing=draft.document)
    return claim(ledger, draft, reverses=entry)


def _enter_opposites(ledger: Ledger, new: list[Entered]) -> None:
    books = books_of_accounts(posting.account for _, _, postings in new for posting in postings)
    closed = closed_months(ledger, books)
    keys = {
        Key(p.account.id, p.commodity.id, lot)
        for _, _, postings in new
        for p in postings
        if p.account.guarded
        for lot in {0, p.lot}
    }
    sheet = open_sheet(ledger, (), keys)
    entered = []
    for entry, draft, postings in new:
        refuse_closed(closed, books, draft.booked_on)
        entered.append((entry, draft, postings + _trued(sheet, draft, postings)))
    write_down(sheet, entered)


def _trued(sheet: Sheet, draft: Draft, postings: list[Posting]) -> list[Posting]:
    """Change the rows, what comes back first; give the lines that keep them honest."""
    extra: list[Posting] = []
    for posting in sorted((p for p in postings if p.account.guarded), key=lambda p: -p.amount):
        extra += sheet.apply(posting, costs_to=draft.costs_to, exact=True)
    check_balance(draft.event, postings + extra)
    return extra


def _opposites(ledger: Ledger, entry: int, document: str) -> list[Posting]:
    ledger.run(sql.POSTINGS, (entry,))
    names = ledger.names
    found = [
        Posting(names.account_of(account), names.commodity_of(commodity), lot, -amount, -value, dim, party, origin)
        for line, account, commodity, lot, amount, value, dim, party, *was in ledger.cursor.fetchall()
        for origin in [(was[0], was[1]) if was[0] is not None else None]
    ]
    if not found:
        raise AlreadySettled(thing=document)
    return found
