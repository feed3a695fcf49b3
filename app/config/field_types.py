"""The types of fields: what each one is in an expression, which digits it keeps, which options it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from app.core.words import Words


@dataclass(frozen=True)
class FieldType:
    """A primitive type: its kind in expressions, digits behind the point, options of its own."""

    kind: str
    decimals: int = 0
    options: frozenset[str] = frozenset()


def _type(kind: str, *options: str, decimals: int = 0) -> FieldType:
    return FieldType(kind, decimals, frozenset(options))


TYPES: Mapping[str, FieldType] = {
    "text": _type("text", "longest", "match"),
    "long_text": _type("text", "longest", "match"),
    "number": _type("number", "decimals"),
    "quantity": _type("number", "decimals", "unit", decimals=4),
    "money": _type("money", "currency", decimals=2),
    "price": _type("money", "currency", decimals=4),
    "percent": _type("number", decimals=6),
    "boolean": _type("boolean"),
    "date": _type("date"),
    "time": _type("time"),
    "datetime": _type("datetime"),
    "duration": _type("duration", "working"),
    "choice": _type("choice", "options"),
    "choices": _type("choices", "options"),
    "email": _type("text", "match"),
    "phone": _type("text", "match"),
    "url": _type("text", "match"),
    "barcode": _type("text", "match"),
    "address": _type("row"),
    "image": _type("text", "many"),
    "files": _type("text", "many"),
    "signature": _type("text"),
    "user": _type("link", "many", "where"),
    "currency": _type("text"),
    "condition": _type("text", "over"),
}
LINK = _type("link", "many", "where")
LONGEST = {"text": 200, "long_text": 20_000}
FILES = frozenset({"image", "files", "signature"})
SEARCHED = frozenset({"text", "long_text", "email", "phone", "url", "barcode"})
OWN_OPTIONS = frozenset().union(LINK.options, *(found.options for found in TYPES.values()))


def takes(option: str) -> Words:
    """Give the types that take an option, as people read it."""
    names = [name for name, found in TYPES.items() if option in found.options and name != "user"]
    linked = option in LINK.options
    return Words(
        " or ".join([*names, *(["a link"] if linked else [])]), "、".join([*names, *(["链接"] if linked else [])])
    )
