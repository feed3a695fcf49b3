"""The fixed tables of an office that an earlier Daybook made: what they lack by now is added, nothing else changes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Column, Connection, MetaData, Table, inspect
from sqlalchemy.schema import CreateIndex
from sqlalchemy.sql.schema import ScalarElementColumnDefault


def upgrade(connection: Connection, metadata: MetaData, *, before: Collection[str]) -> list[str]:
    """Add the columns and indexes that the tables which stood before lack; give what was done, statement by statement.

    The caller holds the lock under which tables are made. A new column is empty or has its constant default, so that
    no row is read or rewritten on PostgreSQL, and none of its values can be wrong.
    """
    known = inspect(connection)
    tables = [table for table in metadata.sorted_tables if table.name in before]
    done = []
    for table in tables:
        for statement in _columns(known, table, connection):
            connection.exec_driver_sql(statement)
            done.append(statement)
        for index in _indexes(known, table):
            connection.execute(index)
            done.append(str(index))
    return done


def _columns(known: Any, table: Table, connection: Connection) -> Iterator[str]:
    there = {column["name"] for column in known.get_columns(table.name)}
    for column in table.columns:
        if column.name not in there:
            kind = column.type.compile(dialect=connection.dialect)
            yield f'alter table "{table.name}" add column "{column.name}" {kind}{_filled(column, connection)}'


def _filled(column: Column[Any], connection: Connection) -> str:
    """Give the value of the rows that are there; a column that may not be empty needs a constant default."""
    if column.nullable:
        return ""
    default = column.default
    assert isinstance(default, ScalarElementColumnDefault), f"{column} needs a constant default, or to be nullable"
    literal = column.type.literal_processor(connection.dialect)
    assert literal is not None, f"the default of {column} has no literal"
    return f" not null default {literal(default.arg)}"


def _indexes(known: Any, table: Table) -> Iterator[CreateIndex]:
    there = {index["name"] for index in known.get_indexes(table.name)}
    return (CreateIndex(index) for index in sorted(table.indexes, key=str) if index.name not in there)
