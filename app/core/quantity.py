"""Exact figures: read without loss, rounded half up, kept as whole numbers of their smallest unit."""

from __future__ import annotations

import re
from decimal import MAX_EMAX, MIN_EMIN, ROUND_HALF_UP, Context, Decimal

from app.core.errors import DaybookError

QUANTITY_DECIMALS = 4
PRICE_DECIMALS = 4
EXACT = Context(prec=9999, rounding=ROUND_HALF_UP, Emax=MAX_EMAX, Emin=MIN_EMIN)
WRITTEN = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?")


class NotExact(DaybookError):
    """{value} is not an exact number. Write it with figures and a point, such as 12.30."""

    zh = "{value} 不是精确的数字，请用数字和小数点书写，如 12.30。"
    status = 422


def exact(value: Decimal | int | str) -> Decimal:
    """Read a figure without loss; a float, or text that is no plain number, is refused."""
    if isinstance(value, str) and WRITTEN.fullmatch(value.strip()):
        return Decimal(value.strip())
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, Decimal) and value.is_finite():
        return value
    raise NotExact(value=repr(value))


def round_half_up(value: Decimal | int | str, decimals: int) -> Decimal:
    """Round to so many decimals; a half goes away from zero."""
    return exact(value).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, EXACT)


def to_units(value: Decimal | int | str, decimals: int) -> int:
    """Give the figure as a whole number of its smallest unit; further digits are refused."""
    units = EXACT.scaleb(exact(value), decimals)
    whole = int(units)
    if whole != units:
        raise NotExact(value=f"{value} ({decimals} decimals)")
    return whole


def from_units(units: int, decimals: int) -> Decimal:
    """Give the figure of a whole number of smallest units."""
    return EXACT.scaleb(Decimal(units), -decimals)


def shared_out(units: int, weights: tuple[int, ...]) -> tuple[int, ...]:
    """Share whole units by weight so that they add up again; odd units go to the largest remainders."""
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("shares need weights of zero or more, not all zero")
    sign, amount = (-1, -units) if units < 0 else (1, units)
    shares = [amount * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: (-(amount * weights[n] % total), n))
    for place in by_remainder[: amount - sum(shares)]:
        shares[place] += 1
    return tuple(sign * share for share in shares)
