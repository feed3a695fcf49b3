"""Numbers, money and dates read as people write them, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core import formats

FRIDAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)  # 16:00 in Shanghai


@pytest.mark.parametrize(
    ("value", "currency", "shown"),
    [
        ("2708.40", "CNY", "¥2,708.40"),
        ("-437.36", "CNY", "\u2212¥437.36"),
        ("1250", "USD", "USD 1,250.00"),
        ("0", "CNY", "¥0.00"),
        ("-1250.5", "USD", "\u2212USD 1,250.50"),
        ("1.005", "CNY", "¥1.01"),
        ("-0.001", "CNY", "¥0.00"),
        ("1500", "JPY", "JPY 1,500"),
    ],
)
def test_money_carries_its_sign_first_and_its_currency(value: str, currency: str, shown: str) -> None:
    assert formats.money(Decimal(value), currency, home="CNY") == shown


def test_money_in_a_column_of_its_currency_carries_no_sign() -> None:
    assert formats.money(Decimal("1632"), "CNY", sign=False) == "1,632.00"


@pytest.mark.parametrize(
    ("value", "english", "chinese"),
    [
        ("48215.60", "¥48,215.60", "¥48,215.60"),
        ("3422000", "¥3.42M", "¥342.2 万"),
        ("105000000", "¥105.00M", "¥1.05 亿"),
        ("-3422000", "\u2212¥3.42M", "\u2212¥342.2 万"),
    ],
)
def test_large_amounts_are_told_short_only_from_a_million_on(value: str, english: str, chinese: str) -> None:
    assert formats.big_money(Decimal(value), "CNY", home="CNY") == english
    assert formats.big_money(Decimal(value), "CNY", home="CNY", locale="zh") == chinese


@pytest.mark.parametrize(
    ("value", "shown"), [("3.2800", "3.28"), ("0.0125", "0.0125"), ("68", "68.00"), ("1234.5", "1,234.50")]
)
def test_a_unit_price_has_two_to_four_decimals(value: str, shown: str) -> None:
    assert formats.price(Decimal(value)) == shown


def test_a_quantity_takes_its_unit_in_the_readers_language() -> None:
    assert formats.quantity(Decimal("24.0000"), "pcs") == "24 pcs"
    assert formats.quantity(Decimal("24"), "pcs", locale="zh") == "24 个"
    assert formats.quantity(Decimal("1.5"), "kg", locale="zh") == "1.5 kg"


def test_a_share_is_told_as_per_cent() -> None:
    assert formats.percent(Decimal("0.083")) == "8.3%"
    assert formats.percent(Decimal("0.13")) == "13%"


@pytest.mark.parametrize(
    ("days", "english", "chinese"),
    [
        (0, "Today", "今天"),
        (-1, "Yesterday", "昨天"),
        (1, "Tomorrow", "明天"),
        (-2, "11-18", "11-18"),
        (60, "2027-01-19", "2027-01-19"),
    ],
)
def test_near_days_have_names_and_far_ones_their_year(days: int, english: str, chinese: str) -> None:
    there = FRIDAY + timedelta(days=days)
    assert formats.day(there, today=FRIDAY) == english
    assert formats.day(there, today=FRIDAY, locale="zh") == chinese


def test_an_instant_is_told_in_the_zone_of_the_company() -> None:
    late = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)  # already tomorrow in Shanghai
    assert formats.moment(late, now=NOW, zone="Asia/Shanghai") == "Tomorrow 00:30"
    assert formats.moment(NOW, now=NOW, zone="Asia/Shanghai", locale="zh") == "今天 16:00"
    assert formats.clock(NOW, zone="Asia/Shanghai") == "16:00:00"


def test_days_in_sentences_and_ranges() -> None:
    assert formats.sentence_day(FRIDAY) == "Friday 20 November"
    assert formats.sentence_day(FRIDAY, locale="zh") == "11 月 20 日 周五"
    assert formats.span(date(2026, 11, 23), date(2026, 11, 27), today=FRIDAY) == "11-23 to 11-27"
    assert formats.span(date(2026, 11, 23), date(2026, 11, 27), today=FRIDAY, locale="zh") == "11-23 至 11-27"


def test_lengths_of_time_show_their_two_largest_units() -> None:
    assert formats.length(timedelta(days=2, hours=3, minutes=5)) == "2 d 3 h"
    assert formats.length(timedelta(minutes=45), locale="zh") == "45 分钟"
    assert formats.length(timedelta()) == "0 min"


def test_nothing_is_a_dash() -> None:
    assert {
        formats.number(None),
        formats.money(None, "CNY"),
        formats.day(None, today=FRIDAY),
        formats.percent(None),
    } == {formats.NONE}


def test_initials_are_the_first_sign_or_two_letters() -> None:
    assert [formats.initials(name) for name in ("Chen Lu", "王敏", "admin", "")] == ["CL", "王", "A", "?"]


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12))
def test_a_number_loses_nothing_on_its_way_to_people(value: Decimal) -> None:
    shown = formats.number(value, most=4)
    assert Decimal(shown.replace(",", "").replace(formats.MINUS, "-")) == value
