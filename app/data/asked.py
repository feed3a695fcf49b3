"""What people asked in SQL, each his own history: the newest first, each text once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.core.errors import NotFound
from app.core.words import Words
from app.data.column_types import read_instant
from app.data.transaction import Transaction

MOST = 50  # questions of one person that are kept
COLUMNS = "id, text, asked_at, rows"
MINE = f"select {COLUMNS} from office_asked_sql where account_id = ?"  # noqa: S608
PAST = (
    "delete from office_asked_sql where account_id = ? and id not in"
    " (select id from office_asked_sql where account_id = ? order by asked_at desc, id desc limit ?)"
)


@dataclass(frozen=True)
class Asked:
    """One question that was answered: its SQL, when, and how many rows came."""

    id: int
    text: str
    asked_at: datetime
    rows: int


def keep(tx: Transaction, text: str, rows: int) -> int:
    """Keep a question of this person; the same text moves to the top, the oldest ones go."""
    me = tx.actor.account.id
    tx.run(tx.sql("delete from office_asked_sql where account_id = ? and text = ?"), (me, text))
    statement = tx.sql("insert into office_asked_sql (account_id, text, asked_at, rows) values (?, ?, ?, ?)")
    key = tx.insert(statement, (me, text, tx.instant(tx.now), rows))
    tx.run(tx.sql(PAST), (me, me, MOST))
    return key


def asked(tx: Transaction) -> list[Asked]:
    """Give what this person asked, newest first."""
    statement = tx.sql(f"{MINE} order by asked_at desc, id desc")
    return [_asked(row) for row in tx.fetch(statement, (tx.actor.account.id,))]


def asked_once(tx: Transaction, key: int) -> Asked:
    """Give one question of this person; another's is as if it were not there."""
    row = tx.fetch_one(tx.sql(f"{MINE} and id = ?"), (tx.actor.account.id, key))
    if row is None:
        raise NotFound(thing=Words("query", "查询"))
    return _asked(row)


def _asked(row: tuple) -> Asked:
    at = read_instant(row[2])
    assert at is not None
    return Asked(row[0], row[1], at, row[3])
