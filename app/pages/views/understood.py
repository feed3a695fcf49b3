"""What a person meant by what he typed: full-width figures, `=24*68`, `明天`, `+3d`, `12/1`; as values the documents take."""
from __future__ import annotations

import ast
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, DecimalException
from typing import Any
from zoneinfo import ZoneInfo

from app.config.form_spec import FieldSpec
from app.data.kinds import kind_of

NEAR = {"今天": 0, "today": 0, "明天": 1, "tomorrow": 1, "后天": 2, "昨天": -1, "yesterday": -1, "前天": -2}
DAYS = {word: place for place, words in enumerate((
    ("mon", "monday", "周一", "星期一"), ("tue", "tuesday", "周二", "星期二"), ("wed", "wednesday", "周三", "星期三"), ("thu", "thursday", "周四", "星期四"),
    ("fri", "friday", "周五", "星期五"), ("sat", "saturday", "周六", "星期六"), ("sun", "sunday", "周日", "星期日", "周天", "星期天"))) for word in words}
STEPS = {"d": 1, "天": 1, "日": 1, "w": 7, "周": 7}
SIGNS = re.compile(r"[¥$€£\s]|CNY|USD|EUR", re.IGNORECASE)
THOUSANDS = re.compile(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?")
SPANS = {"分钟": "minutes", "分": "minutes", "min": "minutes", "小时": "hours", "h": "hours", "天": "days", "d": "days"}
SUMS: Mapping[type, Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: lambda a, b: a + b, ast.Sub: lambda a, b: a - b, ast.Mult: lambda a, b: a * b, ast.Div: lambda a, b: a / b}
LONGEST_SUM = 80


def understood(field: FieldSpec, typed: str, *, today: date, zone: str) -> Any:
    """Give the value that a typed text means; what means nothing is given back as it stands, and refused with a reason."""
    text = unicodedata.normalize("NFKC", typed).strip()
    if not text:
        return None
    kind = kind_of(field)
    if kind == "decimal":
        return number(text, percent=field.type == "percent")
    if kind == "date":
        return day(text, today) or text
    if kind == "datetime":
        return moment(text, today, zone) or text
    if kind in ("time", "duration"):
        return clock(text) if kind == "time" else span(text)
    return typed if field.type == "long_text" else typed.strip()


def number(text: str, *, percent: bool = False) -> str:
    """Give a typed number as exact text: `1,234.50`, `¥ 12`, `=24*68`; a bare per cent gets its sign."""
    bare = SIGNS.sub("", text).replace("\u2212", "-")
    if bare.startswith("="):
        worked = sum_of(bare[1:])
        bare = text if worked is None else format(worked, "f")
    if THOUSANDS.fullmatch(bare.rstrip("%")):
        bare = bare.replace(",", "")
    return bare + "%" if percent and re.fullmatch(r"[-+]?\d*\.?\d+", bare) else bare


def sum_of(text: str) -> Decimal | None:
    """Work out plain arithmetic of figures, exactly; nothing where it is anything else."""
    if len(text) > LONGEST_SUM or "**" in text:
        return None
    try:
        return _worked(ast.parse(text.replace("×", "*").replace("÷", "/"), mode="eval").body, text)
    except (SyntaxError, ValueError, DecimalException, RecursionError):
        return None


def _worked(node: ast.expr, text: str) -> Decimal:
    if isinstance(node, ast.BinOp) and type(node.op) in SUMS:
        worked = SUMS[type(node.op)](_worked(node.left, text), _worked(node.right, text))
        return round(worked, 6) if isinstance(node.op, ast.Div) else worked
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_worked(node.operand, text)
    if isinstance(node, ast.Constant):
        return Decimal(ast.get_source_segment(text.replace("×", "*").replace("÷", "/"), node) or "")
    raise ValueError(text)


def day(text: str, today: date) -> str | None:
    """Give the day that a text names, in ISO form."""
    word = text.strip().lower().replace(" ", "")
    if word in NEAR:
        return (today + timedelta(days=NEAR[word])).isoformat()
    if word in DAYS:
        return (today + timedelta(days=(DAYS[word] - today.weekday() - 1) % 7 + 1)).isoformat()
    moved = re.fullmatch(r"([+-])(\d{1,4})([dw天日周m月])?", word)
    if moved:
        return _moved(today, int(moved.group(1) + moved.group(2)), moved.group(3) or "d")
    return _written(word, today)


def _moved(today: date, count: int, step: str) -> str:
    if step in STEPS:
        return (today + timedelta(days=count * STEPS[step])).isoformat()
    month = today.year * 12 + today.month - 1 + count
    first = date(month // 12, month % 12 + 1, 1)
    last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(today.day, last.day)).isoformat()


def _written(word: str, today: date) -> str | None:
    parts = re.fullmatch(r"(?:(\d{4})[-/.年])?(\d{1,2})[-/.月](\d{1,2})[日号]?", word) or re.fullmatch(r"(\d{4})(\d{2})(\d{2})", word)
    if parts is None:
        return None
    year, month, of_month = parts.groups()
    try:
        found = date(int(year or today.year), int(month), int(of_month))
        if year is None and (today - found).days > 180:
            found = found.replace(year=today.year + 1)
    except ValueError:
        return None
    return found.isoformat()


def moment(text: str, today: date, zone: str) -> str | None:
    """Give the instant that a text names in the company's zone: a day, and a time of day if one is said."""
    if re.match(r"\d{4}-\d{2}-\d{2}T", text):
        return text
    found = re.fullmatch(r"(.*?)[ ,，]*(\d{1,2}:\d{2})?", text)
    if found is None:
        return None
    on = day(found.group(1), today) if found.group(1) else today.isoformat()
    at = clock(found.group(2) or "00:00")
    try:
        return datetime.combine(date.fromisoformat(on or ""), time.fromisoformat(at), ZoneInfo(zone)).isoformat()
    except ValueError:
        return None


def clock(text: str) -> str:
    """Give a time of day: `8:30`, `0830`."""
    found = re.fullmatch(r"(\d{1,2})[:点.]?(\d{2})", text.strip())
    return f"{int(found.group(1)):02}:{found.group(2)}" if found else text


def span(text: str) -> str:
    """Give a length of time: `2天`, `90 min`, `3h`."""
    found = re.fullmatch(r"(\d{1,6})\s*(\D+)", text.strip().lower())
    return f"{found.group(1)} {SPANS.get(found.group(2).strip(), found.group(2).strip())}" if found else text
