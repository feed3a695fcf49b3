"""The documents of one office: opened once a process, read and written through transactions."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel

from app.config.catalogue import Catalogue
from app.config.settings import Settings
from app.core import clock, events
from app.core.actor import SYSTEM, Actor
from app.core.errors import DaybookError
from app.data import system_tables
from app.data.access import AccessLog
from app.data.column_types import instant_text
from app.data.database import Database
from app.data.kept import Kept
from app.data.migrations import MigrationPlan, migrate
from app.data.search import prepare_search
from app.data.tables import Registry, build_registry
from app.data.transaction import Transaction, begin
from app.data.upgrading import upgrade

LOCK = 7221  # of PostgreSQL: one process migrates at a time


class NeedsMigration(DaybookError):
    """The forms changed in a way that does not only add. Look at the plan, then run `daybook migrate`: {steps}"""

    zh = "表单的改动不只是新增。请查看计划后运行 daybook migrate：{steps}"
    status = 409

    def __init__(self, plan: MigrationPlan) -> None:
        self.plan = plan
        super().__init__(steps="; ".join(plan.sentences("en")))


class PublishedMeanwhile(DaybookError):
    """Somebody else published a change since you looked. Look at the plan again, then publish."""

    zh = "你查看之后有人发布了别的改动。请重新查看计划再发布。"
    status = 409


class Repository:
    """The documents of one office."""

    def __init__(
        self, settings: Settings, database: Database, *, registry: Registry, load: Callable[[], Catalogue] | None
    ) -> None:
        self.settings = settings
        self.database = database
        self.registry = registry
        self._load = load
        self._swapping = threading.Lock()
        self.access = AccessLog(self)
        self.kept = Kept(database.moment)

    @property
    def catalogue(self) -> Catalogue:
        """What is in force now."""
        return self.registry.catalogue

    @classmethod
    def open(
        cls, settings: Settings, catalogue: Catalogue, *, load: Callable[[], Catalogue] | None = None
    ) -> Repository:
        """Open the office's database; additions to forms are made at once, anything else raises NeedsMigration."""
        database = Database(settings.database)
        prepare(database)
        repository = cls(settings, database, registry=build_registry(catalogue), load=load)
        try:
            plan = repository.publish(catalogue, additions_only=True)
        except DaybookError:
            database.close()
            raise
        if not plan.only_adds:
            database.close()
            raise NeedsMigration(plan)
        return repository

    @contextmanager
    def transaction(self, actor: Actor, *, door: str = "python") -> Iterator[Transaction]:
        """Give one write transaction: kept when the block ends well, undone when it raises."""
        with self.database.writing() as connection:
            self._notice(connection)
            tx = begin(self, connection, actor=actor, door=door, writable=True)
            yield tx
        self.access.take(tx.shared.notes)

    @contextmanager
    def reading(self, actor: Actor, *, door: str = "python", steady: bool = False) -> Iterator[Transaction]:
        """Give one transaction that can only read; `steady`: all its statements see the same moment."""
        with self.database.reading(steady=steady) as connection:
            self._notice(connection)
            tx = begin(self, connection, actor=actor, door=door, writable=False, steady=steady)
            try:
                yield tx
            finally:  # also of an export that is broken off
                self.access.take(tx.shared.notes)

    def publish(
        self, catalogue: Catalogue, *, apply: bool = True, additions_only: bool = False, seen: str | None = None
    ) -> MigrationPlan:
        """Compare forms with the database; apply what loses nothing, in one transaction, and put it in force.

        What is new is shown first to those who may refuse it (`catalogue.publishing`): a workflow that gets stuck.
        `seen` is the version that a person compared with (`plan.seen`); PublishedMeanwhile where it is past.
        """
        registry = build_registry(catalogue)
        if self._published() != registry.version:
            events.publish("catalogue.publishing", catalogue)
        with self._migrating() as connection:
            version = str(connection.exec_driver_sql("select version from office_form_version").scalar() or "")
            if seen is not None and version not in (seen, registry.version):
                raise PublishedMeanwhile
            begun = partial(begin, self, connection, actor=SYSTEM, door="job", writable=True, registry=registry)
            plan = migrate(connection, registry, begin=begun, apply=apply, additions_only=additions_only)
            kept = apply and not plan.refused and not (additions_only and not plan.only_adds)
            if kept:
                self._note_version(connection, registry.version)
        if kept:
            self.registry = registry
        return replace(plan, seen=version)

    def _published(self) -> str:
        with self.database.reading() as connection:
            return str(connection.exec_driver_sql("select version from office_form_version").scalar() or "")

    @contextmanager
    def _migrating(self) -> Iterator[Connection]:
        """Hold the lock of migrations, in one transaction; on SQLite without foreign keys, checked at the end."""
        if self.database.dialect == "postgresql":
            with self.database.writing() as connection:
                connection.exec_driver_sql(f"select pg_advisory_xact_lock({LOCK}, hashtext(current_schema()))")
                yield connection
            return
        with self.database.writers.connect() as connection:
            driver: Any = connection.connection.dbapi_connection
            driver.execute("pragma foreign_keys=OFF")
            try:
                with connection.begin():
                    yield connection
                    broken = driver.execute("pragma foreign_key_check").fetchall()
                    assert not broken, f"links would lead nowhere: {broken[:3]}"
            finally:
                driver.execute("pragma foreign_keys=ON")

    def refresh(self) -> None:
        """Put in force what another process published."""
        with self.database.reading() as connection:
            self._notice(connection)

    def _notice(self, connection: Connection) -> None:
        cursor = connection.connection.cursor()
        cursor.execute("select version from office_form_version")
        row = cursor.fetchone()
        if row and row[0] != self.registry.version:
            self._swap(row[0])

    def _swap(self, version: str) -> None:
        """Read the forms again; while the files still lag behind, what was in force stays."""
        with self._swapping:
            if self._load is None or self.registry.version == version:
                return
            catalogue = self._load()
            if catalogue.version == version:
                self.registry = build_registry(catalogue)

    def _note_version(self, connection: Connection, version: str) -> None:
        moment: Any = clock.now()
        if self.database.dialect == "sqlite":
            moment = instant_text(moment)
        mark = self.database.mark
        statement = f"update office_form_version set version = {mark}, published_at = {mark}"  # noqa: S608
        connection.exec_driver_sql(statement, (version, moment))

    def close(self) -> None:
        """Give back all connections."""
        self.access.close()
        self.database.close()


def prepare(database: Database) -> None:
    """Make the fixed tables where they are missing, with all their columns, and their first rows."""
    with database.writing() as connection:
        if database.dialect == "postgresql":
            connection.exec_driver_sql(f"select pg_advisory_xact_lock({LOCK}, hashtext(current_schema()))")
        before = inspect(connection).get_table_names()
        SQLModel.metadata.create_all(connection)
        upgrade(connection, SQLModel.metadata, before=before)
        prepare_search(connection)
        moment: Any = instant_text(clock.now()) if database.dialect == "sqlite" else clock.now()
        mark = database.mark
        columns = "id, name, title, password, locale, active, created_at"
        values = f"0, 'system', 'Daybook', '', 'en', {mark}, {mark}"
        system = f"insert into office_account ({columns}) values ({values}) on conflict do nothing"  # noqa: S608
        connection.exec_driver_sql(system, (False, moment))
        connection.exec_driver_sql("insert into office_change (id, number) values (1, 0) on conflict do nothing")
        connection.exec_driver_sql(
            "insert into office_form_version (id, version) values (1, '') on conflict do nothing"
        )


assert system_tables.Account.__tablename__  # its import makes the fixed tables known
