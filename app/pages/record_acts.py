"""The buttons of a record: at once where it can be undone, after a question where it asks for fields or can't."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import reflex as rx

from app.core.errors import DaybookError, Invalid
from app.data.kinds import kind_of
from app.data.values import Masked
from app.pages.list_state import language, offered_links
from app.pages.session import office, secured
from app.pages.state import Menu
from app.pages.views.cells import Reader, stage_chip
from app.pages.views.listing import reader_of
from app.pages.views.record_cells import typeable
from app.pages.views.record_panels import Related
from app.pages.views.record_sheet import plain_sheet
from app.pages.views.understood import understood
from app.pages.wording import text


@dataclass
class Question:
    """What is asked before an act: the object and what follows, fields, a reason."""

    name: str = ""
    title: str = ""
    confirm: str = ""
    button: str = ""
    danger: bool = False
    comment: bool = False


class Acting(rx.State):
    """An act upon the open record, from the press to the result."""

    question: Question = Question()
    open: bool = False
    problem: str = ""
    busy: str = ""
    sheet: dict[str, Any] = {}
    rev: int = 0
    calc: dict[str, Any] = {}
    offers: dict[str, Any] = {}
    _inputs: dict[str, Any] = {}
    _comment: str = ""

    @rx.event
    @secured
    async def press(self, name: str) -> Any:
        """Press a button: save what was typed, then act, or ask first."""
        from app.pages.record_state import Record, Sheet
        record, sheet = await self.get_state(Record), await self.get_state(Sheet)
        page = record.page
        if page.fresh:
            return await sheet._hand_in(name)
        if sheet.dirty:
            answer = await sheet._hand_in(name)
            if sheet.dirty or sheet.clash.path:
                return answer
        action = next((one for one in office().actions(page.form, page.number) if one.name == name), None)
        if action is None or not action.allowed:
            said = language(self)
            return rx.toast.error(action.reason.say(said) if action is not None and action.reason else text("not_now_stage", said))
        if action.ask or action.confirm or action.style == "danger" or name == "override":
            return self._ask(page.form, page.number, action)
        return await self._run(name)

    def _ask(self, form: str, number: str, action: Any) -> None:
        said = language(self)
        title = action.title.say(said)
        self.question = Question(action.name, text("act_on", said, act=title, number=number), action.confirm.say(said), title, action.style == "danger", True)
        self._inputs, self._comment, self.problem, self.open = {}, "", "", True
        self.sheet, self.calc = ask_sheet(reader_of(office(), said), form, number, action.ask), {}
        self.rev += 1

    @rx.event
    @secured
    def dismiss(self, shown: bool) -> None:
        """Leave everything as it is."""
        self.open = shown

    @rx.event
    @secured
    def comment(self, words: str) -> None:
        """Keep the reason."""
        self._comment = words

    @rx.event
    @secured
    async def put(self, path: str, value: str) -> None:
        """Take a typed field of the question."""
        from app.pages.record_state import Record
        spec = office().form((await self.get_state(Record)).page.form).header.get(path)
        if spec is None or spec.computed:
            return
        reader = reader_of(office(), language(self))
        meant = understood(spec, value, today=reader.today, zone=reader.zone)
        self._take(path, meant, {"text": str(meant or ""), "value": meant, "need": True})

    @rx.event
    @secured
    async def pick(self, path: str, value: list[str]) -> None:
        """Take what was picked in the question."""
        from app.pages.record_state import Record
        spec = office().form((await self.get_state(Record)).page.form).header.get(path)
        if spec is None or spec.computed:
            return
        kind = kind_of(spec)
        if kind == "boolean":
            self._take(path, value == ["true"], {"value": value == ["true"]})
        elif kind == "link":
            shown = next((one["text"] for one in self.offers.get("items", []) if value and one["number"] == value[0]), value[0] if value else "")
            self._take(path, value[0] if value else None, {"text": shown, "value": value[0] if value else ""})
        else:
            self._take(path, value, {"value": value})

    def _take(self, path: str, meant: Any, cell: dict[str, Any]) -> None:
        self._inputs = {**self._inputs, path: meant}
        self.calc = {"n": int(self.calc.get("n", 0)) + 1, "rev": self.rev, "cells": {path: cell}}

    @rx.event
    @secured
    async def lookup(self, path: str, words: str) -> None:
        """Offer what a link field of the question can point to."""
        from app.pages.record_state import Record
        page = (await self.get_state(Record)).page
        links = office().lookup(page.form, path, words, number=page.number)
        self.offers = {"path": path, "items": offered_links(links)}

    @rx.event
    @secured
    async def run(self) -> Any:
        """Do what was asked about."""
        return await self._run(self.question.name, inputs=self._inputs, comment=self._comment)

    async def _run(self, name: str, *, inputs: dict[str, Any] | None = None, comment: str = "") -> Any:
        from app.pages.record_state import Record, Sheet
        record, sheet = await self.get_state(Record), await self.get_state(Sheet)
        page, said = record.page, language(self)
        try:
            document = office().press(page.form, page.number, name, inputs=inputs or {}, comment=comment, version=page.version)
        except DaybookError as error:
            return self._refused(sheet, error, page, name)
        self.open = False
        stage = stage_chip(office().catalogue, page.form, document.stage, said).word
        record._show(sheet, page.form, page.number)
        made = _made(page.related, record.page.related)
        if document.stage == page.stage and made is not None:
            return [rx.toast.success(text("made_done", said, number=made.number)), rx.redirect(made.href)]
        return [rx.toast.success(text("act_done", said, number=page.number, stage=stage)), Menu.load]

    def _refused(self, sheet: Any, error: DaybookError, page: Any, name: str) -> Any:
        if self.open or error.field == "comment":
            if not self.open:
                action = next(one for one in office().actions(page.form, page.number) if one.name == name)
                self._ask(page.form, page.number, action)
            self.problem = error.say(language(self))
            return None
        if isinstance(error, Invalid) and sheet.sheet:
            sheet._refuse(error)
            return None
        raise error


def _made(before: list[Related], after: list[Related]) -> Related | None:
    """Give the one document that an act made, so that the person goes on there."""
    known = {one.href for one in before}
    fresh = [one for one in after if one.number and one.href not in known]
    return fresh[0] if len(fresh) == 1 else None


def ask_sheet(reader: Reader, form: str, number: str, names: tuple[str, ...]) -> dict[str, Any]:
    """Give the little form of a question, filled with what stands there now."""
    spec, document = office().form(form), office().get(form, number)
    fields = [spec.header[name] for name in names if name in spec.header]
    if not fields:
        return {}
    cells = {one.name: {"need": True, **_cell(reader, one, document.get(one.name))} for one in fields}
    return plain_sheet(reader, f"ask/{form}/{number}", fields, cells=cells)


def _cell(reader: Reader, spec: Any, value: Any) -> dict[str, Any]:
    if value is None or value == () or isinstance(value, Masked):
        return {}
    kind = kind_of(spec)
    if kind == "link":
        return {"text": str(value), "value": value.number}
    if kind in ("boolean", "choices", "address") or spec.type == "choice":
        return {"value": list(value) if isinstance(value, tuple) else value}
    return {"text": typeable(reader, spec, value)}
