"""One transaction of one person: the connection, the clock, the rules in force, and what it read so far."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from app.config.catalogue import Catalogue
from app.core import clock
from app.core.actor import SYSTEM, Actor
from app.core.errors import KeyReused
from app.data.column_types import compact, instant_text
from app.data.tables import Registry
from app.data.values import to_json

if TYPE_CHECKING:
    from app.data.repository import Repository


@dataclass
class Shared:
    """What all views of one transaction share."""

    connection: Connection
    cursor: Any
    now: datetime
    today: date
    change: int | None = None  # number of this write transaction, once it writes
    read: dict[Any, Any] = field(default_factory=dict)  # documents and facts already read
    depth: int = 0  # how deep one change caused another
    steady: bool = False  # all that is read stands as at one moment
    notes: list[Any] = field(default_factory=list)  # who read what is sensitive (access.Note)


@dataclass(frozen=True)
class Transaction:
    """One open transaction; every read and write of documents takes it first."""

    repository: Repository
    registry: Registry
    actor: Actor
    door: str
    shared: Shared
    dialect: str
    mark: str
    writable: bool
    cause: Actor | None = None  # the person behind the machine's acts

    @property
    def connection(self) -> Connection:
        """The SQLAlchemy connection."""
        return self.shared.connection

    @property
    def catalogue(self) -> Catalogue:
        """The forms, workflows and rules that this transaction began with."""
        return self.registry.catalogue

    @property
    def now(self) -> datetime:
        """The instant at which the transaction began."""
        return self.shared.now

    @property
    def today(self) -> date:
        """The business day at which the transaction began."""
        return self.shared.today

    @property
    def is_system(self) -> bool:
        """Tell whether the machine acts."""
        return self.actor is SYSTEM

    def as_system(self) -> Transaction:
        """Give the same transaction, acting as the machine; the person stays its cause."""
        return self if self.is_system else replace(self, actor=SYSTEM, cause=self.actor)

    def as_actor(self, actor: Actor) -> Transaction:
        """Give the same transaction, acting as somebody else (a substitute, an import for an owner)."""
        return replace(self, actor=actor, cause=self.cause or self.actor)

    def cursor(self) -> Any:
        """Give a new cursor of the driver."""
        return self.connection.connection.cursor()

    def run(self, statement: str, parameters: Sequence[Any] = ()) -> int:
        """Run a statement on the driver's cursor; give how many rows it met."""
        self.shared.cursor.execute(statement, parameters)
        return self.shared.cursor.rowcount

    def run_many(self, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once a row."""
        if rows:
            self.shared.cursor.executemany(statement, rows)

    def insert(self, statement: str, parameters: Sequence[Any]) -> int:
        """Run an INSERT; give the new row's id."""
        cursor = self.shared.cursor
        if self.dialect == "sqlite":
            cursor.execute(statement, parameters)
            return cursor.lastrowid
        cursor.execute(statement + " returning id", parameters)
        return cursor.fetchone()[0]

    def fetch(self, statement: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Give all rows of a query."""
        self.shared.cursor.execute(statement, parameters)
        return self.shared.cursor.fetchall()

    def fetch_one(self, statement: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """Give the first row of a query."""
        self.shared.cursor.execute(statement, parameters)
        return self.shared.cursor.fetchone()

    def instant(self, moment: datetime) -> Any:
        """Give a moment as the driver takes it."""
        return instant_text(moment) if self.dialect == "sqlite" else moment

    def day(self, value: date) -> Any:
        """Give a date as the driver takes it."""
        return value.isoformat() if self.dialect == "sqlite" else value

    def sql(self, statement: str) -> str:
        """Give SQL text written with `?` as the driver of this database takes it."""
        return statement if self.dialect == "sqlite" else statement.replace("?", "%s")

    def change(self) -> int:
        """Give the number of this write transaction, which every row it writes carries as `chg`."""
        if self.shared.change is None:
            statement = "update office_change set number = number + 1 returning number"
            if self.dialect == "postgresql":
                statement = "select pg_current_xact_id()::text::bigint + number from office_change"
            row = self.fetch_one(statement)
            self.shared.change = row[0] if row else 0
        return self.shared.change

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what the block wrote when it raises, and go on."""
        name = f"s{len(self.shared.read)}_{self.shared.depth}"
        self.run(f"savepoint {name}")
        try:
            yield
        except BaseException:
            self.run(f"rollback to savepoint {name}")
            self.run(f"release savepoint {name}")
            self.shared.read.clear()
            raise
        self.run(f"release savepoint {name}")

    def post(self, kind: str, payload: dict[str, Any], *, key: str | None = None) -> int:
        """Note an effect outside, to be done once this transaction is kept; a known key notes nothing."""
        moment = self.instant(self.now)
        asker = (self.cause or self.actor).account.id
        row = (kind, compact(to_json(payload)), key, asker, moment, moment)
        statement = (
            "insert into office_outbox (kind, payload, key, account_id, created_at, due_at, tries)"
            " values (?, ?, ?, ?, ?, ?, 0)"
        )
        if key is None:
            return self.insert(self.sql(statement), row)
        found = self.fetch_one(self.sql(f"{statement} on conflict (key) do nothing returning id"), row)
        known = found or self.fetch_one(self.sql("select id from office_outbox where key = ?"), (key,))
        return known[0] if known else 0

    def claim(self, key: str, request: object) -> dict[str, Any] | None:
        """Take a key for a request: nothing when it is new, the first answer when it is repeated, else KeyReused."""
        fingerprint = hashlib.sha256(json.dumps(to_json(request), sort_keys=True, default=str).encode()).hexdigest()
        row = (key, self.actor.account.id, fingerprint, self.instant(self.now))
        taken = self.run(
            self.sql(
                "insert into office_command (key, account_id, fingerprint, created_at) values (?, ?, ?, ?)"
                " on conflict do nothing"
            ),
            row,
        )
        if taken == 1:
            return None
        known = self.fetch_one(
            self.sql("select fingerprint, answer from office_command where key = ? and account_id = ?"), row[:2]
        )
        if known is None or known[0] != fingerprint or known[1] is None:
            raise KeyReused(key=key)
        return json.loads(known[1])

    def answer(self, key: str, result: dict[str, Any]) -> None:
        """Keep the answer of a claimed key for those who repeat the request."""
        self.run(
            self.sql("update office_command set answer = ? where key = ? and account_id = ?"),
            (compact(to_json(result)), key, self.actor.account.id),
        )


def begin(
    repository: Repository,
    connection: Connection,
    *,
    actor: Actor,
    door: str,
    writable: bool,
    registry: Registry | None = None,
    steady: bool = False,
) -> Transaction:
    """Give the transaction of a person on a connection that has just begun."""
    now = clock.now().astimezone(UTC)
    registry = registry or repository.registry
    today = now.astimezone(clock.zone(registry.catalogue.organisation.zone)).date()
    shared = Shared(connection, connection.connection.cursor(), now, today, steady=steady or repository.database.dialect == "sqlite")
    database = repository.database
    return Transaction(repository, registry, actor, door, shared, database.dialect, database.mark, writable)
