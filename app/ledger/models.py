"""The tables of the ledger: facts are only added, pending amounts stand beside them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, MetaData, Table, text
from sqlmodel import Field, SQLModel

from app.data.column_types import Instant, Key

NO_ROWID = {"sqlite_with_rowid": False}


def _id() -> Any:
    return Field(default=None, sa_column=Column(Key, primary_key=True, autoincrement=True))


def _key() -> Any:
    return Field(sa_column=Column(Key, primary_key=True, autoincrement=False))


def _big(default: int | None = 0, *, nullable: bool = False, unique: bool = False) -> Any:
    column = Column(
        Key, nullable=nullable, unique=unique, server_default=None if default is None else text(str(default))
    )
    return Field(default=default, sa_column=column)


class LedgerAccount(SQLModel, table=True):
    """A place that things come from and go to, and the account of the chart that it is."""

    __tablename__ = "ledger_account"
    id: int | None = _id()
    code: str = Field(unique=True)
    book: str
    chart: str
    guarded: bool = False
    floor: int = _big()
    form: str = ""
    number: str = ""
    title: str = ""


class LedgerCommodity(SQLModel, table=True):
    """What is counted, and in which smallest unit."""

    __tablename__ = "ledger_commodity"
    __table_args__ = (Index("ledger_commodity_family", "family"),)
    id: int | None = _id()
    code: str = Field(unique=True)
    scale: int
    conserved: bool = True
    owed: bool = False  # points, gift cards: what we hold for others has a negative value
    costing: str = "average"
    family: str = ""  # the product of a variant
    unit: str = ""


class LedgerLot(SQLModel, table=True):
    """A lot of a commodity, with its day of expiry (yyyymmdd)."""

    __tablename__ = "ledger_lot"
    __table_args__ = (Index("ledger_lot_name", "commodity_id", "lot_no", unique=True),)
    id: int | None = _id()
    commodity_id: int = _big()
    lot_no: str
    expires_on: int | None = _big(None, nullable=True)


class LedgerDimension(SQLModel, table=True):
    """One combination of what profit is cut by."""

    __tablename__ = "ledger_dimension"
    __table_args__ = (
        Index("ledger_dimension_name", "channel", "store", "warehouse", "brand", "department", unique=True),
    )
    id: int | None = _id()
    channel: str = ""
    store: str = ""
    warehouse: str = ""
    brand: str = ""
    department: str = ""


class LedgerParty(SQLModel, table=True):
    """A customer or supplier, by form and number."""

    __tablename__ = "ledger_party"
    id: int | None = _id()
    code: str = Field(unique=True)


class LedgerEntry(SQLModel, table=True):
    """What happened: event, document, key, days, and what it reverses."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        Index("ledger_entry_document", "document"),
        Index("ledger_entry_chg", "chg", sqlite_where=text("chg is not null"), postgresql_where=text("chg is not null")),
    )
    id: int | None = _id()
    key: str = Field(unique=True)
    event: str
    document: str
    fingerprint: str
    booked_on: int = _big()
    occurred_on: int = _big()
    reverses: int | None = _big(None, nullable=True, unique=True)
    voucher: str | None = None  # filled once, when the period closes
    actor: str
    recorded_at: datetime = Field(sa_type=Instant)
    chg: int | None = _big(None, nullable=True)  # of PostgreSQL; SQLite has one writer, so ids come in order


class LedgerPosting(SQLModel, table=True):
    """One line of an entry: so much of a commodity, worth so much, into (+) or out of (-) an account."""

    __tablename__ = "ledger_posting"
    __table_args__ = (
        Index("ledger_posting_balance", "account_id", "commodity_id", "booked_on", "amount", "value"),
        Index(
            "ledger_posting_origin",
            "origin_entry",
            "origin_line",
            sqlite_where=text("origin_entry is not null"),
            postgresql_where=text("origin_entry is not null"),
        ),
        Index(
            "ledger_posting_party",
            "party_id",
            "account_id",
            "booked_on",
            sqlite_where=text("party_id <> 0"),
            postgresql_where=text("party_id <> 0"),
        ),
        NO_ROWID,
    )
    entry_id: int = _key()
    line: int = _key()
    account_id: int = _big()
    commodity_id: int = _big()
    lot_id: int = _big()
    amount: int = _big()
    value: int = _big()
    dim_id: int = _big()
    party_id: int = _big()
    booked_on: int = _big()
    origin_entry: int | None = _big(None, nullable=True)
    origin_line: int | None = _big(None, nullable=True)


class LedgerHold(SQLModel, table=True):
    """What is pending: amount, and how much of it is still open."""

    __tablename__ = "ledger_hold"
    __table_args__ = (
        CheckConstraint("open >= 0", name="ledger_hold_open"),
        Index("ledger_hold_document", "document", sqlite_where=text("open > 0"), postgresql_where=text("open > 0")),
        NO_ROWID,
    )
    entry_id: int = _key()
    line: int = _key()
    document: str
    source_id: int = _big()
    target_id: int = _big()
    commodity_id: int = _big()
    lot_id: int = _big()
    amount: int = _big()
    open: int = _big()


class LedgerSettlement(SQLModel, table=True):
    """How a hold ended, wholly or in part: posted or void."""

    __tablename__ = "ledger_settlement"
    __table_args__ = (Index("ledger_settlement_hold", "hold_entry", "hold_line"), NO_ROWID)
    entry_id: int = _key()
    line: int = _key()
    hold_entry: int = _big()
    hold_line: int = _big()
    amount: int = _big()
    kind: str


class LedgerBalance(SQLModel, table=True):
    """What a guarded account holds now; lot 0 is the total."""

    __tablename__ = "ledger_balance"
    __table_args__ = (
        Index("ledger_balance_goods", "commodity_id", "account_id"),
        {"postgresql_with": {"fillfactor": 70}, **NO_ROWID},
    )
    account_id: int = _key()
    commodity_id: int = _key()
    lot_id: int = _key()
    posted: int = _big()
    pending_in: int = _big()
    pending_out: int = _big()
    value: int = _big()
    ref_amount: int = _big()
    ref_value: int = _big()
    floor: int = _big()


class LedgerBook(SQLModel, table=True):
    """A book, and the last month (yyyymm) that is closed in it: posters share the row, closing takes it alone."""

    __tablename__ = "ledger_book"
    book: str = Field(primary_key=True)
    closed_through: int = _big()


class LedgerPeriod(SQLModel, table=True):
    """A closed month of a book, whose end balances are kept."""

    __tablename__ = "ledger_period"
    book: str = Field(primary_key=True)
    code: int = _key()
    actor: str
    closed_at: datetime = Field(sa_type=Instant)


class LedgerSnapshot(SQLModel, table=True):
    """Balances at the end of a closed month, from the beginning on; by dimension for money only."""

    __tablename__ = "ledger_snapshot"
    __table_args__ = (NO_ROWID,)
    account_id: int = _key()
    commodity_id: int = _key()
    period: int = _key()
    dim_id: int = _key()
    amount: int = _big()
    value: int = _big()


def ledger_tables() -> list[Table]:
    """Give the tables of the ledger, each after what it needs."""
    metadata: MetaData = SQLModel.metadata
    return [table for table in metadata.sorted_tables if table.name.startswith("ledger_")]
