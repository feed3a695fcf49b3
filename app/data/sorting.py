"""How lists are sorted, and the indexes that answer a form's own list and its saved views in that order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from app.config.form_spec import FormSpec
from app.core.expressions import Expression
from app.core.expressions.nodes import Apply, Name, Typed, walk
from app.data.kinds import kind_of
from app.data.tables import FormTables, short

UNSORTED = ("links", "address", "files", "choices")  # kinds that a list can't be sorted by
MOST_KEYS = 4
LISTED = "list_"  # how the names of these indexes begin
INDEXED_ALREADY = (("id",), ("number",))


@dataclass(frozen=True)
class SortPart:
    """One name that a list is sorted by."""

    name: str
    descending: bool


@dataclass(frozen=True)
class ListIndex:
    """What answers a sorted list without sorting: columns that its rows share, then what they are sorted by."""

    shared: tuple[str, ...]
    parts: tuple[SortPart, ...]

    @property
    def columns(self) -> list[str]:
        """Give the names of its columns."""
        return [*self.shared, *(part.name for part in self.parts)]

    def name(self, table: str) -> str:
        """Give the index's name, which says all that it is made of."""
        sorts = (f"{part.name}_desc" if part.descending else part.name for part in self.parts)
        return short(f"{LISTED}{table}_{'_'.join((*self.shared, *sorts))}")

    def statement(self, tables: FormTables, dialect: str) -> str:
        """Give the SQL that makes it; the bin is left out, since every list leaves it out."""
        columns = [f'"{name}"' for name in self.shared]
        for part in self.parts:
            nullable = tables.table.c[part.name].nullable
            columns.append(f'"{part.name}"{direction(part.descending, nullable=bool(nullable), dialect=dialect)}')
        table = tables.table.name
        return f'create index "{self.name(table)}" on "{table}" ({", ".join(columns)}) where deleted_at is null'


def sort_parts(sort: str) -> list[SortPart]:
    """Give the names of `-needed_on,number`; the newest first where nothing is said."""
    parts = (part.strip() for part in (sort or "-id").split(","))
    return [SortPart(part.removeprefix("-"), part.startswith("-")) for part in parts if part]


def direction(descending: bool, *, nullable: bool, dialect: str) -> str:
    """Give the words of an order: empty counts as the smallest, on both databases."""
    if dialect == "sqlite" or not nullable:
        return " desc" if descending else ""
    return " desc nulls last" if descending else " nulls first"


def list_indexes(spec: FormSpec, tables: FormTables) -> Iterator[ListIndex]:
    """Give each index that the form's list or one of its views asks for, once; none where a sort goes through links."""
    found: set[ListIndex] = set()
    for where, sort in [(spec.list.where, spec.list.sort)] + [
        (view.where, view.sort or spec.list.sort) for view in spec.views.values()
    ]:
        parts = sort_parts(sort)[:MOST_KEYS]
        if not all(_is_column(spec, tables, part.name) for part in parts):
            continue
        shared = tuple(name for name in _shared(where) if _is_column(spec, tables, name, link=True))
        if shared or tuple(part.name for part in parts) not in INDEXED_ALREADY:
            found.add(ListIndex(shared, _whole(parts)))
    yield from sorted(found, key=lambda each: each.name(spec.name))


def _whole(parts: list[SortPart]) -> tuple[SortPart, ...]:
    """Add the key, and begin upwards: a database reads an index from either end."""
    turned = parts[0].descending
    whole = parts if parts[-1].name == "id" else [*parts, SortPart("id", turned)]
    return tuple(SortPart(part.name, part.descending != turned) for part in whole)


def _is_column(spec: FormSpec, tables: FormTables, name: str, *, link: bool = False) -> bool:
    """Tell whether rows can be sorted by a name in their own table; of a link, whether they can share it."""
    if name not in tables.table.c:
        return False
    if name not in spec.header:
        return link or not name.endswith("_by")
    kind = kind_of(spec.header[name])
    return kind not in UNSORTED and (link or kind != "link")


def _shared(where: Expression | None) -> list[str]:
    """Give the fields that a condition makes equal to something outside the row: `stage == 'in_review'`."""
    return [] if where is None else sorted({name for part in _demands(where.node) if (name := _equal(part))})


def _demands(node: Typed) -> Iterator[Typed]:
    if isinstance(node, Apply) and node.name == "and":
        for part in node.arguments:
            yield from _demands(part)
    else:
        yield node


def _equal(node: Typed) -> str | None:
    if not isinstance(node, Apply) or node.name != "==":
        return None
    for one, other in (node.arguments, node.arguments[::-1]):
        if isinstance(one, Name) and one.source == "row" and len(one.path) == 1 and not _reads_row(other):
            return one.path[0]
    return None


def _reads_row(node: Typed) -> bool:
    return any(isinstance(part, Name) and part.source == "row" for part in walk(node))
