"""A condition answers the same in Python, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    insert,
    select,
)

from app.core.expressions import Expression, ExpressionError, Scope, Type, compile_expression
from app.core.expressions.evaluation import compiled as evaluated
from app.core.expressions.nodes import Fold, Typed, walk
from app.data.column_types import Duration, Instant, Scaled
from app.data.expression_sql import Rows, Writer, to_sql
from tests.conftest import drop_schema, new_schema, postgres_missing
from tests.data.expression_trees import FIELDS, LINES, PLACE, SCALES, SHAPES, expressions, lines, rows

KINDS = {
    "text": Text(),
    "choice": Text(),
    "boolean": Boolean(),
    "date": Date(),
    "datetime": Instant(),
    "duration": Duration(),
}
NOW = datetime(2026, 1, 31, 8, 30, 0, 123456, tzinfo=UTC)
TODAY = date(2026, 1, 31)
METADATA = MetaData()


def column(name: str, kind: Type) -> Column[Any]:
    return Column(name, Scaled(SCALES[name]) if kind.kind in ("number", "money") else KINDS[kind.kind])


ORDERS = Table(
    "an_order",
    METADATA,
    Column("id", Integer, primary_key=True),
    *(column(name, kind) for name, kind in FIELDS.items()),
)
LINE_ROWS = Table(
    "an_order__lines",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("parent_id", BigInteger),
    Column("line_no", Integer),
    *(column(name, kind) for name, kind in LINES.items()),
)


class Bench:
    """One connection to each database, with an empty order table."""

    def __init__(self) -> None:
        self.schema = None if postgres_missing() else new_schema()
        addresses = ["sqlite://", *([self.schema] if self.schema else [])]
        self.engines = [create_engine(address) for address in addresses]
        self.connections = [engine.connect() for engine in self.engines]
        for connection in self.connections:
            METADATA.create_all(connection)
            connection.commit()

    def close(self) -> None:
        for connection, engine in zip(self.connections, self.engines, strict=True):
            connection.close()
            engine.dispose()
        if self.schema:
            drop_schema(self.schema)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.close()


def columns(path: tuple[str, ...]) -> Any:
    if path == ("lines",):
        mine = LINE_ROWS.alias()
        return Rows(mine, mine.c.parent_id == ORDERS.c.id, lambda inner: mine.c[inner[0]], mine.c.line_no)
    return ORDERS.c[path[0]]


@cache
def compiled(text: str) -> Expression:
    return compile_expression(text, place=PLACE, shapes=SHAPES)


def asked_in_python(expression: Expression, row: dict[str, Any]) -> Any:
    return expression.value(Scope(row, row, None, today=TODAY, now=NOW))  # type: ignore[arg-type]


def asked_in_sql(connection: Connection, expression: Expression, row: dict[str, Any]) -> Any:
    try:
        connection.execute(insert(ORDERS).values(id=1, **{name: row[name] for name in FIELDS}))
        for line_no, line in enumerate(row["lines"], 1):
            connection.execute(insert(LINE_ROWS).values(parent_id=1, line_no=line_no, **line))
        asked = to_sql(expression, columns, parameters={"today": TODAY, "now": NOW})
        return connection.execute(select(asked).select_from(ORDERS)).scalar()
    finally:
        connection.rollback()


def runs_over(expression: Expression, row: dict[str, Any]) -> bool:
    """Tell whether some figure on the way may need more than the 63 bits that SQLite has."""
    writer = Writer(columns, {"today": TODAY, "now": NOW}, None)
    outside = [node for node in walk(expression.node) if not within_fold(expression.node, node)]
    figures = [node for node in outside if node.type.kind in ("number", "money", "duration")]
    most = max((writer.part(node).scale for node in figures), default=0)
    for node in figures:
        value = evaluated(node)(Scope(row, row, None, today=TODAY, now=NOW))  # type: ignore[arg-type]
        if value is not None:
            size = abs(value // timedelta(microseconds=1)) if isinstance(value, timedelta) else abs(value)
            if size * 10**most * (10**6 if "/" in expression.text else 2) >= 2**63:
                return True
    return False


def is_short_enough(expression: Expression) -> bool:
    try:
        to_sql(expression, columns, parameters={"today": TODAY, "now": NOW})
    except ExpressionError as error:
        event(error.words.en)
        return "this long" not in error.words.en
    return True


def within_fold(root: Typed, node: Typed) -> bool:
    return any(node in list(walk(fold))[1:] for fold in walk(root) if isinstance(fold, Fold))


def same(python: Any, sql: Any, kind: str) -> bool:
    if kind in ("boolean", "null"):
        return (python is True) == bool(sql)  # a condition: empty counts as not met
    return python == sql and not isinstance(sql, float)


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=expressions(2), row=rows(), rows_below=lines())
def test_python_and_both_databases_agree(
    bench: Bench, text: str, row: dict[str, Any], rows_below: list[dict[str, Any]]
) -> None:
    expression = compiled(text)
    assume(is_short_enough(expression))
    row = {**row, "lines": rows_below}
    wanted = asked_in_python(expression, row)
    for connection in bench.connections:
        if connection.dialect.name == "sqlite" and runs_over(expression, row):
            event("runs over 63 bits")
            continue
        found = asked_in_sql(connection, expression, row)
        assert same(wanted, found, expression.type.kind), (connection.dialect.name, text, wanted, found)
