"""The pieces that all pages share: words, icons, chips, buttons, cards, empty states."""

from __future__ import annotations

from typing import Any

import reflex as rx

from app.pages.components.react import Icon, StageChip
from app.pages.state import Frame


def word(name: str) -> rx.Var:
    """Give a text of the frame in the reader's language."""
    return Frame.t[name]


def icon(name: str | rx.Var, size: int = 16) -> rx.Component:
    """Give a picture by its name."""
    return Icon.create(name=name, size=size)


def chip(stage: Any) -> rx.Component:
    """Give a stage's chip: word, icon and colour by its meaning."""
    return StageChip.create(word=stage.word, colour=stage.colour, icon=stage.icon)


def button(text: Any, *, icon_name: str = "", main: bool = False, key: str = "", **props: Any) -> rx.Component:
    """Give a button: verb, maybe a picture before it and its key behind it."""
    return rx.el.button(
        icon(icon_name) if icon_name else rx.fragment(),
        rx.el.span(text),
        rx.el.kbd(key, class_name="only-desk") if key else rx.fragment(),
        type="button",
        class_name=props.pop("class_name", "quiet-button main" if main else "quiet-button"),
        **props,
    )


def icon_button(name: str, label: Any, **props: Any) -> rx.Component:
    """Give a button that is only a picture; it has a tooltip and a name."""
    return rx.el.button(
        icon(name),
        props.pop("badge", rx.fragment()),
        type="button",
        title=label,
        aria_label=label,
        class_name="icon-button " + props.pop("class_name", ""),
        **props,
    )


def card(title: Any, *rows: rx.Component, amount: Any = None, side: Any = None) -> rx.Component:
    """Give a titled card; `amount` stands behind the title, `side` at the right."""
    return rx.el.section(
        rx.el.div(
            rx.el.h2(title),
            rx.el.span(amount, class_name="amount figures") if amount is not None else rx.fragment(),
            rx.el.span(side, class_name="side-word") if side is not None else rx.fragment(),
            class_name="card-head",
        ),
        *rows,
        class_name="card",
    )


def empty(title: Any, text: Any = "", *actions: rx.Component, picture: str = "file-text") -> rx.Component:
    """Give an empty state: picture, one sentence, the way on."""
    return rx.el.div(
        rx.el.span(icon(picture, 26), class_name="icon"),
        rx.el.div(title, class_name="title"),
        rx.el.div(text, class_name="second"),
        rx.el.div(*actions, class_name="acts"),
        class_name="empty",
        role="status",
    )


def callout(
    text: Any, *, colour: str = "red", picture: str = "circle-x", action: rx.Component | None = None
) -> rx.Component:
    """Give a message at the place it is about."""
    return rx.el.div(
        icon(picture),
        rx.el.div(text, style={"flex": "1"}),
        action or rx.fragment(),
        class_name=f"callout {colour}",
        role="alert",
    )


def page_head(title: Any, second: Any = None, *actions: rx.Component, named: bool = False) -> rx.Component:
    """Give the first line of a page: what it is, main actions at the right; `named`: a phone's top bar says it."""
    return rx.el.div(
        rx.el.div(
            rx.el.h1(title),
            rx.el.div(second, class_name="lead") if second is not None else rx.fragment(),
            class_name="words",
        ),
        rx.el.div(*actions, class_name="acts"),
        class_name="page-head named" if named else "page-head",
    )
