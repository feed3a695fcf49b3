"""The shape of the code: sizes, docstrings, return types, layout. The numbers only go down."""

from __future__ import annotations

import ast
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST_FILE = 400
LONGEST_FUNCTION = 50
MEDIAN_FUNCTION = 8
TESTS_TO_SOURCE = 0.3
Function = ast.FunctionDef | ast.AsyncFunctionDef


def source_files() -> list[Path]:
    return sorted([*(ROOT / "app").rglob("*.py"), *(ROOT / "assistant").rglob("*.py")])


def functions(path: Path) -> Iterator[Function]:
    tree = ast.parse(path.read_text())
    return (node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)))


def length(node: Function) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def where(path: Path, node: Function | ast.ClassDef) -> str:
    return f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    long = {
        str(p.relative_to(ROOT)): n for p in source_files() if (n := len(p.read_text().splitlines())) > LONGEST_FILE
    }
    assert not long


def test_no_function_is_longer_than_a_screen() -> None:
    assert not [where(p, f) for p in source_files() for f in functions(p) if length(f) > LONGEST_FUNCTION]


def test_the_median_function_is_short() -> None:
    assert statistics.median(length(f) for p in source_files() for f in functions(p)) <= MEDIAN_FUNCTION


def public_definitions(path: Path) -> Iterator[Function | ast.ClassDef]:
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and not node.name.startswith("_"):
            yield node


def test_everything_public_says_what_the_caller_gets() -> None:
    bare = [str(p.relative_to(ROOT)) for p in source_files() if not ast.get_docstring(ast.parse(p.read_text()))]
    bare += [where(p, d) for p in source_files() for d in public_definitions(p) if not ast.get_docstring(d)]
    assert not bare


def test_every_function_declares_what_it_returns() -> None:
    assert not [where(p, f) for p in source_files() for f in functions(p) if f.returns is None and f.name != "__init__"]


def test_every_domain_has_the_same_inner_shape() -> None:
    allowed = {"__init__.py", "rules.py", "models.py", "queries.py", "service.py"}
    needed = allowed - {"models.py"}
    for folder in (p for p in (ROOT / "app/domain").iterdir() if p.is_dir() and p.name != "__pycache__"):
        names = {p.name for p in folder.glob("*.py")}
        assert needed <= names <= allowed, folder.name


def test_no_error_is_swallowed() -> None:
    silent = []
    for path in source_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ExceptHandler) and len(node.body) == 1 and isinstance(node.body[0], ast.Pass):
                silent.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not silent


def test_no_work_is_left_as_a_note_in_the_code() -> None:
    words = ("TO" + "DO", "FIX" + "ME", "XX" + "X", "NotImplemented" + "Error")
    assert not [f"{p.relative_to(ROOT)}: {w}" for p in source_files() for w in words if w in p.read_text()]


def test_tests_grow_towards_the_length_of_the_source() -> None:
    tests = sum(len(p.read_text().splitlines()) for p in (ROOT / "tests").rglob("*.py"))
    source = sum(len(p.read_text().splitlines()) for p in source_files())
    assert tests >= source * TESTS_TO_SOURCE  # on its way to 1; the number only goes up


def test_imports_point_one_way() -> None:
    command = [ROOT / ".venv/bin/lint-imports", "--no-logo"]
    if not command[0].exists():
        pytest.skip("import-linter is not installed here")
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
