"""The ledger as tables: stock on hand, stock moves and the journal, fenced by what the reader may see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, cast, false, func, literal, literal_column, or_, select, true

from app.analytics.columns import Column
from app.analytics.views import Fence, View
from app.data import rights
from app.data.transaction import Transaction
from app.ledger.models import (
    LedgerAccount,
    LedgerBalance,
    LedgerCommodity,
    LedgerDimension,
    LedgerEntry,
    LedgerLot,
    LedgerParty,
    LedgerPosting,
)

BOOK_READERS = frozenset(
    {"finance", "finance_controller", "auditor", "analyst", "chief_executive", "chief_financial_officer"}
)
STOCK, MONEY_DIGITS, GOODS_DIGITS = "stock", 2, 4
NONE_MEANS_EMPTY: ColumnElement[str] = literal_column("''")


def ledger_views(tx: Transaction, fence: Fence) -> dict[str, Callable[[], View]]:
    """Give the ledger's views that this person may name."""
    found: dict[str, Callable[[], View]] = {}
    if all(form in tx.catalogue.forms and rights.may(tx, form, "view") for form in ("product", "warehouse")):
        found |= {"stock_on_hand": lambda: _on_hand(tx, fence), "stock_moves": lambda: _moves(tx, fence)}
    if reads_books(tx):
        found["journal"] = lambda: _journal(tx)
    return found


def reads_books(tx: Transaction) -> bool:
    """Tell whether this person may see what goods cost and what the books say."""
    return tx.is_system or (
        bool(BOOK_READERS & tx.actor.roles) and (not tx.actor.scopes or bool({"read", "write"} & tx.actor.scopes))
    )


class _Tables:
    """The ledger's tables, joined for one view."""

    def __init__(self) -> None:
        self.account = LedgerAccount.__table__.alias()  # type: ignore[attr-defined]
        self.commodity = LedgerCommodity.__table__.alias()  # type: ignore[attr-defined]
        self.lot = LedgerLot.__table__.alias()  # type: ignore[attr-defined]
        self.entry = LedgerEntry.__table__.alias()  # type: ignore[attr-defined]
        self.posting = LedgerPosting.__table__.alias()  # type: ignore[attr-defined]
        self.balance = LedgerBalance.__table__.alias()  # type: ignore[attr-defined]
        self.party = LedgerParty.__table__.alias()  # type: ignore[attr-defined]
        self.cut = LedgerDimension.__table__.alias()  # type: ignore[attr-defined]

    def named(self, rows: Any) -> Any:
        """Join what the numbers of a row of balances or postings mean."""
        return rows.join(self.account, self.account.c.id == rows.c.account_id).join(
            self.commodity, self.commodity.c.id == rows.c.commodity_id
        )

    def goods(self) -> dict[str, Column]:
        """Give the columns that say which goods and where."""
        warehouse = case((self.account.c.form == "warehouse", self.account.c.number))
        product = func.coalesce(func.nullif(self.commodity.c.family, NONE_MEANS_EMPTY), self.commodity.c.code)
        return {
            "product": Column("product", "text", product),
            "variant": Column("variant", "text", self.commodity.c.code),
            "warehouse": Column("warehouse", "text", warehouse),
            "place": Column("place", "text", self.account.c.code),
        }


def _on_hand(tx: Transaction, fence: Fence) -> View:
    t = _Tables()
    b = t.balance.c
    columns = t.goods() | {
        "quantity": Column("quantity", "decimal", b.posted, GOODS_DIGITS),
        "reserved": Column("reserved", "decimal", b.pending_out, GOODS_DIGITS),
        "available": Column("available", "decimal", b.posted - b.pending_out, GOODS_DIGITS),
        "expected": Column("expected", "decimal", b.pending_in, GOODS_DIGITS),
        "unit": Column("unit", "text", t.commodity.c.unit),
    }
    if reads_books(tx):
        columns["value"] = Column("value", "decimal", b.value, MONEY_DIGITS)
    where = and_(b.lot_id == 0, t.account.c.book == STOCK, t.account.c.guarded == true(), _seen(tx, t, fence))
    return View(columns, t.named(t.balance), where)


def _moves(tx: Transaction, fence: Fence) -> View:
    t = _Tables()
    p = t.posting.c
    columns = (
        _entry_columns(t)
        | t.goods()
        | {
            "lot_no": Column("lot_no", "text", t.lot.c.lot_no),
            "expires_on": Column("expires_on", "day", t.lot.c.expires_on),
            "quantity": Column("quantity", "decimal", p.amount, GOODS_DIGITS),
        }
    )
    if reads_books(tx):
        columns["value"] = Column("value", "decimal", p.value, MONEY_DIGITS)
    source = t.named(t.posting).join(t.entry, t.entry.c.id == p.entry_id).outerjoin(t.lot, t.lot.c.id == p.lot_id)
    return View(columns, source, and_(t.account.c.book == STOCK, t.account.c.guarded == true(), _seen(tx, t, fence)))


def _journal(tx: Transaction) -> View:
    t = _Tables()
    p = t.posting.c
    columns = _entry_columns(t) | {
        "account": Column("account", "text", t.account.c.chart),
        "account_name": Column("account_name", "text", t.account.c.title),
        "place": Column("place", "text", t.account.c.code),
        "commodity": Column("commodity", "text", t.commodity.c.code),
        "party": Column("party", "text", t.party.c.code),
        "debit": Column("debit", "decimal", case((p.value > 0, p.value), else_=literal(0)), MONEY_DIGITS),
        "credit": Column("credit", "decimal", case((p.value < 0, -p.value), else_=literal(0)), MONEY_DIGITS),
        "amount": Column("amount", "decimal", p.value, MONEY_DIGITS),
    }
    columns |= {
        name: Column(name, "text", t.cut.c[name]) for name in ("channel", "store", "warehouse", "brand", "department")
    }
    source = (
        t.named(t.posting)
        .join(t.entry, t.entry.c.id == p.entry_id)
        .outerjoin(t.party, t.party.c.id == p.party_id)
        .outerjoin(t.cut, t.cut.c.id == p.dim_id)
    )
    return View(columns, source, p.value != 0)


def _entry_columns(t: _Tables) -> dict[str, Column]:
    e = t.entry.c
    return {
        "entry": Column("entry", "number", e.id),
        "booked_on": Column("booked_on", "day", e.booked_on),
        "occurred_on": Column("occurred_on", "day", e.occurred_on),
        "event": Column("event", "text", e.event),
        "document": Column("document", "text", e.document),
        "actor": Column("actor", "text", e.actor),
    }


def _seen(tx: Transaction, t: _Tables, fence: Fence) -> ColumnElement[bool]:
    """Rows of products and of places that the reader may see."""
    family = func.coalesce(func.nullif(t.commodity.c.family, NONE_MEANS_EMPTY), t.commodity.c.code)
    places = [
        and_(t.account.c.form == form, _may_see(tx, form, t.account.c.number, fence=fence))
        for form in ("warehouse", "location", "store")
        if form in tx.catalogue.forms
    ]
    return and_(_may_see(tx, "product", family, fence=fence), or_(false(), *places))


def _may_see(tx: Transaction, form: str, number: ColumnElement[Any], *, fence: Fence) -> ColumnElement[bool]:
    table = tx.registry.forms[form].table
    seen = fence(tx, form)
    if seen is rights.EVERYTHING:
        return true()
    return select(literal(1)).where(table.c.number == cast(number, Text), seen).correlate_except(table).exists()
