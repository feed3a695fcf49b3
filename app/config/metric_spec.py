"""What a metric is, once its file has been read and checked."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from app.config.workflow_spec import Who
from app.core.expressions import Expression, Shape, Type, link_to
from app.core.words import Words

UNITS: Mapping[str, Type] = {
    "number": Type("number"),
    "money": Type("money"),
    "percent": Type("number"),
    "days": Type("number"),
    "duration": Type("duration"),
}
GRAINS = ("day", "week", "month", "quarter", "year")   # dimensions of every metric that knows when its rows count
TEXT, NUMBER, MONEY, DATE = Type("text"), Type("number"), Type("money"), Type("date")
ENTRY = {"booked_on": DATE, "occurred_on": DATE, "event": TEXT, "document": TEXT, "actor": TEXT}
GOODS = {"product": link_to("product"), "variant": link_to("variant"), "warehouse": link_to("warehouse"), "place": TEXT}
LEDGER: Mapping[str, Shape] = {
    "stock_on_hand": Shape("stock_on_hand", {
        **GOODS, "quantity": NUMBER, "reserved": NUMBER, "available": NUMBER, "expected": NUMBER, "unit": TEXT,
        "value": MONEY,
    }),
    "stock_moves": Shape("stock_moves", {
        **ENTRY, **GOODS, "lot_no": TEXT, "expires_on": DATE, "quantity": NUMBER, "value": MONEY,
    }),
    "journal": Shape("journal", {
        **ENTRY, "account": TEXT, "account_name": TEXT, "place": TEXT, "commodity": TEXT, "party": TEXT,
        "debit": MONEY, "credit": MONEY, "amount": MONEY, "channel": TEXT, "store": TEXT, "warehouse": TEXT,
        "brand": TEXT, "department": TEXT,
    }),
}
MOVES: Mapping[str, tuple[str, str]] = {"stock_on_hand": ("stock_moves", "booked_on")}   # how a level came about, and when


@dataclass(frozen=True)
class Dimension:
    """What a metric can be cut by: a path from a row of its source to one value."""

    name: str
    path: Expression
    label: Words


@dataclass(frozen=True)
class AlertSpec:
    """Who is told, and when: a condition over `value`, the figure."""

    when: Expression
    tell: tuple[Who, ...]


@dataclass(frozen=True)
class MetricSpec:
    """One figure of the company: gathered from the rows of a source, or made of other metrics."""

    name: str
    title: Words
    value: Expression
    unit: str = "number"                           # number money percent days duration
    source: tuple[str, str | None] | None = None   # form and line table, or ledger view; None: made of `parts`
    parts: tuple[str, ...] = ()                    # the metrics that the value is made of
    where: Expression | None = None
    at: Expression | None = None                   # when a row counts
    dimensions: Mapping[str, Dimension] = field(default_factory=dict)
    balance: bool = False                          # a level: averaged over time, not summed
    good: str = ""                                 # up down
    goal: Decimal | None = None
    help: Words = Words()
    alert: AlertSpec | None = None

    @property
    def view(self) -> str:
        """The name under which free SQL knows the source."""
        assert self.source is not None, f"{self.name} is made of other metrics"
        form, table = self.source
        return form if table is None else f"{form}_{table}"

    @property
    def has_time(self) -> bool:
        """Tell whether its own rows say when they count."""
        return self.at is not None or self.balance
