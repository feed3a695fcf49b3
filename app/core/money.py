"""Money: an exact amount with its currency. Rounding happens here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from app.core.errors import DaybookError
from app.core.quantity import EXACT, exact, from_units, round_half_up, shared_out, to_units

DECIMALS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


class CurrencyMismatch(DaybookError):
    """{left} and {right} are different currencies. Convert one with its rate first."""

    zh = "{left} 与 {right} 币种不同，请先按汇率换算。"
    status = 422


def decimals_of(currency: str) -> int:
    """Count the decimals of a currency: 2 unless it has none (JPY) or three (KWD)."""
    return DECIMALS.get(currency, 2)


@dataclass(frozen=True, init=False, slots=True)
class Money:
    """An amount of a currency, rounded half up to its smallest coin."""

    amount: Decimal
    currency: str

    def __init__(self, amount: Decimal | int | str, currency: str) -> None:
        object.__setattr__(self, "amount", round_half_up(amount, decimals_of(currency)))
        object.__setattr__(self, "currency", currency)

    @classmethod
    def of_minor(cls, units: int, currency: str) -> Money:
        """Give the money of so many smallest coins."""
        return cls(from_units(units, decimals_of(currency)), currency)

    @property
    def minor(self) -> int:
        """Count the smallest coins."""
        return to_units(self.amount, decimals_of(self.currency))

    def split(self, parts: int) -> tuple[Money, ...]:
        """Give so many nearly equal parts that add up to the whole; the first ones take the odd coins."""
        if parts < 1:
            raise ValueError("money is split into at least one part")
        return self.shares((1,) * parts)

    def shares(self, weights: Sequence[int | Decimal]) -> tuple[Money, ...]:
        """Give parts in proportion to weights that add up to the whole."""
        figures = [exact(weight) for weight in weights]
        places = max((-int(figure.as_tuple().exponent) for figure in figures), default=0)
        whole = tuple(to_units(figure, max(places, 0)) for figure in figures)
        return tuple(Money.of_minor(part, self.currency) for part in shared_out(self.minor, whole))

    def __add__(self, other: Money) -> Money:
        return Money(EXACT.add(self.amount, self._same(other).amount), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(EXACT.subtract(self.amount, self._same(other).amount), self.currency)

    def __neg__(self) -> Money:
        return Money(EXACT.minus(self.amount), self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(EXACT.multiply(self.amount, exact(factor)), self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other).amount

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other).amount

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other).amount

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other).amount

    def __bool__(self) -> bool:
        return bool(self.amount)

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def _same(self, other: Money) -> Money:
        if not isinstance(other, Money):
            raise TypeError(f"money is added to and compared with money, not {type(other).__name__}")
        if other.currency != self.currency:
            raise CurrencyMismatch(left=self.currency, right=other.currency)
        return other


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Add up amounts of one currency; nothing adds up to zero."""
    found = Money(0, currency)
    for amount in amounts:
        found = found + amount
    return found
