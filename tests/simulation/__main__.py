"""`make simulate SEED=7 DAYS=30`: random days of purchasing; DAYS=4,9 lives these days only."""

from __future__ import annotations

import os
import random
import sys
import time

from tests.simulation.runs import lived, offices, shortened


def days_of(text: str) -> list[int]:
    """Give the days that are meant: 30 is the first thirty, 4,9 these two."""
    return [int(day) for day in text.split(",") if day] if "," in text else list(range(1, int(text) + 1))


def main() -> int:
    """Live the days; say what was broken first and how to see it again."""
    seed = int(os.environ.get("SEED") or random.randrange(10**6))
    days, database = days_of(os.environ.get("DAYS") or "10"), os.environ.get("DATABASE") or "sqlite"
    print(f"SEED={seed} DAYS={os.environ.get('DAYS') or 10} DATABASE={database}", flush=True)
    begun = time.monotonic()
    with offices(database) as fresh:
        office = fresh()
        business, failure = lived(office, seed, days)
        office.repository.close()
        granted, refused = sum(business.granted.values()), sum(business.refused.values())
        print(f"{granted} acts done, {refused} refused, {time.monotonic() - begun:.0f} s: {dict(business.granted)}")
        if failure is None:
            print("Every promise held after every act.")
            return 0
        print(failure.say(), "\nlooking for fewer days ...", flush=True)
        print(shortened(fresh, failure).say())
    return 1


if __name__ == "__main__":
    sys.exit(main())
