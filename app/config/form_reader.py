"""Reads one form: fields, tables, totals, sections, checks, lists, rights."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from app.config.access_reader import AccessReader, follow
from app.config.field_reader import FieldReader, outline_field
from app.config.field_types import SEARCHED
from app.config.form_spec import AccessSpec, FieldSpec, FillSpec, FormSpec, NumberSpec, SectionSpec, TableSpec
from app.config.list_reader import ListReader
from app.config.reader import Reader
from app.config.shapes import STANDARD
from app.config.tree import Node, key_of
from app.core.expressions import Place, Type
from app.core.words import Words

FORM_KEYS = (
    "form",
    "title",
    "area",
    "icon",
    "help",
    "number",
    "key",
    "shown_as",
    "tree",
    "fields",
    "sections",
    "lines",
    "tables",
    "totals",
    "checks",
    "unique",
    "list",
    "views",
    "access",
    "reminders",
    "print",
    "public",
    "search",
    "keep",
    "was",
)
TABLE_KEYS = ("title", "fields", "rows", "by", "checks", "least", "most", "unique", "show", "readonly", "fill", "was")
SECTION_KEYS = ("title", "fields", "show", "folded", "columns", "help")
NO_FORMS = frozenset({"forms", "inbox", "metrics", "ask", "hooks", "import", "imports", "build", "settings", "login", "user", "access"})
NO_FIELDS = frozenset(
    {
        *STANDARD,
        "stage",
        "id",
        "version",
        "line_no",
        "this",
        "line",
        "me",
        "today",
        "now",
        "event",
        "and",
        "or",
        "not",
        "in",
        "where",
        "true",
        "false",
        "null",
    }
)
COUNTERS = re.compile(r"year|yy|month|day|seq:\d{1,2}")
NO_ACCESS = AccessSpec({})
LINES = Words("Lines", "明细")


def outline_form(name: str, tree: Node, forms: Collection[str], stages: tuple[str, ...]) -> FormSpec:
    """Give a form with names and types only, so that every form's shape is known before any expression is read."""

    def fields(node: Node | None) -> dict[str, FieldSpec]:
        entries = node.entries if node is not None and node.kind == "map" else {}
        return {key: outline_field(key, value, forms) for key, value in entries.items()}

    tables = {key: table_node(value) for key, value in table_nodes(tree).items()}
    tree_field = tree.get("tree")
    return FormSpec(
        name,
        Words(),
        "",
        NO_ACCESS,
        fields(tree.get("fields")),
        tables={
            key: TableSpec(key, Words(), fields(entries.get("fields")), rows=rows_of(entries))
            for key, entries in tables.items()
        },
        totals=fields(tree.get("totals")),
        stages=stages,
        tree=tree_field.text if tree_field else None,
    )


def table_nodes(tree: Node) -> dict[str, Node]:
    """Give the nodes of all line tables; `lines` is short for one of them."""
    tables = tree.get("tables")
    found = dict(tables.entries) if tables is not None and tables.kind == "map" else {}
    lines = tree.get("lines")
    return {"lines": lines, **found} if lines is not None else found


def table_node(node: Node) -> Mapping[str, Node]:
    """Give the entries of a table, the long way also for the short form `lines`."""
    if node.kind != "map":
        return {}
    long = ("fields" in node.entries and "type" not in node.entries["fields"].entries) or "rows" in node.entries
    return node.entries if long else {"fields": node}


def rows_of(entries: Mapping[str, Node]) -> str | None:
    """Give the form whose documents are the rows of a table."""
    return entries["rows"].text if "rows" in entries else None


