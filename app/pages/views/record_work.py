"""What one person is typing into one document: kept on the server, worked out anew at each change, told by what differs."""
from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.config.form_spec import FieldSpec, FormSpec, TableSpec
from app.core.errors import Problem
from app.core.links import Link
from app.data import files as kept
from app.data.kinds import kind_of
from app.data.preview import Computed
from app.data.values import Masked, to_json
from app.office import Office
from app.pages.views import record_rows
from app.pages.views.cells import Reader
from app.pages.views.record_cells import Cell, Drawing, cells, place_words, sayable, summary
from app.pages.views.understood import understood

Row = dict[str, Any]


@dataclass
class Work:
    """A document being typed: the texts and picks of the person, and the boxes as the browser last got them."""

    form: str = ""
    number: str = ""
    version: int = 0
    key: str = ""
    head: Row = field(default_factory=dict)
    lines: dict[str, dict[int, Row | None]] = field(default_factory=dict)      # a line that was there and goes: None
    texts: dict[str, str] = field(default_factory=dict)
    cells: dict[str, Cell] = field(default_factory=dict)
    rows: dict[str, list[int]] = field(default_factory=dict)
    problems: list[dict[str, str]] = field(default_factory=list)
    stored: dict[str, list[int]] = field(default_factory=dict)
    kept: dict[str, dict[int, tuple[str, int]]] = field(default_factory=dict)  # rows that are documents: number and version by key
    row_cells: dict[tuple[str, int], Any] = field(default_factory=dict)
    removed: tuple[str, int, Row | None] | None = None
    tried: bool = False
    dirty: bool = False

    @property
    def fresh(self) -> bool:
        """Tell whether the document is not made yet."""
        return not self.number


def begun(form: FormSpec, *, number: str = "", version: int = 0) -> Work:
    """Give work on a document nobody typed into yet; a new one has an empty first line where lines are wanted."""
    work = Work(form.name, number, version, secrets.token_urlsafe(12))
    if work.fresh:
        work.lines = {name: {1: {}} for name, table in form.tables.items() if table.rows is None and table.fill is None and table.readonly is not True}
    return work


def given(work: Work, *, whole: bool = False) -> dict[str, Any]:
    """Give what was typed as the documents take it; `whole`: to be saved, so lines left blank are left out."""
    found = dict(work.head)
    for table, rows in work.lines.items():
        found[table] = [record_rows.to_write(work, table, no, _given_row(no, row)) for no, row in sorted(rows.items()) if not (whole and row is not None and is_blank(row) and _unknown(work, table, no))]
    return found


def _given_row(no: int, row: Row | None) -> Row:
    return {"line_no": no, "delete": True} if row is None else {"line_no": no, **row}


def _unknown(work: Work, table: str, no: int) -> bool:
    return no not in work.stored.get(table, ())


def is_blank(row: Row) -> bool:
    """Tell whether nothing was typed into a line."""
    return all(value in (None, "", [], False) for value in row.values())


def worked_out(office: Office, work: Work) -> Computed:
    """Work the document out as it would stand with what was typed; what is locked whole shows what is kept."""
    computed = office.compute(work.form, given(work), work.number or None)
    if work.fresh:
        return computed
    form = office.catalogue.forms[work.form]
    work.stored = work.stored or {name: [row["line_no"] for row in rows] for name, rows in computed.tables.items()}
    if work.dirty or any(not computed.readonly.get(name) for name in form.header):
        return computed
    document = office.get(work.form, work.number)
    return replace(computed, values=document.values_, tables={name: document.tables.get(name, []) for name in computed.tables})


def drawn(office: Office, reader: Reader, work: Work, *, shut: Mapping[str, bool] | None = None) -> tuple[dict[str, Cell], dict[str, list[int]], list[dict[str, str]]]:
    """Give boxes, lines and problems of a document as they stand now."""
    computed = worked_out(office, work)
    if shut is not None:
        computed = replace(computed, readonly=shut)
    form = office.catalogue.forms[work.form]
    said = sayable(computed.problems, tried=work.tried, blank=_blank_rows(work))
    drawing = Drawing(reader, form, computed, _files(office, form, computed), work.texts, _first(said), office.actor.account)
    rows = {name: [row["line_no"] for row in lines] for name, lines in computed.tables.items()}
    if not record_rows.row_tables(form):
        return cells(drawing), rows, summary(drawing, said)
    closed = not work.fresh and all(computed.readonly.get(name) for name in form.header)
    own, orders, told = record_rows.drawn(office, reader, work, shut=closed)
    return cells(drawing) | own, rows | orders, summary(drawing, said) + told


