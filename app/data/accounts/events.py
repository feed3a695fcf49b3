"""What happened to accounts: who signed in, changed a password, took a second factor away; read by administrators."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.links import Link
from app.core.words import Words
from app.data.column_types import read_instant
from app.data.transaction import Transaction

ACTS = {
    "signed_in": Words("signed in", "登录"),
    "sign_in_failed": Words("tried a wrong password", "密码输错"),
    "signed_out": Words("signed out", "退出登录"),
    "password_changed": Words("changed the password", "修改密码"),
    "password_set": Words("set a new password", "重设密码"),
    "sessions_ended": Words("ended other sessions", "结束其他登录"),
    "factor_enrolled": Words("set up the second factor", "开启两步验证"),
    "factor_reset": Words("took the second factor away", "重置两步验证"),
    "recovery_used": Words("used a recovery code", "使用恢复码"),
    "codes_renewed": Words("made new recovery codes", "重新生成恢复码"),
    "token_made": Words("made a token", "生成令牌"),
    "token_revoked": Words("revoked a token", "撤销令牌"),
    "identity_linked": Words("linked a company account", "绑定公司账号"),
    "stopped": Words("shut the account out", "停用账号"),
    "started": Words("let the account in again", "启用账号"),
}


@dataclass(frozen=True)
class AccountEvent:
    """One thing that happened to an account: when, what, who did it, and its facts."""

    at: datetime
    account: Link
    by: Link
    act: str
    facts: dict[str, str]


def note(tx: Transaction, account: int, act: str, /, **facts: object) -> None:
    """Write down what happened to an account, and who did it."""
    assert act in ACTS, act
    by = account if tx.is_system and tx.door != "cli" else (tx.cause or tx.actor).account.id
    told = json.dumps({name: str(value) for name, value in facts.items() if value}, ensure_ascii=False)
    tx.run(
        tx.sql("insert into office_account_event (at, account_id, by_id, act, facts) values (?, ?, ?, ?, ?)"),
        (tx.instant(tx.now), account, by, act, told),
    )


def events_of(tx: Transaction, account: Link | None = None, *, limit: int = 100) -> Sequence[AccountEvent]:
    """Give what happened to an account, or to all, newest first; whether the reader may is asked by the caller."""
    where, given = (" where e.account_id = ?", (account.id,)) if account else ("", ())
    rows = tx.fetch(
        tx.sql(
            "select e.at, e.account_id, a.name, a.title, e.by_id, b.name, b.title, e.act, e.facts"  # noqa: S608
            " from office_account_event e left join office_account a on a.id = e.account_id"
            f" left join office_account b on b.id = e.by_id{where} order by e.id desc limit ?"
        ),
        (*given, limit),
    )
    return [_event(row) for row in rows]


def _event(row: Sequence) -> AccountEvent:
    at = read_instant(row[0])
    assert at is not None
    account, by = (Link("user", row[n], row[n + 1] or "", row[n + 2] or "") for n in (1, 4))
    return AccountEvent(at, account, by, row[7], json.loads(row[8]))
