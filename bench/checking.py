"""The check of 300 forms and workflows: copies of one, each its own, and once more with nothing changed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from app.config.settings import CHECKOUT
from bench.figure import Figure

FORMS = 300
NOTE = f"{FORMS} files, half of them forms and half workflows, in a process of its own, its start included"


def measure() -> Iterator[Figure]:
    """Give the seconds of checking."""
    with tempfile.TemporaryDirectory() as folder:
        _write_forms(Path(folder))
        cold, warm = _check(folder), min(_check(folder) for _ in range(3))
    with tempfile.TemporaryDirectory() as folder:
        _write_forms(Path(folder), each=True)
        own = _check(folder)
    yield Figure("check of 300 forms and workflows, cold", cold, "s", 5, note=f"{NOTE}; what is alike is proved once")
    yield Figure("check of 300 forms and workflows, warm", warm, "s", 0.5, note="nothing changed since; best of 3")
    yield Figure("check of 300 forms and workflows, no two alike, cold", own, "s", note="each with bands of its own: 150 proofs")


def _write_forms(home: Path, *, each: bool = False) -> None:
    """Copy the product's purchase request and its workflow under many names into a site, each with its own bands."""
    for folder in ("forms", "workflows"):
        text = (CHECKOUT / folder / "purchasing" / "purchase_request.yaml").read_text("utf-8")
        target = home / "site" / folder
        target.mkdir(parents=True)
        for number in range(FORMS // 2):
            name = f"request_{number}"
            copy = re.sub(r"^(form|workflow): purchase_request$", rf"\1: {name}", text, flags=re.M)
            copy = re.sub(r"^on_approved:\n(?:  .*\n)+", "", copy, flags=re.M)
            bands = copy.replace(">= 50000", f">= {50_100 + number}").replace("given: {total_amount: 5000}", "given: {total_amount: 5500}")
            bands = bands.replace(">= 5000\n", f">= {5_100 + number}\n")
            copy = (bands if each else copy).replace("PR-{year}", f"P{number}-{{year}}")
            (target / f"{name}.yaml").write_text(copy, "utf-8")


def _check(home: str) -> float:
    begun = time.perf_counter()
    environment = {**os.environ, "DAYBOOK_HOME": home}
    found = subprocess.run(
        [sys.executable, "-m", "app.cli.start", "check"],
        cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False,
    )
    assert found.returncode == 0, found.stdout[-2000:] + found.stderr[-2000:]
    return time.perf_counter() - begun