def _first(problems: list[Problem]) -> dict[str, Problem]:
    found: dict[str, Problem] = {}
    for problem in problems:
        if problem.path not in found or found[problem.path].warn:
            found[problem.path] = problem
    return found


def _blank_rows(work: Work) -> frozenset[str]:
    return frozenset(f"{table}.{no}" for table, rows in work.lines.items() for no, row in rows.items()
                     if row is not None and is_blank(row) and _unknown(work, table, no))


def _files(office: Office, form: FormSpec, computed: Computed) -> Mapping[str, kept.KeptFile]:
    wanted = [one for row, spec in _file_fields(form, computed) for one in row.get(spec.name) or () if not isinstance(row.get(spec.name), Masked)]
    if not wanted:
        return {}
    with office.reading() as tx:
        return {one.id: one for one in kept.describe(tx, wanted)}


def _file_fields(form: FormSpec, computed: Computed) -> Iterator[tuple[Mapping[str, Any], FieldSpec]]:
    yield from ((computed.values, spec) for spec in form.header.values() if kind_of(spec) == "files")
    for name, rows in computed.tables.items():
        for spec in form.tables[name].fields.values():
            if kind_of(spec) == "files":
                yield from ((row, spec) for row in rows)


def changes(office: Office, reader: Reader, work: Work, *, shut: Mapping[str, bool] | None = None) -> dict[str, Any]:
    """Work the document out and give only what differs from what the browser has: boxes, order of lines, problems."""
    now, rows, problems = drawn(office, reader, work, shut=shut)
    found: dict[str, Any] = {"cells": {path: cell for path, cell in now.items() if work.cells.get(path) != cell}}
    for path in work.cells:
        if path not in now and (path.startswith(("section.", "table.")) or path.endswith(record_rows.STAYS)):
            found["cells"][path] = {}
    if rows != work.rows:
        found["rows"] = {name: order for name, order in rows.items() if order != work.rows.get(name)}
    if problems != work.problems:
        found["problems"] = problems
    work.cells, work.rows, work.problems = now, rows, problems
    return found


# what a person does


def field_at(office: Office, form: FormSpec, path: str) -> FieldSpec | None:
    """Give the field that a path names, if it can be typed: `needed_on`, `address.city`, `lines.2.quantity`."""
    parts = path.split(".")
    if parts[0] in form.tables:
        found = record_rows.fields_of(office, form.tables[parts[0]]).get(parts[2]) if len(parts) == 3 and parts[1].isdigit() else None
    else:
        whole = form.header.get(parts[0])
        found = whole if whole is not None and (len(parts) == 1 or whole.type == "address") else None
    return found if found is not None and not found.computed else None


def put(office: Office, reader: Reader, work: Work, *, path: str, value: str | list[str]) -> None:
    """Take what was typed or picked at a place."""
    form = office.catalogue.forms[work.form]
    spec = field_at(office, form, path)
    if spec is None:
        return
    parts = path.split(".")
    row = _row_at(office, work, form, parts)
    if row is None:
        return
    row[spec.name] = _meant(reader, spec, value, part=parts[1] if spec.type == "address" and len(parts) == 2 else "", before=row.get(spec.name))
    work.texts[path] = value if isinstance(value, str) else ""
    work.dirty = True
    if parts[0] in form.tables:
        work.row_cells.pop((parts[0], int(parts[1])), None)


def _row_at(office: Office, work: Work, form: FormSpec, parts: list[str]) -> Row | None:
    if parts[0] not in form.tables:
        return work.head
    rows = _open_table(office, work, form.tables[parts[0]])
    no = int(parts[1])
    if no not in rows and no not in work.rows.get(parts[0], ()):
        return None
    return rows.setdefault(no, {})


def _open_table(office: Office, work: Work, table: TableSpec) -> dict[int, Row | None]:
    """Give the typed lines of a table; lines that were proposed become typed ones as soon as one of them is touched."""
    if table.name not in work.lines:
        work.lines[table.name] = {}
        if work.fresh and work.rows.get(table.name):
            del work.lines[table.name]
            proposed = office.compute(work.form, given(work), None).tables.get(table.name, [])
            work.lines[table.name] = {row["line_no"]: copied(table, row) for row in proposed}
    return work.lines[table.name]


def copied(table: TableSpec, row: Mapping[str, Any]) -> Row:
    """Give the values of a line that may be typed, as typed ones."""
    return typed_values(table.fields, row)


