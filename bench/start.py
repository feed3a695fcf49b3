"""From the start of an office that is already built to its first page, and the memory of web and worker together."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.config.settings import CHECKOUT, Settings
from app.demo.company import found_company
from app.office import Office
from bench.figure import Figure

ROUNDS, PATIENCE_SECONDS, MEGABYTE = 3, 240, 1024
SETTLED_SECONDS = 4  # the worker opens the office after the web server answers
PASSWORD = "measured-only"
PORT = int(os.environ.get("DAYBOOK_PORT", "8000"))  # the pages are built for one port


def measure() -> list[Figure]:
    """Give seconds and memory, medians of a few starts; a start before them builds the pages."""
    with tempfile.TemporaryDirectory() as folder:
        home = a_home(Path(folder))
        with serving(home):
            pass
        starts = [_start(home) for _ in range(ROUNDS)]
    seconds, memory = (statistics.median(each) for each in zip(*starts, strict=True))
    note = f"median of {ROUNDS} starts"
    return [
        Figure("start, already built, to the first page", seconds, "s", 8, note=note),
        Figure("memory of web and worker together", memory, "MB", 400, note=f"{note}, shared pages counted once"),
    ]


def a_home(folder: Path) -> Path:
    """Make the home of a small company, in a process of its own: what it imports is not measured."""
    office = Office.open(Settings.read({"DAYBOOK_HOME": str(folder)}))
    found_company(office, password=PASSWORD, products=60)
    office.repository.close()
    return folder


def _start(home: Path) -> tuple[float, float]:
    """Start once; give seconds to the first page and megabytes after it."""
    began = time.monotonic()
    with serving(home) as (_, process):
        seconds = time.monotonic() - began
        time.sleep(SETTLED_SECONDS)
        return seconds, sum(map(_kilobytes, family(process.pid))) / MEGABYTE


@contextmanager
def serving(home: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start the office as `daybook up` does; give its address once a page is answered, and end it with its worker."""
    address = f"http://localhost:{PORT}"
    command = [sys.executable, "-m", "app.cli.start", "up", "--port", str(PORT), "--home", str(home)]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with (home / "up.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=CHECKOUT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        _wait(f"{address}/login", process, home / "up.log")
        yield address, process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(40)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"the office did not start:\n{log.read_text()[-2000:]}")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    raise RuntimeError(f"no page in {PATIENCE_SECONDS} s:\n{log.read_text()[-2000:]}")


def family(process: int) -> list[int]:
    """Give a process with all that it started."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [process, *(member for child in children for member in family(int(child)))]


def _kilobytes(process: int) -> int:
    """Give the memory of a process, what it shares divided by those that share it."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
