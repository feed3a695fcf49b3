"""The door of deliveries: verified before anything is read, kept once with the job that works it, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from app.connect.hooks.models import DeliveryRow
from app.connect.hooks.registry import Inbound, connectors
from app.connect.hooks.service import Hook, hook_at, secret_of
from app.connect.hooks.signing import HookRefused, signed_delivery
from app.core import clock
from app.core.actor import SYSTEM, Actor
from app.core.errors import DaybookError
from app.data import accounts
from app.data.repository import Repository
from app.data.transaction import Transaction

LARGEST = 1024 * 1024
KIND = "hook.take"
KEEP = (
    "insert into office_delivery (hook_id, delivery_no, sha256, body, received_at) values (?, ?, ?, ?, ?)"
    " on conflict (hook_id, delivery_no) do nothing returning id"
)
KNOWN = "select id, sha256 from office_delivery where hook_id = ? and delivery_no = ?"
assert DeliveryRow.__tablename__ == "office_delivery"


class DeliveryTooLarge(DaybookError):
    """A delivery holds at most {most} KB. Send several smaller ones."""

    zh = "一次推送最多 {most} KB，请分成多次发送。"
    status = 413


class DeliveryChanged(DaybookError):
    """The delivery {number} came before with another content. Give a new delivery a new number."""

    zh = "推送 {number} 之前已收到过，但内容不同。新的推送请用新的编号。"
    status = 409


@dataclass(frozen=True)
class Kept:
    """A delivery that is safely kept; `repeated`: it came before, and nothing is done again."""

    delivery_no: str
    job: int
    repeated: bool


def receive(
    repository: Repository,
    address: tuple[str, str],
    *,
    headers: Mapping[str, str],
    body: bytes,
    read: Callable[[bytes], Any],
) -> Kept:
    """Keep a delivery to (connector, shop) whose signature is right, and let the worker do what it asks for."""
    if len(body) > LARGEST:
        raise DeliveryTooLarge(most=LARGEST // 1024)
    kind = connectors().get(address[0])
    hook, actor = _hook(repository, address)
    key = secret_of(repository.settings.secret_key, hook)
    if kind is None or hook is None or actor is None:
        signed_delivery(key, headers, body, now=clock.now().timestamp())  # takes as long as a wrong signature
        raise HookRefused()
    number = kind.verified(key, headers, body, now=clock.now().timestamp())
    content = read(body)
    with repository.transaction(actor, door="api") as tx:
        return _keep(tx, kind, hook, number=number, body=body, content=content)


def _hook(repository: Repository, address: tuple[str, str]) -> tuple[Hook | None, Actor | None]:
    with repository.reading(SYSTEM, door="api") as tx:
        hook = hook_at(tx, *address)
        return hook, accounts.actor_of(tx, hook.account_id) if hook else None


def _keep(tx: Transaction, kind: Inbound, hook: Hook, *, number: str, body: bytes, content: Any) -> Kept:
    """Note the delivery and its job together; one that is known changes nothing."""
    fingerprint = hashlib.sha256(body).hexdigest()
    known = tx.fetch_one(tx.sql(KNOWN), (hook.id, number))
    if known is None:
        kind.accept(tx, hook.target, content)
        row = (hook.id, number, fingerprint, body.decode(), tx.instant(tx.now))
        made = tx.fetch_one(tx.sql(KEEP), row)
        if made is not None:
            facts = {"delivery": made[0], "connector": hook.connector, "shop": hook.shop}
            facts["name"] = f"{hook.connector}/{hook.shop}"  # what people read of the job
            return Kept(number, tx.post(KIND, facts, key=_key(made[0])), False)
        known = tx.fetch_one(tx.sql(KNOWN), (hook.id, number))  # came twice at once
        assert known is not None
    if known[1] != fingerprint:
        raise DeliveryChanged(number=number[:60])
    job = tx.fetch_one(tx.sql("select id from office_outbox where key = ?"), (_key(known[0]),))
    return Kept(number, job[0] if job else 0, True)


def _key(delivery: int) -> str:
    return f"delivery-{delivery}"
