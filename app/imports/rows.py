"""Rows of a source, other files laid beside them, cleaned, some left out: what the documents are made of."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.config.import_spec import CleanStep, ImportSpec, JoinSpec
from app.core.expressions import Expression, Scope
from app.core.words import Words
from app.imports.files import Content, Files
from app.imports.sheets import Sheet, read_sheet

RANKS = {"": 0, "unchanged": 1, "changed": 2, "imported": 3, "skipped": 4, "rejected": 5}
NOTHING: Any = None  # an import asks nothing outside its row
LONGEST_SHOWN = 120
LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a row stays out: where to look (file, row, column), what stands there, what is wrong with it."""

    file: str
    row: int
    column: str
    value: str
    words: Words
    cells: Mapping[str, Any] = field(default_factory=dict, compare=False, hash=False)


@dataclass(slots=True, eq=False)
class Row:
    """One row: the number in its file, the numbers of what was laid beside it, its cells, what became of it."""

    number: int
    beside: tuple[int | None, ...]
    values: dict[str, Any]
    state: str = ""

    def become(self, state: str) -> None:
        """Note what became of the row; what is worse stays."""
        if RANKS[state] > RANKS[self.state]:
            self.state = state


class Source:
    """The rows of an import with the way back from a column to the file that it stands in."""

    def __init__(self, spec: ImportSpec, files: Files, *, file: str | None = None) -> None:
        self.spec = spec
        self.digests: list[str] = []
        content = self._open(files, file or spec.source.file)
        self.sheet = read_sheet(content, spec.source, columns=spec.source.columns)
        self.names = [self.sheet.file]
        self.beside: dict[str, int] = {}  # column -> which of the files laid beside, from 1
        self.came_from: dict[str, str] = {}  # column that cleaning made -> the column it reads
        self.rows = [
            Row(number, (), _named(self.sheet.columns, spec.source.columns, cells)) for number, cells in self.sheet.rows
        ]
        self._mend(files.mends)
        for join in spec.source.join:
            self._lay_beside(join, files)
        for step in spec.clean:
            self._note_origin(step)

    def _mend(self, mends: Mapping[tuple[int, str], str]) -> None:
        """Put what a person corrected in the place of what the file says."""
        by_number = {row.number: row for row in self.rows} if mends else {}
        for (number, column), value in mends.items():
            if number in by_number and column in by_number[number].values:
                by_number[number].values[column] = value.strip() or None

    def _open(self, files: Files, name: str) -> Content:
        content = files.find(name)
        self.digests.append(hashlib.sha256(content.data).hexdigest())
        return content

    def _lay_beside(self, join: JoinSpec, files: Files) -> None:
        """Lay another file beside: one row for each match, one with empty columns for none."""
        wanted = tuple(dict.fromkeys((*join.by.values(), *join.columns.values())))
        other = read_sheet(self._open(files, join.file), self.spec.source, columns=wanted)
        found = _by_key(other, tuple(join.by.values()))
        self.names.append(other.file)
        self.beside.update(dict.fromkeys(join.columns, len(self.names) - 1))
        places = [(name, other.columns.index(column)) for name, column in join.columns.items()]
        empty = dict.fromkeys(join.columns)
        laid = []
        for row in self.rows:
            matches = found.get(tuple([row.values.get(name) for name in join.by]), ())
            for number, cells in matches:
                there = {name: cells[at] if at < len(cells) else None for name, at in places}
                laid.append(Row(row.number, (*row.beside, number), {**row.values, **there}))
            if not matches:
                laid.append(Row(row.number, (*row.beside, None), {**row.values, **empty}))
        self.rows = laid

    def _note_origin(self, step: CleanStep) -> None:
        """Remember which column of a file stands behind a made one."""
        names = step.into or (step.column,)
        read = [step.column] if step.into else sorted(step.value.reads if step.value is not None else ())
        origin = next((self.origin(name) for name in read), step.column)
        for name in names:
            if name not in self.spec.source.columns and name not in self.beside:
                self.came_from[name] = origin

    def origin(self, column: str) -> str:
        """Give the column of a file that a column stands for."""
        return self.came_from.get(column, column)

    def rejection(self, row: Row, column: str, words: Words) -> Rejection:
        """Say what is wrong with a row, at the file and row that its column comes from."""
        at = self.beside.get(self.origin(column), 0)
        number = row.beside[at - 1] if at else row.number
        value = row.values.get(column)
        shown = "" if value is None else _readable(str(value)[:LONGEST_SHOWN])
        if number is None:
            at, number = 0, row.number
        return Rejection(self.names[at], number, self.origin(column), shown, _short(words), self.cells(row))

    def cells(self, row: Row) -> dict[str, str]:
        """Give the cells of a row as its files have them."""
        names = [*self.spec.source.columns, *self.beside]
        return {name: "" if row.values.get(name) is None else str(row.values[name])[:2000] for name in names}


