"""Company accounts (OIDC): which account here a person of the provider is. Never makes an account, never gives a role."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.core.actor import SYSTEM
from app.core.errors import DaybookError
from app.core.links import Link
from app.data.accounts import events
from app.data.accounts.sessions import Place, hash_of, later
from app.data.accounts.signing_in import SignedIn, admit
from app.data.transaction import Transaction

if TYPE_CHECKING:
    from app.data.repository import Repository

MINUTES = 10


class NotKnownHere(DaybookError):
    """Your company account is known, but no account here belongs to it. Ask an administrator to link it: {subject}."""

    zh = "公司账号已确认，但这里没有对应的账号。请管理员绑定：{subject}。"
    status = 403


class FlowGone(DaybookError):
    """This sign-in took too long, or was used already. Start again."""

    zh = "这次登录已超时或已用过，请重新开始。"
    status = 401


class AlreadyLinked(DaybookError):
    """This company account is linked to {name}."""

    zh = "这个公司账号已绑定到 {name}。"
    status = 409


@dataclass(frozen=True)
class Person:
    """Whom the provider says it is: its own name, the key of the person, and the address, if it was verified."""

    issuer: str
    subject: str
    email: str = ""


@dataclass(frozen=True)
class Flow:
    """What we keep of a sign-in while the person is with the provider."""

    state: str
    nonce: str
    verifier: str
    back: str


def begin_flow(repository: Repository, back: str) -> Flow:
    """Give a new sign-in to send to the provider."""
    flow = Flow(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(64), back)
    with repository.transaction(SYSTEM) as tx:
        tx.run(tx.sql("delete from office_sign_in_flow where expires_at < ?"), (tx.instant(tx.now),))
        until = tx.instant(tx.now + timedelta(minutes=MINUTES))
        row = (hash_of(flow.state), flow.nonce, flow.verifier, back[:500], until)
        statement = "insert into office_sign_in_flow (state, nonce, verifier, back, expires_at) values (?, ?, ?, ?, ?)"
        tx.run(tx.sql(statement), row)
    return flow


def take_flow(repository: Repository, state: str) -> Flow:
    """Give the sign-in that comes back, once."""
    with repository.transaction(SYSTEM) as tx:
        row = tx.fetch_one(
            tx.sql(
                "delete from office_sign_in_flow where state = ? returning nonce, verifier, back, expires_at"
            ),
            (hash_of(state),),
        )
        if row is None or not later(row[3], tx.now):
            raise FlowGone
        return Flow(state, *row[:3])


def enter(repository: Repository, person: Person, place: Place, *, by_email: bool) -> SignedIn:
    """Open a session for whoever the provider vouches for."""
    with repository.transaction(SYSTEM) as tx:
        account = _account(tx, person, by_email=by_email)
        if account is None:
            raise NotKnownHere(subject=person.subject)
        return admit(tx, account.id, place, name=account.number, by="company account")


def _account(tx: Transaction, person: Person, *, by_email: bool) -> Link | None:
    """By the link that an administrator made; else, where that is allowed, by the one account with the same address."""
    columns = "a.id, a.name, a.title"
    row = tx.fetch_one(
        tx.sql(
            f"select {columns}, a.active from office_identity i join office_account a on a.id = i.account_id"  # noqa: S608
            " where i.issuer = ? and i.subject = ?"
        ),
        (person.issuer, person.subject),
    )
    if row is not None:
        return Link("user", *row[:3]) if row[3] else None
    if not by_email or not person.email:
        return None
    found = tx.fetch(
        tx.sql(
            f"select {columns} from office_account a where lower(a.email) = ? and a.active = ? and a.id > 0"  # noqa: S608
            " and not exists (select 1 from office_identity i where i.account_id = a.id and i.issuer = ?)"
        ),
        (person.email.lower(), True, person.issuer),
    )
    if len(found) != 1:
        return None
    account = Link("user", *found[0])
    link(tx, account, issuer=person.issuer, subject=person.subject)
    return account


def link(tx: Transaction, account: Link, *, issuer: str, subject: str) -> None:
    """Note that a person of the provider is an account here."""
    known = tx.fetch_one(
        tx.sql(
            "select a.id, a.name from office_identity i join office_account a on a.id = i.account_id"
            " where i.issuer = ? and i.subject = ?"
        ),
        (issuer, subject),
    )
    if known is not None and known[0] != account.id:
        raise AlreadyLinked(name=known[1])
    tx.run(tx.sql("delete from office_identity where issuer = ? and account_id = ?"), (issuer, account.id))
    statement = "insert into office_identity (issuer, subject, account_id, linked_at) values (?, ?, ?, ?)"
    tx.run(tx.sql(statement), (issuer, subject, account.id, tx.instant(tx.now)))
    events.note(tx, account.id, "identity_linked", subject=subject)


def set_email(tx: Transaction, account: Link, email: str) -> None:
    """Keep the address by which the provider may know an account."""
    tx.run(tx.sql("update office_account set email = ? where id = ?"), (email.strip(), account.id))
