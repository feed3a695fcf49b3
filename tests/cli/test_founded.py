"""A home that has people already is seen at once, so that later starts take seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.cli import founded
from app.config.settings import Settings
from tests.pages.company import an_empty_office


def test_a_home_is_founded_once_somebody_can_sign_in(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, secret_key="for tests only")
    assert not founded.is_founded(settings)
    an_empty_office(tmp_path).repository.close()
    assert founded.is_founded(settings)
    founded.unfinished(settings).touch()
    assert not founded.is_founded(settings)


def test_the_password_of_the_demo_is_told_at_each_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(home=tmp_path, secret_key="for tests only")
    founded.tell_password(settings)
    assert capsys.readouterr().out == ""
    settings.var.mkdir()
    founded.kept(settings).write_text("open-sesame\n")
    founded.tell_password(settings)
    assert "open-sesame" in capsys.readouterr().out
