"""A server that is killed while people receive goods and approve requests."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.office import Office
from app.office.desk import Desk
from tests.conftest import open_office
from tests.crashes.background import Imports, Notebooks, Publishing
from tests.crashes.killing import killed
from tests.crashes.points import COMMIT, POINTS
from tests.crashes.purchasing import Approvals, Receipts


def test_receipts_outlive_their_server(company: Office) -> None:
    killed(Receipts(company), company.repository.database.dialect)


def test_approvals_outlive_their_server(company: Office) -> None:
    killed(Approvals(company), company.repository.database.dialect)


def test_a_request_that_is_done_again_when_it_is_sent_again_is_noticed(
    founded_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(founded_sqlite, tmp_path, dirs_exist_ok=True)
    office = open_office(tmp_path, f"sqlite:///{tmp_path / 'daybook.db'}")
    command = Desk.command
    monkeypatch.setattr(Desk, "command", lambda self, work, key, request: command(self, work, None, request))
    with pytest.raises(AssertionError, match=r"was answered|action_refused"):
        killed(Receipts(office), "sqlite", times=5, seed=1)
    office.repository.close()


def test_every_named_moment_is_passed_by_a_scene() -> None:
    named = {point for scene in (Receipts, Approvals, Imports, Notebooks, Publishing) for point in scene.points}
    assert named == {*POINTS, *COMMIT}
