"""Every office that a test of the data layer opened is closed behind it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.data import factories


@pytest.fixture(autouse=True)
def close_offices() -> Iterator[None]:
    """Give back the connections of a test."""
    yield
    while factories.OPENED:
        factories.OPENED.pop().close()
