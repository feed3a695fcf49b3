"""Our own React pieces as Reflex components; what they do stands in the .jsx files beside this one."""

from __future__ import annotations

import os
from typing import Any

import reflex as rx


def _shared(name: str) -> str:
    """Name a file for the build; what is built already needs no asking, which searches the whole call stack."""
    if os.environ.get("__REFLEX_SKIP_COMPILE") == "1":
        return f"$/public/external/app/pages/components/react/{name}"
    return "$/public/" + rx.asset(name, shared=True, _stack_level=2)


SHARED = {
    name: _shared(name)
    for name in (
        "icons.jsx",
        "kept.jsx",
        "record_kept.jsx",
        "session.jsx",
        "page.jsx",
        "hotkeys.jsx",
        "palette.jsx",
        "factor.jsx",
        "sign_in.jsx",
        "account.jsx",
        "rows.jsx",
        "cards.jsx",
        "grid.jsx",
        "board.jsx",
        "month.jsx",
        "tree.jsx",
        "gallery.jsx",
        "record_form.jsx",
        "record_fields.jsx",
        "record_date.jsx",
        "record_link.jsx",
        "record_files.jsx",
        "record_lines.jsx",
        "work.jsx",
        "sql.jsx",
        "decision.jsx",
    )
}
LUCIDE = "lucide-react@1.26.0"
GRID = ["ag-grid-community@36.2.0", "ag-grid-react@36.2.0", LUCIDE]
one_value = rx.event.passthrough_event_spec(str)


class Icon(rx.NoSSRComponent):
    """A picture by its name."""

    library = SHARED["icons.jsx"]
    tag = "Icon"
    lib_dependencies: list[str] = [LUCIDE]
    name: rx.Var[str]
    size: rx.Var[int]


class StageChip(rx.NoSSRComponent):
    """A stage: word, icon, colour."""

    library = SHARED["icons.jsx"]
    tag = "StageChip"
    lib_dependencies: list[str] = [LUCIDE]
    word: rx.Var[str]
    colour: rx.Var[str]
    icon: rx.Var[str]


class PageHead(rx.NoSSRComponent):
    """Language, title and fonts of the document; says when the network is gone."""

    library = SHARED["page.jsx"]
    tag = "PageHead"
    lib_dependencies: list[str] = ["@fontsource-variable/inter@5.3.0"]
    lang: rx.Var[str]
    title: rx.Var[str]
    product: rx.Var[str]
    offline: rx.Var[str]


class SessionWatch(rx.NoSSRComponent):
    """Says before the session ends, and puts the end off."""

    library = SHARED["session.jsx"]
    tag = "SessionWatch"
    lib_dependencies: list[str] = [LUCIDE]
    name: rx.Var[str]
    texts: rx.Var[dict[str, str]]


class Hotkeys(rx.Component):
    """Keys of a page, filtered in the browser; it comes with the page, so that the first press isn't lost."""

    library = SHARED["hotkeys.jsx"]
    tag = "Hotkeys"
    keys: rx.Var[list[str]]
    on_key: rx.EventHandler[one_value]


class LettersSwitch(rx.NoSSRComponent):
    """Turns single-letter keys off for this browser."""

    library = SHARED["hotkeys.jsx"]
    tag = "LettersSwitch"
    label: rx.Var[str]


class Palette(rx.NoSSRComponent):
    """The command palette."""

    library = SHARED["palette.jsx"]
    tag = "Palette"
    commands: rx.Var[list[Any]]
    found: rx.Var[list[Any]]
    asked: rx.Var[str]
    texts: rx.Var[dict[str, str]]
    on_ask: rx.EventHandler[one_value]


class SignIn(rx.NoSSRComponent):
    """The sign-in form: password, code, or the company's own sign-in."""

    library = SHARED["sign_in.jsx"]
    tag = "SignIn"
    lib_dependencies: list[str] = [LUCIDE]
    texts: rx.Var[dict[str, str]]
    lang: rx.Var[str]


class Account(rx.NoSSRComponent):
    """One's own account; what is secret in it comes by REST."""

    library = SHARED["account.jsx"]
    tag = "Account"
    lib_dependencies: list[str] = [LUCIDE]
    texts: rx.Var[dict[str, str]]
    lang: rx.Var[str]


class DocumentGrid(rx.NoSSRComponent):
    """The grid of a list, or its cards on a phone; rows come over REST."""

    library = SHARED["grid.jsx"]
    tag = "DocumentGrid"
    lib_dependencies: list[str] = GRID
    source: rx.Var[str]
    columns: rx.Var[list[Any]]
    sort: rx.Var[str]
    density: rx.Var[str]
    texts: rx.Var[dict[str, str]]
    reload: rx.Var[int]
    on_sort: rx.EventHandler[one_value]
    on_select: rx.EventHandler[rx.event.passthrough_event_spec(list[list[str]])]
    on_clear: rx.EventHandler[rx.event.no_args_event_spec]
    on_peek: rx.EventHandler[one_value]


class Board(rx.NoSSRComponent):
    """A list as a board; cards come over REST."""

    library = SHARED["board.jsx"]
    tag = "Board"
    lib_dependencies: list[str] = [LUCIDE]
    form: rx.Var[str]
    query: rx.Var[str]
    reload: rx.Var[int]
    on_move: rx.EventHandler[rx.event.passthrough_event_spec(str, str, str)]


class Month(rx.NoSSRComponent):
    """A list as a month; entries come over REST."""

    library = SHARED["month.jsx"]
    tag = "Month"
    lib_dependencies: list[str] = [LUCIDE]
    form: rx.Var[str]
    query: rx.Var[str]
    reload: rx.Var[int]


class Tree(rx.NoSSRComponent):
    """A list as a tree; its branches come over REST."""

    library = SHARED["tree.jsx"]
    tag = "Tree"
    lib_dependencies: list[str] = [LUCIDE]
    form: rx.Var[str]
    query: rx.Var[str]
    reload: rx.Var[int]
    texts: rx.Var[dict[str, str]]
    on_clear: rx.EventHandler[rx.event.no_args_event_spec]


class Gallery(rx.NoSSRComponent):
    """A list as cards with pictures; they come over REST."""

    library = SHARED["gallery.jsx"]
    tag = "Gallery"
    lib_dependencies: list[str] = [LUCIDE]
    form: rx.Var[str]
    query: rx.Var[str]
    reload: rx.Var[int]
    texts: rx.Var[dict[str, str]]
    on_clear: rx.EventHandler[rx.event.no_args_event_spec]


class RecordKeys(rx.NoSSRComponent):
    """E goes to the first box, Esc back to the list."""

    library = SHARED["hotkeys.jsx"]
    tag = "RecordKeys"