def typed_values(fields: Mapping[str, FieldSpec], row: Mapping[str, Any]) -> Row:
    """Give those values of a row that may be typed, as typed ones."""
    return {name: to_json(row[name]) for name, spec in fields.items()
            if not spec.computed and row.get(name) not in (None, ()) and not isinstance(row[name], Masked)}


def _meant(reader: Reader, spec: FieldSpec, value: str | list[str], *, part: str, before: Any) -> Any:
    if part:
        return {**(before if isinstance(before, dict) else {}), part: str(value).strip()}
    if isinstance(value, str):
        return understood(spec, value, today=reader.today, zone=reader.zone)
    kind = kind_of(spec)
    if kind == "boolean":
        return value == ["true"]
    return (value[0] if value else None) if kind == "link" else [one for one in value if one]


def add_line(office: Office, work: Work, table: str, *, like: int = 0) -> int:
    """Add an empty line, or a copy of another; give its number."""
    spec = office.catalogue.forms[work.form].tables[table]
    rows = _open_table(office, work, spec)
    if spec.rows is not None:
        no = record_rows.next_no(work, table)
        rows[no] = record_rows.copied(office, work, spec, like) if like else {}
        work.dirty = work.dirty or bool(like)
        return no
    no = max([0, *rows, *work.rows.get(table, ()), *work.stored.get(table, ())]) + 1
    rows[no] = {}
    if like:
        computed = office.compute(work.form, given(work), work.number or None)
        source = next((row for row in computed.tables.get(table, ()) if row["line_no"] == like), None)
        rows[no] = copied(spec, source) if source else {}
    work.dirty = work.dirty or bool(like)
    return no


def remove_line(office: Office, work: Work, table: str, no: int) -> None:
    """Take a line away; `bring_back` undoes it."""
    rows = _open_table(office, work, office.catalogue.forms[work.form].tables[table])
    work.removed = (table, no, rows.get(no, {}))
    if _unknown(work, table, no):
        rows.pop(no, None)
    else:
        rows[no] = None
    work.dirty = True


def bring_back(work: Work) -> None:
    """Put the line back that was taken away last."""
    if work.removed is not None:
        table, no, row = work.removed
        work.lines.setdefault(table, {})[no] = row if row is not None else {}
        work.removed = None


def kept_words(work: Work) -> dict[str, Any]:
    """Give what was typed as a draft keeps it."""
    return {"head": work.head, "lines": {table: {str(no): row for no, row in rows.items()} for table, rows in work.lines.items()},
            "texts": work.texts, "version": work.version}


def restored(work: Work, draft: Mapping[str, Any]) -> Work:
    """Give the work with a kept draft put into it; a draft knows which version it was typed upon."""
    lines = {table: {int(no): row for no, row in rows.items()} for table, rows in draft.get("lines", {}).items()}
    return replace(work, head=dict(draft.get("head", {})), lines=lines, texts=dict(draft.get("texts", {})),
                   version=draft.get("version", work.version), dirty=True)


def caught_up(office: Office, work: Work) -> Work:
    """Give the work upon the newest version of everything, so that what was typed is written over it."""
    found = replace(work, version=office.get(work.form, work.number).version, kept={}, row_cells={})
    record_rows.load(office, found)
    return found


def lookup(office: Office, work: Work, path: str, words: str) -> Sequence[Link]:
    """Give what a link box offers for what was typed; in a row that is a document of its own, by that form's rules."""
    table, *rest = path.split(".")
    spec = office.catalogue.forms[work.form].tables.get(table)
    if spec is None or spec.rows is None or len(rest) != 2 or not rest[0].isdigit():
        return office.lookup(work.form, path, words, values=given(work), number=work.number or None)
    no = int(rest[0])
    return office.lookup(spec.rows, rest[1], words, values=work.lines.get(table, {}).get(no) or {}, number=record_rows.number_of(work, table, no))


def let_go(work: Work, path: str) -> None:
    """Forget what was typed at one place, so that what others wrote there stands."""
    parts = path.split(".")
    row = work.head if len(parts) < 3 else work.lines.get(parts[0], {}).get(int(parts[1]))
    if row is not None:
        row.pop(parts[-1] if len(parts) == 3 else parts[0], None)
    work.texts.pop(path, None)


def problem_words(office: Office, reader: Reader, work: Work, problems: list[Problem]) -> list[dict[str, str]]:
    """Give problems that only the saving found, as the summary shows them."""
    form = office.catalogue.forms[work.form]
    return [{"path": one.path, "text": one.words.say(reader.locale), "at": place_words(reader, form, one.path), "warn": "warn" if one.warn else ""} for one in problems]
