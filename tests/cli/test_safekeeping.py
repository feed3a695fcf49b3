"""A backup and a restore as commands: what they print, and how they end."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.commands import command_line
from app.core.errors import DaybookError
from app.office.facade import opened
from tests.cli.test_commands import home, said  # noqa: F401


def test_an_office_moves_to_another_home_and_its_books_are_proved(
    home: Path,  # noqa: F811
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said("user", "add", "eve", "--role", "employee")
    said("new-form", "visit")
    opened().root.publisher.look(now=True)
    opened().as_user("eve").create("visit", {"reason": "Look at samples"})
    told = said("backup", str(tmp_path / "office.zip"))
    assert "office.zip: " in told and "0 files, 8 files of site/, 0 of notebook runs" in told
    opened().repository.close()
    opened.cache_clear()
    there = said("restore", str(tmp_path / "office.zip"), "--home", str(tmp_path / "there"))
    assert "Restored " in there and "The ledger is sound." in there
    assert opened().as_user("eve").get("visit", "V-00001")["reason"] == "Look at samples"
    monkeypatch.setenv("DAYBOOK_HOME", str(tmp_path / "there"))
    with pytest.raises(DaybookError, match="--replace, which keeps the old aside"):
        CliRunner().invoke(command_line(), ["restore", str(tmp_path / "office.zip")], catch_exceptions=False)
