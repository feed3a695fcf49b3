"""The promises of an office, each as a sentence when it is broken."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from app.core import clock
from app.core.actor import SYSTEM
from app.data import documents, sealing
from app.data.transaction import Transaction
from app.data.values import to_json
from app.ledger import Ledger
from app.office import Office

ZERO = Decimal(0)
STUCK = """
    select i.form, i.document_id, i.workflow from workflow_instance i where i.ended_at is null and i.status = 'running'
       and not exists (select 1 from workflow_task t join office_account a on a.id = t.holder_id
                        where t.instance_id = i.id and t.state = 'open' and a.active)"""
HANGING = """
    select t.form, t.document_id from workflow_task t join workflow_instance i on i.id = t.instance_id
     where t.state = 'open' and i.ended_at is not null"""
FAILED = "select kind, error from office_outbox where state = 'failed'"
VERSIONS = """
    select document_id, max(version), count(distinct version), count(*) from office_audit where form = ?
     group by document_id"""
LATE = "select id from ledger_entry where occurred_on > booked_on"


def broken(office: Office) -> list[str]:
    """Give every promise that does not hold after a step."""
    with office.repository.reading(SYSTEM) as tx:
        ledger = Ledger(tx)
        found = ledger.verify()
        rest = sum(line.value for line in ledger.trial_balance())
        found += [f"Debits and credits differ by {rest}."] if rest else []
        found += [f"{form} {key}: its run of {name} waits for nobody." for form, key, name in tx.fetch(STUCK)]
        found += [f"{form} {key} has ended, and yet somebody is asked to decide." for form, key in tx.fetch(HANGING)]
        found += [f"The job {kind} failed: {error}" for kind, error in tx.fetch(FAILED)]
        return [*found, *_orders(tx), *_limits(tx), *_stock(tx), *_versions(tx)]


def broken_at_night(office: Office, seed: object) -> list[str]:
    """Give every promise that does not hold at the end of a day: the seals, and the past as the audit tells it."""
    chance = random.Random(f"{seed}/night")
    with office.repository.reading(SYSTEM) as tx:
        verdict = sealing.verify(tx)
        found = [words.en for words in verdict.broken]
        if verdict.unsealed and tx.dialect == "sqlite":  # on a shared server a stranger's transaction holds it back
            found.append(f"{verdict.unsealed} rows of the audit are not sealed.")
        return [*found, *_past(tx, chance)]


def _orders(tx: Transaction) -> Iterator[str]:
    """What an order says it received is the sum of its receipts."""
    receipts, lines = _tables(tx, "goods_receipt")
    sums: dict[tuple[int, int], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    amounts: dict[int, Decimal] = defaultdict(lambda: ZERO)
    posted = select(receipts).where(receipts.c.stage.in_(("posted", "closed")), receipts.c.deleted_at.is_(None))
    of = {row.id: row.purchase_order for row in tx.connection.execute(posted)}
    for row in tx.connection.execute(select(lines).where(lines.c.parent_id.in_(list(of)))):
        both = sums[of[row.parent_id], row.order_line_no]
        both[0] += row.quantity or ZERO
        both[1] += row.rejected_quantity or ZERO
        amounts[of[row.parent_id]] += row.amount or ZERO
    orders, ordered = _tables(tx, "purchase_order")
    for row in tx.connection.execute(select(ordered)):
        said = [row.received or ZERO, row.rejected or ZERO]
        if said != sums[row.parent_id, row.line_no]:
            yield f"Order {row.parent_id} line {row.line_no} says {said}, its receipts {sums[row.parent_id, row.line_no]}."
    for row in tx.connection.execute(select(orders.c.id, orders.c.number, orders.c.received_amount)):
        if (row.received_amount or ZERO) != amounts[row.id]:
            yield f"{row.number} received {row.received_amount}, its receipts are worth {amounts[row.id]}."


def _limits(tx: Transaction) -> Iterator[str]:
    """The orders of a request are not higher than what was approved, but for what is tolerated after approval."""
    requests, orders = _tables(tx, "purchase_request")[0], _tables(tx, "purchase_order")[0]
    spent: dict[int, Decimal] = defaultdict(lambda: ZERO)
    placed = select(orders).where(orders.c.stage.in_(("ordered", "partly_received", "completed")))
    for row in tx.connection.execute(placed):
        if row.purchase_request is not None:
            spent[row.purchase_request] += row.total_amount or ZERO
    for row in tx.connection.execute(
        select(requests.c.id, requests.c.number, requests.c.total_amount, requests.c.stage)
    ):
        if spent[row.id] > (row.total_amount or ZERO):
            yield f"{row.number} allowed {row.total_amount}, its orders come to {spent[row.id]}."
        if spent[row.id] and row.stage != "approved":
            yield f"{row.number} is {row.stage}, and yet something was ordered."


def _stock(tx: Transaction) -> Iterator[str]:
    """What the ledger holds is what was accepted, less what went back."""
    held = {
        (account, goods): Decimal(int(posted)).scaleb(-4)
        for account, goods, posted in tx.fetch(
            "select a.code, c.code, b.posted from ledger_balance b join ledger_account a on a.id = b.account_id"
            " join ledger_commodity c on c.id = b.commodity_id where b.lot_id = 0 and a.form = 'warehouse'"
        )
    }
    moved: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
    for form, stages, sign in (("goods_receipt", ("posted", "closed"), 1), ("supplier_return", ("completed",), -1)):
        for place, goods, amount in _moved(tx, form, stages):
            moved[place, goods] += sign * amount
    for key in {*held, *moved}:
        if held.get(key, ZERO) != moved[key]:
            yield f"{key[0]} holds {held.get(key, ZERO)} of {key[1]}, its documents say {moved[key]}."


def _moved(tx: Transaction, form: str, stages: tuple[str, ...]) -> Iterator[tuple[str, str, Decimal]]:
    head, lines = _tables(tx, form)
    places, goods, variants = (tx.registry.forms[name].table for name in ("warehouse", "product", "variant"))
    rows = (
        select(lines, places.c.number.label("place"), goods.c.number.label("goods"), variants.c.number.label("sku"))
        .join(head, head.c.id == lines.c.parent_id)
        .join(places, places.c.id == head.c.warehouse)
        .join(goods, goods.c.id == lines.c.product)
        .outerjoin(variants, variants.c.id == lines.c.variant)
        .where(head.c.stage.in_(stages), head.c.deleted_at.is_(None))
    )
    for row in tx.connection.execute(rows):
        rejected = getattr(row, "rejected_quantity", None) or ZERO
        yield f"warehouse:{row.place}", row.sku or row.goods, row.quantity - rejected


def _versions(tx: Transaction) -> Iterator[str]:
    """Every version of a document is told once by the audit, none is missing."""
    for form, tables in tx.registry.forms.items():
        now = {row.id: row.version for row in tx.connection.execute(select(tables.table.c.id, tables.table.c.version))}
        for key, last, versions, rows in tx.fetch(tx.sql(VERSIONS), (form,)):
            if key in now and (now[key], last, last) != (last, versions, rows):
                yield f"{form} {key} is at version {now[key]}, the audit tells {rows} changes up to {last}."


def _past(tx: Transaction, chance: random.Random) -> Iterator[str]:
    """As of now, the audit rebuilds the very document that is there."""
    for form in ("purchase_request", "purchase_order", "goods_receipt", "supplier"):
        table = tx.registry.forms[form].table
        numbers = list(
            tx.connection.scalars(select(table.c.number).where(table.c.deleted_at.is_(None)).order_by(table.c.id))
        )
        for number in chance.sample(numbers, min(3, len(numbers))):
            told, there = documents.as_of(tx, form, number, clock.now()), documents.get(tx, form, number)
            for name in tx.catalogue.forms[form].header:
                if name in told and to_json(told[name]) != to_json(there.get(name)):
                    yield f"{number}: the audit says {name} is {told[name]}, it is {there.get(name)}."


def _tables(tx: Transaction, form: str) -> tuple[Any, Any]:
    tables = tx.registry.forms[form]
    return tables.table, tables.lines.get("lines")
