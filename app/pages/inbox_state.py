"""The inbox's state: the list, the document on the desk, and the decision about it."""
from __future__ import annotations

from dataclasses import replace
from typing import Any

import reflex as rx

from app.core.errors import DaybookError
from app.data.kinds import kind_of
from app.pages.list_state import language
from app.pages.record_acts import ask_sheet
from app.pages.session import office, secured
from app.pages.state import Menu
from app.pages.views.inbox import Desk, InboxLine, asked_before, desk_facts, desk_of, lines_for, people
from app.pages.views.listing import reader_of
from app.pages.views.understood import understood
from app.pages.wording import text
from app.workflow.errors import AlreadySettled, PassedOn
from app.workflow.passing import ROLES

TABS = ("", "done", "started")
DONE = {"approve": "approved_done", "reject": "rejected_done", "return": "returned_done", "abstain": "abstained_done", "advise": "advised_done",
        "transfer": "passed_on_done", "add_before": "asked_done", "consult": "asked_done", "add_after": "added_done"}


class Inbox(rx.State):
    """What waits for decision, and the one on the desk."""

    tab: str = ""
    lines: list[InboxLine] = []
    number: str = ""
    chosen: bool = False
    shown: bool = False
    desk: Desk = Desk()
    sheet: dict[str, Any] = {}
    rev: int = 0
    problem: str = ""
    people: list[list[str]] = []
    ask: dict[str, Any] = {}
    calc: dict[str, Any] = {}
    offers: dict[str, Any] = {}
    _inputs: dict[str, Any] = {}

    @rx.event
    @secured
    def load(self) -> None:
        """Show the list, and the document that the address names; without one the first."""
        url = self.router.url
        parts = url.path.strip("/").split("/")
        tab = url.query_parameters.get("tab", "")
        self.tab = tab if tab in TABS else ""
        self.number, self.chosen = (parts[1], True) if len(parts) > 1 else ("", False)
        self._show()

    def _show(self) -> None:
        reader = reader_of(office(), language(self))
        lines = lines_for(office(), reader, self.tab)
        number = self.number or (lines[0].number if lines and self.tab != "started" else "")
        self.problem, self.people, self._inputs, self.calc, self.offers = "", [], {}, {}, {}
        self._put_on_desk(reader, number)
        self.lines = [replace(one, unseen=False, news="") if one.number == number and not self.tab else one for one in lines]
        self.rev, self.shown = self.rev + 1, True

    def _put_on_desk(self, reader: Any, number: str) -> None:
        self.desk, self.sheet, self.ask = Desk(), {}, {}
        if not number:
            return
        try:
            desk, sheet = desk_of(office(), reader, number)
        except DaybookError as error:
            self.desk = Desk(number=number, settled=error.say(reader.locale))
            return
        desk.page.facts = desk_facts(office(), reader, desk)
        self.desk, self.sheet = desk, sheet
        task = next((one for one in office().inbox() if one.id == desk.decision.task), None)
        self.ask = ask_sheet(reader, desk.form, desk.number, task.ask) if task is not None and task.ask else {}

    @rx.event
    @secured
    def step(self, key: str) -> Any:
        """Go to the next or the previous line."""
        place = next((place for place, one in enumerate(self.lines) if one.number == self.desk.number), -1)
        wanted = place + (1 if key == "j" else -1)
        return rx.redirect(self.lines[wanted].href) if 0 <= wanted < len(self.lines) else None

    @rx.event
    @secured
    def decide(self, decision: str, comment: str, to: str) -> Any:
        """Send a decision; the next task opens by itself."""
        task = self.desk.decision
        if not task.task or decision not in (*task.decisions, *task.passes):
            return None
        step = next((one.step for one in office().inbox() if one.id == task.task), "") if self._inputs else ""
        try:
            seen = None if decision in task.passes else task.version
            whom = to.split("\n") if decision in ROLES else to or None
            office().decide(task.task, decision, comment=comment, to=whom, inputs=dict(self._inputs), seen_version=seen)
        except (AlreadySettled, PassedOn) as error:
            self.desk = replace(self.desk, settled=error.say(language(self)), decision=replace(task, task=0))
            return Menu.load
        except DaybookError as error:
            self.problem = error.say(language(self))
            return None
        voided = step and asked_before(office(), self.desk.form, self.desk.number, step)
        said = text("asked_again" if voided else DONE[decision], language(self), number=self.desk.number)
        if decision == "add_after":  # the task is still here
            self._show()
            return rx.toast.success(said)
        following = self.desk.next
        return [rx.toast.success(said), Menu.load, rx.redirect(f"/inbox/{following}" if following else "/inbox")]

    @rx.event
    @secured
    def pass_on(self) -> None:
        """Show who may take the task over."""
        self.people = people(office())

    @rx.event
    @secured
    def put(self, path: str, value: str) -> None:
        """Take a typed field that the step asks for."""
        spec = office().form(self.desk.form).header.get(path)
        if spec is None or spec.computed:
            return
        reader = reader_of(office(), language(self))
        meant = understood(spec, value, today=reader.today, zone=reader.zone)
        self._take(path, meant, {"text": str(meant or ""), "value": meant, "need": True})

    @rx.event
    @secured
    def pick(self, path: str, value: list[str]) -> None:
        """Take what was picked in a field that the step asks for."""
        spec = office().form(self.desk.form).header.get(path)
        if spec is None or spec.computed:
            return
        kind = kind_of(spec)
        meant: Any = value == ["true"] if kind == "boolean" else (value[0] if value else None) if kind == "link" else value
        shown = next((one["text"] for one in self.offers.get("items", []) if one["number"] == meant), str(meant or "")) if kind == "link" else ""
        self._take(path, meant, {"text": shown, "value": meant, "need": True})

    @rx.event
    @secured
    def lookup(self, path: str, words: str) -> None:
        """Offer what a link field of the step can point to."""
        links = office().lookup(self.desk.form, path, words, number=self.desk.number)
        self.offers = {"path": path, "items": [{"number": one.number, "text": str(one), "second": ""} for one in links]}

    def _take(self, path: str, meant: Any, cell: dict[str, Any]) -> None:
        self._inputs = {**self._inputs, path: meant}
        self.calc = {"n": int(self.calc.get("n", 0)) + 1, "rev": self.rev, "cells": {path: cell}}
