"""The second factor: codes of an authenticator app (TOTP), each good once, and recovery codes for when it is lost."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass

import pyotp
from cryptography.fernet import Fernet, InvalidToken

from app.core.errors import NotFound
from app.core.links import Link
from app.core.words import Words
from app.data.accounts import events
from app.data.accounts.people import actor_of
from app.data.accounts.sessions import end_sessions
from app.data.transaction import Transaction

STEP = 30  # seconds
DRIFT = 1  # steps that a clock may be off
CODES = 10
SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"  # without those that look alike


@dataclass(frozen=True)
class Secret:
    """What an app is told: the address behind the square to scan, and the secret to type in its place."""

    address: str
    typed: str


def is_set_up(tx: Transaction, account: int) -> bool:
    """Tell whether an account has a second factor."""
    row = tx.fetch_one(
        tx.sql("select 1 from office_second_factor where account_id = ? and confirmed_at is not null"), (account,)
    )
    return row is not None


def who_set_it_up(tx: Transaction) -> frozenset[int]:
    """Give the accounts that have a second factor."""
    return frozenset(key for (key,) in tx.fetch("select account_id from office_second_factor where confirmed_at is not null"))


def is_demanded(tx: Transaction, account: int) -> bool:
    """Tell whether a role that the account holds demands one."""
    roles = tx.catalogue.organisation.roles
    actor = actor_of(tx, account)
    return actor is not None and any(roles[name].two_factor for name in actor.roles if name in roles)


def begin(tx: Transaction, account: Link) -> Secret:
    """Make a new secret; the old one stays good until the new one is confirmed."""
    secret = pyotp.random_base32()
    statement = (
        "insert into office_second_factor (account_id, secret, waiting, last_step) values (?, '', ?, 0)"
        " on conflict (account_id) do update set waiting = excluded.waiting"
    )
    tx.run(tx.sql(statement), (account.id, _locked(tx, secret)))
    issuer = tx.catalogue.organisation.title.en or "Daybook"
    address = pyotp.TOTP(secret).provisioning_uri(name=account.number, issuer_name=issuer)
    return Secret(address, " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)))


def confirm(tx: Transaction, account: Link, code: str) -> list[str]:
    """Put the new secret in force if the code is of it; give the recovery codes, which are shown only now."""
    row = tx.fetch_one(tx.sql("select waiting from office_second_factor where account_id = ?"), (account.id,))
    step = _step_of(tx, _opened(tx, row[0]), code, after=0) if row and row[0] else None
    if row is None or step is None:
        return []
    tx.run(
        tx.sql(
            "update office_second_factor set secret = waiting, waiting = '', last_step = ?, confirmed_at = ?"
            " where account_id = ?"
        ),
        (step, tx.instant(tx.now), account.id),
    )
    events.note(tx, account.id, "factor_enrolled")
    return new_codes(tx, account, told=False)


def use(tx: Transaction, account: int, code: str) -> str:
    """Use a code of the app or a recovery code up; tell which it was, or nothing for a wrong one."""
    row = tx.fetch_one(
        tx.sql("select secret, last_step from office_second_factor where account_id = ? and confirmed_at is not null"),
        (account,),
    )
    step = _step_of(tx, _opened(tx, row[0]), code, after=row[1]) if row else None
    if row and step is not None:
        taken = tx.run(  # of two at once one comes later, and finds the step gone
            tx.sql("update office_second_factor set last_step = ? where account_id = ? and last_step < ?"),
            (step, account, step),
        )
        return "code" if taken else ""
    return "recovery code" if row and _use_recovery(tx, account, code) else ""


def _step_of(tx: Transaction, secret: str, code: str, *, after: int) -> int | None:
    """Give the step of time that a code belongs to, if it is one of now and none that was used."""
    plain = "".join(code.split())
    if not secret or len(plain) != 6 or not plain.isascii() or not plain.isdigit():
        return None
    now, app = int(tx.now.timestamp()) // STEP, pyotp.TOTP(secret)
    steps = [now + off for off in range(-DRIFT, DRIFT + 1)]
    found = [step for step in steps if hmac.compare_digest(app.at(step * STEP), plain)]
    return next((step for step in found if step > after), None)


def _use_recovery(tx: Transaction, account: int, code: str) -> bool:
    used = tx.run(
        tx.sql("delete from office_recovery_code where account_id = ? and code = ?"), (account, _kept(account, code))
    )
    if used:
        events.note(tx, account, "recovery_used", left=codes_left(tx, account))
    return bool(used)


def new_codes(tx: Transaction, account: Link, *, told: bool = True) -> list[str]:
    """Give new recovery codes, each good once; the old ones end."""
    tx.run(tx.sql("delete from office_recovery_code where account_id = ?"), (account.id,))
    codes = ["-".join("".join(secrets.choice(SIGNS) for _ in range(5)) for _ in range(2)) for _ in range(CODES)]
    rows = [(account.id, _kept(account.id, code)) for code in codes]
    tx.run_many(tx.sql("insert into office_recovery_code (account_id, code) values (?, ?)"), rows)
    if told:
        events.note(tx, account.id, "codes_renewed")
    return codes


def codes_left(tx: Transaction, account: int) -> int:
    """Count the recovery codes that are still good."""
    row = tx.fetch_one(tx.sql("select count(*) from office_recovery_code where account_id = ?"), (account,))
    return row[0] if row else 0


def reset(tx: Transaction, account: Link) -> None:
    """Take the second factor of an account away, for a person who lost it; its sessions end."""
    if not tx.run(tx.sql("delete from office_second_factor where account_id = ?"), (account.id,)):
        raise NotFound(thing=Words("second factor", "两步验证"))
    tx.run(tx.sql("delete from office_recovery_code where account_id = ?"), (account.id,))
    end_sessions(tx, account)
    events.note(tx, account.id, "factor_reset")


def _kept(account: int, code: str) -> str:
    """A recovery code has 49 bits: its hash, with the account, can't be turned round."""
    plain = "".join(sign for sign in code.lower() if sign in SIGNS)
    return hashlib.sha256(f"{account} {plain}".encode()).hexdigest()


def _locked(tx: Transaction, secret: str) -> str:
    return _key(tx).encrypt(secret.encode()).decode()


def _opened(tx: Transaction, kept: str) -> str:
    """Give a secret; one that was locked with another key of the office opens nothing."""
    try:
        return _key(tx).decrypt(kept.encode()).decode()
    except InvalidToken:
        return ""


def _key(tx: Transaction) -> Fernet:
    """The office's own key, made fit for this one use."""
    raw = hashlib.sha256(f"second factor {tx.repository.settings.secret_key}".encode()).digest()
    return Fernet(base64.urlsafe_b64encode(raw))
