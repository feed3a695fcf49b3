"""Small forms, a scope, and services made by hand, for the tests of expressions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.core.expressions import (
    ADDRESS,
    BOOLEAN,
    DATE,
    DATETIME,
    DURATION,
    MONEY,
    NUMBER,
    TEXT,
    USER,
    Count,
    Expression,
    ExpressionError,
    Place,
    Scope,
    Shape,
    Type,
    choice_of,
    compile_expression,
    link_to,
    list_of,
)
from app.core.links import Link

REASONS = choice_of("damaged", "wrong_item", "changed_mind")
ORDER = Shape(
    "sales_order",
    {
        "customer": link_to("customer"),
        "store": link_to("store"),
        "carrier": link_to("carrier"),
        "total_amount": MONEY,
        "paid_amount": MONEY,
        "ordered_on": DATE,
        "paid_at": DATETIME,
        "reason": REASONS,
        "remark": TEXT,
        "urgent": BOOLEAN,
        "weight": NUMBER,
        "address": ADDRESS,
        "wait": DURATION,
        "owner": USER,
        "category": link_to("category"),
    },
    {
        "lines": {
            "product": link_to("product"),
            "quantity": NUMBER,
            "unit_price": MONEY,
            "amount": MONEY,
            "kind": choice_of("sale", "gift"),
        }
    },
    ("draft", "in_review", "completed", "cancelled"),
)
CUSTOMER = Shape(
    "customer",
    {
        "name": TEXT,
        "tags": Type("choices", options=("vip", "blacklisted")),
        "manager": link_to("employee"),
        "home": link_to("store"),
    },
    {"certificates": {"kind": TEXT, "expires_on": DATE}},
    ("active",),
)
EMPLOYEE = Shape(
    "employee",
    {"name": TEXT, "department": link_to("department"), "stores": list_of(link_to("store"))},
    {},
    ("active",),
)
PRODUCT = Shape(
    "product", {"sku": TEXT, "tax_rate": NUMBER, "has_variants": BOOLEAN, "weight": NUMBER}, {}, ("draft", "on_sale")
)
RETURN = Shape(
    "sales_return",
    {"sales_order": link_to("sales_order"), "wanted": choice_of("refund", "exchange")},
    {"lines": {"product": link_to("product"), "quantity": NUMBER}},
    ("draft", "posted", "rejected"),
)
SHAPES = {shape.name: shape for shape in (ORDER, CUSTOMER, EMPLOYEE, PRODUCT, RETURN)} | {
    name: Shape(name, {"name": TEXT, "code": TEXT}, {}, ("active",))
    for name in ("store", "carrier", "department", "category")
}
HEADER = Place("sales_order")
LINE = Place("sales_order", table="lines")
TODAY = date(2026, 1, 31)
NOW = datetime(2026, 1, 31, 8, 0, tzinfo=UTC)
STORE, OTHER_STORE = Link("store", 1, "S1", "Main"), Link("store", 2, "S2", "Second")
BOSS = Link("employee", 7, "E00007", "Wang")


class Shelf:
    """Documents by link, answers by function, and what was asked."""

    def __init__(
        self,
        documents: Mapping[Link, Mapping[str, Any]] | None = None,
        figure: Any = Decimal(0),
        roles: tuple[str, ...] = ("buyer",),
    ) -> None:
        self.documents = dict(documents or {})
        self.figure = figure
        self.roles = roles
        self.asked: list[Any] = []

    def follow(self, link: Link) -> Mapping[str, Any]:
        """Give a document."""
        return self.documents.get(link, {})

    def count(self, count: Count, scope: Scope) -> Any:
        """Give the figure that was prepared."""
        self.asked.append(count)
        return self.figure

    def call(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """Give the figure that was prepared."""
        self.asked.append((name, arguments))
        return self.figure

    def under(self, below: Link, above: Link | str) -> bool:
        """Only a thing itself stands under it."""
        return below == above

    def has_role(self, role: str) -> bool:
        """Tell whether the role was given."""
        return role in self.roles

    def working_days(self, day: date, count: int) -> date:
        """Move by working days, Saturdays and Sundays off."""
        step = timedelta(days=1 if count > 0 else -1)
        for _ in range(abs(count)):
            day += step
            while day.weekday() > 4:
                day += step
        return day

    def working_days_between(self, start: date, end: date) -> Decimal:
        """Count days that are no weekend."""
        return Decimal(sum(1 for n in range((end - start).days) if (start + timedelta(days=n + 1)).weekday() < 5))


def an_order(**values: Any) -> dict[str, Any]:
    """An order with two lines of goods and a gift."""
    lines = [
        {
            "line_no": 1,
            "product": Link("product", 1, "P1"),
            "quantity": Decimal(2),
            "unit_price": Decimal("9.90"),
            "amount": Decimal("19.80"),
            "kind": "sale",
        },
        {
            "line_no": 2,
            "product": Link("product", 2, "P2"),
            "quantity": Decimal("1.5"),
            "unit_price": Decimal("3.3333"),
            "amount": Decimal("5.00"),
            "kind": "sale",
        },
        {
            "line_no": 3,
            "product": Link("product", 2, "P2"),
            "quantity": Decimal(1),
            "unit_price": None,
            "amount": None,
            "kind": "gift",
        },
    ]
    return {
        "id": 5,
        "number": "SO-2026-000005",
        "stage": "in_review",
        "total_amount": Decimal("24.80"),
        "paid_amount": Decimal(0),
        "ordered_on": date(2026, 1, 30),
        "customer": Link("customer", 3, "C3", "Li"),
        "store": STORE,
        "reason": None,
        "carrier": Link("carrier", 9, "sf_express"),
        "remark": "",
        "urgent": True,
        "lines": lines,
        "address": {"city": "杭州", "province": "浙江"},
        **values,
    }


def expression(text: str, *, place: Place = HEADER, expect: Type | str | None = None) -> Expression:
    """Compile a text."""
    return compile_expression(text, place=place, shapes=SHAPES, expect=expect)


def a_scope(
    document: Mapping[str, Any] | None = None,
    *,
    line: Mapping[str, Any] | None = None,
    services: Shelf | None = None,
    **others: Any,
) -> Scope:
    """A scope at a document, or at one of its lines."""
    own = an_order() if document is None else document
    me = {"id": 4, "number": "wang", "employee": BOSS, "department": Link("department", 2, "D2"), "stores": (STORE,)}
    return Scope(
        own if line is None else line,
        own,
        services or Shelf(),
        line=line,
        **{"me": me, "today": TODAY, "now": NOW, **others},
    )


def value(text: str, document: Mapping[str, Any] | None = None, *, place: Place = HEADER, **scope: Any) -> Any:
    """Compile and work out a text."""
    return expression(text, place=place).value(a_scope(document, **scope))


def refused(text: str, **where: Any) -> ExpressionError:
    """Give the error that a text raises."""
    try:
        found = expression(text, **where)
    except ExpressionError as error:
        return error
    raise AssertionError(f"{text!r} was understood as {found.type.kind}")
