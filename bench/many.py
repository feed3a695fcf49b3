"""Receipts and reservations entered many at once through the kernel, against the bare driver writing the same rows."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from app.core.actor import SYSTEM
from app.ledger import Draft, Ledger, Move
from bench.bulk import Place, bare, server_time
from bench.figure import Figure
from bench.ledger import DAY, a_database, an_office, prepare, sound
from bench.recording import Write, recording

BATCHES, SIZE, LINES, ROUNDS = 4, 500, 3, 3
GOODS = [f"G{number}" for number in range(40)]
Work = Callable[[Ledger, list[Draft]], object]


def measure() -> list[Figure]:
    """Give the CPU per line as a multiple of the bare driver's on both databases."""
    return [
        compare(what, name, work)
        for what, work in (("receipts", Ledger.post_many), ("reservations", Ledger.hold_many))
        for name in ("sqlite", "postgresql")
    ]


def compare(what: str, name: str, work: Work) -> Figure:
    """Let kernel and bare driver take turns, each in a database of its own."""
    writes = recorded(name, work)
    turns = [(by_kernel(name, work), by_driver(name, writes)) for _ in range(ROUNDS)]
    kernel, driver = (min(turn[side] for turn in turns) for side in (0, 1))
    lines = BATCHES * SIZE * LINES
    note = f"{kernel / lines * 1e6:.0f} µs against {driver / lines * 1e6:.0f} µs a line, {SIZE} a transaction"
    return Figure(
        f"{what} of {LINES} lines, many at once, CPU against the bare driver, {name}", kernel / driver, "x", note=note
    )


def recorded(name: str, work: Work) -> list[list[Write]]:
    """Give what the kernel writes."""
    with a_database(name) as url:
        begin(url)
        with recording() as kept:
            run(url, work)
        return [transaction for transaction in kept if transaction]


def by_kernel(name: str, work: Work) -> float:
    """Give the seconds of CPU of all batches through the kernel."""
    with a_database(name) as url:
        begin(url)
        used = run(url, work)
        sound(url)
        return used


def by_driver(name: str, writes: list[list[Write]]) -> float:
    """Give the seconds of CPU of the same rows by the driver alone."""
    with a_database(name) as url:
        begin(url)
        return bare(Place(Path(), url), writes)


def begin(url: str) -> None:
    """Open the places and put so much of each of the goods there that it can be reserved."""
    prepare(url)
    repository = an_office(url)
    with repository.transaction(SYSTEM) as tx:
        ledger = Ledger(tx)
        for code in GOODS:
            ledger.names.open_commodity(code, scale=4)
        moves = tuple(Move("suppliers", "warehouse:HZ", code, 10**12, value=10**9) for code in GOODS)
        ledger.post(Draft("goods.received", "goods", "goods_receipt:0", DAY, moves=moves))
    repository.close()


def run(url: str, work: Work) -> float:
    """Enter all batches, a transaction each; give the seconds of CPU."""
    repository = an_office(url)
    batches = [[draft(work, number, batch) for number in range(SIZE)] for batch in range(BATCHES)]
    begun, server = time.process_time(), server_time(repository)
    for drafts in batches:
        with repository.transaction(SYSTEM) as tx:
            work(Ledger(tx), drafts)
    used = time.process_time() - begun + server_time(repository) - server
    repository.close()
    return used


def draft(work: Work, number: int, batch: int) -> Draft:
    """Give one receipt or one reservation."""
    key, goods = f"{batch}-{number}", [GOODS[(number + line * 7) % len(GOODS)] for line in range(LINES)]
    if work is Ledger.post_many:
        moves = [Move("suppliers", "warehouse:HZ", code, 20000, value=300) for code in goods]
        return Draft("goods.received", f"r{key}", f"goods_receipt:{key}", DAY, moves=tuple(moves))
    moves = [Move("warehouse:HZ", "customers", code, 20000) for code in goods]
    return Draft("stock.reserved", f"o{key}", f"sales_order:{key}", DAY, moves=tuple(moves))
