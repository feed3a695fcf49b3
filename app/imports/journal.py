"""The journal of runs: begun, gone on, ended; read back for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.errors import NotFound
from app.core.words import Words
from app.data.column_types import compact, read_instant
from app.data.transaction import Transaction
from app.imports.errors import RunBusy
from app.imports.rows import Rejection

BEGIN = (
    "insert into import_run (name, kind, parent_id, file, digest, account_id, state, part, place, counts, started_at)"
    " values (?, ?, ?, ?, ?, ?, 'running', 0, 0, '{}', ?)"
)
SELECT = (
    "select r.id, r.name, r.kind, r.parent_id, r.file, r.digest, r.state, r.part, r.place, r.counts, r.started_at,"
    " r.done_at, a.title, r.account_id from import_run r left join office_account a on a.id = r.account_id"
)
GO_ON = "update import_run set part = ?, place = ? where id = ? and part = ? and place = ? and state = 'running'"
END = "update import_run set state = ?, counts = ?, done_at = ? where id = ?"
MADE = "insert into import_made (form, document_id, run_id, part, place) values (?, ?, ?, ?, ?)"
REJECT = (
    "insert into import_rejection (run_id, part, place, file, row_no, column_name, value, en, zh, cells)"
    " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
REJECTED = "select part, place, file, row_no, column_name, value, en, zh, cells from import_rejection where run_id = ?"
CHANGED = "insert into import_changed (run_id, form, document_id, version, part, place) values (?, ?, ?, ?, ?, ?)"
CREATED_HERE = "select form, document_id from office_audit where chg = ? and act = 'create' and id > ?"


@dataclass(frozen=True)
class Run:
    """One run as people see it."""

    id: int
    name: str
    kind: str
    parent: int | None
    file: str
    digest: str
    state: str
    part: int
    place: int
    counts: Mapping[str, Any]
    started_at: datetime | None
    done_at: datetime | None
    account: str
    account_id: int


def begin(
    tx: Transaction, name: str, *, kind: str, digest: str, file: str = "", parent: int | None = None
) -> tuple[Run, bool]:
    """Give the run of this import that was broken off, or a new one; tell whether it goes on."""
    where = f"{SELECT} where r.name = ? and r.kind = ? and r.digest = ? and r.account_id = ? and r.state = 'running'"
    facts = (name, kind, digest, tx.actor.account.id)
    row = tx.fetch_one(tx.sql(f"{where} order by r.id desc limit 1"), facts)
    if row is not None:
        if parent is not None and row[3] != parent:
            tx.run(tx.sql("update import_run set parent_id = ? where id = ?"), (parent, row[0]))
        return _run(row), True
    moment = tx.instant(tx.now)
    key = tx.insert(tx.sql(BEGIN), (name, kind, parent, file, digest, tx.actor.account.id, moment))
    return run_of(tx, key), False


def go_on(tx: Transaction, run: int, *, before: tuple[int, int], after: tuple[int, int]) -> None:
    """Move a run on, in the transaction that did the work; raise RunBusy where another one did it first."""
    if tx.run(tx.sql(GO_ON), (*after, run, *before)) != 1:
        raise RunBusy()


def end(tx: Transaction, run: int, state: str, counts: Mapping[str, Any]) -> None:
    """Write down how a run ended."""
    tx.run(tx.sql(END), (state, compact(dict(counts)), tx.instant(tx.now), run))


def note_made(tx: Transaction, run: int, part: int, *, places: Mapping[tuple[str, int], int], since: int) -> None:
    """Write down every document that this transaction made since an audit row: those of the rows, and what came along."""
    created = tx.fetch(tx.sql(CREATED_HERE), (tx.change(), since))
    tx.run_many(
        tx.sql(MADE), [(form, key, run, part, places.get((form, key), -1)) for form, key in dict.fromkeys(created)]
    )


def note_changed(tx: Transaction, run: int, part: int, changed: Sequence[tuple[str, int, int, int]]) -> None:
    """Write down documents that were changed: form, key, the version that this made, the place of their rows."""
    tx.run_many(tx.sql(CHANGED), [(run, form, key, version, part, place) for form, key, version, place in changed])


def last_audit(tx: Transaction) -> int:
    """Give the newest audit row."""
    row = tx.fetch_one("select coalesce(max(id), 0) from office_audit")
    return row[0] if row else 0


def note_rejected(tx: Transaction, run: int, part: int, found: Sequence[tuple[int, Rejection]]) -> None:
    """Write down rows that stay out, each with the place of its document."""
    tx.run_many(
        tx.sql(REJECT),
        [
            (run, part, place, r.file, r.row, r.column, r.value, r.words.en, r.words.zh, compact(dict(r.cells)))
            for place, r in found
        ],
    )


def run_of(tx: Transaction, key: int) -> Run:
    """Give one run."""
    row = tx.fetch_one(tx.sql(f"{SELECT} where r.id = ?"), (key,))
    if row is None:
        raise NotFound(thing=Words("import run", "导入记录"))
    return _run(row)


def runs(tx: Transaction, *, limit: int = 50) -> list[Run]:
    """Give the newest runs that stand for themselves: an administrator's all, anybody else's own."""
    own = "" if tx.is_system or tx.actor.has_role("admin") else " and r.account_id = ?"
    facts = () if not own else (tx.actor.account.id,)
    rows = tx.fetch(tx.sql(f"{SELECT} where r.parent_id is null{own} order by r.id desc limit {int(limit)}"), facts)
    return [_run(row) for row in rows]


def children(tx: Transaction, key: int) -> list[Run]:
    """Give the runs of a plan's run, in their order."""
    return [_run(row) for row in tx.fetch(tx.sql(f"{SELECT} where r.parent_id = ? order by r.id"), (key,))]


def rejections(tx: Transaction, key: int) -> list[tuple[int, int, Rejection]]:
    """Give the rows that stayed out of a run, with part and place of their documents."""
    found = tx.fetch(tx.sql(f"{REJECTED} order by id"), (key,))
    return [(row[0], row[1], _rejection(row)) for row in found]


def _rejection(row: Sequence[Any]) -> Rejection:
    return Rejection(row[2], row[3], row[4], row[5], Words(row[6], row[7]), json.loads(row[8]))


def made_places(tx: Transaction, key: int) -> dict[tuple[int, int], tuple[str, int]]:
    """Give the documents of a run by part and place of their rows."""
    rows = tx.fetch(tx.sql("select part, place, form, document_id from import_made where run_id = ?"), (key,))
    return {(row[0], row[1]): (row[2], row[3]) for row in rows if row[1] >= 0}


def changed_places(tx: Transaction, key: int) -> set[tuple[int, int]]:
    """Give part and place of every document that a run changed."""
    return {
        (row[0], row[1]) for row in tx.fetch(tx.sql("select part, place from import_changed where run_id = ?"), (key,))
    }


def made_earlier(tx: Transaction, name: str, digest: str) -> set[tuple[int, int]]:
    """Give part and place of every document that ended runs of the very same file and mapping made."""
    statement = (
        "select m.part, m.place from import_made m join import_run r on r.id = m.run_id"
        " where r.name = ? and r.digest = ? and r.state = 'done' and m.place >= 0"
    )
    return {(row[0], row[1]) for row in tx.fetch(tx.sql(statement), (name, digest))}


def _run(row: Sequence[Any]) -> Run:
    facts: list[Any] = [
        *row[:9],
        json.loads(row[9]),
        read_instant(row[10]),
        read_instant(row[11]),
        row[12] or "",
        row[13],
    ]
    return Run(*facts)
