"""Notebooks: the shelf of them, and one with its parameters, its runs and what came of them."""

from __future__ import annotations

from typing import Any

import reflex as rx

from app.core.errors import NotFound
from app.pages.components.record import RecordForm
from app.pages.components.widgets import button, chip, empty, icon, page_head
from app.pages.components.work import ResultFrame, Ticker
from app.pages.list_state import language
from app.pages.said import Said, word
from app.pages.session import office, secured
from app.pages.shell import frame, trail
from app.pages.state import FRAME
from app.pages.views import notebooks as views
from app.pages.views.listing import reader_of
from app.pages.views.notebooks import BookLine, BookPage, Fact, RunLine, RunView
from app.pages.views.understood import day
from app.pages.wording import text


class Shelf(rx.State):
    """The notebooks there are."""

    books: list[BookLine] = []
    shown: bool = False

    @rx.event
    @secured
    def load(self) -> None:
        """Show the notebooks with this person's last runs."""
        self.books, self.shown = views.shelf(office(), language(self)), True


class Book(rx.State):
    """One notebook: its form, its runs, the run that is looked at."""

    page: BookPage = BookPage()
    run: RunView = RunView()
    sheet: dict[str, Any] = {}
    rev: int = 0
    calc: dict[str, Any] = {}
    offers: dict[str, Any] = {}
    problem: str = ""
    missing: bool = False
    busy: bool = False
    _values: dict[str, str] = {}
    _open: str = ""

    @rx.event
    @secured
    def load(self) -> None:
        """Show the notebook that the address names; what was typed stays when the page is merely loaded anew."""
        name = self.router.url.path.strip("/").split("/")[1]
        asked = self.router.url.query_parameters.get("run", "")
        try:
            book = office().notebook(name)
        except NotFound:
            self.missing, self.page = True, BookPage()
            return
        jobs = office().runs(name, limit=100)
        job = next((one for one in jobs if str(one.id) == asked), jobs[0] if jobs else None)
        self.missing, self.problem, self.busy = False, "", False
        if self._open != f"{name}/{job.id if job else ''}/{language(self)}":
            self._draw(book, job)
        self._show(book, jobs, job)

    def _draw(self, book: Any, job: Any) -> None:
        self._values = views.starting_values(book, job, language(self))
        self._open = f"{book.name}/{job.id if job else ''}/{language(self)}"
        self.sheet = views.parameter_sheet(office(), book, self._values, language(self))
        self.calc, self.offers = {}, {}
        self.rev += 1

    def _show(self, book: Any, jobs: Any, job: Any) -> None:
        said = language(self)
        self.page = views.book_page(office(), book, jobs=jobs, run=job.id if job else 0, locale=said)
        self.run = views.run_view(office(), book, job, locale=said, values=self._values) if job else RunView()

    @rx.event
    @secured
    def look(self) -> None:
        """See how the runs stand by now."""
        jobs = office().runs(self.page.name, limit=100)
        job = next((one for one in jobs if one.id == self.run.id), None)
        self._show(office().notebook(self.page.name), jobs, job)

    @rx.event
    @secured
    def put(self, path: str, value: str) -> None:
        """Take a typed parameter."""
        parameter = self._parameter(path)
        if parameter is None:
            return
        meant = value.strip()
        if parameter.type == "date" and meant:
            meant = day(meant, reader_of(office(), language(self)).today) or meant
        self._take(path, meant, {"text": meant, "value": meant})

    @rx.event
    @secured
    def pick(self, path: str, value: list[str]) -> None:
        """Take a picked parameter."""
        parameter = self._parameter(path)
        if parameter is None:
            return
        meant = value[0] if value else ""
        self._take(path, meant, views.cell_of(office(), views.spec_of(office(), parameter), meant))

    def _parameter(self, name: str) -> Any:
        return next((one for one in office().notebook(self.page.name).parameters if one.name == name), None)

    def _take(self, path: str, meant: str, cell: dict[str, Any]) -> None:
        self._values = {**self._values, path: meant}
        self.problem = ""
        self.calc = {"n": int(self.calc.get("n", 0)) + 1, "rev": self.rev, "cells": {path: cell}}
        if self.run.id:
            self.look()

    @rx.event
    @secured
    def lookup(self, path: str, words: str) -> None:
        """Offer what a link can point to."""
        parameter = self._parameter(path)
        if parameter is not None and parameter.type in office().catalogue.forms:
            self.offers = {"path": path, "items": views.links(office(), parameter.type, words)}

    @rx.event
    @secured
    def start(self) -> Any:
        """Ask for a run with what the form holds."""
        book, said = office().notebook(self.page.name), language(self)
        for one in book.parameters:
            value = self._values.get(one.name, "")
            if one.type == "date" and value and day(value, reader_of(office(), said).today) is None:
                self.problem = text("parameters_needed", said, label=one.label, value=value)
                return None
        job = office().run_notebook(book.name, **self._values)
        self._open = f"{book.name}/{job.id}/{said}"
        self._show(book, office().runs(book.name, limit=100), job)
        return rx.redirect(f"/notebooks/{book.name}?run={job.id}")

    @rx.event
    @secured
    def stop(self) -> None:
        """Stop the run that is looked at."""
        office().stop_job(self.run.id)
        self.look()

    @rx.event
    @secured
    def retry(self) -> None:
        """Let the run that is looked at run again."""
        office().retry_job(self.run.id)
        self.look()


