"""A file without a mapping: which column goes into which field, by name, by label in either language, or nearly so."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from rapidfuzz import fuzz

from app.config.catalogue import Catalogue
from app.config.form_spec import FieldSpec, FormSpec
from app.config.import_spec import ImportSpec, IntoSpec, SourceSpec, Target
from app.core.expressions import Expression, Type
from app.core.expressions.nodes import Apply, Name, Value
from app.data.kinds import kind_of
from app.imports.dates import DAYS, guessed_dates
from app.imports.errors import KeyNeeded, NothingMatches, UnknownTarget
from app.imports.files import Content
from app.imports.sheets import Sheet, guessed_encoding, guessed_separator, read_sheet

TEXT = Type("text")
NEARLY = 86  # of 100: how alike a heading and a label must be
SAMPLES = 3
NUMBER = "number"  # the office's own number: tells which documents are there already
LINE_NO, LINE_WORDS = "line_no", ("line_no", "line", "行号")
NUMBER_WORDS = ("number", "no", "单号", "编号")


@dataclass(frozen=True)
class ColumnGuess:
    """One column: some of its cells, and the field it seems to be (`supplier`, `lines.product`), if any."""

    column: str
    samples: tuple[str, ...]
    target: str | None
    sure: bool


@dataclass(frozen=True)
class Guess:
    """What a file seems to be: how it is written, and where its columns go."""

    form: str
    source: SourceSpec
    columns: tuple[ColumnGuess, ...]
    rows: int

    @property
    def mapping(self) -> dict[str, str]:
        """Give column -> field for the columns that go somewhere."""
        return {each.column: each.target for each in self.columns if each.target is not None}


def guess(catalogue: Catalogue, form: FormSpec, content: Content) -> Guess:
    """Look at a file and propose where its columns go."""
    source = _source(catalogue, content)
    sheet = read_sheet(content, source)
    targets = dict(targets_of(form))
    taken = {name: ColumnGuess(name, _samples(sheet, name), name, True) for name in sheet.columns if name in targets}
    for exact in (True, False):
        for column in sheet.columns:
            if column and column not in taken:
                used = {each.target for each in taken.values()}
                found = _target(column, {n: s for n, s in targets.items() if n not in used}, exact=exact)
                if found is not None:
                    taken[column] = ColumnGuess(column, _samples(sheet, column), found, exact)
    columns = [
        taken.get(name) or ColumnGuess(name, _samples(sheet, name), None, False) for name in sheet.columns if name
    ]
    dates = _dates(sheet, {column: targets.get(each.target or "") for column, each in taken.items()})
    return Guess(form.name, replace(source, dates=dates), tuple(columns), len(sheet.rows))


def spec_of(
    form: FormSpec, guessed: Guess, mapping: Mapping[str, str] | None = None, *, existing: str = "leave"
) -> ImportSpec:
    """Give the import that a mapping (column -> field) means; without one, the guessed mapping.

    `existing`: `leave` or `update` what is there already, as far as a key tells.
    """
    chosen = dict(guessed.mapping if mapping is None else mapping)
    targets = dict(targets_of(form))
    for name in chosen.values():
        if name not in targets:
            raise UnknownTarget(form=form.title, name=name, known=", ".join(targets))
    if not chosen:
        raise NothingMatches(file=guessed.source.file, form=form.title)
    fields: dict[str, Target] = {}
    tables: dict[str, dict[str, Target]] = {}
    for column, name in chosen.items():
        table, _, field = name.rpartition(".")
        (tables.setdefault(table, {}) if table else fields)[field] = Target(value=_column(column))
    source = replace(guessed.source, columns=tuple(chosen))
    key = _key(form, fields)
    if existing == "update" and not key:
        raise KeyNeeded(form=form.title, known=", ".join(_keys(form)))
    into = IntoSpec(form.name, fields, tables, key=key, group_by=_group(form, fields, tables), existing=existing)
    return ImportSpec(form.name, form.title, source, into=(into,))


def with_existing(spec: ImportSpec, existing: str | None) -> ImportSpec:
    """Give a declared import that leaves or updates what is there as it is told now; None: as it declares."""
    if existing is None:
        return spec
    if existing == "update" and not all(into.key for into in spec.into):
        raise KeyNeeded(form=spec.title, known="key: [...]")
    return replace(spec, into=tuple(replace(into, existing=existing) for into in spec.into))


def targets_of(form: FormSpec) -> Iterator[tuple[str, FieldSpec | None]]:
    """Give every field that a column can go into; None stands for the number of the document, or of a line."""
    if form.key is None:
        yield NUMBER, None
    for name, lines in form.tables.items():
        if lines.rows is None:
            yield f"{name}.{LINE_NO}", None
    for table, spec in form.all_fields():
        rows = form.tables[table].rows if table else None
        if spec.formula is None and rows is None and kind_of(spec) != "files":
            yield (f"{table}.{spec.name}" if table else spec.name), spec


def _target(column: str, targets: Mapping[str, FieldSpec | None], *, exact: bool) -> str | None:
    wanted = _plain(column)
    best, score = None, NEARLY - 1.0
    for name, spec in targets.items():
        for known in _names(name, spec):
            if exact:
                if known == wanted:
                    return name
                continue
            alike = fuzz.ratio(wanted, known)
            if alike > score:
                best, score = name, alike
    return best


def _names(name: str, spec: FieldSpec | None) -> list[str]:
    if spec is None:
        table = name.removesuffix(LINE_NO)
        words = [table + word for word in LINE_WORDS] if table != name else NUMBER_WORDS
        return [_plain(word) for word in words]
    return [known for word in (name, spec.name, spec.label.en, spec.label.zh) if (known := _plain(word))]


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _samples(sheet: Sheet, column: str) -> tuple[str, ...]:
    at = sheet.columns.index(column)
    cells = (cells[at] for _, cells in sheet.rows[:50] if at < len(cells) and cells[at] is not None)
    return tuple(str(cell)[:60] for cell, _ in zip(cells, range(SAMPLES), strict=False))


def _source(catalogue: Catalogue, content: Content) -> SourceSpec:
    zone = catalogue.organisation.zone
    if content.is_workbook:
        return SourceSpec(content.name, zone=zone)
    encoding = guessed_encoding(content.data)
    first = content.data[:20_000].decode(encoding, errors="replace")
    return SourceSpec(content.name, guessed_separator(first), encoding, zone=zone)


def _dates(sheet: Sheet, specs: Mapping[str, FieldSpec | None]) -> str:
    texts = []
    for column, spec in specs.items():
        if spec is not None and kind_of(spec) in ("date", "datetime"):
            at = sheet.columns.index(column)
            texts += [c[at] for _, c in sheet.rows[:500] if at < len(c) and isinstance(c[at], str)]
    return guessed_dates(texts) or DAYS[0]


def _column(column: str) -> Expression:
    return Expression(column, Name(TEXT, 0, len(column), "row", (column,)))


def _key(form: FormSpec, fields: Mapping[str, Any]) -> tuple[str, ...]:
    """What tells documents apart: the form's key, the number, else a unique field."""
    if form.key is not None and form.key in fields:
        return (form.key,)
    if NUMBER in fields:
        return (NUMBER,)
    for spec in form.header.values():
        if spec.unique is not None and spec.name in fields and all(name in fields for name in spec.unique):
            return (spec.name, *spec.unique)
    return ()


def _keys(form: FormSpec) -> list[str]:
    """Give the fields that can tell documents apart."""
    unique = [name for name, spec in form.header.items() if spec.unique == ()]
    return [form.key or NUMBER, *(name for name in unique if name != form.key)]


def _group(form: FormSpec, fields: Mapping[str, Target], tables: Mapping[str, Any]) -> Expression | None:
    """Rows with the same number are one document; without a number, those that are the same in all header columns."""
    if not tables or not fields:
        return None
    key = _key(form, fields)
    names = [fields[name].value for name in (key or fields)]
    parts = tuple(each.node for each in names if each is not None)
    if len(parts) == 1:
        return names[0]
    return Expression("join", Apply(TEXT, 0, 1, "join", (Value(TEXT, 0, 1, "\x1f"), *parts)))
