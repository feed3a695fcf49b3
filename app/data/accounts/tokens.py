"""Bearer tokens for programs: shown once, limited by scopes and an end, revoked, and seen when last used."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from app.core.actor import SYSTEM, Actor
from app.core.errors import Invalid, NotFound, Problem
from app.core.links import Link
from app.core.words import Words
from app.data.accounts import events
from app.data.accounts.people import account_named, actor_of
from app.data.accounts.sessions import SEEN_EVERY, hash_of, later
from app.data.column_types import read_instant
from app.data.outage import Outage
from app.data.transaction import Transaction

if TYPE_CHECKING:
    from app.data.repository import Repository

SCOPES = ("read", "write", "notebook")


@dataclass(frozen=True)
class Token:
    """A token as its owner sees it; never the token itself."""

    key: int
    title: str
    scopes: str
    ends_at: datetime | None
    created_at: datetime | None
    used_at: datetime | None


def create_token(
    tx: Transaction, account: Link, *, title: str = "", scopes: Sequence[str] = (), days: int | None = None
) -> str:
    """Give a bearer token for programs; scopes (`read`, `purchase_order:write`) limit it. It is shown this once."""
    _check_scopes(tx, scopes)
    token = "db_" + secrets.token_urlsafe(32)
    until = tx.instant(tx.now + timedelta(days=days)) if days else None
    tx.insert(
        tx.sql(
            "insert into office_token (token, account_id, title, scopes, created_at, expires_at)"
            " values (?, ?, ?, ?, ?, ?)"
        ),
        (hash_of(token), account.id, title[:200], " ".join(scopes), tx.instant(tx.now), until),
    )
    events.note(tx, account.id, "token_made", title=title, scopes=" ".join(scopes))
    return token


def _check_scopes(tx: Transaction, scopes: Sequence[str]) -> None:
    """A scope that nothing asks for would look like a limit and open nothing."""
    for scope in scopes:
        form, _, verb = scope.partition(":")
        if scope not in SCOPES and (form not in tx.catalogue.forms or verb not in ("", "read", "write")):
            words = Words(
                f"There is no scope '{scope[:60]}'. Write read, write, or a form with either, such as supplier:read.",
                f"没有范围“{scope[:60]}”。可写 read、write，或表单加其中之一，例如 supplier:read。",
            )
            raise Invalid([Problem("scopes", "unknown", words)])


def token_of_run(repository: Repository, name: str, *, minutes: int) -> str:
    """Give the token that a run of a notebook holds: the person's rights, for as long as the run may last."""
    with repository.transaction(SYSTEM, door="job") as tx:
        account = account_named(tx, name)
        if account is None:
            raise NotFound(thing=Words(f"account '{name}'", f"账号“{name}”"))
        token = create_token(tx, account, title="run", scopes=("read", "write", "notebook"))
        until = tx.instant(tx.now + timedelta(minutes=minutes))
        tx.run(tx.sql("update office_token set expires_at = ? where token = ?"), (until, hash_of(token)))
    return token


def actor_of_token(repository: Repository, token: str) -> Actor | None:
    """Give the person of a bearer token, limited to its scopes."""
    with repository.reading(SYSTEM) as tx:
        row = tx.fetch_one(
            tx.sql(
                "select account_id, scopes, expires_at, used_at from office_token where token = ? and revoked_at is null"
            ),
            (hash_of(token),),
        )
        if row is None or (row[2] is not None and not later(row[2], tx.now)):
            return None
        actor = actor_of(tx, row[0], scopes=frozenset(row[1].split()))
        used = read_instant(row[3])
        unseen = actor is not None and (used is None or tx.now - used >= SEEN_EVERY)
    if unseen:
        with suppress(Outage):  # who only reads can go on while nothing can be written
            _note_use(repository, token)
    return actor


def _note_use(repository: Repository, token: str) -> None:
    with repository.transaction(SYSTEM) as tx:
        tx.run(tx.sql("update office_token set used_at = ? where token = ?"), (tx.instant(tx.now), hash_of(token)))


def tokens_of(tx: Transaction, account: Link) -> list[Token]:
    """Give the living tokens of an account, oldest first."""
    rows = tx.fetch(
        tx.sql(
            "select id, title, scopes, expires_at, created_at, used_at from office_token"
            " where account_id = ? and revoked_at is null and (expires_at is null or expires_at > ?) order by id"
        ),
        (account.id, tx.instant(tx.now)),
    )
    return [Token(row[0], row[1], row[2], *(read_instant(each) for each in row[3:])) for row in rows]


def revoke_token(tx: Transaction, account: Link, key: int) -> None:
    """End a token of an account; NotFound for anybody else's."""
    ended = tx.run(
        tx.sql("update office_token set revoked_at = ? where id = ? and account_id = ? and revoked_at is null"),
        (tx.instant(tx.now), key, account.id),
    )
    if not ended:
        raise NotFound(thing=Words("token", "令牌"))
    events.note(tx, account.id, "token_revoked", key=key)
