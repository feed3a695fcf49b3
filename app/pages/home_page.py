"""The home page: decide, fix, do, watch, in this order; one column on a phone."""

from __future__ import annotations

from typing import Any

import reflex as rx

from app.pages.components.widgets import button, card, chip, empty, icon, page_head, word
from app.pages.list_state import language
from app.pages.session import office, secured
from app.pages.shell import frame
from app.pages.state import FRAME, Menu
from app.pages.views.figures import Figure
from app.pages.views.home import Home, Line, Step, Task, home
from app.pages.wording import text


class Desk(rx.State):
    """What this person's home shows."""

    home: Home = Home()
    shown: bool = False

    @rx.event
    @secured
    def load(self) -> None:
        """Work out the home page."""
        self.home, self.shown = home(office(), language(self)), True

    @rx.event
    @secured
    def approve(self, task: int) -> Any:
        """Approve a task where it stands, and show what is left."""
        document = office().decide(task, "approve")
        self.home = home(office(), language(self))
        return [rx.toast.success(text("approved_done", language(self), number=document.number)), Menu.load]


HOME = Desk.home
BUSY = (HOME.tasks.length() > 0) | (HOME.started.length() == 0)


@rx.page(route="/", title="Daybook", on_load=[*FRAME, Desk.load])
def index() -> rx.Component:
    """The home page, or the first steps while there is nothing yet."""
    return frame(
        rx.cond(Desk.shown, rx.cond(HOME.steps.length() > 0, _first_steps(), _home()), rx.fragment()),
        title=word("home"),
    )


def _home() -> rx.Component:
    return rx.fragment(
        page_head(HOME.title, HOME.second),
        rx.el.div(
            rx.el.div(_tasks(), rx.cond(BUSY, rx.fragment(), _started()), _figures(), class_name="stack"),
            rx.el.div(rx.cond(BUSY, _started(), rx.fragment()), _drafts(), _starts(), class_name="stack"),
            class_name="home",
        ),
    )


def _tasks() -> rx.Component:
    return rx.cond(
        HOME.tasks.length() > 0,
        card(word("waits_for_me"), rx.foreach(HOME.tasks, _task), amount=Menu.waiting.to_string(), side=word("by_due")),
        rx.cond(
            BUSY,
            rx.el.div(
                icon("check"), rx.el.b(word("all_done")), rx.el.span(word("all_done_text")), class_name="card quiet-line"
            ),
            rx.fragment(),
        ),
    )


def _task(task: rx.Var[Task]) -> rx.Component:
    stands_in = rx.cond(
        task.stands_in != "", rx.el.span(icon("user", 12), " ", task.stands_in, class_name="tag"), rx.fragment()
    )
    return rx.el.div(
        rx.el.a(
            rx.el.div(task.title, stands_in, class_name="title"),
            rx.el.div(task.second, class_name="second"),
            href=task.href,
            class_name="what",
        ),
        rx.el.div(task.amount, class_name="strong figures amount"),
        rx.el.div(task.due, class_name=rx.cond(task.alarm, "red-word when", "second when")),
        rx.cond(
            task.at_once,
            button(word("approve"), icon_name="check", on_click=Desk.approve(task.key), class_name="quiet-button"),
            rx.el.a(word("look"), href=task.href, class_name="quiet-button"),
        ),
        class_name="card-row task",
    )


def _figures() -> rx.Component:
    return rx.cond(
        HOME.figures.length() > 0,
        rx.fragment(
            rx.el.div(rx.foreach(HOME.figures, _figure), class_name="tiles"), rx.el.div(HOME.as_of, class_name="second")
        ),
        rx.fragment(),
    )


def _figure(figure: rx.Var[Figure]) -> rx.Component:
    return rx.el.a(
        rx.el.div(figure.label, class_name="label"),
        rx.el.div(figure.value, class_name="value figures"),
        rx.el.div(figure.note, class_name=rx.cond(figure.alarm, "red-word second-size", "second")),
        href=figure.href,
        class_name="card tile",
    )


