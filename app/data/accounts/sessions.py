"""Sessions of browsers: a new token at each sign-in, an end when idle and an end for good, listed and ended by their person."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.core import clock
from app.core.actor import SYSTEM, Actor
from app.core.links import Link
from app.data.accounts import events
from app.data.accounts.people import actor_of
from app.data.column_types import read_instant
from app.data.outage import Outage
from app.data.transaction import Transaction

if TYPE_CHECKING:
    from app.data.repository import Repository

SESSION = timedelta(hours=12)  # without a sign of its person
LONGEST_SESSION = timedelta(days=14)  # however busy
SEEN_EVERY = timedelta(minutes=10)  # a sign of life is written no more often
KEY_SIGNS = 16  # of the hash: enough to name a session, useless to open it


@dataclass(frozen=True)
class Place:
    """Where somebody signs in from: address and browser, as its owner recognises them; the session that it replaces."""

    address: str = ""
    agent: str = ""
    replaces: str = ""


@dataclass(frozen=True)
class Session:
    """A signed-in browser."""

    key: str
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    address: str
    agent: str
    here: bool


NOWHERE = Place()


def open_session(tx: Transaction, account: int, place: Place = NOWHERE, *, stage: str = "") -> str:
    """Give a new session's token; only its hash is kept. `stage` names what must be done before it opens anything."""
    token = secrets.token_urlsafe(32)
    if place.replaces:
        tx.run(tx.sql("delete from office_session where token = ?"), (hash_of(place.replaces),))
    tx.run(
        tx.sql(
            "insert into office_session (token, account_id, created_at, expires_at, seen_at, address, agent, stage)"
            " values (?, ?, ?, ?, ?, ?, ?, ?)"
        ),
        (
            hash_of(token),
            account,
            tx.instant(tx.now),
            tx.instant(tx.now + SESSION),
            tx.instant(tx.now),
            place.address[:60],
            place.agent[:200],
            stage,
        ),
    )
    return token


def actor_of_session(repository: Repository, token: str) -> Actor | None:
    """Give the person of a session that has not ended and has nothing left to do; it lives on by being used."""
    if not token:
        return None
    now, today = clock.now(), clock.today(repository.catalogue.organisation.zone)
    key = ("session", hash_of(token), repository.registry.version, today)
    ends_at, seen_at, actor = repository.kept.get(key, lambda: _person_of(repository, token))
    if not later(ends_at, now):
        return None
    if actor is not None and now - (read_instant(seen_at) or now) >= SEEN_EVERY:
        with suppress(Outage):  # who only reads can go on while nothing can be written
            prolong_session(repository, token)
    return actor


def _person_of(repository: Repository, token: str) -> tuple[object, object, Actor | None]:
    """Give when a session ends, when it was seen, and its person; nobody where something is left to do."""
    with repository.reading(SYSTEM) as tx:
        row = tx.fetch_one(
            tx.sql("select account_id, expires_at, seen_at, created_at, stage from office_session where token = ?"),
            (hash_of(token),),
        )
        return (None, None, None) if row is None or row[4] else (row[1], row[2] or row[3], actor_of(tx, row[0]))


def account_of_stage(tx: Transaction, token: str, stage: str) -> int | None:
    """Give the account of a session that waits for something to be done first."""
    row = tx.fetch_one(
        tx.sql("select account_id, expires_at from office_session where token = ? and stage = ?"),
        (hash_of(token), stage),
    )
    return row[0] if row and later(row[1], tx.now) else None


def session_ends(repository: Repository, token: str) -> datetime | None:
    """Give when a living session ends; nothing for one that has ended."""
    with repository.reading(SYSTEM) as tx:
        row = tx.fetch_one(tx.sql("select expires_at from office_session where token = ?"), (hash_of(token),))
        until = read_instant(row[0]) if row else None
        return until if until is not None and until > tx.now else None


def prolong_session(repository: Repository, token: str) -> datetime | None:
    """Put the end of a living session off, as far as one goes; give when it ends now."""
    if session_ends(repository, token) is None:
        return None
    with repository.transaction(SYSTEM) as tx:
        row = tx.fetch_one(tx.sql("select created_at from office_session where token = ?"), (hash_of(token),))
        begun = read_instant(row[0]) if row else None
        if begun is None:
            return None
        until = min(tx.now + SESSION, begun + LONGEST_SESSION)
        tx.run(
            tx.sql("update office_session set expires_at = ?, seen_at = ? where token = ?"),
            (tx.instant(until), tx.instant(tx.now), hash_of(token)),
        )
        return until


def sign_out(repository: Repository, token: str) -> None:
    """End a session."""
    with repository.transaction(SYSTEM) as tx:
        row = tx.fetch_one(tx.sql("select account_id from office_session where token = ?"), (hash_of(token),))
        tx.run(tx.sql("delete from office_session where token = ?"), (hash_of(token),))
        if row is not None:
            events.note(tx, row[0], "signed_out")


def sessions_of(tx: Transaction, account: Link, *, here: str = "") -> Sequence[Session]:
    """Give the living sessions of an account, the newest first; `here` is the token of the one that asks."""
    rows = tx.fetch(
        tx.sql(
            "select token, created_at, seen_at, expires_at, address, agent from office_session"
            " where account_id = ? and expires_at > ? and stage = '' order by created_at desc"
        ),
        (account.id, tx.instant(tx.now)),
    )
    return [_session(row, hash_of(here)) for row in rows]


def _session(row: tuple, here: str) -> Session:
    created, ends = read_instant(row[1]), read_instant(row[3])
    assert created is not None and ends is not None
    return Session(row[0][:KEY_SIGNS], created, read_instant(row[2]) or created, ends, row[4], row[5], row[0] == here)


def end_sessions(tx: Transaction, account: Link, *, but: str = "", key: str = "") -> int:
    """End the sessions of an account: all, all but the one that asks, or the one with a key; give how many."""
    statement = "delete from office_session where account_id = ? and token <> ?"
    given = [account.id, hash_of(but) if but else ""]
    if key:
        statement, given = f"{statement} and substr(token, 1, {KEY_SIGNS}) = ?", [*given, key]
    ended = tx.run(tx.sql(statement), given)
    if ended:
        events.note(tx, account.id, "sessions_ended", count=ended)
    return ended


def later(kept: object, now: datetime) -> bool:
    """Tell whether a kept instant still lies ahead."""
    until = read_instant(kept)
    return until is not None and until > now


def hash_of(token: str) -> str:
    """Give what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
