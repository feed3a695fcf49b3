"""Reads people: roles, person fields, heads, managers, chains."""

from __future__ import annotations

from typing import Any

from app.config.access_reader import follow, is_person
from app.config.reader import Reader
from app.config.tree import Node
from app.config.workflow_spec import Who
from app.core.expressions import Type

KINDS = ("role", "user", "post", "group", "field", "head_of", "manager_of", "managers_of", "chosen_by")
EXTRA = ("of", "everyone", "level", "up_to", "among")


class WhoReader:
    """Reads the people of one form's document; a bare name is a role or a person field."""

    def __init__(self, reader: Reader, form: str, *, persons_first: bool = False) -> None:
        self.reader = reader
        self.form = form
        self.persons_first = persons_first  # tell and remind: the buyer of this order, not all buyers

    def many(self, node: Node | None) -> tuple[Who, ...]:
        """Give the people of a list."""
        found = (self.read(item) for item in self.reader.items(node, example="buyer"))
        return tuple(who for who in found if who)

    def read(self, node: Node | None) -> Who | None:
        """Give one way to name people."""
        if node is None:
            return None
        if node.kind == "text":
            return self.named(node)
        entries = self.reader.options(node, (*KINDS, *EXTRA))
        kinds = [kind for kind in KINDS if kind in entries]
        if len(kinds) != 1:
            self.reader.report.fault(node, "one_who", options=", ".join(KINDS))
            return None
        return self.one(kinds[0], entries)

    def one(self, kind: str, entries: dict[str, Node]) -> Who | None:
        """Give people of one kind with its extras."""
        node, read = entries[kind], self.reader
        readers = {
            "role": self.role,
            "user": read.text,
            "post": self.post,
            "group": read.text,
            "head_of": self.department,
        }
        found = readers.get(kind, self.person)(node)
        if found is None:
            return None
        word = "role" if kind == "group" else kind
        return Who(
            **{word: found},
            level=read.whole(entries.get("level"), 1),
            up_to=self.up_to(entries.get("up_to")),
            of=self.path(entries.get("of")),
            everyone=read.flag(entries.get("everyone")),
            among=self.read(entries.get("among")),
        )

    def named(self, node: Node) -> Who | None:
        """Give a role or a person field by its bare name."""
        found = follow(node.text, self.form, self.reader.shapes)
        person = is_person(found) or (self.persons_first and self.reachable(found))
        role = node.text in self.reader.roles or node.text == "everyone"
        if person and (self.persons_first or not role):
            return Who(field=node.text)
        if role:
            return Who(role=node.text)
        if node.text not in self.reader.report.broken:
            self.unknown(node)
        return None

    def reachable(self, found: Type | None) -> bool:
        """Tell whether a link leads to somebody outside who can be told: a document with an address."""
        shape = self.reader.shapes.get(found.form or "") if found is not None else None
        return shape is not None and bool({"email", "phone"} & set(shape.fields))

    def unknown(self, node: Node) -> None:
        """Say that nobody has this name."""
        shape = self.reader.shapes.get(self.form)
        persons = [name for name, found in (shape.fields if shape else {}).items() if is_person(found)]
        self.reader.report.fault(
            node, "no_person", word=node.text, form=self.form, known=[*self.reader.roles, *persons]
        )

    def role(self, node: Node) -> str | None:
        """Give a known role."""
        return self.reader.name(node, self.reader.roles, "no_role")

    def person(self, node: Node) -> str | None:
        """Give the path of a person field; the applicant is whoever submits."""
        if node.text == "applicant":
            return "created_by"
        if is_person(follow(node.text, self.form, self.reader.shapes)):
            return node.text
        self.unknown(node)
        return None

    def post(self, node: Node) -> str | None:
        """Give a post that employees can have."""
        shape = self.reader.shapes.get("employee")
        posts = shape.fields["post"].options if shape and "post" in shape.fields else ()
        return self.reader.name(node, posts, "not_option", options=", ".join(posts)) if posts else node.text

    def department(self, node: Node) -> str | None:
        """Give the path of a department."""
        found = follow(node.text, self.form, self.reader.shapes)
        if found is None or (found.kind != "any" and found.form != "department"):
            shape = self.reader.shapes[self.form]
            known = [name for name, kind in shape.fields.items() if kind.form == "department"]
            self.reader.report.fault(node, "no_field", word=node.text, known=known)
            return None
        return node.text

    def path(self, node: Node | None) -> str | None:
        """Give the path of any field."""
        if node is None:
            return None
        if follow(self.reader.text(node), self.form, self.reader.shapes) is None:
            self.reader.report.fault(node, "no_field", word=node.text, known=self.reader.shapes[self.form].fields)
            return None
        return node.text

    def up_to(self, node: Node | None) -> Any:
        """Give how far a chain goes: a number of levels, a figure's limit, a post."""
        if node is None or node.kind == "text":
            return self.reader.whole(node) if node is not None else None
        entries = self.reader.options(node, ("limit", "post"))
        found: dict[str, str | None] = {}
        if "limit" in entries:
            found["limit"] = self.path(entries["limit"])
        if "post" in entries:
            found["post"] = self.post(entries["post"])
        return found


def money_fields(fields: dict[str, Type]) -> list[str]:
    """Give the fields of money among fields."""
    return [name for name, found in fields.items() if found.kind == "money"]
