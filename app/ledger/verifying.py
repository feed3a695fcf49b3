"""Is every promise kept? Each broken one is a sentence."""

# ruff: noqa: S608  (constant texts only, joined of constants)
from __future__ import annotations

from typing import TYPE_CHECKING

from app.ledger.sql import Statement, statement

if TYPE_CHECKING:
    from app.ledger.kernel import Ledger

ROW = "a.code || ' ' || c.code || coalesce(' ' || l.lot_no, '')"
ROW_NAMES = """join ledger_account a on a.id = b.account_id join ledger_commodity c on c.id = b.commodity_id
    left join ledger_lot l on l.id = b.lot_id"""
SUMS = """
    select account_id, commodity_id, lot_id, sum(amount) as amount, sum(value) as value from (
        select account_id, commodity_id, 0 as lot_id, amount, value from ledger_posting
        union all select account_id, commodity_id, lot_id, amount, value from ledger_posting where lot_id <> 0) p
     group by account_id, commodity_id, lot_id"""
OUT = """
    select source_id as account_id, commodity_id, 0 as lot_id, open from ledger_hold
    union all select source_id, commodity_id, lot_id, open from ledger_hold where lot_id <> 0"""
IN = OUT.replace("source_id", "target_id")


def _pending(column: str, holds: str) -> str:
    return f"""
    select {ROW}, b.{column}, coalesce(h.open, 0) from ledger_balance b {ROW_NAMES}
      left join (select account_id, commodity_id, lot_id, sum(open) as open from ({holds}) x
                  group by account_id, commodity_id, lot_id) h
        on h.account_id = b.account_id and h.commodity_id = b.commodity_id and h.lot_id = b.lot_id
     where b.{column} <> coalesce(h.open, 0)"""


CHECKS: tuple[tuple[str, Statement], ...] = (
    (
        "Entry {0} ({1}): its values sum to {2}, not to 0.",
        statement("""
        select p.entry_id, e.event, sum(p.value) from ledger_posting p join ledger_entry e on e.id = p.entry_id
         group by p.entry_id, e.event having sum(p.value) <> 0"""),
    ),
    (
        "Entry {0}: the amounts of {1} sum to {2}, not to 0.",
        statement("""
        select p.entry_id, c.code, sum(p.amount) from ledger_posting p join ledger_commodity c on c.id = p.commodity_id
         where c.conserved group by p.entry_id, c.code having sum(p.amount) <> 0"""),
    ),
    (
        "{0} holds {1}, its postings say {2}.",
        statement(f"""
        select {ROW}, b.posted, coalesce(s.amount, 0) from ledger_balance b {ROW_NAMES} left join ({SUMS}) s
            on s.account_id = b.account_id and s.commodity_id = b.commodity_id and s.lot_id = b.lot_id
         where b.posted <> coalesce(s.amount, 0)"""),
    ),
    (
        "{0} is worth {1}, its postings say {2}.",
        statement(f"""
        select {ROW}, b.value, coalesce(s.value, 0) from ledger_balance b {ROW_NAMES} left join ({SUMS}) s
            on s.account_id = b.account_id and s.commodity_id = b.commodity_id and s.lot_id = b.lot_id
         where (b.lot_id = 0 or c.costing = 'lot') and b.value <> coalesce(s.value, 0)"""),
    ),
    (
        "{0} has postings of {1} but no balance row.",
        statement(f"""
        select a.code, c.code from ({SUMS}) b join ledger_account a on a.id = b.account_id
          join ledger_commodity c on c.id = b.commodity_id
         where a.guarded and not exists (select 1 from ledger_balance r where r.account_id = b.account_id
               and r.commodity_id = b.commodity_id and r.lot_id = b.lot_id)"""),
    ),
    (
        "{0} is at {1}, below its floor of {2}.",
        statement(f"""
        select {ROW}, b.posted - b.pending_out, b.floor from ledger_balance b {ROW_NAMES}
         where b.posted - b.pending_out < b.floor"""),
    ),
    ("{0} has {1} reserved, its open holds say {2}.", statement(_pending("pending_out", OUT))),
    ("{0} expects {1}, its open holds say {2}.", statement(_pending("pending_in", IN))),
    (
        "Hold {0}.{1} of {2} has {3} open and {4} settled.",
        statement("""
        select h.entry_id, h.line, h.amount, h.open, coalesce(sum(s.amount), 0) from ledger_hold h
          left join ledger_settlement s on s.hold_entry = h.entry_id and s.hold_line = h.line
         group by h.entry_id, h.line, h.amount, h.open having h.open + coalesce(sum(s.amount), 0) <> h.amount"""),
    ),
    (
        "{0} is empty and yet worth {1}.",
        statement(f"""
        select {ROW}, b.value from ledger_balance b {ROW_NAMES} where b.posted = 0 and b.value <> 0"""),
    ),
    (
        "{0} holds {1} goods worth {2}, less than nothing.",
        statement(f"""
        select {ROW}, b.posted, b.value from ledger_balance b {ROW_NAMES}
         where not c.owed and b.posted > 0 and b.value < 0"""),
    ),
    (
        "Entry {0} ({1}) writes to the variance, which only returns and reversals may.",
        statement("""
        select distinct e.id, e.event from ledger_posting p join ledger_entry e on e.id = p.entry_id
          join ledger_account a on a.id = p.account_id
         where a.code = 'variance' and e.reverses is null
           and not exists (select 1 from ledger_posting o where o.entry_id = e.id and o.origin_entry is not null)"""),
    ),
    (
        "Entry {0} reverses entry {1} and leaves {2} on {3}.",
        statement("""
        select max(r.id), r.reverses, sum(p.amount), a.code from ledger_entry r
          join ledger_posting p on p.entry_id in (r.id, r.reverses) join ledger_account a on a.id = p.account_id
         where r.reverses is not null
         group by r.reverses, a.code, p.commodity_id, p.lot_id having sum(p.amount) <> 0"""),
    ),
    (
        "Entry {0} ({1}) was booked on {2}, before it occurred.",
        statement("select id, event, booked_on from ledger_entry where occurred_on > booked_on"),
    ),
    (
        "{0} {1}: the end of {2} is kept as {3} worth {4}, its postings say {5} worth {6}.",
        statement("""
        select a.code, c.code, s.period, s.amount, s.value, coalesce(sum(p.amount), 0), coalesce(sum(p.value), 0) from (
            select account_id, commodity_id, period, sum(amount) as amount, sum(value) as value from ledger_snapshot
             group by account_id, commodity_id, period) s
          join ledger_account a on a.id = s.account_id join ledger_commodity c on c.id = s.commodity_id
          left join ledger_posting p on p.account_id = s.account_id and p.commodity_id = s.commodity_id
           and p.booked_on <= s.period * 100 + 31
         group by a.code, c.code, s.period, s.amount, s.value
        having s.value <> coalesce(sum(p.value), 0) or s.amount <> coalesce(sum(p.amount), 0)"""),
    ),
)


def verify(ledger: Ledger) -> list[str]:
    """Say what is broken; nothing means sound."""
    sentences = []
    for sentence, check in CHECKS:
        ledger.run(check)
        sentences += [sentence.format(*row) for row in ledger.cursor.fetchall()]
    return sentences
