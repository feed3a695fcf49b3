"""Who read what is sensitive: private fields and fields with a mask, noted whenever they leave unmasked, by any door.

Reading stays reading: notes gather in the process and are written together a moment later, so a reader takes no lock.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from app.core.actor import SYSTEM
from app.core.errors import NotAllowed
from app.core.links import Link
from app.core.words import Words
from app.data.column_types import read_instant
from app.data.transaction import Transaction
from app.data.values import Masked

if TYPE_CHECKING:
    from app.data.document import Document
    from app.data.repository import Repository

AUDITOR = "auditor"
ONCE_IN = timedelta(minutes=10)  # who looks at the same again is noted no more often
BATCH = 0.5  # seconds
NUMBERS, LONGEST = 500, 4000  # of a list in one row; letters of a question
KNOWN = 20_000
log = logging.getLogger("daybook.access")


@dataclass(frozen=True)
class Note:
    """One reading: whose, by which door, which fields of which document, or of all that a question met."""

    at: datetime
    account: int
    door: str
    form: str
    what: str
    fields: str
    rows: int

    @property
    def key(self) -> tuple[int, str, str, str, str]:
        """What is the same when somebody looks at the same again."""
        return self.account, self.door, self.form, self.what, self.fields


@dataclass(frozen=True)
class Read:
    """One reading as an auditor sees it."""

    id: int
    at: datetime
    account: Link
    door: str
    form: str
    what: str
    fields: tuple[str, ...]
    rows: int


# noting


def sensitive(tx: Transaction, form: str) -> frozenset[str]:
    """Give the sensitive fields of a form, `salary`, `lines.cost`: private ones, and those that have a mask."""
    key = ("sensitive", form)
    known = tx.registry.cache.get(key)
    if known is None:
        spec = tx.catalogue.forms[form]
        names = {f"{table}.{each.name}" if table else each.name for table, each in spec.all_fields() if each.private}
        masked = {name for name, access in spec.access.fields.items() if access.mask != "hidden"}
        known = tx.registry.cache[key] = frozenset(names | masked)
    return known


def note_document(tx: Transaction, document: Document) -> None:
    """Note the sensitive values that a document, as this person sees it, holds unmasked."""
    names = _asked(tx, document.form)
    if names:
        read = [name for name in names if _is_read(document.values_, document.tables, name)]
        _note(tx, document.form, read, what=str(document.values_.get("number") or ""), rows=1)


def note_fields(tx: Transaction, form: str, number: str, names: Iterable[str]) -> None:
    """Note the sensitive ones among fields of one document that somebody reads."""
    wanted = _asked(tx, form)
    if wanted:
        _note(tx, form, [name for name in names if name in wanted], what=number, rows=1)


def note_rows(tx: Transaction, form: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note the sensitive values that the rows of a list hold unmasked, with the numbers of those rows."""
    for name in _asked(tx, form):
        numbers = [str(row["number"]) for row in rows if _is_read(row, {}, name)]
        for at in range(0, len(numbers), NUMBERS):
            part = numbers[at : at + NUMBERS]
            _note(tx, form, [name], what=" ".join(part), rows=len(part))


def note_question(tx: Transaction, form: str, names: Iterable[str], question: str, *, rows: int = 0) -> None:
    """Note a question whose answer depends on sensitive fields: a filter, a sum, a query."""
    wanted = _asked(tx, form)
    if wanted:
        _note(tx, form, [name for name in names if name in wanted], what=question[:LONGEST], rows=rows)


def _asked(tx: Transaction, form: str) -> frozenset[str]:
    return frozenset() if tx.is_system else sensitive(tx, form)


def _is_read(values: Mapping[str, Any], tables: Mapping[str, Any], name: str) -> bool:
    table, _, field = name.rpartition(".")
    found = [row.get(field) for row in tables.get(table) or ()] if table else [values.get(name)]
    return any(value is not None and not isinstance(value, Masked) for value in found)


def _note(tx: Transaction, form: str, names: Sequence[str], *, what: str, rows: int) -> None:
    if names and what:
        read = Note(tx.now, tx.actor.account.id, tx.door, form, what, " ".join(sorted(names)), rows)
        tx.shared.notes.append(read)


