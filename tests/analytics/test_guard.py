"""Free SQL: what passes, what is refused and how that is said."""

from __future__ import annotations

import pytest

from app.analytics.guard import SqlRefused, guard

VIEWS = {"purchase_order", "purchase_order_lines", "supplier", "stock_on_hand"}

GOOD = [
    "select sum(amount) from purchase_order_lines",
    "select count(*), sum(quantity * unit_price) / nullif(sum(quantity), 0) from purchase_order_lines",
    "select date_trunc('month', ordered_on) m, sum(total_amount) from purchase_order group by all",
    "with big as (select * from supplier where rating > 1) select name, count(*) from big group by 1 having sum(1) > 2",
    "select s.name, sum(l.amount) from purchase_order_lines l join supplier s on s.number = l.supplier group by 1",
    "select number from purchase_order union all select number from supplier order by 1",
    "select number, rank() over (partition by buyer order by rating desc) from supplier qualify 1 = 1",
    "select case when rating > 5 then 1 else 2 end, avg(rating) filter (where stage = 'c') from supplier group by 1",
    "select * from stock_on_hand where product in (select product from purchase_order_lines) and quantity > 1",
    "select median(rating), quantile_cont(rating, 0.9), strftime(valid_on, '%Y-%m') from supplier group by all",
    "select coalesce(lower(name), '') like 'a%', name ilike '%b%', year(current_date) from supplier;",
]

HOSTILE = [
    "",
    "   ",
    ";",
    "select",
    "drop table purchase_order",
    "delete from purchase_order",
    "update purchase_order set number = 1",
    "insert into purchase_order values (1)",
    "create table x as select 1",
    "select 1; select 2",
    "select 1; drop table supplier",
    "attach '/etc/passwd' as p",
    "copy purchase_order to '/tmp/x'",
    "copy (select 1) to '/tmp/x'",
    "install httpfs",
    "load httpfs",
    "pragma database_list",
    "set memory_limit='9GB'",
    "explain select 1",
    "describe purchase_order",
    "show tables",
    "call pragma_version()",
    "select * from '/etc/passwd'",
    'select * from "/etc/passwd"',
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "select * from glob('/*')",
    "select * from range(1000000000)",
    "select range(1000000000)",
    "select repeat('x', 2000000000)",
    "select lpad('x', 2000000000, 'y')",
    "select * from duckdb_settings()",
    "select * from information_schema.tables",
    "select * from main.purchase_order",
    "select * from memory.main.purchase_order",
    "select * from sqlite_master",
    "select * from pg_catalog.pg_tables",
    "select * from office_account",
    "select * from salaries",
    "with purchase_order2 as (select * from office_account) select * from purchase_order2",
    "with office_account as (select 1) select * from (select * from office_account) x, (select * from office_token) y",
    "with recursive t(n) as (select 1 union all select n + 1 from t) select count(*) from t",
    "select getenv('HOME')",
    "select current_setting('home_directory')",
    "select query('select 1')",
    "select * from query('select 1')",
    "select * from query_table('supplier')",
    "select getvariable('x')",
    "select unnest([1, 2, 3])",
    "select * from purchase_order, lateral (select 1)",
    "pivot purchase_order on stage using count(*)",
    "select * from (values (1), (2)) v(a)",
    "select columns('a.*') from supplier",
    "select * from purchase_order tablesample 10%",
    "select * into x from supplier",
    "select * from supplier for update",
    "from supplier limit (select 5)",
    "select 'x' from supplier limit -1",
    "select list_transform([1], x -> x)",
    "select md5(number) from supplier",
    "select nextval('s')",
    "select pg_sleep(10)",
    "select sleep_ms(10)",
    "select '" + "x" * 2000 + "' from supplier",
    "select " + "1+" * 4000 + "1",
    "select 1 " * 3000,
    "(" * 500 + "select 1" + ")" * 500,
    "select /*+ hint */ load_extension('x')",
    "export database '/tmp/x'",
    "import database '/tmp/x'",
    "vacuum",
    "checkpoint",
    "begin",
    "prepare q as select 1",
    "select * from supplier where exists (select 1 from office_session)",
    "select (select password from office_account limit 1)",
    "select * from supplier order by (select count(*) from office_account)",
    "select write_log('x')",
    "select * from supplier as of system time '1'",
]


@pytest.mark.parametrize("text", GOOD)
def test_ordinary_questions_pass_and_are_cut_at_the_limit(text: str) -> None:
    passed = guard(text, VIEWS, limit=1000)
    assert passed.views <= VIEWS and passed.views
    assert "LIMIT" in passed.sql


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_are_refused_in_words(text: str) -> None:
    with pytest.raises(SqlRefused) as refused:
        guard(text, VIEWS, limit=1000)
    assert refused.value.say("en") and refused.value.say("zh")


def test_a_misspelt_table_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(SqlRefused, match="Did you mean 'purchase_order'"):
        guard("select * from purchase_orders", {"purchase_order", "supplier"}, limit=10)


def test_only_the_columns_that_are_named_are_read() -> None:
    assert "amount" in (guard("select sum(amount), count(*) from purchase_order_lines", VIEWS, limit=10).columns or ())
    assert guard("select * from supplier", VIEWS, limit=10).columns is None
    assert guard("select * from supplier natural join purchase_order", VIEWS, limit=10).columns is None


def test_a_greater_limit_is_cut_and_a_smaller_one_kept() -> None:
    assert guard("select number from supplier limit 99999", VIEWS, limit=10).sql.endswith("LIMIT 11")
    assert guard("select number from supplier limit 3", VIEWS, limit=10).sql.endswith("LIMIT 3")
