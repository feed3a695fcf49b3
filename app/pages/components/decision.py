"""The decision panel as a Reflex component; what it does stands in decision.jsx beside this one."""
from __future__ import annotations

from typing import Any

import reflex as rx

from app.pages.components.react import LUCIDE, SHARED


class DecisionPanel(rx.NoSSRComponent):
    """Comment, ticks and buttons of one task."""

    library = SHARED["decision.jsx"]
    tag = "DecisionPanel"
    lib_dependencies: list[str] = [LUCIDE]
    task: rx.Var[Any]
    rev: rx.Var[int]
    people: rx.Var[list[list[str]]]
    problem: rx.Var[str]
    texts: rx.Var[dict[str, str]]
    on_decide: rx.EventHandler[rx.event.passthrough_event_spec(str, str, str)]
    on_pass: rx.EventHandler[rx.event.no_args_event_spec]
