"""The list of any form: views, filters, grid, bulk bar; one page for all of them."""

from __future__ import annotations

import reflex as rx

from app.pages.components.react import Board, DocumentGrid, Gallery, Hotkeys, Month, Tree
from app.pages.components.record import RecordForm
from app.pages.components.widgets import button, empty, icon, icon_button, page_head, word
from app.pages.components.work import Ticker
from app.pages.list_state import DESELECT, Asking, Listing, Selection, Tabs
from app.pages.peek import Peek, peek
from app.pages.shell import frame, trail
from app.pages.state import FRAME
from app.pages.views.bulk import BulkAct, Stuck
from app.pages.views.filters import PERIODS, FilterChip, Option
from app.pages.views.listing import Column
from app.pages.views.saved import Tab

PAGE = Listing.page


@rx.page(route="/[form_name]", title="Daybook", on_load=[*FRAME, Listing.load])
def listing() -> rx.Component:
    """The list that the address names."""
    return frame(
        rx.cond(Listing.missing, _missing(), _list()), title=PAGE.title, trail=trail((PAGE.area, "/"), last=PAGE.title)
    )


def _list() -> rx.Component:
    return rx.fragment(
        _head(), _tabs(), _filters(), _doing(), _body(), _bulk(), peek(), Hotkeys.create(keys=["n"], on_key=lambda key: Listing.new())
    )


def _missing() -> rx.Component:
    return empty(
        word("no_such_page"),
        word("no_such_text"),
        rx.el.a(word("home"), href="/", class_name="quiet-button"),
        picture="lock",
    )


def _head() -> rx.Component:
    return page_head(
        PAGE.title,
        None,
        rx.cond(PAGE.may_export, _export(), rx.fragment()),
        rx.cond(
            PAGE.may_import,
            rx.el.a(icon("file-up"), word("import"), href="/import/" + PAGE.form, class_name="quiet-button only-desk"),
            rx.fragment(),
        ),
        rx.cond(
            PAGE.new_href != "",
            button(PAGE.new_title, icon_name="plus", main=True, key="N", on_click=Listing.new),
            rx.fragment(),
        ),
        named=True,
    )


def _export() -> rx.Component:
    trigger = rx.el.button(icon("download"), word("export"), class_name="quiet-button only-desk", type="button")
    return rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(trigger),
        rx.dropdown_menu.content(
            rx.dropdown_menu.item(word("export_csv"), on_select=rx.download(url=PAGE.export + "&as=csv")),
            rx.dropdown_menu.item(word("export_xlsx"), on_select=rx.download(url=PAGE.export + "&as=xlsx")),
            rx.dropdown_menu.item(word("export_whole"), on_select=rx.download(url=PAGE.export + "&as=whole")),
            variant="soft",
        ),
        modal=False,
    )


def _tabs() -> rx.Component:
    return rx.el.nav(
        rx.foreach(rx.cond(Tabs.tabs.length() == PAGE.tabs.length(), Tabs.tabs, PAGE.tabs), _tab),
        class_name="tabs",
        aria_label=word("filter"),
    )


def _tab(tab: rx.Var[Tab]) -> rx.Component:
    here = PAGE.view == tab.name
    dot = rx.cond(here & PAGE.changed, rx.el.span(class_name="tab-dot", title=word("view_changed")), rx.fragment())
    forget = rx.el.button(
        icon("x", 12), type="button", class_name="plain-button", on_click=Tabs.remove, aria_label=word("remove_view")
    )
    return rx.el.span(
        rx.el.a(
            tab.title,
            rx.el.span(tab.count, class_name="count"),
            rx.cond(tab.shared, icon("users", 12), rx.fragment()),
            dot,
            href=tab.href,
            class_name=rx.cond(here, "tab here", "tab"),
            aria_current=rx.cond(here, "page", "false"),
        ),
        rx.cond(here & tab.own, forget, rx.fragment()),
        class_name="tab-box",
    )


def _save_view() -> rx.Component:
    trigger = rx.el.button(word("save_to_view"), class_name="text-button strong only-desk", type="button")
    form = rx.form(
        rx.el.label(word("view_title"), html_for="view-title", class_name="second"),
        rx.el.input(id="view-title", name="title", max_length=60, class_name="text-input", auto_complete="off"),
        rx.el.label(rx.checkbox(name="share"), rx.el.span(word("view_share")), class_name="check-line"),
        rx.popover.close(rx.el.button(word("save"), type="submit", class_name="quiet-button main")),
        on_submit=Tabs.save,
        class_name="plain-form",
    )
    return rx.popover.root(rx.popover.trigger(trigger), rx.popover.content(form, width="260px"))


