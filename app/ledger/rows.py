"""Balance rows under their lock: read in key order, changed in memory, written back with their guard."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from app.ledger import sql
from app.ledger.values import Key, Row

if TYPE_CHECKING:
    from app.ledger.kernel import Ledger


class Rows:
    """The rows of one transaction."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def ensure(self, keys: Iterable[Key]) -> None:
        """Make missing rows in a transaction of its own: made while holding others, they deadlock."""
        names = self.ledger.names
        unknown = sorted(key for key in keys if key not in names.memory.rows)
        missing = [key for key in unknown if self._find(key) is None]
        if missing:
            values = [(*key, names.account_of(key.account).floor if not key.lot else 0) for key in missing]
            names.apart(lambda cursor: cursor.executemany(sql.ADD_ROW[self.ledger.which], values))
        if unknown and not names.unsure:
            names.memory.rows.update(unknown)

    def lock(self, keys: Iterable[Key]) -> dict[Key, Row]:
        """Give rows in key order, locked until the end of the transaction; missing ones are made first."""
        wanted = sorted(set(keys))
        self.ensure(wanted)
        return self._locked(wanted)

    def read(self, key: Key) -> Row:
        """Give a row without lock, empty if there is none: for explaining a refusal."""
        return self._find(key) or Row(0, 0, 0, 0, 0, 0, self.ledger.names.account_of(key.account).floor)

    def _find(self, key: Key) -> Row | None:
        self.ledger.run(sql.READ_ROW, key)
        row = self.ledger.cursor.fetchone()
        return Row(*row) if row else None

    def _locked(self, keys: list[Key]) -> dict[Key, Row]:
        if not keys:
            return {}
        if self.ledger.which:
            self.ledger.run(sql.LOCK_ROWS, [list(column) for column in zip(*keys, strict=True)])
            return {Key(*row[:3]): Row(*row[3:]) for row in self.ledger.cursor.fetchall()}
        found = {key: self._find(key) for key in keys}
        return {key: row for key, row in found.items() if row is not None}

    def write(self, before: dict[Key, Row], after: dict[Key, Row]) -> None:
        """Write what changed, in key order; the guard in the statement must agree with what was decided."""
        changes = [_change(key, before[key], after[key]) for key in sorted(after) if before[key] != after[key]]
        touched = self.ledger.run_each(sql.MOVE_ROW, changes)
        assert touched == len(changes), "a balance row refused what was decided under its lock"


def _change(key: Key, old: Row, new: Row) -> tuple[int, ...]:
    posted, out = new.posted - old.posted, new.pending_out - old.pending_out
    return (
        posted,
        new.pending_in - old.pending_in,
        out,
        new.value - old.value,
        new.ref_amount,
        new.ref_value,
        *key,
        posted,
        out,
        posted,
        out,
    )
