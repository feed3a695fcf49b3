"""Holds: what is reserved before it moves, and given back when it does not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

from app.core.errors import DaybookError
from app.ledger import sql
from app.ledger.errors import AlreadySettled
from app.ledger.values import Account, Commodity, Draft, Hold, Key, Move, Row

if TYPE_CHECKING:
    from app.ledger.kernel import Ledger

Line = tuple[Account, Account, Commodity, int, int]  # source, target, goods, lot, amount
Deltas = dict[Key, tuple[int, int]]  # row -> what leaves, what is expected
Settled = tuple[int, Hold, int]  # the entry that settles, the hold, how much of it
NOTHING = (0, 0)


def reserve(ledger: Ledger, entry: int, draft: Draft) -> None:
    """Take every move's amount out of what is available, or refuse all of them."""
    lines = _lines(ledger, draft.moves)
    deltas = _deltas(lines)
    if any(target.guarded or source.floor < 0 for source, target, *_ in lines):
        ledger.rows.ensure(deltas)  # elsewhere a missing row is as good as an empty one
    short = _first_short(ledger, sorted(deltas.items()))
    if short:
        raise ledger.short(short, deltas[short][0], _committed(ledger, [short])[short].available)
    _add_holds(ledger, [(entry, draft.document, lines)])


def reserve_many(
    ledger: Ledger, drafts: Sequence[tuple[int, Draft]], refused: dict[str, DaybookError] | None = None
) -> None:
    """Reserve many drafts in their order under one lock of all rows.

    One that is short goes to `refused` alone; without it nothing is reserved.
    """
    lines = {entry: _lines(ledger, draft.moves) for entry, draft in drafts}
    needs = {entry: _deltas(lines[entry]) for entry, _ in drafts}
    before = ledger.rows.lock(key for deltas in needs.values() for key in deltas)
    after = {key: copy(row) for key, row in before.items()}
    granted = []
    for entry, draft in drafts:
        deltas = needs[entry]
        lacking = next((key for key, (out, _) in deltas.items() if out and after[key].available < out), None)
        if lacking is not None:
            short = ledger.short(lacking, deltas[lacking][0], after[lacking].available)
            if refused is None:
                raise short
            refused[draft.key] = short
            continue
        for key, (out, coming) in deltas.items():
            after[key].pending_out += out
            after[key].pending_in += coming
        granted.append((entry, draft.document, lines[entry]))
    ledger.rows.write(before, after)
    _add_holds(ledger, granted)


def give_back(ledger: Ledger, entry: int, holds: Sequence[tuple[Hold, int]]) -> None:
    """Void holds, wholly or in part: what was reserved is available again."""
    settle(ledger, [(entry, hold, amount) for hold, amount in holds], kind="void")
    before = ledger.rows.lock(key for hold, _ in holds for key in hold_keys(ledger, hold))
    after = {key: copy(row) for key, row in before.items()}
    for hold, amount in holds:
        for key in hold_keys(ledger, hold):
            unreserve(after[key], hold, key, amount)
    ledger.rows.write(before, after)


def settle(ledger: Ledger, settled: Sequence[Settled], *, kind: str) -> None:
    """Close holds in key order, wholly or in part; none can be closed twice."""
    if write_settled(ledger, settled, kind=kind):
        raise AlreadySettled(thing=settled[0][1].commodity)


def write_settled(ledger: Ledger, settled: Sequence[Settled], *, kind: str) -> int:
    """Take amounts off holds in key order and note how; give how many holds had less than that open."""
    amounts: dict[tuple[int, int], int] = defaultdict(int)
    for _, hold, amount in settled:
        amounts[hold.entry, hold.line] += amount
    values = [(amount, *key, amount) for key, amount in sorted(amounts.items())]
    lacking = len(values) - ledger.run_each(sql.SETTLE_HOLD, values)
    lines: dict[int, int] = defaultdict(int)
    rows = []
    for entry, hold, amount in settled:
        lines[entry] += 1
        rows.append((entry, lines[entry], hold.entry, hold.line, amount, kind))
    ledger.run_each(sql.ADD_SETTLEMENT, rows)
    return lacking


