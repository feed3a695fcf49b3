"""What each type of field keeps: its kind, its column, and how the database's value becomes Python's."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Date, Text, Time

from app.config.form_spec import FieldSpec
from app.data.column_types import (
    MICROSECOND,
    Duration,
    Instant,
    JsonText,
    Key,
    Scaled,
    compact,
    instant_text,
    read_instant,
    scale_up,
)

NUMBERS = frozenset({"number", "quantity", "money", "price", "percent"})
DIGITS = {"number": 0, "quantity": 4, "money": 2, "price": 4, "percent": 6}
TEXTS = frozenset({"text", "long_text", "email", "phone", "url", "barcode", "choice", "currency", "condition"})
FILES = frozenset({"files", "image", "signature"})
PLAIN = frozenset({"boolean", "date", "time", "datetime", "duration", "choices", "address"})
Convert = Callable[[Any], Any]


def kind_of(spec: FieldSpec) -> str:
    """Give the kind of a field: decimal text boolean date time datetime duration choices address files link links."""
    if spec.type in NUMBERS:
        return "decimal"
    if spec.type in TEXTS:
        return "text"
    if spec.type in FILES:
        return "files"
    if spec.type in PLAIN:
        return spec.type
    return "links" if spec.many else "link"


def linked_form(spec: FieldSpec) -> str:
    """Give the form that a link points to (`user` for an account)."""
    return spec.link or spec.type


def digits_of(spec: FieldSpec) -> int:
    """Give how many digits behind the point a number keeps."""
    return spec.decimals or DIGITS[spec.type]


def column_type(spec: FieldSpec) -> Any:
    """Give the type of a field's column."""
    kind = kind_of(spec)
    if kind == "decimal":
        return Scaled(digits_of(spec))
    return {
        "text": Text(),
        "boolean": Boolean(),
        "date": Date(),
        "time": Time(),
        "datetime": Instant(),
        "duration": Duration(),
        "link": Key,
    }.get(kind) or JsonText()


def _scaler(digits: int) -> Convert:
    return lambda value: scale_up(value, digits)


def _unscaler(digits: int) -> Convert:
    exponent = -digits
    return lambda value: Decimal(value).scaleb(exponent)


_STORE_SQLITE: dict[str, Convert] = {
    "boolean": int,
    "date": date.isoformat,
    "datetime": instant_text,
    "time": lambda value: value.strftime("%H:%M:%S.%f"),
}
_LOAD_SQLITE: dict[str, Convert] = {
    "boolean": bool,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
}
_STORE: dict[str, Convert] = {
    "duration": lambda value: value // MICROSECOND,
    "choices": lambda value: compact(list(value)),
    "files": lambda value: compact(list(value)),
    "address": compact,
    "link": lambda value: value.id,
}
_LOAD: dict[str, Convert] = {
    "duration": lambda value: timedelta(microseconds=value),
    "choices": lambda value: tuple(json.loads(value)),
    "files": lambda value: tuple(json.loads(value)),
    "address": json.loads,
    "datetime": read_instant,
}


def storing(spec: FieldSpec, dialect: str) -> Convert | None:
    """Give the function that makes the driver's value of a present value; None: as it is."""
    kind = kind_of(spec)
    if kind == "decimal":
        return _scaler(digits_of(spec))
    return _STORE.get(kind) or (_STORE_SQLITE.get(kind) if dialect == "sqlite" else None)


def loading(spec: FieldSpec, dialect: str) -> Convert | None:
    """Give the function that makes Python's value of the driver's; None: as it is. Links are read with their title."""
    kind = kind_of(spec)
    if kind == "decimal":
        return _unscaler(digits_of(spec))
    return _LOAD.get(kind) or (_LOAD_SQLITE.get(kind) if dialect == "sqlite" else None)
