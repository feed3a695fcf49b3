"""One tree, two machines: a checked expression as SQL that answers exactly what Python answers.

Figures are whole numbers with a scale that is known when the SQL is written, so nothing is ever rounded by
accident. What does not read the row (`today`, `me.department`, `this.supplier`) is worked out in Python first.
On SQLite a figure that runs over 63 bits counts as empty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import FromClause, Text, func, literal, select, type_coerce
from sqlalchemy.sql import ColumnElement, Select

from app.core.expressions import Count, Expression, Scope
from app.core.expressions.database import DEEPEST_IN_DATABASE
from app.core.expressions.evaluation import compiled
from app.core.expressions.nodes import Apply, Counted, Fold, Items, Name, Typed, depth, walk
from app.core.links import Link
from app.data import sql_parts as parts
from app.data.column_types import Duration, Scaled
from app.data.sql_functions import FUNCTION_SQL
from app.data.sql_values import (
    KINDS,
    NOTHING,
    Part,
    aligned,
    any_of,
    column_part,
    equal,
    item_of,
    kept,
    known,
    listed,
    quotient,
    refuse,
    sortable,
    truth,
)

Columns = Callable[[tuple[str, ...]], Any]
Under = Callable[[ColumnElement[Any], Any], ColumnElement[Any]]
MOST_PARTS = 4000


@dataclass(frozen=True)
class Rows:
    """The rows of a line table in SQL: from where, which belong to the row at hand, and what their names are."""

    table: FromClause
    joined: ColumnElement[Any]
    columns: Columns
    order: ColumnElement[Any] | None = None  # the newest has the largest


def to_sql(
    expression: Expression | Typed,
    columns: Columns,
    *,
    parameters: Mapping[str, Any] | None = None,
    under: Under | None = None,
) -> ColumnElement[Any]:
    """Give an expression as SQL.

    `columns(path)` gives a column, the Expression of a field that is not kept, a Select of keys for many links, or
    Rows for a line table. `parameters` holds what a Scope holds: this, line, me, today, now, event, services.
    Without `this`, it means the row itself. A figure comes as Scaled with its scale.
    """
    writer = Writer(columns, dict(parameters or {}), under)
    node = expression.node if isinstance(expression, Expression) else expression
    if depth(node) > DEEPEST_IN_DATABASE:
        raise refuse(node, "what is nested this deeply")
    if node.type.kind == "boolean":
        return writer.condition(node, met=True)
    return _shown(writer.part(node))


def counted_sql(
    count: Count, rows: Rows, *, parameters: Mapping[str, Any] | None = None, under: Under | None = None
) -> Select[Any]:
    """Give a figure over other documents as a SELECT of one value."""
    writer = Writer(rows.columns, dict(parameters or {}), under)
    part = writer.folded(count.function, rows, count.value, count.where, writer)
    return select(_shown(part))


def _shown(part: Part) -> ColumnElement[Any]:
    if part.kind in ("number", "money"):
        return type_coerce(kept(part), Scaled(part.scale))
    if part.kind == "duration":
        return type_coerce(kept(part), Duration())
    if part.kind == "null":
        return parts.text("NULL")
    return part.sql


class Writer:
    """Writes the SQL of one expression over one kind of row."""

    def __init__(
        self, columns: Columns, parameters: dict[str, Any], under: Under | None, *, document: Columns | None = None
    ) -> None:
        self.columns = columns
        self.document = columns if document is None else document
        self.parameters = parameters
        self.under = under
        given = parameters.get("this")
        self.own = given is None  # `this` is the row itself
        services: Any = parameters.get("services")
        self.scope = Scope(
            {},
            given or {},
            services,
            parameters.get("line"),
            parameters.get("me"),
            parameters.get("today"),
            parameters.get("now"),
            parameters.get("event"),
        )

    def reads_row(self, node: Typed) -> bool:
        """Tell whether a part depends on the row."""
        return any(self.reads(part) for part in walk(node))

    def reads(self, part: Typed) -> bool:
        if isinstance(part, Counted) and part.count is not None:
            asked = [each for side in (part.count.value, part.count.where) if side is not None for each in walk(side)]
            return self.own and any(isinstance(each, Name) and each.source == "this" for each in asked)
        return isinstance(part, Name) and (part.source == "row" or (part.source == "this" and self.own))

    def part(self, node: Typed) -> Part:
        """Give the SQL of any part that is one value."""
        if not self.reads_row(node) and not (isinstance(node, Fold) and node.base is None):
            return known(compiled(node)(self.scope), node)
        found = self.written(node)
        if found.size > MOST_PARTS:
            raise refuse(node, "an expression this long")
        return found

    def written(self, node: Typed) -> Part:
        if isinstance(node, Name):
            return self.name(node)
        if isinstance(node, Fold):
            return self.fold(node)
        if isinstance(node, Counted):
            raise refuse(node, "a count of other documents")
        if isinstance(node, Apply):
            return self.apply(node)
        raise refuse(node, "a list here")

    def name(self, node: Name) -> Part:
        path = node.path or ("id",)
        found = self.looked_up(node)
        if isinstance(found, Expression):
            owner = self.document if node.source == "this" else self.columns
            inner = Writer(lambda names: owner((*path[:-1], *names)), {**self.parameters, "this": None}, self.under)
            return inner.part(found.node)
        if not isinstance(found, ColumnElement) or node.type.kind not in KINDS:
            raise refuse(node, f"'{node.dotted}' as one value")
        return column_part(found, node.type.kind)

    def looked_up(self, name: Name, *below: str) -> Any:
        """Give what the caller says a name is; `this` is the document even among its lines."""
        columns = self.document if name.source == "this" else self.columns
        return columns((*name.path, *below) or ("id",))

    def fold(self, node: Fold) -> Part:
        if node.base is None or isinstance(node.base, Name):
            rows = self.looked_up(node.base) if node.base is not None else self.columns(())
            if isinstance(rows, Rows):
                inner = Writer(rows.columns, self.parameters, self.under, document=self.document)
                return self.folded(node.name, rows, node.value, node.where, inner)
            if (
                isinstance(rows, Select)
                and node.value is None
                and node.where is None
                and node.name in ("any", "none", "count")
            ):
                amount = rows.with_only_columns(func.count(), maintain_column_froms=True)
                count = Part("number", amount.scalar_subquery())
                return count if node.name == "count" else truth(f"{{0}} {'>' if node.name == 'any' else '='} 0", count)
        raise refuse(node, f"{node.name} of this list")

    def folded(self, name: str, rows: Rows, value: Typed | None, where: Typed | None, inner: Writer) -> Part:
        """Give a list function over rows."""
        conditions = [rows.joined] + ([inner.condition(where, met=True)] if where is not None else [])
        item = inner.part(value) if value is not None else None
        if item is not None and item.known:
            item = item_of(item)
        size = 5 + (item.size if item else 0)

        def asked(element: ColumnElement[Any]) -> ColumnElement[Any]:
            query = select(element).select_from(rows.table).where(*conditions).correlate_except(rows.table)
            return query.scalar_subquery()

        if name in ("any", "none", "count"):
            amount = asked(func.count() if item is None else func.count(item.sql))
            if name == "count":
                return Part("number", amount, size=size)
            return Part("boolean", parts.truth("{0} > 0" if name == "any" else "{0} = 0", amount), size=size)
        assert item is not None
        if name == "latest":
            order = rows.order
            assert order is not None, "latest needs to know which row is the newest"
            query = select(item.sql).select_from(rows.table).where(*conditions, item.sql.is_not(None))
            newest = query.order_by(order.desc()).limit(1).correlate_except(rows.table).scalar_subquery()
            return replace(item, element=newest, size=size)
        if name in ("min", "max"):
            return replace(item, element=asked(getattr(func, name)(sortable(item))), size=size)
        total = parts.figure("coalesce({0}, 0)", asked(func.sum(kept(item))))
        if name == "sum":
            return replace(item, element=total, size=size, calculated=True)
        return quotient(
            Part(item.kind, total, item.scale, True, size=size), Part("number", asked(func.count(item.sql)), size=size)
        )

    def condition(self, node: Typed, *, met: bool) -> ColumnElement[Any]:
        """Give a condition; with `met`, no answer may come out as a no, which lets indexes be used."""
        if isinstance(node, Apply) and self.reads_row(node):
            if node.name in ("and", "or"):
                both = [self.condition(part, met=met) for part in node.arguments]
                joined = f" {node.name.upper()} ".join(f"{{{at}}}" for at in range(len(both)))
                return parts.truth(joined, *both)
            if node.name == "not":
                return parts.truth("NOT {0}", self.condition(node.arguments[0], met=False))
            if node.name == "==":
                return self.equality(node, met=met).sql
            if node.name in ("in", "not in"):
                return self.membership(node).sql
        found = self.part(node)
        return found.sql if found.kind != "null" else parts.truth("NULL", postgresql="CAST(NULL AS BOOLEAN)")

    def apply(self, node: Apply) -> Part:
        name = node.name
        if name in ("and", "or", "not"):
            size = 1 + sum(len(list(walk(part))) for part in node.arguments)
            return Part("boolean", self.condition(node, met=False), size=size)
        if name in ("==", "!="):
            found = self.equality(node, met=False)
            return found if name == "==" else truth("NOT {0}", found)
        if name in ("in", "not in"):
            return self.membership(node)
        if name == "if":
            return self.choose(node)
        if name == "under":
            return self.below(node)
        if name == "empty" and node.arguments[0].type.kind in ("list", "choices"):
            return self.fold(Fold(node.type, node.start, node.length, "none", node.arguments[0]))
        maker = FUNCTION_SQL.get(name)
        if maker is None:
            raise refuse(node, name)
        return maker(node, *[self.part(part) for part in node.arguments])

    def choose(self, node: Apply) -> Part:
        conditions = [self.condition(part, met=True) for part in node.arguments[:-1:2]]
        results = aligned([self.part(part) for part in (*node.arguments[1::2], node.arguments[-1])], node)
        if results[0].kind == "null":
            return NOTHING
        cases = " ".join(f"WHEN {{{n}}} THEN {{{n + len(conditions)}}}" for n in range(len(conditions)))
        template = f"CASE {cases} ELSE {{{2 * len(conditions)}}} END"
        element = parts.Spelt(template, None, *conditions, *(part.sql for part in results), kind=KINDS[results[0].kind])
        size = sum(part.size for part in results) + sum(len(list(walk(part))) for part in node.arguments)
        return replace(
            results[0], element=element, known=False, size=size, calculated=any(p.calculated for p in results)
        )

    def below(self, node: Apply) -> Part:
        child, above = node.arguments
        if self.under is None or self.reads_row(above):
            raise refuse(node, "under")
        target = self.part(above)
        return Part("boolean", self.under(self.part(child).sql, target.value)) if target.value is not None else NOTHING

    def equality(self, node: Apply, *, met: bool) -> Part:
        left, right = node.arguments
        return equal(self.comparable(left, right), self.comparable(right, left), met=met)

    def comparable(self, node: Typed, other: Typed) -> Part:
        """Give a side of a comparison; a link that meets a text is its number."""
        if node.type.kind == "link" and other.type.kind in ("text", "choice") and self.reads_row(node):
            if not isinstance(node, Name):
                raise refuse(node, "a code of this link")
            return column_part(self.looked_up(node, "number"), "text")
        found = self.part(node)
        if found.known and isinstance(found.value, Link) and other.type.kind in ("text", "choice"):
            return known(found.value.number, node)
        return found

    def membership(self, node: Apply) -> Part:
        item, among = node.arguments
        if not self.reads_row(among):
            found = self.among(item, compiled(among)(self.scope) or (), among)
        elif isinstance(among, Items):
            found = any_of(
                [equal(self.comparable(item, each), self.comparable(each, item), met=False) for each in among.items]
            )
        elif isinstance(among, Name):
            found = self.in_column(item, among)
        else:
            raise refuse(among, "this list")
        return found if node.name == "in" else truth("NOT {0}", found)

    def among(self, item: Typed, values: tuple[Any, ...], listing: Typed) -> Part:
        """Look a value of the row up among values that are known."""
        by_code = item.type.kind == "link" and any(isinstance(value, str) for value in values)
        if by_code and not isinstance(item, Name):
            raise refuse(item, "a code of this link")
        part = (
            column_part(self.looked_up(item, "number"), "text")
            if by_code and isinstance(item, Name)
            else self.part(item)
        )
        if part.known:
            return known(part.value in values, listing)
        plain = [known(value.number if by_code and isinstance(value, Link) else value, listing) for value in values]
        there = [each for each in plain if each.value is not None]
        tests = [listed(part, there)] if there else []
        if len(there) < len(plain):
            tests.append(truth("{0} IS NULL", part))
        return any_of(tests)

    def in_column(self, item: Typed, listing: Name) -> Part:
        """Look a value up in many links or choices of the row."""
        found = self.looked_up(listing)
        part = self.part(item)
        if part.known and part.value is None:
            return known(False, item)
        if isinstance(found, Select):
            inside = part.sql.in_(found)
            return Part("boolean", parts.truth("{0} IS NOT NULL AND {1}", part.sql, inside), size=part.size + 5)
        if part.kind not in ("text", "choice") or not isinstance(found, ColumnElement):
            raise refuse(listing, f"'{listing.dotted}'")
        quoted = part.sql if not part.known else literal(part.value, Text())
        column = type_coerce(found, Text())
        return Part(
            "boolean",
            parts.truth(
                "coalesce(instr({0}, '\"' || {1} || '\"') > 0, 0)",
                column,
                quoted,
                postgresql="coalesce(strpos({0}, '\"' || {1} || '\"') > 0, FALSE)",
            ),
            size=part.size + 5,
        )
