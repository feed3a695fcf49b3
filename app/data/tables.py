"""Tables made of forms: an immutable registry of SQLAlchemy Core tables, swapped as one reference."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Column, ForeignKey, Index, Integer, MetaData, Table, Text, UniqueConstraint
from sqlmodel import SQLModel

from app.config.catalogue import Catalogue
from app.config.form_spec import FieldSpec, FormSpec
from app.data.column_types import Instant, Key
from app.data.kinds import column_type, kind_of, linked_form

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
SYSTEM_COLUMNS = (
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
    "chg",
)
LINE_COLUMNS = ("id", "parent_id", "line_no")
LONGEST_NAME = 63


@dataclass(frozen=True)
class FormTables:
    """The tables of one form: its own, one a line table, one a field of many links."""

    form: str
    table: Table
    lines: Mapping[str, Table]
    links: Mapping[tuple[str | None, str], Table]  # (line table, field) -> rows of (parent_id, position, target_id)


@dataclass(frozen=True)
class Registry:
    """Every table of one catalogue. A transaction keeps the registry that it began with."""

    version: str
    catalogue: Catalogue
    metadata: MetaData
    forms: Mapping[str, FormTables]
    cache: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)  # plans and statements by key

    def owned(self) -> Iterator[Table]:
        """Give each table that forms own."""
        for tables in self.forms.values():
            yield tables.table
            yield from tables.lines.values()
            yield from tables.links.values()


def build_registry(catalogue: Catalogue) -> Registry:
    """Make the tables of a catalogue."""
    metadata = MetaData(naming_convention=CONVENTION)
    SQLModel.metadata.tables["office_account"].to_metadata(metadata)
    forms = {name: _form_tables(spec, metadata) for name, spec in catalogue.forms.items()}
    return Registry(catalogue.version or _hash(catalogue), catalogue, metadata, forms)


def _hash(catalogue: Catalogue) -> str:
    return hashlib.sha256(repr(catalogue).encode()).hexdigest()[:16]


def _form_tables(spec: FormSpec, metadata: MetaData) -> FormTables:
    table = Table(spec.name, metadata, *_system_columns(), *_columns(spec.header.values()))
    _unique_groups(table, spec)
    lines = {name: _line_table(spec, name, metadata) for name, line in spec.tables.items() if line.rows is None}
    links = {
        (where, field.name): _link_table(spec, where, field, metadata)
        for where, field in spec.all_fields()
        if field.kept and kind_of(field) == "links"
    }
    return FormTables(spec.name, table, lines, links)


def _system_columns() -> list[Column[Any]]:
    account = "office_account.id"
    return [
        Column("id", Key, primary_key=True, autoincrement=True),
        Column("number", Text, nullable=False, unique=True),
        Column("stage", Text, nullable=False, index=True),
        Column("stage_since", Instant, nullable=False),
        Column("version", Integer, nullable=False),
        Column("created_at", Instant, nullable=False),
        Column("created_by", Key, ForeignKey(account), nullable=False),
        Column("changed_at", Instant, nullable=False),
        Column("changed_by", Key, ForeignKey(account), nullable=False),
        Column("deleted_at", Instant),
        Column("chg", Key, nullable=False, index=True),
    ]


def _columns(fields: Any) -> list[Column[Any]]:
    return [_column(spec) for spec in fields if spec.kept and kind_of(spec) != "links"]


def _column(spec: FieldSpec) -> Column[Any]:
    if kind_of(spec) != "link":
        return Column(spec.name, column_type(spec))
    return Column(spec.name, Key, ForeignKey(f"{_target(spec)}.id"), index=True)


def _target(spec: FieldSpec) -> str:
    form = linked_form(spec)
    return "office_account" if form == "user" else form


def _line_table(spec: FormSpec, name: str, metadata: MetaData) -> Table:
    parent = ForeignKey(f"{spec.name}.id", ondelete="CASCADE")
    return Table(
        short(f"{spec.name}__{name}"),
        metadata,
        Column("id", Key, primary_key=True, autoincrement=True),
        Column("parent_id", Key, parent, nullable=False),
        Column("line_no", Integer, nullable=False),
        *_columns(spec.tables[name].fields.values()),
        UniqueConstraint("parent_id", "line_no"),
    )


def _link_table(spec: FormSpec, where: str | None, field: FieldSpec, metadata: MetaData) -> Table:
    owner = spec.name if where is None else short(f"{spec.name}__{where}")
    return Table(
        short(f"{owner}__{field.name}"),
        metadata,
        Column("parent_id", Key, ForeignKey(f"{owner}.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
        Column("target_id", Key, ForeignKey(f"{_target(field)}.id"), primary_key=True, autoincrement=False, index=True),
        Column("position", Integer, nullable=False),
    )


def unique_groups(spec: FormSpec) -> Iterator[tuple[str, ...]]:
    """Give each group of header fields that no two documents may share."""
    yield from spec.unique
    for each in spec.header.values():
        if each.unique is not None:
            yield (each.name, *each.unique)


def _unique_groups(table: Table, spec: FormSpec) -> None:
    for group in unique_groups(spec):
        columns = [table.c[name] for name in group if name in table.c]
        alive = table.c.deleted_at.is_(None)
        Index(
            short(f"uq_{spec.name}_{'_'.join(group)}"),
            *columns,
            unique=True,
            sqlite_where=alive,
            postgresql_where=alive,
        )


def short(name: str) -> str:
    """Give a name that fits both databases: PostgreSQL cuts at 63 letters."""
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME - 9]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"
