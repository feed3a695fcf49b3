"""The form of a document as a Reflex component; what it does stands in the record_*.jsx files beside this one."""
from __future__ import annotations

from typing import Any

import reflex as rx

from app.pages.components.react import LUCIDE, SHARED

two_texts = rx.event.passthrough_event_spec(str, str)
path_and_picks = rx.event.passthrough_event_spec(str, list[str])
line_act = rx.event.passthrough_event_spec(str, str, int)


class RecordForm(rx.NoSSRComponent):
    """The boxes and line tables of one document."""

    library = SHARED["record_form.jsx"]
    tag = "RecordForm"
    lib_dependencies: list[str] = [LUCIDE]
    sheet: rx.Var[dict[str, Any]]
    rev: rx.Var[int]
    calc: rx.Var[dict[str, Any]]
    offers: rx.Var[dict[str, Any]]
    dirty: rx.Var[bool]
    plain: rx.Var[bool]
    left: rx.Var[str]
    over: rx.Var[str]
    small: rx.Var[bool]
    on_put: rx.EventHandler[two_texts]
    on_pick: rx.EventHandler[path_and_picks]
    on_line: rx.EventHandler[line_act]
    on_lookup: rx.EventHandler[two_texts]
    on_keep: rx.EventHandler[rx.event.no_args_event_spec]
    on_sync: rx.EventHandler[rx.event.no_args_event_spec]
    on_command: rx.EventHandler[rx.event.passthrough_event_spec(str)]
