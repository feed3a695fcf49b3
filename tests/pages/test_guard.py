"""Every event handler can be called by anybody with a socket, so every one is guarded."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import reflex as rx

OPEN = {
    "app.pages.sign_in.Entry.load": "shows nothing but the language of the page",
    "app.pages.sign_in.Entry.speak": "turns the page to a language",
    "app.pages.shell.Help.show": "opens the table of keys",
    "app.pages.shell.KeyPress.press": "leads to another page, which guards itself",
}


def states(base: type[rx.State] = rx.State) -> Iterator[type[rx.State]]:
    for state in base.__subclasses__():
        if state.__module__.startswith("app."):
            yield state
        yield from states(state)


def handlers() -> Iterator[tuple[str, object]]:
    import app.pages.account_page
    import app.pages.chat_page
    import app.pages.home_page
    import app.pages.import_page
    import app.pages.inbox_page
    import app.pages.jobs_page
    import app.pages.list_page
    import app.pages.notebooks_page
    import app.pages.people_page
    import app.pages.reads_page
    import app.pages.record_page
    import app.pages.sign_in
    import app.pages.sql_page
    import app.pages.stock_page  # noqa: F401

    for state in states():
        for name, handler in state.event_handlers.items():
            if name != "setvar":  # without setters there is nothing it could set
                yield f"{state.__module__}.{state.__name__}.{name}", handler.fn


def test_no_handler_runs_for_a_stranger() -> None:
    found = dict(handlers())
    assert len(found) > 20
    assert not [
        name for name, function in found.items() if not getattr(function, "secured", False) and name not in OPEN
    ]


def test_the_list_of_open_handlers_holds_no_ghosts() -> None:
    assert set(OPEN) <= set(dict(handlers()))


def test_no_state_has_a_setter_that_the_browser_could_call() -> None:
    assert not [name for name, _function in handlers() if name.rsplit(".", 1)[1].startswith("set_")]


def test_the_guard_keeps_the_shape_of_what_it_guards() -> None:
    from app.pages.list_state import Listing

    assert list(inspect.signature(Listing.event_handlers["column"].fn).parameters) == ["self", "name", "shown"]


def test_only_pages_of_this_server_open_its_socket() -> None:
    from app.pages.session import same_host

    here = {"HTTP_HOST": "office.example:8000", "HTTP_X_FORWARDED_HOST": "daybook.example"}
    assert same_host("http://office.example:8000", here)
    assert same_host("https://daybook.example", here)
    for stranger in (
        "http://evil.example",
        "http://office.example",
        "http://office.example:8000.evil.example",
        "",
        None,
    ):
        assert not same_host(stranger, here)
