"""The frame's state: language, person, menu, palette. Small, for every event of a page carries its parents."""

from __future__ import annotations

import reflex as rx

from app.pages.session import LANGUAGE, locale, office, secured
from app.pages.views import menu as menus
from app.pages.views.palette import find
from app.pages.wording import chrome

YEAR = 365 * 24 * 3600


class Frame(rx.State):
    """Language and person: what every page stands in."""

    lang: str = rx.Cookie("", name=LANGUAGE, max_age=YEAR, same_site="lax")
    ready: bool = False
    person: menus.Person = menus.Person()
    company: str = ""
    here: str = ""
    seen: int = 0

    @rx.var
    def t(self) -> dict[str, str]:
        """The words of the frame in the language of the reader."""
        return chrome(self.lang if self.lang in ("en", "zh") else "en")

    @rx.event
    @secured
    def load(self) -> None:
        """Show who is here, before the page itself."""
        self.lang = self.lang or locale(self.router.headers.cookie, office())
        self.person, self.company = menus.person(office(), self.lang), menus.company(office(), self.lang)
        parts = self.router.url.path.strip("/").split("/")
        self.here, self.ready = parts[-1 if parts[0] == "settings" else 0] or "home", True
        self.seen += 1

    @rx.event
    @secured
    def switch_language(self) -> rx.event.EventSpec:
        """Turn the page to the other language, and everything on it."""
        self.lang = "en" if self.lang == "zh" else "zh"
        return rx.call_script("setTimeout(() => window.location.reload(), 150)")


class Menu(rx.State):
    """The side menu and the number of decisions that wait."""

    groups: list[menus.MenuGroup] = []
    main: menus.MenuItem = menus.MenuItem()
    waiting: int = 0

    @rx.event
    @secured
    def load(self) -> None:
        """Show what this person may open; unchanged groups are not sent again."""
        said = locale(self.router.headers.cookie, office())
        groups = office().kept(("menu", said), lambda: menus.menu(office(), said))
        if groups != self.groups:
            self.groups, self.main = groups, groups[0].lines[0] if groups else menus.MenuItem()
        self.waiting = len(office().inbox())


class Finder(rx.State):
    """The palette: commands at once, records by asking."""

    commands: list[menus.Command] = []
    found: list[menus.Command] = []
    asked: str = ""

    @rx.event
    @secured
    def load(self) -> None:
        """Hand the browser the commands of this person, once."""
        said = locale(self.router.headers.cookie, office())
        commands = office().kept(("commands", said), lambda: menus.commands(office(), said))
        if commands != self.commands:
            self.commands = commands

    @rx.event
    @secured
    def ask(self, text: str) -> None:
        """Find records by number, name, pinyin."""
        self.found = find(office(), text, locale(self.router.headers.cookie, office()))
        self.asked = text


FRAME = [Frame.load, Menu.load, Finder.load]
