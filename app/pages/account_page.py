"""One's own account: password, second factor, sessions, tokens, language. What is secret goes by REST, past the socket."""

from __future__ import annotations

from typing import Any

import reflex as rx

from app.pages.components.react import Account
from app.pages.components.widgets import page_head
from app.pages.shell import frame
from app.pages.state import FRAME, Frame
from app.pages.wording import account


@rx.page(route="/settings/account", title="Daybook", on_load=FRAME)
def own_account() -> rx.Component:
    """The page of one's own account."""
    return frame(
        page_head(word("my_account"), word("my_account_lead"), named=True),
        Account.create(texts=_either(account("zh"), account("en")), lang=Frame.lang),
        title=word("my_account"),
    )


def word(name: str) -> rx.Var:
    """Give a text of the page in the reader's language; both are built into it."""
    return _either(account("zh")[name], account("en")[name])


def _either(chinese: Any, english: Any) -> rx.Var:
    return rx.cond(Frame.lang == "zh", chinese, english)
