"""Every desk that a test opened gives its connections back: the server lends only so many."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.workflow import desks


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    yield
    while desks.opened:
        desks.opened.pop().repository.close()