class FormReader:
    """Reads one form whose tree is merged and whose shape is known."""

    def __init__(self, reader: Reader, forms: Collection[str], outline: FormSpec) -> None:
        self.reader = reader
        self.forms = forms
        self.outline = outline
        self.name = outline.name
        self.fields = FieldReader(reader, outline.name, forms)

    def read(self, tree: Node, *, area: str) -> FormSpec:
        """Give the form."""
        read = self.reader
        entries = read.options(tree, FORM_KEYS)
        if self.name in NO_FORMS:
            read.report.fault(entries["form"], "reserved_form", word=self.name)
        if "title" not in entries:
            read.report.fault(tree, "missing_key", word="title")
        fields = self.read_fields(entries.get("fields"))
        tables = self.read_tables(tree, entries)
        totals = self.read_fields(entries.get("totals"), total=True)
        lists = ListReader(read, self.outline)
        key = read.name(entries.get("key"), fields, "no_field")
        return FormSpec(
            self.name,
            read.words(entries.get("title")),
            read.text(entries.get("area"), area),
            AccessReader(read, self.name).read(entries.get("access"), tree),
            fields,
            tables,
            totals,
            sections=self.sections(entries.get("sections")),
            checks=self.fields.checks(entries.get("checks")),
            number=self.number(entries.get("number"), tree, key),
            key=key,
            shown_as=self.shown_as(entries.get("shown_as"), key, fields),
            tree=self.tree(entries.get("tree")),
            icon=read.text(entries.get("icon"), "file-text"),
            help=read.words(entries.get("help")),
            unique=self.groups(entries.get("unique")),
            list=lists.list(entries.get("list"), key),
            views=lists.views(entries.get("views")),
            search=self.search(entries.get("search"), fields),
            reminders=lists.reminders(entries.get("reminders")),
            stages=self.outline.stages,
            was=read.text(entries.get("was")) or None,
            file=tree.file.name,
            prints=lists.prints(entries.get("print")),
            public=lists.public(entries.get("public")),
            keep=read.span(entries.get("keep")),
            hash=tree.file.hash,
            text=tree.file.text,
        )

    def read_fields(self, node: Node | None, *, total: bool = False) -> dict[str, FieldSpec]:
        """Give the fields of the document itself."""
        found = self.reader.named(node, example="{name: {type: text}}")
        for name in found:
            if name in NO_FIELDS:
                self.reader.report.fault(key_of(node, name), "reserved", word=name)
        return {
            name: self.fields.read(name, key_of(node, name), value, total=total)
            for name, value in found.items()
            if name not in NO_FIELDS
        }

    def read_tables(self, tree: Node, entries: Mapping[str, Node]) -> dict[str, TableSpec]:
        """Give the line tables, short and long."""
        tables = self.reader.named(entries.get("tables"))
        if "lines" in entries and "lines" in tables:
            self.reader.report.fault(tree.keys["lines"], "lines_or_tables")
        return {
            name: self.table(name, node)
            for name, node in table_nodes(tree).items()
            if name in tables or name == "lines"
        }

    def table(self, name: str, node: Node) -> TableSpec:
        """Give one line table."""
        read, place = self.reader, Place(self.name)
        entries = dict(table_node(node))
        if entries.get("fields") is not node:
            entries = read.options(node, TABLE_KEYS)
        if ("fields" in entries) == ("rows" in entries):
            read.report.fault(node, "fields_or_rows")
        columns = FieldReader(read, self.name, self.forms, table=name)
        fields = {}
        for key, value in read.named(entries.get("fields")).items():
            at = entries["fields"].keys[key]
            if key in NO_FIELDS:
                read.report.fault(at, "reserved", word=key)
            else:
                fields[key] = columns.read(key, at, value)
        title = read.glossary.get(name, LINES) if name == "lines" else None
        return TableSpec(
            name,
            title if title and "title" not in entries else read.label(name, node, entries.get("title")),
            fields,
            checks=columns.checks(entries.get("checks")),
            least=read.whole(entries.get("least")),
            most=read.whole(entries.get("most"), 5000),
            unique=self.table_unique(entries.get("unique"), fields),
            show=read.condition(entries.get("show"), place, True),
            readonly=read.condition(entries.get("readonly"), place),
            fill=self.fill(entries.get("fill"), fields, columns.place),
            rows=read.name(entries.get("rows"), self.forms, "no_form"),
            by=read.text(entries.get("by")) or None,
            was=read.text(entries.get("was")) or None,
        )

    def table_unique(self, node: Node | None, fields: Mapping[str, FieldSpec]) -> tuple[tuple[str, ...], ...]:
        """Give the groups of columns that are unique within a document; a plain list is one group."""
        if node is not None and node.kind == "list" and all(item.kind == "text" for item in node.items):
            return (self.reader.names(node, fields, "no_field"),)
        return tuple(self.reader.names(group, fields, "no_field") for group in self.reader.items(node))

    def groups(self, node: Node | None) -> tuple[tuple[str, ...], ...]:
        """Give the groups of fields that are unique together."""
        return tuple(
            self.reader.names(group, self.outline.header, "no_field")
            for group in self.reader.items(node, example="[a, b]")
        )

    def fill(self, node: Node | None, fields: Mapping[str, FieldSpec], place: Place) -> FillSpec | None:
        """Give the rows that a table proposes when a link is chosen."""
        if node is None:
            return None
        entries = self.reader.options(node, ("from", "where", "copy", "set"))
        link, _, table = self.reader.text(entries.get("from")).partition(".")
        found = follow(link, self.name, self.reader.shapes)
        source = self.reader.shapes.get(found.form or "") if found and found.kind == "link" else None
        if source is None or table not in source.tables:
            self.reader.report.fault(entries.get("from", node), "fill_link")
            return None
        there = Place(source.name, table)
        both = [name for name in fields if name in source.tables[table]]
        copy = self.reader.names(entries.get("copy"), both, "no_source", form=f"{source.name}.{table}")
        given = {}
        for name, value in self.reader.named(entries.get("set")).items():
            if self.reader.name(entries["set"].keys[name], fields, "no_field"):
                given[name] = self.reader.expression(value, there)
        where = self.reader.expression(entries.get("where"), there, Type("boolean"))
        return FillSpec(link, table, where, copy, {name: value for name, value in given.items() if value})

    def sections(self, node: Node | None) -> dict[str, SectionSpec]:
        """Give the titled groups of fields; a field stands in one."""
        taken: dict[str, str] = {}
        return {name: self.section(name, value, taken) for name, value in self.reader.named(node).items()}

    def section(self, name: str, node: Node, taken: dict[str, str]) -> SectionSpec:
        """Give one section."""
        read = self.reader
        entries = read.options(node, SECTION_KEYS)
        known = {**self.outline.header, **self.outline.tables}
        for item in entries["fields"].items if "fields" in entries else ():
            if item.text in taken:
                read.report.fault(item, "in_section", word=item.text, section=taken[item.text])
            taken.setdefault(item.text, name)
        return SectionSpec(
            name,
            read.label(name, node, entries.get("title")),
            read.names(entries.get("fields"), known, "no_field"),
            show=read.condition(entries.get("show"), Place(self.name), True),
            folded=read.flag(entries.get("folded")),
            help=read.words(entries.get("help")),
            columns=read.whole(entries.get("columns"), 2),
        )

    def number(self, node: Node | None, tree: Node, key: str | None) -> NumberSpec | None:
        """Give the pattern of running numbers."""
        if (node is None) == ("key" not in tree.entries):
            self.reader.report.fault(node or tree, "number_or_key")
        if node is None:
            return None
        entries = {"pattern": node} if node.kind == "text" else self.reader.options(node, ("pattern", "gapless", "at"))
        pattern = self.pattern(entries.get("pattern"), counted=True)
        at = self.reader.name(entries.get("at"), self.outline.stages, "no_stage")
        return NumberSpec(pattern, self.reader.flag(entries.get("gapless")), at)

    def pattern(self, node: Node | None, *, counted: bool = False) -> str:
        """Give a text with `{…}` whose names are all known."""
        text = self.reader.text(node)
        for match in re.finditer(r"\{([^}]*)\}", text):
            if counted and COUNTERS.fullmatch(match[1]):
                continue
            if node is not None and not follow(match[1], self.name, self.reader.shapes):
                known = self.reader.shapes[self.name].fields
                self.reader.report.fault(node, "no_field", word=match[1], known=known)
        if counted and node is not None and "{seq:" not in text:
            self.reader.report.fault(node, "no_counter")
        return text

    def shown_as(self, node: Node | None, key: str | None, fields: Mapping[str, FieldSpec]) -> str:
        """Give what a link shows: its own pattern, or number and name."""
        if node is not None:
            return self.pattern(node)
        first = f"{{{key or 'number'}}}"
        return f"{first} {{name}}" if "name" in fields and key != "name" else first

    def tree(self, node: Node | None) -> str | None:
        """Give the link to the own form that makes a tree."""
        if node is None:
            return None
        spec = self.outline.fields.get(node.text)
        if spec is None or spec.link != self.name:
            self.reader.report.fault(node, "tree_link", form=self.name)
        return node.text

    def search(self, node: Node | None, fields: Mapping[str, FieldSpec]) -> tuple[str, ...]:
        """Give the fields that the global search reads: texts that are not private."""
        if node is not None:
            return self.reader.names(node, [*self.outline.header, "number"], "no_field")
        return tuple(name for name, spec in fields.items() if spec.type in SEARCHED and not spec.private)
