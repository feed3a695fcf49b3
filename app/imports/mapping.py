"""Rows into documents: what each field gets, which documents are meant, what stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.config.form_spec import FieldSpec
from app.config.import_spec import IntoSpec, Target
from app.core.expressions.functions import as_text
from app.core.links import Link
from app.core.words import Words
from app.data import documents
from app.data.kinds import kind_of
from app.data.transaction import Transaction
from app.imports.converting import Converter, Wrong, parts_of
from app.imports.finding import Finder, Key, LinkFinder, comparable
from app.imports.rows import Group, Rejection, Row, Source, scope_of

LINE_NO = "line_no"


@dataclass(frozen=True)
class Place:
    """One mapped field: its table, its name, what it gets, the columns of files behind that."""

    table: str | None
    name: str
    spec: FieldSpec | None  # None: the number of a line
    target: Target
    columns: tuple[str, ...]

    @property
    def column(self) -> str:
        """Give the column that is named where this goes wrong."""
        return self.columns[0] if self.columns else self.name


@dataclass
class Candidate:
    """A document in the making: its values, the row behind each line, its stage, what is wrong with it."""

    group: Group
    values: dict[str, Any] = field(default_factory=dict)
    lines: dict[str, dict[int, Row]] = field(default_factory=dict)
    stage: str | None = None
    problems: list[Rejection] = field(default_factory=list)


class Mapper:
    """Maps groups of rows in one transaction."""

    def __init__(self, tx: Transaction, source: Source, into: IntoSpec) -> None:
        self.tx = tx
        self.source = source
        self.into = into
        self.finder = Finder(tx)
        self.links = LinkFinder(self.finder)
        self.converter = Converter(source.spec.source, self.links)
        form = tx.catalogue.forms[into.form]
        self.header = [self._place(None, name, form.header.get(name), target) for name, target in into.fields.items()]
        self.tables = {
            table: [
                self._place(table, name, form.tables[table].fields.get(name), target) for name, target in each.items()
            ]
            for table, each in into.tables.items()
        }
        self.numbered = any(LINE_NO in place.columns for each in self.tables.values() for place in each)

    def _place(self, table: str | None, name: str, spec: FieldSpec | None, target: Target) -> Place:
        read = [target.value, target.source, *target.by.values()]
        columns = [name for each in read if each is not None for name in sorted(each.reads)]
        return Place(table, name, spec, target, tuple(dict.fromkeys(columns)))

    def map(self, groups: Sequence[Group]) -> list[Candidate]:
        """Give a candidate for each group, in their order."""
        self._learn(groups)
        return [self._candidate(group) for group in groups]

    # documents that are named

    def _learn(self, groups: Sequence[Group]) -> None:
        """Look up at once everything that the rows name; make what is missing, where the mapping says so."""
        for place, values in self._asked(groups):
            if place.target.find is not None:
                keys = dict.fromkeys(self._key(place.target, row) for row in values)
                self.finder.learn(place.target.find, tuple(place.target.by), keys)
                if place.target.if_missing == "create":
                    self._make_missing(place.target, values)
            elif place.spec is not None and kind_of(place.spec) in ("link", "links"):
                self.links.learn(place.spec, self._texts(place, values))

    def _asked(self, groups: Sequence[Group]) -> Iterator[tuple[Place, list[Mapping[str, Any]]]]:
        firsts: list[Mapping[str, Any]] = [group.first.values for group in groups]
        for place in self.header:
            yield place, firsts
        lines: list[Mapping[str, Any]] = [row.values for group in groups for row in group.rows]
        for places in self.tables.values():
            for place in places:
                yield place, lines

    def _texts(self, place: Place, rows: Sequence[Mapping[str, Any]]) -> list[str]:
        found: dict[str, None] = {}
        for values in rows:
            value = self._plain(place.target, values)
            if isinstance(value, str | Decimal):
                texts = [value] if place.spec and not place.spec.many else parts_of(value)
                found.update(dict.fromkeys(as_text(text).strip() for text in texts))
        return list(found)

    def _key(self, target: Target, values: Mapping[str, Any]) -> Key:
        scope = scope_of(values)
        form = target.find or ""
        return tuple([comparable(self.tx, form, name, each.value(scope)) for name, each in target.by.items()])

    def _make_missing(self, target: Target, rows: Sequence[Mapping[str, Any]]) -> None:
        """Make the documents that rows name and that are not there; what breaks a rule is told at its rows."""
        form, names = target.find or "", tuple(target.by)
        missing: dict[Key, Mapping[str, Any]] = {}
        for values in rows:
            key = self._key(target, values)
            if None not in key and key not in missing and not self.finder.find(form, names, key):
                missing[key] = values
        wanted = []
        for key, values in missing.items():
            made = self._values_of_new(target, values)
            if made is not None:
                wanted.append((key, made))
        found = documents.create_many(self.tx, form, [made for _, made in wanted], history=True, refused=[])
        made_keys = {self._identity(form, names, document): document.link for document in found}
        for key, _made in wanted:
            if key in made_keys:
                self.finder.note(form, names, key, link=made_keys[key])

    def _identity(self, form: str, names: tuple[str, ...], document: Mapping[str, Any]) -> Key:
        return tuple([comparable(self.tx, form, name, document.get(name)) for name in names])

    def _values_of_new(self, target: Target, values: Mapping[str, Any]) -> dict[str, Any] | None:
        header = self.tx.catalogue.forms[target.find or ""].header
        scope = scope_of(values)
        made = {name: each.value(scope) for name, each in target.by.items() if name in header}
        try:
            for name, inner in target.create.items():
                place = self._place(None, name, header.get(name), inner)
                made[name] = self._value(place, values)
        except Wrong:
            return None
        return made

    # values

    def _candidate(self, group: Group) -> Candidate:
        made = Candidate(group)
        for place in self.header:
            made.values[place.name] = self._taken(made, place, group.first, group.first.values)
        for table, places in self.tables.items():
            made.values[table] = self._lines(made, table, places)
        if self.into.stage is not None:
            made.stage = self._stage(made, group.first)
        return made

    def _lines(self, made: Candidate, table: str, places: Sequence[Place]) -> list[dict[str, Any]]:
        lines = []
        rows = made.lines[table] = {}
        for row, number in zip(made.group.rows, made.group.line_nos, strict=True):
            if _is_empty(row, places):
                continue
            values = row.values
            if self.numbered and LINE_NO not in values:
                values = {**values, LINE_NO: Decimal(number)}
            line: dict[str, Any] = {LINE_NO: number}
            line.update({place.name: self._taken(made, place, row, values) for place in places})
            line[LINE_NO] = line[LINE_NO] or number
            if line[LINE_NO] in rows:
                words = Words(f"Line {line[LINE_NO]} comes twice.", f"第 {line[LINE_NO]} 行明细重复。")
                made.problems.append(self.source.rejection(row, LINE_NO, words))
            rows[line[LINE_NO]] = row
            lines.append(line)
        return lines

    def _taken(self, made: Candidate, place: Place, row: Row, values: Mapping[str, Any]) -> Any:
        try:
            return self._value(place, values)
        except Wrong as wrong:
            words = place.target.because or wrong.words
            made.problems.append(self.source.rejection(row, place.column, words))
            return None

    def _value(self, place: Place, values: Mapping[str, Any]) -> Any:
        target = place.target
        if target.find is not None:
            return self._found(target, values)
        value = self._mapped(target, values) if target.source is not None else self._plain(target, values)
        if place.spec is None:
            return _line_no(value) if place.name == LINE_NO else value
        return self.converter.convert(place.spec, value)

    def _plain(self, target: Target, values: Mapping[str, Any]) -> Any:
        return target.value.value(scope_of(values)) if target.value is not None else None

    def _mapped(self, target: Target, values: Mapping[str, Any]) -> Any:
        assert target.source is not None
        value = target.source.value(scope_of(values))
        word = target.map.get(as_text(value).strip()) if value is not None else None
        if word is not None:
            return word
        if target.otherwise is not None:
            return target.otherwise.value(scope_of(values))
        if value is None:
            return None
        known = ", ".join(target.map)
        raise Wrong(f"'{as_text(value)[:40]}' is none of {known}.", f"“{as_text(value)[:40]}”不在 {known} 之中。")

    def _found(self, target: Target, values: Mapping[str, Any]) -> Link | None:
        form = target.find or ""
        key = self._key(target, values)
        if all(part is None for part in key):
            return None
        found = self.finder.find(form, tuple(target.by), key)
        if len(found) == 1:
            return found[0]
        shown = ", ".join(as_text(each.value(scope_of(values)) or "") for each in target.by.values())[:60]
        title = self.tx.catalogue.forms[form].title if form != "user" else Words("account", "账号")
        if found:
            raise Wrong(f"Several are called '{shown}': {title.en}.", f"有多个{title.zh}“{shown}”。")
        if target.if_missing == "empty":
            return None
        raise Wrong(f"There is no {title.en.lower()} '{shown}'.", f"没有{title.zh}“{shown}”。")

    def _stage(self, made: Candidate, row: Row) -> str | None:
        assert self.into.stage is not None
        place = self._place(None, "stage", None, self.into.stage)
        stage = self._taken(made, place, row, row.values)
        if stage is None and not made.problems:
            words = Words("The row says no stage.", "该行没有给出阶段。")
            made.problems.append(self.source.rejection(row, place.column, words))
        return stage

    # what went wrong later

    def rejection(self, made: Candidate, path: str, words: Words) -> Rejection:
        """Say which row and column a problem of a document comes from."""
        parts = path.split(".")
        row, places = made.group.first, self.header
        if len(parts) >= 2 and parts[0] in made.lines and parts[1].isdigit():
            row = made.lines[parts[0]].get(int(parts[1]), row)
            places = self.tables[parts[0]]
        place = next((each for each in places if each.name == parts[-1]), None)
        return self.source.rejection(row, place.column if place else parts[-1], words)


def _line_no(value: Any) -> int | None:
    if value is None:
        return None
    text = as_text(value).strip()
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 7 and int(text)):
        raise Wrong(f"'{text[:40]}' is no line number.", f"“{text[:40]}”不是行号。")
    return int(text)


def _is_empty(row: Row, places: Sequence[Place]) -> bool:
    """Tell whether every column that a line reads is empty: such a row is no line."""
    columns = {name for place in places for name in place.columns if name != LINE_NO}
    return bool(columns) and all(row.values.get(name) is None for name in columns)
