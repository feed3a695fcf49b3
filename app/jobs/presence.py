"""Which workers there are: each holds a lock that its death gives back, so that nobody guesses by the clock."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any

from sqlalchemy import Connection, text
from sqlmodel import Field, SQLModel

from app.core.actor import SYSTEM
from app.core.errors import DaybookError
from app.data.column_types import Instant, Key, read_instant
from app.data.repository import Repository, Transaction

ALONE = "office"  # how the one worker of a file is called in DBOS
LOCK = "hashtext(current_schema() || ':worker'), :worker"


class WorkerRow(SQLModel, table=True):
    """A worker: where it runs, and when it was last seen at work."""

    __tablename__ = "office_worker"
    id: int | None = Field(default=None, primary_key=True, sa_type=Key)
    host: str
    pid: int
    started_at: datetime = Field(sa_type=Instant)
    seen_at: datetime = Field(sa_type=Instant)


class WorkerThere(DaybookError):
    """A worker is at work in this office already. A SQLite office has one; take PostgreSQL for more."""

    zh = "这个系统已有一个后台进程在运行。SQLite 只支持一个，需要更多请改用 PostgreSQL。"
    status = 409


class WorkerReplaced(DaybookError):
    """Another worker took this one for dead while the database was away. Start it again."""

    zh = "数据库断开期间，这个后台进程已被另一个接替，请重新启动。"
    status = 409


@dataclass(frozen=True)
class Seen:
    """A worker as others see it; times in UTC."""

    id: int
    host: str
    pid: int
    started_at: datetime
    seen_at: datetime


class Seat:
    """A worker's place among the others, held until it leaves or dies; `name` is what DBOS calls it."""

    def __init__(self, repository: Repository, key: int, *, name: str, lock: IO[str] | Connection) -> None:
        self.repository = repository
        self.key = key
        self.name = name
        self._lock = lock

    def keep(self) -> None:
        """Say that this worker is at work; WorkerReplaced where another one was quicker after the database was away."""
        self._hold()
        with self.repository.transaction(SYSTEM, door="job") as tx:
            row = (tx.instant(tx.now), self.key)
            if not tx.run(tx.sql("update office_worker set seen_at = ? where id = ?"), row):
                raise WorkerReplaced

    def _hold(self) -> None:
        """See that the lock is still ours; where its connection broke, take it again."""
        if not isinstance(self._lock, Connection):
            return
        try:
            self._lock.execute(text("select 1"))
        except Exception:
            with suppress(Exception):
                self._lock.close()
            self._lock = _connected(self.repository)
            if not _try(self._lock, self.key):
                raise WorkerReplaced from None

    def bury(self, recover: Callable[[str], Any]) -> int:
        """Take over from workers that died: `recover` what they were doing, by their names; give how many."""
        if not isinstance(self._lock, Connection):
            return 0
        found = 0
        for other in workers(self.repository):
            if other.id != self.key and _try(self._lock, other.id):
                recover(_name(other.id))
                _forget(self.repository, other.id)
                self._lock.execute(text(f"select pg_advisory_unlock({LOCK})"), {"worker": other.id})
                found += 1
        return found

    def leave(self) -> None:
        """Give the place back."""
        with suppress(Exception):
            _forget(self.repository, self.key)
        self._lock.close()


def take_seat(repository: Repository) -> Seat:
    """Give a worker its place; WorkerThere where a SQLite office has one."""
    if repository.database.dialect == "sqlite":
        file = _locked_file(repository)
        with repository.transaction(SYSTEM, door="job") as tx:
            tx.run("delete from office_worker")
            return Seat(repository, _note(tx), name=ALONE, lock=file)
    connection = _connected(repository)
    with repository.transaction(SYSTEM, door="job") as tx:  # nobody sees the worker before it holds its lock
        key = _note(tx)
        taken = _try(connection, key)
        assert taken, f"nobody else can hold the lock of the new worker {key}"
    return Seat(repository, key, name=_name(key), lock=connection)


def workers(repository: Repository) -> list[Seen]:
    """Give the workers that are noted, oldest first; one that was killed stays until another takes over from it."""
    with repository.reading(SYSTEM, door="job") as tx:
        rows = tx.fetch("select id, host, pid, started_at, seen_at from office_worker order by id")
    return [Seen(key, host, pid, _at(began), _at(seen)) for key, host, pid, began, seen in rows]


def _at(value: Any) -> datetime:
    moment = read_instant(value)
    assert moment is not None
    return moment


def _name(key: int) -> str:
    return f"worker-{key}"


def _note(tx: Transaction) -> int:
    statement = "insert into office_worker (host, pid, started_at, seen_at) values (?, ?, ?, ?)"
    now = tx.instant(tx.now)
    return tx.insert(tx.sql(statement), (socket.gethostname(), os.getpid(), now, now))


def _forget(repository: Repository, key: int) -> None:
    with repository.transaction(SYSTEM, door="job") as tx:
        tx.run(tx.sql("delete from office_worker where id = ?"), (key,))


def _connected(repository: Repository) -> Connection:
    """Give a connection of its own, whose end is the worker's end."""
    return repository.database.writers.connect().execution_options(isolation_level="AUTOCOMMIT")


def _try(connection: Connection, key: int) -> bool:
    return bool(connection.scalar(text(f"select pg_try_advisory_lock({LOCK})"), {"worker": key}))


def _locked_file(repository: Repository) -> IO[str]:
    path = repository.settings.var / "worker.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise WorkerThere from None
    return file
