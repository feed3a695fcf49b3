"""Tables whose rows are documents of another form: a product's variants, edited on the product's page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from app.core.errors import Conflict, Invalid, Problem
from app.core.words import Words
from app.data.document import Document
from app.data.plan import FormPlan
from app.data.reading import load, load_by_number
from app.data.transaction import Transaction

NO_ROW = Words("This row belongs to another document.", "该行属于其他单据。")


def write_rows(tx: Transaction, plan: FormPlan, document: Document, given: Mapping[str, Any]) -> bool:
    """Write typed rows as documents, by their own form's rules and rights; tell whether there were any."""
    written = False
    for table in plan.rows:
        for place, row in enumerate(given.get(table) or (), 1):
            with_place = f"{table}.{row.get('line_no') or place}"
            _told_at(with_place, lambda table=table, row=row: _write(tx, plan, document, table=table, row=row))  # type: ignore[misc]
            written = True
    return written


def _told_at(place: str, write: Callable[[], None]) -> None:
    """Tell the problems of a row at its place in the table."""
    try:
        write()
    except Conflict as error:
        error.field = f"{place}.{error.field}"
        raise
    except Invalid as error:
        raise Invalid([replace(problem, path=f"{place}.{problem.path}") for problem in error.problems]) from error


def _write(tx: Transaction, plan: FormPlan, document: Document, *, table: str, row: Mapping[str, Any]) -> None:
    from app.data import changing

    form, by = plan.rows[table].rows or "", plan.rows[table].by or ""
    values = {name: value for name, value in row.items() if name not in ("id", "number", "line_no", "delete", "version", by)}
    known = _known(tx, form, row)
    if known is None:
        changing.create(tx, form, {**values, by: document.link})
        return
    if known.get(by) != document.link:
        raise Invalid([Problem("number", "not_yours", NO_ROW)])
    if row.get("delete") is True:
        changing.trash(tx, form, known.number)
    else:
        changing.update(tx, form, known.number, values, version=row.get("version"))


def _known(tx: Transaction, form: str, row: Mapping[str, Any]) -> Document | None:
    if isinstance(row.get("id"), int):
        return load(tx, form, row["id"])
    return load_by_number(tx, form, str(row["number"])) if row.get("number") else None
