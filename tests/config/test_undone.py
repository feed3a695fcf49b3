"""What is read and not carried out yet is told as a note, and the list of it is honest."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.config.reader import Report
from app.config.undone import UNDONE, Undone, note_undone
from tests.config.small import small

ROOT = Path(__file__).resolve().parents[2]
CODE = "\n".join(
    path.read_text("utf-8")
    for folder in ("app", "assistant")
    for path in (ROOT / folder).rglob("*.py")
    if "app/config" not in path.as_posix()
)


def test_a_key_that_does_nothing_yet_is_told_where_it_stands() -> None:
    report = Report()
    form = "forms/purchasing/purchase_request.yaml"
    note_undone(small((form, "list:", "keep: 10 years\nlist:"), (form, "type: quantity,", "type: quantity, over: supplier,")), report)
    said = [(note.line, note.severity, note.words.en.split("'")[1]) for note in report.diagnostics]
    assert sorted(word for _, _, word in said) == ["keep", "over"]
    assert {severity for _, severity, _ in said} == {"note"} and not report.errors
    assert report.diagnostics[0].say("zh").split(": ", 1)[1].startswith("说明：“")


def test_a_field_called_like_a_key_is_no_key() -> None:
    report = Report()
    note_undone(
        small(("forms/people/department.yaml", "  name:", "  scan: {type: text, label: {en: S, zh: 扫}}\n  name:")),
        report,
    )
    assert report.diagnostics == []


@pytest.mark.parametrize("undone", UNDONE, ids=[f"{each.kind} {each.path}" for each in UNDONE])
def test_what_is_carried_out_is_taken_off_the_list(undone: Undone) -> None:
    assert not re.search(undone.sign, CODE), f"{undone.path} is used by now: take it off app/config/undone.py"
