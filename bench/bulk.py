"""Orders and receipts imported from files, with every check, audit row and ledger entry: against the bare driver.

The bare driver writes the same rows in the same transactions, a statement a row, as bench/request.py does.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg

from app.config.import_spec import ImportSpec
from app.config.loader import load_catalogue
from app.config.settings import CHECKOUT, Settings
from app.config.sources import Sources
from app.core.actor import SYSTEM
from app.data import accounts, database, documents
from app.data.repository import Repository
from app.imports.files import Files
from app.imports.running import Runner
from app.ledger import Ledger
from app.office import Office
from bench.figure import Figure
from bench.ledger import SERVER
from bench.recording import Write, recording

DOCUMENTS, LINES, ROUNDS = 2000, 3, 3
SUPPLIERS, GOODS = 40, 200
ORDERS = """\
import: bench_orders
title: {en: Orders, zh: 订单}
source: {file: orders.csv, columns: [No, Supplier, Warehouse, Ordered, Product, Quantity, Price]}
into:
  - form: purchase_order
    key: [order_no]
    group_by: No
    stage: completed
    fields:
      supplier:   {find: supplier, by: {supplier_no: Supplier}}
      warehouse:  {find: warehouse, by: {code: Warehouse}}
      ordered_on: Ordered
      needed_on:  Ordered
      order_no:   No
    tables:
      lines: {product: {find: product, by: {code: Product}}, quantity: Quantity, unit_price: Price}
"""
RECEIPTS = """\
import: bench_receipts
title: {en: Receipts, zh: 收货}
source: {file: orders.csv, columns: [No, Warehouse, Ordered, Line, Product, Quantity, Price]}
into:
  - form: goods_receipt
    key: [purchase_order, received_on]
    group_by: No
    stage: posted
    fields:
      purchase_order: {find: purchase_order, by: {order_no: No}}
      warehouse:      {find: warehouse, by: {code: Warehouse}}
      received_on:    Ordered
    tables:
      lines: {order_line_no: Line, product: {find: product, by: {code: Product}}, quantity: Quantity, unit_price: Price}
"""
HEADER = "No,Supplier,Warehouse,Ordered,Line,Product,Quantity,Price\n"


@dataclass(frozen=True)
class Place:
    """An office of its own: its home, and the address of its database."""

    home: Path
    url: str

    def open(self) -> Office:
        """Open it."""
        return Office.open(Settings.read({"DAYBOOK_HOME": str(self.home), "DAYBOOK_DATABASE_URL": self.url}))


Fresh = Callable[[], Place]


def measure() -> list[Figure]:
    """Give the CPU of an import as a multiple of the bare driver's, best of turns, on both databases."""
    with tempfile.TemporaryDirectory() as folder:
        return [
            compare(name, places, Path(folder) / name)
            for name, places in (("SQLite", on_sqlite), ("PostgreSQL", on_postgresql))
        ]


def compare(name: str, places: Any, folder: Path) -> Figure:
    """Let product and bare driver take turns, each on a fresh copy of the same office."""
    with places(folder) as fresh:
        with recording() as kept:
            imported(fresh())
        writes = [transaction for transaction in kept if transaction]
        turns = [(imported(fresh()), bare(fresh(), writes)) for _ in range(ROUNDS)]
    product, driver = (min(turn[side] for turn in turns) for side in (0, 1))
    rows = sum(map(len, writes))
    note = (
        f"{product:.2f} s against {driver:.2f} s, {2 * DOCUMENTS:,} documents, {rows:,} rows written, best of {ROUNDS}"
    )
    return Figure(
        f"import of orders and receipts, CPU against the bare driver ({name})", product / driver, "x", 2, note=note
    )


# the same import by both


def imported(place: Place) -> float:
    """Import both files through the product; give the seconds of CPU."""
    office = place.open()
    importer, files = accounts.actor_named(office.repository, "importer"), Files(contents=contents())
    specs = [mapping(text) for text in (ORDERS, RECEIPTS)]
    begun, server = time.process_time(), server_time(office.repository)
    for spec in specs:
        report = Runner(office.repository, importer, spec, files=files).run()
        assert (report.imported, report.rejected) == (DOCUMENTS * LINES, 0), report.sentence().en
    used = time.process_time() - begun + server_time(office.repository) - server
    with office.repository.reading(SYSTEM) as tx:
        assert Ledger(tx).verify() == []
    office.repository.close()
    return used


