"""Figures are read without loss and kept as whole numbers of their smallest unit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.quantity import NotExact, exact, from_units, round_half_up, shared_out, to_units


@given(units=st.integers(-(10**30), 10**30), decimals=st.integers(0, 12))
def test_units_come_back_as_they_were(units: int, decimals: int) -> None:
    assert to_units(from_units(units, decimals), decimals) == units


@pytest.mark.parametrize(
    ("value", "decimals", "wanted"),
    [
        ("0.5", 0, "1"),
        ("-0.5", 0, "-1"),
        ("0.49", 0, "0"),
        ("1.00005", 4, "1.0001"),
        ("1.00004", 4, "1.0000"),
        ("15", -1, "20"),
        ("99999999999999999999999999999999.5", 0, "100000000000000000000000000000000"),
    ],
)
def test_a_half_goes_away_from_zero(value: str, decimals: int, wanted: str) -> None:
    assert round_half_up(value, decimals) == Decimal(wanted)


def test_a_further_digit_is_refused_where_it_would_be_lost() -> None:
    assert to_units("1.2340", 3) == 1234
    with pytest.raises(NotExact, match=r"1\.2345"):
        to_units("1.2345", 3)


@pytest.mark.parametrize("strange", [0.1, "0.1e1", "one", "1_000", "1 000", True, Decimal("NaN"), "1" * 50, None])
def test_what_is_no_plain_number_is_refused(strange: object) -> None:
    with pytest.raises(NotExact):
        exact(strange)  # type: ignore[arg-type]


def test_odd_units_go_to_the_largest_remainders() -> None:
    assert shared_out(10, (1, 1, 1)) == (4, 3, 3)
    assert shared_out(10, (1, 2, 2)) == (2, 4, 4)
    assert shared_out(-7, (1, 3)) == (-2, -5)
    assert shared_out(1, (0, 5)) == (0, 1)
