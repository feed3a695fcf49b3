"""The database of one office: SQLite with a writer and a reader engine, or PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text

from app.data.outage import DatabaseAway, PerhapsSaved, outage_of

SQLITE_SETTINGS = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000", "foreign_keys=ON")

KEPT_AT_HAND = 4  # connections of each kind that go on to the next transaction without the pool
TEXTS = 2000  # of SQL that are kept compiled


class Database:
    """Two engines on one database: writers take the lock at once, readers never do."""

    def __init__(self, url: str) -> None:
        self.url: URL = make_url(url)
        self.dialect = self.url.get_backend_name()
        if self.dialect == "sqlite":
            Path(self.url.database or "").parent.mkdir(parents=True, exist_ok=True)
        self.mark = "?" if self.dialect == "sqlite" else "%s"
        self.writers = self._engine(read_only=False)
        self.readers = self._engine(read_only=True)
        self._watch: Any = None  # a connection that only sees whether others write
        self._watching = threading.Lock()
        self._idle: dict[Engine, list[Connection]] = {self.writers: [], self.readers: []}
        if self.dialect == "postgresql":
            self._prepare_postgresql()

    def _engine(self, *, read_only: bool) -> Engine:
        if self.dialect == "sqlite":
            return _sqlite_engine(self.url, read_only)
        return _postgresql_engine(self.url, read_only)

    def _prepare_postgresql(self) -> None:
        """Make the schema of this office, and make sure that writers see what others committed."""
        with self.writing() as connection:
            schema = connection.scalar(text("show search_path")).split(",")[0].strip(' "')
            if schema != "$user":
                quoted = connection.dialect.identifier_preparer.quote(schema)
                connection.exec_driver_sql(f"create schema if not exists {quoted}")
            level = connection.scalar(text("show transaction_isolation"))
            if level != "read committed":
                raise RuntimeError(f"Daybook needs READ COMMITTED, this database gives {level}. Change its default.")

    def writing(self) -> AbstractContextManager[Connection]:
        """Give a connection in one write transaction: kept when the block ends well, undone when it raises."""
        return self._begun(self.writers)

    @contextmanager
    def reading(self, *, steady: bool = False) -> Iterator[Connection]:
        """Give a connection that can only read, in one transaction; `steady`: it sees one moment, as SQLite always does."""
        with self._begun(self.readers) as connection:
            if steady and self.dialect == "postgresql":
                connection.exec_driver_sql("set transaction isolation level repeatable read")
            yield connection

    @contextmanager
    def _begun(self, engine: Engine) -> Iterator[Connection]:
        """Begin on a connection at hand: going through the pool each time costs as much as a short transaction."""
        idle = self._idle[engine]
        connection = self._at_hand(engine)
        ending = False
        try:
            with connection.begin():
                yield connection
                ending = True
        except BaseException as error:
            connection.close()  # the pool finds out whether it is broken
            self._tell(error, ending=ending)
            raise
        if len(idle) < KEPT_AT_HAND:
            idle.append(connection)
        else:
            connection.close()

    def _at_hand(self, engine: Engine) -> Connection:
        with suppress(IndexError):
            return self._idle[engine].pop()
        try:
            return engine.connect()
        except Exception as error:
            self._tell(error)
            raise

    def _tell(self, error: BaseException, *, ending: bool = False) -> None:
        """Say in the office's words that the database gave way; other connections are likely broken too."""
        outage = outage_of(error, ending=ending)
        if outage is None:
            return
        if isinstance(outage, DatabaseAway | PerhapsSaved):
            self.close()
        raise outage from error

    def horizon(self, connection: Connection) -> int:
        """Give the change number below which nothing new can appear any more."""
        if self.dialect == "postgresql":
            xmin = "select pg_snapshot_xmin(pg_current_snapshot())::text::bigint + number from office_change"
            return int(connection.exec_driver_sql(xmin).scalar_one())
        return int(connection.exec_driver_sql("select number from office_change").scalar() or 0) + 1

    def moment(self) -> object:
        """Give a mark that stays the same only as long as nothing is committed, by whatever process."""
        if self.dialect == "postgresql":
            with self.reading() as connection:
                return connection.exec_driver_sql("select pg_current_snapshot()::text").scalar_one()
        with self._watching:
            if self._watch is None:
                self._watch = self.readers.raw_connection()
            return id(self._watch), self._watch.driver_connection.execute("pragma data_version").fetchone()[0]

    def close(self) -> None:
        """Give back all connections."""
        with self._watching:
            if self._watch is not None:
                self._watch.close()
                self._watch = None
        for idle in self._idle.values():
            while idle:
                idle.pop().close()
        self.writers.dispose()
        self.readers.dispose()


def _sqlite_engine(url: URL, read_only: bool) -> Engine:
    settings = {"cached_statements": 1000, "timeout": 30}
    engine = create_engine(url, connect_args=settings, query_cache_size=TEXTS, pool_size=10, max_overflow=20)

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for setting in SQLITE_SETTINGS:
            connection.execute(f"pragma {setting}")
        if read_only:
            connection.execute("pragma query_only=ON")

    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"

    @event.listens_for(engine, "begin")
    def take_lock(connection: Connection) -> None:
        driver: Any = connection.connection.dbapi_connection
        driver.execute(begin)

    return engine


def _postgresql_engine(url: URL, read_only: bool) -> Engine:
    engine = create_engine(url, query_cache_size=TEXTS, pool_size=10, max_overflow=20, pool_pre_ping=False)

    @event.listens_for(engine, "connect")
    def settle(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("set time zone 'UTC'")
            if read_only:
                cursor.execute("set default_transaction_read_only = on")
        connection.commit()

    return engine
