"""The number of a document: its key field, the next of its pattern at once or at a stage, or a plain counter."""

from __future__ import annotations

import re
from collections.abc import Sequence

from app.config.form_spec import NumberSpec
from app.core.errors import DaybookError
from app.data.document import Document
from app.data.naming import held_name, is_held, keeps_number
from app.data.plan import FormPlan
from app.data.sequences import go_beyond, next_number, parts_of, shape_of, take
from app.data.transaction import Transaction
from app.data.values import to_json

PLAIN = NumberSpec("{seq:1}")
AT_ONCE = 500


class NumberKept(DaybookError):
    """{number} has a number of a row without gaps, so it can't be deleted. Cancel it, or correct it by another document."""

    zh = "{number} 的编号须连续无缺号，不能删除。请取消它，或另开单据更正。"
    status = 409


def give_number(tx: Transaction, plan: FormPlan, document: Document) -> None:
    """Give a new document its number, or what it is called until the stage that gives it one."""
    values = document.values_
    key = plan.spec.key
    if key is not None and values.get(key) is not None:
        values["number"] = str(to_json(values[key]))
    elif waits_for_number(plan, document):
        _hold(tx, plan, [document])
    else:
        values["number"] = next_number(tx, plan.spec.number or PLAIN, document)


def give_numbers(tx: Transaction, plan: FormPlan, documents: list[Document]) -> None:
    """Give many new documents their numbers, taking those of one counter at once; one from elsewhere is kept if it can be."""
    groups: dict[tuple[str, int, str], list[Document]] = {}
    _keep_numbers(tx, plan, [document for document in documents if document.number])
    documents = [document for document in documents if not document.number]
    waiting = [document for document in documents if waits_for_number(plan, document)]
    _hold(tx, plan, waiting)
    for document in [] if waiting else documents:  # all of them begin in the same stage
        key = plan.spec.key
        if key is not None and document.values_.get(key) is not None:
            document.values_["number"] = str(to_json(document.values_[key]))
        else:
            groups.setdefault(parts_of(tx, (plan.spec.number or PLAIN).pattern, document), []).append(document)
    for (before, digits, after), group in groups.items():
        last = take(tx, f"{plan.form}:{before}", len(group))
        for value, document in enumerate(group, last - len(group) + 1):
            document.values_["number"] = f"{before}{value:0{digits}d}{after}"


def _keep_numbers(tx: Transaction, plan: FormPlan, documents: Sequence[Document]) -> None:
    """Let new documents bear the numbers they had elsewhere, where the form's pattern makes such and nobody has it.

    The counter goes on behind them. A key is no number, and a row without gaps is never filled from outside.
    """
    spec = plan.spec.number or PLAIN
    shape, last = shape_of(spec.pattern), dict[str, int]()
    closed = plan.spec.key is not None or spec.gapless or spec.at is not None
    taken = set() if closed else _taken(tx, plan, [document.number for document in documents])
    for document in documents:
        fits = None if closed or document.number in taken else shape.fullmatch(document.number)
        if fits is None:
            document.values_["number"] = ""
            continue
        taken.add(document.number)
        before = f"{plan.form}:{document.number[: fits.start('seq')]}"
        last[before] = max(last.get(before, 0), int(fits["seq"]))
    for name, value in sorted(last.items()):
        go_beyond(tx, name, value)


def _taken(tx: Transaction, plan: FormPlan, numbers: Sequence[str]) -> set[str]:
    """Give those of these numbers that a document has, deleted ones too."""
    found: set[str] = set()
    for start in range(0, len(numbers), AT_ONCE):
        part = numbers[start : start + AT_ONCE]
        marks = ", ".join([tx.mark] * len(part))
        found |= {row[0] for row in tx.fetch(f"select number from {plan.sql.header.table} where number in ({marks})", part)}  # noqa: S608
    return found


def give_late_number(tx: Transaction, plan: FormPlan, after: Document) -> None:
    """Give a document its number on entering the stage that gives it one; a number once given stays."""
    spec = plan.spec.number
    if spec is not None and spec.at is not None and after.stage == spec.at and is_held(plan.spec, after.number):
        after.values_["number"] = next_number(tx, spec, after)


def waits_for_number(plan: FormPlan, document: Document) -> bool:
    """Tell whether a new document gets its number later: it begins, and the stage that gives one is still ahead."""
    at = plan.spec.number.at if plan.spec.number else None
    return at is not None and document.stage == plan.start and document.stage != at


def require_deletable(plan: FormPlan, document: Document) -> None:
    """Refuse to delete what would leave a gap in its numbers."""
    if keeps_number(plan.spec, document.number):
        raise NumberKept(number=document.number)


def gaps(tx: Transaction) -> list[str]:
    """Give each number that is missing from the rows that may have no gap."""
    missing: list[str] = []
    for name, spec in tx.catalogue.forms.items():
        if spec.number is not None and spec.number.gapless and name in tx.registry.forms:
            missing += _gaps(tx, name)
    return missing


def _gaps(tx: Transaction, form: str) -> list[str]:
    statement = tx.sql("select name, value from office_sequence where substr(name, 1, ?) = ? order by name")
    rows = [(str(name)[len(form) + 1 :], int(value)) for name, value in tx.fetch(statement, (len(form) + 1, f"{form}:"))]
    numbers = [str(row[0]) for row in tx.fetch(f'select number from "{form}"')]  # noqa: S608  a name of ours
    missing = []
    for before, last in rows:
        there = {int(found.group()) for each in numbers if each.startswith(before) and (found := re.match(r"\d+", each[len(before) :]))}
        missing += [f"{form} {before}{value}" for value in range(1, last + 1) if value not in there]
    return missing


def _hold(tx: Transaction, plan: FormPlan, documents: Sequence[Document]) -> None:
    for document, key in zip(documents, new_keys(tx, plan, len(documents)), strict=True):
        document.values_.update(id=key, number=held_name(key))


def new_keys(tx: Transaction, plan: FormPlan, count: int) -> list[int]:
    """Give new keys for so many documents."""
    if not count:
        return []
    table = plan.sql.header.table
    if tx.dialect == "sqlite":
        row = tx.fetch_one(f"select coalesce(max(id), 0) from {table}")  # noqa: S608
        return list(range((row[0] if row else 0) + 1, (row[0] if row else 0) + 1 + count))
    rows = tx.fetch("select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)", (table, count))
    return [row[0] for row in rows]
