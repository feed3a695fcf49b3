"""What the product says it can do is what its tests show: each mark names a known capability, and the page tells all."""

from __future__ import annotations

import re
from pathlib import Path

from docs.capabilities import capabilities, page, shown


def test_every_mark_names_a_capability_of_the_table() -> None:
    assert not [f"{one.file} {one.name}: {one.id}" for one in shown() if one.id not in capabilities()]


def test_every_capability_has_its_title_in_both_languages() -> None:
    known = capabilities()
    assert not [one.id for one in known.values() if not one.english or not re.search("[\u4e00-\u9fff/]", one.chinese)]
    assert all(re.fullmatch(r"[A-Z]{2,3}-\d\d", name) for name in known)


def test_the_page_lists_every_capability_once_with_its_tests_or_as_not_yet() -> None:
    rows = {line.split(" | ")[0].strip("| "): line for line in page().splitlines() if re.match(r"\| [A-Z]+-\d", line)}
    assert list(rows) == list(capabilities())
    done = {one.id for one in shown()}
    assert {name for name, row in rows.items() if row.endswith("| not yet |")} == set(rows) - done


def test_marks_are_found_on_tests_on_classes_and_on_whole_files(tmp_path: Path) -> None:
    mark = "pytest.mark." + "capability"
    (tmp_path / "test_one.py").write_text(
        f"import pytest\npytestmark = [{mark}('A-01')]\n@{mark}('A-02', 'A-03')\ndef test_it(): ...\n"
        f"@{mark}('A-04')\nclass TestThat: ...\n"
    )
    found = sorted((one.id, one.name) for one in shown(tmp_path))
    assert found == [("A-01", ""), ("A-02", "test_it"), ("A-03", "test_it"), ("A-04", "TestThat")]
