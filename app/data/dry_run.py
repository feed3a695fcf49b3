"""What publishing a form does to the documents that are there: how many it breaks, hides or changes, and which."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select

from app.config.shapes import shapes_of
from app.core.expressions import Expression, ExpressionError, Place, Type, compile_expression
from app.core.links import Link
from app.core.words import Words
from app.data import reading
from app.data.computing import Work
from app.data.demands import Demand
from app.data.expression_sql import to_sql
from app.data.kinds import kind_of
from app.data.names import below, condition_sql, line_column, parameters
from app.data.transaction import Transaction

SHOWN = 20  # examples of each effect
AT_ONCE = 1000
TOLD = {
    "required": Words(
        "{count} documents of {form} have no {label}; it is asked for when one is next changed.",
        "{count} 张{form}没有填写{label}，下次修改时必须补填。",
    ),
    "check": Words(
        "{count} documents of {form} break the rule “{told}”; one is refused at its next change until it holds.",
        "{count} 张{form}不满足“{told}”，下次修改时须先改正。",
    ),
    "min": Words(
        "{label} is too small in {count} documents of {form}; it is refused at their next change.",
        "{count} 张{form}的{label}低于下限，下次修改时须改正。",
    ),
    "max": Words(
        "{label} is too big in {count} documents of {form}; it is refused at their next change.",
        "{count} 张{form}的{label}超过上限，下次修改时须改正。",
    ),
    "longest": Words("{label} is too long in {count} documents of {form}.", "{count} 张{form}的{label}过长。"),
    "match": Words(
        "{label} is written otherwise than asked for in {count} documents of {form}.",
        "{count} 张{form}的{label}格式不符。",
    ),
    "options": Words(
        "{label} holds a word that is no option any more in {count} documents of {form}; say was: to rename an option.",
        "{count} 张{form}的{label}是已去掉的选项；要改名请写 was。",
    ),
    "show": Words(
        "{label} is hidden in {count} documents of {form} where it is filled in; it is emptied when one is next"
        " saved, and stays in the history.",
        "{count} 张{form}中已填写的{label}会被隐藏，下次保存时清空，历史记录中仍可查到。",
    ),
    "least": Words("{count} documents of {form} have too few rows in {label}.", "{count} 张{form}的{label}行数太少。"),
    "most": Words("{count} documents of {form} have too many rows in {label}.", "{count} 张{form}的{label}行数太多。"),
    "formula": Words(
        "{label} is worked out anew and becomes another in {count} documents of {form}.",
        "{count} 张{form}的{label}会重新计算并改变。",
    ),
    "filled": Words("{label} is worked out for {count} documents of {form}.", "为 {count} 张{form}算出{label}。"),
    "stages": Words(
        "Refused: {count} documents of {form} stand in a stage that is gone. Move them first, or say was: to rename it.",
        "拒绝：{count} 张{form}处于已去掉的阶段。请先移到别的阶段，或写 was 改名。",
    ),
}
NATURE = {"show": "hide", "formula": "change"}  # everything else breaks


class NotInDatabase(Exception):
    """What stands outside a row is not at hand in a query over all of them."""


@dataclass(frozen=True)
class Effect:
    """What one change does to documents: `break` (refused at their next change), `hide`, or `change`."""

    nature: str
    form: str
    place: str  # field, `table.field`, or nothing for a rule over several
    words: Words
    count: int
    examples: tuple[Link, ...]
    adds: bool = False  # comes with something new: nothing that stood there is touched
    refused: bool = False


def effect(tx: Transaction, form: str, demand: Demand, found: tuple[int, tuple[Link, ...]], *, adds: bool) -> Effect:
    """Put into words what a demand does to the documents that it meets."""
    title, told = tx.catalogue.forms[form].title, demand.told or Words(demand.question, demand.question)
    label = demand.label or Words(demand.name, demand.name)

    kind = "filled" if adds and demand.kind == "formula" else demand.kind

    def said(locale: str) -> str:
        return TOLD[kind].say(locale).format(
            count=f"{found[0]:,}", form=title.say(locale), label=label.say(locale), told=told.say(locale).rstrip(".。")
        )

    nature = NATURE.get(demand.kind, "break")
    words = Words(said("en"), said("zh"))
    return Effect(nature, form, demand.place, words, *found, adds, demand.kind == "stages")


def documents_met(tx: Transaction, form: str, demand: Demand) -> tuple[int, tuple[Link, ...]]:
    """Give how many documents don't fulfil a demand, and the first of them."""
    fits = _fitting(tx, form, demand)
    if fits is not None:
        return _shown(tx, form, _unlike(tx, form, demand, fits))
    question = _asked(tx, form, demand)
    try:
        if demand.table and any(name.startswith("this.") for name in question.reads):
            raise NotInDatabase
        return _in_database(tx, form, demand, question)
    except (ExpressionError, NotInDatabase):
        return _shown(tx, form, _one_by_one(tx, form, demand, question))


def _asked(tx: Transaction, form: str, demand: Demand) -> Expression:
    shapes = tx.registry.cache.get("shapes") or tx.catalogue.shapes or shapes_of(tx.catalogue.forms)
    tx.registry.cache["shapes"] = shapes
    place = Place(form, demand.table)
    return compile_expression(demand.question, place=place, shapes=shapes, expect=Type("boolean"))


