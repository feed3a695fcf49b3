"""The frame of every page: side menu, top bar, palette, keys; on a phone a bar of five at the bottom."""

from __future__ import annotations

from typing import Any

import reflex as rx
from reflex.style import set_color_mode

from app.pages.bell import Bell, bell
from app.pages.components.react import Hotkeys, LettersSwitch, PageHead, Palette, SessionWatch
from app.pages.components.widgets import icon, icon_button, word
from app.pages.state import Finder, Frame, Menu
from app.pages.talk_state import Talk
from app.pages.talk_views import panel
from app.pages.views.menu import MenuGroup, MenuItem

OPEN_PALETTE = rx.call_script("window.dispatchEvent(new Event('daybook-palette'))")
SIGN_OUT = rx.call_script("fetch('/api/logout', {method: 'POST'}).finally(() => { sessionStorage.removeItem('token'); window.location.href = '/login' })")
KEYS: tuple[tuple[str, str], ...] = (
    ("Ctrl K", "key_palette"),
    ("G H", "key_home"),
    ("G I", "key_inbox"),
    ("G S", "key_stock"),
    ("G P", "key_purchasing"),
    ("G R", "key_reports"),
    ("J K", "key_next"),
    ("Enter", "key_open"),
    ("/", "key_search"),
    ("X", "key_select"),
    ("Shift X", "key_range"),
    ("Space", "key_peek"),
    ("Esc", "key_back"),
    ("N", "key_new"),
    ("E", "key_edit"),
    ("Ctrl S", "key_save"),
    ("Ctrl Enter", "key_submit"),
    ("Ctrl Shift D", "key_copy_line"),
    ("Ctrl Shift ⌫", "key_delete_line"),
    ("A R B", "key_decide"),
    ("Ctrl /", "key_assistant"),
    ("?", "key_help"),
)
GO = {"g h": "/", "g i": "/inbox", "g s": "/stock", "g p": "/purchase_order", "g o": "/sales_order", "g r": "/notebooks"}
TALK = "mod+/"
OWN_ACCOUNT = "/settings/account"


class Help(rx.State):
    """Whether the table of keys is open."""

    shown: bool = False

    @rx.event
    def show(self, shown: bool) -> None:
        """Open or close the table."""
        self.shown = shown


def frame(
    *content: rx.Component, title: Any, trail: rx.Component | None = None, class_name: str = "page"
) -> rx.Component:
    """Give a whole page: `title` names it in the browser, `trail` shows the way to it."""
    return rx.el.div(
        PageHead.create(lang=Frame.lang, title=title, product=word("product"), offline=word("offline")),
        rx.cond(Frame.ready, _shell(content, trail or rx.el.span(title, class_name="last"), class_name), _waiting()),
    )


def trail(*ups: tuple[Any, Any], last: Any) -> rx.Component:
    """Give the way to a page: links, and where it ends."""
    parts = [
        part
        for text, href in ups
        for part in (rx.el.a(text, href=href, class_name="up"), rx.el.span("/", class_name="up"))
    ]
    return rx.fragment(*parts, rx.el.span(last, class_name="last"))


def _shell(content: tuple[rx.Component, ...], trail_: rx.Component, class_name: str) -> rx.Component:
    return rx.el.div(
        rx.el.span(key=Frame.here + Frame.seen.to_string(), on_mount=[Bell.count, Talk.follow], hidden=True),
        rx.el.a(word("skip"), href="#page", class_name="skip"),
        _side(),
        rx.el.div(_top(trail_), rx.el.main(*content, class_name=class_name, id="page"), class_name="works"),
        _bottom(),
        rx.cond(Talk.shown, panel(), rx.fragment()),
        Palette.create(
            commands=Finder.commands, found=Finder.found, asked=Finder.asked, texts=Frame.t, on_ask=Finder.ask
        ),
        SessionWatch.create(name=Frame.person.sign_in_name, texts=Frame.t),
        Hotkeys.create(keys=[*GO, TALK, "?"], on_key=lambda key: KeyPress.press(key)),
        _keys(),
        class_name=rx.cond(Talk.shown, "shell with-talk", "shell"),
    )


class KeyPress(rx.State):
    """Keys of the frame that reached the server."""

    @rx.event
    async def press(self, key: str) -> Any:
        """Go where the key leads, if this person's menu leads there too, or open the table of keys."""
        if key == TALK:
            return Talk.toggle
        if key == "?":
            return Help.show(True)
        groups = (await self.get_state(Menu)).groups
        known = {"/", "/inbox"} | {line.href for group in groups for line in group.lines}
        return rx.redirect(GO[key]) if GO.get(key) in known else None


def _waiting() -> rx.Component:
    return rx.el.div(
        rx.el.aside(class_name="side"),
        rx.el.div(rx.el.div(class_name="top"), class_name="works"),
        class_name="shell",
        aria_busy="true",
    )


def _side() -> rx.Component:
    return rx.el.aside(
        rx.el.div(
            rx.el.span(icon("book-open", 16), class_name="mark"),
            rx.el.span(word("product")),
            rx.el.span(Frame.company, class_name="company"),
            class_name="side-head",
        ),
        rx.el.nav(
            _item("home", word("home"), "/", "house"),
            _inbox(),
            rx.foreach(Menu.groups, _group),
            aria_label=word("menu"),
        ),
        _user(),
        class_name="side",
    )


def _inbox() -> rx.Component:
    return rx.el.a(
        icon("inbox"),
        rx.el.span(word("inbox"), class_name="name"),
        rx.cond(Menu.waiting > 0, rx.el.span(Menu.waiting, class_name="count-badge"), rx.fragment()),
        href="/inbox",
        class_name=rx.cond(Frame.here == "inbox", "side-item here", "side-item"),
    )


