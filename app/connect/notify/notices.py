"""Notices: written by jobs, read behind the bell."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.connect.notify.models import NoticeRow
from app.core.actor import SYSTEM
from app.core.events import outbox
from app.core.words import Words
from app.data.repository import Repository
from app.data.transaction import Transaction

INSERT = (
    "insert into office_notice (job_id, account_id, at, message, form, number, facts)"
    " values (?, ?, ?, ?, ?, ?, ?) on conflict (job_id, account_id) do nothing"
)
ORDER_SENT = "order_sent"
assert NoticeRow.__tablename__ == "office_notice"


@dataclass(frozen=True)
class Notice:
    """One message as its reader sees it: words in both languages, the document that it is about, when."""

    job: int
    at: datetime
    words: Words
    form: str
    number: str
    read: bool


class _Facts(dict[str, Any]):
    """Facts of a message; one that is missing shows as a dash."""

    def __missing__(self, key: str) -> str:
        return "—"


@outbox("message.send")
def send_message(repository: Repository, payload: Mapping[str, Any], key: str) -> dict[str, int]:
    """Put a message into the inbox of everybody it is for; sent again, it changes nothing."""
    people = [to["id"] for to in payload["to"] if to["form"] == "user"]
    with repository.transaction(SYSTEM, door="job") as tx:
        for account in people:
            _write(tx, account, payload)
    return {"people": len(people)}


@outbox("supplier.order_sent")
def send_order(repository: Repository, payload: Mapping[str, Any], key: str) -> dict[str, str]:
    """Show an order to the supplier's portal account; without one the buyer has to send it himself."""
    with repository.transaction(SYSTEM, door="job") as tx:
        row = tx.fetch_one(tx.sql("select portal_user from supplier where number = ?"), (payload["supplier"],))
        if row is None or row[0] is None:
            return {"sent": "no", "why": f"{payload['name']} has no portal account: send {payload['number']} by hand"}
        _write(tx, row[0], dict(payload) | {"message": ORDER_SENT, "facts": {"total_amount": payload["total_amount"]}})
    return {"sent": "portal"}


def notices(tx: Transaction, *, limit: int = 30) -> list[Notice]:
    """Give the reader's newest notices."""
    rows = tx.fetch(
        tx.sql(
            "select job_id, at, message, form, number, facts, read_at from office_notice"
            " where account_id = ? order by at desc, job_id desc limit ?"
        ),
        (tx.actor.account.id, limit),
    )
    return [_notice(tx, row) for row in rows]


def mark_read(tx: Transaction) -> int:
    """Mark all of the reader's notices as read; give how many were not."""
    return tx.run(
        tx.sql("update office_notice set read_at = ? where account_id = ? and read_at is null"),
        (tx.instant(tx.now), tx.actor.account.id),
    )


def _write(tx: Transaction, account: int, payload: Mapping[str, Any]) -> None:
    facts = json.dumps(payload.get("facts") or {}, ensure_ascii=False)
    row = (payload["job"], account, tx.instant(tx.now), payload["message"], payload["form"], payload["number"], facts)
    tx.run(tx.sql(INSERT), row)


def _notice(tx: Transaction, row: tuple[Any, ...]) -> Notice:
    job, at, message, form, number, facts, read_at = row
    words = tx.catalogue.messages.get(message) or Words("{number}: " + message, "{number}：" + message)
    known = _Facts(json.loads(facts)) | {"number": number}
    said = Words(words.en.format_map(_Facts(known)), words.zh.format_map(_Facts(known)))
    moment = at if isinstance(at, datetime) else datetime.fromisoformat(at)
    return Notice(job, moment, said, form, number, read_at is not None)
