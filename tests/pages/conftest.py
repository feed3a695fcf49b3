"""One served company for all browser tests of the pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.browsing import CHROMIUM
from tests.pages.company import a_trading_company
from tests.pages.serving import serving


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a served trading company."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    where = tmp_path_factory.mktemp("served")
    a_trading_company(where / "home")
    with serving(where, where / "home") as address:
        yield address
