"""Reads imports and plans."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import available_timezones

from app.config.field_reader import CHECK_KEYS
from app.config.form_spec import CheckSpec
from app.config.import_spec import (
    CleanStep,
    ImportSpec,
    IntoSpec,
    JoinSpec,
    PlanSpec,
    PlanStep,
    RowRule,
    SourceSpec,
    Target,
)
from app.config.reader import Reader
from app.config.tree import Node, key_of
from app.core.expressions import Expression, Place, Shape, Type
from app.core.words import Words

IMPORT_KEYS = ("import", "title", "source", "clean", "skip", "reject", "into", "totals")
SOURCE_KEYS = ("file", "separator", "encoding", "dates", "zone", "sheet", "header", "columns", "join")
INTO_KEYS = ("form", "when", "key", "existing", "group_by", "stage", "fields", "tables")
EXISTING = ("leave", "update")
FIND_KEYS = ("find", "by", "if_missing", "create", "because")
MAP_KEYS = ("from", "map", "otherwise", "because")
PLAN_KEYS = ("plan", "title", "currency", "imports", "then", "totals")
COUNTED = ("read", "imported", "skipped", "rejected")
TEXT, NUMBER, BOOLEAN = Type("text"), Type("number"), Type("boolean")


class ImportReader:
    """Reads one import; bare names are the source's columns."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self.columns: dict[str, Type] = {}

    def read(self, tree: Node, name: str) -> ImportSpec:
        """Give the import."""
        read = self.reader
        entries = read.options(tree, IMPORT_KEYS)
        source = self.source(entries.get("source"))
        clean = self.clean(entries.get("clean"))
        into = tuple(self.into(item) for item in read.items(entries.get("into"), example="{form: …, fields: …}"))
        return ImportSpec(
            name,
            read.words(entries.get("title")),
            source,
            clean,
            self.rules(entries.get("skip")),
            self.rules(entries.get("reject")),
            tuple(spec for spec in into if spec),
            self.totals(entries.get("totals")),
            tree.file.name,
        )

    @property
    def place(self) -> Place:
        """Where expressions over a row stand."""
        return Place(None, person=False, others=False, columns=dict(self.columns))

    def source(self, node: Node | None) -> SourceSpec:
        """Give the file and its columns, joined files included."""
        read = self.reader
        entries = read.options(node, SOURCE_KEYS)
        columns = tuple(item.text for item in read.texts(entries.get("columns")))
        self.columns.update(dict.fromkeys(columns, TEXT))
        join = tuple(self.join(item) for item in read.items(entries.get("join"), example="{file: …, by: …}"))
        zone = read.name(entries.get("zone"), available_timezones() if "zone" in entries else (), "no_zone") or "UTC"
        return SourceSpec(
            read.text(entries.get("file"), "*"),
            read.text(entries.get("separator"), ","),
            read.text(entries.get("encoding"), "utf-8"),
            read.text(entries.get("dates"), "YYYY-MM-DD"),
            zone,
            read.text(entries.get("sheet")) or None,
            read.whole(entries.get("header"), 1),
            columns,
            join,
        )

    def join(self, node: Node) -> JoinSpec:
        """Give a file whose rows are laid beside the source's."""
        read = self.reader
        entries = read.options(node, ("file", "by", "columns"))
        by, taken = entries.get("by"), entries.get("columns")
        keys = (
            {name: read.text(value) for name, value in read.entries(by).items()}
            if by is not None and by.kind == "map"
            else {}
        )
        if by is not None and by.kind == "text":
            keys = {by.text: by.text}
        for column in keys:
            if column not in self.columns:
                read.report.fault(by or node, "no_column", word=column, known=self.columns)
        if taken is not None and taken.kind == "map":
            columns = {name: read.text(value) for name, value in read.entries(taken).items()}
        else:
            columns = {item.text: item.text for item in read.texts(taken)}
        self.columns.update(dict.fromkeys(columns, TEXT))
        return JoinSpec(read.text(entries.get("file")), keys, columns)

    def clean(self, node: Node | None) -> tuple[CleanStep, ...]:
        """Give the columns that are made or replaced, from the top."""
        found = []
        for item in self.reader.items(node, example="{column: expression}"):
            for column, value in self.reader.entries(item).items():
                if column in ("at", "into") and "split" in item.entries:
                    continue
                found.append(self.split(item) if column == "split" else self.made(column, value))
        return tuple(step for step in found if step)

    def made(self, column: str, node: Node) -> CleanStep | None:
        """Give a column that an expression makes."""
        value = self.reader.expression(node, self.place)
        self.columns[column] = value.type if value else Type("any")
        return CleanStep(column, value) if value else None

    def split(self, node: Node) -> CleanStep:
        """Give a column that is split into several."""
        entries = self.reader.options(node, ("split", "at", "into"))
        column = self.reader.name(entries["split"], self.columns, "no_column") or ""
        into = tuple(item.text for item in self.reader.texts(entries.get("into")))
        self.columns.update(dict.fromkeys(into, TEXT))
        return CleanStep(column, split_at=self.reader.text(entries.get("at"), " "), into=into)

    def rules(self, node: Node | None) -> tuple[RowRule, ...]:
        """Give which rows stay out, and why."""
        found = []
        for item in self.reader.items(node, example="{when: …, because: …}"):
            entries = self.reader.options(item, ("when", "because"))
            if "when" not in entries:
                self.reader.report.fault(item, "missing_key", word="when")
            when = self.reader.expression(entries.get("when"), self.place, BOOLEAN)
            if when:
                found.append(RowRule(when, self.reader.words(entries.get("because"))))
        return tuple(found)

    def into(self, node: Node) -> IntoSpec | None:
        """Give what rows become."""
        read = self.reader
        entries = read.options(node, INTO_KEYS)
        form = read.name(entries.get("form"), [name for name in read.shapes if name != "user"], "no_form")
        if "form" not in entries:
            read.report.fault(node, "missing_key", word="form")
        shape = read.shapes.get(form or "")
        if shape is None:
            return None
        tables = self.tables(entries.get("tables"), shape)
        fields = self.targets(entries.get("fields"), shape.fields)
        return IntoSpec(
            shape.name,
            fields,
            tables,
            read.expression(entries.get("when"), self.place, BOOLEAN),
            self.key(entries.get("key"), shape, fields),
            read.expression(entries.get("group_by"), self.place),
            self.stage(entries.get("stage"), shape),
            self.existing(entries.get("existing"), entries.get("key")),
        )

    def key(self, node: Node | None, shape: Shape, fields: Mapping[str, Target]) -> tuple[str, ...]:
        """Give what tells documents apart: fields that the import fills in."""
        names = self.reader.names(node, shape.fields, "no_field")
        for name in names:
            if name not in fields and node is not None:
                self.reader.report.fault(node, "key_unfilled", word=name, known=fields)
        return names

    def existing(self, node: Node | None, key: Node | None) -> str:
        """Give what becomes of a document that is there already; to change it, the import must know it by a key."""
        chosen = self.reader.one_of(node, EXISTING, EXISTING[0])
        if chosen == "update" and key is None and node is not None:
            self.reader.report.fault(node, "update_without_key")
        return chosen

    def tables(self, node: Node | None, shape: Shape) -> dict[str, dict[str, Target]]:
        """Give what lines get; `line_no` is the place of the row among those of its document."""
        own = dict(self.columns)
        self.columns.setdefault("line_no", NUMBER)
        found = {
            name: self.targets(value, shape.tables[name])
            for name, value in self.reader.named(node).items()
            if node is not None and self.reader.name(node.keys[name], shape.tables, "no_field")
        }
        self.columns = own
        return found

    def stage(self, node: Node | None, shape: Shape) -> Target | None:
        """Give the stage that documents come in: one, or one for each word of a column."""
        if node is None:
            return None
        if node.kind == "text":
            word = self.reader.name(node, shape.stages, "no_stage")
            return Target(value=self.reader.compiled(node, f"'{word}'", self.place)) if word else None
        return self.target(node, Type("choice", options=shape.stages))

    def targets(self, node: Node | None, fields: Mapping[str, Type]) -> dict[str, Target]:
        """Give what each field gets."""
        found = {}
        for name, value in self.reader.named(node).items():
            if self.reader.name(key_of(node, name), fields, "no_field"):
                found[name] = self.target(value, fields[name])
        return {name: target for name, target in found.items() if target}

    def target(self, node: Node, wanted: Type) -> Target | None:
        """Give what one field gets."""
        if node.kind == "text":
            value = self.value(node, wanted)
            return Target(value=value) if value else None
        if node.kind == "map" and "find" in node.entries:
            return self.find(node)
        if node.kind == "map" and "from" in node.entries:
            return self.mapped(node, wanted)
        self.reader.report.fault(node, "one_target", one="{find: …, by: …}", other="{from: …, map: …}")
        return None

    def value(self, node: Node, wanted: Type) -> Expression | None:
        """Give an expression over columns; the bare name of an option means itself, unless a column has it."""
        if node.text in wanted.options and node.text not in self.columns:
            return self.reader.compiled(node, f"'{node.text}'", self.place)
        return self.reader.expression(node, self.place)

    def find(self, node: Node) -> Target | None:
        """Give a document that is found by its fields, made or missed."""
        read = self.reader
        entries = read.options(node, FIND_KEYS)
        form = read.name(entries["find"], read.shapes, "no_form")
        shape = read.shapes.get(form or "")
        if shape is None:
            return None
        by = {}
        for name, value in read.entries(entries.get("by")).items():
            if read.name(entries["by"].keys[name], shape.fields, "no_field"):
                by[name] = read.expression(value, self.place)
        if not by and "by" not in entries:
            read.report.fault(node, "missing_key", word="by")
        return Target(
            find=shape.name,
            by={name: value for name, value in by.items() if value},
            if_missing=read.one_of(entries.get("if_missing"), ("reject", "create", "empty"), "reject"),
            create=self.targets(entries.get("create"), shape.fields),
            because=read.words(entries.get("because")),
        )

    def mapped(self, node: Node, wanted: Type) -> Target:
        """Give a word for each word of a column."""
        read = self.reader
        entries = read.options(node, MAP_KEYS)
        words = {key: read.text(value) for key, value in read.entries(entries.get("map")).items()}
        for key, word in words.items():
            if wanted.options and word not in wanted.options:
                read.report.fault(
                    entries["map"].entries[key],
                    "not_option",
                    word=word,
                    options=", ".join(wanted.options),
                    known=wanted.options,
                )
        otherwise = entries.get("otherwise")
        return Target(
            source=read.expression(entries["from"], self.place),
            map=words,
            because=read.words(entries.get("because")),
            otherwise=self.value(otherwise, wanted) if otherwise is not None else None,
        )

    def totals(self, node: Node | None) -> tuple[CheckSpec, ...]:
        """Give what must hold of the run's counts."""
        place = Place(None, person=False, others=False, columns=dict.fromkeys(COUNTED, NUMBER))
        found = []
        for item in self.reader.items(node, example="{check: …, message: …}"):
            entries = self.reader.options(item, CHECK_KEYS)
            rule = self.reader.expression(entries.get("check"), place, BOOLEAN)
            if rule:
                found.append(
                    CheckSpec(rule, self.reader.words(entries.get("message")), self.reader.flag(entries.get("warn")))
                )
        return tuple(found)


class PlanReader(ImportReader):
    """Reads one plan of imports."""

    def plan(self, tree: Node, name: str, imports: Mapping[str, ImportSpec]) -> PlanSpec:
        """Give the plan."""
        read = self.reader
        entries = read.options(tree, PLAN_KEYS)
        steps = []
        for item in read.items(entries.get("imports"), example="{import: …, file: …}"):
            step = read.options(item, ("import", "file", "rejects_most"))
            known = read.name(step.get("import"), imports, "no_import")
            steps.append(
                PlanStep(known or "", read.text(step.get("file")) or None, read.share(step.get("rejects_most")))
            )
        then = tuple(item.text for item in read.texts(entries.get("then")))
        totals = self.totals(entries.get("totals"))
        currency = read.text(entries.get("currency")) or None
        title = read.words(entries.get("title"), Words())
        return PlanSpec(name, title, tuple(steps), then, totals, tree.file.name, currency)
