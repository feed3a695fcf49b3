"""One box for everything: documents of all forms that hold what was typed, as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select

from app.core.links import Link
from app.data import rights
from app.data.filters import search_sql
from app.data.statements import LinkReader, quoted
from app.data.transaction import Transaction

PER_FORM = 7


@dataclass(frozen=True)
class Found:
    """One document that was found."""

    link: Link
    stage: str
    exact: bool  # its number is what was typed


def search(tx: Transaction, text: str, *, forms: Iterable[str] | None = None, limit: int = PER_FORM) -> list[Found]:
    """Give documents by a text, exact numbers first, then by form; at most `limit` of each form."""
    text = text.strip()
    if not text:
        return []
    names = forms if forms is not None else tx.catalogue.forms
    found = [
        each
        for name in names
        if name in tx.registry.forms and rights.may(tx, name, "view")
        for each in _in_form(tx, name, text, limit)
    ]
    return sorted(found, key=lambda each: not each.exact)


def _in_form(tx: Transaction, form: str, text: str, limit: int) -> list[Found]:
    rows = tx.registry.forms[form].table
    reader = LinkReader(tx.catalogue, form, alias="t")
    exact = func.lower(rows.c.number) == text.lower()
    condition = and_(
        rows.c.deleted_at.is_(None),
        rights.fence(tx, form),
        or_(rows.c.number == text, search_sql(tx, form, text, rows=rows)),
    )
    columns = [rows.c.id, rows.c.stage, *(rows.c[each] for each in (reader.number, *reader.names))]
    statement = select(*columns).where(condition).order_by(exact.desc(), rows.c.id.desc()).limit(limit)
    return [
        Found(reader.read(row[0], tuple(row[2:])), row[1], row[2].lower() == text.lower())
        for row in tx.connection.execute(statement)
    ]


def forms_begun_by_me(tx: Transaction, forms: Iterable[str], *, stage: str) -> frozenset[str]:
    """Give those of the forms of which a document that this person made stands in a stage; one question for all."""
    parts = [
        f"select '{form}' where exists (select 1 from {quoted(form)} where stage = ? and created_by = ?"  # noqa: S608
        " and deleted_at is null)"
        for form in forms
    ]
    if not parts:
        return frozenset()
    given = (stage, tx.actor.account.id) * len(parts)
    return frozenset(row[0] for row in tx.fetch(tx.sql(" union all ".join(parts)), given))
