"""`make crash TIMES=100`: every scene on both databases; SEED, ONLY=receipts and DATABASE=sqlite show one failure again."""

from __future__ import annotations

import os
import random
import sys
import time

from tests.crashes.background import Imports, Notebooks, Publishing
from tests.crashes.killing import killed
from tests.crashes.purchasing import Approvals, Receipts
from tests.simulation.runs import offices

SCENES = (Receipts, Approvals, Imports, Notebooks, Publishing)


def main() -> int:
    """Let the scenes die; tell the seed first, and what was broken."""
    seed, times = int(os.environ.get("SEED") or random.randrange(10**6)), int(os.environ.get("TIMES") or 100)
    only, database = os.environ.get("ONLY") or "", os.environ.get("DATABASE") or ""
    print(f"SEED={seed} TIMES={times}", flush=True)
    for kind in (database,) if database else ("sqlite", "postgresql"):
        for scene in SCENES:
            if only in ("", scene.name) and not _outlived(scene, kind, times=times, seed=seed):
                return 1
    return 0


def _outlived(scene: type, database: str, *, times: int, seed: int) -> bool:
    begun = time.monotonic()
    with offices(database) as fresh:
        office = fresh()
        try:
            killed(scene(office), database, times=times, seed=seed)
        except AssertionError as broken:
            print(f"{scene.name} on {database}: {broken}")
            return False
        finally:
            office.repository.close()
    print(f"{scene.name} on {database}: {times} deaths outlived in {time.monotonic() - begun:.0f} s", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
