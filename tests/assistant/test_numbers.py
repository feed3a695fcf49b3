"""Numbers as people write them, and text as the grammar sees it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.language.numbers import chinese, number
from assistant.language.text import normalise, pattern

WRITTEN = {
    "1,200": "1200",
    "3万": "30000",
    "2k": "2000",
    "1.5万": "15000",
    "一百五十": "150",
    "两千": "2000",
    "三百五": "350",
    "一千零五": "1005",
    "十二": "12",
    "two hundred": "200",
    "a dozen": "12",
    "twelve hundred": "1200",
    "twenty five": "25",
    "three thousand and five": "3005",
}
DIGITS = "零一二三四五六七八九"


@pytest.mark.parametrize(("text", "value"), WRITTEN.items())
def test_a_number_has_its_value(text: str, value: str) -> None:
    assert number(text) == Decimal(value)


@given(st.integers(min_value=1, max_value=9999))
def test_every_chinese_number_below_ten_thousand_comes_back(value: int) -> None:
    assert chinese(written(value)) == value


def written(value: int) -> str:
    """Write a number in Chinese, in full: 1005 is 一千零五."""
    text, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, value = divmod(value, unit)
        if digit:
            text += ("零" if gap and text else "") + DIGITS[digit] + name
        gap = not digit
    return text


def test_full_width_letters_and_hidden_ones_are_made_plain() -> None:
    assert normalise("ＤＲＯＰ　ＴＡＢＬＥ\u200b；") == "drop table;"


def test_a_latin_cue_stands_alone_and_a_chinese_one_anywhere() -> None:
    late = pattern("late|逾期")
    assert late.search("late orders") and late.search("已逾期的") and not late.search("what is on my plate")
