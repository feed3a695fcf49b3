"""Values: exact, or refused with a reason; what is stored comes back the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, func, select

from app.config.form_spec import FieldSpec
from app.core.links import Link
from app.core.words import Words
from app.data import documents
from app.data.column_types import Scaled
from app.data.values import Masked, Refused, read_value, to_json
from tests.data.factories import a_catalogue, a_form, a_person, a_repository, words

EVERYTHING = a_form(
    "thing",
    {
        "text": "text",
        "long": "long_text",
        "whole": "number",
        "quantity": "quantity",
        "money": "money",
        "price": "price",
        "percent": "percent",
        "yes": "boolean",
        "day": "date",
        "clock": "time",
        "moment": "datetime",
        "span": "duration",
        "email": "email",
        "url": "url",
        "currency": "currency",
        "choice": {"type": "choice", "options": ["a", "b"]},
        "choices": {"type": "choices", "options": ["a", "b", "c"]},
        "address": "address",
        "person": "user",
        "people": {"type": "user", "many": True},
        "other": "thing",
        "others": {"type": "thing", "many": True},
    },
)
FULL: dict[str, Any] = {
    "text": "采购 'quoted\" \\ %s :x ?",
    "long": "two\nlines",
    "whole": Decimal(-7),
    "quantity": Decimal("0.0001"),
    "money": Decimal("999999999999.99"),
    "price": Decimal("-0.3350"),
    "percent": Decimal("0.13"),
    "yes": True,
    "day": date(2026, 2, 28),
    "clock": time(23, 59, 59, 999999),
    "moment": datetime(2026, 2, 28, 23, 30, 0, 123456, tzinfo=timezone(timedelta(hours=8))),
    "span": timedelta(days=2, microseconds=1),
    "email": "a@b.cn",
    "url": "https://x.cn/?a=1",
    "currency": "cny",
    "choice": "b",
    "choices": ("c", "a"),
    "address": {"city": "杭州", "street": '1 "Road"'},
    "person": "ann",
    "people": ["ann", "ben"],
}


def test_every_type_comes_back_as_it_went_in_through_python_and_through_json(database_url: str) -> None:
    repository = a_repository(database_url, a_catalogue(EVERYTHING))
    ann = a_person(repository, "ann")
    a_person(repository, "ben")
    with repository.transaction(ann) as tx:
        first = documents.create(tx, "thing", FULL)
        second = documents.create(
            tx,
            "thing",
            {
                **{name: to_json(first[name]) for name in FULL},
                "other": first.number,
                "others": [first.number, first.number],
            },
        )
    with repository.reading(ann) as tx:
        one, two = documents.get(tx, "thing", first.number), documents.get(tx, "thing", second.number)
    for name in FULL:
        assert one[name] == first[name] == two[name], name
    assert one["moment"] == FULL["moment"] and one["moment"].utcoffset() == timedelta(0)
    assert (one["currency"], two["others"]) == ("CNY", (Link("thing", one.id),))
    with repository.transaction(ann) as tx:
        emptied = documents.update(tx, "thing", second.number, dict.fromkeys([*FULL, "other", "others"]))
    assert {name for name in FULL if emptied[name] is not None} == {"yes"}


@pytest.mark.parametrize(
    ("kind", "given_value", "code"),
    [
        ("money", 1.1, "not_exact"),
        ("money", True, "not_exact"),
        ("money", "1.005", "too_many_digits"),
        ("number", "1.5", "too_many_digits"),
        ("money", "NaN", "not_a_number"),
        ("money", "Infinity", "not_a_number"),
        ("money", "1e400", "too_big"),
        ("money", "12,5", "not_a_number"),
        ("number", "9" * 30, "too_big"),
        ("date", "2026-02-30", "not_a_date"),
        ("date", datetime(2026, 1, 1, tzinfo=UTC), "not_a_date"),
        ("datetime", "2026-01-01T00:00:00", "not_an_instant"),
        ("boolean", "maybe", "not_yes_or_no"),
        ("boolean", 2, "not_yes_or_no"),
        ("text", "a\x00b", "unreadable"),
        ("text", "\ud800", "unreadable"),
        ("text", "x" * 201, "too_long"),
        ("text", ["a"], "not_text"),
        ("email", "nobody", "match"),
        ("choice", "z", "not_an_option"),
        ("address", "somewhere", "not_an_address"),
        ("address", {"planet": "Mars"}, "not_an_address"),
        ("duration", "soon", "not_a_duration"),
        ("time", "25:00", "not_a_time"),
        ("files", [1], "not_files"),
        ("currency", "EURO", "match"),
    ],
)
def test_what_is_not_exact_is_refused_with_its_reason(kind: str, given_value: Any, code: str) -> None:
    spec = FieldSpec("field", kind, words("field"), options={"a": Words("a")}, decimals=2 if kind == "money" else 0)
    with pytest.raises(Refused) as caught:
        read_value(spec, given_value)
    assert caught.value.code == code
    assert caught.value.words.en and caught.value.words.zh


def test_a_share_may_be_written_with_its_sign() -> None:
    spec = FieldSpec("rate", "percent", words("rate"))
    assert read_value(spec, "13%") == read_value(spec, "0.13") == Decimal("0.13")


@settings(max_examples=200, deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**13), max_value=10**13))
def test_a_scaled_number_is_the_same_number(value: Decimal) -> None:
    column = Scaled(4)
    kept = column.process_bind_param(value, None)  # type: ignore[arg-type]
    assert isinstance(kept, int) and column.process_result_value(kept, None) == value  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [1.5, 0.1, True, "1.00", Decimal("0.001"), Decimal("1e30")])
def test_a_column_of_money_refuses_what_is_not_exact(wrong: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        Scaled(2).process_bind_param(wrong, None)  # type: ignore[arg-type]


def test_a_sum_of_money_is_exact() -> None:
    rows = Table("rows", MetaData(), Column("id", Integer, primary_key=True), Column("amount", Scaled(2)))
    engine = create_engine("sqlite://")
    rows.metadata.create_all(engine)
    amounts = [Decimal("0.10")] * 3 + [Decimal("999999999999.99")]
    with engine.begin() as connection:
        connection.execute(rows.insert(), [{"amount": amount} for amount in amounts])
        assert connection.scalar(select(func.sum(rows.c.amount))) == sum(amounts)
        assert connection.scalar(select(func.count()).where(rows.c.amount == 0)) == 0
        assert connection.scalar(select(func.count()).select_from(rows).where(rows.c.amount >= Decimal("0.10"))) == 4


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("1.50"), "1.50"),
        (Decimal("1E+3"), "1000"),
        (date(2026, 1, 2), "2026-01-02"),
        (timedelta(hours=25, seconds=1), "P1DT1H1S"),
        (timedelta(minutes=-5), "-P0DT5M"),
        (timedelta(0), "P0D"),
        (Link("a", 1, "A-1"), "A-1"),
        (Masked("***1"), {"masked": "***1"}),
        ((Decimal("1"), None), ["1", None]),
        ({"a": date(2026, 1, 2)}, {"a": "2026-01-02"}),
    ],
)
def test_values_become_json_that_loses_nothing(value: Any, expected: Any) -> None:
    assert to_json(value) == expected


@given(st.timedeltas(min_value=timedelta(days=-900), max_value=timedelta(days=900)))
def test_a_length_of_time_survives_json(value: timedelta) -> None:
    assert read_value(FieldSpec("span", "duration", words("span")), to_json(value)) == value
