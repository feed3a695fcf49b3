"""Documents and figures as JSON: amounts and quantities as strings, links as numbers, instants in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from app.config.catalogue import Catalogue
from app.config.form_spec import FieldSpec
from app.core.links import Link
from app.core.words import Words
from app.data.document import Document
from app.data.values import Masked, read_value, to_json

EXACT = (Decimal, datetime, date, time, timedelta, Link, Masked)


def document_json(document: Document) -> dict[str, Any]:
    """Give a document as one flat object: what the system keeps of it, its fields, its line tables as lists."""
    head = {"form": document.form, "number": document.number, "stage": document.stage, "version": document.version}
    return head | row_json(document)


def document_of(catalogue: Catalogue, body: Mapping[str, Any]) -> Document:
    """Give the document that was kept as JSON, with exact values again; links stay numbers."""
    spec = catalogue.forms[body["form"]]
    values = {
        name: _decoded(spec.header.get(name), value)
        for name, value in body.items()
        if name != "form" and name not in spec.tables
    }
    tables = {
        name: [
            {field: _decoded(table.fields.get(field), value) for field, value in row.items()}
            for row in body.get(name) or ()
        ]
        for name, table in spec.tables.items()
    }
    return Document(spec.name, values, tables)


def _decoded(spec: FieldSpec | None, value: Any) -> Any:
    if spec is None or value is None or isinstance(value, Mapping):
        return value
    return read_value(spec, value)


def row_json(row: Mapping[str, Any]) -> dict[str, Any]:
    """Give one row of a list or of a line table, without the keys of the database."""
    return {name: encode(value) for name, value in row.items() if name not in ("id", "parent_id", "chg")}


def encode(value: Any, locale: str = "en") -> Any:
    """Give a value as JSON holds it; words in one language."""
    if isinstance(value, EXACT):
        return to_json(value)
    if value is None or isinstance(value, bool | int | str):
        return value
    return _encode_compound(value, locale)


def _encode_compound(value: Any, locale: str) -> Any:
    if isinstance(value, Words):
        return value.say(locale)
    if isinstance(value, Mapping):
        return {str(key): encode(inner, locale) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [encode(inner, locale) for inner in value]
    if is_dataclass(value):
        return {field.name: encode(getattr(value, field.name), locale) for field in fields(value)}
    return str(value)
