"""Values as people and programs give them, made exact; and the same values as JSON."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from typing import Any

from app.config.form_spec import FieldSpec
from app.core.links import Link
from app.core.words import Words
from app.data.column_types import LARGEST
from app.data.kinds import digits_of, kind_of

LARGEST_POWER = 20  # of ten: beyond, comparing would overflow
LONGEST = {"text": 200, "long_text": 20_000, "url": 2_000, "condition": 2_000}
PATTERNS = {
    "email": r"[^@\s]+@[^@\s]+\.[^@\s]+",
    "phone": r"\+?[0-9][0-9 ()/-]{2,24}",
    "url": r"https?://\S+",
    "currency": r"[A-Z]{3}",
    "barcode": r"\S.*",
}
ADDRESS_PARTS = ("country", "province", "city", "district", "street", "postal_code")
SPANS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "second": timedelta(seconds=1),
}


class Refused(ValueError):
    """A value that its field can't take, with the reason in words."""

    def __init__(self, code: str, english: str, chinese: str) -> None:
        super().__init__(english)
        self.code = code
        self.words = Words(english, chinese)


class Masked(str):
    """What a reader sees of a value that he may not: nothing, or a part such as ***1234."""

    __slots__ = ()


def is_empty(given: Any) -> bool:
    """Tell whether nothing was given; a link equals its number as text, so `== ""` would not do."""
    return given is None or (isinstance(given, str) and not given)


def read_value(spec: FieldSpec, given: Any) -> Any:
    """Give the exact value of a field for what was typed or sent; empty is None; links are found by the caller."""
    if is_empty(given):
        return False if spec.type == "boolean" else None
    return _READERS[kind_of(spec)](spec, given)


def _read_decimal(spec: FieldSpec, given: Any) -> Decimal:
    number = _exact(given, spec.type == "percent")
    digits = digits_of(spec)
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        raise Refused("not_a_number", f"{given} is not a number.", f"{given} 不是数字。")
    if -exponent > digits and number != number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP):
        raise Refused(
            "too_many_digits",
            f"{given} has more than {digits} digits behind the point.",
            f"{given} 的小数位超过 {digits} 位。",
        )
    return _fitting(number, digits)


def _exact(given: Any, percent: bool) -> Decimal:
    if isinstance(given, Decimal):
        return given
    if isinstance(given, int) and not isinstance(given, bool):
        return Decimal(given)
    if isinstance(given, str):
        share = percent and given.rstrip().endswith("%")
        try:
            number = Decimal(given.strip().rstrip("%") if share else given.strip())
        except InvalidOperation:
            raise Refused("not_a_number", f"'{given[:40]}' is not a number.", f"“{given[:40]}”不是数字。") from None
        return number / 100 if share else number
    raise Refused(
        "not_exact",
        f'{given!r} is no exact number. Send it as text, such as "12.30".',
        f'{given!r} 不是精确数字，请以文本形式提交，如 "12.30"。',
    )


def _fitting(number: Decimal, digits: int) -> Decimal:
    if number.adjusted() > LARGEST_POWER or abs(number) >= Decimal(LARGEST).scaleb(-digits):
        raise Refused("too_big", f"{str(number)[:40]} is too big.", f"{str(number)[:40]} 太大。")
    return number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


@cache
def _unit(digits: int) -> Decimal:
    return Decimal(1).scaleb(-digits)


def rounder(spec: FieldSpec) -> Callable[[Any], Any] | None:
    """Give the function that rounds a computed number half up to the digits its field keeps."""
    if kind_of(spec) != "decimal":
        return None
    unit = _unit(digits_of(spec))
    largest = Decimal(LARGEST) * unit

    def rounded(value: Any) -> Any:
        if value is None:
            return None
        if abs(value) >= largest:
            raise Refused("too_big", f"{value} is too big.", f"{value} 太大。")
        return value.quantize(unit, ROUND_HALF_UP)

    return rounded


