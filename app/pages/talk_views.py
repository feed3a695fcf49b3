"""How a talk with the assistant is drawn: in the panel beside a page, and on a page of its own."""

from __future__ import annotations

from typing import Any

import reflex as rx

from app.pages.components.widgets import button, icon, icon_button
from app.pages.components.work import AnswerText, AskBox, ScrollDown
from app.pages.said import word
from app.pages.talk_state import Talk
from app.pages.views.talk import Exchange, Pair, Source


def panel() -> rx.Component:
    """Give the assistant beside a page."""
    tag = rx.el.span(icon("paperclip", 12), Talk.context.number, class_name="tag")
    head = rx.el.div(
        icon("sparkles"),
        rx.el.span(word("assistant")),
        rx.cond(Talk.context.number != "", tag, rx.fragment()),
        rx.el.span(class_name="grow"),
        icon_button("plus", word("new_talk"), on_click=Talk.begin),
        icon_button("x", word("close"), on_click=Talk.toggle),
        class_name="talk-head",
    )
    return rx.el.aside(head, talk("panel-ask", beginning("h2")), class_name="talk-panel", aria_label=word("assistant"))


def talk(name: str, first: rx.Component) -> rx.Component:
    """Give the exchanges and the box below them; `first` stands where nothing was asked yet."""
    asked_now = rx.el.div(
        rx.el.div(Talk.asking, class_name="asked"),
        rx.el.div(word("reading_records"), class_name="reading second", role="status"),
        class_name="exchange",
    )
    return rx.fragment(
        rx.el.div(
            rx.cond((Talk.exchanges.length() == 0) & ~Talk.busy, first, rx.fragment()),
            rx.foreach(Talk.exchanges, _exchange),
            rx.cond(Talk.busy, asked_now, rx.fragment()),
            ScrollDown.create(rev=Talk.exchanges.length() + Talk.asking.length()),
            class_name="talk",
            aria_live="polite",
        ),
        rx.el.div(
            AskBox.create(
                hint=Talk.hint, send=word("ask_it"), busy=Talk.busy, rev=Talk.rev, name=name, on_ask=Talk.ask
            ),
            rx.el.div(word("ask_promise"), class_name="second"),
            class_name="talk-foot",
        ),
    )


def beginning(level: str) -> rx.Component:
    """Give what stands there before the first question: three questions about this very page."""
    title = getattr(rx.el, level)(word("ask_start"))
    choices = rx.foreach(Talk.examples, lambda one: _choice(one))
    return rx.el.div(title, rx.el.div(choices, class_name="choice-list"), class_name="talk-start")


def _choice(words: Any) -> rx.Component:
    return rx.el.button(words, type="button", on_click=Talk.ask(words), disabled=Talk.busy, class_name="quiet-button")


def _exchange(one: rx.Var[Exchange]) -> rx.Component:
    return rx.el.div(
        rx.el.div(one.question, class_name="asked"),
        rx.el.div(
            rx.cond(
                one.reading != "", rx.el.div(word("understood"), " ", one.reading, class_name="second"), rx.fragment()
            ),
            rx.cond(one.quiet, _quiet(one), AnswerText.create(text=one.text, sources=one.sources)),
            rx.cond(one.sources.length() > 0, _sources(one), _foot_alone(one)),
            rx.cond(
                one.choices.length() > 0,
                rx.el.div(rx.foreach(one.choices, lambda words: _choice(words)), class_name="choice-list"),
                rx.fragment(),
            ),
            rx.cond(one.draft.token != "", _draft(one), rx.fragment()),
            rx.cond(
                one.again,
                rx.el.button(
                    word("ask_again"),
                    type="button",
                    on_click=Talk.ask(one.question),
                    disabled=Talk.busy,
                    class_name="text-button",
                    style={"alignSelf": "flex-start"},
                ),
                rx.fragment(),
            ),
            class_name="answer",
        ),
        class_name="exchange",
    )


def _quiet(one: rx.Var[Exchange]) -> rx.Component:
    sign = rx.cond(one.state == "not_allowed", icon("eye-off"), icon("hand"))
    return rx.el.div(sign, AnswerText.create(text=one.text, sources=one.sources), class_name="not-allowed")


def _sources(one: rx.Var[Exchange]) -> rx.Component:
    return rx.el.div(rx.foreach(one.sources, _source), _foot(one), class_name="card sources")


def _source(source: rx.Var[Source]) -> rx.Component:
    return rx.el.div(
        rx.el.span(source.place, class_name="source-mark"),
        rx.el.a(source.title, href=source.href),
        rx.el.span(source.second, class_name="second"),
        class_name="source",
    )


def _foot(one: rx.Var[Exchange]) -> rx.Component:
    query = rx.el.details(rx.el.summary(word("show_query")), rx.el.code(one.query))
    return rx.cond(
        one.as_of != "",
        rx.el.div(
            icon("clock", 13),
            rx.el.span(one.as_of, class_name="second"),
            rx.cond(one.query != "", query, rx.fragment()),
            class_name="answer-foot",
        ),
        rx.fragment(),
    )


def _foot_alone(one: rx.Var[Exchange]) -> rx.Component:
    return rx.cond(one.as_of != "", rx.el.div(_foot(one)), rx.fragment())


def _draft(one: rx.Var[Exchange]) -> rx.Component:
    draft = one.draft
    waits = rx.el.div(
        button(word("confirm_draft"), main=True, on_click=Talk.confirm(draft.token)),
        button(word("not_now"), on_click=Talk.drop(draft.token)),
        class_name="acts",
    )
    made = rx.el.div(
        icon("circle-check"),
        rx.el.span(word("draft_is_made")),
        rx.el.a(draft.made, href=draft.href),
        class_name="made",
        role="status",
    )
    wrong = rx.el.div(icon("circle-x"), draft.problem, class_name="callout red", role="alert")
    return rx.el.div(
        rx.el.div(icon("file-plus-2"), draft.title, class_name="title"),
        rx.el.dl(rx.foreach(draft.pairs, _pair), class_name="draft-pairs"),
        rx.cond(draft.problem != "", wrong, rx.fragment()),
        rx.cond(draft.made != "", made, waits),
        class_name="card draft-card",
    )


def _pair(pair: rx.Var[Pair]) -> rx.Component:
    return rx.fragment(rx.el.dt(pair.label), rx.el.dd(pair.value))
