"""Pure decisions of the ledger: cost, shares, lots. Integers in, integers out; no cent is lost."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Shelf(NamedTuple):
    """What lies there of one lot."""

    lot: str | None
    available: int
    expires_on: int | None = None  # yyyymmdd
    arrived: int = 0  # the order of arrival


def divide(dividend: int, divisor: int) -> int:
    """Divide exactly, rounded half to even."""
    if divisor < 0:
        dividend, divisor = -dividend, -divisor
    quotient, rest = divmod(dividend, divisor)
    if rest * 2 > divisor or (rest * 2 == divisor and quotient % 2):
        quotient += 1
    return quotient


def take_value(held: int, value: int, amount: int, *, ref_amount: int = 0, ref_value: int = 0) -> int:
    """Give the cost of `amount` out of `held` units worth `value`: the average, and for the last unit all that is left.

    What leaves beyond what is there goes at the cost of the last receipt (ref_value for ref_amount).
    """
    if amount == 0:
        return 0
    if amount < held:
        return divide(value * amount, held)
    here = max(held, 0)
    beyond = divide(ref_value * (amount - here), ref_amount) if ref_amount else 0
    return (value if held > 0 else 0) + beyond


def true_up(held: int, value: int, amount: int, received: int) -> int:
    """Give what goods cost beyond the estimate at which they left before they came (`held` < 0)."""
    covered = min(-held, amount)
    if covered <= 0:
        return 0
    estimated = -value if covered == -held else divide(value * covered, held)
    return divide(received * covered, amount) - estimated


def share_so_far(value: int, whole: int, before: int, amount: int) -> int:
    """Give the value of `amount` units of a whole of which `before` are gone; all parts add up to the value."""
    return divide(value * (before + amount), whole) - divide(value * before, whole)


def split_landed(value: int, here: int, gone: int) -> tuple[int, int]:
    """Share a cost that came later between the goods still here and those that have left."""
    if here + gone == 0:
        return 0, value
    kept = divide(value * here, here + gone)
    return kept, value - kept


def choose_lots(wanted: int, shelves: Iterable[Shelf], *, on: int) -> list[tuple[Shelf, int]]:
    """Choose what leaves: the lot that expires first, never an expired one, goods without a date at the end."""
    usable = [s for s in shelves if s.available > 0 and (s.expires_on is None or s.expires_on >= on)]
    usable.sort(key=lambda s: (s.expires_on is None, s.expires_on or 0, s.lot is None, s.arrived))
    chosen: list[tuple[Shelf, int]] = []
    for shelf in usable:
        if wanted <= 0:
            break
        taken = min(wanted, shelf.available)
        chosen.append((shelf, taken))
        wanted -= taken
    return chosen


def shown(amount: int, scale: int) -> str:
    """Give an amount as people write it: 25000 at scale 4 is 2.5."""
    sign, digits = ("-" if amount < 0 else ""), str(abs(amount)).rjust(scale + 1, "0")
    if not scale:
        return sign + digits
    fraction = digits[-scale:].rstrip("0")
    return f"{sign}{digits[:-scale]}{'.' + fraction if fraction else ''}"
