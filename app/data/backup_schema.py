"""Every table of an office's database as it stands, said so that SQLite and PostgreSQL can make it anew."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    Time,
    inspect,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SAWarning
from sqlalchemy.schema import AddConstraint, CreateIndex, CreateTable
from sqlmodel import SQLModel

from app.data.column_types import Instant, Key
from app.data.search import POSTGRESQL, SQLITE
from app.data.sorting import LISTED

SEARCH = "office_search"  # full text: each database keeps it in its own way
MADE = {"sqlite": [SQLITE], "postgresql": list(POSTGRESQL)}
COMPILERS: dict[str, Any] = {"sqlite": sqlite.dialect(), "postgresql": postgresql.dialect()}  # type: ignore[no-untyped-call]
INSTANTS = frozenset({"at", "stage_since"})  # and all that end in _at
TYPES = (
    (Boolean, Boolean()),
    (DateTime, Instant()),
    (Date, Date()),
    (Time, Time()),
    (Integer, Key),
    (Numeric, Float()),
    (LargeBinary, LargeBinary()),
)


def schema_of(connection: Connection) -> MetaData:
    """Give the tables of a database, also those of fields and forms that were removed since."""
    found, names = MetaData(), _names(connection)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # what only one of the databases knows
        found.reflect(connection, only=names)
    schema, kinds = MetaData(), _kinds(connection) if "office_form" in names else {}
    for table in found.tables.values():
        known = SQLModel.metadata.tables.get(table.name)
        if known is not None and set(known.c.keys()) == set(table.c.keys()):
            known.to_metadata(schema)
        else:
            _neutral(table.to_metadata(schema), kinds.get(table.name, {}))
    return schema


def statements(schema: MetaData, dialect: str) -> dict[str, list[str]]:
    """Give what makes the tables (`before` their rows) and what makes indexes and links (`after` them)."""
    later = dialect == "postgresql"  # there a link needs its target; SQLite can't add one later
    tables = [CreateTable(t, include_foreign_key_constraints=[] if later else None) for t in schema.tables.values()]
    after: list[Any] = [CreateIndex(index) for table in schema.tables.values() for index in _indexes(table)]
    if later:
        after += [AddConstraint(link) for table in schema.tables.values() for link in table.foreign_key_constraints]
    compiler = COMPILERS[dialect]
    before = [str(table.compile(dialect=compiler)).strip() for table in tables]
    return {"before": before + MADE[dialect], "after": [str(one.compile(dialect=compiler)) for one in after]}


def _names(connection: Connection) -> list[str]:
    names = inspect(connection).get_table_names()
    return sorted(name for name in names if name != SEARCH and not name.startswith((f"{SEARCH}_", "sqlite_")))


def _kinds(connection: Connection) -> dict[str, dict[str, str]]:
    """Give what the columns of forms keep, those of removed fields too."""
    found: dict[str, dict[str, str]] = {}
    for (columns,) in connection.exec_driver_sql("select columns from office_form"):
        for table, kinds in json.loads(columns or "{}").items():
            found[table] = {name: kind.removeprefix("kept:") for name, kind in kinds.items()}
    return found


def _neutral(table: Table, kinds: dict[str, str]) -> None:
    """Let a table that was read out of one database say nothing that only this database understands."""
    for column in table.columns:
        column.type = _type(column, kinds.get(column.name, ""))
        default: Any = column.server_default
        said = str(default.arg) if default is not None else ""
        if "nextval(" in said:
            column.server_default = None
        elif "::" in said:
            default.arg = text(said.partition("::")[0])


def _type(column: Column[Any], kind: str) -> Any:
    if kind == "datetime" or column.name in INSTANTS or column.name.endswith("_at"):
        return Instant()
    return next((made for base, made in TYPES if isinstance(column.type, base)), Text())


def _indexes(table: Table) -> Iterator[Index]:
    """Give the indexes, whose condition holds on both databases; those of lists are made when the office opens."""
    for index in (each for each in table.indexes if not str(each.name).startswith(LISTED)):
        options: Any = index.dialect_options
        condition = (
            options["sqlite"]["where"] if options["sqlite"]["where"] is not None else options["postgresql"]["where"]
        )
        for dialect in COMPILERS:
            options[dialect]["where"] = text(condition) if isinstance(condition, str) else condition
        yield index
