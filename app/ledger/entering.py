"""Entering for good: what drafts need is locked in order, they are worked out on a sheet, and it is written down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from app.core.errors import DaybookError
from app.ledger import sql
from app.ledger.closing import books_of, closed_months, refuse_closed
from app.ledger.errors import AlreadySettled
from app.ledger.holding import hold_keys, lock_holds, write_settled
from app.ledger.sheet import Layer, Place, Posting, Sheet, held_by
from app.ledger.values import Draft, Key, Move, day_number

if TYPE_CHECKING:
    from app.ledger.kernel import Ledger

Entered = tuple[int, Draft, list[Posting]]
Refused = dict[str, DaybookError]  # by key


def enter(ledger: Ledger, drafts: Sequence[tuple[int, Draft]], refused: Refused | None = None) -> None:
    """Post many drafts in their order. One that is refused goes to `refused` alone; without it nothing is posted."""
    moves = [move for _, draft in drafts for move in draft.moves]
    books = [books_of(ledger, draft) for _, draft in drafts]
    closed = closed_months(ledger, set().union(*books))
    sheet = open_sheet(ledger, moves)
    entered: list[Entered] = []
    for (entry, draft), own in zip(drafts, books, strict=True):
        trial = sheet.trial()
        try:
            refuse_closed(closed, own, draft.booked_on)
            postings = trial.postings(draft)
        except DaybookError as error:
            if refused is None:
                raise
            refused[draft.key] = error
            continue
        trial.keep()
        entered.append((entry, draft, postings))
    write_down(sheet, entered)


def open_sheet(ledger: Ledger, moves: Sequence[Move], keys: Iterable[Key] = ()) -> Sheet:
    """Lock what moves touch, always in this order: corrected entries, holds, rows."""
    origins, returned = _lock_origins(ledger, moves)
    holds = lock_holds(ledger, {(move.hold.entry, move.hold.line) for move in moves if move.hold})
    rows = ledger.rows.lock({*keys, *(key for move in moves for key in _keys(ledger, move))})
    return Sheet(ledger, Layer(rows), Layer(holds), Layer(returned), origins)


def write_down(sheet: Sheet, entered: Sequence[Entered]) -> None:
    """Write what was worked out: settlements, lines, rows."""
    settled = [(entry, m.hold, held_by(m)) for entry, draft, _ in entered for m in draft.moves if m.hold]
    write_settled(sheet.ledger, settled, kind="post")
    _write_postings(sheet.ledger, entered)
    sheet.ledger.rows.write(sheet.rows.below, sheet.rows)


def lock_unreversed(ledger: Ledger, entry: int) -> tuple[str, str]:
    """Lock an entry that is to be corrected; give its event and document, or say that it was reversed."""
    ledger.run(sql.LOCK_ENTRY, (entry,))
    _, event, document, reverses = ledger.cursor.fetchone()
    ledger.run(sql.REVERSED_BY, (entry,))
    if reverses is not None or ledger.cursor.fetchone():
        raise AlreadySettled(thing=document)
    return event, document


def _lock_origins(ledger: Ledger, moves: Sequence[Move]) -> tuple[dict[Place, tuple[int, int, int]], dict[Place, int]]:
    places = sorted({move.origin for move in moves if move.origin})
    for entry in sorted({entry for entry, _ in places}):
        lock_unreversed(ledger, entry)
    origins = {}
    for place in places:
        ledger.run(sql.POSTING, place)
        origins[place] = ledger.cursor.fetchone()
    return origins, {place: ledger.returned(place) for place in places}


def _keys(ledger: Ledger, move: Move) -> list[Key]:
    keys = [
        key
        for place in (move.source, move.target)
        if ledger.names.account(place).guarded
        for key in ledger.keys(place, move.commodity, move.lot)
    ]
    return keys + hold_keys(ledger, move.hold) if move.hold else keys


def _write_postings(ledger: Ledger, entered: Sequence[Entered]) -> None:
    ledger.run_each(
        sql.ADD_POSTING,
        [
            (
                entry,
                line,
                p.account.id,
                p.commodity.id,
                p.lot,
                p.amount,
                p.value,
                p.dim,
                p.party,
                day_number(draft.booked_on),
                *(p.origin or (None, None)),
            )
            for entry, draft, postings in entered
            for line, p in enumerate(postings, 1)
        ],
    )