def _read_text(spec: FieldSpec, given: Any) -> str | None:
    if not isinstance(given, str):
        if not isinstance(given, (int, Decimal)) or isinstance(given, bool):
            raise Refused("not_text", f"{given!r} is not text.", f"{given!r} 不是文本。")
        given = str(given)
    text = given if spec.type == "long_text" else given.strip()
    if not text:
        return None
    if spec.type == "choice":
        return _option(spec, text)
    return _checked_text(spec, text)


def _checked_text(spec: FieldSpec, text: str) -> str:
    if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise Refused("unreadable", "This text holds signs that can't be kept.", "文本含有无法保存的字符。")
    longest = spec.longest or LONGEST.get(spec.type, 200)
    if len(text) > longest:
        raise Refused(
            "too_long",
            f"At most {longest} letters; these are {len(text)}.",
            f"最多 {longest} 个字，现有 {len(text)} 个。",
        )
    if spec.type == "currency":
        text = text.upper()
    for pattern in (PATTERNS.get(spec.type), spec.match):
        if pattern and not _pattern(pattern).fullmatch(text):
            raise _unlike(spec, text)
    return text


def _unlike(spec: FieldSpec, text: str) -> Refused:
    shown = text[:40]
    if spec.message:
        refused = Refused("match", "", "")
        refused.words = spec.message
        return refused
    return Refused("match", f"'{shown}' does not look like {spec.label.en or spec.name}.", f"“{shown}”的格式不对。")


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _option(spec: FieldSpec, text: str) -> str:
    if text not in spec.options:
        known = ", ".join(spec.options)
        raise Refused("not_an_option", f"'{text[:40]}' is not one of {known}.", f"“{text[:40]}”不在选项 {known} 之中。")
    return text


def _read_boolean(_spec: FieldSpec, given: Any) -> bool:
    if isinstance(given, bool):
        return given
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "是": True, "否": False}
    answer = known.get(str(given).strip().lower()) if isinstance(given, (str, int)) else None
    if answer is None:
        raise Refused("not_yes_or_no", f"{given!r} is neither yes nor no.", f"{given!r} 不是“是”或“否”。")
    return answer


def _read_date(_spec: FieldSpec, given: Any) -> date:
    if isinstance(given, date) and not isinstance(given, datetime):
        return given
    if isinstance(given, str):
        try:
            return date.fromisoformat(given.strip())
        except ValueError:
            raise _no_date(given) from None
    raise _no_date(given)


def _no_date(given: Any) -> Refused:
    return Refused(
        "not_a_date", f"{given!r} is not a date such as 2026-01-31.", f"{given!r} 不是日期（如 2026-01-31）。"
    )


def _read_datetime(_spec: FieldSpec, given: Any) -> datetime:
    moment = given
    if isinstance(given, str):
        try:
            moment = datetime.fromisoformat(given.strip())
        except ValueError:
            moment = None
    if not isinstance(moment, datetime) or moment.tzinfo is None:
        raise Refused(
            "not_an_instant",
            f"{given!r} is not a date and time with its zone, such as 2026-01-31T08:00:00+08:00.",
            f"{given!r} 不是带时区的日期时间（如 2026-01-31T08:00:00+08:00）。",
        )
    return moment.astimezone(UTC)


def _read_time(_spec: FieldSpec, given: Any) -> time:
    if isinstance(given, time) and given.tzinfo is None:
        return given
    try:
        return time.fromisoformat(given.strip()).replace(tzinfo=None)
    except (ValueError, AttributeError):
        raise Refused(
            "not_a_time", f"{given!r} is not a time such as 08:30.", f"{given!r} 不是时间（如 08:30）。"
        ) from None


_ISO = re.compile(r"(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,6})?)S)?)?")


