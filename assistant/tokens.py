"""Confirmations: a proposal becomes a document only when the person it was shown to says so, once."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.core import clock
from app.core.actor import Actor
from app.core.errors import DaybookError
from app.data.repository import Repository
from app.data.transaction import Transaction
from assistant.models import prepare

GOOD_FOR = timedelta(minutes=30)


class NotConfirmed(DaybookError):
    """This draft can't be confirmed: it is used, too old, or was shown to somebody else. Ask again for a new one."""

    zh = "这份草稿不能确认：已用过、已过期，或不是给你的。请重新提问。"
    status = 409


def give(repository: Repository, actor: Actor, action: str, *, values: Mapping[str, Any]) -> str:
    """Sign a proposal for one person and note its nonce; the token carries everything that will be done."""
    prepare(repository)
    expires = clock.now() + GOOD_FOR
    body = {
        "user": actor.account.id,
        "action": action,
        "values": values,
        "expires": expires.isoformat(),
        "nonce": secrets.token_hex(16),
    }
    text = base64.urlsafe_b64encode(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).decode()
    with repository.transaction(actor, door="assistant") as tx:
        tx.run(
            tx.sql("insert into assistant_confirmation (nonce, account_id, expires_at) values (?, ?, ?)"),
            (body["nonce"], actor.account.id, tx.instant(expires)),
        )
    return f"{text}.{_signature(repository, text)}"


def redeem(tx: Transaction, token: str) -> tuple[str, dict[str, Any]]:
    """Give the action and values of a token, and use it up in this transaction."""
    text, _, signature = token.partition(".")
    if not hmac.compare_digest(signature, _signature(tx.repository, text)):
        raise NotConfirmed
    body = json.loads(base64.urlsafe_b64decode(text))
    if body["user"] != tx.actor.account.id or body["expires"] < tx.now.isoformat():
        raise NotConfirmed
    used = tx.run(
        tx.sql("update assistant_confirmation set used_at = ? where nonce = ? and account_id = ? and used_at is null"),
        (tx.instant(tx.now), body["nonce"], tx.actor.account.id),
    )
    if used != 1:
        raise NotConfirmed
    return body["action"], body["values"]


def _signature(repository: Repository, text: str) -> str:
    key = hashlib.sha256(f"assistant:{repository.settings.secret_key}".encode()).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
