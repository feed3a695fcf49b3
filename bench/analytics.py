"""Five questions over a million orders: from snapshot and tail, by the door of free SQL, against DuckDB alone on its own file."""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from app.analytics import snapshot
from app.config.settings import Settings
from app.demo import found_company
from app.office import Office
from bench.figure import Figure

ORDERS, LINES, CHANGED, ROUNDS = 1_000_000, 2, 1000, 3
PAUSE = 2.0  # seconds until the next child stands ready
HEAD, BODY = "purchase_order", "purchase_order_lines"
SUPPLIED = "o left join supplier s on s.id = o.supplier"
QUESTIONS = {
    "month by supplier": (
        "select date_trunc('month', ordered_on) as month, {supplier} as who, sum(total_amount) as total, count(*) as n"
        " from {from} where stage <> 'draft' group by all",
        ("supplier", HEAD),
        ("s.number", f"orders {SUPPLIED}"),
    ),
    "top product": (
        "select {product} as what, sum(quantity) as q, sum(amount) as a from {from} group by all order by a desc, what limit 10",
        ("product", BODY),
        ("p.number", "lines l left join product p on p.id = l.product"),
    ),
    "RFM of suppliers": (
        "with r as (select {supplier} as who, max(ordered_on) as last, count(*) as n, sum(total_amount) as total"
        " from {from} group by all) select who, ntile(5) over (order by last, who) as r,"
        " ntile(5) over (order by n, who) as f, ntile(5) over (order by total, who) as m from r",
        ("supplier", HEAD),
        ("s.number", f"orders {SUPPLIED}"),
    ),
    "ageing": (
        "select least(date_diff('day', needed_on, date '2026-01-01') // 30, 6) as months, count(*) as n,"
        " sum(total_amount - received_amount) as open from {from} where stage = 'ordered' group by all",
        ("supplier", HEAD),
        ("supplier", "orders"),
    ),
    "ABC": (
        "with p as (select {product} as what, sum(amount) as a from {from} group by all),"
        " c as (select a, sum(a) over (order by a desc, what) / sum(a) over () as share from p)"
        " select case when share <= 0.8 then 'A' when share <= 0.95 then 'B' else 'C' end as class, count(*) as n,"
        " sum(a) as total from c group by all",
        ("product", BODY),
        ("p.number", "lines l left join product p on p.id = l.product"),
    ),
}
AMOUNT = "((i * 7919 + {k} * 104729) % 500000 + 100)"
NUMBERS = f"with recursive n(i) as (select 1 union all select i + 1 from n where i < {ORDERS})"
ORDER = f"""
    insert into purchase_order (number, stage, stage_since, version, created_at, created_by, changed_at, changed_by, chg,
        supplier, warehouse, buyer, ordered_on, needed_on, payment_term, total_amount, received_amount)
    {NUMBERS} select printf('B-%07d', i), case i % 10 when 0 then 'draft' when 1 then 'ordered' else 'closed' end,
        '2025-01-01 00:00:00.000000', 1, '2025-01-01 00:00:00.000000', 0, '2025-01-01 00:00:00.000000', 0, 1,
        (select min(id) from supplier) + i * 31 % (select count(*) from supplier), (select min(id) from warehouse), 0,
        date('2024-01-01', '+' || (i * 17 % 730) || ' days'), date('2024-01-15', '+' || (i * 17 % 730) || ' days'),
        'net_30', {" + ".join(AMOUNT.format(k=k) for k in range(1, LINES + 1))}, 0 from n"""
LINE = """
    insert into purchase_order__lines (parent_id, line_no, product, quantity, unit_price, amount, due_on, received, rejected)
    select id, {k}, (select min(id) from product) + (i * 13 + {k} * 7) % (select count(*) from product), 10000,
        {amount} * 100, {amount}, needed_on, 0, 0
    from (select id, needed_on, cast(substr(number, 3) as integer) as i from purchase_order where number like 'B-%')"""
CHANGE = f"""
    update purchase_order set total_amount = total_amount + 1, chg = (select number + 1 from office_change)
     where number like 'B-%' and id % {ORDERS // CHANGED} = 0"""
