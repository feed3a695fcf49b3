"""What the ledgers say of a document, and what the books add up to: behind the rights of the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.quantity import from_units
from app.core.words import Words
from app.data import documents, rights
from app.data.naming import names_of
from app.data.transaction import Transaction
from app.domain.finance.rules import BOOKS, MONEY_DECIMALS, account_words, shown_event
from app.ledger import Ledger, TrialLine
from app.ledger.values import BASE

EFFECTS = """
    select e.id, e.event, e.booked_on, e.occurred_on, a.book, a.form, a.code, a.chart, a.title, c.code, c.scale, c.unit,
           l.lot_no, p.amount, p.value, p.line from ledger_entry e join ledger_posting p on p.entry_id = e.id
      join ledger_account a on a.id = p.account_id join ledger_commodity c on c.id = p.commodity_id
      left join ledger_lot l on l.id = p.lot_id where e.document = ? order by e.id, p.line"""
PENDING = """
    select e.id, e.event, e.booked_on, e.occurred_on, a.book, a.form, a.code, a.chart, a.title, c.code, c.scale, c.unit,
           l.lot_no, -h.open, 0, h.line from ledger_entry e join ledger_hold h on h.entry_id = e.id and h.open > 0
      join ledger_account a on a.id = h.source_id join ledger_commodity c on c.id = h.commodity_id
      left join ledger_lot l on l.id = h.lot_id where e.document = ? order by e.id, h.line"""


@dataclass(frozen=True)
class Effect:
    """One line that a document has in a ledger: pending (reserved) or posted."""

    book: Words
    account: Words
    chart: str  # the account of the chart
    commodity: str  # the goods' code, or the book of something else that is counted; empty for money
    amount: Decimal | None  # in the base unit
    unit: str
    lot: str | None
    value: Decimal | None  # base currency, debit positive; empty for who may not see costs
    state: str  # pending posted
    entry: int
    event: Words
    booked_on: date
    occurred_on: date


def effects_of(tx: Transaction, form: str, number: str) -> list[Effect]:
    """Give what a document did in the ledgers, for whoever may see it; values as far as he may see costs."""
    document = documents.get(tx, form, number)
    costs = sees_costs_of(tx, form, document)
    found = [
        _effect(tx, row, state, costs)
        for state, text in (("posted", EFFECTS), ("pending", PENDING))
        for name in reversed(names_of(tx.catalogue.forms[form], document))
        for row in _rows(tx, text, f"{form}:{name}")
    ]
    return [effect for effect in found if effect.amount or effect.value]


def sees_costs_of(tx: Transaction, form: str, document: Any) -> bool:
    """Tell whether this person may see what the goods of a document are worth."""
    spec = tx.catalogue.forms[form]
    names = [name for name in ("lines.unit_price", "lines.amount", "total_amount") if name in _fields(spec)]
    product = tx.catalogue.forms.get("product")
    allowed = (
        tx.is_system
        or product is None
        or "purchase_price" not in product.header
        or "purchase_price" in rights.shown_fields(tx, "product")
    )
    return allowed and all(rights.sees(tx, form, name, document) for name in names)


def trial_balance(tx: Transaction, on: date) -> list[TrialLine]:
    """Give the value of each account of the chart, for finance."""
    if not (tx.is_system or tx.actor.has_role("finance")):
        raise rights.NotAllowed(
            act=Words("open", "查看"), thing=Words("the trial balance", "试算平衡表"), owner=Words("finance", "财务")
        )
    return Ledger(tx).trial_balance(on)


def _rows(tx: Transaction, text: str, name: str) -> list[tuple[Any, ...]]:
    cursor = tx.cursor()
    cursor.execute(tx.sql(text), (name,))
    return list(cursor.fetchall())


def _effect(tx: Transaction, row: tuple[Any, ...], state: str, costs: bool) -> Effect:
    entry, event, booked, occurred, book, form, code, chart, title, commodity, scale, unit, lot, amount, value, _ = row
    counted = commodity != BASE
    words = account_words(form, code, title, label=tx.catalogue.label(code))
    return Effect(
        BOOKS.get(book) or _title(tx, book),
        words,
        chart,
        commodity if counted else "",
        from_units(amount, scale) if counted else None,
        unit if counted else "",
        lot,
        from_units(value, MONEY_DECIMALS) if costs else None,
        state,
        entry,
        shown_event(event),
        _day(booked),
        _day(occurred),
    )


def _title(tx: Transaction, book: str) -> Words:
    spec = tx.catalogue.posting.books.get(book)
    return spec.title if spec else Words(book, book)


def _fields(spec: Any) -> set[str]:
    return {field.name if table is None else f"{table}.{field.name}" for table, field in spec.all_fields()}


def _day(number: int) -> date:
    return date(number // 10000, number // 100 % 100, number % 100)
