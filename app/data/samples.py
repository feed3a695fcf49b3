"""Sample documents that a template brought, told apart from real ones; and the end of forms that only ever held samples."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from sqlmodel import Field, SQLModel

from app.data.column_types import Key
from app.data.document import Document
from app.data.search import SPAN
from app.data.statements import quoted
from app.data.transaction import Transaction

KEPT = ("office_audit", "ledger_")  # facts stay: what once happened is never taken out of them


class Sample(SQLModel, table=True):
    """A document that a template brought to be looked at, not to be counted as work."""

    __tablename__ = "office_sample"
    form: str = Field(primary_key=True)
    document_id: int = Field(primary_key=True, sa_type=Key, sa_column_kwargs={"autoincrement": False})
    template: str = Field(index=True)


def mark(tx: Transaction, template: str, document: Document) -> None:
    """Note that a document is a sample of a template."""
    statement = "insert into office_sample (form, document_id, template) values (?, ?, ?)"
    tx.run(tx.sql(statement), (document.form, document.id, template))


def real_documents(tx: Transaction, forms: Iterable[str]) -> list[str]:
    """Give the numbers of the living documents of forms that are no samples."""
    found: list[str] = []
    for form in forms:
        if not _tables(tx, form):
            continue
        rows = tx.fetch(
            tx.sql(
                f"select number from {quoted(form)} d where deleted_at is null and not exists"  # noqa: S608
                " (select 1 from office_sample s where s.form = ? and s.document_id = d.id) order by id"
            ),
            (form,),
        )
        found += [number for (number,) in rows]
    return found


def drop_forms(tx: Transaction, forms: Iterable[str]) -> None:
    """Take away the tables of forms that are no longer declared, and whatever else speaks of them; the audit stays."""
    if tx.dialect == "sqlite":
        tx.run("pragma defer_foreign_keys = on")  # until the last of the tables is gone
    for form in forms:
        row = tx.fetch_one(tx.sql("select no from office_form where name = ?"), (form,))
        for table in reversed(_tables(tx, form)):
            tx.run(f"drop table if exists {quoted(table)}" + (" cascade" if tx.dialect == "postgresql" else ""))
        if row is None:
            continue
        _forget_searched(tx, form, row[0])
        for table in _speaking_of_forms():
            tx.run(tx.sql(f"delete from {quoted(table)} where form = ?"), (form,))  # noqa: S608
        tx.run(tx.sql("delete from office_role_holder where scope_form = ?"), (form,))
        tx.run(tx.sql("delete from office_sequence where substr(name, 1, ?) = ?"), (len(form) + 1, f"{form}:"))
        tx.run(tx.sql("delete from office_form where name = ?"), (form,))
        tx.run("delete from office_snapshot")  # a form of the same name would begin anew, with the same ids


def _tables(tx: Transaction, form: str) -> list[str]:
    """Give the tables that a form has in the database, its own first."""
    row = tx.fetch_one(tx.sql("select columns from office_form where name = ?"), (form,))
    return list(json.loads(row[0] or "{}")) if row else []


def _forget_searched(tx: Transaction, form: str, no: int) -> None:
    if tx.dialect == "postgresql":
        tx.run("delete from office_search where form = %s", (form,))
    else:
        tx.run("delete from office_search where rowid >= ? and rowid < ?", (no * SPAN, (no + 1) * SPAN))


def _speaking_of_forms() -> Iterator[str]:
    for table in SQLModel.metadata.sorted_tables:
        if "form" in table.c and not table.name.startswith(KEPT):
            yield table.name