NATIVE = """
    create table orders as select id, number, stage, supplier, ordered_on, needed_on, total_amount, received_amount
        from s.purchase_order where deleted_at is null;
    create table lines as select parent_id, line_no, product, quantity, unit_price, amount from s.purchase_order__lines;
    create table supplier as select id, number from s.supplier;
    create table product as select id, number from s.product"""


def measure() -> list[Figure]:
    """Give what snapshot and tail cost beside a native file, without and with changed rows, and the making of a file."""
    with tempfile.TemporaryDirectory() as folder:
        office = an_office(Path(folder))
        begun = time.perf_counter()
        rows = snapshot.build(office.repository)
        built = time.perf_counter() - begun
        native = a_native_file(office, Path(folder))
        figures = [
            Figure(f"snapshot of {rows:,} rows written as a whole (SQLite)", built, "s", note="by the worker"),
            compare(office, native, "five questions over 1 M orders, snapshot against native DuckDB", same=True),
        ]
        with sqlite3.connect(office.repository.settings.var / "daybook.db") as database:
            database.execute(CHANGE)
        figures.append(
            compare(office, native, f"the same with {CHANGED} orders changed since, in the tail", same=False)
        )
        begun = time.perf_counter()
        snapshot.build(office.repository)
        merged = time.perf_counter() - begun
        figures.append(
            Figure(f"snapshot with {CHANGED} changed orders merged", merged, "s", note="copy, replace, publish")
        )
        office.repository.close()
    return figures


def an_office(home: Path) -> Office:
    """Give an office with a million orders, put in past the office."""
    office = Office.open(Settings.read({"DAYBOOK_HOME": str(home)}))
    found_company(office, password="measured-only", products=100)
    with sqlite3.connect(home / "var" / "daybook.db", timeout=30) as database:
        database.execute(ORDER)
        for k in range(1, LINES + 1):
            database.execute(LINE.format(k=k, amount=AMOUNT.format(k=k)))
    return office


def a_native_file(office: Office, folder: Path) -> Path:
    """Give a DuckDB file of the same rows, as somebody would make it who has nothing else."""
    kept = next(snapshot.folder(office.repository).glob("*.duckdb"))
    with duckdb.connect(str(folder / "native.duckdb")) as database:
        database.execute(f"attach '{kept}' as s (read_only)")
        database.execute(NATIVE)
    return folder / "native.duckdb"


def compare(office: Office, native: Path, name: str, *, same: bool) -> Figure:
    """Let both sides answer in turns; the sum of the best times of each question counts."""
    buyer = office.as_user("buyer")
    ours, theirs = [], []
    for question in QUESTIONS.values():
        mine, bare = texts(*question)
        pairs = [(timed(buyer.sql, mine), timed(alone, native, bare)) for _ in range(ROUNDS)]
        if same:
            assert rows_of(pairs[0][0][1].table) == rows_of(pairs[0][1][1]), f"{mine} says something else"
        ours.append(min(pair[0][0] for pair in pairs))
        theirs.append(min(pair[1][0] for pair in pairs))
    told = ", ".join(
        f"{each} {a * 1000:.0f}/{b * 1000:.0f}" for each, a, b in zip(QUESTIONS, ours, theirs, strict=True)
    )
    return Figure(
        name, sum(ours) / sum(theirs), "x", 1.2, note=f"{sum(ours):.2f} against {sum(theirs):.2f} s; ms: {told}"
    )


def texts(text: str, here: tuple[str, str], there: tuple[str, str]) -> list[str]:
    """Give a question as each side is asked."""
    return [text.format_map({"supplier": name, "product": name, "from": rows}) for name, rows in (here, there)]


def timed(work: Callable[..., Any], *given: Any) -> tuple[float, Any]:
    """Give the seconds of some work, and what it gave."""
    time.sleep(PAUSE)
    begun = time.perf_counter()
    found = work(*given)
    return time.perf_counter() - begun, found


def alone(native: Path, text: str) -> Any:
    """Ask DuckDB."""
    with duckdb.connect(str(native), read_only=True, config={"threads": "2"}) as database:
        return database.sql(text).to_arrow_table()


def rows_of(table: Any) -> list[str]:
    """Give rows in any order as texts."""
    return sorted(map(str, (tuple(row.values()) for row in table.to_pylist())))