def bare(place: Place, writes: list[list[Write]]) -> float:
    """Write the same rows with the driver alone, a statement a row; give the seconds of CPU."""
    if place.url.startswith("sqlite"):
        with closing(sqlite3.connect(place.url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
            for setting in (*database.SQLITE_SETTINGS, "foreign_keys=OFF"):
                connection.execute(f"pragma {setting}")
            begun = time.process_time()
            for transaction in writes:
                connection.execute("begin immediate")
                cursor = connection.cursor()
                for statement, row in transaction:
                    cursor.execute(statement, row)
                cursor.close()
                connection.execute("commit")
            return time.process_time() - begun
    with psycopg.connect(place.url.replace("+psycopg", "")) as driver:
        pids = [driver.info.backend_pid]
        begun, server = time.process_time(), cpu_of(pids)
        for transaction in writes:
            for statement, row in transaction:
                driver.execute(statement, row)
            driver.commit()
        return time.process_time() - begun + cpu_of(pids) - server


def server_time(repository: Repository) -> float:
    """Give the seconds of CPU that the server spent on this office's connections so far; SQLite has no server."""
    if repository.database.dialect == "sqlite":
        return 0
    with repository.transaction(SYSTEM) as tx:
        pids = [tx.fetch("select pg_backend_pid()")[0][0]]
    with repository.reading(SYSTEM) as tx:
        pids += [tx.fetch("select pg_backend_pid()")[0][0]]
    return cpu_of(pids)


def cpu_of(pids: list[int]) -> float:
    """Give the seconds of CPU of processes."""
    stats = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")


# what is imported, and where


def mapping(text: str) -> ImportSpec:
    """Give the import that a text means."""
    name = text.split("\n", 1)[0].split(": ")[1]
    return load_catalogue(Sources(CHECKOUT, None, texts={f"examples/bench/{name}.yaml": text})).imports[name]


def contents() -> dict[str, bytes]:
    """Give the file: orders of a few lines each."""
    first = date(2024, 1, 1)
    rows = [
        f"O{order},V{order % SUPPLIERS},MAIN,{first + timedelta(days=order % 700)},{line},P-{(order * 7 + line) % GOODS},"
        f"{order % 40 + line},{line}.{order % 90 + 10}"
        for order in range(DOCUMENTS)
        for line in range(1, LINES + 1)
    ]
    return {"orders.csv": "\n".join((HEADER, *rows, "")).encode()}


def found(place: Place) -> None:
    """Make the office: an importer, a warehouse, suppliers, products."""
    office = place.open()
    with office.repository.transaction(SYSTEM, door="cli") as tx:
        roles = ("purchasing_manager", "product_manager", "warehouse_manager")
        accounts.create_account(tx, "importer", title="Importer", password="measured-only", roles=roles)
        documents.create(tx, "warehouse", {"code": "MAIN", "name": "Main"})
        documents.create(tx, "unit", {"code": "pcs", "name": "Piece"})
        documents.create(tx, "category", {"code": "goods", "name": "Goods", "kind": "general"})
        suppliers = [{"name": f"Vendor {n}", "supplier_no": f"V{n}"} for n in range(SUPPLIERS)]
        documents.create_many(tx, "supplier", suppliers, stage="approved")
        goods = [{"code": f"P-{n}", "name": f"Part {n}", "category": "goods", "unit": "pcs"} for n in range(GOODS)]
        documents.create_many(tx, "product", goods, stage="on_sale")
    office.repository.close()


@contextmanager
def on_sqlite(folder: Path) -> Iterator[Fresh]:
    """Give copies of the office in files."""
    first = Place(folder / "first", f"sqlite:///{folder}/first/daybook.db")
    first.home.mkdir(parents=True)
    found(first)

    def fresh() -> Place:
        home = folder / uuid.uuid4().hex
        shutil.copytree(first.home, home)
        return Place(home, f"sqlite:///{home}/daybook.db")

    yield fresh


@contextmanager
def on_postgresql(folder: Path) -> Iterator[Fresh]:
    """Give copies of the office in databases, which are dropped afterwards."""
    made: list[str] = []

    def database_of(home: Path, template: str = "") -> Place:
        name = f"bench_{uuid.uuid4().hex[:12]}"
        sql(f'create database "{name}"' + (f' template "{template}"' if template else ""))
        made.append(name)
        return Place(home, SERVER.replace("postgresql://", "postgresql+psycopg://").rpartition("/")[0] + f"/{name}")

    (folder / "first").mkdir(parents=True)
    try:
        found(first := database_of(folder / "first"))
        yield lambda: database_of(first.home, made[0])
    finally:
        for name in made:
            sql(f'drop database if exists "{name}" with (force)')


def sql(statement: str) -> None:
    """Run what no transaction may hold."""
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]
