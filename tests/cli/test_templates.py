"""Templates as commands: what they print, and how they end."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.commands import command_line
from app.core.errors import DaybookError
from app.office.facade import opened
from tests.cli.test_commands import home, said  # noqa: F401


def test_a_template_is_listed_installed_and_removed(home: Path) -> None:  # noqa: F811
    said("user", "add", "eve", "--role", "warehouse")
    assert "visitor_log\tVisitor log\tno\tfront_desk=employee\tHosts announce" in said("template", "list")
    told = said("template", "install", "visitor_log", "--role", "front_desk=warehouse")
    assert told == "visitor_log is installed, with 3 sample documents.\n"
    assert "visitor_log\tVisitor log\tyes\t" in said("template", "list")
    assert len(opened().as_user("eve").list("visitor").rows) == 3
    assert "All files are in order." in said("check")
    assert said("template", "remove", "visitor_log") == "visitor_log is removed.\n"
    assert list((home / "site").iterdir()) == []


def test_a_role_is_written_with_an_equals_sign(home: Path) -> None:  # noqa: F811
    done = CliRunner().invoke(command_line(), ["template", "install", "visitor_log", "--role", "front_desk"])
    assert done.exit_code == 2
    with pytest.raises(DaybookError, match="There is no template 'nosuch'"):
        CliRunner().invoke(command_line(), ["template", "install", "nosuch"], catch_exceptions=False)
