"""The sign-in page."""

from __future__ import annotations

import reflex as rx

from app.pages.components.react import PageHead, SignIn
from app.pages.components.widgets import icon, word
from app.pages.session import locale
from app.pages.state import Frame
from app.pages.wording import account, text

FORM = (
    *("sign_in", "sign_in_lead", "sign_in_name", "sign_in_password", "signing_in", "wrong_password", "fill_in_both"),
    *("server_silent", "session_ended"),
)


class Entry(rx.State):
    """What the sign-in page needs to know before anybody is known."""

    @rx.event
    async def load(self) -> None:
        """Speak the browser's language until a person has chosen one."""
        frame = await self.get_state(Frame)
        if not frame.lang:
            wanted = self.router.headers.raw_headers.get("accept-language", "")
            frame.lang = "zh" if wanted.startswith("zh") else locale(self.router.headers.cookie)

    @rx.event
    async def speak(self, language: str) -> None:
        """Turn the sign-in page to a language."""
        frame = await self.get_state(Frame)
        frame.lang = language if language in ("en", "zh") else "en"


def said(locale: str) -> dict[str, str]:
    """Give the words of the form; they are built into the page, for nobody is known here."""
    return {name: text(name, locale) for name in FORM} | account(locale)


@rx.page(route="/login", title="Daybook", on_load=Entry.load)
def sign_in() -> rx.Component:
    """Name and password, a code, or the company's own sign-in, in two languages; what is wrong is said at the form."""
    entry = rx.cond(Frame.lang == "zh", said("zh"), said("en"))
    return rx.fragment(
        PageHead.create(lang=Frame.lang, title=word("sign_in"), product=word("product"), offline=word("offline")),
        rx.el.div(
            rx.el.div(_language("en", "English"), _language("zh", "中文"), class_name="entry-top"),
            rx.el.main(
                rx.el.span(icon("book-open"), class_name="mark"),
                SignIn.create(texts=entry, lang=Frame.lang),
                class_name="entry-card",
            ),
            rx.el.div(word("product"), class_name="entry-foot"),
            class_name="entry",
        ),
    )


def _language(code: str, name: str) -> rx.Component:
    return rx.el.button(
        name,
        type="button",
        lang=code,
        on_click=Entry.speak(code),
        aria_pressed=Frame.lang == code,
        class_name=rx.cond(Frame.lang == code, "text-button strong", "text-button"),
    )
