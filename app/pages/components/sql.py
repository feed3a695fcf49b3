"""The desk on which SQL is written, as a Reflex component; what it does stands in sql.jsx beside this file."""

from __future__ import annotations

from typing import Any

import reflex as rx

from app.pages.components.react import LUCIDE, SHARED, one_value


class SqlDesk(rx.NoSSRComponent):
    """A box for a question, beside it the tables one may name and what was asked before."""

    library = SHARED["sql.jsx"]
    tag = "SqlDesk"
    lib_dependencies: list[str] = [LUCIDE]
    tables: rx.Var[list[Any]]
    past: rx.Var[list[Any]]
    example: rx.Var[str]
    busy: rx.Var[bool]
    texts: rx.Var[dict[str, str]]
    on_run: rx.EventHandler[one_value]