def _filters() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.input(
                rx.input.slot(icon("search")),
                rx.input.slot(rx.el.kbd("/", class_name="only-desk"), side="right"),
                id="list-search",
                placeholder=word("search_these"),
                default_value=PAGE.search,
                key=PAGE.form + PAGE.search,
                size="2",
                on_blur=Listing.search,
                on_key_down=lambda key: rx.cond(
                    key == "Enter", rx.call_script("document.activeElement.blur()"), rx.noop()
                ),
                aria_label=word("search_these"),
            ),
            class_name="list-search",
        ),
        rx.foreach(PAGE.chips, _chip),
        _add(),
        rx.cond(
            PAGE.narrowed,
            rx.el.button(word("clear"), on_click=Listing.clear, class_name="text-button", type="button"),
            rx.fragment(),
        ),
        rx.cond(PAGE.changed, _save_view(), rx.fragment()),
        rx.el.span(style={"flex": "1"}),
        rx.el.div(
            rx.cond(PAGE.shows == "table", _columns(), rx.fragment()),
            rx.cond(
                PAGE.shows == "table",
                icon_button("rows-3", word("density"), on_click=Listing.turn_density),
                rx.fragment(),
            ),
            class_name="only-desk",
            style={"display": "flex"},
        ),
        class_name="filters",
    )


def _chip(chip: rx.Var[FilterChip]) -> rx.Component:
    return rx.el.span(
        chip.label,
        rx.el.b(chip.value),
        rx.el.button(
            icon("x", 14), on_click=Listing.remove(chip.place), type="button", aria_label=word("remove_filter")
        ),
        class_name="filter-chip",
    )


def _add() -> rx.Component:
    trigger = rx.el.button(icon("plus", 14), word("filter"), class_name="add-filter", type="button")
    return rx.popover.root(
        rx.popover.trigger(trigger),
        rx.popover.content(rx.cond(Asking.field.name == "", _fields(), _question()), width="280px"),
        open=Asking.shown,
        on_open_change=Asking.show,
    )


def _fields() -> rx.Component:
    return rx.el.div(
        rx.el.div(word("filter_by"), class_name="second"),
        rx.el.div(
            rx.foreach(
                PAGE.askable,
                lambda one: rx.el.button(
                    one.title, on_click=Asking.pick(one.name), type="button", class_name="menu-line"
                ),
            ),
            style={"maxHeight": "320px", "overflowY": "auto"},
        ),
    )


def _question() -> rx.Component:
    return rx.el.div(
        rx.el.div(Asking.field.title, class_name="strong", style={"marginBottom": "8px"}),
        rx.match(
            Asking.field.way,
            ("options", _options()),
            ("period", _periods()),
            ("range", _range()),
            ("link", _link()),
            _text(),
        ),
    )


def _link() -> rx.Component:
    return RecordForm.create(
        key=Asking.field.name,
        plain=True,
        sheet=Asking.link,
        rev=0,
        calc={},
        offers=Asking.offers,
        dirty=False,
        on_pick=Asking.link_to,
        on_lookup=Asking.lookup,
    )


def _options() -> rx.Component:
    def line(option: rx.Var[Option]) -> rx.Component:
        return rx.el.label(
            rx.checkbox(
                checked=Asking.chosen.contains(option.value), on_change=lambda _on: Asking.toggle(option.value)
            ),
            rx.el.span(option.title),
            class_name="check-line",
        )

    return rx.el.div(
        rx.el.div(rx.foreach(Asking.field.options, line), style={"maxHeight": "260px", "overflowY": "auto"}), _apply()
    )


def _periods() -> rx.Component:
    return rx.el.div(
        *[
            rx.el.button(word(name), on_click=Asking.period(value), type="button", class_name="menu-line")
            for value, name in PERIODS.items()
        ]
    )


def _range() -> rx.Component:
    return rx.el.div(
        rx.el.div(
            _box(word("from"), Asking.put_least),
            _box(word("to"), Asking.put_most),
            style={"display": "flex", "gap": "8px"},
        ),
        _apply(),
    )


def _text() -> rx.Component:
    return rx.el.div(_box(word("contains"), Asking.put_least), _apply())


def _box(hint: rx.Var, put: rx.event.EventHandler) -> rx.Component:
    return rx.input(
        placeholder=hint,
        on_blur=put,
        aria_label=hint,
        size="2",
        width="100%",
        on_key_down=lambda key: rx.cond(key == "Enter", rx.call_script("document.activeElement.blur()"), rx.noop()),
    )


