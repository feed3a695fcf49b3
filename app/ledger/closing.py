"""Periods: each book is closed month by month; nothing more goes into a closed one, and its end balances are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TYPE_CHECKING

from app.core import clock
from app.data.column_types import instant_text
from app.ledger import sql
from app.ledger.errors import PeriodClosed
from app.ledger.sql import Statement
from app.ledger.values import MONEY, Account, Draft, day_number

if TYPE_CHECKING:
    from app.ledger.kernel import Ledger


def close_period(ledger: Ledger, code: int, *, book: str) -> None:
    """Close a book up to a month, which waits for the entries under way."""
    before = _take(ledger, code, book)
    now = max(clock.now(), ledger.tx.now)  # not before anything that is kept: some of it was waited for
    ledger.run(sql.ADD_PERIOD, (book, code, ledger.tx.actor.name, now if ledger.which else instant_text(now)))
    ledger.run(sql.ADD_SNAPSHOT, (code, book, before, book, before * 100 + 31, code * 100 + 31))


def reopen_period(ledger: Ledger, code: int, *, book: str) -> None:
    """Open a month and all later ones; what was kept of them is thrown away."""
    if book_state(ledger, book, sql.LOCK_BOOK) >= code:
        ledger.run(sql.CLOSE_BOOK, (month_before(code), book))
        ledger.run(sql.DROP_PERIODS, (book, code))
        ledger.run(sql.DROP_SNAPSHOTS, (code, book))


def closed_months(ledger: Ledger, books: Iterable[str]) -> dict[str, int]:
    """Give the last closed month of each book, and keep others from closing them until the end."""
    return {book: book_state(ledger, book, sql.BOOK_STATE) for book in sorted(set(books))}


def books_of(ledger: Ledger, draft: Draft) -> set[str]:
    """Give the books that a draft goes into; what carries a value goes into the books of money too."""
    codes = {m.source for m in draft.moves} | {m.target for m in draft.moves} | {leg.account for leg in draft.legs}
    return books_of_accounts(map(ledger.names.account, codes))


def books_of_accounts(accounts: Iterable[Account]) -> set[str]:
    """Give the books of accounts, and those of money where one stands in the chart."""
    known = list(accounts)
    return {account.book for account in known} | {MONEY for account in known if account.chart}


def refuse_closed(closed: Mapping[str, int], books: Iterable[str], booked_on: date) -> None:
    """Refuse a day whose month is closed in one of the books."""
    month = day_number(booked_on) // 100
    if any(month <= closed[book] for book in books):
        raise PeriodClosed(period=shown_month(month))


def first_open_day(day: date, closed: Iterable[int]) -> date:
    """Give the day itself, or the first one after the closed months."""
    last = max(closed, default=0)
    if day_number(day) // 100 > last:
        return day
    return date(last // 100 + last % 100 // 12, last % 100 % 12 + 1, 1)


def month_before(code: int) -> int:
    """Give the month before: 202601 follows 202512."""
    return code - 1 if code % 100 > 1 else code - 89


def shown_month(code: int) -> str:
    """Give a month as people write it: 2026-11."""
    return f"{code // 100}-{code % 100:02}"


def book_state(ledger: Ledger, book: str, look: Statement) -> int:
    """Read a book's row under a lock, opening the book if need be."""
    ledger.run(look, (book,))
    row = ledger.cursor.fetchone()
    if row is None:  # only then: the insert would wait for whoever holds the row
        ledger.names.apart(lambda cursor: cursor.execute(sql.ADD_BOOK[ledger.which], (book,)))
        ledger.run(look, (book,))
        row = ledger.cursor.fetchone()
    return int(row[0])


def _take(ledger: Ledger, code: int, book: str) -> int:
    """Take the book's row alone, close it; give the last month whose balances were kept before."""
    before = book_state(ledger, book, sql.LOCK_BOOK)
    if before >= code:
        raise PeriodClosed(period=shown_month(code))
    ledger.run(sql.CLOSE_BOOK, (code, book))
    ledger.run(sql.LAST_PERIOD, (book, code * 100 + 31))
    return int(ledger.cursor.fetchone()[0])
