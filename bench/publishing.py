"""A form of 30 fields published over 100,000 documents with its dry run."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from app.config.catalogue import Catalogue
from app.config.loader import load_catalogue
from app.config.settings import Settings
from app.config.sources import Sources
from app.core.actor import SYSTEM
from app.data import documents
from app.data.repository import Repository
from bench.figure import Figure

FIELDS, DOCUMENTS = 30, 100_000
TYPES = ("text", "quantity", "money", "date", "boolean")
VALUES = ("word", "12.5", "99.99", "2026-01-02", True)
AFTER = {"f0": ", required: true, match: 'w.*'", "f1": ", max: 100"}


def measure() -> Iterator[Figure]:
    """Give the seconds of publishing."""
    with tempfile.TemporaryDirectory() as folder:
        office = Repository.open(Settings(home=Path(folder), secret_key="bench"), _a_form({}))
        row = {f"f{place}": VALUES[place % len(VALUES)] for place in range(FIELDS - 1)}
        for _ in range(DOCUMENTS // 10_000):
            with office.transaction(SYSTEM) as tx:
                documents.create_many(tx, "thing", [row] * 10_000)
        changed = _a_form(AFTER, "  total: {type: money, label: {en: T, zh: 计}, formula: f2 + f7}\n")
        begun = time.perf_counter()
        plan = office.publish(changed, apply=False)
        tried = time.perf_counter() - begun
        done = office.publish(changed, seen=plan.seen)
        seconds = time.perf_counter() - begun
        assert done.effects and not done.refused, done
        office.close()
    note = f"of which {tried:.1f} s dry run; one field required and matched, one bounded, one formula for all"
    yield Figure(f"form of {FIELDS} fields published over {DOCUMENTS:,} documents (SQLite)", seconds, "s", 10, note=note)


def _a_form(options: dict[str, str], more: str = "") -> Catalogue:
    fields = "".join(
        f"  f{place}: {{type: {TYPES[place % len(TYPES)]}, label: {{en: F{place}, zh: 栏 {place}}}"
        f"{options.get(f'f{place}', '')}}}\n"
        for place in range(FIELDS - 1)
    )
    head = "form: thing\ntitle: {en: Thing, zh: 物品}\nnumber: T-{seq:6}\n"
    text = f"{head}fields:\n{fields}{more}access:\n  view: [everyone]\n  create: [everyone]\n"
    return load_catalogue(Sources(Path("/nowhere"), texts={"forms/bench/thing.yaml": text}))
