"""What a name means where an expression stands: of the row, `this`, `line`, `me`, `today`, an event, a column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NoReturn

from app.core.expressions import said
from app.core.expressions.nodes import Name, Path
from app.core.expressions.types import (
    ADDRESS_PARTS,
    ANY,
    DATE,
    DATETIME,
    NUMBER,
    TEXT,
    USER,
    ExpressionError,
    Place,
    Shape,
    Type,
    choice_of,
    link_to,
    list_of,
)
from app.core.words import Words

SOURCES = ("this", "line", "me", "today", "now", "event")
ADDRESS_FIELDS = dict.fromkeys(ADDRESS_PARTS, TEXT)


@dataclass(frozen=True)
class Bare:
    """What names without a prefix mean: which fields, and how messages call their owner."""

    fields: Mapping[str, Type]
    owner: str
    form: str | None = None
    table: str | None = None


class Names:
    """Resolves names at one place."""

    def __init__(self, place: Place, shapes: Mapping[str, Shape]) -> None:
        self.place = place
        self.shapes = shapes

    def outermost(self) -> Bare:
        """Give what bare names mean at the place itself."""
        place = self.place
        if place.columns is not None:
            return Bare(place.columns, "the source")
        if place.source is not None:
            return self.rows_of(*place.source)
        if place.candidate is not None:
            return Bare(self.fields_of(place.candidate), place.candidate, place.candidate)
        if place.form is None:
            return Bare({}, "this place")
        if place.table is not None:
            return Bare(self.row_fields(place.form, place.table), place.table, place.form, place.table)
        return Bare(self.fields_of(place.form), place.form, place.form)

    def rows_of(self, form: str, table: str | None) -> Bare:
        """Give the names of a counted document, or of a counted line and its document."""
        fields = dict(self.fields_of(form))
        if table is not None:
            fields.update(self.row_fields(form, table))
        return Bare(fields, form if table is None else f"{form}.{table}", form, table)

    def row_fields(self, form: str, table: str) -> Mapping[str, Type]:
        """Give the fields of a line."""
        shape = self.shapes.get(form)
        return {"line_no": NUMBER, **(shape.tables.get(table, {}) if shape else {})}

    def fields_of(self, form: str) -> Mapping[str, Type]:
        """Give the fields of a document, with those that every document has, and its line tables as lists."""
        if form == "user":
            return self.user_fields()
        shape = self.shapes.get(form)
        if shape is None:
            return {}
        tables = {name: list_of(Type("row", form=f"{form}.{name}")) for name in shape.tables}
        return {**_standard(shape), **shape.fields, **tables}

    def user_fields(self) -> Mapping[str, Type]:
        """Give the fields of an account: its own, and its employee's read through it."""
        employee = self.fields_of("employee") if "employee" in self.shapes else {}
        own = self.shapes["user"].fields if "user" in self.shapes else {}
        return {**employee, "number": TEXT, "name": TEXT, "employee": link_to("employee"), **own}

    def below(self, parent: Type) -> Mapping[str, Type] | None:
        """Give the names that can follow a point, or None if there are none."""
        if parent.kind == "link":
            return self.fields_of(parent.form) if parent.form else None
        if parent.kind == "event":
            return self.place.event
        if parent.kind == "row" and parent.form == "address":
            return ADDRESS_FIELDS
        if parent.kind == "row" and parent.form and "." in parent.form:
            return self.row_fields(*parent.form.split(".", 1))
        return None

    def resolve(self, path: Path, bare: Bare) -> Name:
        """Give the meaning of a path that leads to one value or a whole list."""
        name, rest = self.first(path, bare)
        if rest:
            self.refuse_rest(path, name, rest)
        return name

    def first(self, path: Path, bare: Bare) -> tuple[Name, tuple[str, ...]]:
        """Give the longest beginning of a path that is one value or list, and the names behind a list."""
        source, start, names = self.source_of(path, bare)
        current, steps = start, []
        for position, name in enumerate(names):
            if current.kind == "any":
                steps.append(ANY)
                continue
            fields = bare.fields if position == 0 and source == "row" else self.below(current)
            if fields is None:
                taken = names[:position]
                return self.made(path, source, taken, tuple(steps), current), names[position:]
            if name not in fields:
                self.unknown(path, name, names[:position], source, current, bare)
            current = fields[name]
            steps.append(current)
        return self.made(path, source, names, tuple(steps), current), ()

    def made(self, path: Path, source: str, names: tuple[str, ...], steps: tuple[Type, ...], last: Type) -> Name:
        """Make the checked name."""
        return Name(last, path.start, path.length, source, names, steps)

    def source_of(self, path: Path, bare: Bare) -> tuple[str, Type, tuple[str, ...]]:
        """Split a path into its source, the source's own type, and the names below."""
        head = path.names[0]
        if head in bare.fields or head not in SOURCES:
            return "row", Type("row"), path.names
        if head == "me" and not self.place.person:
            raise ExpressionError(
                Words(
                    "'me' can't stand here: the answer would depend on who looks",
                    "这里不能用 “me”：结果会因查看的人而不同",
                ),
                path.start,
                path.length,
            )
        return head, self.source_type(head, path), path.names[1:]

    def source_type(self, head: str, path: Path) -> Type:
        """Give the type of `this`, `line`, `me`, `today`, `now`, `event` themselves."""
        place = self.place
        if head in ("today", "now"):
            return DATE if head == "today" else DATETIME
        if head == "me":
            return USER
        if head == "event" and place.event is not None:
            return Type("any") if not place.event else Type("event")
        if head == "this" and place.form is not None:
            return link_to(place.form)
        if head == "line" and place.form is not None and place.table is not None:
            return Type("row", form=f"{place.form}.{place.table}")
        missing = {
            "event": ("'event' stands only where an outside event is handled", "“event” 只用于处理外部事件的地方"),
            "line": ("there is no line here", "这里没有行"),
            "this": ("there is no document here", "这里没有单据"),
        }
        raise ExpressionError(Words(*missing[head]), path.start, len(head))

    def unknown(
        self, path: Path, name: str, before: tuple[str, ...], source: str, parent: Type, bare: Bare
    ) -> NoReturn:
        """Say that a name means nothing here, and what was probably meant."""
        start = path.start + _offset(path, source, before)
        if source == "row" and not before:
            raise ExpressionError(self.unknown_bare(name, bare), start, len(name))
        fields = self.below(parent) or {}
        if parent.kind == "link" and parent.form not in self.shapes and parent.form != "user":
            raise ExpressionError(
                Words(f"there is no form '{parent.form}'", f"没有表单 “{parent.form}”"), start, len(name)
            )
        raise ExpressionError(said.no_field(name, parent.form or source, fields), start, len(name))

    def unknown_bare(self, name: str, bare: Bare) -> Words:
        """Say that a bare name is unknown; a field of the document needs `this.` in a line."""
        place = self.place
        if place.columns is not None:
            words = said.guessed(
                Words(f"the source has no column '{name}'", f"来源中没有列 “{name}”"), name, bare.fields
            )
            return Words(
                f"{words.en} (a column with spaces or dots: column('{name}'))",
                f"{words.zh}（列名含空格或点时写 column('{name}')）",
            )
        header = self.fields_of(place.form) if place.form else {}
        if name in header and (bare.table is not None or bare.form != place.form):
            return Words(
                f"'{name}' is a field of the document; write this.{name}", f"“{name}” 是单据的字段，请写 this.{name}"
            )
        if place.table and place.form and name in self.row_fields(place.form, place.table):
            return Words(
                f"'{name}' is a field of the line; write line.{name}", f"“{name}” 是行的字段，请写 line.{name}"
            )
        return said.no_field(name, bare.owner, [*bare.fields, *SOURCES])

    def refuse_rest(self, path: Path, name: Name, rest: tuple[str, ...]) -> NoReturn:
        """Say that nothing can follow a point after this name."""
        start = path.start + path.length - len(".".join(rest))
        if name.type.kind in ("list", "choices"):
            written = ".".join(path.names)
            raise ExpressionError(
                Words(
                    f"'{written}' is a list. Say which figure of it: sum({written})",
                    f"“{written}” 是列表，请说明取什么：sum({written})",
                ),
                path.start,
                path.length,
            )
        words = said.type_words(name.type)
        raise ExpressionError(
            Words(
                f"'{name.dotted}' is {words.en} and has no '{rest[0]}'",
                f"“{name.dotted}” 是{words.zh}，没有 “{rest[0]}”",
            ),
            start,
            len(rest[0]),
        )


def _standard(shape: Shape) -> dict[str, Type]:
    return {
        "number": TEXT,
        "stage": choice_of(*shape.stages),
        "stage_since": DATETIME,
        "created_at": DATETIME,
        "created_by": USER,
        "changed_at": DATETIME,
        "changed_by": USER,
    }


def _offset(path: Path, source: str, before: tuple[str, ...]) -> int:
    taken = before if source == "row" else (source, *before)
    return sum(len(name) + 1 for name in taken)
