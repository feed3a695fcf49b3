"""Reads decisions: tables of rules, the first that fits."""

from __future__ import annotations

from app.config.do_reader import ORDERS
from app.config.form_spec import FormSpec
from app.config.import_spec import DecisionSpec, RuleSpec
from app.config.reader import Reader
from app.config.tree import Node
from app.config.who_reader import WhoReader
from app.config.workflow_reader import exact
from app.core.expressions import Place, Type
from app.core.words import Words

KEYS = ("decision", "title", "form", "sets", "assigns", "rules", "examples")


class DecisionReader:
    """Reads the decision of one form."""

    def __init__(self, reader: Reader, form: FormSpec) -> None:
        self.reader = reader
        self.form = form

    def read(self, tree: Node, name: str) -> DecisionSpec:
        """Give the decision."""
        read = self.reader
        entries = read.options(tree, KEYS)
        fields = read.shapes[self.form.name].fields
        if ("sets" in entries) == ("assigns" in entries):
            read.report.fault(tree, "one_target", one="sets: field", other="assigns: person field")
        sets, assigns = (read.name(entries.get(key), fields, "no_field") for key in ("sets", "assigns"))
        rules = self.rules(entries.get("rules"), tree, fields.get(sets or ""))
        examples = tuple(
            {**exact(item), "line": item.line, "column": item.column} for item in read.items(entries.get("examples"))
        )
        return DecisionSpec(
            name,
            read.words(entries.get("title"), Words()),
            self.form.name,
            sets,
            assigns,
            rules,
            examples,
            tree.file.name,
        )

    def rules(self, node: Node | None, tree: Node, wanted: Type | None) -> tuple[RuleSpec, ...]:
        """Give the rules; the last one fits every document."""
        items = self.reader.items(node, example="{when: …, value: …}")
        if not items or "when" in items[-1].entries:
            self.reader.report.fault(items[-1] if items else tree, "last_rule")
        for item in items[:-1]:
            if "when" not in item.entries:
                self.reader.report.fault(item, "last_only")
        return tuple(self.rule(item, wanted) for item in items)

    def rule(self, node: Node, wanted: Type | None) -> RuleSpec:
        """Give one rule."""
        read, place = self.reader, Place(self.form.name)
        entries = read.options(node, ("when", "value", "to", "by"))
        return RuleSpec(
            read.expression(entries.get("when"), place, Type("boolean")),
            read.value(entries.get("value"), place, wanted),
            WhoReader(read, self.form.name, persons_first=True).many(entries.get("to")),
            read.one_of(entries.get("by"), ORDERS, "first"),
        )
