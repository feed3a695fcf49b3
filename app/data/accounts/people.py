"""Accounts and the roles that they hold from when to when, and for which record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from app.core.actor import SYSTEM, Actor
from app.core.errors import Invalid, NotFound, Problem
from app.core.links import Link
from app.core.words import Words
from app.data.accounts import events, passwords
from app.data.services import employee_of
from app.data.transaction import Transaction

if TYPE_CHECKING:
    from app.data.repository import Repository

NAME = "a sign-in name has 2 to 60 letters, figures, dots, - and _"


def create_account(
    tx: Transaction,
    name: str,
    *,
    title: str = "",
    password: str | None = None,
    roles: Iterable[str] = (),
    locale: str = "en",
) -> Link:
    """Make an account that can sign in (without a password: only act in code), holding roles from today on."""
    _check_new(tx, name)
    if password is not None:
        passwords.refuse_guessable(password, (name, title))
    kept = passwords.hashed(password) if password else ""
    key = tx.insert(
        tx.sql(
            "insert into office_account (name, title, password, locale, active, created_at) values (?, ?, ?, ?, ?, ?)"
        ),
        (name, title or name, kept, locale, True, tx.instant(tx.now)),
    )
    account = Link("user", key, name, title or name)
    for role in roles:
        give_role(tx, account, role)
    return account


def _check_new(tx: Transaction, name: str) -> None:
    problems = []
    if not 2 <= len(name) <= 60 or not name.replace("_", "a").replace("-", "a").replace(".", "a").isalnum():
        problems.append(
            Problem(
                "name", "match", Words(NAME[0].upper() + NAME[1:] + ".", "登录名为 2 到 60 个字母、数字、点、- 或 _。")
            )
        )
    elif tx.fetch_one(tx.sql("select 1 from office_account where name = ?"), (name,)):
        problems.append(Problem("name", "unique", Words(f"{name} is already in use.", f"{name} 已被使用。")))
    if problems:
        raise Invalid(problems)


def account_named(tx: Transaction, name: str) -> Link | None:
    """Give the account with a sign-in name, if there is one."""
    row = tx.fetch_one(tx.sql("select id, title from office_account where name = ?"), (name,))
    return Link("user", row[0], name, row[1]) if row else None


def speak(tx: Transaction, account: Link, locale: str) -> None:
    """Keep the language in which an account is spoken to."""
    tx.run(tx.sql("update office_account set locale = ? where id = ?"), (locale, account.id))


def rename(tx: Transaction, account: Link, title: str, *, locale: str) -> None:
    """Change what people read of an account, and its language."""
    tx.run(tx.sql("update office_account set title = ?, locale = ? where id = ?"), (title, locale, account.id))


def set_password(tx: Transaction, account: Link, password: str, *, act: str = "password_set") -> None:
    """Change a password; every session of the account ends."""
    passwords.refuse_guessable(password, (account.number, account.title))
    kept = passwords.hashed(password)
    tx.run(tx.sql("update office_account set password = ? where id = ?"), (kept, account.id))
    tx.run(tx.sql("delete from office_session where account_id = ?"), (account.id,))
    events.note(tx, account.id, act)


def set_active(tx: Transaction, account: Link, active: bool) -> None:
    """Let an account sign in, or shut it out at once: its sessions and tokens end."""
    tx.run(tx.sql("update office_account set active = ? where id = ?"), (active, account.id))
    events.note(tx, account.id, "started" if active else "stopped")
    if not active:
        tx.run(tx.sql("delete from office_session where account_id = ?"), (account.id,))
        tx.run(
            tx.sql("update office_token set revoked_at = ? where account_id = ? and revoked_at is null"),
            (tx.instant(tx.now), account.id),
        )


def give_role(
    tx: Transaction,
    account: Link,
    role: str,
    *,
    of: Link | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
) -> int:
    """Let an account hold a role: for one record only, for a time."""
    days = [None if day is None else tx.day(day) for day in (from_on, to_on)]
    return tx.insert(
        tx.sql(
            "insert into office_role_holder (account_id, role, scope_form, scope_id, from_on, to_on)"
            " values (?, ?, ?, ?, ?, ?)"
        ),
        (account.id, role, of.form if of else None, of.id if of else None, *days),
    )


def take_role(tx: Transaction, account: Link, role: str) -> None:
    """Let an account no longer hold a role; that it held it stays known."""
    yesterday = tx.day(tx.today - timedelta(days=1))
    tx.run(
        tx.sql(
            "update office_role_holder set to_on = ? where account_id = ? and role = ? and (to_on is null or to_on > ?)"
        ),
        (yesterday, account.id, role, yesterday),
    )


def holders(tx: Transaction, role: str, of: Link | None = None, *, on: date | None = None) -> list[Link]:
    """Give the accounts that hold a role (or one that includes it) on a day; for a record: for all or for it."""
    roles = [
        name
        for name in (*tx.catalogue.organisation.roles, role)
        if role in tx.catalogue.organisation.expand(frozenset({name}))
    ] or [role]
    marks = ", ".join("?" * len(set(roles)))
    day = tx.day(on or tx.today)
    scope = "" if of is None else " and (h.scope_form is null or (h.scope_form = ? and h.scope_id = ?))"
    statement = (
        f"select distinct a.id, a.name, a.title from office_role_holder h join office_account a on a.id = h.account_id"  # noqa: S608
        f" where h.role in ({marks}) and (h.from_on is null or h.from_on <= ?) and (h.to_on is null or h.to_on >= ?)"
        f" and a.active = ?{scope} order by a.name"
    )
    parameters = [*dict.fromkeys(roles), day, day, True, *((of.form, of.id) if of else ())]
    return [Link("user", *row) for row in tx.fetch(tx.sql(statement), parameters)]


def actor_of(tx: Transaction, account: int, *, scopes: frozenset[str] = frozenset()) -> Actor | None:
    """Give the person behind an active account, with the roles held today and all that they include."""
    row = tx.fetch_one(tx.sql("select name, title, locale, active from office_account where id = ?"), (account,))
    if row is None or not row[3] or account == 0:
        return None
    held = tx.fetch(
        tx.sql(
            "select role, scope_form, scope_id from office_role_holder where account_id = ?"
            " and (from_on is null or from_on <= ?) and (to_on is null or to_on >= ?)"
        ),
        (account, tx.day(tx.today), tx.day(tx.today)),
    )
    expand = tx.catalogue.organisation.expand
    free = expand(frozenset(role for role, form, _key in held if form is None))
    scoped = tuple(
        (role, form, key)
        for held_role, form, key in held
        if form is not None
        for role in sorted(expand(frozenset({held_role})) - free)
    )
    roles = free | {role for role, _form, _key in scoped}
    return Actor(
        Link("user", account, row[0], row[1] or row[0]),
        frozenset(roles),
        employee=employee_of(tx, account),
        locale=row[2],
        person=row[1] or row[0],
        scopes=scopes,
        role_scopes=scoped,
    )


def actor_named(repository: Repository, name: str) -> Actor:
    """Give the person who signs in by a name; for code that is trusted to act as anybody."""
    with repository.reading(SYSTEM) as tx:
        row = tx.fetch_one(tx.sql("select id from office_account where name = ?"), (name,))
        actor = actor_of(tx, row[0]) if row else None
    if actor is None:
        raise NotFound(thing=Words(f"account '{name}'", f"账号“{name}”"))
    return actor
