"""What the product is to be able to do, and the tests that show it: read from docs/capabilities.yaml and tests/."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from app.config.settings import CHECKOUT

TESTS = CHECKOUT / "tests"


@dataclass(frozen=True)
class Capability:
    """One thing that the product is to be able to do."""

    id: str
    english: str
    chinese: str
    area: str


@dataclass(frozen=True)
class Shown:
    """A test that shows a capability: the file, and the name, which is a sentence."""

    id: str
    file: str
    name: str


@cache
def capabilities() -> dict[str, Capability]:
    """Give every capability by its id, in the order of the table."""
    areas = YAML(typ="safe").load(Path(__file__).with_name("capabilities.yaml"))
    return {
        name: Capability(name, words["en"], words["zh"], f"{area['area']['en']} · {area['area']['zh']}")
        for area in areas
        for name, words in area["capabilities"].items()
    }


def shown(folder: Path = TESTS) -> list[Shown]:
    """Give each mark `pytest.mark.capability(...)` of a test, a class or a file, in the order of the files."""
    return [one for path in sorted(folder.rglob("test_*.py")) for one in _of_file(path)]


def _of_file(path: Path) -> Iterator[Shown]:
    tree = ast.parse(path.read_text("utf-8"))
    file = path.relative_to(CHECKOUT).as_posix() if path.is_relative_to(CHECKOUT) else path.name
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield from (Shown(name, file, node.name) for mark in node.decorator_list for name in _ids(mark))
        elif isinstance(node, ast.Assign) and any(_named(target) == "pytestmark" for target in node.targets):
            yield from (Shown(name, file, "") for name in _ids(node.value))


def _named(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _ids(node: ast.expr) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Call) and ast.unparse(part.func).endswith("mark.capability"):
            yield from (str(ast.literal_eval(argument)) for argument in part.args)


def page() -> str:
    """Give the page: each area a table of ids, titles, and the tests that show them."""
    known, tests = capabilities(), shown()
    done = {one.id for one in tests}
    lead = (
        f"What Daybook is to be able to do. {len(done & set(known))} of {len(known)} are shown whole by a test so far."
    )
    parts = ["# Capabilities · 能力", "", lead, ""]
    for area in dict.fromkeys(one.area for one in known.values()):
        parts += [f"## {area}", "", "| id | capability | 能力 | shown by |", "|---|---|---|---|"]
        parts += [_row(one, tests) for one in known.values() if one.area == area]
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def _row(one: Capability, tests: list[Shown]) -> str:
    links = dict.fromkeys(
        f"[{(test.name or Path(test.file).stem).removeprefix('test_').replace('_', ' ')}](../../{test.file})"
        for test in tests
        if test.id == one.id
    )
    return f"| {one.id} | {one.english} | {one.chinese} | {'<br>'.join(links) or 'not yet'} |"
