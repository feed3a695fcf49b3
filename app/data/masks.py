"""What others see of a value that is not for them."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

BANDS = (0, 1_000, 10_000, 50_000, 100_000, 500_000, 1_000_000)


def mask(kind: str, value: Any) -> str:
    """Give what is shown in place of a value: nothing, `***1234`, `张**`, `10k–50k`."""
    if kind == "amount":
        return _band(value)
    if not isinstance(value, str):
        return ""
    cut = re.fullmatch(r"(last|first) (\d+)", kind)
    if cut:
        return _part(value, int(cut.group(2)), last=cut.group(1) == "last")
    return _MASKS[kind](value) if kind in _MASKS else ""


def _part(value: str, length: int, *, last: bool) -> str:
    """A value no longer than what is shown would be shown whole: then nothing is."""
    if len(value) <= length:
        return "***"
    return "***" + value[-length:] if last else value[:length] + "***"


def _phone(value: str) -> str:
    return value[:3] + "****" + value[-4:] if len(value) > 8 else "****"


def _email(value: str) -> str:
    name, _, place = value.partition("@")
    return f"{name[:1]}***@{place}"


def _band(value: Any) -> str:
    if not isinstance(value, Decimal):
        return ""
    size = abs(value)
    lower = max(band for band in BANDS if band <= size)
    upper = next((band for band in BANDS if band > size), None)
    return f"{_short(lower)}–{_short(upper)}" if upper else f"{_short(lower)}+"


def _short(band: int) -> str:
    return f"{band // 1_000_000}M" if band >= 1_000_000 else f"{band // 1000}k" if band else "0"


_MASKS: dict[str, Callable[[str], str]] = {
    "name": lambda value: value[:1] + "**",
    "phone": _phone,
    "email": _email,
}
