"""The atoms of the date grammar: each names one period by its first and last day."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.language.numbers import ENGLISH, HAN_NUMBER, number
from assistant.language.text import pattern

Span = tuple[date, date]
Rule = Callable[["Day", re.Match[str]], Span | None]
_N = rf"(?:\d{{1,4}}|{HAN_NUMBER}|{ENGLISH}|couple of|few)"
_HAN_DIGIT = r"(?:\d{1,2}|十[一二]|[一二三四五六七八九十])"
_MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august"]
_MONTHS += ["september", "october", "november", "december"]
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may(?! (?:i|we|you|be|not|have|need))|june?|july?|"
    r"aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAY = r"(?:mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
_WHICH = {
    "本": 0,
    "这": 0,
    "这个": 0,
    "当": 0,
    "this": 0,
    "current": 0,
    "the current": 0,
    "上": -1,
    "上个": -1,
    "last": -1,
    "previous": -1,
    "the previous": -1,
    "the last": -1,
    "上上": -2,
    "上上个": -2,
    "下": 1,
    "下个": 1,
    "next": 1,
    "the next": 1,
    "coming": 1,
    "the coming": 1,
    "下下": 2,
    "下下个": 2,
    "前": -1,
    "去": -1,
    "今": 0,
    "明": 1,
    "后": 2,
    "本个": 0,
}
_WHICH_EN = r"(this|(?:the )?current|(?:the )?last|(?:the )?previous|(?:the )?next|(?:the )?coming)"
_UNIT = {
    "天": "day",
    "日": "day",
    "day": "day",
    "周": "week",
    "星期": "week",
    "礼拜": "week",
    "week": "week",
    "月": "month",
    "个月": "month",
    "month": "month",
    "季度": "quarter",
    "个季度": "quarter",
    "quarter": "quarter",
    "年": "year",
    "year": "year",
}


@dataclass(frozen=True)
class Day:
    """The business day that words count from, and whether they look ahead."""

    today: date
    forward: bool = False

    def day(self, offset: int) -> Span:
        """Give one day, so many from today."""
        found = self.today + timedelta(days=offset)
        return found, found

    def week(self, offset: int) -> Span:
        """Give a week, Monday to Sunday."""
        monday = self.today - timedelta(days=self.today.weekday()) + timedelta(weeks=offset)
        return monday, monday + timedelta(days=6)

    def month(self, offset: int) -> Span:
        """Give a month, so many from this one."""
        index = self.today.year * 12 + self.today.month - 1 + offset
        return month_of(index // 12, index % 12 + 1)

    def quarter(self, offset: int) -> Span:
        """Give a quarter, so many from this one."""
        index = self.today.year * 4 + (self.today.month - 1) // 3 + offset
        return quarter_of(index // 4, index % 4 + 1)

    def year(self, offset: int) -> Span:
        """Give a year, so many from this one."""
        return date(self.today.year + offset, 1, 1), date(self.today.year + offset, 12, 31)

    def unit(self, name: str, offset: int) -> Span:
        """Give the day, week, month, quarter or year so many from now."""
        return getattr(self, name)(offset)

    def year_for(self, month: int, day: int | None = None) -> int:
        """Give the year that a month without one means: the last that has begun, or the next one when looking ahead."""
        this = date(self.today.year, month, day or 1)
        if self.forward:
            last = this if day else month_of(this.year, month)[1]
            return this.year + (last < self.today)
        return this.year - (this > self.today)

    def moved(self, name: str, count: int) -> date:
        """Give today moved by so many units, kept inside the month."""
        if name in ("day", "week"):
            return self.today + timedelta(days=count * (7 if name == "week" else 1))
        months = count * {"month": 1, "quarter": 3, "year": 12}[name]
        index = self.today.year * 12 + self.today.month - 1 + months
        year, month = index // 12, index % 12 + 1
        return date(year, month, min(self.today.day, monthrange(year, month)[1]))


def month_of(year: int, month: int) -> Span:
    """Give the first and last day of a month."""
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def quarter_of(year: int, quarter: int) -> Span:
    """Give the first and last day of a quarter."""
    assert 1 <= quarter <= 4, quarter
    return date(year, quarter * 3 - 2, 1), month_of(year, quarter * 3)[1]


def half_of(year: int, half: int) -> Span:
    """Give the first and last day of a half year."""
    return (date(year, 1, 1), date(year, 6, 30)) if half == 1 else (date(year, 7, 1), date(year, 12, 31))


def part_of(span: Span, part: str) -> Span:
    """Give the early, middle, late third of a month (ten days each), or its last day for 底."""
    first, last = span
    if part in ("上旬", "初", "early", "beginning", "start"):
        return first, first.replace(day=10) if part != "start" else first
    if part in ("中旬", "中", "mid", "middle"):
        return first.replace(day=11), first.replace(day=20)
    if part in ("下旬", "late"):
        return first.replace(day=21), last
    return last, last


def _count(text: str) -> int | None:
    if text in ("couple of", "few", "几"):
        return None
    value = number(text)
    return int(value) if value is not None and value == int(value) and 0 < value < 4000 else None


def _han_month(day: Day, m: re.Match[str]) -> Span | None:
    year = _year(day, m["year"])
    month = _count(m["month"])
    if month is None or not 1 <= month <= 12:
        return None
    if m["day"]:
        found = date(year or day.year_for(month, _count(m["day"])), month, _count(m["day"]) or 0)
        return found, found
    span = month_of(year or day.year_for(month), month)
    return part_of(span, m["part"]) if m["part"] else span


def _year(day: Day, text: str | None) -> int | None:
    if not text:
        return None
    text = text.strip().removesuffix("年")
    return day.today.year + {"今": 0, "去": -1, "前": -2, "明": 1, "后": 2}[text] if text in "今去前明后" else int(text)


def _en_month(day: Day, m: re.Match[str]) -> Span | None:
    month = next(n for n, name in enumerate(_MONTHS, 1) if name.startswith(m["month"].rstrip(".")[:3]))
    day_no = int(m["day"]) if m["day"] else None
    year = int(m["year"]) if m["year"] else day.year_for(month, day_no)
    if day_no:
        found = date(year, month, day_no)
        return found, found
    part = m.groupdict().get("part")
    return (
        part_of(month_of(year, month), "late" if part == "late" else part.split()[0]) if part else month_of(year, month)
    )


def _weekday(day: Day, m: re.Match[str]) -> Span:
    text = m["weekday"]
    index = (
        "一二三四五六日".find("日" if text in ("天", "7") else text)
        if not text[:1].isascii()
        else (int(text) - 1 if text.isdigit() else next(n for n, name in enumerate(_DAYS) if name.startswith(text[:3])))
    )
    which = (m["which"] or "").strip()
    if which in ("last", "the last") or (not which and not day.forward):
        return day.day(-((day.today.weekday() - index) % 7 or (7 if which else 0)))
    if which in ("", "this", "next", "the next", "coming", "the coming") and (text[:1].isascii() or not which):
        return day.day((index - day.today.weekday()) % 7 or (7 if which == "next" else 0))
    return tuple(d + timedelta(days=index) for d in (day.week(_WHICH[which])[0],) * 2)  # type: ignore[return-value]


def _recent(day: Day, m: re.Match[str]) -> Span | None:
    count, unit = _count(m["count"]) if m["count"] else 1, _UNIT[m["unit"].rstrip("s")]
    if count is None:
        return None
    start = day.moved(unit, -count) + timedelta(days=1)
    return start, day.today


def _coming(day: Day, m: re.Match[str]) -> Span | None:
    count, unit = _count(m["count"]) if m["count"] else 1, _UNIT[m["unit"].rstrip("s")]
    return None if count is None else (day.today, day.moved(unit, count))


def _distant(sign: int) -> Rule:
    def rule(day: Day, m: re.Match[str]) -> Span | None:
        count, unit = _count(m["count"]), _UNIT[m["unit"].rstrip("s")]
        found = day.moved(unit, sign * count) if count else None
        return (found, found) if found else None

    return rule


def _end_of(day: Day, m: re.Match[str]) -> Span:
    span = day.unit(_UNIT[m["unit"]], _WHICH.get((m["which"] or "this").strip(), 0))
    edge = span[1] if m["edge"] in ("end", "底", "末") else span[0]
    return edge, edge


def _iso(day: Day, m: re.Match[str]) -> Span:
    year, month = int(m[1]), int(m[2])
    if not m[3]:
        return month_of(year, month)
    return date(year, month, int(m[3])), date(year, month, int(m[3]))


def _months(day: Day, m: re.Match[str]) -> Span | None:
    first, last = _count(m["first"]), _count(m["last"])
    if not first or not last or not 1 <= first <= last <= 12:
        return None
    year = _year(day, m["year"]) or day.year_for(first)
    return month_of(year, first)[0], month_of(year, last)[1]


def _quarter(day: Day, m: re.Match[str]) -> Span | None:
    index = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}.get(
        m["n"]
    ) or _count(m["n"])
    year = _year(day, m["year"]) or day.today.year - (
        not day.forward and quarter_of(day.today.year, index or 1)[0] > day.today
    )
    return quarter_of(year, index) if index and index <= 4 else None


def _half(day: Day, m: re.Match[str]) -> Span:
    half = 1 if m["n"] in ("上", "first") else 2
    year = _year(day, m["year"]) or day.today.year - (not day.forward and half_of(day.today.year, half)[0] > day.today)
    return half_of(year, half)


def _which_month(day: Day, m: re.Match[str]) -> Span | None:
    span = day.month(_WHICH[m["which"]])
    if m["day"]:
        found = span[0].replace(day=_count(m["day"]) or 0)
        return found, found
    return part_of(span, m["part"]) if m["part"] else span


def _day_of_month(day: Day, m: re.Match[str]) -> Span:
    found = day.today.replace(day=int(m["day"]))
    if day.forward and found < day.today:
        found = day.month(1)[0].replace(day=int(m["day"]))
    return found, found


def _fixed(offset: int) -> Rule:
    return lambda day, m: day.day(offset)


_YEAR_HAN = r"(?P<year>(?:20\d\d|今|去|前|明|后)年\s?)?"
_YEAR_EN = r"(?:,? (?:of )?(?P<year>20\d\d))?"
# fmt: off  one atom a line
ATOMS: tuple[tuple[re.Pattern[str], Rule], ...] = tuple(
    (pattern(text), rule)
    for text, rule in (
        (r"今天|今日|当天|today", _fixed(0)),
        (r"昨天|昨日|yesterday", _fixed(-1)),
        (r"大前天", _fixed(-3)),
        (r"前天|(?:the )?day before yesterday", _fixed(-2)),
        (r"明天|明日|tomorrow", _fixed(1)),
        (r"大后天", _fixed(3)),
        (r"后天|(?:the )?day after tomorrow", _fixed(2)),
        (r"(?P<which>本|这个?|上上个?|上个?|下下个?|下个?)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])", _weekday),
        (rf"(?P<which>this |(?:the )?last |(?:the )?next |(?:the )?coming )?(?P<weekday>{_WEEKDAY})", _weekday),
        (
            r"(本|这个?|当|上上个?|上个?|下下个?|下个?)(?:周|星期|礼拜)(?![一二三四五六日天])",
            lambda d, m: d.week(_WHICH[m[1]]),
        ),
        (rf"{_WHICH_EN} (week|month|quarter|year)", lambda d, m: d.unit(m[2], _WHICH[m[1]])),
        (
            r"(?P<which>本|这个?|当|上上个?|上个?|下下个?|下个?)月(?:份)?(?:(?P<day>\d{1,2})[日号]|(?P<part>上旬|中旬|下旬|初|中|底|末))?",
            _which_month,
        ),
        (r"(本|这个?|当|上上个?|上个?|下下个?|下个?)季度", lambda d, m: d.quarter(_WHICH[m[1]])),
        (
            r"(今|去|明)年(?![上下第二三四1234初底]|一(?!共)|\s?q)",
            lambda d, m: d.year({"今": 0, "去": -1, "明": 1}[m[1]]),
        ),
        (r"前年|the year before last", lambda d, m: d.year(-2)),
        (r"(?P<which>今|去|明)?年(?P<edge>初|底|末)(?P<unit>)", lambda d, m: _end_of_year(d, m)),
        (
            rf"{_YEAR_HAN}(?P<month>{_HAN_DIGIT})月(?:份)?(?:(?P<day>\d{{1,2}}|[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])[日号]?|(?P<part>上旬|中旬|下旬|初|中|底|末))?",
            _han_month,
        ),
        (
            rf"{_YEAR_HAN}(?P<first>{_HAN_DIGIT})月?(?:份)?\s?[到至~-]\s?(?P<last>{_HAN_DIGIT})月(?:份)?(?![\d一二三四五六七八九十初中底末上下])",
            _months,
        ),
        (rf"{_YEAR_HAN}第?(?P<n>[一二三四1234])季度", _quarter),
        (rf"{_YEAR_HAN}(?P<n>上|下)半年", _half),
        (
            r"(20\d\d)年(?!\s?[\d一二三四五六七八九十上下第q初底])",
            lambda d, m: (date(int(m[1]), 1, 1), date(int(m[1]), 12, 31)),
        ),
        (rf"q(?P<n>[1-4]){_YEAR_EN}", _quarter),
        (r"(?P<year>(?:20\d\d|今|去|明)年?)\s?q(?P<n>[1-4])", _quarter),
        (rf"(?:the )?(?P<n>first|second|third|fourth|1st|2nd|3rd|4th) quarter{_YEAR_EN}", _quarter),
        (rf"(?:the )?(?P<n>first|second) half(?: of the year)?{_YEAR_EN}", _half),
        (
            rf"(?:最近|近|过去|前)(?:的)?(?:这)?(?P<count>{_N}|几)?(?P<unit>天|日|周|星期|礼拜|个月|月|个季度|季度|年)(?:内|里|来)?",
            _recent,
        ),
        (
            rf"(?:(?:over |in |within |during )?(?:the )?(?:past|last|previous|recent)) (?P<count>{_N}) ?"
            r"(?P<unit>days?|weeks?|months?|quarters?|years?)",
            _recent,
        ),
        (r"(?:the )?past(?P<count>) (?P<unit>day|week|month|quarter|year)", _recent),
        (rf"(?:未来|接下来|今后|往后)(?:的)?(?P<count>{_N}|几)?(?P<unit>天|日|周|星期|个月|月|年)(?:内|里)?", _coming),
        (rf"(?P<count>{_N})个?(?P<unit>天|日|周|星期|礼拜|月|年)(?:之内|以内|内)", _coming),
        (
            rf"(?:(?:in|over|within) )?(?:the )?(?:next|coming|following) (?P<count>{_N}) ?"
            r"(?P<unit>days?|weeks?|months?|years?)",
            _coming,
        ),
        (rf"within (?:the )?(?P<count>{_N}) ?(?P<unit>days?|weeks?|months?|years?)", _coming),
        (rf"(?P<count>{_N})(?P<unit>天|日|周|星期|礼拜|个月|年)(?:之前|以前|前)", _distant(-1)),
        (rf"(?P<count>{_N})(?P<unit>天|日|周|星期|礼拜|个月|年)(?:之后|以后|后)", _distant(1)),
        (rf"(?P<count>{_N}|a) (?P<unit>days?|weeks?|months?|years?) ago", lambda d, m: _distant(-1)(d, m)),
        (rf"in (?P<count>{_N}) (?P<unit>days?|weeks?|months?|years?)", _distant(1)),
        (
            r"(?:the )?(?P<edge>end|beginning|start) of (?P<which>this |(?:the )?next |(?:the )?last |the )?"
            r"(?P<unit>week|month|quarter|year)",
            _end_of,
        ),
        (r"(?P<which>)(?P<edge>月底|月末|月初)(?P<unit>)", lambda d, m: part_of(d.month(0), m["edge"][-1])),
        (rf"(?P<month>{_MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:,? (?P<year>20\d\d))?", _en_month),
        (rf"(?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<month>{_MONTH}){_YEAR_EN}", _en_month),
        (
            r"(?P<day>)(?:(?P<part>early|mid|late|end of|beginning of|start of)[ -](?:the )?)?"
            rf"(?P<month>{_MONTH}){_YEAR_EN}",
            _en_month,
        ),
        (r"(?<!\d)(20\d\d)[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?!\d)", _iso),
        (r"(?<![\d月])(?P<day>\d{1,2})[号日](?!\w)(?!单)", _day_of_month),
        (r"(?:in|of|during|for|year) (20\d\d)", lambda d, m: (date(int(m[1]), 1, 1), date(int(m[1]), 12, 31))),
        (r"(?:this )?year to date|ytd|今年以来|年初至今", lambda d, m: (date(d.today.year, 1, 1), d.today)),
        (r"month to date|mtd|本月以来", lambda d, m: (d.today.replace(day=1), d.today)),
    )
)
# fmt: on


def _end_of_year(day: Day, m: re.Match[str]) -> Span:
    first, last = day.year({"今": 0, "去": -1, "明": 1}.get(m["which"] or "今", 0))
    return (first, first.replace(day=31)) if m["edge"] == "初" else (last, last)
