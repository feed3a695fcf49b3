"""The ledger of one open transaction: claim, hold, post, release, reverse, and what stands on the accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from app.ledger import sql
from app.ledger.as_of import NOW, AsOf
from app.ledger.claiming import claim, claim_many, unclaim
from app.ledger.closing import close_period, closed_months, first_open_day, reopen_period
from app.ledger.entering import Refused, enter
from app.ledger.errors import NotEnough, TooLittleLeft
from app.ledger.holding import give_back, open_holds, reserve, reserve_many
from app.ledger.names import Names
from app.ledger.reading import balance, balances, trial_balance
from app.ledger.reversing import reverse_many
from app.ledger.rows import Rows
from app.ledger.rules import Shelf, choose_lots, shown
from app.ledger.sql import Statement
from app.ledger.values import MONEY, STOCK, Balance, Draft, Hold, Key, Pick, Row, TrialLine, day_number
from app.ledger.verifying import verify


class Ledger:
    """One open transaction of the ledger. A refusal leaves it half done: roll back, or run inside a savepoint."""

    def __init__(self, tx: Any) -> None:
        self.tx = tx
        self.names = Names(tx)
        self.cursor = self.names.cursor
        self.which = self.names.which
        self.rows = Rows(self)

    def claim(
        self, event: str, key: str, *, document: str, booked_on: date, request: object, occurred_on: date | None = None
    ) -> tuple[int, bool]:
        """Take the key before anything is read: the entry, and whether it is new (False: a replay).

        Raises KeyReused when the key stands for another request.
        """
        return claim(self, Draft(event, key, document, booked_on, request=request, occurred_on=occurred_on))

    def hold(self, draft: Draft) -> int:
        """Reserve every move of the draft, or raise NotEnough."""
        entry, fresh = claim(self, draft)
        if fresh:
            reserve(self, entry, draft)
        return entry

    def post(self, draft: Draft) -> int:
        """Enter moves and legs for good, settling the holds that the moves name."""
        return self.post_many([draft])[draft.key]

    def release(self, draft: Draft, holds: Iterable[tuple[Hold, int]]) -> int:
        """Give back holds, wholly or in part."""
        entry, fresh = claim(self, draft)
        if fresh:
            give_back(self, entry, list(holds))
        return entry

    def reverse(self, entry: int, key: str, *, booked_on: date, event: str | None = None) -> int:
        """Enter the exact opposite of an entry at the same values, once."""
        return reverse_many(self, {entry: key}, booked_on=booked_on, event=event)[entry]

    def hold_many(self, drafts: Sequence[Draft], *, refused: Refused | None = None) -> dict[str, int]:
        """Reserve many drafts with one pass over the rows: key -> entry.

        One that is refused goes to `refused` (key -> error) alone and leaves no trace; without it nothing is reserved.
        """
        return self._many(drafts, reserve_many, refused)

    def post_many(self, drafts: Sequence[Draft], *, refused: Refused | None = None) -> dict[str, int]:
        """Post many drafts with one pass over the rows: key -> entry; `refused` as for holds."""
        return self._many(drafts, enter, refused)

    def reverse_many(self, keys: Mapping[int, str], *, booked_on: date) -> dict[int, int]:
        """Reverse entries (entry -> key) in their order with one pass over the rows, or none of them."""
        return reverse_many(self, keys, booked_on=booked_on)

    def _many(
        self, drafts: Sequence[Draft], work: Callable[[Ledger, Any, Refused | None], None], refused: Refused | None
    ) -> dict[str, int]:
        claims = claim_many(self, drafts)
        new = [(entry, draft) for draft, (entry, fresh) in zip(drafts, claims, strict=True) if fresh]
        with self.names.one_batch():
            work(self, new, refused)
        lost = {entry for entry, draft in new if refused and draft.key in refused}
        unclaim(self, lost)
        return {draft.key: entry for draft, (entry, _) in zip(drafts, claims, strict=True) if entry not in lost}

    def open_holds(self, document: str) -> list[Hold]:
        """Give what is still reserved for a document, locked."""
        return open_holds(self, document)

    def lock(self, keys: Iterable[tuple[str, str, str | None]]) -> dict[Key, Row]:
        """Give balance rows (account, commodity, lot) locked in key order until the end; missing ones are made."""
        return self.rows.lock({key for names in keys for key in self.keys(*names)})

    def pick_lots(self, account: str, commodity: str, *, wanted: int, on: date) -> list[Pick]:
        """Choose unexpired lots, first expiry first, under the lock of the total row."""
        key = self.keys(account, commodity)[0]
        total = self.rows.lock({key})[key]
        self.run(sql.LOT_SHELVES, key[:2])
        shelves = [Shelf(*row) for row in self.cursor.fetchall()]
        shelves.append(Shelf(None, total.posted - sum(s.available for s in shelves)))
        chosen = choose_lots(wanted, shelves, on=day_number(on))
        got = sum(amount for _, amount in chosen)
        if got < wanted:
            raise self.short(key, wanted, got)
        return [Pick(shelf.lot, amount) for shelf, amount in chosen]

    def entry_of(self, key: str) -> int | None:
        """Give the entry that stands under a key."""
        self.run(sql.CLAIMED, (key,))
        row = self.cursor.fetchone()
        return row[0] if row else None

    def entries_of(self, document: str) -> list[int]:
        """Give what was entered for a document and not reversed, oldest first."""
        self.run(sql.ENTRIES_OF, (document,))
        return [row[0] for row in self.cursor.fetchall()]

    def returned(self, origin: tuple[int, int]) -> int:
        """Tell how much of a posting was already corrected."""
        self.run(sql.RETURNED, origin)
        return int(self.cursor.fetchone()[0])

    def balance(self, account: str, commodity: str, *, on: date | None = None, as_of: AsOf = NOW) -> Balance:
        """Give amount, value and what is pending: now, at the end of a booked day, or as of whatever is said."""
        return balance(self, account, commodity, as_of=AsOf(on) if on else as_of)

    def balances(
        self, book: str, *, by: Sequence[str] = ("account", "commodity"), on: date | None = None, as_of: AsOf = NOW
    ) -> list[Balance]:
        """Give the same for a whole book, grouped by account, commodity, lot or a dimension; nothing of holds."""
        return balances(self, book, by=by, as_of=AsOf(on) if on else as_of)

    def trial_balance(self, on: date | None = None, *, by: Sequence[str] = (), as_of: AsOf = NOW) -> list[TrialLine]:
        """Give the value of each account of the chart; they sum to zero."""
        return trial_balance(self, by=by, as_of=AsOf(on) if on else as_of)

    def close_period(self, code: int, *, book: str) -> None:
        """Let nothing more into a book up to a month (202611), and keep its end balances."""
        close_period(self, code, book=book)

    def reopen_period(self, code: int, *, book: str) -> None:
        """Let entries into a month and all later ones again."""
        reopen_period(self, code, book=book)

    def open_day(self, day: date, *, books: Iterable[str] = (STOCK, MONEY)) -> date:
        """Give the day itself, or the first one after the months that are closed in one of the books."""
        return first_open_day(day, closed_months(self, books).values())

    def verify(self) -> list[str]:
        """Say in sentences what is broken; nothing means sound."""
        return verify(self)

    def set_floor(self, account: str, commodity: str, *, floor: int) -> None:
        """Let an account go down to a floor of its own for one commodity."""
        key = self.keys(account, commodity)[0]
        self.rows.lock({key})
        if not self.run(sql.SET_FLOOR, (floor, *key, floor)).rowcount:
            raise self.short(key, floor, self.rows.read(key).available)

    # what the parts of the kernel share

    def run(self, text: Statement, values: Sequence[object] = ()) -> Any:
        """Run one statement on the driver's cursor."""
        return self.cursor.execute(text[self.which], values)

    def run_each(self, text: Statement, many: Sequence[Sequence[object]]) -> int:
        """Run one statement for each row of values; give how many rows it touched in all."""
        if len(many) == 1:
            return int(self.cursor.execute(text[self.which], many[0]).rowcount)
        if many:
            self.cursor.executemany(text[self.which], many)
            return int(self.cursor.rowcount)
        return 0

    def keys(self, account: str, commodity: str, lot: str | None = None) -> tuple[Key, ...]:
        """Give the rows that an amount touches: the total, and the lot below it."""
        place, thing = self.names.account(account), self.names.commodity(commodity)
        total = Key(place.id, thing.id)
        return (total,) if lot is None else (total, Key(place.id, thing.id, self.names.lot(thing, lot)))

    def short(self, key: Key, wanted: int, available: int) -> NotEnough:
        """Make the refusal that names the thing, the wish and what is there."""
        thing = self.names.commodity_of(key.commodity)
        lot = self.names.lot_no(key.lot)
        place = self.names.account_of(key.account)
        return (NotEnough if place.book == STOCK else TooLittleLeft)(
            thing=f"{thing.code} {lot}" if lot else thing.code,
            wanted=shown(wanted, thing.scale),
            available=shown(max(available, 0), thing.scale),
            place=place.name,
        )
