"""Reading what a caller sends: JSON without surprises, list filters, versions."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Path, Request

from app.api.problems import WrongMediaType, wrong
from app.data.filters import OPERATORS

SEVERAL = ("in", "not_in", "between")  # their value is a list with commas
LIST_WORDS = frozenset({"sort", "limit", "after", "columns", "sums", "search", "where", "view", "format"})
LIMIT, LIMIT_MOST = 50, 1000
_FILTER = re.compile(r"([a-z][a-z0-9_.]*)(?:\[([a-z]+)\])?")
_BAD = re.compile("[\x00\ud800-\udfff]")


async def json_body(request: Request) -> Any:
    """Give the JSON of a request: exact decimals, no key twice, no NaN, no half characters."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    raw = await request.body()
    if not raw:
        return {}
    if kind not in ("application/json", "application/merge-patch+json"):
        raise WrongMediaType(wanted="application/json")
    return read_json(raw)


def read_json(raw: bytes) -> Any:
    """Read JSON exactly, or say where it can't be read."""
    try:
        value = json.loads(raw.decode("utf-8"), parse_float=_decimal, parse_constant=_constant, object_pairs_hook=_once)
        _check_text(value)
    except (UnicodeDecodeError, RecursionError) as error:
        raise wrong(
            "This is not JSON in UTF-8, or it is nested too deeply.", "不是 UTF-8 的 JSON，或嵌套太深。"
        ) from error
    except ValueError as error:
        raise wrong(f"This JSON can't be read: {str(error)[:120]}", f"JSON 读不懂：{str(error)[:120]}") from error
    return value


async def json_object(request: Request) -> dict[str, Any]:
    """Give the JSON object of a request."""
    body = await json_body(request)
    if not isinstance(body, dict):
        raise wrong("Send a JSON object.", "请发送 JSON 对象。")
    return body


def list_arguments(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Turn `total_amount[gte]=100&sort=-ordered_at&limit=20` into what a list asks for."""
    found: dict[str, Any] = {"filters": [], "limit": LIMIT}
    for name, value in pairs:
        _check_text(value)
        if name in LIST_WORDS:
            found[name] = _limit(value) if name == "limit" else value
        else:
            found["filters"].append(_filter(name, value))
    for name in {"columns", "sums"} & set(found):
        found[name] = tuple(part.strip() for part in found[name].split(",") if part.strip())
    return found


def if_match(request: Request) -> int | None:
    """Give the version that the caller saw, from If-Match."""
    text = request.headers.get("if-match", "").strip()
    if text in ("", "*"):
        return None
    found = re.fullmatch(r'(?:W/)?"(\d{1,9})"|(\d{1,9})', text)
    if not found:
        raise wrong('If-Match holds the version, for example "3".', 'If-Match 填版本号，例如 "3"。', field="If-Match")
    return int(found.group(1) or found.group(2))


def idempotency_key(request: Request) -> str | None:
    """Give the key that makes a repeated command harmless."""
    key = request.headers.get("idempotency-key", "").strip()
    if not key:
        return None
    if not re.fullmatch(r"[\x21-\x7e]{1,200}", key):
        raise wrong(
            "An Idempotency-Key has 1 to 200 visible characters.",
            "Idempotency-Key 为 1 到 200 个可见字符。",
            field="Idempotency-Key",
        )
    return key


Key = Annotated[int, Path(ge=0, lt=2**62)]  # a number in an address that a database can hold


def instant(text: str) -> datetime:
    """Give a moment such as 2026-01-31T08:00:00Z; the zone must stand there."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise wrong(
            "as_of is an instant such as 2026-01-31T08:00:00Z.",
            "as_of 为时刻，如 2026-01-31T08:00:00Z。",
            field="as_of",
        )
    return moment.astimezone(UTC)


def _filter(name: str, value: str) -> tuple[str, str, Any]:
    found = _FILTER.fullmatch(name)
    operator = (found.group(2) or "eq") if found else ""
    if not found or operator not in OPERATORS:
        known = ", ".join(OPERATORS)
        raise wrong(
            f"'{name[:60]}' is no filter. Write field[operator]=value with one of {known}.",
            f"“{name[:60]}”不是筛选条件。写 字段[运算]=值，运算为 {known} 之一。",
            field=name[:60],
        )
    return found.group(1), operator, value.split(",") if operator in SEVERAL else value


def _limit(text: str) -> int:
    if not re.fullmatch(r"\d{1,6}", text) or not 1 <= int(text) <= LIMIT_MOST:
        raise wrong(f"limit is a number from 1 to {LIMIT_MOST}.", f"limit 为 1 到 {LIMIT_MOST} 的数字。", field="limit")
    return int(text)


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    if len(text) > 60 or abs(value.adjusted()) > 40:
        raise ValueError("a number is too long")
    return value


def _constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _check_text(value: Any) -> None:
    if isinstance(value, str):
        if _BAD.search(value):
            raise wrong("A text holds a character that can't be kept.", "文本中有无法保存的字符。")
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_text(key)
            _check_text(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_text(inner)
