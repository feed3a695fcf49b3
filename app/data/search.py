"""One search over all forms: words, numbers, Chinese by pairs of signs, and the initials of its pinyin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from app.core.links import Link
from app.data.document import Document
from app.data.kinds import TEXTS, kind_of
from app.data.plan import FormPlan
from app.data.transaction import Transaction

SPAN = 2**40  # documents of one form in the search table of SQLite
LONGEST_TEXT = 2000
CHINESE = re.compile(r"[\u3400-\u9fff]+")
WORDS = re.compile(r"[^\W_]+(?:-[^\W_]+)*", re.UNICODE)
SQLITE = (
    "create virtual table if not exists office_search"
    " using fts5(tokens, tokenize = \"unicode61 tokenchars '-'\", prefix = '2 3')"
)
POSTGRESQL = (
    "create table if not exists office_search"
    " (form text not null, document_id bigint not null, tokens tsvector not null, primary key (form, document_id))",
    "create index if not exists ix_office_search_tokens on office_search using gin (tokens)",
)


def prepare_search(connection: Connection) -> None:
    """Make the search table where it is missing."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(SQLITE)
        return
    for statement in POSTGRESQL:
        connection.exec_driver_sql(statement)


def searched_fields(plan: FormPlan) -> tuple[str, ...]:
    """Give the header fields that the search reads: those the form names, else its texts; never private ones."""
    names = plan.spec.search or tuple(
        name
        for name, spec in plan.header.items()
        if kind_of(spec) == "text" and spec.type in TEXTS - {"choice", "condition"}
    )
    hidden = {name for name, access in plan.spec.access.fields.items() if access.view is not None}
    return tuple(
        name
        for name in names
        if name in plan.header and plan.header[name].kept and not plan.header[name].private and name not in hidden
    )


def touches(plan: FormPlan, diff: Mapping[str, Any]) -> bool:
    """Tell whether a change concerns the search."""
    return "number" in diff or "deleted_at" in diff or any(name in diff for name in _fields(plan))


def _fields(plan: FormPlan) -> tuple[str, ...]:
    known = plan.__dict__.get("_searched")
    if known is None:
        known = plan.__dict__["_searched"] = searched_fields(plan)
    return known


def write(tx: Transaction, plan: FormPlan, document: Document) -> None:
    """Let the search find a document as it is now; a deleted one no more."""
    tokens = "" if document.values_.get("deleted_at") else tokens_of(plan, document)
    if tx.dialect == "sqlite":
        key = form_no(tx, plan.form) * SPAN + document.id
        if document.values_["version"] > 1:
            tx.run("delete from office_search where rowid = ?", (key,))
        if tokens:
            tx.run("insert into office_search (rowid, tokens) values (?, ?)", (key, tokens))
        return
    tx.run(
        "insert into office_search (form, document_id, tokens) values (%s, %s, array_to_tsvector(%s::text[]))"
        " on conflict (form, document_id) do update set tokens = excluded.tokens",
        (plan.form, document.id, _unique(tokens)),
    )


def write_new(tx: Transaction, plan: FormPlan, documents: Sequence[Document]) -> None:
    """Let the search find many new documents."""
    if tx.dialect == "sqlite":
        first = form_no(tx, plan.form) * SPAN
        rows: list[tuple[Any, ...]] = [(first + document.id, tokens_of(plan, document)) for document in documents]
        tx.run_many("insert into office_search (rowid, tokens) values (?, ?)", rows)
        return
    rows = [(plan.form, document.id, _unique(tokens_of(plan, document))) for document in documents]
    tx.run_many(
        "insert into office_search (form, document_id, tokens) values (%s, %s, array_to_tsvector(%s::text[]))", rows
    )


def _unique(tokens: str) -> list[str]:
    return sorted(set(tokens.split()))


def tokens_of(plan: FormPlan, document: Mapping[str, Any]) -> str:
    """Give what the search knows of a document, tokens with spaces between."""
    texts = [document["number"]]
    for name in _fields(plan):
        value = document.get(name)
        if value is not None:
            texts.append(value.title if isinstance(value, Link) else str(value)[:LONGEST_TEXT])
    return " ".join(token for text in texts for token in tokenised(text))


@lru_cache(maxsize=4096)
def tokenised(text: str) -> tuple[str, ...]:
    """Split a text: `采购申请 A-1` gives 采购 购申 申请 采 购 申 请 cgsq a-1 a 1."""
    text = text.lower()
    tokens: list[str] = []
    for run in CHINESE.findall(text):
        tokens += [run[at : at + 2] for at in range(len(run) - 1)] or [run]
        tokens += run
        tokens.append("".join(_initials(run)))
    for word in WORDS.findall(CHINESE.sub(" ", text)):
        tokens.append(word)
        if "-" in word:
            tokens += word.split("-")
    return tuple(dict.fromkeys(tokens))


def _initials(run: str) -> Iterable[str]:
    from pypinyin import Style, lazy_pinyin  # 54 MB and a second: only where somebody writes Chinese

    return (part[:1] for part in lazy_pinyin(run[:40], style=Style.FIRST_LETTER))


def query_tokens(text: str) -> list[str]:
    """Give the tokens that a document must hold (each as a beginning) to be found by a text."""
    text = text.lower()[:200]
    tokens: list[str] = []
    for run in CHINESE.findall(text):
        tokens += [run[at : at + 2] for at in range(len(run) - 1)] or [run]
    return tokens + WORDS.findall(CHINESE.sub(" ", text))


def form_no(tx: Transaction, form: str) -> int:
    """Give the small number of a form in the search table."""
    known = tx.registry.cache.get(("form_no", form))
    if known is None:
        row = tx.fetch_one(tx.sql("select no from office_form where name = ?"), (form,))
        assert row is not None, f"{form} has no table yet"
        known = tx.registry.cache[("form_no", form)] = row[0]
    return known
