"""The names of the ledger: accounts, commodities, lots, dimensions, parties, each interned as a small number."""

# ruff: noqa: S608  (constant texts only, joined of constants)
from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary, WeakSet

from app.ledger.errors import UnknownName
from app.ledger.sql import Statement, statement
from app.ledger.values import BASE, DIMENSIONS, Account, Commodity

ACCOUNT_COLUMNS = "id, code, book, chart, guarded, floor, form, number, title"
COMMODITY_COLUMNS = "id, code, scale, conserved, owed, costing, family, unit"
FIND_ACCOUNT = statement(f"select {ACCOUNT_COLUMNS} from ledger_account where code = ?")
FIND_ACCOUNT_ID = statement(f"select {ACCOUNT_COLUMNS} from ledger_account where id = ?")
ADD_ACCOUNT = statement("""
    insert into ledger_account (code, book, chart, guarded, floor, form, number, title) values (?, ?, ?, ?, ?, ?, ?, ?)
    on conflict (code) do nothing""")
FIND_COMMODITY = statement(f"select {COMMODITY_COLUMNS} from ledger_commodity where code = ?")
FIND_COMMODITY_ID = statement(f"select {COMMODITY_COLUMNS} from ledger_commodity where id = ?")
ADD_COMMODITY = statement("""
    insert into ledger_commodity (code, scale, conserved, owed, costing, family, unit) values (?, ?, ?, ?, ?, ?, ?)
    on conflict (code) do nothing""")
FIND_LOT = statement("select id from ledger_lot where commodity_id = ? and lot_no = ?")
ADD_LOT = statement("""
    insert into ledger_lot (commodity_id, lot_no, expires_on) values (?, ?, ?)
    on conflict (commodity_id, lot_no) do nothing""")
LOT_NO = statement("select lot_no from ledger_lot where id = ?")
FIND_DIMENSION = statement(f"select id from ledger_dimension where {' and '.join(f'{d} = ?' for d in DIMENSIONS)}")
ADD_DIMENSION = statement(f"""
    insert into ledger_dimension ({", ".join(DIMENSIONS)}) values (?, ?, ?, ?, ?)
    on conflict ({", ".join(DIMENSIONS)}) do nothing""")
FIND_PARTY = statement("select id from ledger_party where code = ?")
ADD_PARTY = statement("insert into ledger_party (code) values (?) on conflict (code) do nothing")


RENAME_ACCOUNT = statement("update ledger_account set code = ?, form = ?, number = ?, title = ? where code = ?")
RENAME_COMMODITY = statement("update ledger_commodity set code = ?, family = ? where code = ?")
SET_EXPIRY = statement("update ledger_lot set expires_on = ? where lot_no = ?")


@dataclass
class Memory:
    """What a process knows for sure of one database: rows that are committed and never change."""

    accounts: dict[object, Account] = field(default_factory=dict)  # by code and by number
    commodities: dict[object, Commodity] = field(default_factory=dict)  # the same
    numbers: dict[tuple[object, ...], Any] = field(default_factory=dict)  # lots, dimensions, parties
    rows: set[tuple[int, int, int]] = field(default_factory=set)


_memories: WeakKeyDictionary[Any, Memory] = WeakKeyDictionary()  # by engine
_unsure: WeakSet[Any] = WeakSet()  # transactions that made or renamed something, which may be undone


