"""Docs can't drift from the code: generated pages are those of today, and every path and word that a page names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.config.loader import Sources, load_catalogue
from docs.build import pages

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "README.zh.md", *(ROOT / "docs").rglob("*.md")])


@pytest.fixture(scope="module")
def generated() -> dict[str, str]:
    return pages()


def test_generated_pages_are_those_of_today(generated: dict[str, str]) -> None:
    lagging = [name for name, text in generated.items() if (ROOT / "docs" / name).read_text("utf-8") != text]
    assert not lagging, f"run `make docs`: {lagging}"


def test_every_error_speaks_both_languages(generated: dict[str, str]) -> None:
    rows = [line.split("|") for line in generated["errors.md"].splitlines() if line.startswith("| `")]
    assert rows
    assert not [row[1] for row in rows if not row[3].strip() or not re.search("[\u4e00-\u9fff{]", row[4])]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text("utf-8"))
    assert not [link for link in links if not (page.parent / link).exists()]


def test_every_form_has_a_page_among_the_concepts() -> None:
    known = {path.stem for path in (ROOT / "docs/concepts").glob("*.md")}
    small = {"department", "employee", "category", "unit"}  # what everybody knows
    assert not set(load_catalogue(Sources(ROOT)).forms) - known - small


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_a_readme_names_only_make_targets_that_exist(readme: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert not set(re.findall(r"`make ([a-z-]+)", (ROOT / readme).read_text("utf-8"))) - targets
