"""Kept figures of many documents worked out anew: read together, counted together, written together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.core import events
from app.data import audit, counting, reading, writing
from app.data.changing import Change, save
from app.data.computing import Work, fill
from app.data.document import Document
from app.data.plan import FormPlan
from app.data.reading import plan_for
from app.data.transaction import Transaction
from app.data.values import to_json

FEW = 4  # so many are quicker one by one
Pair = tuple[Document, Document]


def refresh_some(tx: Transaction, form: str, keys: Sequence[int]) -> None:
    """Work out the figures of some documents of one form; those that change are saved, and their change is told."""
    plan = plan_for(tx, form)
    for key in keys:
        reading.lock(tx, form, key)
    before = reading.load_many(tx, form, keys)
    works = [Work(tx, plan, document.copy()) for document in before]
    counting.learn(tx, form, works)
    for work in works:
        fill(work, defaults=False)
    pairs = [(old, work.document) for old, work in zip(before, works, strict=True)]
    if len(pairs) <= FEW or plan.files:
        for old, new in pairs:
            save(tx, plan, old, after=new, cause="count")
        return
    save_many(tx, plan, pairs)


def save_many(tx: Transaction, plan: FormPlan, pairs: Sequence[Pair], *, whole: bool = True) -> None:
    """Save what differs, one statement for each set of columns, then tell it. Not `whole`: only some columns were read."""
    changed: list[Pair] = []
    audited, headers, lines = [], [], []
    for old, new in pairs:
        header = writing.changed_names(plan, old.values_, new.values_)
        diff: dict[str, Any] = {
            name: [to_json(old.values_.get(name)), to_json(new.values_.get(name))] for name in header
        }
        if {"number", "stage"} & set(header) or any((None, name) in plan.tables.links for name in header):
            save(tx, plan, old, after=new, cause="count")
            continue
        for table in plan.lines:
            found = writing.changed_lines(plan, table, old, new)
            if found:
                diff[table] = {str(line["line_no"]): changes for line, changes in found}
                lines += [(table, old.id, line, tuple(changes)) for line, changes in found]
        if diff:
            writing.stamp_changed(tx, old, new)
            headers.append((new, tuple(header)))
            audited.append(audit.audit_row(tx, new, "count", diff))
            changed.append((old, new))
    writing.update_headers(tx, plan, headers)
    writing.update_lines(tx, plan, lines)
    tx.run_many(tx.sql(audit.INSERT), audited)
    _tell(tx, plan, changed, whole)


def _tell(tx: Transaction, plan: FormPlan, changed: Sequence[Pair], whole: bool) -> None:
    for _old, new in changed if whole else ():
        reading.without_live(plan, new)
        reading.remember(tx, new)
    counting.refresh(tx, counting.touched_documents(tx, plan.form, changed))
    for old, new in changed:
        events.publish("document.changed", tx, Change(plan.form, old, new, "count"))
