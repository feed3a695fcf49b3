"""Hooks: made, listed, removed. A secret is never kept: it is worked out of the office's own key each time."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.connect.hooks.models import HookRow
from app.connect.hooks.registry import connector_named
from app.connect.hooks.signing import shown
from app.core.errors import DaybookError
from app.core.links import Link
from app.data.column_types import read_instant
from app.data.transaction import Transaction

SHOP = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
SELECT = (
    "select h.id, h.connector, h.shop, h.target, h.account_id, a.name, h.salt, h.created_at,"
    " (select count(*) from office_delivery d where d.hook_id = h.id),"
    " (select max(d.received_at) from office_delivery d where d.hook_id = h.id)"
    " from office_hook h join office_account a on a.id = h.account_id where h.removed_at is null"
)
KEEP = (
    "insert into office_hook (connector, shop, target, account_id, salt, created_at) values (?, ?, ?, ?, ?, ?)"
    " on conflict (connector, shop) do update set target = excluded.target, account_id = excluded.account_id,"
    " salt = excluded.salt, created_at = excluded.created_at, removed_at = null"
    " where office_hook.removed_at is not null"
)
assert HookRow.__tablename__ == "office_hook"


class WrongShop(DaybookError):
    """'{shop}' can't stand in an address: small letters, figures, - and _ only, 60 at most."""

    zh = "“{shop}”不能用在地址里：只用小写字母、数字、- 和 _，最多 60 个。"
    status = 422


class HookExists(DaybookError):
    """There is a hook {connector}/{shop} already. Remove it first, or choose another name."""

    zh = "已有推送地址 {connector}/{shop}，先删除它，或换个名称。"
    status = 409


class NoHook(DaybookError):
    """There is no hook {connector}/{shop}."""

    zh = "没有推送地址 {connector}/{shop}。"
    status = 404


@dataclass(frozen=True)
class Hook:
    """One address that something outside may deliver to, under the rights of an account."""

    id: int
    connector: str
    shop: str
    target: str
    account_id: int
    account: str
    salt: str
    created_at: datetime | None
    deliveries: int
    last_at: datetime | None

    @property
    def address(self) -> str:
        """Where deliveries are sent to, behind the office's own address."""
        return f"/api/v1/hooks/{self.connector}/{self.shop}"


def add_hook(tx: Transaction, connector: str, shop: str, *, target: str, account: Link) -> tuple[Hook, str]:
    """Make a hook; give it with its secret, which is shown this once."""
    kind = connector_named(connector)
    if not SHOP.fullmatch(shop):
        raise WrongShop(shop=shop[:60])
    kind.check(tx, target)
    row = (connector, shop, target, account.id, secrets.token_hex(32), tx.instant(tx.now))
    if tx.run(tx.sql(KEEP), row) != 1:
        raise HookExists(connector=connector, shop=shop)
    made = hook_at(tx, connector, shop)
    assert made is not None, f"the hook {connector}/{shop} was just made"
    return made, shown(secret_of(tx.repository.settings.secret_key, made))


def hooks(tx: Transaction) -> list[Hook]:
    """Give the hooks that are in use."""
    return [_hook(row) for row in tx.fetch(f"{SELECT} order by h.connector, h.shop")]


def hook_at(tx: Transaction, connector: str, shop: str) -> Hook | None:
    """Give the hook of an address, if it is in use."""
    row = tx.fetch_one(tx.sql(f"{SELECT} and h.connector = ? and h.shop = ?"), (connector, shop))
    return _hook(row) if row else None


def remove_hook(tx: Transaction, connector: str, shop: str) -> None:
    """Shut an address at once; its secret is good for nothing from now on."""
    statement = "update office_hook set removed_at = ? where connector = ? and shop = ? and removed_at is null"
    if tx.run(tx.sql(statement), (tx.instant(tx.now), connector, shop)) != 1:
        raise NoHook(connector=connector[:60], shop=shop[:60])


def secret_of(office_key: str, hook: Hook | None) -> bytes:
    """Give the key that a hook's sender signs with; of no hook, one that nobody knows."""
    said = f"hook {hook.connector}/{hook.shop} {hook.salt}" if hook else f"no hook {secrets.token_hex(16)}"
    return hmac.new(office_key.encode(), said.encode(), hashlib.sha256).digest()


def _hook(row: tuple[Any, ...]) -> Hook:
    facts: list[Any] = [*row[:7], read_instant(row[7]), row[8], read_instant(row[9])]
    return Hook(*facts)
