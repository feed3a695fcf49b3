"""Values on their way into SQL: figures with their scale, and how two values meet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, Text, Time, literal, type_coerce
from sqlalchemy.sql import ColumnElement

from app.core.expressions import ANY, ExpressionError
from app.core.expressions.arithmetic import Months, WorkingDays
from app.core.expressions.nodes import Apply, Items, Typed
from app.core.links import Link
from app.core.words import Words
from app.data import sql_parts as parts
from app.data.column_types import MICROSECOND, Instant, instant_text

LARGEST_SCALE = 30
FIGURES = ("number", "money", "duration", "months")
KINDS: Mapping[str, Any] = {
    "date": Date(),
    "datetime": Instant(),
    "time": Time(),
    "text": Text(),
    "choice": Text(),
    "boolean": Boolean(),
    "link": BigInteger(),
    "number": BigInteger(),
    "money": BigInteger(),
    "duration": BigInteger(),
    "months": BigInteger(),
}


NOWHERE = Items(ANY, 0, 1)


@dataclass(frozen=True)
class Part:
    """A piece of SQL: its kind, the scale of a figure, whether it was calculated, or a value known before."""

    kind: str
    element: ColumnElement[Any] | None = None
    scale: int = 0
    calculated: bool = False
    known: bool = False
    value: Any = None
    size: int = 1

    @property
    def sql(self) -> ColumnElement[Any]:
        """Give the SQL."""
        assert self.element is not None
        return self.element


NOTHING = Part("null", known=True)


def refuse(node: Typed, what: str) -> ExpressionError:
    """Make the error for what a database can't answer."""
    return ExpressionError(
        Words(
            f"the database can't answer {what}. Keep it in a field and compare that",
            f"数据库无法计算 {what}，请存入字段后再比较",
        ),
        node.start,
        max(node.length, 1),
    )


def kept(part: Part) -> ColumnElement[Any]:
    """Give a part as a value that may be used twice: what was calculated is calculated once."""
    return parts.kept(part.sql) if part.calculated else part.sql


