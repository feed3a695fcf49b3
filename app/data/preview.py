"""A document while it is being typed: computed and checked, nothing saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.core.errors import Problem
from app.data import access, rights
from app.data.changing import changed_work, known_plan, new_work, visible
from app.data.checking import problems_of, written
from app.data.computing import Work, line_of, path_of
from app.data.incoming import refuse_locked
from app.data.plan import Rule
from app.data.reading import load_by_number
from app.data.transaction import Transaction


@dataclass(frozen=True)
class Computed:
    """What a form shows after each keystroke; conditions by path (`variant`, `lines.2.variant`)."""

    values: Mapping[str, Any]
    tables: Mapping[str, list[dict[str, Any]]]
    show: Mapping[str, bool]
    required: Mapping[str, bool]
    readonly: Mapping[str, bool]
    problems: list[Problem]


def compute(tx: Transaction, form: str, values: Mapping[str, Any], *, number: str | None = None) -> Computed:
    """Work out a document from what was typed: a new one, or the changes of one that is there."""
    plan = known_plan(tx, form)
    if number is None:
        rights.require(tx, form, "create")
        work = new_work(tx, plan, values, stage=plan.start)
        refuse_locked(work, None)
        found = problems_of(work)
    else:
        before = visible(tx, plan, load_by_number(tx, form, number))
        work, names = changed_work(tx, plan, before, changes=values)
        refuse_locked(work, before)
        found = problems_of(work, changed=names)
    if number is not None:
        access.note_fields(tx, form, number, _unmasked(work))
    return Computed(
        masked(work),
        _tables(work),
        _shown(work),
        _asked(work, "required"),
        _readonly(work, editable(work, number)),
        found,
    )


def masked(work: Work) -> dict[str, Any]:
    """Give the header as this person may see it."""
    return rights.masked_row(work.tx, work.plan.form, work.document.values_, document=work.document)


def _unmasked(work: Work) -> list[str]:
    """Give the sensitive fields that this person sees of what is worked out."""
    names = access.sensitive(work.tx, work.plan.form)
    return [name for name in names if rights.sees(work.tx, work.plan.form, name, work.document)]


def _tables(work: Work) -> dict[str, list[dict[str, Any]]]:
    return {
        name: [rights.masked_row(work.tx, work.plan.form, line, table=name, document=work.document) for line in lines]
        for name, lines in work.document.tables.items()
        if name in work.plan.lines
    }


def _shown(work: Work) -> dict[str, bool]:
    shown = {written(path): False for path in work.hidden}
    for rule in work.plan.shows:
        for row in work.rows(rule.table):
            shown.setdefault(written(path_of(rule.table, row, rule.name)), True)
    for rule in work.plan.table_shows:
        shown[rule.name] = rule.when.met(work.header_scope)
    for name, section in work.plan.spec.sections.items():
        shown[f"section.{name}"] = work.met(section.show, None)
    return shown


def _asked(work: Work, key: str) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for table, name in work.plan.required:
        for row in work.rows(table):
            found[written(path_of(table, row, name))] = True
    return found | _met(work, work.plan.required_when)


def _readonly(work: Work, open_fields: frozenset[str] | None) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for table, spec in work.plan.spec.all_fields():
        if table is not None and table not in work.plan.lines:
            continue
        closed = (
            spec.readonly is True
            or spec.computed
            or (open_fields is not None and (table or spec.name) not in open_fields)
        )
        full = f"{table}.{spec.name}" if table else spec.name
        closed = closed or (
            (table, spec.name) in work.plan.guarded
            and not rights.may_edit_field(work.tx, work.plan.form, full, work.document)
        )
        if closed:
            found |= {written(path_of(table, row, spec.name)): True for row in work.rows(table)}
    return {**_met(work, work.plan.readonly_when), **found}


def _met(work: Work, rules: tuple[Rule, ...]) -> dict[str, bool]:
    return {
        written(path_of(rule.table, row, rule.name)): rule.when.met(work.scope(line_of(rule.table, row)))
        for rule in rules
        for row in work.rows(rule.table)
    }


def editable(work: Work, number: str | None) -> frozenset[str] | None:
    """Give what may be changed at the document's stage; a new one is open."""
    return None if number is None else rights.editable_fields(work.tx, work.document, work.plan.form)
