"""The words of the work pages, sent to a browser when it first opens one of them."""

from __future__ import annotations

from typing import Any

import reflex as rx

from app.pages.session import locale, office, secured
from app.pages.state import Frame
from app.pages.wording import chrome, work


class Said(rx.State):
    """The texts of notebooks, assistant, jobs, notices and imports in the reader's language."""

    w: dict[str, str] = {}

    @rx.event
    @secured
    def load(self) -> None:
        """Hand the browser the texts, once for each language."""
        words = work(locale(self.router.headers.cookie, office()))
        self.w = words if words != self.w else self.w


def word(name: str) -> Any:
    """Give a text of the frame or of the work pages in the reader's language."""
    return Frame.t[name] if name in chrome("en") else Said.w[name]
