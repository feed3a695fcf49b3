"""Stock: what is on hand, promised and free, each variant in each warehouse, from the ledger itself."""

from __future__ import annotations

from typing import Any

import reflex as rx

from app.pages.components.widgets import empty, icon, page_head, word
from app.pages.list_state import language
from app.pages.session import office, secured
from app.pages.shell import frame, trail
from app.pages.state import FRAME
from app.pages.views.stock import StockLine, StockPage, stock_page


class Shelf(rx.State):
    """The stock that is shown, and what it is narrowed to."""

    page: StockPage = StockPage()
    search: str = ""

    @rx.event
    @secured
    def load(self) -> None:
        """Read the ledger's balances."""
        self.search = self.router.url.query_parameters.get("search", "")
        self.page = stock_page(office(), language(self), search=self.search)

    @rx.event
    @secured
    def look(self, words: str) -> Any:
        """Narrow it to words."""
        return rx.redirect(f"/stock?search={words.strip()}" if words.strip() else "/stock")


PAGE = Shelf.page


@rx.page(route="/stock", title="Daybook", on_load=[*FRAME, Shelf.load])
def stock() -> rx.Component:
    """The page of stock."""
    return frame(
        page_head(word("stock_title"), word("stock_lead"), named=True),
        _search(),
        rx.cond(
            PAGE.lines.length() > 0, _table(), empty(word("stock_empty"), word("stock_empty_text"), picture="boxes")
        ),
        _status(),
        title=word("stock_title"),
        trail=trail((word("stock_area"), "/stock"), last=word("stock_title")),
    )


def _search() -> rx.Component:
    box = rx.input(
        rx.input.slot(icon("search")),
        id="list-search",
        placeholder=word("search_these"),
        default_value=Shelf.search,
        key=Shelf.search,
        on_blur=Shelf.look,
        size="2",
        aria_label=word("search_these"),
        on_key_down=lambda key: rx.cond(key == "Enter", rx.call_script("document.activeElement.blur()"), rx.noop()),
    )
    return rx.el.div(rx.el.div(box, class_name="list-search"), class_name="filters")


def _table() -> rx.Component:
    texts = [rx.el.th(word(name)) for name in ("stock_product", "stock_sku", "stock_warehouse")]
    figures = [rx.el.th(word(name), class_name="right") for name in ("on_hand", "reserved", "available")]
    figures += [rx.cond(PAGE.costs, rx.el.th(word(name), class_name="right"), rx.fragment()) for name in ("unit_cost", "stock_value")]
    return rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*texts, *figures)),
            rx.el.tbody(rx.foreach(PAGE.lines, _line)),
            class_name="plain-table stock-table",
        ),
        class_name="card stock-card",
    )


def _line(line: rx.Var[StockLine]) -> rx.Component:
    free = rx.el.span(line.available, class_name=rx.cond(line.alarm, "red-word", "strong"))
    return rx.el.tr(
        rx.el.td(rx.el.a(line.name, href="/product/" + line.product)),
        rx.el.td(line.sku),
        rx.el.td(rx.el.a(line.place, href="/warehouse/" + line.warehouse)),
        rx.el.td(rx.el.span(word("on_hand"), class_name="said-of"), line.on_hand, class_name="right"),
        rx.el.td(rx.el.span(word("reserved"), class_name="said-of"), line.reserved, class_name="right"),
        rx.el.td(rx.el.span(word("available"), class_name="said-of"), free, class_name="right"),
        rx.cond(PAGE.costs, rx.el.td(line.unit_cost, class_name="right only-desk"), rx.fragment()),
        rx.cond(PAGE.costs, rx.el.td(line.value, class_name="right strong only-desk"), rx.fragment()),
    )


def _status() -> rx.Component:
    return rx.el.div(
        rx.el.b(PAGE.words),
        rx.cond(
            PAGE.costs,
            rx.el.span(word("stock_value"), " ", rx.el.b(PAGE.total, class_name="figures")),
            rx.el.span(word("stock_value"), " ", icon("eye-off", 14), " ", PAGE.total, title=word("hidden"), class_name="masked"),
        ),
        rx.el.span(PAGE.as_of),
        class_name="list-status",
        role="status",
    )
