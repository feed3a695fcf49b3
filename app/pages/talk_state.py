"""The assistant's state: the talk at hand, in the panel and on its page; it prepares and never decides."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import reflex as rx

from app.core.errors import DaybookError
from app.pages.session import locale, office, secured
from app.pages.views import talk as views
from app.pages.views.talk import Context, Draft, Exchange, ThreadLine
from app.pages.wording import text, work


class Talk(rx.State):
    """What was asked and answered, about which record."""

    shown: bool = False
    busy: bool = False
    asking: str = ""
    rev: int = 0
    context: Context = Context()
    examples: list[str] = []
    exchanges: list[Exchange] = []
    threads: list[ThreadLine] = []
    thread: str = ""
    hint: str = ""

    @rx.event
    @secured
    async def toggle(self) -> None:
        """Open the panel beside the page, or close it."""
        self.shown = not self.shown
        if self.shown:
            await self._settle()

    @rx.event
    @secured
    async def follow(self) -> None:
        """Follow the person to the page that was opened: its record becomes what is asked about."""
        if self.shown:
            await self._settle()

    @rx.event
    @secured
    async def load(self) -> None:
        """Show the assistant's own page."""
        self.shown = False
        self.threads = views.thread_lines(office(), self._language())
        await self._settle()

    async def _settle(self) -> None:
        """See what is looked at, and say so."""
        from app.pages.said import Said

        said, path = self._language(), self.router.url.path
        words = await self.get_state(Said)
        words.w = words.w or work(said)
        self.context = views.context_of(office(), path)
        self.examples = views.examples(office(), self.context, said, path=path)
        self.hint = text("ask_about" if self.context.number else "ask_anything", said)
        self.rev += 1

    @rx.event
    @secured
    async def ask(self, question: str) -> AsyncIterator[Any]:
        """Ask with this person's rights; the box is shut while the answer is worked out."""
        if self.busy or not question.strip():
            return
        self.busy, self.asking = True, question.strip()
        self.rev += 1
        yield
        person, said = office(), self._language()
        context = {"form": self.context.form, "number": self.context.number} if self.context.number else None
        try:
            answer = await asyncio.to_thread(person.ask, question.strip(), self.thread or None, context=context)
            self.thread = answer.thread
            found = views.exchange_of(person, question.strip(), answer, said)
        except DaybookError as error:
            found = Exchange(question.strip(), error.say(said), "refused", quiet=True)
        finally:
            self.busy, self.asking = False, ""
        self.exchanges = [*self.exchanges, found]
        self.rev += 1
        if self.router.url.path.strip("/") == "assistant":
            self.threads = views.thread_lines(person, said)

    @rx.event
    @secured
    def confirm(self, token: str) -> Any:
        """Make the document that was prepared; every rule and right counts as if it were typed."""
        said = self._language()
        try:
            made = office().confirm(token)
        except DaybookError as error:
            self._redraw(token, problem=error.say(said))
            return None
        self._redraw(token, made=made.number, href=f"/{made.form}/{made.number}", problem="")
        return rx.toast.success(text("draft_made", said, number=made.number))

    def _redraw(self, token: str, **facts: Any) -> None:
        self.exchanges = [
            replace(one, draft=replace(one.draft, **facts)) if one.draft.token == token else one
            for one in self.exchanges
        ]

    @rx.event
    @secured
    def drop(self, token: str) -> None:
        """Leave a draft unmade."""
        self.exchanges = [replace(one, draft=Draft()) if one.draft.token == token else one for one in self.exchanges]

    @rx.event
    @secured
    def begin(self) -> None:
        """Start a new talk."""
        self.exchanges, self.thread = [], ""
        self.rev += 1

    @rx.event
    @secured
    def reopen(self, thread: str) -> None:
        """Show an earlier talk of this person again."""
        self.exchanges, self.thread = [views.kept(turn) for turn in office().thread(thread)], thread
        self.rev += 1

    def _language(self) -> str:
        return locale(self.router.headers.cookie, office())
