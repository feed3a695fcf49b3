"""What a metric reads of a row is the same in SQL as in Python, whatever is empty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.analytics.guard import guard
from app.analytics.metrics_sql import Rows, Views
from app.analytics.views import fill
from app.config.metric_reader import MetricReader
from app.config.reader import Reader, Report
from app.config.tree import Node, SourceFile
from app.core import clock
from app.core.actor import SYSTEM
from app.core.expressions import Expression, Scope
from app.core.words import Words
from app.data import documents
from app.data.transaction import Transaction
from app.office.facade import Office
from tests.analytics.metrics_company import NOW
from tests.data.expression_trees import expressions
from tests.office.offices import a_company

FORM = """form: sample
title: {en: Sample, zh: 样本}
number: X-{seq:4}
fields:
  amount:   {type: money}
  paid:     {type: money, label: {en: Paid, zh: 已付}}
  quantity: {type: quantity}
  count_no: {type: number, label: {en: Count, zh: 数}}
  rate:     {type: percent, label: {en: Rate, zh: 率}}
  name:     {type: text}
  note:     {type: text}
  urgent:   {type: boolean, label: {en: Urgent, zh: 加急}}
  closed:   {type: boolean, label: {en: Closed, zh: 已关闭}}
  made_on:  {type: date, label: {en: Made on, zh: 制作日期}}
  due_on:   {type: date}
  made_at:  {type: datetime, label: {en: Made at, zh: 制作时间}}
  kind:     {type: choice, options: {sale: {en: Sale, zh: 销售}, gift: {en: Gift, zh: 赠送}, sample: {en: Sample, zh: 样品}}}
access:
  create: [employee]
"""
FULL: dict[str, Any] = {
    "amount": "12.34", "paid": "-7", "quantity": "0.5", "count_no": "2", "rate": "13", "name": "a", "note": "ab",
    "urgent": True, "closed": False, "made_on": "2024-02-29", "due_on": "2023-12-31",
    "made_at": "2024-02-29T23:59:59.999999Z", "kind": "gift",
}  # fmt: skip
SAMPLES: list[dict[str, Any]] = [
    {},
    FULL,
    {"amount": "0", "paid": "99.99", "quantity": "-3", "count_no": "1", "name": "张", "note": "", "kind": "sale"},
    {"made_on": "2001-01-31", "due_on": "2001-01-31", "urgent": False, "closed": False, "name": "'%_", "note": "a"},
    {"amount": "1", "paid": "1", "rate": "0", "name": "é", "urgent": True, "kind": "sample", "made_on": "2030-03-31"},
]


@dataclass(repr=False)
class Sampled:
    """The samples as SQL sees them and as Python does."""

    tx: Transaction
    views: Views
    rows: dict[str, dict[str, Any]]
    database: duckdb.DuckDBPyConnection

    def asked(self, sql: str, rows: Rows) -> dict[str, Any]:
        """Give what SQL answers for each sample, through the guard as always."""
        text = guard(f'select r."number", {sql} from {rows.tables}', self.views.names, limit=100).sql
        return dict(zip(*self.database.execute(text).to_arrow_table().to_pydict().values(), strict=True))

    def worked_out(self, expression: Expression) -> dict[str, Any]:
        """Give what Python works out."""
        tx, nothing = self.tx, None
        scopes = {number: Scope(row, row, nothing, today=tx.today, now=tx.now) for number, row in self.rows.items()}
        return {number: expression.value(scope) for number, scope in scopes.items()}


@pytest.fixture(scope="module")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sampled]:
    """A form of samples, some of whose fields are empty."""
    home: Path = tmp_path_factory.mktemp("sampled")
    (home / "site" / "forms").mkdir(parents=True)
    (home / "site" / "forms" / "sample.yaml").write_text(FORM, "utf-8")
    office: Office = a_company(home)
    with clock.stopped(NOW), office.repository.transaction(SYSTEM) as tx:
        made = [documents.create(tx, "sample", values) for values in SAMPLES]
        views = Views(tx)
        database = duckdb.connect(":memory:")
        database.execute("set timezone = 'UTC'")
        database.register("sample", fill(tx, views.names["sample"](), None))
        yield Sampled(tx, views, {one.number: dict(one) for one in made}, database)
    office.repository.close()


def readable(sampled: Sampled, text: str) -> Expression | None:
    """Give an expression that the check lets pass."""
    catalogue = sampled.tx.catalogue
    reader = MetricReader(Reader(Report(), shapes=catalogue.shapes, complete=True), catalogue.forms)
    return reader.checked(Node("text", SourceFile("x", text), 1, 1, text), ("sample", None))


def plain(value: Any) -> Any:
    """Give a value as both sides can have it."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return value