# keeping


class AccessLog:
    """The notes of one process that wait to be written; those that repeat themselves are left out."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._waiting: list[Note] = []
        self._known: OrderedDict[tuple[int, str, str, str, str], datetime] = OrderedDict()
        self._changing, self._writing = threading.Lock(), threading.Lock()
        self._timer: threading.Timer | None = None
        self._swept: datetime | None = None

    def take(self, notes: list[Note]) -> None:
        """Take what a transaction noted; it is written within a second, or at the end of the process."""
        if not notes:
            return
        with self._changing:
            self._waiting += [note for note in notes if self._is_new(note)]
            notes.clear()
            if self._waiting and self._timer is None:
                self._timer = threading.Timer(BATCH, self._write_quietly)
                self._timer.daemon = True
                self._timer.start()

    def _is_new(self, note: Note) -> bool:
        before = self._known.get(note.key)
        if before is not None and timedelta() <= note.at - before < ONCE_IN:
            return False
        self._known[note.key] = note.at
        self._known.move_to_end(note.key)
        if len(self._known) > KNOWN:
            self._known.popitem(last=False)
        return True

    def _write_quietly(self) -> None:
        try:
            self.flush()
        except Exception:
            log.exception("who read sensitive fields could not be written yet; it is tried again")

    def flush(self) -> None:
        """Write what waits; what can't be written waits on."""
        with self._writing:
            with self._changing:
                notes, self._waiting, self._timer = self._waiting, [], None
            if not notes:
                return
            try:
                self._write(notes)
            except BaseException:
                with self._changing:
                    self._waiting = notes + self._waiting
                raise

    def _write(self, notes: Sequence[Note]) -> None:
        statement = (
            "insert into office_sensitive_read (at, account_id, door, form, what, fields, rows) values (?, ?, ?, ?, ?, ?, ?)"
        )
        with self._repository.transaction(SYSTEM, door="job") as tx:
            rows = [(tx.instant(one.at), one.account, one.door, one.form, one.what, one.fields, one.rows) for one in notes]
            tx.run_many(tx.sql(statement), rows)
            if self._swept is None or tx.now - self._swept > timedelta(days=1):
                self._swept = tx.now
                past = tx.now - timedelta(days=self._repository.settings.access_days)
                tx.run(tx.sql("delete from office_sensitive_read where at < ?"), (tx.instant(past),))

    def close(self) -> None:
        """Write what waits, before the office closes."""
        if self._timer is not None:
            self._timer.cancel()
        self._write_quietly()


# reading


def reads(
    tx: Transaction, *, account: str = "", form: str = "", number: str = "", limit: int = 100, after: int | None = None
) -> list[Read]:
    """Give who read what is sensitive, newest first; `after` is the id of the last one seen. For auditors only."""
    if not (tx.is_system or tx.actor.has_role(AUDITOR)):
        raise NotAllowed(act=Words("open", "查看"), thing=Words("the access log", "访问记录"), owner=Words("an auditor", "审计"))
    rows = tx.fetch(
        tx.sql(
            "select r.id, r.at, r.account_id, a.name, a.title, r.door, r.form, r.what, r.fields, r.rows"
            " from office_sensitive_read r left join office_account a on a.id = r.account_id"
            " where (? = '' or a.name = ?) and (? = '' or r.form = ?) and (? = '' or ' ' || r.what || ' ' like ? escape '!')"
            " and r.id < ? order by r.id desc limit ?"
        ),
        (
            *(account, account, form, form, number, f"% {_plain(number)} %"),
            *(after if after is not None else 2**62, max(1, min(limit, 1000))),
        ),
    )
    return [_read(row) for row in rows]


def _plain(number: str) -> str:
    """Give a number as LIKE takes it: its own signs mean nothing there."""
    return "".join(f"!{sign}" if sign in "!%_" else sign for sign in number if sign != "\x00")


def _read(row: tuple[Any, ...]) -> Read:
    at = read_instant(row[1])
    assert at is not None
    account = Link("user", row[2], row[3] or "", row[4] or "")
    return Read(row[0], at, account, row[5], row[6], row[7], tuple(row[8].split()), row[9])