def lock_holds(ledger: Ledger, places: Iterable[tuple[int, int]]) -> dict[tuple[int, int], int]:
    """Give what is open of holds (entry, line), locked in key order."""
    wanted = sorted(places)
    if not wanted:
        return {}
    if ledger.which:
        ledger.run(sql.LOCK_HOLDS, [list(column) for column in zip(*wanted, strict=True)])
        return {(entry, line): open_ for entry, line, open_ in ledger.cursor.fetchall()}
    found = {}
    for place in wanted:
        ledger.run(sql.LOCK_HOLDS, place)
        found[place] = ledger.cursor.fetchone()[2]
    return found


def open_holds(ledger: Ledger, document: str) -> list[Hold]:
    """Give what is still reserved for a document, locked in key order."""
    ledger.run(sql.OPEN_HOLDS, (document,))
    names = ledger.names
    return [
        Hold(
            entry,
            line,
            names.account_of(source).code,
            names.account_of(target).code,
            names.commodity_of(commodity).code,
            lot,
            amount,
            open_,
            Key(source, commodity, lot),
        )
        for entry, line, source, target, commodity, lot, amount, open_ in ledger.cursor.fetchall()
    ]


def hold_keys(ledger: Ledger, hold: Hold) -> list[Key]:
    """Give the rows that carry a hold: where it leaves, and where it is expected if that place is guarded."""
    target = ledger.names.account(hold.target)
    places = [hold.key.account, *([target.id] if target.guarded else [])]
    lots = [0, *([hold.lot] if hold.lot else [])]
    return [Key(place, hold.key.commodity, lot) for place in places for lot in lots]


def unreserve(row: object, hold: Hold, key: Key, amount: int) -> None:
    """Take a hold's amount off the pending figure of one of its rows."""
    side = "pending_out" if key.account == hold.key.account else "pending_in"
    setattr(row, side, getattr(row, side) - amount)


def _lines(ledger: Ledger, moves: Sequence[Move]) -> list[Line]:
    names = ledger.names
    found = []
    for move in moves:
        source, commodity = names.account(move.source), names.commodity(move.commodity)
        assert source.guarded, "only what a guarded place holds can be reserved"
        lot = names.lot(commodity, move.lot) if move.lot else 0
        found.append((source, names.account(move.target), commodity, lot, move.amount))
    return found


def _deltas(lines: Sequence[Line]) -> Deltas:
    deltas: Deltas = {}
    for source, target, commodity, lot, amount in lines:
        for lot_id in (0, lot) if lot else (0,):
            key = Key(source.id, commodity.id, lot_id)
            out, coming = deltas.get(key, NOTHING)
            deltas[key] = (out + amount, coming)
            if target.guarded:
                key = Key(target.id, commodity.id, lot_id)
                out, coming = deltas.get(key, NOTHING)
                deltas[key] = (out, coming + amount)
    return deltas


def _first_short(ledger: Ledger, deltas: Sequence[tuple[Key, tuple[int, int]]]) -> Key | None:
    values = [(out, coming, *key, out, out) for key, (out, coming) in deltas]
    if not ledger.which:  # one by one: it costs nothing there, and tells which was short
        granted = (ledger.run(sql.HOLD_ROW, row).rowcount for row in values)
        return next((key for (key, _), ok in zip(deltas, granted, strict=True) if not ok), None)
    if ledger.run_each(sql.HOLD_ROW, values) == len(values):
        return None
    rows = _committed(ledger, [key for key, _ in deltas])
    return next((key for key, (out, _) in deltas if rows[key].available < out), deltas[0][0])


def _committed(ledger: Ledger, keys: Sequence[Key]) -> dict[Key, Row]:
    """Read rows without lock, from outside: a lock taken now would be out of order."""
    found: dict[Key, Row] = {}

    def look(cursor: Any) -> None:
        for key in keys:
            cursor.execute(sql.READ_ROW[ledger.which], key)
            row = cursor.fetchone()
            found[key] = Row(*row) if row else Row(0, 0, 0, 0, 0, 0, ledger.names.account_of(key.account).floor)

    ledger.names.apart(look)
    return found


def _add_holds(ledger: Ledger, held: Sequence[tuple[int, str, Sequence[Line]]]) -> None:
    ledger.run_each(
        sql.ADD_HOLD,
        [
            (entry, number, document, source.id, target.id, commodity.id, lot, amount, amount)
            for entry, document, lines in held
            for number, (source, target, commodity, lot, amount) in enumerate(lines, 1)
        ],
    )
