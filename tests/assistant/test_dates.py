"""The date grammar: every period to its first and last day, and nothing half understood."""

from __future__ import annotations

from datetime import date

import pytest

from assistant.language.dates import take_periods
from assistant.language.text import Sentence

TODAY = date(2026, 11, 21)  # a Saturday
BACK = {
    "上个月": ("2026-10-01", "2026-10-31"),
    "last month": ("2026-10-01", "2026-10-31"),
    "本周": ("2026-11-16", "2026-11-22"),
    "昨天": ("2026-11-20", "2026-11-20"),
    "the day before yesterday": ("2026-11-19", "2026-11-19"),
    "9月下旬": ("2026-09-21", "2026-09-30"),
    "1到6月": ("2026-01-01", "2026-06-30"),
    "3月到5月": ("2026-03-01", "2026-05-31"),
    "去年四季度": ("2025-10-01", "2025-12-31"),
    "Q2": ("2026-04-01", "2026-06-30"),
    "last quarter": ("2026-07-01", "2026-09-30"),
    "上半年": ("2026-01-01", "2026-06-30"),
    "the first half of the year": ("2026-01-01", "2026-06-30"),
    "最近30天": ("2026-10-23", "2026-11-21"),
    "past 90 days": ("2026-08-24", "2026-11-21"),
    "近三个月": ("2026-08-22", "2026-11-21"),
    "between Aug 15 and Sep 15": ("2026-08-15", "2026-09-15"),
    "2026年8月15日到9月15日": ("2026-08-15", "2026-09-15"),
    "from 2026-08-15 to 2026-09-15": ("2026-08-15", "2026-09-15"),
    "since September 1": ("2026-09-01", "None"),
    "5月以来": ("2026-05-01", "None"),
    "11月20号之后": ("2026-11-21", "None"),
    "year to date": ("2026-01-01", "2026-11-21"),
    "in 2025": ("2025-01-01", "2025-12-31"),
    "October 2025": ("2025-10-01", "2025-10-31"),
    "mid October": ("2026-10-11", "2026-10-20"),
    "上周五": ("2026-11-13", "2026-11-13"),
    "two weeks ago": ("2026-11-07", "2026-11-07"),
    "３天前": ("2026-11-18", "2026-11-18"),
    "十月份": ("2026-10-01", "2026-10-31"),
    "from last quarter": ("2026-07-01", "2026-09-30"),
}
AHEAD = {
    "by Dec 15": ("None", "2026-12-15"),
    "下个月15号前": ("None", "2026-12-15"),
    "12月1日前": ("None", "2026-12-01"),
    "before the end of next month": ("None", "2026-12-31"),
    "月底前": ("None", "2026-11-30"),
    "by friday": ("None", "2026-11-27"),
    "next friday": ("2026-11-27", "2026-11-27"),
    "下周一": ("2026-11-23", "2026-11-23"),
    "明年3月": ("2027-03-01", "2027-03-31"),
    "in the next two weeks": ("2026-11-21", "2026-12-05"),
    "三天内": ("2026-11-21", "2026-11-24"),
    "within 10 days": ("2026-11-21", "2026-12-01"),
    "周三": ("2026-11-25", "2026-11-25"),
    "大后天": ("2026-11-24", "2026-11-24"),
    "未来两周": ("2026-11-21", "2026-12-05"),
}


@pytest.mark.parametrize(("text", "expected"), BACK.items())
def test_a_phrase_that_looks_back_is_read_whole(text: str, expected: tuple[str, str]) -> None:
    sentence = Sentence(text)
    assert [(str(p.since), str(p.until)) for p in take_periods(sentence, TODAY)] == [expected]
    assert sentence.rest() == []


@pytest.mark.parametrize(("text", "expected"), AHEAD.items())
def test_a_phrase_that_looks_ahead_is_read_whole(text: str, expected: tuple[str, str]) -> None:
    sentence = Sentence(text)
    assert [(str(p.since), str(p.until)) for p in take_periods(sentence, TODAY, forward=True)] == [expected]
    assert sentence.rest() == []


@pytest.mark.parametrize("text", ["2月30日", "13月", "the last couple of weeks", "31/31", "周八", "第五季度"])
def test_what_is_no_date_stays_open(text: str) -> None:
    sentence = Sentence(text)
    assert take_periods(sentence, TODAY) == []
    assert sentence.rest()


def test_two_periods_are_two() -> None:
    assert len(take_periods(Sentence("orders of 9月 but not 上周"), TODAY)) == 2


def test_may_i_is_no_month() -> None:
    assert take_periods(Sentence("may I see the orders"), TODAY) == []
