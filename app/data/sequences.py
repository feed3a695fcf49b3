"""Running numbers: `PR-{year}-{seq:5}`; the counter restarts with whatever stands before it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.config.form_spec import NumberSpec
from app.core.links import Link
from app.data.services import services_of
from app.data.transaction import Transaction
from app.data.values import to_json

_HOLE = re.compile(r"\{([a-z_0-9.]+)(?::(\d+))?\}")
SHAPES = {"seq": r"(?P<seq>\d{1,9})", "year": r"\d{4}", "yy": r"\d\d", "month": r"\d\d", "day": r"\d\d"}
BEYOND = (
    "insert into office_sequence (name, value) values (?, ?)"
    " on conflict (name) do update set value = {most}(office_sequence.value, excluded.value)"
)
NEXT = (
    "insert into office_sequence (name, value) values (?, ?)"
    " on conflict (name) do update set value = office_sequence.value + excluded.value returning value"
)


def next_number(tx: Transaction, spec: NumberSpec, document: Mapping[str, Any]) -> str:
    """Give the next number of a pattern; nobody else gets it while this transaction lives."""
    before, digits, after = parts_of(tx, spec.pattern, document)
    value = take(tx, f"{document_form(document)}:{before}", 1)
    return f"{before}{value:0{digits}d}{after}"


def parts_of(tx: Transaction, pattern: str, document: Mapping[str, Any]) -> tuple[str, int, str]:
    """Give what stands before the counter, its digits, and what stands behind it."""
    found = re.search(r"\{seq(?::(\d+))?\}", pattern)
    assert found is not None, f"{pattern}: a number needs its counter"
    before, after = pattern[: found.start()], pattern[found.end() :]
    return _filled(tx, before, document), int(found.group(1) or 1), _filled(tx, after, document)


def shape_of(pattern: str) -> re.Pattern[str]:
    """Give what every number of a pattern looks like, its counter in the group `seq`."""
    text, at = "", 0
    for hole in _HOLE.finditer(pattern):
        text += re.escape(pattern[at : hole.start()]) + SHAPES.get(hole.group(1), ".+?")
        at = hole.end()
    return re.compile(text + re.escape(pattern[at:]))


def go_beyond(tx: Transaction, name: str, value: int) -> None:
    """Let a counter go on behind a number that is in use."""
    most = "max" if tx.dialect == "sqlite" else "greatest"
    tx.run(tx.sql(BEYOND.format(most=most)), (name, value))


def take(tx: Transaction, name: str, count: int) -> int:
    """Take so many numbers at once; give the last of them."""
    row = tx.fetch_one(tx.sql(NEXT), (name, count))
    assert row is not None
    return row[0]


def document_form(document: Mapping[str, Any]) -> str:
    """Give the form whose counter is meant."""
    return getattr(document, "form", "")


def _filled(tx: Transaction, text: str, document: Mapping[str, Any]) -> str:
    def fill(hole: re.Match[str]) -> str:
        name = hole.group(1)
        if name in ("year", "yy", "month", "day"):
            return {
                "year": f"{tx.today:%Y}",
                "yy": f"{tx.today:%y}",
                "month": f"{tx.today:%m}",
                "day": f"{tx.today:%d}",
            }[name]
        return _value(tx, document, name)

    return _HOLE.sub(fill, text) if "{" in text else text


def _value(tx: Transaction, document: Mapping[str, Any], path: str) -> str:
    value: Any = document
    for name in path.split("."):
        if isinstance(value, Link):
            value = services_of(tx).follow(value)
        value = value.get(name) if isinstance(value, Mapping) else None
    return "" if value is None else str(to_json(value))
