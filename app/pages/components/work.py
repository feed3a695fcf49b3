"""The React pieces of the work pages as Reflex components; what they do stands in work.jsx beside this file."""

from __future__ import annotations

from typing import Any

import reflex as rx

from app.pages.components.react import LUCIDE, SHARED, one_value


class Ticker(rx.NoSSRComponent):
    """Asks the server again while something is under way and the page is looked at."""

    library = SHARED["work.jsx"]
    tag = "Ticker"
    lib_dependencies: list[str] = [LUCIDE]
    active: rx.Var[bool]
    every: rx.Var[int]
    on_tick: rx.EventHandler[rx.event.no_args_event_spec]


class ResultFrame(rx.NoSSRComponent):
    """The page of a run, shut in a sandbox and as high as its content."""

    library = SHARED["work.jsx"]
    tag = "ResultFrame"
    src: rx.Var[str]
    title: rx.Var[str]


class AskBox(rx.NoSSRComponent):
    """The box for a question: Enter asks, Shift Enter starts a line; shut while an answer is worked out."""

    library = SHARED["work.jsx"]
    tag = "AskBox"
    hint: rx.Var[str]
    send: rx.Var[str]
    busy: rx.Var[bool]
    rev: rx.Var[int]
    name: rx.Var[str]
    on_ask: rx.EventHandler[one_value]


class AnswerText(rx.NoSSRComponent):
    """An answer whose numbers in brackets lead to their sources."""

    library = SHARED["work.jsx"]
    tag = "AnswerText"
    text: rx.Var[str]
    sources: rx.Var[list[Any]]


class ScrollDown(rx.NoSSRComponent):
    """Brings the end of a talk into sight when something was added."""

    library = SHARED["work.jsx"]
    tag = "ScrollDown"
    rev: rx.Var[int]


class FileDrop(rx.NoSSRComponent):
    """Takes a file by choosing or dropping it, sends it over REST and tells its id and name."""

    library = SHARED["work.jsx"]
    tag = "FileDrop"
    words: rx.Var[str]
    choose: rx.Var[str]
    hint: rx.Var[str]
    sending: rx.Var[str]
    refused: rx.Var[str]
    on_file: rx.EventHandler[rx.event.passthrough_event_spec(str, str)]


class CellBox(rx.NoSSRComponent):
    """A cell of a file that can be corrected; Enter checks the file again."""

    library = SHARED["work.jsx"]
    tag = "CellBox"
    row: rx.Var[str]
    column: rx.Var[str]
    value: rx.Var[str]
    label: rx.Var[str]
    on_mend: rx.EventHandler[rx.event.passthrough_event_spec(str, str, str)]
    on_check: rx.EventHandler[rx.event.no_args_event_spec]
