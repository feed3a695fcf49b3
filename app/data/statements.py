"""SQL text of one form, made once per registry and dialect and run on the driver's cursor."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from app.config.catalogue import Catalogue
from app.config.form_spec import FieldSpec, FormSpec
from app.core.links import Link
from app.data.column_types import instant_text, read_instant
from app.data.kinds import kind_of, linked_form, loading, storing
from app.data.tables import FormTables

Values = dict[str, Any]
_HOLE = re.compile(r"\{([a-z_0-9]+)\}")
SYSTEM_READ = (
    "id",
    "number",
    "stage",
    "stage_since",
    "version",
    "created_at",
    "created_by",
    "changed_at",
    "changed_by",
    "deleted_at",
)
INSERTED = ("number", "stage", "stage_since", "version", "created_at", "created_by", "changed_at", "changed_by", "chg")
_MOMENTS = frozenset({"stage_since", "created_at", "changed_at", "deleted_at"})


def quoted(name: str) -> str:
    """Give a name of our own as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def shown_columns(catalogue: Catalogue, form: str) -> tuple[str, tuple[str, ...]]:
    """Give what a link to a form shows: the pattern, and the columns it needs."""
    if form == "user":
        return "{title}", ("title",)
    spec = catalogue.forms[form]
    plain = {
        name for name, each in spec.header.items() if each.kept and kind_of(each) == "text" and not _guarded(spec, each)
    } | {"number"}
    pattern = spec.shown_as or ("{number} {name}" if "name" in plain else "{number}")
    names = tuple(dict.fromkeys(name for name in _HOLE.findall(pattern) if name in plain))
    return _HOLE.sub(lambda hole: hole.group(0) if hole.group(1) in plain else "", pattern), names


def _guarded(spec: FormSpec, field: FieldSpec) -> bool:
    return field.private or (field.name in spec.access.fields and spec.access.fields[field.name].view is not None)


def titling(pattern: str, names: tuple[str, ...]) -> Callable[[tuple[Any, ...]], str]:
    """Give the function that fills a pattern such as `{code} {name}` from the number and the columns it needs."""
    parts = _HOLE.split(pattern)  # text, name, text, name, text
    places = {"number": 0, **{name: place for place, name in enumerate(names, 1)}}
    holes = tuple(places[name] for name in parts[1::2] if name in places)
    if len(holes) == 1 and not "".join(parts[::2]).strip():
        only = holes[0]
        return lambda facts: facts[only] or facts[0] or ""

    def title(facts: tuple[Any, ...]) -> str:
        filled = [facts[places[part]] or "" if at % 2 else part for at, part in enumerate(parts)]
        return "".join(filled).strip() or facts[0] or ""

    return title


class LinkReader:
    """Joins the document that a link points to, and makes the link with its number and title."""

    def __init__(self, catalogue: Catalogue, form: str, *, alias: str) -> None:
        self.form = form
        self.alias = alias
        self.table = "office_account" if form == "user" else form
        self.number = "name" if form == "user" else "number"
        pattern, self.names = shown_columns(catalogue, form)
        self.title = titling(pattern, self.names)
        self.columns = [f"{alias}.{quoted(name)}" for name in (self.number, *self.names)]

    def join(self, column: str) -> str:
        """Give the join for a link column."""
        return f" left join {quoted(self.table)} {self.alias} on {self.alias}.id = {column}"

    def read(self, key: int, facts: tuple[Any, ...]) -> Link:
        """Make the link from its key and the joined columns."""
        return Link(self.form, key, facts[0] or "", self.title(facts))


class RowReader:
    """Reads the columns of one table, links with their titles by joins."""

    def __init__(
        self, catalogue: Catalogue, fields: Iterable[FieldSpec], *, dialect: str, system: Iterable[str] = ()
    ) -> None:
        self.columns: list[str] = []
        self.joins = ""
        self.plain: list[tuple[str, int, Callable[[Any], Any] | None]] = []
        self.links: list[tuple[str, int, int, LinkReader]] = []
        self.catalogue = catalogue
        for name in system:
            self._take_system(name)
        for spec in fields:
            self._take(spec, dialect)

    def _take_system(self, name: str) -> None:
        if name.endswith("_by"):
            self._take_link(name, "user")
        else:
            self.plain.append((name, len(self.columns), read_instant if name in _MOMENTS else None))
            self.columns.append(f"t.{quoted(name)}")

    def _take(self, spec: FieldSpec, dialect: str) -> None:
        kind = kind_of(spec)
        if not spec.kept or kind == "links":
            return
        if kind == "link":
            self._take_link(spec.name, linked_form(spec))
            return
        self.plain.append((spec.name, len(self.columns), loading(spec, dialect)))
        self.columns.append(f"t.{quoted(spec.name)}")

    def _take_link(self, name: str, form: str) -> None:
        reader = LinkReader(self.catalogue, form, alias=f"l{len(self.links)}")
        column = f"t.{quoted(name)}"
        at = len(self.columns)
        self.columns += [column, *reader.columns]
        self.links.append((name, at, len(self.columns), reader))
        self.joins += reader.join(column)

    def select(self, table: str) -> str:
        """Give the SELECT up to its WHERE."""
        return f"select {', '.join(self.columns)} from {quoted(table)} t{self.joins}"  # noqa: S608

    def read(self, row: tuple[Any, ...]) -> Values:
        """Give the values of one row."""
        values: Values = {}
        for name, at, load in self.plain:
            value = row[at]
            values[name] = value if value is None or load is None else load(value)
        for name, at, end, reader in self.links:
            key = row[at]
            values[name] = None if key is None else reader.read(key, row[at + 1 : end])
        return values