PAGE, RUN = Book.page, Book.run


@rx.page(route="/notebooks", title="Daybook", on_load=[*FRAME, Said.load, Shelf.load])
def notebooks() -> rx.Component:
    """The page of all notebooks."""
    none = empty(word("notebooks_none"), word("notebooks_none_text"), picture="notebook-text")
    some = rx.el.div(rx.foreach(Shelf.books, _book), class_name="book-shelf")
    return frame(
        page_head(word("notebooks"), word("notebooks_lead"), named=True),
        rx.cond(Shelf.shown, rx.cond(Shelf.books.length() > 0, some, none), rx.fragment()),
        title=word("notebooks"),
        trail=trail((word("analysis"), "/notebooks"), last=word("notebooks")),
    )


def _book(book: rx.Var[BookLine]) -> rx.Component:
    return rx.el.a(
        rx.el.span(icon("notebook-text", 20), class_name="book-sign"),
        rx.el.div(
            rx.el.h2(book.title),
            rx.el.div(book.help, class_name="second"),
            rx.el.div(
                rx.cond(book.ran, chip(book.chip), rx.fragment()),
                rx.el.span(book.second, class_name="second"),
                class_name="acts",
            ),
            class_name="words",
        ),
        href=book.href,
        class_name="card book",
    )


@rx.page(route="/notebooks/[notebook_name]", title="Daybook", on_load=[*FRAME, Said.load, Book.load])
def notebook() -> rx.Component:
    """The page of one notebook."""
    gone = empty(
        word("no_such_notebook"),
        "",
        rx.el.a(word("notebooks"), href="/notebooks", class_name="quiet-button"),
        picture="notebook-text",
    )
    return frame(
        rx.cond(Book.missing, gone, rx.el.div(_side(), _result(), class_name="notebook")),
        Ticker.create(active=PAGE.moving, every=1500, on_tick=Book.look),
        title=rx.cond(Book.missing, word("notebooks"), PAGE.title),
        trail=trail((word("notebooks"), "/notebooks"), last=PAGE.title),
        class_name="page notebook-page",
    )


def _side() -> rx.Component:
    return rx.el.aside(
        rx.el.div(
            rx.el.h2(word("parameters")),
            RecordForm.create(
                key=Book.rev.to_string(),
                plain=True,
                sheet=Book.sheet,
                rev=Book.rev,
                calc=Book.calc,
                offers=Book.offers,
                dirty=False,
                on_put=Book.put,
                on_pick=Book.pick,
                on_lookup=Book.lookup,
            ),
            rx.cond(
                Book.problem != "",
                rx.el.div(icon("circle-x"), Book.problem, class_name="callout red", role="alert"),
                rx.fragment(),
            ),
            button(word("run_it"), icon_name="play", on_click=Book.start, class_name="quiet-button main wide"),
            rx.el.div(PAGE.usually, class_name="second"),
            class_name="notebook-form",
        ),
        rx.el.nav(
            rx.el.div(
                rx.el.h2(word("runs")), rx.el.span(PAGE.count, class_name="second figures"), class_name="runs-head"
            ),
            rx.cond(
                PAGE.runs.length() > 0,
                rx.foreach(PAGE.runs, _run),
                rx.el.div(word("runs_none"), class_name="second runs-none"),
            ),
            class_name="runs",
            aria_label=word("runs"),
        ),
        class_name="notebook-side",
    )


