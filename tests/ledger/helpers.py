"""A small ledger to try things on: two warehouses, their virtual partners, a few goods."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import SQLModel

from app.core.actor import Actor
from app.core.errors import DaybookError
from app.core.links import Link
from app.data import system_tables  # noqa: F401  makes office_change known
from app.data.database import Database
from app.ledger import Draft, Ledger, Leg, Move, ledger_tables

TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, 8, tzinfo=UTC)
CLERK = Actor(Link("user", 1, "clerk"))


@dataclass(eq=False)
class SmallTransaction:
    """What the kernel asks of a transaction, and no more."""

    connection: Any
    dialect: str
    actor: Actor = CLERK
    now: datetime = NOW
    today: date = TODAY
    catalogue: Any = None

    def cursor(self) -> Any:
        return self.connection.connection.cursor()


def a_ledger_database(url: str) -> Database:
    """Open a database and make the ledger's tables and the usual places and goods in it."""
    database = Database(url)
    with database.writing() as connection:
        SQLModel.metadata.create_all(connection, tables=[*ledger_tables(), SQLModel.metadata.tables["office_change"]])
    with a_ledger(database) as ledger:
        open_places(ledger)
    return database


def open_places(ledger: Ledger) -> None:
    names = ledger.names
    for number in ("HZ", "SH"):
        names.open_account(f"warehouse:{number}", book="stock", chart="1405", guarded=True, title=f"{number} warehouse")
    names.open_account("in_transit:HZ", book="stock", chart="1402", guarded=True)
    names.open_account("backorders:HZ", book="stock", chart="1405", guarded=True, floor=-50000)
    for code, chart in (
        ("suppliers", "2202.02"),
        ("customers", "5401"),
        ("adjustments", "1901"),
        ("scrap", "5711"),
        ("variance", "5401.9"),
    ):
        names.open_account(code, book="stock", chart=chart)
    for code, chart in (("bank", "1002"), ("income", "5001"), ("receivable", "1122")):
        names.open_account(code, book="money", chart=chart)
    names.base()
    names.open_commodity("TEA", scale=4)
    names.open_commodity("CUP", scale=4)
    names.open_commodity("MILK", scale=4, costing="lot")


@contextmanager
def a_ledger(database: Database, *, now: datetime = NOW, catalogue: Any = None) -> Iterator[Ledger]:
    """Give the ledger of one write transaction."""
    with database.writing() as connection:
        yield Ledger(SmallTransaction(connection, database.dialect, now=now, catalogue=catalogue))


def units(number: int | str) -> int:
    """Give pieces as the amount that the ledger counts."""
    return int(Decimal(number) * 10000)


def a_receipt(
    key: str,
    number: int | str,
    worth: int,
    *,
    thing: str = "TEA",
    place: str = "warehouse:HZ",
    lot: str | None = None,
    on: date = TODAY,
) -> Draft:
    """Goods that come from a supplier, worth so many cents."""
    move = Move("suppliers", place, thing, units(number), value=worth, lot=lot)
    return Draft("goods.received", key, f"goods_receipt:{key}", on, moves=(move,))


def an_issue(
    key: str,
    number: int | str,
    *,
    thing: str = "TEA",
    place: str = "warehouse:HZ",
    lot: str | None = None,
    on: date = TODAY,
    **options: Any,
) -> Draft:
    """Goods that go to a customer at their cost."""
    move = Move(place, "customers", thing, units(number), lot=lot, **options)
    return Draft("sale.shipped", key, f"shipment:{key}", on, moves=(move,))


def an_order(key: str, number: int | str, *, thing: str = "TEA", place: str = "warehouse:HZ") -> Draft:
    """A reservation for a customer."""
    return Draft(
        "order.reserved", key, f"sales_order:{key}", TODAY, moves=(Move(place, "customers", thing, units(number)),)
    )


def a_payment(key: str, cents: int, *, on: date = TODAY) -> Draft:
    """Money that a customer pays."""
    return Draft("order.paid", key, f"payment:{key}", on, legs=(Leg("bank", cents), Leg("receivable", -cents)))


def stands(ledger: Ledger, *, thing: str = "TEA", place: str = "warehouse:HZ") -> tuple[int | Decimal, int]:
    """Give how many pieces stand at a place, and what they are worth in cents."""
    balance = ledger.balance(place, thing)
    return Decimal(balance.amount) / 10000, balance.value


@contextmanager
def refused(
    ledger: Ledger, error: type[DaybookError], *, match: str = "."
) -> Iterator[pytest.ExceptionInfo[DaybookError]]:
    """Expect a refusal inside a savepoint, which undoes what was half done."""
    ledger.cursor.execute("savepoint refused")
    with pytest.raises(error, match=match) as caught:
        yield caught
    ledger.cursor.execute("rollback to savepoint refused")
    ledger.cursor.execute("release savepoint refused")