@dataclass(frozen=True)
class Column:
    """A kept field: its name, and how its value is stored."""

    name: str
    store: Callable[[Any], Any] | None


class TableWriter:
    """INSERT and UPDATE of one table; statements for a set of columns are made once."""

    def __init__(self, table: str, fields: Iterable[FieldSpec], *, dialect: str, fixed: tuple[str, ...]) -> None:
        self.table = quoted(table)
        self.mark = "?" if dialect == "sqlite" else "%s"
        self.columns = [
            Column(spec.name, storing(spec, dialect)) for spec in fields if spec.kept and kind_of(spec) != "links"
        ]
        self.stores = {column.name: column.store for column in self.columns}
        self.fixed = fixed
        self._updates: dict[tuple[str, ...], str] = {}
        self.insert = self._insert((*fixed, *self.stores))
        self.insert_with_id = self._insert(("id", *fixed, *self.stores))

    def _insert(self, names: tuple[str, ...]) -> str:
        columns, marks = ", ".join(map(quoted, names)), ", ".join([self.mark] * len(names))
        return f"insert into {self.table} ({columns}) values ({marks})"  # noqa: S608

    def row(self, values: Values) -> list[Any]:
        """Give the stored values in the order of the columns."""
        row = []
        for name, store in self.stores.items():
            value = values.get(name)
            row.append(value if value is None or store is None else store(value))
        return row

    def stored(self, name: str, value: Any) -> Any:
        """Give what one column keeps of a value."""
        store = self.stores.get(name)
        return value if value is None or store is None else store(value)

    def update(self, names: tuple[str, ...], where: str) -> str:
        """Give the UPDATE of these columns."""
        known = self._updates.get((*names, where))
        if known is None:
            sets = ", ".join(f"{quoted(name)} = {self.mark}" for name in names)
            known = self._updates[(*names, where)] = f"update {self.table} set {sets} where {where}"  # noqa: S608
        return known


class FormStatements:
    """Everything that reads and writes the tables of one form."""

    def __init__(self, catalogue: Catalogue, spec: FormSpec, *, tables: FormTables, dialect: str) -> None:
        mark = self.mark = "?" if dialect == "sqlite" else "%s"
        self.instant: Callable[[Any], Any] = instant_text if dialect == "sqlite" else (lambda value: value)
        self.header = TableWriter(spec.name, spec.header.values(), dialect=dialect, fixed=INSERTED)
        self.reader = RowReader(catalogue, spec.header.values(), dialect=dialect, system=SYSTEM_READ)
        select = self.reader.select(spec.name)
        self.by_id = f"{select} where t.id = {mark}"
        self.by_number = f"{select} where t.number = {mark}"
        self.link = LinkReader(catalogue, spec.name, alias="t")
        peek = f"select t.id, t.deleted_at, {', '.join(self.link.columns)} from {quoted(spec.name)} t where"  # noqa: S608
        self.peek_id, self.peek_number = f"{peek} t.id = {mark}", f"{peek} t.number = {mark}"
        self.lines = {
            name: LineStatements(catalogue, spec, name=name, table=table.name, dialect=dialect)
            for name, table in tables.lines.items()
        }
        self.many = {
            key: ManyStatements(catalogue, _many_field(spec, key), table=table.name, dialect=dialect)
            for key, table in tables.links.items()
        }
        self.lock = "" if dialect == "sqlite" else f"select 1 from {quoted(spec.name)} where id = %s for update"  # noqa: S608


def _many_field(spec: FormSpec, key: tuple[str | None, str]) -> FieldSpec:
    table, name = key
    return spec.header[name] if table is None else spec.tables[table].fields[name]


class LineStatements:
    """Reads and writes one line table."""

    def __init__(self, catalogue: Catalogue, spec: FormSpec, *, name: str, table: str, dialect: str) -> None:
        fields = spec.tables[name].fields.values()
        mark = "?" if dialect == "sqlite" else "%s"
        self.table = table
        self.writer = TableWriter(table, fields, dialect=dialect, fixed=("parent_id", "line_no"))
        self.reader = RowReader(catalogue, fields, dialect=dialect, system=("id", "line_no"))
        self.select = f"{self.reader.select(table)} where t.parent_id = {mark} order by t.line_no"
        self.where = f"parent_id = {mark} and line_no = {mark}"
        self.delete = f"delete from {quoted(table)} where {self.where}"  # noqa: S608


class ManyStatements:
    """Reads and writes one field of many links."""

    def __init__(self, catalogue: Catalogue, spec: FieldSpec, *, table: str, dialect: str) -> None:
        mark = "?" if dialect == "sqlite" else "%s"
        name = quoted(table)
        self.link = LinkReader(catalogue, linked_form(spec), alias="l0")
        columns = ", ".join(["t.target_id", *self.link.columns])
        source = f"{name} t{self.link.join('t.target_id')}"
        self.select = f"select {columns} from {source} where t.parent_id = {mark} order by t.position"  # noqa: S608
        self.insert = f"insert into {name} (parent_id, target_id, position) values ({mark}, {mark}, {mark})"  # noqa: S608
        self.delete = f"delete from {name} where parent_id = {mark}"  # noqa: S608

    def read(self, row: tuple[Any, ...]) -> Link:
        """Make one link."""
        return self.link.read(row[0], row[1:])
