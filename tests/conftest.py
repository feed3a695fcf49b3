"""Databases and offices for tests: a SQLite file and, where a server answers, PostgreSQL."""

from __future__ import annotations

import os
import random
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from weakref import WeakSet

import psycopg
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Pool, event

from app.config.settings import Settings
from app.data.accounts import passwords
from app.demo import found_company
from app.office import Office
from tests.browsing import browser, visit  # noqa: F401  fixtures of every test that needs pages

os.environ.setdefault("DAYBOOK_SEED", str(random.randrange(10**6)))  # one seed for all workers of a run; print it
passwords.HASHER = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)  # hundreds of accounts, all of them toys
SERVER = os.environ.get("DAYBOOK_TEST_POSTGRES", "postgresql://root@127.0.0.1:5432/test")


_copies: list[str] = []
_connected: WeakSet[psycopg.Connection[Any]] = WeakSet()


@event.listens_for(Pool, "connect")
def _note_connection(connection: Any, _record: object) -> None:
    if isinstance(connection, psycopg.Connection):
        _connected.add(connection)


@pytest.hookimpl(tryfirst=True)  # before xdist writes the groups into the names
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests in one worker, and all that need a browser in the same: the pages are built once."""
    for item in items:
        group = "browser" if item.get_closest_marker("browser") else item.nodeid.partition("::")[0]
        item.add_marker(pytest.mark.xdist_group(group))


def postgres_missing() -> str | None:
    """Say why PostgreSQL can't be used, or nothing."""
    try:
        psycopg.connect(SERVER, connect_timeout=2).close()
    except psycopg.OperationalError as error:
        return f"no PostgreSQL answers at {SERVER}: {error}"
    return None


def require_postgres() -> None:
    """Skip where no server answers; in CI one must."""
    missing = postgres_missing()
    if missing and os.environ.get("CI"):
        pytest.fail(f"in CI PostgreSQL must run; {missing}")
    if missing:
        pytest.skip(missing)


def new_schema() -> str:
    """Make a schema of its own and give the URL that leads into it."""
    schema = f"t_{uuid.uuid4().hex[:16]}"
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f'create schema "{schema}"')
    address = SERVER.replace("postgresql://", "postgresql+psycopg://")
    return f"{address}?options=-csearch_path%3D{schema}"


def drop_schema(url: str) -> None:
    """Remove the schema of a test, and what is still connected to it: a server takes a hundred connections."""
    schema = url.rsplit("%3D", 1)[1]
    for connection in [each for each in _connected if not each.closed and schema in each.info.options]:
        connection.close()
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(f'drop schema if exists "{schema}" cascade')
        connection.execute(f'drop schema if exists "{schema}_jobs" cascade')


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """A PostgreSQL schema of the test's own."""
    require_postgres()
    url = new_schema()
    yield url
    drop_schema(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The same test on both databases: a URL to an empty one."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'daybook.db'}"
        return
    require_postgres()
    url = new_schema()
    yield url
    drop_schema(url)


def admin_sql(statement: str) -> None:
    """Run a statement that no transaction may hold, such as `create database`."""
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[arg-type]


def database_address(name: str) -> str:
    """Give the URL of another database on the test server."""
    return SERVER.replace("postgresql://", "postgresql+psycopg://").rpartition("/")[0] + f"/{name}"


def open_office(home: Path, url: str) -> Office:
    """Open the office of a home."""
    return Office.open(Settings.read({"DAYBOOK_HOME": str(home), "DAYBOOK_DATABASE_URL": url}))


@pytest.fixture(scope="session")
def founded_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the small demo company, to be copied."""
    home = tmp_path_factory.mktemp("founded")
    office = open_office(home, f"sqlite:///{home / 'daybook.db'}")
    found_company(office, password="not-a-secret", products=8)
    office.repository.close()
    return home


@pytest.fixture(scope="session")
def founded_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL database with the small demo company, to be copied."""
    require_postgres()
    name = f"t_{uuid.uuid4().hex[:16]}"
    admin_sql(f'create database "{name}"')
    office = open_office(tmp_path_factory.mktemp("founded"), database_address(name))
    found_company(office, password="not-a-secret", products=8)
    office.repository.close()
    yield name
    for made in (*_copies, name):  # dropping one waits for a checkpoint: all at once in the end
        admin_sql(f'drop database if exists "{made}" with (force)')


@pytest.fixture(params=["sqlite", "postgresql"])
def company(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """A small demo company on both databases: its people, four warehouses, forty suppliers, eight products."""
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("founded_sqlite"), tmp_path, dirs_exist_ok=True)
        office = open_office(tmp_path, f"sqlite:///{tmp_path / 'daybook.db'}")
        yield office
        office.repository.close()
        return
    name = f"t_{uuid.uuid4().hex[:16]}"
    admin_sql(f'create database "{name}" template "{request.getfixturevalue("founded_postgres")}"')
    _copies.append(name)
    office = open_office(tmp_path, database_address(name))
    yield office
    office.repository.close()
