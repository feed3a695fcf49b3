"""The bell: what the office told this person, each with the record it is about."""

from __future__ import annotations

from dataclasses import dataclass

import reflex as rx

from app.core import formats
from app.office import Office
from app.pages.components.widgets import icon
from app.pages.said import Said, word
from app.pages.session import locale, office, secured
from app.pages.views.listing import reader_of


@dataclass
class NoticeLine:
    """One notice."""

    words: str = ""
    when: str = ""
    href: str = ""
    new: bool = False


class Bell(rx.State):
    """The notices of this person and how many are new."""

    fresh: int = 0
    lines: list[NoticeLine] = []
    shown: bool = False
    looked: bool = False

    @rx.event
    @secured
    def count(self) -> None:
        """See whether there is something new."""
        self.fresh = sum(not one.read for one in office().notices())

    @rx.event
    @secured
    def turn(self, shown: bool) -> None:
        """Open the notices, which counts as reading them, or close them."""
        self.shown = shown
        if shown:
            said = locale(self.router.headers.cookie, office())
            self.lines, self.looked = notice_lines(office(), said), True
            if self.fresh:
                office().read_notices()
            self.fresh = 0


def notice_lines(person: Office, said: str) -> list[NoticeLine]:
    """Give this person's notices, newest first."""
    reader = reader_of(person, said)
    return [
        NoticeLine(
            one.words.say(said),
            formats.moment(one.at, now=reader.now, zone=reader.zone, locale=said),
            f"/{one.form}/{one.number}" if one.form and one.number else "",
            not one.read,
        )
        for one in person.notices()
    ]


def bell() -> rx.Component:
    """Give the bell of the top bar with its popover."""
    trigger = rx.el.button(
        icon("bell"),
        rx.cond(Bell.fresh > 0, rx.el.span(class_name="dot"), rx.fragment()),
        type="button",
        title=word("notices"),
        aria_label=word("notices"),
        class_name="icon-button",
    )
    none = rx.el.div(icon("bell", 22), rx.el.div(word("notices_none")), class_name="empty second")
    lines = rx.el.div(rx.foreach(Bell.lines, _line), class_name="notices")
    content = rx.popover.content(
        rx.el.h2(word("notices"), class_name="notices-title"),
        rx.cond(Bell.looked & (Bell.lines.length() == 0), none, lines),
        width="360px",
        max_width="calc(100vw - 24px)",
        side="bottom",
        align="end",
    )
    return rx.popover.root(
        rx.popover.trigger(trigger),
        content,
        open=Bell.shown,
        on_open_change=lambda shown: [Said.load, Bell.turn(shown)],
    )


def _line(line: rx.Var[NoticeLine]) -> rx.Component:
    inside = (
        rx.el.span(class_name="bead"),
        rx.el.span(rx.el.span(line.words, class_name="what"), rx.el.div(line.when, class_name="second")),
    )
    name = rx.cond(line.new, "notice new", "notice")
    linked = rx.el.a(*inside, href=line.href, class_name=name, on_click=Bell.turn(False))
    return rx.cond(line.href != "", linked, rx.el.div(*inside, class_name=name))
