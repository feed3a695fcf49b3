"""Reservations on one hot account by 8 processes: the kernel against the bare driver writing the same rows."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import sqlite3
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg

from app.config.catalogue import Catalogue
from app.config.organisation_spec import OrganisationSpec
from app.config.settings import Settings
from app.core.actor import SYSTEM
from app.data.repository import Repository
from app.ledger import Draft, Ledger, Move
from bench.figure import Figure

FORK = multiprocessing.get_context("fork")
SERVER = os.environ.get("DAYBOOK_TEST_POSTGRES", "postgresql://root@127.0.0.1:5432/test")
PROCESSES, SECONDS, ROUNDS = 8, 1.0, 5
DAY, STOCK = date(2026, 11, 20), 10**15
ENTRY = """insert into ledger_entry
    (key, event, document, fingerprint, booked_on, occurred_on, reverses, actor, recorded_at)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (key) do nothing returning id"""
BALANCE = """update ledger_balance set pending_out = pending_out + ?
    where account_id = ? and commodity_id = ? and lot_id = 0 and posted - pending_out - ? >= floor"""
HOLD = """insert into ledger_hold (entry_id, line, document, source_id, target_id, commodity_id, lot_id, amount, open)
    values (?, 1, ?, ?, ?, ?, 0, ?, ?)"""
Worker = Callable[[str, Any, str], int]


def measure() -> list[Figure]:
    """Give the ratio on both databases: above 1 the kernel is faster."""
    figures = []
    for name in ("sqlite", "postgresql"):
        with a_database(name) as url:
            figures += compare(name, url)
    return figures


def compare(name: str, url: str) -> list[Figure]:
    """Let kernel and bare driver take turns on the same account."""
    prepare(url)
    pairs = [(rate(url, by_kernel), rate(url, by_driver)) for _ in range(ROUNDS)]
    sound(url)
    kernel, driver = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    note = f"{kernel:,.0f} against {driver:,.0f} a second, median of {ROUNDS} turns"
    return [Figure(f"reservation on one hot account, 8 processes, {name}", ratio, "x", 0.5, least=True, note=note)]


@contextmanager
def a_database(name: str) -> Iterator[str]:
    """Give the address of an empty database, and take it away afterwards."""
    if name == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/bench.db"
        return
    schema = f"bench_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f"create schema {schema}")
        yield SERVER.replace("postgresql://", "postgresql+psycopg://") + f"?options=-csearch_path%3D{schema}"
        connection.execute(f"drop schema {schema} cascade")


def an_office(url: str) -> Repository:
    """Open the database without any form."""
    settings = Settings(home=Path(tempfile.gettempdir()), secret_key="bench", database_url=url)
    return Repository.open(settings, Catalogue("bench", OrganisationSpec()))


def prepare(url: str) -> None:
    """Put goods on the account, more than can be reserved."""
    repository = an_office(url)
    with repository.transaction(SYSTEM) as tx:
        ledger = Ledger(tx)
        ledger.names.open_account("warehouse:HZ", book="stock", chart="1405", guarded=True)
        for code in ("suppliers", "customers"):
            ledger.names.open_account(code, book="stock", chart=code)
        ledger.names.open_commodity("TEA", scale=4)
        move = Move("suppliers", "warehouse:HZ", "TEA", STOCK, value=STOCK)
        ledger.post(Draft("goods.received", "first", "goods_receipt:1", DAY, moves=(move,)))
    repository.close()


def sound(url: str) -> None:
    """Make sure that both sides wrote what the ledger takes for right."""
    repository = an_office(url)
    with repository.reading(SYSTEM) as tx:
        broken = Ledger(tx).verify()
    repository.close()
    assert not broken, broken[:3]


def rate(url: str, worker: Worker) -> float:
    """Let 8 processes reserve for a while; give how many reservations a second they made together."""
    turn, barrier, done = uuid.uuid4().hex[:8], FORK.Barrier(PROCESSES), FORK.SimpleQueue()
    members = [
        FORK.Process(target=lambda n: done.put(worker(url, barrier, f"{turn}-{n}")), args=(number,))
        for number in range(PROCESSES)
    ]
    for member in members:
        member.start()
    made = sum(done.get() for _ in members)
    for member in members:
        member.join()
    return made / SECONDS


def window(barrier: Any) -> Callable[[], bool]:
    """Begin at the same moment; give whether there is time left."""
    barrier.wait()
    end = time.perf_counter() + SECONDS
    return lambda: time.perf_counter() < end


def by_kernel(url: str, barrier: Any, name: str) -> int:
    """Reserve through the kernel, each in a transaction of the data layer."""
    repository = an_office(url)
    made, more = 0, window(barrier)
    while more():
        key = f"{name}-{made}"
        move = Move("warehouse:HZ", "customers", "TEA", 50000)
        with repository.transaction(SYSTEM) as tx:
            Ledger(tx).hold(Draft("stock.reserved", key, f"sales_order:{key}", DAY, moves=(move,)))
        made += 1
    repository.close()
    return made


def by_driver(url: str, barrier: Any, name: str) -> int:
    """Write the same entry, hold and balance rows with the bare driver."""
    return by_sqlite(url, barrier, name) if url.startswith("sqlite") else by_psycopg(url, barrier, name)


def by_sqlite(url: str, barrier: Any, name: str) -> int:
    """Reserve with sqlite3."""
    connection = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=30, isolation_level=None)
    for setting in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000"):
        connection.execute(f"pragma {setting}")
    made, more = 0, window(barrier)
    while more():
        connection.execute("begin immediate")
        reserve(connection.cursor(), f"{name}-{made}", lambda text: text)
        connection.execute("commit")
        made += 1
    connection.close()
    return made


def by_psycopg(url: str, barrier: Any, name: str) -> int:
    """Reserve with psycopg."""
    connection = psycopg.connect(url.replace("+psycopg", ""))
    made, more = 0, window(barrier)
    while more():
        reserve(connection.cursor(), f"{name}-{made}", MARKED.__getitem__)
        connection.commit()
        made += 1
    connection.close()
    return made


MARKED = {text: text.replace("?", "%s") for text in (ENTRY, BALANCE, HOLD)}


def reserve(cursor: Any, key: str, text: Callable[[str], str]) -> None:
    """Write one reservation: entry, balance, hold."""
    now: Any = datetime.now(UTC)
    if isinstance(cursor, sqlite3.Cursor):
        now = now.strftime("%Y-%m-%d %H:%M:%S.%f")
    document, print_ = f"sales_order:{key}", hashlib.blake2b(key.encode(), digest_size=16).hexdigest()
    cursor.execute(text(ENTRY), (key, "stock.reserved", document, print_, 20261120, 20261120, None, "system", now))
    entry = cursor.fetchone()[0]
    cursor.execute(text(BALANCE), (50000, 1, 1, 50000))
    assert cursor.rowcount == 1
    cursor.execute(text(HOLD), (entry, document, 1, 3, 1, 50000, 50000))
