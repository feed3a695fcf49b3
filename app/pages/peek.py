"""The peek: a document at the side of its list, to read without leaving; Space opens it, J and K go on."""

from __future__ import annotations

from typing import Any

import reflex as rx

from app.core.errors import DaybookError
from app.pages.components.record import RecordForm
from app.pages.components.widgets import chip, icon, icon_button, word
from app.pages.list_state import here, language
from app.pages.record_views import facts
from app.pages.session import office, secured
from app.pages.views.inbox import read_sheet
from app.pages.views.listing import reader_of
from app.pages.views.record import RecordPage, fact_names, facts_of, record_page, subject_name


class Peek(rx.State):
    """The document at the side."""

    page: RecordPage = RecordPage()
    sheet: dict[str, Any] = {}
    rev: int = 0
    shown: bool = False

    @rx.event
    @secured
    def show(self, number: str) -> None:
        """Show a document of the list that is open; one that is gone closes the peek."""
        form, said = here(self).form, language(self)
        try:
            self.page, _facts = record_page(office(), form, number, locale=said)
        except DaybookError:
            self.shown = False
            return
        reader, spec, document = reader_of(office(), said), office().form(form), office().get(form, number)
        self.page.facts = self.page.facts or facts_of(office(), reader, form, number)
        known = (*fact_names(spec, document), *subject_name(spec, document))
        self.sheet = read_sheet(office(), reader, form, number=number, facts=known)
        self.rev, self.shown = self.rev + 1, True

    @rx.event
    @secured
    def close(self) -> None:
        """Close the peek."""
        self.shown = False


def peek() -> rx.Component:
    """The panel at the side of a list."""
    page = Peek.page
    head = rx.el.div(
        rx.el.a(page.number, href="/" + page.form + "/" + page.number, class_name="number-link"),
        chip(page.chip),
        rx.el.span(class_name="grow"),
        rx.el.a(icon("external-link"), word("open"), href="/" + page.form + "/" + page.number, class_name="quiet-button"),
        icon_button("x", word("close"), on_click=Peek.close),
        class_name="peek-head",
    )
    body = rx.el.div(
        rx.cond(page.lead != "", rx.el.div(page.lead, class_name="strong"), rx.fragment()),
        rx.cond(page.stage_words != "", rx.el.div(page.stage_words, class_name="second"), rx.fragment()),
        rx.el.section(facts(page), class_name="card"),
        RecordForm.create(key=page.number + Peek.rev.to_string(), sheet=Peek.sheet, rev=Peek.rev, calc={}, offers={}, dirty=False, small=True),
        class_name="peek-body",
    )
    panel = rx.el.aside(head, body, class_name="peek", aria_label=page.number, aria_live="polite")
    return rx.cond(Peek.shown, panel, rx.fragment())