def _in_database(
    tx: Transaction, form: str, demand: Demand, question: Expression
) -> tuple[int, tuple[Link, ...]]:
    rows = tx.registry.forms[form].table
    met = _condition(tx, form, demand, question)
    wanted = [rows.c.deleted_at.is_(None), met, *_begun(tx, form, demand)]
    count = tx.connection.scalar(select(func.count()).select_from(rows).where(*wanted)) or 0
    if not count:
        return 0, ()
    first = select(rows.c.id).where(*wanted).order_by(rows.c.id.desc()).limit(SHOWN)
    return count, _links(tx, form, list(tx.connection.scalars(first)))


def living(tx: Transaction, form: str) -> tuple[int, tuple[Link, ...]]:
    """Give how many documents a form has, and the newest of them."""
    rows = tx.registry.forms[form].table
    alive = rows.c.deleted_at.is_(None)
    count = tx.connection.scalar(select(func.count()).select_from(rows).where(alive)) or 0
    newest = select(rows.c.id).where(alive).order_by(rows.c.id.desc()).limit(SHOWN)
    return count, _links(tx, form, list(tx.connection.scalars(newest)))


def _condition(tx: Transaction, form: str, demand: Demand, question: Expression) -> ColumnElement[bool]:
    rows = tx.registry.forms[form].table
    if demand.table is None:
        return condition_sql(tx, form, question)
    line = tx.registry.forms[form].lines[demand.table]
    met = to_sql(
        question,
        lambda path: line_column(tx, form, demand.table or "", path=path, line=line),
        parameters=parameters(tx),
        under=below(tx),
    )
    return rows.c.id.in_(select(line.c.parent_id).where(met))


def _begun(tx: Transaction, form: str, demand: Demand) -> Iterator[ColumnElement[bool]]:
    """A draft may lack what is needed."""
    if demand.kind in ("required", "least"):
        yield tx.registry.forms[form].table.c.stage.not_in(_drafts(tx, form))


def _drafts(tx: Transaction, form: str) -> list[str]:
    workflow = tx.catalogue.workflow_of(form)
    return [name for name, stage in workflow.stages.items() if stage.meaning == "not_begun"] if workflow else []


def _one_by_one(tx: Transaction, form: str, demand: Demand, question: Expression) -> Iterator[int]:
    """Ask what the database can't answer of each document."""
    plan = reading.plan_for(tx, form)
    drafts = _drafts(tx, form) if demand.kind in ("required", "least") else ()
    for document in every(tx, form):
        work = Work(tx, plan, document)
        rows = [None] if demand.table is None else document[demand.table]
        if document.stage not in drafts and any(question.met(work.scope(row)) for row in rows):
            yield document.id


def _fitting(tx: Transaction, form: str, demand: Demand) -> Callable[[Any], object] | None:
    """Give what tells whether a value fits, for what the language has no question."""
    if demand.kind == "match":
        return re.compile(demand.question).fullmatch
    spec = tx.catalogue.forms[form]
    if demand.kind == "options":
        field = (spec.tables[demand.table].fields if demand.table else spec.header)[demand.name]
        if kind_of(field) == "choices":
            return set(field.options).issuperset
    return None


def _unlike(tx: Transaction, form: str, demand: Demand, fits: Callable[[Any], object]) -> Iterator[int]:
    """Find the documents whose value doesn't fit; each value is looked at once."""
    tables = tx.registry.forms[form]
    rows = tables.table if demand.table is None else tables.lines[demand.table]
    key = rows.c.id if demand.table is None else rows.c.parent_id
    column = rows.c[demand.name]
    values = tx.connection.scalars(select(column).where(column.is_not(None)).distinct())
    wrong = [value for value in values if not fits(value)]
    alive = tables.table.c.deleted_at.is_(None)
    for start in range(0, len(wrong), AT_ONCE):
        found = select(key).where(column.in_(wrong[start : start + AT_ONCE])).distinct()
        yield from tx.connection.scalars(select(tables.table.c.id).where(tables.table.c.id.in_(found), alive))


def every(tx: Transaction, form: str) -> Iterator[Any]:
    """Give every living document of a form, some at a time."""
    table = tx.registry.forms[form].table
    for keys in batches(tx, select(table.c.id).where(table.c.deleted_at.is_(None)).order_by(table.c.id)):
        yield from reading.load_many(tx, form, keys)
        tx.shared.read.clear()


def batches(tx: Transaction, keys: Any) -> Iterator[list[int]]:
    """Give the keys of a query, a thousand at a time."""
    found = list(tx.connection.scalars(keys))
    for start in range(0, len(found), AT_ONCE):
        yield found[start : start + AT_ONCE]


def _shown(tx: Transaction, form: str, keys: Iterable[int]) -> tuple[int, tuple[Link, ...]]:
    found = sorted(set(keys), reverse=True)
    return len(found), _links(tx, form, found[:SHOWN])


def _links(tx: Transaction, form: str, keys: list[int]) -> tuple[Link, ...]:
    statements = reading.plan_for(tx, form).sql
    rows = [(key, tx.fetch_one(statements.peek_id, (key,))) for key in keys]
    return tuple(statements.link.read(key, row[2:]) for key, row in rows if row is not None)