def _read_duration(_spec: FieldSpec, given: Any) -> timedelta:
    if isinstance(given, timedelta):
        return given
    text = str(given).strip() if isinstance(given, str) else ""
    iso = _ISO.fullmatch(text)
    if iso and text not in ("P", "PT"):
        days, hours, minutes = (int(part or 0) for part in iso.group(2, 3, 4))
        length = timedelta(
            days=days, hours=hours, minutes=minutes, microseconds=int(Decimal(iso.group(5) or 0) * 1_000_000)
        )
        return -length if iso.group(1) else length
    written = re.fullmatch(r"(\d{1,6}) (second|minute|hour|day)s?", text)
    if not written:
        raise Refused(
            "not_a_duration",
            f"{given!r} is not a length of time such as '2 days' or PT30M.",
            f"{given!r} 不是时长（如 2 days 或 PT30M）。",
        )
    return int(written.group(1)) * SPANS[written.group(2)]


def _read_choices(spec: FieldSpec, given: Any) -> tuple[str, ...] | None:
    items = [part.strip() for part in given.split(",")] if isinstance(given, str) else given
    if not isinstance(items, (list, tuple, set, frozenset)):
        raise Refused("not_a_list", f"{given!r} is not a list.", f"{given!r} 不是列表。")
    return tuple(dict.fromkeys(_option(spec, str(item)) for item in items if not is_empty(item))) or None


def _read_address(_spec: FieldSpec, given: Any) -> dict[str, str] | None:
    if not isinstance(given, Mapping):
        raise Refused(
            "not_an_address",
            "An address has parts: " + ", ".join(ADDRESS_PARTS),
            "地址应包含：" + "、".join(ADDRESS_PARTS),
        )
    unknown = [str(name) for name in given if name not in ADDRESS_PARTS]
    if unknown:
        raise Refused(
            "not_an_address", f"'{unknown[0][:40]}' is no part of an address.", f"地址没有“{unknown[0][:40]}”这一项。"
        )
    parts = {name: str(given[name]).strip()[:200] for name in ADDRESS_PARTS if given.get(name)}
    if "\x00" in "".join(parts.values()):
        raise Refused("unreadable", "This text holds signs that can't be kept.", "文本含有无法保存的字符。")
    return parts or None


def _read_files(spec: FieldSpec, given: Any) -> tuple[str, ...] | None:
    items = [given] if isinstance(given, str) else given
    if not isinstance(items, (list, tuple)) or not all(isinstance(item, str) for item in items):
        raise Refused("not_files", f"{given!r} is not a list of files.", f"{given!r} 不是文件列表。")
    if len(items) > 1 and spec.type != "files" and not spec.many:
        raise Refused("only_one", "Only one file can stand here.", "此处只能有一个文件。")
    return tuple(dict.fromkeys(items)) or None


def _as_given(_spec: FieldSpec, given: Any) -> Any:
    return given


_READERS: dict[str, Callable[[FieldSpec, Any], Any]] = {
    "decimal": _read_decimal,
    "text": _read_text,
    "boolean": _read_boolean,
    "date": _read_date,
    "time": _read_time,
    "datetime": _read_datetime,
    "duration": _read_duration,
    "choices": _read_choices,
    "address": _read_address,
    "files": _read_files,
    "link": _as_given,
    "links": _as_given,
}


def to_json(value: Any) -> Any:
    """Give a value as JSON keeps it: numbers as text, links by number, moments in ISO form."""
    writer = _WRITERS.get(type(value))
    return writer(value) if writer else value


def _duration_text(value: timedelta) -> str:
    sign, length = ("-", -value) if value < timedelta(0) else ("", value)
    minutes, seconds = divmod(length.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    rest = f"{seconds}.{length.microseconds:06d}S" if length.microseconds else f"{seconds}S" if seconds else ""
    clock = "".join((f"{hours}H" if hours else "", f"{minutes}M" if minutes else "", rest))
    return f"{sign}P{length.days}D" + (f"T{clock}" if clock else "")


_WRITERS: dict[type, Callable[[Any], Any]] = {
    Decimal: lambda value: format(value, "f"),
    date: date.isoformat,
    datetime: lambda value: value.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    time: time.isoformat,
    timedelta: _duration_text,
    Link: lambda value: value.number,
    tuple: lambda value: [to_json(item) for item in value],
    list: lambda value: [to_json(item) for item in value],
    dict: lambda value: {name: to_json(item) for name, item in value.items()},
    Masked: lambda value: {"masked": str(value)},
}