def known(value: Any, node: Typed) -> Part:
    """Give a value that is known before any row is read."""
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return Part(
            "boolean",
            parts.truth("1" if value else "0", postgresql="TRUE" if value else "FALSE"),
            known=True,
            value=value,
        )
    if isinstance(value, Decimal | int):
        return _known_figure(Decimal(value), node)
    if isinstance(value, timedelta):
        return Part("duration", parts.written(value // MICROSECOND), known=True, value=value)
    if isinstance(value, Months):
        return Part("months", parts.written(value.count), known=True, value=value)
    if isinstance(value, Link):
        return Part("link", literal(value.id, BigInteger()), known=True, value=value)  # one text of SQL for all people
    if isinstance(value, str):
        return Part("text", literal(value, Text()), known=True, value=value)
    if isinstance(value, date | time):
        return _known_time(value)
    raise refuse(node, "working days" if isinstance(value, WorkingDays) else "this value")


def _known_time(value: date | time) -> Part:
    if isinstance(value, datetime):
        at = instant_text(value)
        return Part(
            "datetime", parts.Spelt(f"'{at}'", f"TIMESTAMPTZ '{at}+00'", kind=Instant()), known=True, value=value
        )
    if isinstance(value, date):
        return Part(
            "date",
            parts.Spelt(f"'{value.isoformat()}'", f"DATE '{value.isoformat()}'", kind=Date()),
            known=True,
            value=value,
        )
    at = value.strftime("%H:%M:%S.%f")
    return Part("time", parts.Spelt(f"'{at}'", f"TIME '{at}'", kind=Time()), known=True, value=value)


def _known_figure(value: Decimal, node: Typed) -> Part:
    exponent = value.as_tuple().exponent
    assert isinstance(exponent, int)
    scale = max(-exponent, 0)
    if scale > LARGEST_SCALE or value.adjusted() > LARGEST_SCALE:
        raise refuse(node, "a figure of this size")
    return Part("number", parts.written(int(value.scaleb(scale))), scale, known=True, value=value)


def item_of(part: Part) -> Part:
    """Give a known value as what each row counts."""
    return replace(part, known=False)


def column_part(column: ColumnElement[Any], kind: str) -> Part:
    """Give a column as a part, its scale taken from its type."""
    if kind in ("number", "money"):
        return Part(kind, type_coerce(column, BigInteger()), getattr(column.type, "scale", None) or 0)
    if kind == "duration":
        return Part(kind, type_coerce(column, BigInteger()))
    return Part(kind, column, size=2)


def aligned(given: list[Part], node: Typed) -> list[Part]:
    """Bring figures to one scale, and give empties the type of the others."""
    kinds = [part.kind for part in given if part.kind != "null"]
    if not kinds:
        return given
    kind = "money" if "money" in kinds else kinds[0]
    if kind not in FIGURES:
        return [_empty(kind) if part.kind == "null" else part for part in given]
    scale = max(part.scale for part in given)
    return [_empty(kind, scale) if part.kind == "null" else scaled(part, scale) for part in given]


def _empty(kind: str, scale: int = 0) -> Part:
    return Part(kind, parts.empty(KINDS[kind]), scale)


def scaled(part: Part, scale: int) -> Part:
    """Give a figure with more decimals."""
    if part.scale == scale:
        return part
    factor = 10 ** (scale - part.scale)
    if part.known and isinstance(part.value, Decimal):
        return replace(part, element=parts.written(int(part.value.scaleb(scale))), scale=scale)
    return Part(
        part.kind,
        parts.figure("{0} * {1}", parts.wide(part.sql), parts.written(factor)),
        scale,
        True,
        size=part.size + 1,
    )


def equal(left: Part, right: Part, *, met: bool) -> Part:
    """Ask for equality, which always answers; with `met` an empty side may also come out as no answer."""
    if left.kind == "null" or right.kind == "null":
        other = right if left.kind == "null" else left
        return known(True, NOWHERE) if other.kind == "null" else truth("{0} IS NULL", other)
    left, right = aligned([left, right], NOWHERE)
    size = left.size + right.size + 1
    if met and (left.known or right.known):
        asked, told = (right, left) if left.known else (left, right)
        found = parts.behind(asked.sql, lambda value: parts.truth("{0} = {1}", value, kept(told)))
        if found is not None:
            return Part("boolean", found, size=size)
        return Part("boolean", parts.truth("{0} = {1}", kept(left), kept(right)), size=size)
    return Part(
        "boolean",
        parts.truth("{0} IS {1}", kept(left), kept(right), postgresql="{0} IS NOT DISTINCT FROM {1}"),
        size=size,
    )


def listed(part: Part, values: list[Part]) -> Part:
    """Tell whether a value is one of several; an empty one is none of them."""
    both = aligned([part, *values], NOWHERE)
    marks = ", ".join(f"{{{n}}}" for n in range(1, len(both)))
    element = parts.truth(f"{{0}} IS NOT NULL AND {{0}} IN ({marks})", *(kept(each) for each in both))
    return Part("boolean", element, size=2 * part.size + len(values))


def any_of(tests: list[Part]) -> Part:
    """Tell whether one of the conditions holds; of no conditions none does."""
    if not tests:
        return known(False, NOWHERE)
    return truth(" OR ".join(f"{{{n}}}" for n in range(len(tests))), *tests)


def truth(template: str, *given: Part) -> Part:
    """Give a condition from SQL with `{0}`, `{1}`, ... for its parts."""
    return Part(
        "boolean", parts.truth(template, *(kept(part) for part in given)), size=1 + sum(part.size for part in given)
    )


def sortable(part: Part) -> ColumnElement[Any]:
    """Give a value that both databases put into the same order: texts letter by letter."""
    if part.kind in ("text", "choice"):
        return parts.text("{0}", part.sql, postgresql='{0} COLLATE "C"')
    return kept(part)


def ordering(node: Apply, left: Part, right: Part) -> Part:
    """Compare by size."""
    if left.kind == "null" or right.kind == "null":
        return NOTHING
    left, right = aligned([left, right], node)
    return Part(
        "boolean",
        parts.truth(f"{{0}} {node.name} {{1}}", sortable(left), sortable(right)),
        size=left.size + right.size + 1,
    )


def quotient(over: Part, under: Part) -> Part:
    """Divide one figure by another, to 12 decimals."""
    over, under = aligned([over, under], NOWHERE)
    kind = over.kind if under.kind == "number" else "number"
    size = 8 * over.size + 14 * under.size
    return Part(kind, parts.quotient(parts.wide(over.sql), parts.wide(under.sql)), 12, True, size=size)
