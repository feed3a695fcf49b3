"""Rights on one document that come from a run: whoever holds a task sees it and fills in what its step opens."""

from __future__ import annotations

from collections.abc import Iterable

from app.core.links import Link
from app.data.document import Document
from app.data.transaction import Transaction


def give(
    tx: Transaction,
    document: Document,
    account: Link,
    *,
    verb: str = "view",
    fields: Iterable[str] = (),
    source: str = "",
) -> None:
    """Let an account see a document, or change some of its fields, until `take` names the same source."""
    tx.run(
        tx.sql(
            "insert into document_grant (form, document_id, account_id, verb, fields, source) values (?, ?, ?, ?, ?, ?)"
        ),
        (document.form, document.id, account.id, verb, ",".join(fields), source),
    )


def take(tx: Transaction, *, source: str, account: Link | None = None) -> None:
    """Take back what a source gave: to everybody, or to one account."""
    if account is None:
        tx.run(tx.sql("delete from document_grant where source = ?"), (source,))
    else:
        tx.run(tx.sql("delete from document_grant where source = ? and account_id = ?"), (source, account.id))
