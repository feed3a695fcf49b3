"""The ledger's SQL: constant texts with `?`, said once for both databases."""

# ruff: noqa: S608  (constant texts only, joined of constants)
from __future__ import annotations

from typing import NamedTuple


class Statement(NamedTuple):
    """One text as each database wants it."""

    sqlite: str
    postgresql: str


def statement(text: str, *, lock: str = "", postgresql: str | None = None) -> Statement:
    """Give the text for both databases; PostgreSQL locks rows, SQLite's writer is alone anyway."""
    plain = " ".join(text.split())
    other = " ".join((postgresql or text).split()).replace("?", "%s")
    return Statement(plain, f"{other} {lock}".rstrip())


# on PostgreSQL an entry may commit after one that has a higher id: copies of entries go by the change number
CHANGE = "(select pg_current_xact_id()::text::bigint + number from office_change)"
CLAIM = statement(
    """
    insert into ledger_entry (key, event, document, fingerprint, booked_on, occurred_on, reverses, actor, recorded_at)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (key) do nothing returning id""",
    postgresql=f"""
    insert into ledger_entry
           (key, event, document, fingerprint, booked_on, occurred_on, reverses, actor, recorded_at, chg)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, {CHANGE}) on conflict (key) do nothing returning id""",
)
CLAIM_AS = statement(
    """
    insert into ledger_entry
           (id, key, event, document, fingerprint, booked_on, occurred_on, reverses, actor, recorded_at)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict (key) do nothing""",
    postgresql=f"""
    insert into ledger_entry
           (id, key, event, document, fingerprint, booked_on, occurred_on, reverses, actor, recorded_at, chg)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {CHANGE}) on conflict (key) do nothing""",
)
CLAIMED_MANY = statement(
    "select key, id, fingerprint from ledger_entry where key in (select value from json_each(?))",
    postgresql="select key, id, fingerprint from ledger_entry where key = any(?)",
)
NEW_NUMBERS = statement(
    "select coalesce(max(id), 0) from ledger_entry",
    postgresql="select nextval(pg_get_serial_sequence('ledger_entry', 'id')) from generate_series(1, ?)",
)
UNCLAIM = statement("delete from ledger_entry where id = ?")
CLAIMED = statement("select id, fingerprint from ledger_entry where key = ?")

# one text for what leaves and what is expected, so that all rows are taken in key order
HOLD_ROW = statement("""
    update ledger_balance set pending_out = pending_out + ?, pending_in = pending_in + ?
     where account_id = ? and commodity_id = ? and lot_id = ? and (posted - pending_out - ? >= floor or ? = 0)""")
ADD_HOLD = statement("""
    insert into ledger_hold (entry_id, line, document, source_id, target_id, commodity_id, lot_id, amount, open)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?)""")
SETTLE_HOLD = statement("update ledger_hold set open = open - ? where entry_id = ? and line = ? and open >= ?")
LOCK_HOLDS = statement(
    "select entry_id, line, open from ledger_hold where entry_id = ? and line = ?",
    postgresql="""
    select h.entry_id, h.line, h.open from ledger_hold h join unnest(?::bigint[], ?::bigint[]) as k(e, l)
        on h.entry_id = k.e and h.line = k.l order by 1, 2""",
    lock="for update of h",
)
ADD_SETTLEMENT = statement("""
    insert into ledger_settlement (entry_id, line, hold_entry, hold_line, amount, kind) values (?, ?, ?, ?, ?, ?)""")
OPEN_HOLDS = statement(
    """
    select entry_id, line, source_id, target_id, commodity_id, lot_id, amount, open from ledger_hold
     where document = ? and open > 0 order by entry_id, line""",
    lock="for update",
)

ROW_COLUMNS = "posted, pending_in, pending_out, value, ref_amount, ref_value, floor"
READ_ROW = statement(
    f"select {ROW_COLUMNS} from ledger_balance where account_id = ? and commodity_id = ? and lot_id = ?"
)
LOCK_ROWS = statement(
    "",
    postgresql="""
    select b.account_id, b.commodity_id, b.lot_id, b.posted, b.pending_in, b.pending_out, b.value, b.ref_amount,
           b.ref_value, b.floor
      from ledger_balance b join unnest(?::bigint[], ?::bigint[], ?::bigint[]) as k(a, c, l)
        on b.account_id = k.a and b.commodity_id = k.c and b.lot_id = k.l order by 1, 2, 3""",
    lock="for update of b",
)
ADD_ROW = statement("""
    insert into ledger_balance (account_id, commodity_id, lot_id, floor) values (?, ?, ?, ?)
    on conflict (account_id, commodity_id, lot_id) do nothing""")
