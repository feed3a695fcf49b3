"""Events of the posting table entered: legs of a journal, and what moves, is held or given back in its books."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from app.config.posting_spec import BookSpec, MoveLine, PostingSpec
from app.ledger.claiming import claim
from app.ledger.errors import AlreadySettled, UnknownName
from app.ledger.posting import Facts, legs_for, open_place, open_roles, summed
from app.ledger.values import DIMENSIONS, MONEY, Draft, Hold, Move, day_number

if TYPE_CHECKING:
    from app.ledger.kernel import Ledger

Piece = tuple[int, Hold | None, int | None]  # an amount, the hold that it uses up, how much of it


def post_event(ledger: Ledger, event: str, facts: Facts, *, key: str, document: str, on: date) -> int:
    """Enter one event of the posting table, once; a late one keeps its day and goes to the first open month."""
    catalogue = ledger.tx.catalogue
    spec: PostingSpec = catalogue.posting
    if event not in spec.events:
        raise UnknownName(kind="event", name=event)
    open_roles(ledger, spec, chart=catalogue.organisation.chart, event=event)
    lines = spec.moves.get(event, ())
    books = {line.book for line in lines} | (
        {MONEY} if spec.events[event] or any(line.value for line in lines) else set()
    )
    draft = Draft(
        event, key, document, ledger.open_day(on, books=books), occurred_on=on, request=repr(replace(facts, titles={}))
    )
    entry, fresh = claim(ledger, draft)
    if fresh:
        draft = replace(draft, entry=entry, legs=legs_for(spec, event, facts))
        _enter(ledger, draft, lines, facts)
    return entry


def _enter(ledger: Ledger, draft: Draft, lines: Sequence[MoveLine], facts: Facts) -> None:
    """Do what the lines of an event say, together with the legs that the draft brings."""
    for line in lines:
        _open_book(ledger, line.book)
    act = lines[0].act if lines else "move"
    holds = ledger.open_holds(facts.settles or draft.document) if act == "release" or _settling(lines) else []
    if act == "release":
        ledger.release(draft, [piece for line in lines for piece in _released(ledger, line, facts, holds)])
        return
    ledger.lock(
        [(_place(ledger, line.source, facts), line.book, None) for line in lines if _picks(ledger, line, facts)]
    )
    moves = tuple(move for line in lines for move in _moves(ledger, draft, line, facts, holds))
    (ledger.hold if act == "hold" else ledger.post)(replace(draft, moves=moves))


def _settling(lines: Iterable[MoveLine]) -> bool:
    return any(line.settles for line in lines)


def _open_book(ledger: Ledger, name: str) -> None:
    """Make sure that what a book counts is known."""
    book: BookSpec = ledger.tx.catalogue.posting.books[name]
    ledger.names.open_commodity(
        name, scale=book.decimals, conserved=book.conserved, owed=book.owed, costing=book.costing, unit=book.unit
    )


def _place(ledger: Ledger, place: str, facts: Facts) -> str:
    """Give the account that a place is in this event, opened if need be."""
    return open_place(ledger, facts.places.get(place, place), place, title=facts.titles.get(place, "")).code


def _moves(ledger: Ledger, draft: Draft, line: MoveLine, facts: Facts, holds: Sequence[Hold]) -> Iterable[Move]:
    source, target = (_place(ledger, place, facts) for place in (line.source, line.target))
    amount = summed(line.amount, facts.figures)
    value = summed(line.value, facts.figures) if line.value else None
    by = {name: facts.by[name] for name in line.by if name in DIMENSIONS and facts.by.get(name)}
    party = facts.parties.get(line.party or "")
    move = Move(source, target, line.book, amount, value, by=by, party=party)
    if line.settles:
        own = [hold for hold in holds if (hold.source, hold.commodity) == (source, line.book)]
        pieces = _pieces(amount, summed(line.settles, facts.figures), own, draft.document)
        return [replace(move, amount=part, hold=hold, held=held) for part, hold, held in pieces]
    if facts.lot is not None:
        _know_lot(ledger, line.book, facts.lot)
        return [replace(move, lot=facts.lot[0])]
    if _picks(ledger, line, facts):
        on = draft.occurred_on or draft.booked_on
        picks = ledger.pick_lots(source, line.book, wanted=amount, on=on)
        return [replace(move, amount=pick.amount, lot=pick.lot) for pick in picks]
    return [move] if amount or value else []


def _picks(ledger: Ledger, line: MoveLine, facts: Facts) -> bool:
    """Tell whether batches are chosen, first expiry first: where a book has them and the event names none."""
    posting = ledger.tx.catalogue.posting
    return (
        line.act == "move"
        and facts.lot is None
        and posting.books[line.book].costing == "lot"
        and posting.places[line.source].floor is not None
    )


def _pieces(amount: int, settled: int, holds: Sequence[Hold], document: str) -> list[Piece]:
    """Share an amount over the holds that it uses up, oldest first; the last piece takes what goes beyond them."""
    pieces: list[Piece] = []
    for hold in holds:
        held = min(hold.open, settled)
        if held:
            settled -= held
            part = amount if not settled else min(amount, held)
            amount -= part
            pieces.append((part, hold, held))
    if settled:
        raise AlreadySettled(thing=document)
    return pieces if not amount else [*pieces, (amount, None, None)]


def _released(ledger: Ledger, line: MoveLine, facts: Facts, holds: Sequence[Hold]) -> list[tuple[Hold, int]]:
    """Give how much of which holds is given back: as much as the event says, or all."""
    source = _place(ledger, line.source, facts)
    own = [hold for hold in holds if (hold.source, hold.commodity) == (source, line.book)]
    whole = sum(hold.open for hold in own)
    amount = summed(line.amount, facts.figures) if line.amount else whole
    document = own[0].commodity if own else line.book
    return [(hold, held) for _, hold, held in _pieces(amount, amount, own, document) if hold and held]


def _know_lot(ledger: Ledger, book: str, lot: tuple[str, date | None]) -> None:
    lot_no, expires_on = lot
    ledger.names.lot(ledger.names.commodity(book), lot_no, day_number(expires_on) if expires_on else None)
