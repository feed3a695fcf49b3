"""Signing in by name and password, and by a second factor where there is one; who guesses waits ever longer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from app.core.actor import SYSTEM
from app.core.errors import DaybookError
from app.core.links import Link
from app.core.words import Words
from app.data.accounts import events, passwords, second_factor
from app.data.accounts.sessions import NOWHERE, Place, account_of_stage, hash_of, open_session
from app.data.column_types import read_instant
from app.data.transaction import Transaction

if TYPE_CHECKING:
    from app.data.repository import Repository

FREE_TRIES = 5  # of one name
FREE_TRIES_OF_ADDRESS = 20  # of one address: an office shares one
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN = timedelta(days=1)
CODE, ENROL = "code", "enrol"  # what a session waits for before it opens anything


class SignInFailed(DaybookError):
    """Name or password is wrong."""

    zh = "用户名或密码不正确。"
    status = 401


class TooManyTries(DaybookError):
    """Too many tries. Wait {wait}, then try again."""

    zh = "尝试次数过多，请等待 {wait}后再试。"
    status = 429


class WrongPassword(DaybookError):
    """This is not your password."""

    zh = "密码不正确。"
    status = 422


class WrongCode(DaybookError):
    """This code is not right, or was used already. Wait for the next one."""

    zh = "验证码不正确，或已经用过。等下一个再试。"
    status = 401


class SignInAgain(DaybookError):
    """This sign-in took too long. Start again with name and password."""

    zh = "登录用时过长，请重新输入用户名和密码。"
    status = 401


@dataclass(frozen=True)
class SignedIn:
    """A session's token, and what it waits for: nothing, the code of the second factor, or that one is set up."""

    token: str
    waits_for: str = ""


def sign_in(repository: Repository, name: str, password: str, place: Place = NOWHERE) -> SignedIn:
    """Give a session for the right password; wrong ones make the next try wait ever longer."""
    name = name.replace("\x00", "")[:200]
    tried = _keys(name, place)
    with repository.reading(SYSTEM) as tx:
        _must_not_wait(tx, tried)
        row = tx.fetch_one(tx.sql("select id, password, active from office_account where name = ?"), (name,))
    right = passwords.fits(row[1] if row else "", password) and bool(row and row[2] and row[0] != 0)
    with repository.transaction(SYSTEM) as tx:
        if right:
            assert row is not None
            _keep_up(tx, row[0], row[1], password)
            return admit(tx, row[0], place, name=name)
        _note_failure(tx, tried)
        if row and row[0]:
            events.note(tx, row[0], "sign_in_failed", address=place.address)
    raise SignInFailed


def admit(tx: Transaction, account: int, place: Place = NOWHERE, *, name: str, by: str = "password") -> SignedIn:
    """Open the session of somebody whose first factor was right."""
    waits_for = CODE if second_factor.is_set_up(tx, account) else ENROL if second_factor.is_demanded(tx, account) else ""
    if not waits_for:
        _let_in(tx, account, place, name=name, by=by)
    return SignedIn(open_session(tx, account, place, stage=waits_for), waits_for)


def prove(repository: Repository, account: Link, password: str, place: Place = NOWHERE) -> None:
    """Ask somebody who is signed in for the password again; wrong ones count as at the door."""
    tried = _keys(account.number, place)
    with repository.reading(SYSTEM) as tx:
        _must_not_wait(tx, tried)
        row = tx.fetch_one(tx.sql("select password from office_account where id = ?"), (account.id,))
    if passwords.fits(row[0] if row else "", password):
        return
    with repository.transaction(SYSTEM) as tx:
        _note_failure(tx, tried)
        events.note(tx, account.id, "sign_in_failed", address=place.address)
    raise WrongPassword(field="password")


def _let_in(tx: Transaction, account: int, place: Place, *, name: str, by: str) -> None:
    tx.run(tx.sql("delete from office_sign_in_failure where name = ?"), (name,))
    events.note(tx, account, "signed_in", address=place.address, by=by)


def _keep_up(tx: Transaction, account: int, kept: str, password: str) -> None:
    """Keep the password with today's parameters where it was kept with lesser ones."""
    if passwords.is_weak_hash(kept):
        tx.run(tx.sql("update office_account set password = ? where id = ?"), (passwords.hashed(password), account))