MOVE_ROW = statement("""
    update ledger_balance set posted = posted + ?, pending_in = pending_in + ?, pending_out = pending_out + ?,
           value = value + ?, ref_amount = ?, ref_value = ?
     where account_id = ? and commodity_id = ? and lot_id = ?
       and (posted + ? - pending_out - ? >= floor or ? - ? >= 0)""")
SET_FLOOR = statement("""
    update ledger_balance set floor = ? where account_id = ? and commodity_id = ? and lot_id = ?
       and posted - pending_out >= ?""")
LOT_SHELVES = statement("""
    select l.lot_no, b.posted - b.pending_out, l.expires_on, l.id
      from ledger_balance b join ledger_lot l on l.id = b.lot_id
     where b.account_id = ? and b.commodity_id = ? and b.lot_id <> 0 and b.posted <> 0""")

ADD_POSTING = statement("""
    insert into ledger_posting (entry_id, line, account_id, commodity_id, lot_id, amount, value, dim_id, party_id,
           booked_on, origin_entry, origin_line) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""")
LOCK_ENTRY = statement("select id, event, document, reverses from ledger_entry where id = ?", lock="for update")
REVERSED_BY = statement("select id from ledger_entry where reverses = ?")
ENTRIES_OF = statement("""
    select e.id from ledger_entry e where e.document = ? and e.reverses is null
       and not exists (select 1 from ledger_entry r where r.reverses = e.id)
       and exists (select 1 from ledger_posting p where p.entry_id = e.id) order by e.id""")
POSTING = statement("select account_id, amount, value from ledger_posting where entry_id = ? and line = ?")
POSTINGS = statement("""
    select p.line, p.account_id, p.commodity_id, p.lot_id, p.amount, p.value, p.dim_id, p.party_id, p.origin_entry,
           p.origin_line from ledger_posting p where p.entry_id = ? order by p.line""")
RETURNED = statement("""
    select cast(coalesce(-sum(amount), 0) as bigint) from ledger_posting where origin_entry = ? and origin_line = ?""")
CORRECTED = statement("""
    select count(*) from (select origin_line from ledger_posting where origin_entry = ?
     group by origin_line having sum(amount) <> 0) x""")

BOOK_STATE = statement("select closed_through from ledger_book where book = ?", lock="for share")
LOCK_BOOK = statement("select closed_through from ledger_book where book = ?", lock="for update")
ADD_BOOK = statement("insert into ledger_book (book, closed_through) values (?, 0) on conflict (book) do nothing")
CLOSE_BOOK = statement("update ledger_book set closed_through = ? where book = ?")
ADD_PERIOD = statement("insert into ledger_period (book, code, actor, closed_at) values (?, ?, ?, ?)")
DROP_PERIODS = statement("delete from ledger_period where book = ? and code >= ?")
DROP_SNAPSHOTS = statement("""
    delete from ledger_snapshot where period >= ? and account_id in (select id from ledger_account where book = ?)""")
# dimensions are kept for money only: with goods too, snapshots outgrow the postings
ADD_SNAPSHOT = statement("""
    insert into ledger_snapshot (account_id, commodity_id, period, dim_id, amount, value)
    select account_id, commodity_id, ?, dim_id, sum(amount), sum(value) from (
        select s.account_id, s.commodity_id, s.dim_id, s.amount, s.value from ledger_snapshot s
          join ledger_account a on a.id = s.account_id where a.book = ? and s.period = ?
        union all
        select p.account_id, p.commodity_id, case when a.guarded then 0 else p.dim_id end, p.amount, p.value
          from ledger_posting p join ledger_account a on a.id = p.account_id
         where a.book = ? and p.booked_on > ? and p.booked_on <= ?) x
     group by account_id, commodity_id, dim_id having sum(amount) <> 0 or sum(value) <> 0""")
LAST_PERIOD = statement("select coalesce(max(code), 0) from ledger_period where book = ? and code * 100 + 31 <= ?")
