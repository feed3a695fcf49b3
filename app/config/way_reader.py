"""Reads ways: who may, when, what is asked and done, where it leads."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from app.config.do_reader import DoReader
from app.config.field_reader import FieldReader
from app.config.reader import Reader
from app.config.tree import Node, key_of
from app.config.who_reader import WhoReader
from app.config.workflow_spec import WaySpec, Who
from app.core.expressions import Place, Type
from app.core.words import Words

WAY_KEYS = ("title", "who", "when", "ask", "checks", "confirm", "do", "to", "if_refused", "style", "bulk", "signature")
CLOCK_KEYS = ("wait", "since", "every")
STYLES = ("main", "plain", "danger")


@dataclass
class WayReader:
    """Reads the ways of one workflow."""

    reader: Reader
    form: str
    stages: Collection[str]
    do: DoReader

    def actions(self, node: Node | None) -> dict[str, WaySpec]:
        """Give the buttons of a stage."""
        return {name: self.way(name, value, key=key_of(node, name)) for name, value in self.reader.named(node).items()}

    def events(self, node: Node | None) -> dict[str, WaySpec]:
        """Give what may come from outside; its data is `event.x`."""
        return {name: self.way(name, value, event=True) for name, value in self.reader.named(node).items()}

    def list_of(self, node: Node | None, *, clock: bool = False) -> tuple[WaySpec, ...]:
        """Give the ways of `auto` or `after`."""
        return tuple(self.way("", item, clock=clock) for item in self.reader.items(node, example="{when: …, to: …}"))

    def follow_up(self, name: str, node: Node | None, default: str | None) -> WaySpec | None:
        """Give what follows a decision: a way, or just what is done."""
        if node is None:
            return WaySpec(name, Words(), to=default) if default else None
        if node.kind == "list":
            return WaySpec(name, Words(), do=self.do.many(node), to=default, line=node.line)
        way = self.way("", node)
        return WaySpec(**{**vars(way), "name": name, "to": way.to or default})

    def way(
        self,
        name: str,
        node: Node,
        *,
        key: Node | None = None,
        clock: bool = False,
        event: bool = False,
        extra: tuple[str, ...] = (),
    ) -> WaySpec:
        """Give one way."""
        read = self.reader
        entries = read.options(node, (*WAY_KEYS, *(CLOCK_KEYS if clock else ()), *extra), example="{to: …}")
        place = Place(self.form, event={} if event else None)
        if clock and "wait" not in entries:
            read.report.fault(node, "after_wait")
        titled = key is not None or "title" in entries
        return WaySpec(
            name,
            read.label(name, node, entries.get("title"), key) if titled else Words(),
            who=self.who(entries.get("who")),
            when=read.expression(entries.get("when"), place, Type("boolean")),
            ask=self.fields(entries.get("ask")),
            checks=FieldReader(read, self.form, ()).checks(entries.get("checks")),
            confirm=read.words(entries.get("confirm")),
            do=self.do.many(entries.get("do"), place=place),
            to=self.stage(entries.get("to")),
            if_refused=self.stage(entries.get("if_refused")),
            style=read.one_of(entries.get("style"), STYLES, "plain"),
            bulk=read.flag(entries.get("bulk")),
            signature=read.flag(entries.get("signature")),
            line=node.line,
            **self.clock(entries),
        )

    def clock(self, entries: dict[str, Node]) -> dict[str, Any]:
        """Give when a clock's way is due."""
        since = entries.get("since")
        return {
            "wait": self.reader.span(entries.get("wait")),
            "since": self.do.path(since) if since is not None else None,
            "every": self.reader.flag(entries.get("every")),
        }

    def who(self, node: Node | None) -> tuple[Who, ...] | None:
        """Give who may press; nothing written: those who may edit."""
        return WhoReader(self.reader, self.form).many(node) if node is not None else None

    def stage(self, node: Node | None) -> str | None:
        """Give a known stage, or `back`."""
        return self.reader.name(node, (*self.stages, "back"), "no_stage")

    def fields(self, node: Node | None) -> tuple[str, ...]:
        """Give fields and tables of the form."""
        return self.reader.names(node, self.do.known(), "no_field")
