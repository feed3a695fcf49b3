"""Lays a company's changes over a product's file: maps merge, values replace, entries go by name and place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace

from app.config.reader import Report
from app.config.tree import Node, without
from app.core.words import Words

NAMED = {
    "fields": Words("field", "字段"),
    "lines": Words("field", "字段"),
    "totals": Words("field", "字段"),
    "tables": Words("table", "明细表"),
    "sections": Words("section", "分组"),
    "views": Words("view", "视图"),
    "stages": Words("stage", "阶段"),
    "actions": Words("button", "按钮"),
    "events": Words("event", "事件"),
    "roles": Words("role", "角色"),
    "metrics": Words("metric", "指标"),
    "parameters": Words("parameter", "参数"),
    "calendars": Words("calendar", "日历"),
    "duties": Words("duty", "职责"),
    "limits": Words("limit", "限额"),
    "print": Words("paper", "打印件"),
    "branches": Words("branch", "分支"),
}
NEEDED = {
    "fields": ("type",),
    "lines": ("type",),
    "totals": ("type",),
    "tables": ("fields", "rows"),
    "views": ("title", "where", "as"),
    "metrics": ("value",),
}
HINTS = {"fields": Words(" (a new field needs its type)", "（新字段要写 type）")}
HINTS |= {"lines": HINTS["fields"], "totals": HINTS["fields"]}
STEP_NEEDS = frozenset({"approver", "any_of", "all_of", "some_of", "cases", "branches"})
PLACE = re.compile(r"(first|last)|(before|after) +(\S+)")
SIDES = {"before": Words("before", "前面"), "after": Words("after", "后面")}
HEAD = ("extends", "based_on")


def lay_over(base: Node, change: Node, report: Report) -> Node:
    """Give the product's tree with the company's changes in it; each node keeps the place where it was written."""
    return Overlay(report).merge(base, without(change, *HEAD), "")


class Overlay:
    """Merges two trees; faults of the change are noted where they stand."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def merge(self, base: Node, change: Node, name: str) -> Node:
        """Give a value with its change: maps merge, lists by their rules, the rest is replaced."""
        if base.kind == "map" and change.kind == "map":
            return self.merge_map(base, change, name)
        if base.kind == "list" and change.kind == "map" and set(change.entries) <= {"add", "remove", "place"}:
            return self.merge_names(base, change)
        if (
            base.kind == "list"
            and change.kind == "list"
            and change.items
            and all(i.kind == "map" for i in (*base.items, *change.items))
        ):
            return self.merge_entries(base, change, name)
        return change

    def merge_map(self, base: Node, change: Node, name: str) -> Node:
        """Give a map with changed, added, moved and removed entries."""
        entries, keys = dict(base.entries), dict(base.keys)
        for key, value in change:
            if value.kind == "text" and value.text == "remove" and (name in NAMED or key in entries):
                self.drop(entries, keys, key, change.keys[key])
                continue
            place, value = without_place(value) if name in NAMED else (None, value)
            if key in entries:
                entries[key] = self.merge(entries[key], value, key if name not in NAMED else "")
            elif name in NAMED and not self.complete(value, name):
                self.report.fault(
                    change.keys[key],
                    "nothing_to_change",
                    word=key,
                    what=NAMED[name],
                    known=entries,
                    hint=HINTS.get(name, Words()),
                )
                continue
            else:
                entries[key], keys[key] = value, change.keys[key]
            if place is not None:
                entries = self.moved(entries, key, place)
        return replace(base, entries=entries, keys={key: keys[key] for key in entries})

    def drop(self, entries: dict[str, Node], keys: dict[str, Node], key: str, at: Node) -> None:
        """Take an entry away."""
        if key not in entries:
            self.report.fault(at, "cant_remove", word=key, known=entries)
            return
        del entries[key], keys[key]

    def complete(self, value: Node, name: str) -> bool:
        """Tell whether a new entry says what it must."""
        needed = NEEDED.get(name)
        return not needed or (value.kind == "map" and any(key in value.entries for key in needed))

    def moved(self, entries: dict[str, Node], key: str, place: Node) -> dict[str, Node]:
        """Give the entries with one of them moved."""
        order = self.order([name for name in entries if name != key], [key], place)
        return {name: entries[name] for name in order}

    def order(self, others: list[str], moving: list[str], place: Node) -> list[str]:
        """Give names in their new order."""
        match = PLACE.fullmatch(place.text.strip())
        if not match:
            self.report.fault(place, "bad_place", word=place.text)
            return [*others, *moving]
        if match[1]:
            return [*moving, *others] if match[1] == "first" else [*others, *moving]
        if match[3] not in others:
            self.report.fault(place, "nowhere", word=match[3], side=SIDES[match[2]], known=others)
            return [*others, *moving]
        at = others.index(match[3]) + (match[2] == "after")
        return [*others[:at], *moving, *others[at:]]

    def merge_names(self, base: Node, change: Node) -> Node:
        """Give a list of names with some added, removed, placed."""
        items = list(base.items)
        for gone in change.entries["remove"].items if "remove" in change.entries else ():
            if gone.text not in texts(items):
                self.report.fault(gone, "cant_remove", word=gone.text, known=texts(items))
            items = [item for item in items if item.text != gone.text]
        added = change.entries["add"].items if "add" in change.entries else []
        place = change.entries.get("place")
        if place is None or any(item.kind != "text" for item in (*items, *added)):
            return replace(base, items=[*items, *added])
        by_name = {item.text: item for item in (*items, *added)}
        return replace(base, items=[by_name[name] for name in self.order(texts(items), texts(added), place)])

    def merge_entries(self, base: Node, change: Node, name: str) -> Node:
        """Give a list of entries, each known by its first key: changed, removed, or added at its place."""
        entries = {identity(item): item for item in base.items}
        for item in change.items:
            key = identity(item)
            if "remove" in item.entries:
                if entries.pop(key, None) is None:
                    self.report.fault(item, "cant_remove", word=key, known=entries)
                continue
            place, value = without_place(item)
            if key in entries:
                entries[key] = self.merge(entries[key], value, "")
            elif name == "steps" and not STEP_NEEDS & set(value.entries):
                self.report.fault(
                    first_value(item),
                    "nothing_to_change",
                    word=key,
                    what=Words("step", "步骤"),
                    known=entries,
                    hint=Words(),
                )
                continue
            else:
                entries[key] = value
            if place is not None:
                entries = self.moved(entries, key, place)
        return replace(base, items=list(entries.values()))


def without_place(node: Node) -> tuple[Node | None, Node]:
    """Give where an entry shall stand (its text, at the place of its key), and the entry without saying it."""
    if node.kind != "map" or "place" not in node.entries:
        return None, node
    return replace(node.keys["place"], text=node.entries["place"].text), without(node, "place")


def texts(items: Iterable[Node]) -> list[str]:
    """Give the texts of nodes."""
    return [item.text for item in items]


def first_value(node: Node) -> Node:
    """Give the value of the first key of an entry."""
    return next(iter(node.entries.values()), node)


def identity(node: Node) -> str:
    """Give what an entry of a list is known by: the value of its first key."""
    value = first_value(node)
    return value.text if value.kind == "text" else dump(value)


def dump(node: Node) -> str:
    """Give a tree as YAML on one line, that reads back as the same tree."""
    if node.kind == "map":
        return "{" + ", ".join(f"{key}: {dump(value)}" for key, value in node) + "}"
    if node.kind == "list":
        return "[" + ", ".join(dump(item) for item in node.items) + "]"
    if not node.style and re.fullmatch(r"[\w.%-]*", node.text, re.ASCII):
        return node.text
    return json.dumps(node.text, ensure_ascii=False)
