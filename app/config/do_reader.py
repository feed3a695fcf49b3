"""Reads what is done: registered actions, create, set, tell, act, assign, decide; and compares actions with forms."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.config.access_reader import follow
from app.config.field_types import TYPES
from app.config.form_spec import FormSpec
from app.config.reader import Reader
from app.config.tree import Node, key_of
from app.config.who_reader import WhoReader
from app.config.workflow_spec import DoSpec
from app.core.actions import Action
from app.core.expressions import Expression, Place, Shape, Type
from app.core.words import Words

VERBS = {
    "call": ("call", "with", "each", "when"),
    "create": ("create", "one_per", "copy", "set", "lines", "submit", "when"),
    "set": ("set", "when"),
    "tell": ("tell", "message", "by", "when"),
    "act": ("act", "document", "when"),
    "assign": ("assign", "to", "by", "when"),
    "decide": ("decide", "when"),
}
DOORS = ("inbox", "email", "sms", "chat")
ORDERS = ("first", "in_turn", "least_busy")


@dataclass
class DoReader:
    """Reads the `do` lists of one form's workflow."""

    reader: Reader
    form: str
    forms: Mapping[str, FormSpec]  # outlines
    actions: Mapping[str, Action] = field(default_factory=dict)
    complete: bool = False  # every action is registered: an unknown one is a fault

    @property
    def shape(self) -> Shape:
        """What expressions know of the form."""
        return self.reader.shapes[self.form]

    def known(self) -> list[str]:
        """Give fields and tables, by name, that a document of the form has."""
        return [*self.shape.fields, *self.shape.tables]

    def path(self, node: Node) -> str | None:
        """Give the path of a field."""
        if follow(self.reader.text(node), self.form, self.reader.shapes):
            return node.text
        self.reader.report.fault(node, "no_field", word=node.text, known=self.shape.fields)
        return None

    def many(self, node: Node | None, *, place: Place | None = None) -> tuple[DoSpec, ...]:
        """Give what is done, in order."""
        where = place or Place(self.form)
        found = (self.one(item, where) for item in self.reader.items(node, example="stock.receive"))
        return tuple(spec for spec in found if spec)

    def one(self, node: Node, place: Place) -> DoSpec | None:
        """Give one thing that is done."""
        if node.kind == "text":
            self.contract(node)
            return DoSpec("call", node.text)
        verb = next((key for key in (node.entries if node.kind == "map" else ()) if key in VERBS), None)
        if verb is None:
            self.reader.report.fault(node, "no_verb", verbs=", ".join(VERBS))
            return None
        entries = self.reader.options(node, VERBS[verb])
        when = self.reader.expression(entries.get("when"), self.row_place(entries.get("each"), place), Type("boolean"))
        name, options = getattr(self, verb)(entries, place)
        return DoSpec(verb, name, options, when, self.reader.text(entries.get("each")) or None)

    def row_place(self, each: Node | None, place: Place) -> Place:
        """Give where an expression stands that is asked for each row."""
        table = self.reader.name(each, self.shape.tables, "no_field")
        return Place(self.form, table, event=place.event) if table else place

    def call(self, entries: dict[str, Node], place: Place) -> tuple[str, dict[str, Any]]:
        """Give a registered action with its arguments."""
        self.contract(entries["call"])
        row = self.row_place(entries.get("each"), place)
        given = {
            key: self.reader.expression(value, row) for key, value in self.reader.named(entries.get("with")).items()
        }
        return self.reader.text(entries["call"]), {"with": given}

    def set(self, entries: dict[str, Node], place: Place) -> tuple[str, dict[str, Any]]:
        """Give values that are set on the document."""
        return "", {"set": self.values(entries["set"], self.form, place)}

    def create(self, entries: dict[str, Node], place: Place) -> tuple[str, dict[str, Any]]:
        """Give a document that is made of this one."""
        name = self.reader.name(entries["create"], self.forms, "no_form")
        target = self.reader.shapes.get(name or "")
        if target is None:
            return name or "", {}
        per = self.reader.text(entries.get("one_per")) or None
        row = (
            Place(self.form, per.split(".")[0], event=place.event)
            if per and per.split(".")[0] in self.shape.tables
            else place
        )
        shared = [field for field in (*target.fields, *target.tables) if field in self.known()]
        copy = self.reader.names(entries.get("copy"), shared, "no_source", form=f"{self.form} / {target.name}")
        back = next(
            (field for field, kind in target.fields.items() if kind.kind == "link" and kind.form == self.form), None
        )
        return target.name, {
            "one_per": per,
            "copy": copy,
            "set": self.values(entries.get("set"), target.name, row),
            "lines": self.lines(entries.get("lines"), target),
            "submit": self.reader.flag(entries.get("submit")),
            "link_back": back,
        }

    def lines(self, node: Node | None, target: Shape) -> dict[str, dict[str, Any]]:
        """Give the rows that a made document gets: from which table, which of them, what goes where."""
        found = {}
        for name, value in self.reader.named(node).items():
            entries = self.reader.options(value, ("from", "where", "copy", "set"))
            table = self.reader.name(entries.get("from"), self.shape.tables, "no_field")
            if not self.reader.name(key_of(node, name), target.tables, "no_field") or table is None:
                continue
            place = Place(self.form, table)
            both = [column for column in target.tables[name] if column in self.shape.tables[table]]
            found[name] = {
                "from": table,
                "where": self.reader.expression(entries.get("where"), place, Type("boolean")),
                "copy": self.reader.names(entries.get("copy"), both, "no_source", form=f"{target.name}.{name}"),
                "set": self.values(entries.get("set"), target.name, place, table=name),
            }
        return found

    def values(self, node: Node | None, form: str, place: Place, *, table: str | None = None) -> dict[str, Expression]:
        """Give the value of each field that is set, in the words of this document."""
        shape = self.reader.shapes[form]
        fields = shape.tables[table] if table else shape.fields
        found = {}
        for name, value in self.reader.named(node).items():
            if self.reader.name(key_of(node, name), fields, "no_field"):
                found[name] = self.reader.value(value, place, fields[name])
        return {name: value for name, value in found.items() if value}

    def tell(self, entries: dict[str, Node], place: Place) -> tuple[str, dict[str, Any]]:
        """Give who is told which message, and how."""
        people = WhoReader(self.reader, self.form, persons_first=True).many(entries["tell"])
        if "message" not in entries:
            self.reader.report.fault(entries["tell"], "missing_key", word="message")
        message = self.reader.name(entries.get("message"), self.reader.messages, "no_message")
        if message and message in self.reader.messages:
            self.placeholders(entries["message"], self.reader.messages[message])
        by = self.reader.names(entries.get("by"), DOORS, "not_option", options=", ".join(DOORS)) or ("inbox",)
        return message or "", {"to": people, "message": message, "by": by}

    def placeholders(self, node: Node, message: Words) -> None:
        """Check that a message speaks only of fields that the document has."""
        for word in sorted(set(re.findall(r"\{([^}]*)\}", message.en + message.zh))):
            if follow(word, self.form, self.reader.shapes) is None:
                self.reader.report.fault(node, "no_field", word=word, known=self.shape.fields)

    def act(self, entries: dict[str, Node], place: Place) -> tuple[str, dict[str, Any]]:
        """Give the button of a linked document that is pressed."""
        document = entries.get("document")
        if document is None:
            self.reader.report.fault(entries["act"], "missing_key", word="document")
            return entries["act"].text, {}
        return entries["act"].text, {"document": self.path(document)}

    def assign(self, entries: dict[str, Node], place: Place) -> tuple[str, dict[str, Any]]:
        """Give the person field that is filled, and from whom."""
        people = WhoReader(self.reader, self.form, persons_first=True).many(entries.get("to"))
        name = self.reader.name(entries["assign"], self.shape.fields, "no_field")
        return name or "", {"to": people, "by": self.reader.one_of(entries.get("by"), ORDERS, "first")}

    def decide(self, entries: dict[str, Node], place: Place) -> tuple[str, dict[str, Any]]:
        """Give the decision that is run."""
        return self.reader.name(entries["decide"], self.reader.decisions, "no_decision") or "", {}

    # the contract between actions and forms
    def contract(self, node: Node) -> None:
        """Compare what an action needs with what the form has."""
        action = self.actions.get(node.text)
        if action is None:
            self.unknown(node)
            return
        for path, wanted in action.needs.items():
            optional = path.endswith("?") or wanted.endswith("?")
            self.need(node, path.rstrip("?"), wanted.rstrip("?"), optional)

    def unknown(self, node: Node) -> None:
        """Refuse a name that nobody registered; silent where its domain is not loaded at all."""
        area = node.text.partition(".")[0]
        areas = {name.partition(".")[0] for name in self.actions}
        if self.complete or area in areas or "." not in node.text:
            self.reader.report.fault(node, "no_action", word=node.text, known=self.actions)

    def need(self, node: Node, path: str, wanted: str, optional: bool) -> None:
        """Check one field that an action needs: it is there, and of that type."""
        found = follow(path, self.form, self.reader.shapes)
        if found is None:
            if path in self.shape.tables:
                return
            if not optional:
                self.reader.report.fault(node, "needs_field", action=node.text, field=path, form=self.form)
            return
        if not fits(found, wanted):
            self.reader.report.fault(
                node, "needs_type", action=node.text, field=path, form=self.form, type=wanted, found=said(found)
            )


def fits(found: Type, wanted: str) -> bool:
    """Tell whether a field is of the type that an action wants: a primitive's name, or a form's."""
    one = found.item if found.kind == "list" and found.item else found
    if one.kind == "any" or wanted in ("", "any", "table", "list"):
        return True
    if wanted in TYPES and wanted != "user":
        return TYPES[wanted].kind == one.kind
    return one.kind == "link" and wanted in (one.form, "link")


def said(found: Type) -> Words:
    """Give a type as people read it."""
    name = (found.form or found.kind).replace("_", " ")
    return Words(name, name)
