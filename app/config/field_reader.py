"""Reads the fields of a form or of a line table."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from app.config.field_types import FILES, LINK, LONGEST, OWN_OPTIONS, TYPES, FieldType, takes
from app.config.form_spec import CheckSpec, FieldSpec
from app.config.reader import Reader
from app.config.shapes import type_of
from app.config.tree import Node, SourceFile, without
from app.core.expressions import Expression, Place, Type
from app.core.words import Words

COMMON = (
    "type",
    "label",
    "help",
    "placeholder",
    "required",
    "readonly",
    "show",
    "default",
    "formula",
    "stored",
    "unique",
    "min",
    "max",
    "check",
    "message",
    "scan",
    "private",
    "was",
)
FIELD_KEYS = (*COMMON, *sorted(OWN_OPTIONS))
CHECK_KEYS = ("check", "message", "warn", "when")
_NOWHERE = SourceFile("", "")
DEFAULT_CHECK = Words("This doesn't hold: {text}", "不满足：{text}")


def outline_field(name: str, node: Node, forms: Collection[str]) -> FieldSpec:
    """Give a field with its type only, saying nothing of faults."""
    entries = node.entries if node.kind == "map" else {}
    kind = entries["type"].text if "type" in entries else ""
    options = entries.get("options")
    named = (
        list(options.entries)
        if options and options.kind == "map"
        else [i.text for i in options.items]
        if options
        else []
    )
    many = entries["many"].text == "true" if "many" in entries else False
    link = kind if kind in forms or kind == "user" else None
    return FieldSpec(name, kind, Words(), options={option: Words() for option in named}, link=link, many=many)


class FieldReader:
    """Reads fields that stand in one place of one form."""

    def __init__(self, reader: Reader, form: str, forms: Collection[str], *, table: str | None = None) -> None:
        self.reader = reader
        self.forms = forms
        self.form = form
        self.place = Place(form, table)

    def read(self, name: str, key: Node, node: Node, *, total: bool = False) -> FieldSpec:
        """Give one field."""
        entries = self.reader.options(node, FIELD_KEYS, example="{type: text}")
        shape = outline_field(name, node, self.forms)
        known = self.known_type(key, entries.get("type"), shape.type)
        self.own_options(node, entries, shape.type, known)
        self.contradictions(node, entries)
        label = self.label(name, key, node, entries)
        return self.spec(shape, entries, label, total)

    def spec(self, shape: FieldSpec, entries: Mapping[str, Node], label: Words, total: bool) -> FieldSpec:
        """Put the values of a field together."""
        read, wanted = self.reader, type_of(shape)
        one = wanted.item if wanted.kind == "list" and wanted.item else wanted
        many = shape.many or (shape.type == "files" and "many" not in entries)
        formula = read.value(entries.get("formula"), self.place, wanted)
        return FieldSpec(
            shape.name,
            shape.type,
            label,
            help=read.words(entries.get("help")),
            placeholder=read.words(entries.get("placeholder")),
            options=self.options(entries.get("options")),
            renamed=self.renamed(entries.get("options")),
            required=read.condition(entries.get("required"), self.place),
            readonly=read.condition(entries.get("readonly"), self.place),
            show=read.condition(entries.get("show"), self.place, True),
            default=self.default(entries.get("default"), shape, wanted),
            formula=formula,
            stored=read.flag(entries.get("stored")),
            where=self.where(entries.get("where"), shape.link),
            link=shape.link,
            many=many,
            unique=self.unique(entries.get("unique")),
            min=read.value(entries.get("min"), self.place, one),
            max=read.value(entries.get("max"), self.place, one),
            match=self.match(entries.get("match")),
            longest=self.longest(entries.get("longest"), shape.type),
            decimals=read.whole(entries.get("decimals"), TYPES[shape.type].decimals if shape.type in TYPES else 0),
            unit=read.expression(entries.get("unit"), self.place),
            currency=self.currency(entries.get("currency")),
            check=self.rule(entries.get("check")),
            message=read.words(entries.get("message")),
            scan=read.flag(entries.get("scan")),
            private=read.flag(entries.get("private")),
            was=read.text(entries.get("was")) or None,
            total=total,
            working=read.flag(entries.get("working")),
            over=read.text(entries.get("over")) or None,
        )

    def known_type(self, key: Node, node: Node | None, kind: str) -> FieldType | None:
        """Give the primitive behind a type, a link for a form's name, nothing for an unknown word."""
        if node is None or node.empty:
            self.reader.report.fault(key, "no_type")
            return None
        if kind in TYPES:
            return TYPES[kind]
        names = (*TYPES, *self.forms)
        return LINK if self.reader.name(node, names, "unknown_type") else None

    def own_options(self, node: Node, entries: Mapping[str, Node], kind: str, known: FieldType | None) -> None:
        """Refuse options that belong to other types."""
        for key in entries:
            if known and key in OWN_OPTIONS and key not in known.options and not (key == "many" and kind in FILES):
                self.reader.report.fault(node.keys[key], "misplaced_option", word=key, types=takes(key), type=kind)
        if known and "options" in known.options and "options" not in entries:
            self.reader.report.fault(node, "missing_key", word="options")

    def contradictions(self, node: Node, entries: Mapping[str, Node]) -> None:
        """Refuse what can't be meant together."""
        for key in ("default", "required", "readonly"):
            if "formula" in entries and key in entries:
                self.reader.report.fault(node.keys[key], "formula_and", word=key)
        if "stored" in entries and "formula" not in entries:
            self.reader.report.fault(node.keys["stored"], "stored_without")

    def label(self, name: str, key: Node, node: Node, entries: Mapping[str, Node]) -> Words:
        """Give the words of a field."""
        return self.reader.label(name, node, entries.get("label"), key)

    def options(self, node: Node | None) -> dict[str, Words]:
        """Give the options of a choice with their words."""
        if node is None:
            return {}
        if node.kind == "map":
            return {name: self.reader.words(without(value, "was")) for name, value in self.reader.named(node).items()}
        return {item.text: self.reader.label(item.text, item, None) for item in self.reader.texts(node)}

    def renamed(self, node: Node | None) -> dict[str, str]:
        """Give the options that had another name before."""
        entries = node.entries if node is not None and node.kind == "map" else {}
        before = {name: value.get("was") for name, value in entries.items() if value.kind == "map"}
        return {name: self.reader.text(was) for name, was in before.items() if was is not None}

    def default(self, node: Node | None, shape: FieldSpec, wanted: Type) -> Expression | None:
        """Give the default; a currency starts as the company's."""
        if node is None and shape.type == "currency":
            return self.reader.compiled(Node("text", _NOWHERE, 1, 1), f"'{self.reader.currency}'", self.place)
        if node is not None and shape.type == "condition":
            return self.reader.compiled(node, f"'{node.text}'", self.place)
        return self.reader.value(node, self.place, wanted)

    def where(self, node: Node | None, link: str | None) -> Expression | None:
        """Give which documents a link offers: bare names are the candidate's."""
        place = Place(self.form, self.place.table, candidate=link)
        return self.reader.expression(node, place, Type("boolean"))

    def unique(self, node: Node | None) -> tuple[str, ...] | None:
        """Give () for unique alone, or the fields that it is unique together with."""
        if node is None or (node.kind == "text" and node.text == "false"):
            return None
        if node.kind == "text" and node.text == "true":
            return ()
        shape = self.reader.shapes.get(self.form)
        fields = {**shape.tables.get(self.place.table or "", {}), **shape.fields} if shape else {}
        return self.reader.names(node, fields, "no_field")

    def match(self, node: Node | None) -> str | None:
        """Give a pattern that the whole text must match."""
        if node is None:
            return None
        try:
            re.compile(self.reader.text(node))
        except re.error as error:
            self.reader.report.fault(node, "bad_match", why=error)
            return None
        return node.text

    def longest(self, node: Node | None, kind: str) -> int | None:
        """Give how many letters a text may have."""
        return self.reader.whole(node) if node is not None else LONGEST.get(kind)

    def currency(self, node: Node | None) -> str | Expression | None:
        """Give a currency's code, or the expression that gives it."""
        if node is not None and re.fullmatch(r"[A-Z]{3}", self.reader.text(node)):
            return node.text
        return self.reader.expression(node, self.place)

    def rule(self, node: Node | None) -> Expression | None:
        """Give a rule that must be true."""
        return self.reader.expression(node, self.place, Type("boolean"))

    def checks(self, node: Node | None) -> tuple[CheckSpec, ...]:
        """Give the rules of a list of checks."""
        found = (self.check(item) for item in self.reader.items(node, example="{check: …, message: …}"))
        return tuple(check for check in found if check)

    def check(self, node: Node) -> CheckSpec | None:
        """Give one rule with what it says when it doesn't hold."""
        entries = self.reader.options(node, CHECK_KEYS)
        if "check" not in entries:
            self.reader.report.fault(node, "missing_key", word="check")
        rule = self.rule(entries.get("check"))
        when = self.rule(entries.get("when"))
        text = entries["check"].text if "check" in entries else ""
        default = Words(*(side.replace("{text}", text) for side in (DEFAULT_CHECK.en, DEFAULT_CHECK.zh)))
        message = self.reader.words(entries.get("message"), default)
        warn = self.reader.flag(entries.get("warn"))
        return CheckSpec(rule, message, warn, when) if rule else None
