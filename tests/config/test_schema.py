"""The JSON Schema for editors: every file that is right passes it, and what it can know of wrong ones it refuses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from app.config.schema import schemas
from app.config.tree import Node, SourceFile, read_tree
from tests.config.small import FILES, small
from tests.config.wrong import WRONG

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT.parent / "shared" / "examples"
SCHEMAS = {name: jsonschema.Draft7Validator(schema) for name, schema in schemas().items()}
SHIPPED = [
    *[path for folder in ("forms", "workflows", "reports", "examples", "templates") for path in (ROOT / folder).rglob("*.yaml")],
    *(ROOT / "app" / "config").glob("*.yaml"),
]
KNOWN = frozenset(  # of the wrong files, those that a schema can know
    {
        "misspelt option", "list forgotten", "two ways to decide", "length of time", "no access", "not a name", "no counter",
        "option of another type", "formula and default", "unknown option of a metric", "metric without a value",
        "good neither up nor down", "goal that is no number", "wrong first key", "true or false to many tools",
    }
)


def plain(node: Node) -> Any:
    """Give a tree as an editor reads it: numbers are numbers."""
    if node.kind == "map":
        return {key: plain(value) for key, value in node}
    if node.kind == "list":
        return [plain(item) for item in node.items]
    if node.style or not re.fullmatch(r"-?\d+(\.\d+)?", node.text):
        return node.plain_value()
    return float(node.text) if "." in node.text else int(node.text)


def schema_of(name: str) -> jsonschema.Draft7Validator:
    """Give the schema for a file by where it stands."""
    if name.endswith("template.yaml"):
        return SCHEMAS["template"]
    folder = next(part for part in reversed(name.split("/")[:-1]) if part in (*SCHEMAS, "examples") or part == "config")
    return SCHEMAS["imports" if folder == "examples" else folder]


def faults(name: str, text: str) -> list[str]:
    """Give what the schema says of a file."""
    tree, broken = read_tree(SourceFile(name, text))
    if tree is None or broken:
        return [fault.rule for fault in broken]
    return [error.message[:200] for error in schema_of(name).iter_errors(plain(tree))]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_shipped_file_passes(path: Path) -> None:
    assert faults(path.relative_to(ROOT).as_posix(), path.read_text("utf-8")) == []


@pytest.mark.parametrize("name", FILES)
def test_the_small_company_passes_with_what_it_changes(name: str) -> None:
    assert faults(name, FILES[name]) == []


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference examples are not beside this checkout")
def test_every_file_of_the_reference_passes() -> None:
    said = {path.relative_to(REFERENCE).as_posix(): faults(path.relative_to(REFERENCE).as_posix(), path.read_text("utf-8")) for path in REFERENCE.rglob("*.yaml")}
    assert {name: told for name, told in said.items() if told and name != "config/posting.yaml"} == {}


def test_wrong_files_are_refused_where_a_schema_can_know_it() -> None:
    refused = {title for title, file, old, new in WRONG if faults(file, small((file, old, new)).texts[file])}
    assert refused >= KNOWN, sorted(KNOWN - refused)
