"""What a caller may send: exact JSON, filters, versions, keys; and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.api.problems import WrongRequest
from app.api.reading import list_arguments, read_json


def test_numbers_are_read_exactly() -> None:
    assert read_json(b'{"amount": 0.10, "quantity": 3, "text": "0.1"}') == {
        "amount": Decimal("0.10"),
        "quantity": 3,
        "text": "0.1",
    }


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"\xff\xfe",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1, "a": 2}',
        b'{"a": "\\u0000"}',
        b'{"a": "\\ud800"}',
        b'{"\\u0000": 1}',
        b'{"a": 1e999999999}',
        b'{"a": 1.' + b"0" * 100 + b"}",
        b"[" * 100_000 + b"]" * 100_000,
        b"1" * 10_000,
        b'{"a": 1} x',
    ],
)
def test_unreadable_json_is_refused_in_words(raw: bytes) -> None:
    with pytest.raises(WrongRequest) as refused:
        read_json(raw)
    assert refused.value.say("zh") != refused.value.say("en")


def test_filters_sort_and_limit_are_read_from_the_address() -> None:
    asked = list_arguments(
        [
            ("total_amount[gte]", "100"),
            ("stage", "approved"),
            ("supplier[in]", "S-1,S-2"),
            ("sort", "-ordered_at"),
            ("limit", "20"),
            ("columns", "number, stage"),
            ("after", "x"),
        ]
    )
    assert asked == {
        "filters": [("total_amount", "gte", "100"), ("stage", "eq", "approved"), ("supplier", "in", ["S-1", "S-2"])],
        "sort": "-ordered_at",
        "limit": 20,
        "columns": ("number", "stage"),
        "after": "x",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("total_amount[drop]", "1"),
        ("a b", "1"),
        ("total_amount[gte", "1"),
        ("x;--", "1"),
        ("limit", "0"),
        ("limit", "-1"),
        ("limit", "1e9"),
        ("limit", "100000"),
        ("limit", "many"),
        ("name", "\x00"),
    ],
)
def test_other_words_in_the_address_are_refused(name: str, value: str) -> None:
    with pytest.raises(WrongRequest):
        list_arguments([(name, value)])
