"""The first fifty of a million requests, filtered, sorted, with a manager's row rules: against the query by hand.

The hand asks the driver for the same columns of the same rows, in SQL that somebody who knows the tables would write.
"""

from __future__ import annotations

import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from app.demo import found_company
from app.office import Office
from bench.bulk import Place
from bench.figure import Figure
from bench.ledger import a_database

DOCUMENTS, TURNS, SHOWN = 1_000_000, 15, 50
LEAST = 0.005  # seconds; below, a ratio tells of the two milliseconds that any list costs, not of its query
COLUMNS = (
    "number, stage, stage_since, version, created_at, created_by, changed_at, changed_by, chg, requester, department, "
    "warehouse, supplier, needed_on, reason, total_amount"
)
FILL = """
insert into purchase_request ({columns})
with recursive n(i) as (select cast(1 as bigint) union all select i + 1 from n where i < {amount}),
  people as (select account, department, row_number() over (order by id) - 1 as place from employee where account > 0)
select 'B-' || substr('' || (10000000 + i), 2), {stage}, {moment}, 1, {moment}, account, {moment}, account, i, account,
  department, 1 + i % 4, 1 + i % 40, {day}, 'For the shelf', i * 7919 % 10000000
from n join people on place = i * 31 % (select count(*) from people) order by i
"""
STAGE = "case when i * 37 % 100 < 4 then 'in_review' when i * 37 % 100 < 12 then 'rejected' else 'approved' end"
SPELT = {
    "sqlite": {
        "moment": "datetime('2021-01-01', '+' || (i / 600) || ' days') || '.000000'",
        "day": "date('2021-01-01', '+' || (i / 600 + i * 13 % 60) || ' days')",
    },
    "postgresql": {
        "moment": "timestamptz '2021-01-01' + i / 600 * interval '1 day'",
        "day": "date '2021-01-01' + (i / 600 + i * 13 % 60)::int",
    },
}
BY_HAND = """
select r.id, r.number, r.stage, r.version, r.changed_at, r.department, d.number, d.name, r.requester, a.name, a.title,
  r.needed_on, r.total_amount
from purchase_request r
left join department d on d.id = r.department left join office_account a on a.id = r.requester
where r.deleted_at is null {filter}
  and (r.requester = {me}
    or r.requester in (select e.account from employee e join employee m on m.id = e.manager where m.account = {me})
    or exists (select 1 from document_grant g where g.form = 'purchase_request' and g.document_id = r.id
      and g.account_id = {me} and g.verb in ('view', 'edit')))
order by {order} limit 51
"""


@dataclass(frozen=True)
class Question:
    """One list, as the product is asked and as a hand writes it."""

    name: str
    where: str | None
    sort: str
    filter: str
    order: str


QUESTIONS = (
    Question("newest", None, "-number", "", "r.number desc, r.id desc"),
    Question("in review, newest", "stage == 'in_review'", "-id", "and r.stage = 'in_review'", "r.id desc"),
    Question(
        "in review, needed next",
        "stage == 'in_review'",
        "needed_on",
        "and r.stage = 'in_review'",
        "r.needed_on {first}, r.id",
    ),
    Question(
        "dear and in review, newest",
        "stage == 'in_review' and total_amount > 60000",
        "-id",
        "and r.stage = 'in_review' and r.total_amount > 6000000",
        "r.id desc",
    ),
)


def measure() -> Iterator[Figure]:
    """Give the time of each list as a multiple of the query by hand, and in milliseconds."""
    for dialect, name in (("sqlite", "SQLite"), ("postgresql", "PostgreSQL")):
        with tempfile.TemporaryDirectory() as folder, a_database(dialect) as url:
            office = Place(Path(folder), url).open()
            found_company(office, password="measured-only", products=8)
            fill(office)
            for question in QUESTIONS:
                yield from compare(office, question, name)
            office.repository.close()


def compare(office: Office, question: Question, name: str) -> Iterator[Figure]:
    """Let product and hand take turns; both must show the same documents."""
    manager = office.as_user("manager")
    by_hand = hand(office, question, manager.actor.account.id)
    ours, theirs = [], []
    for _ in range(TURNS):
        seconds, rows = timed(lambda: shown(manager, question))
        ours.append(seconds)
        seconds, bare = timed(by_hand)
        theirs.append(seconds)
        assert [row["id"] for row in rows] == [row[0] for row in bare[:SHOWN]] and len(rows) == SHOWN
    product, driver = sorted(ours)[TURNS // 2], sorted(theirs)[TURNS // 2]
    title = f"first {SHOWN} of {DOCUMENTS:,} requests, {question.name}, as a manager ({name})"
    note = f"{driver * 1000:.1f} ms by hand: {product / driver:.1f} x, median of {TURNS}"
    yield Figure(title, product * 1000, "ms", 30, note=note)
    if driver > LEAST:
        yield Figure(f"{title}, against the query by hand", product / driver, "x", 1.5)


def shown(manager: Office, question: Question) -> list[dict[str, Any]]:
    """Ask the product."""
    asked = {"order_by": question.sort, "limit": SHOWN, "counted": False}
    return manager.list("purchase_request", question.where, **asked).rows


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Give the seconds that work takes, and what it gives."""
    begun = time.perf_counter()
    found = work()
    return time.perf_counter() - begun, found


def hand(office: Office, question: Question, me: int) -> Callable[[], list[Any]]:
    """Give the query by hand, on a connection that stays open."""
    url = office.repository.database.url
    order = question.order.format(first="" if url.get_backend_name() == "sqlite" else "nulls first")
    text = BY_HAND.format(filter=question.filter, order=order, me=me)
    if url.get_backend_name() == "sqlite":
        connection: Any = sqlite3.connect(url.database or "")
    else:
        connection = server_of(office)
    return lambda: list(connection.execute(text))


def server_of(office: Office) -> Any:
    """Connect to the office's PostgreSQL with the driver."""
    address = office.repository.database.url.render_as_string(hide_password=False)
    return psycopg.connect(address.replace("+psycopg", ""), autocommit=True)


def fill(office: Office) -> None:
    """Write a million requests with the driver: from when, by whom and how much follows from their number."""
    url = office.repository.database.url
    dialect = url.get_backend_name()
    text = FILL.format(columns=COLUMNS, amount=DOCUMENTS, stage=STAGE, **SPELT[dialect])
    if dialect == "sqlite":
        with closing(sqlite3.connect(url.database or "")) as connection:
            connection.execute(text)
            connection.commit()
            connection.execute("analyze")
            connection.commit()
        return
    with closing(server_of(office)) as connection:
        connection.execute(text)
        connection.execute("vacuum analyze purchase_request")
