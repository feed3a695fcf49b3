"""Formulas of every document of a form worked out anew, when publishing changed them: only what they read is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app.core.links import Link
from app.data import counting, reading
from app.data.changing import save
from app.data.computing import Work, fill
from app.data.document import Document
from app.data.dry_run import SHOWN, batches
from app.data.plan import FormPlan
from app.data.reading import Later, plan_for
from app.data.refreshing import save_many
from app.data.statements import SYSTEM_READ, RowReader
from app.data.transaction import Transaction

Pair = tuple[Document, Document]
ALWAYS = frozenset({"id", "number", "stage", "version"})


@dataclass
class Recomputed:
    """How many documents got another value in which field, and the first of them."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Link]] = field(default_factory=dict)

    def note(self, pair: Pair, names: set[str]) -> None:
        """Count one document."""
        for name in names:
            self.counts[name] += 1
            shown = self.examples.setdefault(name, [])
            if len(shown) < SHOWN:
                shown.append(pair[1].link)


class Rest(Later):
    """Reads the other columns of a document of which only some were read, if somebody asks for them."""

    __slots__ = ()

    def __call__(self, document: Document, name: str) -> Any:
        if name in self.plan.sql.header.stores or name in SYSTEM_READ:
            whole = self.tx.fetch_one(self.plan.sql.by_id, (document.id,))
            assert whole is not None
            document.values_.update({**self.plan.sql.reader.read(whole), **document.values_})
            return document.values_[name]
        return super().__call__(document, name)


def recompute(tx: Transaction, form: str, *, write: bool) -> Recomputed:
    """Work out the kept formulas of every living document; tell which differ, and with `write` save them."""
    plan, told = plan_for(tx, form), Recomputed()
    table = plan.tables.table
    for keys in batches(tx, select(table.c.id).where(table.c.deleted_at.is_(None)).order_by(table.c.id)):
        before = _read(tx, plan, keys)
        works = [Work(tx, plan, document.copy()) for document in before]
        counting.learn(tx, form, works)
        pairs = []
        for old, work in zip(before, works, strict=True):
            fill(work, defaults=False)
            names = _differing(plan, old, work.document)
            if names:
                pairs.append((old, work.document))
                told.note(pairs[-1], names)
        if write:
            _save(tx, plan, pairs)
        tx.shared.read.clear()
    return told


def _save(tx: Transaction, plan: FormPlan, pairs: Sequence[Pair]) -> None:
    key = plan.spec.key
    if key and plan.header[key].formula is not None:  # its number follows
        for old, new in pairs:
            save(tx, plan, old, after=new, cause="count")
    else:
        save_many(tx, plan, pairs, whole=_reads_whole(plan))


def _reads_whole(plan: FormPlan) -> bool:
    return bool(plan.lines or plan.shows or plan.never_shown or plan.table_shows or plan.tables.links)


def _differing(plan: FormPlan, old: Document, new: Document) -> set[str]:
    found = set()
    for step in plan.formulas:
        if (step.table, step.name) in plan.live:
            continue
        if step.table is None:
            if old.values_[step.name] != new.values_[step.name]:
                found.add(step.name)
        elif any(a[step.name] != b[step.name] for a, b in zip(old[step.table], new[step.table], strict=True)):
            found.add(f"{step.table}.{step.name}")
    return found


def _read(tx: Transaction, plan: FormPlan, keys: Sequence[int]) -> list[Document]:
    """Read of each document what formulas look at; of one with lines or hidden fields, all."""
    if _reads_whole(plan):
        return reading.load_many(tx, plan.form, keys)
    reader = _reader(tx, plan)
    marks = ", ".join([tx.mark] * len(keys))
    rows = tx.fetch(f"{reader.select(plan.form)} where t.id in ({marks}) order by t.id", keys)
    later = Rest(tx, plan)
    return [Document(plan.form, reader.read(row), {}, lazy=later) for row in rows]


def _reader(tx: Transaction, plan: FormPlan) -> RowReader:
    key = ("recompute", plan.form, tx.dialect)
    known = tx.registry.cache.get(key)
    if known is None:
        names = set(_names(tx, plan))
        fields = [spec for name, spec in plan.header.items() if name in names]
        system = [name for name in SYSTEM_READ if name in names | ALWAYS]
        known = tx.registry.cache[key] = RowReader(tx.catalogue, fields, dialect=tx.dialect, system=system)
    return known


def _names(tx: Transaction, plan: FormPlan) -> Iterator[str]:
    for step in plan.formulas:
        yield step.name
        yield from (name.removeprefix("this.").partition(".")[0] for name in step.reads)
    for dependent in counting.dependents(tx.registry, plan.form):
        yield from dependent.reads
        yield from (name for name, _ in dependent.count.equalities)

