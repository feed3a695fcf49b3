"""The figures of the home page: each one counts documents that the person may see, and opens them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from app.core import formats
from app.core.errors import DaybookError
from app.core.expressions import ExpressionError
from app.domain.stock import queries
from app.office import Office
from app.pages.views.cells import Reader
from app.pages.views.saved import count_words
from app.pages.wording import text

OPEN = "stage in ['ordered', 'partly_received']"
LATE = f"needed_on < today and {OPEN}"
MOST = 4
DUE = f"needed_on == today and {OPEN}"


@dataclass
class Figure:
    """One number with its name, what to note about it, and where its records are."""

    label: str = ""
    value: str = ""
    note: str = ""
    alarm: bool = False
    href: str = ""


def figures(office: Office, reader: Reader) -> list[Figure]:
    """Give the figures whose forms this person may see, at most four."""
    known = {form.name for form in office.forms()}
    made = (make(office, reader) for needs, make in _FIGURES if needs in known)
    return [*islice((one for one in made if one is not None), MOST)]


def _open_orders(office: Office, reader: Reader) -> Figure | None:
    return _counted(office, reader, "figure_open_orders", ("purchase_order", OPEN), "/purchase_order?view=open")


def _open_amount(office: Office, reader: Reader) -> Figure | None:
    page = _page(office, "purchase_order", OPEN, counted=False)
    total = page.sums.get("total_amount") if page else None
    if total is None:
        return None
    shown = formats.big_money(total, reader.home, locale=reader.locale)
    return Figure(text("figure_open_amount", reader.locale), shown, "", False, "/purchase_order?view=open")


def _late_orders(office: Office, reader: Reader) -> Figure | None:
    page = _page(office, "purchase_order", LATE, order_by="needed_on", sums=())
    if page is None:
        return None
    first = page.rows[0].get("needed_on") if page.rows else None
    note = (
        text("earliest", reader.locale, day=formats.day(first, today=reader.today, locale=reader.locale))
        if first
        else text("none_late", reader.locale)
    )
    return Figure(
        text("figure_late_orders", reader.locale),
        count_words(page.count),
        note,
        bool(page.rows),
        "/purchase_order?view=late",
    )


def _due_receipts(office: Office, reader: Reader) -> Figure | None:
    href = "/purchase_order?view=open&needed_on[within]=today"
    return _counted(office, reader, "figure_due_receipts", ("purchase_order", DUE), href)


def _requests(office: Office, reader: Reader) -> Figure | None:
    asked = ("purchase_request", "stage == 'in_review'")
    return _counted(office, reader, "figure_requests", asked, "/purchase_request?stage=in_review")


def _stock_value(office: Office, reader: Reader) -> Figure | None:
    with office.reading() as tx:
        if not queries.sees_costs(tx):
            return None
        total = sum((one.value or Decimal(0) for one in queries.stock_by_place(tx)), Decimal(0))
    return Figure(
        text("figure_stock_value", reader.locale),
        formats.big_money(total, reader.home, locale=reader.locale),
        "",
        False,
        "/stock",
    )


def _counted(office: Office, reader: Reader, words: str, asked: tuple[str, str], href: str) -> Figure | None:
    """Give the figure that counts a question; nothing where this company's form can't answer it."""
    try:
        count = office.count(*asked)
    except (DaybookError, ExpressionError):
        return None
    return Figure(text(words, reader.locale), count_words(count), "", False, href)


def _page(office: Office, form: str, where: str, **more: Any) -> Any:
    """Give one row of a question with its count or sums; nothing where this company's form can't answer it."""
    try:
        return office.list(form, where, limit=1, **more)
    except (DaybookError, ExpressionError):
        return None


_FIGURES: tuple[tuple[str, Callable[[Office, Reader], Figure | None]], ...] = (
    ("purchase_order", _late_orders),
    ("purchase_order", _due_receipts),
    ("purchase_order", _open_amount),
    ("warehouse", _stock_value),
    ("purchase_order", _open_orders),
    ("purchase_request", _requests),
)
