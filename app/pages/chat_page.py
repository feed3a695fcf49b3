"""The assistant's own page: earlier talks at the left, the one at hand beside them."""

from __future__ import annotations

import reflex as rx

from app.pages.components.widgets import button
from app.pages.said import Said, word
from app.pages.shell import frame, trail
from app.pages.state import FRAME
from app.pages.talk_state import Talk
from app.pages.talk_views import beginning, talk
from app.pages.views.talk import ThreadLine


@rx.page(route="/assistant", title="Daybook", on_load=[*FRAME, Said.load, Talk.load])
def assistant() -> rx.Component:
    """The page of the assistant."""
    threads = rx.el.nav(
        button(word("new_talk"), icon_name="plus", on_click=Talk.begin),
        rx.cond(Talk.threads.length() > 0, rx.el.h2(word("earlier_talks"), class_name="side-group"), rx.fragment()),
        rx.foreach(Talk.threads, _thread),
        class_name="talk-threads",
        aria_label=word("earlier_talks"),
    )
    main = rx.el.div(talk("page-ask", beginning("h1")), class_name="talk-main")
    return frame(
        rx.el.div(threads, main, class_name="talk-page"),
        title=word("assistant"),
        trail=trail(last=word("assistant")),
        class_name="page talk-frame",
    )


def _thread(thread: rx.Var[ThreadLine]) -> rx.Component:
    here = Talk.thread == thread.name
    return rx.el.button(
        rx.el.span(thread.question, class_name="cut"),
        rx.el.span(thread.when, class_name="second"),
        type="button",
        on_click=Talk.reopen(thread.name),
        class_name=rx.cond(here, "thread here", "thread"),
        aria_current=rx.cond(here, "true", "false"),
    )
