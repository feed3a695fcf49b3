"""Laws that hold for every expression: it answers, never with a float, never with an error; null spreads as agreed."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.core.expressions import ExpressionError, Scope, compile_expression
from tests.core.expression_factories import Shelf, an_order, expression, value
from tests.data.expression_trees import PLACE, SHAPES, expressions, lines, rows, truth

CALM = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
PYTHON = {
    "number": Decimal,
    "money": Decimal,
    "text": str,
    "boolean": bool,
    "date": date,
    "datetime": datetime,
    "choice": str,
}
WORDS = st.lists(
    st.sampled_from(
        (
            "amount",
            "lines",
            "sum(",
            "if(",
            "(",
            ")",
            "[",
            "]",
            ",",
            "+",
            "-",
            "*",
            "/",
            "==",
            "<",
            "and",
            "or",
            "not",
            "in",
            "where",
            "null",
            "1",
            "13%",
            "'a'",
            "this",
            "me",
            "today",
            ".",
            "days(",
            "kind",
            "=",
            "＝",
            "%",
            "\n",
            "count(",
            "true",
        )
    ),
    max_size=14,
).map(" ".join)


def asked(text: str, row: dict[str, Any]) -> Any:
    found = compile_expression(text, place=PLACE, shapes=SHAPES)
    return found, found.value(Scope(row, row, Shelf(), today=date(2026, 1, 31), now=datetime(2026, 1, 31, tzinfo=UTC)))


@CALM
@given(text=expressions(3), row=rows(), below=lines())
def test_every_expression_answers_with_its_type(text: str, row: dict[str, Any], below: list[dict[str, Any]]) -> None:
    found, answer = asked(text, {**row, "lines": below})
    assert not isinstance(answer, float)
    if answer is not None and found.type.kind in PYTHON:
        assert isinstance(answer, PYTHON[found.type.kind])


@CALM
@given(text=st.one_of(WORDS, st.text(max_size=30)))
def test_any_text_is_understood_or_refused_with_a_place(text: str) -> None:
    try:
        compile_expression(text, place=PLACE, shapes=SHAPES)
    except ExpressionError as error:
        assert error.words.en and error.words.zh and 0 <= error.start <= len(text)


@CALM
@given(condition=truth(1), other=truth(1), row=rows())
def test_and_or_not_follow_three_values(condition: str, other: str, row: dict[str, Any]) -> None:
    row = {**row, "lines": []}
    a, b = asked(condition, row)[1], asked(other, row)[1]
    truths = [a, b]
    assert asked(f"({condition}) and ({other})", row)[1] is (
        False if False in truths else None if None in truths else True
    )
    assert asked(f"({condition}) or ({other})", row)[1] is (
        True if True in truths else None if None in truths else False
    )
    assert asked(f"not ({condition})", row)[1] is (None if a is None else not a)


@CALM
@given(row=rows())
def test_equality_always_answers_and_unequal_is_its_opposite(row: dict[str, Any]) -> None:
    for pair in (
        "amount == paid",
        "name == note",
        "made_on == due_on",
        "urgent == closed",
        "kind == 'sale'",
        "wait == days(1)",
    ):
        equal, unequal = asked(pair, row)[1], asked(pair.replace("==", "!="), row)[1]
        assert equal is not unequal and {equal, unequal} == {True, False}


@CALM
@given(
    a=st.decimals(allow_nan=False, allow_infinity=False, places=6),
    b=st.decimals(allow_nan=False, allow_infinity=False, places=6),
)
def test_sums_and_products_are_exact(a: Decimal, b: Decimal) -> None:
    order = an_order(weight=a, total_amount=b)
    assert Fraction(value("weight * total_amount", order)) == Fraction(a) * Fraction(b)
    assert Fraction(value("weight + weight - 1", order)) == 2 * Fraction(a) - 1


@CALM
@given(a=st.integers(-(10**9), 10**9), b=st.integers(-(10**6), 10**6))
def test_a_division_is_right_to_half_a_unit_of_its_last_place(a: int, b: int) -> None:
    found = value(f"({a}) / ({b})")
    if b == 0:
        assert found is None
    else:
        assert 2 * abs(found.scaleb(12) * b - Decimal(a).scaleb(12)) <= abs(b)


def test_an_expression_survives_pickling() -> None:
    kept = pickle.loads(pickle.dumps(expression("total_amount * 13% > 2")))
    assert kept == expression("total_amount * 13% > 2") and kept.type.kind == "boolean"
