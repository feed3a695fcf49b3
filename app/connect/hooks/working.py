"""The job behind a delivery: its connector does what it asks for, as the account of the hook, one at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from sqlalchemy import text

from app.connect.hooks.receiving import KIND
from app.connect.hooks.registry import Arrived, connector_named
from app.connect.hooks.service import NoHook, hook_at
from app.core.actor import SYSTEM
from app.core.errors import DaybookError
from app.core.events import outbox
from app.data import accounts
from app.data.repository import Repository

LOCK = 7222  # of PostgreSQL, with the number of the hook


class HookWithoutAccount(DaybookError):
    """The account behind the hook {connector}/{shop} can't act any more. Make the hook anew for another account."""

    zh = "推送地址 {connector}/{shop} 背后的账号已停用，请用其他账号重新创建。"
    status = 409


@outbox(KIND)
def take_delivery(repository: Repository, payload: Mapping[str, Any], _key: str) -> dict[str, Any]:
    """Do what a delivery asks for; a hook that was removed since then does nothing more."""
    connector, shop = payload["connector"], payload["shop"]
    with repository.reading(SYSTEM, door="job") as tx:
        hook = hook_at(tx, connector, shop)
        if hook is None:
            raise NoHook(connector=connector, shop=shop)
        statement = "select delivery_no, body from office_delivery where id = ? and hook_id = ?"
        row = tx.fetch_one(tx.sql(statement), (payload["delivery"], hook.id))
        actor = accounts.actor_of(tx, hook.account_id)
    assert row is not None, f"delivery {payload['delivery']} was kept and is gone"
    if actor is None:
        raise HookWithoutAccount(connector=connector, shop=shop)
    arrived = Arrived(shop, hook.target, row[0], json.loads(row[1], parse_float=Decimal), int(payload["job"]))
    with _one_at_a_time(repository, hook.id):
        return connector_named(connector).take(repository, actor, arrived)


@contextmanager
def _one_at_a_time(repository: Repository, hook: int) -> Iterator[None]:
    """Let the deliveries of a hook wait for each other: two that name the same key make one document.

    SQLite has one writer at a time as it is.
    """
    if repository.database.dialect == "sqlite":
        yield
        return
    with repository.database.readers.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:lock, :hook)"), {"lock": LOCK, "hook": hook})
        try:
            yield
        finally:
            connection.execute(text("select pg_advisory_unlock(:lock, :hook)"), {"lock": LOCK, "hook": hook})