def _started() -> rx.Component:
    return card(
        word("started_by_me"),
        rx.cond(
            HOME.started.length() > 0,
            rx.fragment(rx.foreach(HOME.started, _line)),
            rx.el.div(word("started_none"), class_name="card-body second"),
        ),
    )


def _drafts() -> rx.Component:
    return rx.cond(HOME.drafts.length() > 0, card(word("drafts"), rx.foreach(HOME.drafts, _line)), rx.fragment())


def _line(line: rx.Var[Line]) -> rx.Component:
    return rx.el.a(
        rx.el.span(rx.el.div(line.title, class_name="title"), rx.el.div(line.second, class_name="second")),
        chip(line.chip),
        href=line.href,
        class_name="card-row line",
    )


def _starts() -> rx.Component:
    def start(line: rx.Var[Line]) -> rx.Component:
        return rx.el.a(icon(line.icon), rx.el.span(line.title), href=line.href, class_name="start-line")

    return rx.cond(
        HOME.starts.length() > 0,
        card(word("start_document"), rx.el.div(rx.foreach(HOME.starts, start), class_name="starts")),
        rx.fragment(),
    )


def _first_steps() -> rx.Component:
    bar = rx.el.div(
        rx.el.div(
            rx.el.span(word("first_setup"), class_name="second"), rx.el.b(HOME.progress), class_name="progress-words"
        ),
        rx.el.div(rx.el.div(style={"width": HOME.share}), class_name="progress"),
        class_name="progress-box",
    )
    return rx.el.div(
        page_head(HOME.title, HOME.second, bar),
        rx.el.div(
            rx.el.div(rx.el.section(rx.foreach(HOME.steps, _step), class_name="card"), class_name="stack"),
            rx.el.div(_not_sure(), _starts(), class_name="stack"),
            class_name="home",
        ),
        class_name="steps",
    )


def _step(step: rx.Var[Step]) -> rx.Component:
    sign = rx.cond(
        step.done,
        rx.el.span(icon("check", 14), class_name="step-sign done"),
        rx.el.span(step.place, class_name="step-sign"),
    )
    acts = rx.el.div(
        rx.cond(
            step.upload != "",
            rx.el.a(
                icon("file-up"),
                word("upload_sheet"),
                href=step.upload,
                class_name=rx.cond(step.now, "quiet-button main", "text-button"),
            ),
            rx.fragment(),
        ),
        rx.el.a(
            word("type_in"),
            href=step.type_in,
            class_name=rx.cond(
                step.now, rx.cond(step.upload != "", "quiet-button", "quiet-button main"), "text-button"
            ),
        ),
        class_name="acts",
        style={"marginTop": "10px"},
    )
    return rx.el.div(
        sign,
        rx.el.div(
            rx.el.div(step.title, class_name="strong"),
            rx.cond(step.done, rx.fragment(), rx.fragment(rx.el.div(step.text, class_name="lead"), acts)),
            style={"flex": "1"},
        ),
        rx.cond(
            step.done,
            rx.el.span(word("first_done"), class_name="done-word"),
            rx.el.span(step.minutes, class_name="second"),
        ),
        class_name=rx.cond(step.now, "step now", "step"),
    )


def _not_sure() -> rx.Component:
    return card(
        word("not_sure"),
        rx.el.div(
            icon("flask-conical"),
            rx.el.div(
                rx.el.div(word("sample_company"), class_name="strong"),
                rx.el.div(word("sample_company_text"), class_name="second"),
            ),
            class_name="hint-line card-body",
        ),
    )


@rx.page(route="404", title="Daybook", on_load=[*FRAME])
def nowhere() -> rx.Component:
    """What an address that leads nowhere shows."""
    return frame(
        empty(
            word("no_such_page"),
            word("no_such_text"),
            rx.el.a(word("home"), href="/", class_name="quiet-button"),
            picture="search",
        ),
        title=word("no_such_page"),
    )
