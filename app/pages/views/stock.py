"""Stock as its page shows it: each variant in each warehouse, with what may still be promised."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from app.core import formats
from app.domain.stock import queries
from app.domain.stock.queries import Stock
from app.office import Office
from app.pages.views.cells import Reader
from app.pages.views.listing import reader_of
from app.pages.wording import text

MOST = 500


@dataclass
class StockLine:
    """One variant in one warehouse."""

    product: str = ""
    name: str = ""
    sku: str = ""
    warehouse: str = ""
    place: str = ""
    on_hand: str = ""
    reserved: str = ""
    available: str = ""
    unit_cost: str = ""
    value: str = ""
    alarm: bool = False


@dataclass
class StockPage:
    """Everything of the page."""

    lines: list[StockLine] = field(default_factory=list)
    words: str = ""
    total: str = ""
    costs: bool = False
    as_of: str = ""


def stock_page(office: Office, locale: str, *, search: str = "", warehouse: str = "") -> StockPage:
    """Give the stock that this person may see, narrowed to words and a warehouse."""
    reader = reader_of(office, locale)
    with office.reading() as tx:
        found, costs = queries.stock_by_place(tx, warehouse=warehouse or None), queries.sees_costs(tx)
    names, places = _names(office, "product"), _names(office, "warehouse")
    wanted = search.strip().lower()
    kept = [one for one in found if wanted in f"{one.sku} {one.product} {names.get(one.product, '')}".lower()]
    total = sum((one.value for one in kept if one.value is not None), Decimal(0))
    shown = formats.money(total, reader.home) if costs else text("hidden_short", locale)
    return StockPage(
        [_line(reader, one, names, places) for one in kept[:MOST]],
        formats.number(len(kept)),
        shown,
        costs,
        text("as_of", locale, time=formats.clock(reader.now, zone=reader.zone)),
    )


def _names(office: Office, form: str) -> dict[str, str]:
    """Give the names of a form's documents by number."""
    found: dict[str, str] = {}
    after: str | None = None
    while True:
        page = office.list(form, limit=1000, after=after)
        found |= {row["number"]: str(row.get("name") or row["number"]) for row in page.rows}
        if not page.next:
            return found
        after = page.next


def _line(reader: Reader, one: Stock, names: dict[str, str], places: dict[str, str]) -> StockLine:
    return StockLine(
        one.product,
        names.get(one.product, one.product),
        one.sku,
        one.warehouse,
        places.get(one.warehouse, one.warehouse),
        formats.quantity(one.on_hand, one.unit, locale=reader.locale),
        formats.number(one.reserved),
        formats.number(one.available),
        formats.price(one.unit_cost) if one.value is not None else "",
        formats.money(one.value, reader.home, sign=False) if one.value is not None else "",
        one.available <= 0,
    )
