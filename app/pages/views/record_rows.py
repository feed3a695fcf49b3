"""Rows of a record that are documents of another form, such as a product's variants: typed there, saved with the record at once."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from app.config.form_spec import FieldSpec, FormSpec, TableSpec
from app.core.errors import DaybookError, Problem
from app.data import rights
from app.data.preview import Computed
from app.office import Office
from app.pages.views.cells import Reader
from app.pages.views.record_cells import Cell, Drawing, cells, sayable
from app.pages.wording import text

if TYPE_CHECKING:
    from app.pages.views.record_work import Work

FRESH = 10**9                                      # rows that are not made yet are numbered from here; the others by their key
MOST = 100
STAYS = "@"                                        # the place of a row's own marks: it can't be removed


def row_tables(form: FormSpec) -> dict[str, TableSpec]:
    """Give the tables of a form whose rows are documents of another one."""
    return {name: table for name, table in form.tables.items() if table.rows is not None}


def form_of(office: Office, table: TableSpec) -> FormSpec:
    """Give the form that the rows are documents of."""
    return office.catalogue.forms[table.rows or ""]


def fields_of(office: Office, table: TableSpec) -> dict[str, FieldSpec]:
    """Give the columns of a table: its own fields, or those of its rows' form but the link back."""
    if table.rows is None:
        return dict(table.fields)
    return {name: spec for name, spec in form_of(office, table).header.items() if name != table.by and spec.show is not False}


def seen(office: Office, form: FormSpec) -> dict[str, TableSpec]:
    """Give those of the tables whose rows this person may see or make."""
    known = {one.name for one in office.forms()}
    return {name: table for name, table in row_tables(form).items() if table.rows in known}


def may_add(office: Office, table: TableSpec) -> bool:
    """Tell whether this person may make rows."""
    with office.reading() as tx:
        return rights.may(tx, table.rows or "", "create")


def load(office: Office, work: Work) -> None:
    """Note which rows stand there, by key, number and version; once for each work."""
    form = office.catalogue.forms[work.form]
    for name, table in seen(office, form).items():
        if name not in work.kept:
            page = None if work.fresh else office.list(table.rows or "", filters=((table.by, "eq", work.number),), limit=MOST, columns=("version",), counted=False)
            work.kept[name] = {row["id"]: (row["number"], row["version"]) for row in (page.rows if page else ())}
            work.stored[name] = list(work.kept[name])


def drawn(office: Office, reader: Reader, work: Work, *, shut: bool) -> tuple[dict[str, Cell], dict[str, list[int]], list[dict[str, str]]]:
    """Give boxes, order and problems of the rows as they stand with what was typed; `shut`: to be read only."""
    load(office, work)
    found: dict[str, Cell] = {}
    orders: dict[str, list[int]] = {}
    problems: list[dict[str, str]] = []
    for name, table in seen(office, office.catalogue.forms[work.form]).items():
        typed = work.lines.get(name, {})
        orders[name] = [no for no in dict.fromkeys([*work.kept.get(name, ()), *typed]) if typed.get(no, {}) is not None]
        for place, no in enumerate(orders[name], 1):
            key = (name, no)
            if key not in work.row_cells:
                work.row_cells[key] = _row(office, reader, work, table=table, no=no, shut=shut)
            own, said = work.row_cells[key]
            found |= own
            problems += [_told(reader, one, fields_of(office, table), place) for one in said]
    return found, orders, problems


def _told(reader: Reader, one: Problem, fields: Mapping[str, FieldSpec], place: int) -> dict[str, str]:
    spec = fields.get(one.path.split(".")[-1])
    row = text("row_at", reader.locale, row=place)
    return {"path": one.path, "text": one.words.say(reader.locale), "at": text("row_field", reader.locale, row=row, field=spec.label) if spec else row,
            "warn": "warn" if one.warn else ""}


def _row(office: Office, reader: Reader, work: Work, *, table: TableSpec, no: int, shut: bool) -> tuple[dict[str, Cell], list[Problem]]:
    form, start = form_of(office, table), f"{table.name}.{no}."
    number, given = number_of(work, table.name, no), dict(work.lines.get(table.name, {}).get(no) or {})
    blank = number is None and not any(value not in (None, "", [], False) for value in given.values())
    if number is None and not work.fresh:
        given[table.by or ""] = work.number
    try:
        computed = office.compute(form.name, given, number)
    except DaybookError:
        return {}, []
    problems = [] if blank else [one for one in sayable(computed.problems, tried=work.tried) if one.path != table.by]
    computed = replace(computed, readonly=dict.fromkeys(form.header, True)) if shut else computed
    typed = {path.removeprefix(start): words for path, words in work.texts.items() if path.startswith(start)}
    drawing = Drawing(reader, form, computed, {}, typed, {one.path: one for one in problems}, office.actor.account)
    names = fields_of(office, table)
    found = {start + name: cell for name, cell in cells(drawing).items() if name in names}
    if number is not None and not _may_remove(office, form.name, number):
        found[start + STAYS] = {"stays": True}
    return found, [replace(one, path=start + one.path) for one in problems]


def _may_remove(office: Office, form: str, number: str) -> bool:
    document = office.get(form, number)
    with office.reading() as tx:
        return rights.may(tx, form, "delete", document)


def number_of(work: Work, table: str, no: int) -> str | None:
    """Give the number of a row's document; nothing for one that is not made yet."""
    return work.kept.get(table, {}).get(no, (None, 0))[0]


def next_no(work: Work, table: str) -> int:
    """Give the number of a new row."""
    return max([FRESH, *work.lines.get(table, {})]) + 1


def copied(office: Office, work: Work, table: TableSpec, no: int) -> dict[str, Any]:
    """Give the values of a row for a new one like it, without what there may be only once."""
    from app.pages.views.record_work import typed_values
    form = form_of(office, table)
    computed: Computed = office.compute(form.name, dict(work.lines.get(table.name, {}).get(no) or {}), number_of(work, table.name, no))
    once = {form.key, table.by} | {name for name, spec in form.header.items() if spec.unique is not None}
    return {name: value for name, value in typed_values(form.fields, computed.values).items() if name not in once}


def to_write(work: Work, table: str, no: int, row: dict[str, Any]) -> dict[str, Any]:
    """Give a typed row as the documents take it: with the key and the version that the person saw."""
    if no not in work.kept.get(table, {}):
        return row
    return row | {"id": no, "version": work.kept[table][no][1]}
