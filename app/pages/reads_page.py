"""Who read what is sensitive: the page of auditors."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import reflex as rx

from app.core.errors import DaybookError
from app.pages.components.widgets import empty, page_head
from app.pages.list_state import language
from app.pages.said import Said, word
from app.pages.session import office, secured
from app.pages.shell import frame, trail
from app.pages.state import FRAME
from app.pages.views.reads import ReadLine, ReadsPage, reads_page


class Reads(rx.State):
    """The readings that are shown."""

    page: ReadsPage = ReadsPage()
    refused: str = ""
    shown: bool = False

    @rx.event
    @secured
    def load(self) -> None:
        """Show the newest readings, or say who may see them."""
        number = str(self.router.url.query_parameters.get("number", ""))
        try:
            self.page, self.refused = reads_page(office(), language(self), number=number), ""
        except DaybookError as error:
            self.page, self.refused = ReadsPage(), error.say(language(self))
        self.shown = True

    @rx.event
    @secured
    def narrow(self, typed: dict[str, Any]) -> Any:
        """Show the readings of one document."""
        number = str(typed.get("number", "")).strip()
        return rx.redirect("/settings/access" + (f"?{urlencode({'number': number})}" if number else ""))


PAGE = Reads.page


@rx.page(route="/settings/access", title="Daybook", on_load=[*FRAME, Said.load, Reads.load])
def reads() -> rx.Component:
    """The page of readings."""
    none = empty(word("reads_none"), word("reads_none_text"), picture="eye")
    table = rx.fragment(
        _narrow(),
        rx.cond(PAGE.lines.length() > 0, _table(), none),
        rx.el.div(rx.el.span(PAGE.as_of), class_name="list-status", role="status"),
    )
    refused = empty(Reads.refused, "", picture="lock")
    return frame(
        page_head(word("reads"), word("reads_lead"), named=True),
        rx.cond(Reads.shown, rx.cond(Reads.refused != "", refused, table), rx.fragment()),
        title=word("reads"),
        trail=trail(last=word("reads")),
    )


def _narrow() -> rx.Component:
    box = rx.el.input(
        id="reads-number",
        name="number",
        default_value=PAGE.number,
        key=PAGE.number,
        placeholder=word("reads_number"),
        aria_label=word("reads_number"),
        class_name="text-input list-search",
    )
    return rx.form(rx.el.div(box, class_name="filters"), on_submit=Reads.narrow)


def _table() -> rx.Component:
    heads = [rx.el.th(word(name)) for name in ("reads_when", "reads_who", "reads_what", "reads_fields", "reads_door")]
    return rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*heads)), rx.el.tbody(rx.foreach(PAGE.lines, _line)), class_name="plain-table reads-table"
        ),
        class_name="card jobs-card",
    )


def _line(line: rx.Var[ReadLine]) -> rx.Component:
    what = rx.cond(line.href != "", rx.el.a(line.what, href=line.href), rx.el.span(line.what))
    return rx.el.tr(
        rx.el.td(line.when, class_name="job-small"),
        rx.el.td(line.who, class_name="strong"),
        rx.el.td(rx.el.span(line.form, class_name="second"), rx.el.br(), what, class_name="reads-what"),
        rx.el.td(line.fields),
        rx.el.td(line.door, class_name="job-small"),
    )
