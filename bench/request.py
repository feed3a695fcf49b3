"""A request with three lines, created and submitted through the product, against the bare driver writing the same rows."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from app.config.settings import Settings
from app.data import database
from app.demo.company import found_company
from app.office import Office
from bench.figure import Figure
from bench.recording import Write, recording

REQUESTS, ROUNDS = 100, 4


def measure() -> list[Figure]:
    """Give the CPU of the product as a multiple of the bare driver's, best of interleaved rounds."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        office = Office.open(Settings.read({"DAYBOOK_HOME": folder}))
        found_company(office, password="measured-only", products=20)
        office.repository.close()
        template = Path(folder) / "template"
        shutil.copytree(home / "var", template)
        writes = _recorded(_copy(template, home / "recorded"))
        product = min(_product(_copy(template, home / f"p{n}")) for n in range(ROUNDS))
        bare = min(_bare(_copy(template, home / f"b{n}"), writes) for n in range(ROUNDS))
    rows = sum(len(transaction) for transaction in writes) / REQUESTS
    note = f"{product * 1e6:.0f} µs against {bare * 1e6:.0f} µs, {rows:.0f} writing statements"
    return [
        Figure(
            "request of 3 lines, created and submitted, CPU against the bare driver (SQLite)",
            product / bare,
            "x",
            8,
            note=note,
        )
    ]


def _copy(template: Path, target: Path) -> Path:
    shutil.copytree(template, target / "var")
    return target


def _product(home: Path) -> float:
    """Give the seconds of CPU of one request in the product."""
    office = Office.open(Settings.read({"DAYBOOK_HOME": str(home)}))
    requests = _requests(office)
    employee = office.as_user("employee")
    for request in requests[:10]:
        employee.create("purchase_request", request, submit=True)
    begun = time.process_time()
    for request in requests[10:]:
        employee.create("purchase_request", request, submit=True)
    used = time.process_time() - begun
    office.repository.close()
    return used / REQUESTS


def _recorded(home: Path) -> list[list[Write]]:
    """Give what the product writes for the same requests, a list a transaction."""
    with recording() as kept:
        office = Office.open(Settings.read({"DAYBOOK_HOME": str(home)}))
        requests, employee = _requests(office), office.as_user("employee")
        for request in requests[:10]:
            employee.create("purchase_request", request, submit=True)
        before = len(kept)
        for request in requests[10:]:
            employee.create("purchase_request", request, submit=True)
        office.repository.close()
        return [transaction for transaction in kept[before - 1 :] if transaction]


def _bare(home: Path, writes: list[list[Write]]) -> float:
    """Give the seconds of CPU of one request when the driver alone writes the rows."""
    connection = sqlite3.connect(next((home / "var").glob("*.db")), isolation_level=None)
    for setting in database.SQLITE_SETTINGS:
        connection.execute(f"pragma {setting}")
    connection.execute("pragma foreign_keys=OFF")
    cursor = connection.cursor()
    begun = time.process_time()
    for transaction in writes:
        cursor.execute("begin immediate")
        for statement, parameters in transaction:
            cursor.execute(statement, parameters)
        cursor.execute("commit")
    used = time.process_time() - begun
    connection.close()
    return used / REQUESTS


def _requests(office: Office) -> list[dict[str, Any]]:
    director = office.as_user("director")
    rows = [
        row
        for row in director.list("product", columns=["code", "has_variants"], limit=50).rows
        if not row["has_variants"]
    ]
    with office.as_user("employee").reading() as tx:
        day = tx.today + timedelta(days=20)
    lines = [{"product": row["code"], "quantity": 10 + n, "unit_price": "12.5"} for n, row in enumerate(rows[:3])]
    assert len(lines) == 3, "three products without variants are needed"
    return [
        {"department": "WH", "warehouse": "HZ", "needed_on": day, "reason": f"measured {n}", "lines": lines}
        for n in range(REQUESTS + 10)
    ]
