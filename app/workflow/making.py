"""Documents made of documents: an approved request makes the order, a shipped order its parcels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from app.config.form_spec import FieldSpec
from app.config.workflow_spec import DoSpec
from app.data import documents
from app.data.document import Document
from app.data.transaction import Transaction
from app.workflow.world import scope_of

Row = Mapping[str, Any]


def make_documents(tx: Transaction, document: Document, step: DoSpec, *, event: Row | None = None) -> list[Document]:
    """Make one document, or one for each value of a line's field (`one_per`), linked back to this one."""
    per: str | None = step.options.get("one_per")
    if per is None or "." not in per:
        return [_make(tx, document, step, event=event)]
    table, field = per.split(".", 1)
    groups: dict[Any, list[Row]] = {}
    for row in document[table]:
        groups.setdefault(row.get(field), []).append(row)
    return [_make(tx, document, step, event=event, group=(table, field, rows)) for rows in groups.values()]


def _make(
    tx: Transaction,
    document: Document,
    step: DoSpec,
    *,
    event: Row | None,
    group: tuple[str, str, Sequence[Row]] | None = None,
) -> Document:
    options, form = step.options, tx.catalogue.forms[step.name]
    values: dict[str, Any] = {}
    if group and group[1] in form.header:
        values[group[1]] = group[2][0].get(group[1])
    for name in options.get("copy", ()):
        values[name] = _copied(document, name, form.tables[name].fields if name in form.tables else None, group)
    scope = scope_of(tx, document, event=event, row=group[2][0] if group else None)
    values |= {name: expression.value(scope) for name, expression in options.get("set", {}).items()}
    for name, lines in options.get("lines", {}).items():
        values[name] = _lines(tx, document, lines, group)
    back = options.get("link_back")
    if back and back not in values and not form.header[back].many:
        values[back] = document.link
    return documents.create(
        tx, step.name, values, stage=_start(tx, step.name)
    )  # its rules are asked when it is submitted


def _start(tx: Transaction, form: str) -> str:
    workflow = tx.catalogue.workflow_of(form)
    return workflow.start if workflow else "active"


def _copied(
    document: Document, name: str, fields: Mapping[str, FieldSpec] | None, group: tuple[str, str, Sequence[Row]] | None
) -> Any:
    """Give a same-named value; of a table, the columns that people fill in there."""
    if fields is None:
        return document.get(name)
    rows = group[2] if group and group[0] == name else document[name]
    typed = [field.name for field in fields.values() if not field.computed]
    return [{column: row[column] for column in typed if row.get(column) is not None} for row in rows]


def _lines(
    tx: Transaction, document: Document, lines: Mapping[str, Any], group: tuple[str, str, Sequence[Row]] | None
) -> list[dict[str, Any]]:
    source = lines["from"]
    rows = group[2] if group and group[0] == source else document[source]
    found = []
    for row in rows:
        scope = scope_of(tx, document, row=row)
        if lines.get("where") is None or lines["where"].met(scope):
            made = {column: row.get(column) for column in lines.get("copy", ())}
            found.append(made | {name: expression.value(scope) for name, expression in lines.get("set", {}).items()})
    return found
