"""Money is exact, carries its currency, and loses no cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.money import CurrencyMismatch, Money, decimals_of, total
from app.core.quantity import NotExact

CURRENCIES = st.sampled_from(("CNY", "JPY", "KWD", "EUR"))
MINOR = st.integers(-(10**14), 10**14)


def cny(amount: str) -> Money:
    return Money(amount, "CNY")


def test_money_is_rounded_half_up_to_its_smallest_coin() -> None:
    assert str(cny("2.675")) == "2.68 CNY" and str(cny("-2.675")) == "-2.68 CNY"
    assert str(Money("2.5", "JPY")) == "3 JPY" and str(Money("1.2345", "KWD")) == "1.235 KWD"
    assert (decimals_of("JPY"), decimals_of("CNY"), decimals_of("KWD")) == (0, 2, 3)


def test_a_split_loses_no_cent() -> None:
    assert cny("12.30").split(7) == (*(cny("1.76") for _ in range(5)), cny("1.75"), cny("1.75"))
    assert Money("100", "JPY").split(3) == (Money(34, "JPY"), Money(33, "JPY"), Money(33, "JPY"))
    assert cny("-0.01").split(2) == (cny("-0.01"), cny("0"))


@given(minor=MINOR, parts=st.integers(1, 40), currency=CURRENCIES)
def test_parts_add_up_and_differ_by_one_coin_at_most(minor: int, parts: int, currency: str) -> None:
    money = Money.of_minor(minor, currency)
    split = money.split(parts)
    assert total(split, currency) == money and len(split) == parts
    assert max(part.minor for part in split) - min(part.minor for part in split) <= 1


@given(minor=MINOR, weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(sum))
def test_shares_add_up_and_stay_within_a_coin_of_the_exact_share(minor: int, weights: list[int]) -> None:
    shares = Money.of_minor(minor, "CNY").shares(weights)
    assert sum(share.minor for share in shares) == minor
    assert all(
        abs(share.minor * sum(weights) - minor * weight) < sum(weights)
        for share, weight in zip(shares, weights, strict=True)
    )


def test_shares_take_exact_weights() -> None:
    assert cny("10").shares([Decimal("0.5"), Decimal("0.25"), 0, Decimal("0.25")]) == (
        cny("5"),
        cny("2.5"),
        cny("0"),
        cny("2.5"),
    )
    with pytest.raises(ValueError, match="weights"):
        cny("10").shares([0, 0])
    with pytest.raises(ValueError, match="at least one"):
        cny("10").split(0)


@given(a=MINOR, b=MINOR, currency=CURRENCIES)
def test_money_is_ordered_as_its_coins_are(a: int, b: int, currency: str) -> None:
    left, right = Money.of_minor(a, currency), Money.of_minor(b, currency)
    assert (left < right, left <= right, left > right, left >= right, left == right) == (
        a < b,
        a <= b,
        a > b,
        a >= b,
        a == b,
    )
    assert (left + right).minor == a + b and (left - right).minor == a - b and (-left).minor == -a


def test_different_currencies_never_meet() -> None:
    for meet in (
        lambda: cny("1") + Money(1, "EUR"),
        lambda: cny("1") < Money(1, "EUR"),
        lambda: cny("1") - Money(1, "EUR"),
    ):
        with pytest.raises(CurrencyMismatch) as caught:
            meet()
        assert "EUR" in caught.value.say("zh")
    assert cny("1") != Money("1", "EUR")


def test_a_float_or_a_strange_text_is_no_money() -> None:
    for strange in (1.5, "1.5e3", "NaN", "", "1,200", "٣", True, Decimal("Infinity"), None):
        with pytest.raises(NotExact):
            Money(strange, "CNY")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="money"):
        cny("1") < 3  # type: ignore[operator]  # noqa: B015


def test_a_factor_is_exact_too() -> None:
    assert cny("99.99") * Decimal("0.13") == cny("13.00") == Decimal("0.13") * cny("99.99")
    assert not cny("0") and cny("0.01")
