"""Reads who may do what with a form: verbs, row rules, field rights."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.config.form_spec import AccessSpec, FieldAccess, Grant
from app.config.reader import Reader
from app.config.tree import Node, key_of
from app.core.expressions import Place, Shape, Type

VERBS = ("view", "create", "edit", "delete", "export", "import", "print")
MASKS = re.compile(r"hidden|name|phone|email|amount|(?:last|first) \d{1,2}")
PATH = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){0,3}")


def follow(path: str, form: str, shapes: Mapping[str, Shape], table: str | None = None) -> Type | None:
    """Give the type at the end of a path of fields, or nothing where it leads nowhere."""
    shape = shapes.get(form)
    if shape is None:
        return None
    fields = {**shape.fields, **(shape.tables.get(table) or {})} if table else shape.fields
    first, _, rest = path.partition(".")
    found = fields.get(first)
    if found is None and first in shape.tables and rest:
        return shape.tables[first].get(rest)
    if not rest or found is None:
        return found
    link = found.item if found.kind == "list" and found.item else found
    if link.kind == "any":
        return link
    return follow(rest, link.form, shapes) if link.kind == "link" and link.form else None


def is_person(found: Type | None) -> bool:
    """Tell whether a field names people: accounts, or employees."""
    if found is not None and found.kind == "list" and found.item:
        found = found.item
    return found is not None and (found.kind == "any" or (found.kind == "link" and found.form in ("user", "employee")))


class AccessReader:
    """Reads the access of one form."""

    def __init__(self, reader: Reader, form: str) -> None:
        self.reader = reader
        self.form = form
        self.place = Place(form, others=False)

    def read(self, node: Node | None, at: Node) -> AccessSpec:
        """Give the verbs with their defaults: edit = create, view = create, export and print = view."""
        if node is None:
            self.reader.report.fault(at, "missing_key", word="access")
            return AccessSpec(dict.fromkeys(VERBS, ()))
        entries = self.reader.options(node, (*VERBS, "fields"))
        verbs = {verb: self.grants(entries[verb]) for verb in VERBS if verb in entries}
        create = verbs.get("create", ())
        view = verbs.get("view", create)
        defaults = {
            "view": view,
            "create": create,
            "edit": create,
            "export": view,
            "print": view,
            "delete": (),
            "import": (),
        }
        fields = {name: self.field(value) for name, value in self.fields(entries.get("fields")).items()}
        return AccessSpec({verb: verbs.get(verb, defaults[verb]) for verb in VERBS}, fields)

    def fields(self, node: Node | None) -> dict[str, Node]:
        """Give the entries of field rights whose fields exist."""
        found = {}
        for name, value in self.reader.entries(node).items():
            shape = self.reader.shapes[self.form]
            if follow(name, self.form, self.reader.shapes):
                found[name] = value
            else:
                known = [
                    *shape.fields,
                    *(f"{table}.{column}" for table in shape.tables for column in shape.tables[table]),
                ]
                self.reader.report.fault(key_of(node, name), "no_field", word=name, known=known)
        return found

    def field(self, node: Node) -> FieldAccess:
        """Give who may see and change one field."""
        entries = self.reader.options(node, ("view", "edit", "mask"))
        mask = self.reader.text(entries.get("mask"), "hidden")
        if not MASKS.fullmatch(mask):
            options = "hidden, last 4, first 3, name, phone, email, amount"
            self.reader.report.fault(entries["mask"], "not_option", word=mask, options=options)
        view, edit = (self.grants(entries[verb]) if verb in entries else None for verb in ("view", "edit"))
        return FieldAccess(view, edit, mask)

    def grants(self, node: Node) -> tuple[Grant, ...]:
        """Give the entries of an access list; a text is a row rule for everybody signed in."""
        if node.kind == "text":
            if re.fullmatch(r"\w+(\.\w+)*", node.text):
                self.reader.report.fault(node, "not_list", example=node.text)
                return ()
            return self.rule("everyone", node)
        found = [self.grant(item) for item in self.reader.items(node, example="employee")]
        return tuple(grant for entry in found for grant in entry)

    def grant(self, node: Node) -> tuple[Grant, ...]:
        """Give one entry: a role, a person field, or `{role, where}`."""
        if node.kind == "text":
            return self.named(node)
        entries = self.reader.options(node, ("role", "field", "where"))
        role = self.reader.name(entries["role"], self.reader.roles, "no_role") if "role" in entries else "everyone"
        if "field" in entries:
            return self.named(entries["field"], roles=False)
        if "where" in entries and role:
            return self.rule(role, entries["where"])
        return (Grant(role=role),) if role else ()

    def rule(self, role: str, node: Node) -> tuple[Grant, ...]:
        """Give a role for those rows only that a condition names."""
        where = self.reader.expression(node, self.place, Type("boolean"))
        return (Grant(role=role, where=where),) if where else ()

    def named(self, node: Node, *, roles: bool = True) -> tuple[Grant, ...]:
        """Give a role by its name, or a person field by its path; a role goes first."""
        if roles and (node.text == "everyone" or node.text in self.reader.roles):
            return (Grant(role=node.text),)
        if is_person(follow(node.text, self.form, self.reader.shapes)):
            return (Grant(person=node.text),)
        persons = [name for name, found in self.reader.shapes[self.form].fields.items() if is_person(found)]
        self.reader.report.fault(
            node, "no_person", word=node.text, form=self.form, known=[*self.reader.roles, *persons]
        )
        return ()