class Names:
    """Turns codes into numbers, and opens what is missing in a transaction of its own."""

    def __init__(self, tx: Any) -> None:
        self.tx = tx
        self.cursor = tx.cursor()
        self.which = 0 if tx.dialect == "sqlite" else 1
        engine = tx.connection.engine
        self.memory = _memories.get(engine) or _memories.setdefault(engine, Memory())
        self.batch: dict[tuple[int, Any], Any] | None = None  # what one batch read that may still be undone

    def account(self, code: str) -> Account:
        """Give an account that stands."""
        known = self.memory.accounts.get(code)
        return known or _there(self._learn(self.memory.accounts, code, FIND_ACCOUNT, _account), "account", code)

    def account_of(self, key: int) -> Account:
        """Give an account by its number."""
        known = self.memory.accounts.get(key)
        return known or _there(self._learn(self.memory.accounts, key, FIND_ACCOUNT_ID, _account), "account", key)

    def commodity(self, code: str) -> Commodity:
        """Give a commodity that stands."""
        known = self.memory.commodities.get(code)
        return known or _there(
            self._learn(self.memory.commodities, code, FIND_COMMODITY, _commodity), "commodity", code
        )

    def commodity_of(self, key: int) -> Commodity:
        """Give a commodity by its number."""
        known = self.memory.commodities.get(key)
        return known or _there(
            self._learn(self.memory.commodities, key, FIND_COMMODITY_ID, _commodity), "commodity", key
        )

    def has(self, code: str) -> bool:
        """Tell whether an account stands under this code."""
        return bool(self.memory.accounts.get(code) or self._learn(self.memory.accounts, code, FIND_ACCOUNT, _account))

    def open_account(
        self, code: str, *, book: str, chart: str, guarded: bool = False, floor: int = 0, title: str = ""
    ) -> Account:
        """Give the account, opened if it was not there; its code is `form:number` or a role."""
        if not self.has(code):
            form, _, number = code.rpartition(":")
            self._add(ADD_ACCOUNT, (code, book, chart, guarded, floor, form, number, title))
        return self.account(code)

    def open_commodity(
        self,
        code: str,
        *,
        scale: int,
        conserved: bool = True,
        owed: bool = False,
        costing: str = "average",
        family: str = "",
        unit: str = "",
    ) -> Commodity:
        """Give the commodity, made if it was not there."""
        known = self.memory.commodities
        if not (known.get(code) or self._learn(known, code, FIND_COMMODITY, _commodity)):
            self._add(ADD_COMMODITY, (code, scale, conserved, owed, costing, family, unit))
        return self.commodity(code)

    def base(self) -> Commodity:
        """Give the company's own currency: values are its minor units."""
        return self.open_commodity(BASE, scale=2, conserved=False)

    def lot(self, commodity: Commodity, lot_no: str | None, expires_on: int | None = None) -> int:
        """Give a lot's number, 0 for none; the day of expiry counts when it is first seen."""
        if lot_no is None:
            return 0
        return self._number(FIND_LOT, (commodity.id, lot_no), ADD_LOT, (commodity.id, lot_no, expires_on))

    def lot_no(self, lot: int) -> str | None:
        """Give what people call a lot."""
        return _there(self._learn(self.memory.numbers, (LOT_NO, lot), LOT_NO, str, (lot,)), "lot", lot) if lot else None

    def dimension(self, by: Mapping[str, str]) -> int:
        """Give the number of a combination, 0 for none."""
        if not by:
            return 0
        values = tuple(by.get(name, "") for name in DIMENSIONS)
        return self._number(FIND_DIMENSION, values, ADD_DIMENSION, values)

    def rename_account(self, code: str, new: str, *, title: str) -> None:
        """Let a place be called by another code and title; what stands on it stays."""
        form, _, number = new.rpartition(":")
        self.memory.accounts.clear()
        _unsure.add(self.tx.connection.get_transaction())
        self.cursor.execute(RENAME_ACCOUNT[self.which], (new, form, number, title, code))

    def rename_commodity(self, code: str, new: str, *, family: str) -> None:
        """Let goods be called by another code, and belong to another product."""
        self.memory.commodities.clear()
        _unsure.add(self.tx.connection.get_transaction())
        self.cursor.execute(RENAME_COMMODITY[self.which], (new, family, code))

    def set_expiry(self, lot_no: str, expires_on: int | None) -> None:
        """Correct the day at which a lot expires."""
        self.cursor.execute(SET_EXPIRY[self.which], (expires_on, lot_no))

    @contextmanager
    def one_batch(self) -> Iterator[None]:
        """Read each name once in the block, in which nothing is undone, also where the transaction itself may be."""
        self.batch = {}
        try:
            yield
        finally:
            self.batch = None

    @property
    def unsure(self) -> bool:
        """Tell whether this transaction made or renamed something that may still be undone."""
        return self.tx.connection.get_transaction() in _unsure

    def party(self, code: str | None) -> int:
        """Give the number of a customer or supplier, 0 for none."""
        return self._number(FIND_PARTY, (code,), ADD_PARTY, (code,)) if code else 0

    def apart(self, work: Callable[[Any], None]) -> None:
        """Run on a cursor whose transaction ends at once, so that nothing is locked for long.

        SQLite has one writer, which is this transaction.
        """
        if not self.which:
            _unsure.add(self.tx.connection.get_transaction())
            work(self.cursor)
            return
        raw = self.tx.connection.engine.raw_connection()
        try:
            work(raw.cursor())
            raw.commit()
        finally:
            raw.close()

    def _add(self, add: Statement, values: tuple[object, ...]) -> None:
        self.apart(lambda cursor: cursor.execute(add[self.which], values))

    def _number(self, find: Statement, key: tuple[object, ...], add: Statement, values: tuple[object, ...]) -> int:
        """Give the number of a lot, dimension or party, made if it was not there."""
        name = (find, *key)
        known = self.memory.numbers.get(name)
        if known is None:
            known = self._learn(self.memory.numbers, name, find, int, key)
        if known is None:
            self._add(add, values)
            known = self._learn(self.memory.numbers, name, find, int, key)
        return int(known)

    def _learn(
        self, memory: dict[Any, Any], name: Any, find: Statement, make: Callable[..., Any], key: Any = None
    ) -> Any:
        """Read one name, and keep it in mind if it can't be undone any more, or as long as one batch goes on."""
        if self.batch and (id(memory), name) in self.batch:
            return self.batch[id(memory), name]
        self.cursor.execute(find[self.which], (name,) if key is None else key)
        row = self.cursor.fetchone()
        if row is None:
            return None
        value = make(*row)
        if not self.unsure:
            memory[name] = value
        elif self.batch is not None:
            self.batch[id(memory), name] = value
        return value


def _there(value: Any, kind: str, name: object) -> Any:
    if value is None:
        raise UnknownName(kind=kind, name=name)
    return value


def _account(key: int, code: str, book: str, chart: str, guarded: object, floor: int, *rest: str) -> Account:
    return Account(key, code, book, chart, bool(guarded), floor, *rest)


def _commodity(key: int, code: str, scale: int, conserved: object, owed: object, *rest: str) -> Commodity:
    return Commodity(key, code, scale, bool(conserved), bool(owed), *rest)
