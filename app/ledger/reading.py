"""What stands on the accounts, now or as of a day."""

# ruff: noqa: S608  (constant texts only, joined of constants)
from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.ledger.as_of import AsOf
from app.ledger.sql import statement
from app.ledger.values import DIMENSIONS, Balance, Key, TrialLine

if TYPE_CHECKING:
    from app.ledger.kernel import Ledger

GROUPS = {
    "account": "a.code",
    "commodity": "c.code",
    "lot": "coalesce(l.lot_no, '')",
    **{name: f"coalesce(d.{name}, '')" for name in DIMENSIONS},
}
NAMES = """join ledger_account a on a.id = x.account_id join ledger_commodity c on c.id = x.commodity_id
    left join ledger_lot l on l.id = x.lot_id left join ledger_dimension d on d.id = x.dim_id"""


def balance(ledger: Ledger, account: str, commodity: str, *, as_of: AsOf) -> Balance:
    """Give amount and value; the balance row answers for now, snapshot and postings for a day."""
    place, thing = ledger.names.account(account), ledger.names.commodity(commodity)
    if as_of.is_now and place.guarded:
        row = ledger.rows.read(Key(place.id, thing.id))
        return Balance(row.posted, row.value, row.pending_in, row.pending_out)
    period, values = _last_period(ledger, place.book, as_of), as_of.values(ledger)
    ledger.run(
        statement(f"""
        select cast(coalesce(sum(amount), 0) as bigint), cast(coalesce(sum(value), 0) as bigint) from (
            select amount, value from ledger_snapshot where account_id = ? and commodity_id = ? and period = ?
            union all
            select p.amount, p.value from ledger_posting p {as_of.entry}
             where p.account_id = ? and p.commodity_id = ? and p.booked_on > ? and {as_of.counts}) x"""),
        (place.id, thing.id, period, place.id, thing.id, period * 100 + 31, *values),
    )
    amount, value = ledger.cursor.fetchone()
    return Balance(amount, value, *(_pending(ledger, Key(place.id, thing.id), as_of) if place.guarded else ()))


def balances(ledger: Ledger, book: str, *, by: Sequence[str], as_of: AsOf) -> list[Balance]:
    """Give the sums of a book in groups; lots and dimensions of goods are summed from the postings."""
    groups = ", ".join(GROUPS[name] for name in by)
    values = as_of.values(ledger)
    facts = _facts(as_of) if set(by) <= {"account", "commodity"} else _postings(as_of)
    ledger.run(
        statement(f"""
        select {groups}, cast(sum(x.amount) as bigint), cast(sum(x.value) as bigint) from ({facts}) x {NAMES}
         where a.book = ? group by {groups} having sum(x.amount) <> 0 or sum(x.value) <> 0 order by {groups}"""),
        (*values * (facts.count("?") // len(values)), book),
    )
    return [
        Balance(amount, value, by=dict(zip(by, group, strict=True)))
        for *group, amount, value in ledger.cursor.fetchall()
    ]


def trial_balance(ledger: Ledger, *, by: Sequence[str] = (), as_of: AsOf) -> list[TrialLine]:
    """Give the value of each account of the chart at the end of a day, cut by dimensions."""
    groups = ", ".join(["a.chart", *(GROUPS[name] for name in by)])
    ledger.run(
        statement(f"""
        select {groups}, cast(sum(x.value) as bigint) from ({_facts(as_of)}) x {NAMES}
         group by {groups} having sum(x.value) <> 0 order by {groups}"""),
        as_of.values(ledger) * 3,
    )
    return [
        TrialLine(chart, value, dict(zip(by, group, strict=True))) for chart, *group, value in ledger.cursor.fetchall()
    ]


def _last_period(ledger: Ledger, book: str, as_of: AsOf) -> int:
    ledger.run(
        statement(f"select coalesce(max(code), 0) from ledger_period where book = ? and {as_of.kept}"),
        (book, *as_of.values(ledger)),
    )
    return int(ledger.cursor.fetchone()[0])


def _facts(as_of: AsOf) -> str:
    """Give what sums to the balances: per book the last snapshot that may be used, and the lines booked since."""
    kept = f"select book, max(code) as code from ledger_period where {as_of.kept} group by book"
    return f"""
    select s.account_id, s.commodity_id, 0 as lot_id, s.dim_id, s.amount, s.value from ledger_snapshot s
      join ledger_account a on a.id = s.account_id join ({kept}) k on k.book = a.book and k.code = s.period
    union all
    select p.account_id, p.commodity_id, p.lot_id, p.dim_id, p.amount, p.value from ledger_posting p {as_of.entry}
      join ledger_account a on a.id = p.account_id left join ({kept}) k on k.book = a.book
     where {as_of.counts} and p.booked_on > coalesce(k.code * 100 + 31, 0)"""


def _postings(as_of: AsOf) -> str:
    return f"""
    select p.account_id, p.commodity_id, p.lot_id, p.dim_id, p.amount, p.value from ledger_posting p {as_of.entry}
     where {as_of.counts}"""


def _pending(ledger: Ledger, key: Key, as_of: AsOf) -> tuple[int, int]:
    """Give what was expected there and what was reserved: the holds made by then, less what was settled of them."""
    counts = as_of.counts.replace("p.booked_on", "e.booked_on")
    values = as_of.values(ledger)
    sides = (
        "sum(case when h.target_id = ? then {0} else 0 end) as coming,"
        " sum(case when h.source_id = ? then {0} else 0 end) as going"
    )
    where = f"h.commodity_id = ? and (h.target_id = ? or h.source_id = ?) and {counts}"
    own = (key.account, key.account, key.commodity, key.account, key.account, *values)
    ledger.run(
        statement(f"""
        select cast(coalesce(sum(coming), 0) as bigint), cast(coalesce(sum(going), 0) as bigint) from (
            select {sides.format("h.amount")} from ledger_hold h join ledger_entry e on e.id = h.entry_id
             where {where}
            union all
            select {sides.format("-s.amount")} from ledger_settlement s
              join ledger_hold h on h.entry_id = s.hold_entry and h.line = s.hold_line
              join ledger_entry e on e.id = s.entry_id where {where}) x"""),
        own * 2,
    )
    coming, going = ledger.cursor.fetchone()
    return coming, going