def _run(run: rx.Var[RunLine]) -> rx.Component:
    return rx.el.a(
        rx.el.span(run.when, class_name="strong"),
        chip(run.chip),
        rx.el.span(run.words, class_name="second cut"),
        rx.el.span(run.seconds, class_name="second figures"),
        href=run.href,
        class_name=rx.cond(run.here, "run here", "run"),
        aria_current=rx.cond(run.here, "true", "false"),
    )


def _result() -> rx.Component:
    head = rx.el.div(
        rx.el.div(
            rx.el.div(
                rx.el.h1(PAGE.title),
                rx.cond(RUN.id > 0, chip(RUN.chip), rx.fragment()),
                class_name="record-title",
            ),
            rx.el.div(PAGE.help, class_name="lead"),
            class_name="words",
        ),
        rx.el.div(_acts(), class_name="acts"),
        class_name="page-head",
    )
    nothing = empty(word("not_run_yet"), word("not_run_text"), picture="notebook-text")
    return rx.el.section(head, rx.cond(RUN.id > 0, _run_body(), nothing), class_name="notebook-result")


def _acts() -> rx.Component:
    moving = (RUN.state == "waiting") | (RUN.state == "running")
    over = (RUN.state == "failed") | (RUN.state == "stopped")
    return rx.fragment(
        rx.cond(moving, button(word("stop_it"), icon_name="square", on_click=Book.stop), rx.fragment()),
        rx.cond(over, button(word("try_again"), icon_name="refresh-cw", on_click=Book.retry), rx.fragment()),
    )


def _fact(fact: rx.Var[Fact]) -> rx.Component:
    return rx.el.span(icon(fact.icon, 13), fact.text, class_name="tag provenance")


def _run_body() -> rx.Component:
    stale = rx.el.div(
        icon("history"),
        rx.el.div(RUN.stale, style={"flex": "1"}),
        rx.el.button(word("run_again"), type="button", on_click=Book.start, class_name="text-button"),
        class_name="callout amber",
        role="status",
    )
    return rx.fragment(
        rx.el.div(rx.foreach(RUN.facts, _fact), class_name="provenances"),
        rx.cond(RUN.stale != "", stale, rx.fragment()),
        rx.cond(RUN.headline != "", rx.el.p(RUN.headline, class_name="headline"), rx.fragment()),
        rx.cond(RUN.doing != "", _doing(), rx.fragment()),
        rx.cond(RUN.state == "failed", _failed(), rx.fragment()),
        rx.cond(
            RUN.state == "stopped",
            empty(word("run_stopped"), word("run_stopped_text"), picture="ban"),
            rx.fragment(),
        ),
        rx.cond(
            RUN.frame != "",
            rx.el.div(
                ResultFrame.create(src=RUN.frame, title=PAGE.title, key=RUN.frame), class_name="card result-card"
            ),
            rx.fragment(),
        ),
    )


def _doing() -> rx.Component:
    return rx.el.div(
        rx.el.div(rx.el.div(class_name="flow"), class_name="progress"),
        rx.el.div(RUN.doing, class_name="second", role="status"),
        class_name="doing",
    )


def _failed() -> rx.Component:
    log = rx.el.details(rx.el.summary(word("show_log")), rx.el.pre(RUN.log), class_name="log")
    return rx.el.div(
        rx.el.div(
            icon("circle-x"),
            rx.el.div(rx.el.b(word("run_failed")), rx.el.div(RUN.error), style={"flex": "1", "minWidth": "0"}),
            class_name="callout red",
            role="alert",
        ),
        rx.cond(RUN.log != "", log, rx.fragment()),
    )
