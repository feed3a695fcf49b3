"""In which order fields are filled in: each after what it reads."""

from __future__ import annotations

from dataclasses import replace
from graphlib import CycleError, TopologicalSorter

from app.config.form_spec import FieldSpec, FormSpec
from app.core.expressions import Expression

Key = tuple[str | None, str]


class FieldsInCircle(Exception):
    """Fields that wait for each other."""

    def __init__(self, keys: list[Key]) -> None:
        self.keys = keys
        super().__init__(" -> ".join(name if table is None else f"{table}.{name}" for table, name in keys))


def computation_order(form: FormSpec) -> tuple[Key, ...]:
    """Give computed and defaulted fields as (table, field), each after all that it reads."""
    specs = dict(form.all_keys())
    rank = {key: position for position, key in enumerate(specs)}
    graph = {key: sorted(sources(form, key, spec, specs), key=rank.__getitem__) for key, spec in specs.items()}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = error.args[1][:-1]
        first = min(range(len(circle)), key=lambda at: rank[circle[at]])
        raise FieldsInCircle([*circle[first:], *circle[:first], circle[first]]) from error
    return tuple(key for key in order if specs[key].formula is not None or specs[key].default is not None)


def mark_followers(form: FormSpec) -> tuple[FormSpec, Key | None]:
    """Mark every formula that reads a figure without a column, as far as that goes.

    Give the form, and the first field that is stored though it reads such a figure: nothing would refresh it.
    """
    specs = dict(form.all_keys())
    for key in form.order:
        if specs[key].formula is not None and any(not specs[read].kept for read in read_by(form, key, specs)):
            specs[key] = replace(specs[key], follows=True)
    tables = {
        name: replace(table, fields={field: specs[(name, field)] for field in table.fields})
        for name, table in form.tables.items()
    }
    stale = next((key for key, spec in specs.items() if spec.stored and spec.follows), None)
    fields, totals = ({name: specs[(None, name)] for name in part} for part in (form.fields, form.totals))
    return replace(form, fields=fields, tables=tables, totals=totals), stale


def read_by(form: FormSpec, key: Key, specs: dict[Key, FieldSpec]) -> set[Key]:
    """Give the fields of the same document that a formula reads."""
    formula = specs[key].formula
    return {place for name in formula.reads for place in meant_by(form, key[0], name)} & specs.keys() if formula else set()


def sources(form: FormSpec, key: Key, spec: FieldSpec, specs: dict[Key, FieldSpec]) -> set[Key]:
    """Give the fields of the same document that a field's formula, default or visibility reads."""
    found: set[Key] = set()
    conditions = [spec.formula, spec.default, spec.show]
    if spec.show is not True:
        conditions.append(spec.show)
    for expression in conditions:
        if isinstance(expression, Expression):
            for name in expression.reads:
                found |= meant_by(form, key[0], name)
    return {other for other in found if other in specs and other != key} | (
        {key} if reads_itself(spec, key, found) else set()
    )


def reads_itself(spec: FieldSpec, key: Key, found: set[Key]) -> bool:
    """Tell whether a formula reads the field that it fills."""
    return spec.formula is not None and key in found


def meant_by(form: FormSpec, table: str | None, name: str) -> set[Key]:
    """Give the fields that a dotted name reads in this document: its own, or all rows' of a table."""
    first, _, rest = name.partition(".")
    if first == "this":
        table, (first, _, rest) = None, rest.partition(".")
    elif first == "line":
        first, _, rest = rest.partition(".")
    elif table is not None and first in form.tables[table].fields:
        return {(table, first)}
    if first in form.tables:
        column = rest.partition(".")[0]
        return {(first, column)} if column else {(first, field) for field in form.tables[first].fields}
    return {(table, first)} if table and first in form.tables[table].fields else {(None, first)}