def agree(sampled: Sampled, text: str) -> bool:
    """Compare SQL with Python; tell whether the check let the expression pass."""
    expression = readable(sampled, text)
    if expression is None or expression.type.kind in ("null", "months", "working_days", "duration"):
        return False
    rows = Rows(sampled.views, ("sample", None), thing=Words())
    try:
        found = sampled.asked(rows.sql(expression.node), rows)
    except (duckdb.OutOfRangeException, duckdb.BinderException, duckdb.ConversionException) as error:
        assert any(word in str(error).lower() for word in ("overflow", "range", "precision", "scale", "decimal")), error
        return False
    expected = sampled.worked_out(expression)
    assert {k: plain(v) for k, v in found.items()} == {k: plain(v) for k, v in expected.items()}, rows.sql(
        expression.node
    )
    return True


FIXED = [
    "amount + paid * 2", "quantity * amount", "-(amount - paid)", "abs(paid) + 1", "min(amount, paid, 3)",
    "max(name, note)", "coalesce(note, name, 'x')", "if(amount > 3, 'much', paid > 0, 'some', 'little')",
    "kind == 'gift'", "kind != 'gift'", "note == null", "note != null", "name == note", "urgent == closed",
    "kind in ['gift', 'sale']", "kind not in ['gift']", "name in ['a', null]", "name not in ['a', null]",
    "count_no in [count_no, 5]", "kind in []" , "empty(note)", "empty(amount)", "not urgent", "urgent or closed",
    "urgent and amount > 1", "not (amount > paid)", "contains(name, 'a')", "starts_with(note, 'a')",
    "ends_with(note, 'b')", "made_on + days(3)", "made_on - days(3)", "made_on + days(count_no)",
    "made_on + months(1)", "made_on - months(count_no)", "made_on + years(1)", "due_on - made_on",
    "made_on < today", "made_on - days(30) > due_on", "month_start(made_on)", "month_end(made_on)",
    "year(made_on) * 100 + month(made_on) + day(made_on)", "made_at < now", "made_at == null", "rate * 100",
    "amount * 13%", "made_on == date(2024, 2, 29)", "made_on in [date(2024, 2, 29), null]", "stage == 'active'",
    "number == 'X-0001'", "if(urgent, made_on, due_on)", "days(count_no) + made_on",
]  # fmt: skip


@pytest.mark.parametrize("text", FIXED)
def test_sql_and_python_agree(sampled: Sampled, text: str) -> None:
    assert agree(sampled, text)


@settings(max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(text=expressions(2))
def test_sql_and_python_agree_on_whatever_passes_the_check(sampled: Sampled, text: str) -> None:
    assume(agree(sampled, text))


@given(st.text(max_size=30))
@settings(max_examples=100, deadline=None, database=None, suppress_health_check=list(HealthCheck))
def test_no_text_breaks_out_of_its_quotes(sampled: Sampled, value: str) -> None:
    from app.analytics.metrics_sql import literal

    (found,) = sampled.database.execute(
        guard(f"select {literal(value)} as x from sample limit 1", {"sample"}, limit=1).sql
    ).fetchone()  # type: ignore[misc]
    assert found == value