def give_code(repository: Repository, token: str, code: str, place: Place = NOWHERE) -> SignedIn:
    """Give the full session for the code of the second factor, or for a recovery code; each is good once."""
    with repository.reading(SYSTEM) as tx:
        account = account_of_stage(tx, token, CODE)
        if account is None:
            raise SignInAgain
        tried = _keys(f"code {account}", place)
        _must_not_wait(tx, tried)
    with repository.transaction(SYSTEM) as tx:
        how = second_factor.use(tx, account, code)
        if how:
            return SignedIn(_promoted(tx, account, token, place, by=how))
        _note_failure(tx, tried)
    raise WrongCode


def begin_enrolling(repository: Repository, token: str) -> second_factor.Secret:
    """Give the secret that a person sets up, who may not come in without a second factor."""
    with repository.transaction(SYSTEM) as tx:
        account = account_of_stage(tx, token, ENROL)
        if account is None:
            raise SignInAgain
        return second_factor.begin(tx, _link(tx, account))


def end_enrolling(repository: Repository, token: str, code: str, place: Place = NOWHERE) -> tuple[SignedIn, list[str]]:
    """Give the full session, and the recovery codes, once the first code of a new second factor is right."""
    with repository.transaction(SYSTEM) as tx:
        account = account_of_stage(tx, token, ENROL)
        if account is None:
            raise SignInAgain
        codes = second_factor.confirm(tx, _link(tx, account), code)
        if codes:
            return SignedIn(_promoted(tx, account, token, place, by="new factor")), codes
    raise WrongCode


def _promoted(tx: Transaction, account: int, token: str, place: Place, *, by: str) -> str:
    """Open the full session in the place of the one that waited."""
    tx.run(tx.sql("delete from office_session where token = ?"), (hash_of(token),))
    _let_in(tx, account, place, name=_link(tx, account).number, by=by)
    tx.run(tx.sql("delete from office_sign_in_failure where name = ?"), (f"code {account}",))
    return open_session(tx, account, place)


def _link(tx: Transaction, account: int) -> Link:
    row = tx.fetch_one(tx.sql("select name, title from office_account where id = ?"), (account,))
    assert row is not None
    return Link("user", account, *row)


# waiting


def _keys(name: str, place: Place) -> dict[str, int]:
    """Give what is counted for a try, and how often it is free; an address holds a space, a name never does."""
    counted = {name: FREE_TRIES}
    return counted | ({f"from {place.address}"[:200]: FREE_TRIES_OF_ADDRESS} if place.address else {})


def _must_not_wait(tx: Transaction, tried: dict[str, int]) -> None:
    for name in tried:
        row = tx.fetch_one(tx.sql("select waits_until from office_sign_in_failure where name = ?"), (name,))
        until = read_instant(row[0]) if row else None
        if until is not None and until > tx.now:
            raise TooManyTries(wait=waiting(until - tx.now))


def waiting(left: timedelta) -> Words:
    """Give a wait as people say it: seconds, or minutes rounded up."""
    seconds = int(left.total_seconds()) + 1
    if seconds < 60:
        return Words(f"{seconds} seconds" if seconds > 1 else "a second", f"{seconds} 秒")
    minutes = -(-seconds // 60)
    return Words(f"{minutes} minutes" if minutes > 1 else "a minute", f"{minutes} 分钟")


def _note_failure(tx: Transaction, tried: dict[str, int]) -> None:
    tx.run(tx.sql("delete from office_sign_in_failure where waits_until < ?"), (tx.instant(tx.now - FORGOTTEN),))
    for name, free in tried.items():
        row = tx.fetch_one(
            tx.sql(
                "insert into office_sign_in_failure (name, failures, waits_until) values (?, 1, ?) on conflict (name)"
                " do update set failures = office_sign_in_failure.failures + 1 returning failures"
            ),
            (name, tx.instant(tx.now)),
        )
        assert row is not None
        wait = min(timedelta(seconds=2 ** min(row[0] - free, 20)), LONGEST_WAIT) if row[0] >= free else timedelta()
        tx.run(
            tx.sql("update office_sign_in_failure set waits_until = ? where name = ?"),
            (tx.instant(tx.now + wait), name),
        )
