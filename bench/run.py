"""Measure everything, or the parts named on the command line, and write RESULTS.md and results.json."""

from __future__ import annotations

import importlib
import json
import platform
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from bench.figure import Figure

HERE = Path(__file__).parent
PARTS = ("request", "bulk", "ledger", "many", "page", "start", "adventureworks", "publishing", "checking", "lists", "crowd", "analytics")
MARK = {True: "yes", False: "**no**", None: "—"}


def calibrate() -> float:
    """Give the seconds of CPU of a fixed loop, which tells how fast and how busy the machine is."""
    begun = time.process_time()
    total = 0
    for number in range(2_000_000):
        total += number & 7
    return time.process_time() - begun


def measure(part: str) -> list[Figure]:
    """Run one part; a part whose data is absent gives no figure and says why."""
    print(f"{part} ...", flush=True)
    try:
        return list(importlib.import_module(f"bench.{part}").measure())
    except FileNotFoundError as missing:
        print(f"  left out: {missing}")
        return []


def write(figures: list[Figure]) -> None:
    """Write the figures, keeping those of parts that were not run this time."""
    path = HERE / "results.json"
    kept = json.loads(path.read_text())["figures"] if path.exists() else []
    fresh = {figure.name: figure.as_json() for figure in figures}
    rows = [fresh.pop(row["name"], row) for row in kept] + list(fresh.values())
    about = {
        "measured_at": datetime.now(UTC).isoformat(timespec="minutes"),
        "python": platform.python_version(),
        "machine": f"{platform.machine()}, loop {calibrate():.2f} s",
    }
    path.write_text(json.dumps(about | {"figures": rows}, indent=1, ensure_ascii=False) + "\n")
    lines = [
        "# What was measured",
        "",
        f"`make bench`, {about['measured_at']}, Python {about['python']}, {about['machine']}.",
        "Ratios count; seconds depend on the machine.",
        "",
        "| figure | value | goal | met | |",
        "|---|---:|---:|---|---|",
    ]
    lines += [
        f"| {r['name']} | {r['value']:g} {r['unit']} | {r['goal'] or ''} | {MARK[r['met']]} | {r['note']} |"
        for r in rows
    ]
    (HERE / "RESULTS.md").write_text("\n".join(lines) + "\n")


def main() -> None:
    """Measure and write."""
    parts = [part for part in sys.argv[1:] if part in PARTS] or list(PARTS)
    figures = [figure for part in parts for figure in measure(part)]
    write(figures)
    for figure in figures:
        print(f"{figure.name}: {figure.value:g} {figure.unit} {MARK[figure.met]}")


if __name__ == "__main__":
    main()
