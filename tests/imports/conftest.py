"""An empty office on both databases, with somebody who may import."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config.settings import Settings
from app.office import Office
from tests.imports.mappings import an_importer


@pytest.fixture
def importer(database_url: str, tmp_path: Path) -> Iterator[Office]:
    office = Office.open(Settings.read({"DAYBOOK_HOME": str(tmp_path), "DAYBOOK_DATABASE_URL": database_url}))
    yield an_importer(office)
    office.repository.close()
