"""Reads how documents are shown: lists, saved views, reminders, prints, the public form."""

from __future__ import annotations

import re
from typing import Any

from app.config.access_reader import follow
from app.config.form_spec import FormSpec, ListSpec, ViewSpec
from app.config.reader import Reader
from app.config.shapes import STANDARD
from app.config.tree import Node
from app.config.who_reader import WhoReader
from app.core.expressions import ExpressionError, Place, Type, compile_expression

LIST_KEYS = ("columns", "sort", "where", "total")
VIEW_KEYS = ("title", "as", "where", "columns", "sort", "by", "card", "from", "to", "colour", "roles")
SHOWN = ("table", "kanban", "calendar", "gantt", "gallery", "map", "tree")
REMINDER_KEYS = ("remind", "at", "when", "message", "every", "until")
PRINT_KEYS = ("title", "template", "when", "roles", "size")
PUBLIC_KEYS = ("fields", "title", "thanks", "until", "most", "show")


class ListReader:
    """Reads what a form says of its lists."""

    def __init__(self, reader: Reader, form: FormSpec) -> None:
        self.reader = reader
        self.form = form
        self.place = Place(form.name, others=False)
        self.known = [*form.header, *STANDARD, "stage", *form.tables]

    def columns(self, node: Node | None) -> tuple[str, ...]:
        """Give fields, also of linked documents, that exist."""
        found = []
        for item in self.reader.texts(node):
            if item.text in self.known or follow(item.text, self.form.name, self.reader.shapes):
                found.append(item.text)
            else:
                self.reader.report.fault(item, "no_field", word=item.text, known=self.known)
        return tuple(found)

    def sort(self, node: Node | None) -> str:
        """Give the column to sort by; a minus in front: newest first."""
        text = self.reader.text(node)
        name = text.removeprefix("-")
        if node is not None and name and not follow(name, self.form.name, self.reader.shapes):
            self.reader.report.fault(node, "no_field", word=name, known=self.known)
            return ""
        return text

    def list(self, node: Node | None, key: str | None) -> ListSpec:
        """Give what the list shows: number, first five fields and stage, unless written."""
        if node is None:
            first = [name for name in self.form.fields if name != key][:5]
            return ListSpec((key or "number", *first, "stage"))
        if node.kind == "list":
            return ListSpec(self.columns(node))
        entries = self.reader.options(node, LIST_KEYS)
        where = self.reader.expression(entries.get("where"), self.place, Type("boolean"))
        return ListSpec(
            self.columns(entries.get("columns")),
            self.sort(entries.get("sort")),
            where,
            self.columns(entries.get("total")),
        )

    def views(self, node: Node | None) -> dict[str, ViewSpec]:
        """Give the saved views."""
        return {name: self.view(name, value) for name, value in self.reader.named(node).items()}

    def view(self, name: str, node: Node) -> ViewSpec:
        """Give one saved view."""
        read = self.reader
        entries = read.options(node, VIEW_KEYS)
        options: dict[str, Any] = {
            key: self.sort(entries[key]) for key in ("by", "from", "to", "colour") if key in entries
        }
        if "card" in entries:
            options["card"] = self.columns(entries["card"])
        self.shape(entries.get("as"))
        return ViewSpec(
            name,
            read.label(name, node, entries.get("title")),
            read.one_of(entries.get("as"), SHOWN, "table"),
            read.expression(entries.get("where"), self.place, Type("boolean")),
            self.columns(entries.get("columns")),
            self.sort(entries.get("sort")),
            options,
            read.names(entries.get("roles"), read.roles, "no_role"),
        )

    def shape(self, node: Node | None) -> None:
        """A tree needs the form's own link, a gallery pictures."""
        if node is not None and node.text == "tree" and self.form.tree is None:
            self.reader.report.fault(node, "tree_view")
        if node is not None and node.text == "gallery" and not any(one.type == "image" for one in self.form.header.values()):
            self.reader.report.fault(node, "gallery_view")

    def reminders(self, node: Node | None) -> tuple[dict[str, Any], ...]:
        """Give whom to remind, when, of what; `table`: one reminder a row."""
        return tuple(self.reminder(item) for item in self.reader.items(node, example="{remind: [buyer], at: …}"))

    def reminder(self, node: Node) -> dict[str, Any]:
        """Give one reminder."""
        read = self.reader
        entries = read.options(node, REMINDER_KEYS)
        for key in ("remind", "at", "message"):
            if key not in entries:
                read.report.fault(node, "missing_key", word=key)
        people = WhoReader(read, self.form.name, persons_first=True)
        at = entries.get("at")
        table = next((name for name in self.form.tables if at is not None and re.search(rf"\b{name}\.", at.text)), None)
        place = Place(self.form.name, table, person=False)
        return {
            "remind": people.many(entries.get("remind")),
            "table": table,
            "at": self.row_expression(at, table, place),
            "due": self.due(at, table),
            "when": read.expression(entries.get("when"), place, Type("boolean")),
            "message": read.words(entries.get("message")),
            "every": read.span(entries.get("every")),
            "until": read.expression(entries.get("until"), place),
        }

    def due(self, node: Node | None, table: str | None) -> Any:
        """Give the condition by which a database finds the documents whose day has come; nothing where it can't."""
        if node is None:
            return None
        bare = re.sub(rf"\b{table}\.", "", node.text) if table else node.text
        text = f"any({table} where ({bare}) <= today)" if table else f"({bare}) <= today"
        try:
            return compile_expression(text, place=Place(self.form.name, others=False), shapes=self.reader.shapes)
        except ExpressionError:
            return None

    def row_expression(self, node: Node | None, table: str | None, place: Place) -> Any:
        """Compile an expression that names the columns of a table by `table.column`."""
        if node is None or table is None:
            return self.reader.expression(node, place)
        bare = re.sub(rf"\b{table}\.", lambda match: " " * len(match[0]), node.text)
        return self.reader.compiled(node, bare, place)

    def prints(self, node: Node | None) -> dict[str, dict[str, Any]]:
        """Give the printed papers of a form."""
        read, found = self.reader, {}
        for name, value in read.named(node).items():
            entries = read.options(value, PRINT_KEYS)
            found[name] = {
                "title": read.label(name, value, entries.get("title")),
                "template": read.text(entries.get("template")),
                "when": read.expression(entries.get("when"), Place(self.form.name), Type("boolean")),
                "roles": read.names(entries.get("roles"), read.roles, "no_role"),
                "size": read.text(entries.get("size"), "a4"),
            }
        return found

    def public(self, node: Node | None) -> dict[str, Any]:
        """Give the form by link for people without an account."""
        if node is None:
            return {}
        read = self.reader
        entries = read.options(node, PUBLIC_KEYS)
        return {
            "fields": self.columns(entries.get("fields")),
            "title": read.words(entries.get("title")),
            "thanks": read.words(entries.get("thanks")),
            "until": read.expression(entries.get("until"), self.place),
            "most": read.text(entries.get("most")),
            "show": self.columns(entries.get("show")),
        }