def _apply() -> rx.Component:
    return rx.el.div(button(word("apply"), main=True, on_click=Asking.apply), style={"marginTop": "12px"})


def _columns() -> rx.Component:
    def line(column: rx.Var[Column]) -> rx.Component:
        return rx.el.label(
            rx.checkbox(
                checked=column.shown,
                on_change=lambda on: Listing.column(column.field, on),
                disabled=column.field == "number",
            ),
            rx.el.span(column.title),
            class_name="check-line",
        )

    trigger = rx.el.button(
        icon("columns-3"), class_name="icon-button", type="button", title=word("columns"), aria_label=word("columns")
    )
    return rx.popover.root(
        rx.popover.trigger(trigger),
        rx.popover.content(
            rx.el.div(rx.foreach(PAGE.choices, line), style={"maxHeight": "360px", "overflowY": "auto"}), width="240px"
        ),
    )


def _doing() -> rx.Component:
    line = rx.el.div(
        rx.el.div(rx.el.div(class_name="flow"), class_name="progress"),
        rx.el.span(Selection.doing),
        rx.el.a(word("look"), href="/settings/jobs", class_name="text-button"),
        class_name="list-doing",
        role="status",
    )
    ticker = Ticker.create(active=Selection.job > 0, every=1000, on_tick=Selection.follow)
    return rx.fragment(rx.cond(Selection.job > 0, line, rx.fragment()), ticker)


def _body() -> rx.Component:
    return rx.match(
        PAGE.shows,
        ("kanban", Board.create(form=PAGE.form, query=PAGE.query, reload=Listing.reload, on_move=Listing.move)),
        ("calendar", Month.create(form=PAGE.form, query=PAGE.query, reload=Listing.reload)),
        ("tree", Tree.create(form=PAGE.form, query=PAGE.query, reload=Listing.reload, texts=PAGE.texts, on_clear=Listing.clear)),
        ("gallery", Gallery.create(form=PAGE.form, query=PAGE.query, reload=Listing.reload, texts=PAGE.texts, on_clear=Listing.clear)),
        _grid(),
    )


def _grid() -> rx.Component:
    return DocumentGrid.create(
        source=PAGE.source,
        columns=PAGE.columns,
        sort=PAGE.sort,
        density=Listing.density,
        texts=PAGE.texts,
        reload=Listing.reload,
        on_sort=Listing.sort,
        on_select=Selection.choose,
        on_clear=Listing.clear,
        on_peek=lambda number: rx.cond(number == "", Peek.close(), Peek.show(number)),
    )


def _bulk() -> rx.Component:
    def act(one: rx.Var[BulkAct]) -> rx.Component:
        return rx.el.button(one.title, on_click=Selection.ask(one.name), type="button")

    bar = rx.el.div(
        rx.el.b(Selection.words),
        rx.el.span(Selection.total, class_name="figures"),
        rx.el.button(word("select_all_filtered"), on_click=Selection.choose_all, type="button", class_name="bare"),
        rx.foreach(Selection.acts, act),
        rx.el.button(
            icon("x"), on_click=rx.call_script(DESELECT), type="button", class_name="bare", aria_label=word("close")
        ),
        class_name="bulk",
        role="region",
        aria_live="polite",
    )
    return rx.fragment(rx.cond(Selection.numbers.length() > 0, bar, rx.fragment()), _preview())


def _preview() -> rx.Component:
    def stuck(one: rx.Var[Stuck]) -> rx.Component:
        return rx.el.tr(rx.el.td(one.number, class_name="strong"), rx.el.td(one.reason))

    shown = Selection.preview
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(shown.act.title, size="4"),
            rx.el.p(shown.words),
            rx.el.p(shown.confirm, class_name="lead"),
            rx.cond(
                shown.stuck.length() > 0,
                rx.el.table(rx.el.tbody(rx.foreach(shown.stuck, stuck)), class_name="plain-table"),
                rx.fragment(),
            ),
            rx.el.div(
                rx.el.button(
                    word("not_now"), class_name="quiet-button", type="button", on_click=Selection.dismiss(False)
                ),
                rx.el.button(
                    shown.button,
                    class_name="quiet-button main",
                    type="button",
                    on_click=Selection.run,
                    disabled=(shown.ready.length() == 0) & (Selection.many == 0),
                ),
                class_name="acts",
                style={"marginTop": "16px", "justifyContent": "flex-end"},
            ),
            max_width="520px",
            aria_describedby=None,
        ),
        open=Selection.asking,
        on_open_change=Selection.dismiss,
    )
