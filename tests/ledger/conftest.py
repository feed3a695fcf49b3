"""Databases with a small ledger in them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.data.database import Database
from app.ledger import Ledger
from tests.ledger.helpers import a_ledger, a_ledger_database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A database with the usual places and goods."""
    database = a_ledger_database(database_url)
    yield database
    database.close()


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    """The ledger of one transaction, which must be sound at the end."""
    with a_ledger(database) as ledger:
        yield ledger
        assert ledger.verify() == []
