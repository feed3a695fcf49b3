"""Numbers, money, quantities and dates as people read them, in their language; exact, never through a float."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

MINUS = "\u2212"
NONE = "\u2014"
SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "HKD": "HK$", "AUD": "A$", "SGD": "S$"}
PLACES = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3}
WEEKDAYS = {
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "zh": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
}
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
NEAR = {-1: ("Yesterday", "昨天"), 0: ("Today", "今天"), 1: ("Tomorrow", "明天")}
UNITS_ZH = {"pcs": "个", "pc": "个", "set": "套", "box": "箱", "pair": "双", "roll": "卷", "bag": "袋", "bottle": "瓶"}


def number(value: Decimal | int | None, *, least: int = 0, most: int = 6) -> str:
    """Give a number with separators, `least` to `most` digits behind the point, zeros cut: 1,234.5."""
    if value is None:
        return NONE
    exact = _rounded(Decimal(value), most)
    whole, _, behind = f"{abs(exact):,f}".partition(".")
    behind = behind.rstrip("0").ljust(least, "0")
    return (MINUS if exact < 0 else "") + whole + (f".{behind}" if behind else "")


def money(value: Decimal | None, currency: str, *, home: str | None = None, sign: bool = True) -> str:
    """Give an amount: ¥2,708.40 and −¥437.36 at home, `USD 1,250.00` elsewhere, bare digits without `sign`."""
    if value is None:
        return NONE
    places = PLACES.get(currency, 2)
    digits = number(abs(Decimal(value)), least=places, most=places)
    minus = MINUS if _rounded(Decimal(value), places) < 0 else ""
    if not sign:
        return minus + digits
    if currency == (home or currency) and currency in SIGNS:
        return f"{minus}{SIGNS[currency]}{digits}"
    return f"{minus}{currency} {digits}"


def big_money(value: Decimal | None, currency: str, *, home: str | None = None, locale: str = "en") -> str:
    """Give an amount for a tile: whole below a million, then ¥3.42M, ¥342.2 万, ¥1.05 亿."""
    if value is None or abs(value) < 1_000_000:
        return money(value, currency, home=home)
    step, word, most = _big_step(abs(value), locale)
    short = number(abs(value) / step, least=most, most=most)
    mark = SIGNS[currency] if currency == (home or currency) and currency in SIGNS else f"{currency} "
    return f"{MINUS if value < 0 else ''}{mark}{short}{word}"


def price(value: Decimal | None) -> str:
    """Give a unit price: two to four digits behind the point, zeros cut to two."""
    return number(value, least=2, most=4)


def quantity(value: Decimal | None, unit: str = "", *, locale: str = "en") -> str:
    """Give a quantity with its unit: 24 pcs, 1.5 kg, 24 个."""
    if value is None:
        return NONE
    word = UNITS_ZH.get(unit, unit) if locale == "zh" else unit
    return f"{number(value, most=4)} {word}".rstrip()


def percent(value: Decimal | None, *, most: int = 1) -> str:
    """Give a share as per cent: Decimal('0.083') is 8.3%."""
    return NONE if value is None else number(value * 100, most=most) + "%"


def day(value: date | None, *, today: date, locale: str = "en") -> str:
    """Give a day for a table: Today, Yesterday, Tomorrow, 11-18 this year, 2025-12-03 in another."""
    if value is None:
        return NONE
    near = NEAR.get((value - today).days)
    if near:
        return near[locale == "zh"]
    return f"{value:%m-%d}" if value.year == today.year else f"{value:%Y-%m-%d}"


def moment(value: datetime | None, *, now: datetime, zone: str = "UTC", locale: str = "en") -> str:
    """Give an instant for a table in the company's zone: Today 14:21, 昨天 09:05, 11-18 11:52."""
    if value is None:
        return NONE
    here = value.astimezone(ZoneInfo(zone))
    return f"{day(here.date(), today=now.astimezone(ZoneInfo(zone)).date(), locale=locale)} {here:%H:%M}"


def clock(value: datetime, *, zone: str = "UTC", seconds: bool = True) -> str:
    """Give the time of day in the company's zone: 14:32:05."""
    return f"{value.astimezone(ZoneInfo(zone)):{'%H:%M:%S' if seconds else '%H:%M'}}"


def sentence_day(value: date, *, locale: str = "en") -> str:
    """Give a day for a sentence: Friday 20 November, 11 月 20 日 周五."""
    weekday = WEEKDAYS[locale][value.weekday()]
    if locale == "zh":
        return f"{value.month} 月 {value.day} 日 {weekday}"
    return f"{weekday} {value.day} {MONTHS[value.month - 1]}"


def span(start: date, end: date, *, today: date, locale: str = "en") -> str:
    """Give a range of days: 11-23 to 11-27, 11-23 至 11-27."""
    shown = [f"{one:%m-%d}" if one.year == today.year else f"{one:%Y-%m-%d}" for one in (start, end)]
    return f" {'至' if locale == 'zh' else 'to'} ".join(shown)


def length(value: timedelta | None, *, locale: str = "en") -> str:
    """Give a length of time by its two largest units: 2 d 3 h, 45 min; 2 天 3 小时."""
    if value is None:
        return NONE
    minutes = int(abs(value).total_seconds()) // 60
    amounts = (minutes // 1440, minutes // 60 % 24, minutes % 60)
    parts = zip(amounts, ("d h min" if locale == "en" else "天 小时 分钟").split(), strict=True)
    shown = " ".join(f"{amount} {word}" for amount, word in [part for part in parts if part[0]][:2])
    return (MINUS if value < timedelta(0) else "") + (shown or f"0 {'min' if locale == 'en' else '分钟'}")


def initials(name: str) -> str:
    """Give what stands in a person's circle: the first 汉字, or the first letters of two words."""
    words = name.split()
    if not words:
        return "?"
    if ord(name[0]) > 0x2E80:
        return name[0]
    return "".join(word[0] for word in words[:2]).upper()


def _rounded(value: Decimal, places: int) -> Decimal:
    """Give the value with at most so many digits behind the point, half away from zero."""
    step = Decimal(1).scaleb(-places)
    return value.quantize(step, ROUND_HALF_UP) if -value.as_tuple().exponent > places else value  # type: ignore[operator]


def _big_step(value: Decimal, locale: str) -> tuple[Decimal, str, int]:
    """Give the unit that a large amount is told in, its word, and the digits behind the point."""
    if locale == "zh":
        return (Decimal(10**8), " 亿", 2) if value >= 10**8 else (Decimal(10**4), " 万", 1)
    return (Decimal(10**9), "B", 2) if value >= 10**9 else (Decimal(10**6), "M", 2)
