"""What a document is called before it has a number, and which numbers must stay."""

from __future__ import annotations

import re

from app.config.form_spec import FormSpec
from app.data.document import Document

_HELD = re.compile(r"draft-([1-9]\d{0,17})")


def held_name(key: int) -> str:
    """Give what a document is called until it has a number."""
    return f"draft-{key}"


def held_key(spec: FormSpec, number: str) -> int | None:
    """Give the key of the document that was called so before it had a number."""
    match = _HELD.fullmatch(number) if spec.number is not None and spec.number.at is not None else None
    return int(match.group(1)) if match else None


def is_held(spec: FormSpec, number: str) -> bool:
    """Tell whether this is what a document is called that has no number yet."""
    return held_key(spec, number) is not None


def keeps_number(spec: FormSpec, number: str) -> bool:
    """Tell whether a number must stay: of a row without gaps, and given."""
    return spec.number is not None and spec.number.gapless and not is_held(spec, number)


def names_of(spec: FormSpec, document: Document) -> tuple[str, ...]:
    """Give every name that a document went by: its number, and what it was called before it had one."""
    late = spec.number is not None and spec.number.at is not None
    return tuple(dict.fromkeys([document.number, *([held_name(document.id)] if late else [])]))
