"""Free SQL: a box for the question, the tables one may name, the answer, what was asked before."""

from __future__ import annotations

import asyncio
from typing import Any

import reflex as rx

from app.pages.components.sql import SqlDesk
from app.pages.components.widgets import button, callout, empty, page_head
from app.pages.list_state import language
from app.pages.said import Said, word
from app.pages.session import office, secured
from app.pages.shell import frame, trail
from app.pages.state import FRAME
from app.pages.views import sql as views
from app.pages.views.sql import Heading, Past, SqlAnswer, SqlTable


class Sql(rx.State):
    """The question of one person, and what came of it."""

    tables: list[SqlTable] = []
    past: list[Past] = []
    answer: SqlAnswer = SqlAnswer()
    example: str = ""
    busy: bool = False
    shown: bool = False

    @rx.event
    @secured
    async def load(self) -> None:
        """Show the tables and the history, and have an engine ready; an answer that is there stays."""
        here, said = office(), language(self)
        views.require_writer(here)
        self.tables, self.past = await asyncio.to_thread(lambda: (views.tables(here, said), views.past(here, said)))
        self.example, self.shown, self.busy = views.example(self.tables), True, False
        await asyncio.to_thread(views.warm)

    @rx.event
    @secured
    async def run(self, query: str) -> Any:
        """Answer a question; other pages go on meanwhile."""
        here, said = office(), language(self)
        views.require_writer(here)
        self.busy, self.answer = True, SqlAnswer()
        yield
        self.answer = await asyncio.to_thread(views.ask, here, query, said)
        self.past, self.busy = await asyncio.to_thread(views.past, here, said), False

    @rx.event
    @secured
    def save(self) -> Any:
        """Hand over the whole answer as a file."""
        return rx.download(url=self.answer.file, filename="query.csv") if self.answer.file else None


ANSWER = Sql.answer


@rx.page(route="/sql", title="Daybook", on_load=[*FRAME, Said.load, Sql.load])
def sql() -> rx.Component:
    """The page of free SQL."""
    desk = SqlDesk.create(
        tables=Sql.tables,
        past=Sql.past,
        example=Sql.example,
        busy=Sql.busy,
        texts=Said.w,
        on_run=Sql.run,
    )
    return frame(
        page_head(word("sql_title"), word("sql_lead"), named=True),
        rx.cond(Sql.shown, rx.el.div(desk, _answer(), class_name="sql"), rx.fragment()),
        title=word("sql_title"),
        trail=trail((word("analysis"), "/notebooks"), last=word("sql_title")),
    )


def _answer() -> rx.Component:
    working = rx.el.div(
        rx.el.div(rx.el.div(class_name="flow"), class_name="progress"),
        rx.el.div(word("sql_running"), class_name="second", role="status"),
        class_name="doing",
    )
    return rx.el.section(
        rx.cond(Sql.busy, working, rx.fragment()),
        rx.cond(ANSWER.problem != "", callout(ANSWER.problem), rx.fragment()),
        rx.cond(ANSWER.there, _table(), rx.fragment()),
        class_name="sql-answer",
        aria_live="polite",
    )


def _table() -> rx.Component:
    none = empty(word("sql_nothing"), word("sql_nothing_text"), picture="database")
    grid = rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(rx.foreach(ANSWER.headings, _heading))),
            rx.el.tbody(rx.foreach(ANSWER.rows, _row)),
        ),
        class_name="sql-grid",
        tab_index=0,
        role="region",
        aria_label=word("sql_answer"),
    )
    return rx.el.div(
        rx.el.div(
            rx.el.span(ANSWER.said, class_name="strong", role="status"),
            rx.el.span(ANSWER.note, class_name="second"),
            button(word("sql_csv"), icon_name="download", on_click=Sql.save),
            class_name="sql-foot",
        ),
        rx.cond(ANSWER.rows.length() > 0, grid, none),
        class_name="card",
    )


def _heading(heading: rx.Var[Heading]) -> rx.Component:
    return rx.el.th(heading.name, scope="col", class_name=rx.cond(heading.figure, "figures", ""))


def _row(row: rx.Var[list[str]]) -> rx.Component:
    return rx.el.tr(
        rx.foreach(
            row,
            lambda cell, place: rx.el.td(cell, class_name=rx.cond(ANSWER.headings[place].figure, "figures", "")),
        )
    )
