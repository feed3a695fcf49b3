"""The office of a small seller, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.data.repository import Repository
from tests.domain.helpers import a_seller


@pytest.fixture
def repository(database_url: str, tmp_path: Path) -> Iterator[Repository]:
    """An office with a warehouse, a supplier and two products."""
    repository = a_seller(database_url, tmp_path)
    yield repository
    repository.close()