def _item(name: Any, title: Any, href: Any, picture: Any, count: Any = "") -> rx.Component:
    here = Frame.here == name
    return rx.el.a(
        icon(picture),
        rx.el.span(title, class_name="name"),
        rx.el.span(count, class_name="count"),
        href=href,
        class_name=rx.cond(here, "side-item here", "side-item"),
        aria_current=rx.cond(here, "page", "false"),
    )


def _group(group: rx.Var[MenuGroup]) -> rx.Component:
    return rx.el.div(rx.el.h3(group.title, class_name="side-group"), rx.foreach(group.lines, _line))


def _line(item: rx.Var[MenuItem]) -> rx.Component:
    return _item(item.name, item.title, item.href, item.icon, item.count)


def _user() -> rx.Component:
    block = rx.el.button(
        rx.el.span(Frame.person.initials, class_name="avatar"),
        rx.el.span(rx.el.div(Frame.person.name, class_name="name"), rx.el.div(Frame.person.roles, class_name="second")),
        class_name="user-block",
        type="button",
        aria_label=Frame.person.name,
    )
    return rx.dropdown_menu.root(rx.dropdown_menu.trigger(block), _user_menu(), modal=False)


def _user_menu() -> rx.Component:
    return rx.dropdown_menu.content(
        rx.dropdown_menu.item(word("my_account_link"), on_select=rx.redirect(OWN_ACCOUNT)),
        rx.dropdown_menu.item(word("language"), on_select=Frame.switch_language),
        rx.dropdown_menu.sub(
            rx.dropdown_menu.sub_trigger(word("theme")),
            rx.dropdown_menu.sub_content(
                *[
                    rx.dropdown_menu.item(word(f"theme_{mode}"), on_select=set_color_mode(mode))
                    for mode in ("light", "dark", "system")
                ]
            ),
        ),
        rx.dropdown_menu.item(word("help"), on_select=Help.show(True)),
        rx.dropdown_menu.separator(),
        rx.dropdown_menu.item(word("sign_out"), on_select=SIGN_OUT),
        variant="soft",
    )


def _top(trail_: rx.Component) -> rx.Component:
    return rx.el.header(
        rx.el.div(trail_, class_name="trail"),
        rx.el.button(
            icon("search"),
            rx.el.span(word("search_everything")),
            rx.el.kbd("Ctrl K"),
            on_click=OPEN_PALETTE,
            class_name="search-box only-desk",
            type="button",
        ),
        icon_button("search", word("search_everything"), on_click=OPEN_PALETTE, class_name="only-phone"),
        icon_button("sparkles", word("assistant"), on_click=Talk.toggle),
        bell(),
        icon_button("circle-help", word("help"), on_click=Help.show(True), class_name="only-desk"),
        class_name="top",
    )


def _bottom() -> rx.Component:
    return rx.el.nav(
        _tab("home", "/", "house", word("home")),
        rx.el.a(
            icon("inbox", 22),
            word("inbox"),
            rx.cond(Menu.waiting > 0, rx.el.span(Menu.waiting, class_name="count-badge"), rx.fragment()),
            href="/inbox",
            class_name=rx.cond(Frame.here == "inbox", "here", ""),
        ),
        rx.cond(Menu.main.href != "", _tab(Menu.main.name, Menu.main.href, Menu.main.icon, Menu.main.title), rx.fragment()),
        _more(),
        class_name="bottom",
        aria_label=word("menu"),
    )


def _tab(name: Any, href: Any, picture: Any, title: Any) -> rx.Component:
    return rx.el.a(
        icon(picture, 22),
        rx.el.span(title, class_name="cut"),
        href=href,
        class_name=rx.cond(Frame.here == name, "here", ""),
    )


def _more() -> rx.Component:
    trigger = rx.el.button(icon("menu", 22), word("more"), type="button")
    return rx.dialog.root(
        rx.dialog.trigger(trigger),
        rx.dialog.content(
            rx.dialog.title(word("menu"), size="4"),
            rx.foreach(Menu.groups, _group),
            _phone_settings(),
            rx.dialog.close(rx.el.button(word("close"), class_name="quiet-button", type="button")),
            aria_describedby=None,
        ),
    )


def _phone_settings() -> rx.Component:
    return rx.el.div(
        rx.el.a(word("my_account_link"), class_name="quiet-button", href=OWN_ACCOUNT),
        rx.el.button(word("language"), class_name="quiet-button", type="button", on_click=Frame.switch_language),
        rx.el.button(word("theme_dark"), class_name="quiet-button", type="button", on_click=set_color_mode("dark")),
        rx.el.button(word("theme_light"), class_name="quiet-button", type="button", on_click=set_color_mode("light")),
        rx.el.button(word("sign_out"), class_name="quiet-button", type="button", on_click=SIGN_OUT),
        class_name="acts",
        style={"margin": "16px 0"},
    )


def _keys() -> rx.Component:
    rows = [
        rx.el.tr(
            rx.el.td(*[rx.el.kbd(one, style={"marginRight": "4px"}) for one in keys.split(" ")]), rx.el.td(word(name))
        )
        for keys, name in KEYS
    ]
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(word("keys_title"), size="4"),
            rx.dialog.description(word("keys_lead"), size="2", color_scheme="gray"),
            rx.el.table(rx.el.tbody(*rows), class_name="plain-table keys-table"),
            LettersSwitch.create(label=word("keys_letters")),
            rx.el.div(
                rx.dialog.close(rx.el.button(word("close"), class_name="quiet-button", type="button")),
                style={"marginTop": "16px"},
            ),
            max_width="760px",
        ),
        open=Help.shown,
        on_open_change=Help.show,
    )
