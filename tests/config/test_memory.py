"""A check in which nothing changed says again what it said, and looks anew as soon as a letter differs."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.config.memory import Memory

SAID = [{"severity": "error", "en": "wrong", "zh": "错"}]


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    for folder in ("app", "forms", "site/forms"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "app/reader.py").write_text("pass")
    (tmp_path / "forms/a.yaml").write_text("form: a")
    (tmp_path / "site/forms/b.yaml").write_text("form: b")
    made = Memory(tmp_path, tmp_path / "site", tmp_path / "var")
    made.keep(SAID, of=made.stamp())
    return made


def test_what_was_said_is_said_again(memory: Memory) -> None:
    assert memory.recall() == SAID


@pytest.mark.parametrize("changed", ["app/reader.py", "forms/a.yaml", "site/forms/b.yaml", "site/forms/new.yaml"])
def test_any_changed_file_and_any_changed_code_is_looked_at_anew(memory: Memory, changed: str) -> None:
    path = memory.product / changed
    path.write_text("# another\n" + (path.read_text() if path.exists() else ""))
    assert memory.recall() is None


def test_a_file_that_went_is_missed(memory: Memory) -> None:
    (memory.product / "site/forms/b.yaml").unlink()
    assert memory.recall() is None


def test_a_broken_memory_is_no_memory(memory: Memory) -> None:
    (memory.var / "check.json").write_text("{")
    assert memory.recall() is None
