"""Many documents changed at once, for imports: each by the rules, rights, versions and audit of an edit by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.core.errors import DaybookError, Invalid, Problem
from app.core.words import Words
from app.data import reading, rights
from app.data.bulk import Refusals
from app.data.changing import (
    as_shown,
    changed_work,
    known_plan,
    raise_problems,
    require_editable,
    require_kept,
    save,
    waits_to_begin,
)
from app.data.checking import problems_of
from app.data.computing import Work
from app.data.document import Document
from app.data.incoming import refuse_locked
from app.data.plan import FormPlan
from app.data.transaction import Transaction
from app.data.values import Masked, is_empty

GONE = Words("This document is there already, and it is not yours to change.", "该单据已存在，但你无权修改。")
Values = Mapping[str, Any]


def lock_many(tx: Transaction, form: str, keys: Sequence[int]) -> list[Document]:
    """Give documents, lines too, that nobody else changes until this transaction ends; the lowest key is locked first."""
    plan = known_plan(tx, form)
    if plan.sql.lock:
        for start in range(0, len(keys), reading.AT_ONCE):
            _lock(tx, plan, sorted(keys)[start : start + reading.AT_ONCE])
    return reading.load_many(tx, form, keys)


def _lock(tx: Transaction, plan: FormPlan, keys: Sequence[int]) -> None:
    marks = ", ".join([tx.mark] * len(keys))
    tx.fetch(f"select 1 from {plan.sql.header.table} where id in ({marks}) order by id for update", keys)  # noqa: S608
    for key in keys:
        known = tx.shared.read.get((plan.form, key))
        if known is not None and not tx.shared.read.get(("locked", plan.form, key)):
            reading.forget(tx, known)
        tx.shared.read[("locked", plan.form, key)] = True


def update_many(
    tx: Transaction, form: str, changes: Sequence[tuple[Document, Values]], *, refused: Refusals, history: bool = False
) -> list[Document | None]:
    """Change documents that `lock_many` gave; at each place the document as it is now, or None where nothing differs.

    What may not be changed is told in `refused` as (place, problems). A value that equals the mask which this person
    sees in its place changes nothing. `history` brings back what was there: values, bounds and locks are checked, what
    a person would be asked for (required fields, checks, offers of links) is not.
    """
    plan = known_plan(tx, form)
    done: list[Document | None] = []
    for place, (before, values) in enumerate(changes):
        try:
            latest = reading.load(tx, form, before.id) or before  # a change before this one may have touched it
            done.append(_updated(tx, plan, latest, values=values, history=history))
        except Invalid as error:
            refused.append((place, [problem for problem in error.problems if not problem.warn]))
            done.append(None)
        except DaybookError as error:
            refused.append((place, [Problem("", error.code, Words(error.say("en"), error.say("zh")))]))
            done.append(None)
    return done


def _updated(tx: Transaction, plan: FormPlan, before: Document, *, values: Values, history: bool) -> Document | None:
    if before.values_["deleted_at"] is not None or not rights.may(tx, plan.form, "view", before):
        raise Invalid([Problem("", "not_allowed", GONE)])
    work, names = changed_work(tx, plan, before, changes=_without_masks(tx, plan, before, values))
    if not names and not work.refused:
        return None
    require_editable(tx, before)
    refuse_locked(work, before)
    raise_problems(work, _problems(work, names, history=history))
    require_kept(work, before)
    with tx.savepoint():
        after = save(tx, plan, before, after=work.document, cause="update")
    return after if after is not before else None


def _problems(work: Work, names: set[str], *, history: bool) -> list[Problem]:
    if history:
        found = problems_of(work, whole=False, changed=names, asked=False)
        return [problem for problem in found if problem.code != "check"]
    whole = not waits_to_begin(work.plan, work.document.stage)
    return problems_of(work, whole=whole, changed=names)


def _without_masks(tx: Transaction, plan: FormPlan, before: Document, values: Values) -> Values:
    """Leave out what is only the mask of a value: it came from what this person was shown."""
    if tx.is_system or not rights.has_hidden(tx, plan.form):
        return values
    shown = as_shown(tx, before)
    kept = {name: value for name, value in values.items() if not _is_mask(shown.values_.get(name), value)}
    for name in set(plan.lines) & set(kept):
        lines = {line["line_no"]: line for line in shown.tables.get(name, ())}
        kept[name] = [dict(_unmasked(lines.get(row.get("line_no"), {}), row)) for row in kept[name]]
    return kept


def _unmasked(shown: Values, row: Values) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in row.items() if not _is_mask(shown.get(name), value))


def _is_mask(shown: Any, value: Any) -> bool:
    if not isinstance(shown, Masked):
        return False
    return is_empty(value) if not shown else isinstance(value, str) and value.strip() == shown
