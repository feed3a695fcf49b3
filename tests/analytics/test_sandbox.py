"""The child process: exact answers, errors in words, and an end to whatever takes too long."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from app.analytics import sandbox
from app.analytics.columns import scaled
from app.analytics.guard import SqlRefused
from app.analytics.question import Question
from app.analytics.sandbox import Sandbox, SqlTooLong, warm


def amounts(*cents: int | None) -> pa.Table:
    return pa.table({"number": [f"PO-{at}" for at in range(len(cents))], "amount": scaled(cents, pa.decimal128(18, 2))})


def run(sql: str, seconds: float = 20.0, **tables: pa.Table) -> list[dict]:
    with Sandbox() as given:
        question = Question(tables=tables, known=["number", "amount"])
        return given.run(sql, question, seconds=seconds).to_pylist()


def test_amounts_are_summed_to_the_last_cent() -> None:
    found = run(
        "select sum(amount) total, min(amount) least from orders", orders=amounts(999_999_999_999_99, 1, None, -250)
    )
    assert found == [{"total": Decimal("999999999997.50"), "least": Decimal("-2.50")}]


def test_whole_numbers_become_decimals_bit_for_bit() -> None:
    assert scaled([1230, None, -5, 9_223_372_036_854_775_807], pa.decimal128(19, 2)).to_pylist() == [
        Decimal("12.30"),
        None,
        Decimal("-0.05"),
        Decimal("92233720368547758.07"),
    ]


def test_an_empty_table_gives_an_empty_answer() -> None:
    assert run("select number from orders", orders=amounts()) == []


def test_a_misspelt_column_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(SqlRefused, match=r"no column 'amuont'.*Did you mean 'amount'"):
        run("select amuont from orders", orders=amounts(1))


def test_whatever_takes_too_long_is_killed() -> None:
    many = pa.table({"n": list(range(30_000))})
    began = time.monotonic()
    with pytest.raises(SqlTooLong, match="longer than 1 seconds"):
        run("select count(*) from a x, a y, a z where x.n * y.n + z.n = 3", 1.0, a=many)
    assert time.monotonic() - began < 5


def test_what_needs_too_much_memory_is_refused_in_words() -> None:
    many = pa.table({"t": ["x" * 500] * 20_000})
    with pytest.raises(SqlRefused, match="memory"):
        run("select string_agg(x.t || y.t || x.t || y.t, '') from a x, a y", 60.0, a=many)


@pytest.mark.parametrize(
    "text",
    [
        "copy (select 1) to '/tmp/daybook-out.csv'",
        "select * from read_csv('/etc/passwd')",
        "attach '/tmp/x.db'",
        "install httpfs",
        "set memory_limit='9GB'",
        "select * from read_text('/proc/self/environ')",
    ],
)
def test_the_child_itself_reaches_no_file_even_past_the_guard(text: str) -> None:
    with pytest.raises(SqlRefused):
        run(text)


def test_the_child_knows_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYBOOK_SECRET_KEY", "very secret")
    with Sandbox() as given, open(f"/proc/{given.process.pid}/environ", "rb") as environment:
        assert b"very secret" not in environment.read()


SMUGGLED = [
    'select * from "i1_s".pay',
    'select * from "i1_s".main.pay',
    "select * from i1.pay",
    "select * from orders, i1_pay",
    "with orders as (select 1) select * from i1.pay",
    "select (select max(salary) from i1_s.pay) from orders",
    "from duckdb_tables()",
    "select * from sqlite_master",
    "select * from information_schema.tables",
    "select * from pg_catalog.pg_views",
]


@pytest.mark.parametrize("text", SMUGGLED)
def test_the_child_looks_again_at_what_a_query_names(text: str, tmp_path: Path) -> None:
    """Past the guard: the snapshot and the tables that come along stay out of reach."""
    file = tmp_path / "s.duckdb"
    with duckdb.connect(str(file)) as database:
        database.execute("create table pay as select 7 as salary")
    setup = ["create schema i1", "create view i1.pay as from i1_s.pay", "create view main.orders as select 1 as n"]
    question = Question({"i1_pay": amounts(1)}, setup, file, "i1")
    with Sandbox() as given, pytest.raises(SqlRefused):
        given.run(text, question, views=["orders"])
    with Sandbox() as given:
        assert given.run("with a as (from orders) select n from a", question, views=["orders"]).to_pylist() == [
            {"n": 1}
        ]


def test_a_child_stands_ready_and_serves_one_query_only() -> None:
    warm()
    with Sandbox() as first:
        assert first.run("select 1 as n", Question()).to_pylist() == [{"n": 1}]
    with Sandbox() as second:
        assert second.process.pid != first.process.pid
    assert first.process.wait(10) is not None and second.process.wait(10) is not None


def test_a_child_that_died_while_it_waited_is_not_given_out() -> None:
    warm()
    for child in sandbox._spares.ready:
        child.kill()
        child.wait()
    with Sandbox() as given:
        assert given.run("select 2 as n", Question()).to_pylist() == [{"n": 2}]
