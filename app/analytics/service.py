"""Answers free SQL: guard, views with the reader's rights, a child process that can be killed."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

import pyarrow as pa

from app.analytics.guard import guard
from app.analytics.sandbox import SECONDS, Sandbox, SqlTooLong
from app.analytics.tail import gathered
from app.analytics.views import view_names
from app.data import access, rights
from app.data.transaction import Transaction

ROWS = 100_000
_slots = threading.BoundedSemaphore(3)


@dataclass(frozen=True)
class Answer:
    """The rows of a query; `cut` tells that there were more than the limit."""

    table: pa.Table
    cut: bool


def sql(
    tx: Transaction,
    text: str,
    *,
    limit: int = ROWS,
    seconds: float = SECONDS,
    given: Mapping[str, pa.Table] = MappingProxyType({}),
) -> Answer:
    """Answer one SELECT over the views that this person may see, and tables of the caller's own (`given`).

    Raises `SqlRefused` in words.
    """
    passed = guard(text, {*view_names(tx), *given}, limit=limit)
    _note(tx, passed.views - given.keys(), passed.columns, text)
    with (
        _slot(seconds),
        Sandbox() as sandbox,
        gathered(tx, passed.views - given.keys(), passed.columns) as question,
    ):
        question.tables |= given
        found = sandbox.run(passed.sql, question, views=passed.views, seconds=seconds)
    cut = found.num_rows > limit
    return Answer(_named_apart(found.slice(0, limit)), cut)


def _note(tx: Transaction, views: Collection[str], columns: Collection[str] | None, text: str) -> None:
    """Note the sensitive fields that a query reads; a star reads all that the reader may see."""
    for form, spec in tx.catalogue.forms.items():
        asked = [table for table in ("", *spec.tables) if f"{form}_{table}".rstrip("_") in views]
        for name in access.sensitive(tx, form) & rights.shown_fields(tx, form) if asked else ():
            own, _, column = name.rpartition(".")
            if (not own or own in asked) and (columns is None or column in columns):
                access.note_question(tx, form, [name], text)


@contextmanager
def _slot(seconds: float) -> Iterator[None]:
    """Let few queries of one process run at a time; the others wait their turn."""
    if not _slots.acquire(timeout=seconds):
        raise SqlTooLong(seconds=f"{seconds:g}")
    try:
        yield
    finally:
        _slots.release()


def describe_views(tx: Transaction) -> dict[str, list[tuple[str, str]]]:
    """Give each view with its columns and their types, for people and models that write SQL.

    Which columns a view has follows from roles alone, so they are worked out once for all who hold the same.
    """
    found, known = {}, tx.registry.cache
    for name, make in sorted(view_names(tx).items()):
        key = ("described", name, tx.actor.roles, tx.actor.role_scopes, tx.actor.scopes, tx.is_system)
        if key not in known:
            known[key] = [(column.name, str(column.type)) for column in make().columns.values()]
        found[name] = known[key]
    return found


def _named_apart(table: pa.Table) -> pa.Table:
    """Two columns of one name get numbers, so that each can be read."""
    seen: dict[str, int] = {}
    names = []
    for name in table.column_names:
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return table.rename_columns(names)
