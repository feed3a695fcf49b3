"""Claiming: an entry's key is taken before anything is read, so that a replay gives the first answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from app.data.column_types import instant_text
from app.ledger import sql
from app.ledger.errors import KeyReused
from app.ledger.values import Draft, Leg, Move, day_number

if TYPE_CHECKING:
    from app.ledger.kernel import Ledger

Claim = tuple[int, bool]  # the entry, and whether it is new


def claim(ledger: Ledger, draft: Draft, *, reverses: int | None = None) -> Claim:
    """Take a draft's key, or find the entry that has it; raise KeyReused where it stands for another request."""
    if draft.entry is not None:
        return draft.entry, True
    row = _row(ledger, draft, reverses)
    ledger.run(sql.CLAIM, row)
    made = ledger.cursor.fetchone()
    if made:
        return made[0], True
    ledger.run(sql.CLAIMED, (draft.key,))
    found = ledger.cursor.fetchone()
    assert found, "an entry whose key is taken stands"
    _same_request(draft.key, found[1], row[3])
    return found[0], False


def claim_many(ledger: Ledger, drafts: Sequence[Draft]) -> list[Claim]:
    """Do the same for many with three statements; keys are taken in order, entries are numbered as the drafts come."""
    new = [draft for draft in drafts if draft.entry is None]
    if len(new) < 2:
        return [claim(ledger, draft) for draft in drafts]
    rows = [(key, *_row(ledger, draft)) for key, draft in zip(_numbers(ledger, len(new)), new, strict=True)]
    ledger.run_each(sql.CLAIM_AS, sorted(rows, key=itemgetter(1)))  # by key; of two that are the same the first
    keys = [draft.key for draft in new]
    ledger.run(sql.CLAIMED_MANY, (keys if ledger.which else json.dumps(keys),))
    found = {key: (entry, fingerprint) for key, entry, fingerprint in ledger.cursor.fetchall()}
    claims = []
    for number, key, _, _, fingerprint, *_ in rows:
        entry, first = found[key]
        _same_request(key, first, fingerprint)
        claims.append((entry, entry == number))
    waiting = iter(claims)
    return [next(waiting) if draft.entry is None else (draft.entry, True) for draft in drafts]


def unclaim(ledger: Ledger, entries: Iterable[int]) -> None:
    """Give back the keys of what was refused: sent again, it is decided anew."""
    ledger.run_each(sql.UNCLAIM, [(entry,) for entry in sorted(entries)])


def _row(ledger: Ledger, draft: Draft, reverses: int | None = None) -> tuple[Any, ...]:
    booked = day_number(draft.booked_on)
    occurred = day_number(draft.occurred_on) if draft.occurred_on else booked
    assert occurred <= booked, "what is booked has happened: a late fact goes to an open period, none comes early"
    now = ledger.tx.now if ledger.which else instant_text(ledger.tx.now)
    actor = draft.actor or _person(ledger.tx)
    return (draft.key, draft.event, draft.document, _fingerprint(draft), booked, occurred, reverses, actor, now)


def _numbers(ledger: Ledger, count: int) -> range | list[int]:
    """Give numbers for new entries; SQLite has one writer, which is this transaction."""
    ledger.run(sql.NEW_NUMBERS, (count,) if ledger.which else ())
    rows = ledger.cursor.fetchall()
    return [row[0] for row in rows] if ledger.which else range(rows[0][0] + 1, rows[0][0] + 1 + count)


def _same_request(key: str, first: str, fingerprint: str) -> None:
    if first != fingerprint:
        raise KeyReused(key=key)


def _person(tx: Any) -> str:
    """Name who is behind an entry: the person, also where the machine acts for him."""
    person = getattr(tx, "cause", None) or tx.actor
    return str(person.name)


def _fingerprint(draft: Draft) -> str:
    asked = (
        repr(draft.request)
        if draft.request is not None
        else ";".join([*map(_move, draft.moves), *map(_leg, draft.legs)])
    )
    text = f"{draft.event}|{draft.document}|{asked}"
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _move(m: Move) -> str:
    hold = f"{m.hold.entry}.{m.hold.line}" if m.hold else ""
    return f"{m.source}>{m.target} {m.commodity}|{m.lot}|{m.amount}|{m.value}|{hold}|{m.held}|{m.origin}"


def _leg(leg: Leg) -> str:
    return f"{leg.account} {leg.value} {leg.commodity} {leg.amount}"