def _named(there: Sequence[str], wanted: Sequence[str], cells: Sequence[Any]) -> dict[str, Any]:
    """Give the cells that the contract names; a short row has empty ones at its end."""
    values = dict.fromkeys(wanted)
    for name, cell in zip(there, cells, strict=False):
        if name in values:
            values[name] = cell
    return values


def _by_key(sheet: Sheet, columns: tuple[str, ...]) -> Mapping[tuple[Any, ...], list[tuple[int, tuple[Any, ...]]]]:
    places = [sheet.columns.index(column) for column in columns]
    found: dict[tuple[Any, ...], list[tuple[int, tuple[Any, ...]]]] = defaultdict(list)
    for number, cells in sheet.rows:
        if len(cells) > max(places):
            found[tuple([cells[at] for at in places])].append((number, cells))
    return found


def _short(words: Words) -> Words:
    return Words(_readable(words.en[:LONGEST_REASON]), _readable(words.zh[:LONGEST_REASON]))


def _readable(text: str) -> str:
    """Give a text with a sign in place of what no database keeps."""
    return text.replace("\x00", "\ufffd")


def scope_of(values: Mapping[str, Any]) -> Scope:
    """Give the scope of an expression over columns: nothing but the row."""
    return Scope(values, values, NOTHING)


@dataclass
class Sorted:
    """Rows after cleaning: those that skipping or a rule left out are counted and named."""

    skipped: dict[Words, int]
    rejected: list[Rejection]


def clean_rows(source: Source) -> Sorted:
    """Clean every row in place, and mark what is skipped or rejected."""
    spec = source.spec
    done = Sorted({}, [])
    for row in source.rows:
        scope = scope_of(row.values)
        for step in spec.clean:
            _clean(row, step, scope)
        skip = next((rule for rule in spec.skip if rule.when.met(scope)), None)
        if skip is not None:
            row.become("skipped")
            done.skipped[skip.because] = done.skipped.get(skip.because, 0) + 1
            continue
        for rule in spec.reject:
            if rule.when.met(scope):
                row.become("rejected")
                done.rejected.append(source.rejection(row, _first_read(rule.when), rule.because))
                break
    return done


def _first_read(expression: Expression) -> str:
    return min(expression.reads, default="")


def _clean(row: Row, step: CleanStep, scope: Scope) -> None:
    if step.value is not None:
        row.values[step.column] = step.value.value(scope)
        return
    text = row.values.get(step.column)
    parts = str(text).split(step.split_at, len(step.into) - 1) if text is not None else []
    for at, name in enumerate(step.into):
        row.values[name] = parts[at].strip() or None if at < len(parts) else None


@dataclass(slots=True, eq=False)
class Group:
    """The rows that become one document, and the place of each among them."""

    place: int
    rows: list[Row]
    line_nos: list[int]

    @property
    def first(self) -> Row:
        """Give the row that the header is read from."""
        return self.rows[0]


def grouped(rows: Iterable[Row], when: Expression | None, group_by: Expression | None) -> list[Group]:
    """Put rows together into documents, in the order of their first rows; skipped rows leave their place empty."""
    groups: dict[Any, Group] = {}
    counted: dict[Any, int] = defaultdict(int)
    for at, row in enumerate(rows):
        scope = scope_of(row.values)
        if when is not None and not when.met(scope):
            continue
        value = group_by.value(scope) if group_by is not None else None
        key = (value,) if group_by is not None and value is not None else at
        counted[key] += 1
        if row.state == "skipped":
            continue
        group = groups.get(key)
        if group is None:
            group = groups[key] = Group(len(groups), [], [])
        group.rows.append(row)
        group.line_nos.append(counted[key])
    return list(groups.values())
