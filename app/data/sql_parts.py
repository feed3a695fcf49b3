"""Pieces of SQL that mean the same on SQLite and PostgreSQL, where the two spell it differently."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, Integer, Text, cast, literal, null, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import comma_op
from sqlalchemy.sql.visitors import InternalTraversal
from sqlalchemy.types import TypeEngine

SIMPLE = re.compile(r'[\w."]+')
MICROSECONDS_A_DAY = 86_400_000_000


class Spelt(FunctionElement[Any]):
    """SQL written out for each database, with `{0}`, `{1}` for its parts."""

    _traverse_internals = [  # noqa: RUF012
        *FunctionElement._traverse_internals,
        ("sqlite", InternalTraversal.dp_string),
        ("postgresql", InternalTraversal.dp_string),
    ]
    inherit_cache = True

    def __init__(self, sqlite: str, postgresql: str | None, *parts: ColumnElement[Any], kind: TypeEngine[Any]) -> None:
        super().__init__(*parts)
        self.sqlite = sqlite
        self.postgresql = sqlite if postgresql is None else postgresql
        self.type = kind

    def self_group(self, against: Any = None) -> Any:
        """Stand in brackets beside other SQL: `a OR b` inside an AND would let everything through."""
        return self if against in (None, comma_op) else Grouping(self)


@compiles(Spelt)
def _spell(element: Spelt, compiler: Any, **options: Any) -> str:
    template = element.sqlite if compiler.dialect.name == "sqlite" else element.postgresql
    used = (
        _bracketed(compiler.process(part, **options)) if f"{{{place}}}" in template else ""
        for place, part in enumerate(element.clauses)
    )
    return template.format(*used)


def _bracketed(spelt: str) -> str:
    return spelt if SIMPLE.fullmatch(spelt) else f"({spelt})"


@dataclass(frozen=True)
class Hop:
    """How a value lies behind a link: the link's column, the key that it points to, the value, what else holds there."""

    column: ColumnElement[Any]
    key: ColumnElement[Any]
    value: ColumnElement[Any]
    where: tuple[ColumnElement[bool], ...]


def through(
    column: ColumnElement[Any],
    key: ColumnElement[Any],
    value: ColumnElement[Any],
    *,
    where: tuple[ColumnElement[bool], ...],
    one: bool = False,
) -> ColumnElement[Any]:
    """Give a value of the row whose key a column holds; with `one`, of any one such row."""
    asked = select(value).where(key == column, *where)
    found = (asked.limit(1) if one else asked).scalar_subquery()
    found.hop = Hop(column, key, value, where)  # type: ignore[attr-defined]
    return found


def behind(element: ColumnElement[Any], test: Callable[[ColumnElement[Any]], Any]) -> ColumnElement[bool] | None:
    """Ask from its far end for what lies behind links: the keys that fit are found once, not once a row.

    None where the value lies in the row itself.
    """
    hop: Hop | None = getattr(element, "hop", None)
    if hop is None:
        return None
    inner = behind(hop.value, test)
    return hop.column.in_(select(hop.key).where(*hop.where, test(hop.value) if inner is None else inner))


def figure(sqlite: str, *parts: ColumnElement[Any], postgresql: str | None = None) -> ColumnElement[Any]:
    """Give a whole number."""
    return Spelt(sqlite, postgresql, *parts, kind=Integer())


def truth(sqlite: str, *parts: ColumnElement[Any], postgresql: str | None = None) -> ColumnElement[Any]:
    """Give a condition."""
    return Spelt(sqlite, postgresql, *parts, kind=Boolean())


def text(sqlite: str, *parts: ColumnElement[Any], postgresql: str | None = None) -> ColumnElement[Any]:
    """Give a text."""
    return Spelt(sqlite, postgresql, *parts, kind=Text())


def either_text(sqlite: str, postgresql: str) -> ColumnElement[Any]:
    """Give a text that differs between the two."""
    return text("{0}", literal(sqlite, Text()), literal(postgresql, Text()), postgresql="{1}")


def empty(kind: TypeEngine[Any]) -> ColumnElement[Any]:
    """Give nothing, of a type."""
    return cast(null(), kind)


def wide(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Give a whole number that may be calculated with; PostgreSQL never runs over."""
    return figure("{0}", column, postgresql="CAST({0} AS NUMERIC)")


def written(value: int) -> ColumnElement[Any]:
    """Give a whole number as it is."""
    return figure(str(value), postgresql=f"CAST({value} AS NUMERIC)" if abs(value) >= 2**31 else str(value))


def kept(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Give a calculated number, or nothing where SQLite ran over 63 bits and went on with less exact figures."""
    return figure("CASE typeof({0}) WHEN 'real' THEN NULL ELSE {0} END", column, postgresql="{0}")


def quotient(over: ColumnElement[Any], under: ColumnElement[Any]) -> ColumnElement[Any]:
    """Divide two whole numbers to 12 decimals, half away from zero; by zero: nothing."""
    a, b, six = "abs({0})", "abs({1})", 1_000_000
    first = f"(({a} % {b}) * {six})"
    second = f"(({first} % {b}) * {six})"
    digits = f"({a} / {b}) * {six * six} + ({first} / {b}) * {six} + ({second} / {b}) + (({second} % {b}) * 2 >= {b})"
    sign = "CASE WHEN ({0} < 0) <> ({1} < 0) THEN -1 ELSE 1 END"
    whole = f"div({a} * {2 * six * six} + {b}, {b} * 2)"
    return figure(
        f"CASE WHEN {{1}} = 0 THEN NULL ELSE ({sign}) * ({digits}) END",
        kept(over),
        kept(under),
        postgresql=f"CASE WHEN {{1}} = 0 THEN NULL ELSE ({sign}) * {whole} END",
    )


def rounded(column: ColumnElement[Any], unit: int, way: str) -> ColumnElement[Any]:
    """Divide a whole number by a power of ten: `half` away from zero, `up` away from zero, `down` to zero."""
    extra = {"half": unit // 2, "up": unit - 1, "down": 0}[way]
    return figure(
        f"CASE WHEN {{0}} < 0 THEN -1 ELSE 1 END * ((abs({{0}}) + {extra}) / {unit})",
        column,
        postgresql=f"CASE WHEN {{0}} < 0 THEN -1 ELSE 1 END * div(abs({{0}}) + {extra}, CAST({unit} AS NUMERIC))",
    )


def nearest(over: ColumnElement[Any], under: ColumnElement[Any]) -> ColumnElement[Any]:
    """Divide two whole numbers, half away from zero; by zero: nothing."""
    sign = "CASE WHEN ({0} < 0) <> ({1} < 0) THEN -1 ELSE 1 END"
    whole = "(abs({0}) * 2 + abs({1})) / (abs({1}) * 2)"
    return figure(
        f"CASE WHEN {{1}} = 0 THEN NULL ELSE ({sign}) * ({whole}) END",
        over,
        under,
        postgresql="CASE WHEN {1} = 0 THEN NULL ELSE (" + sign + ") * div(abs({0}) * 2 + abs({1}), abs({1}) * 2) END",
    )


def remainder(a: ColumnElement[Any], b: ColumnElement[Any]) -> ColumnElement[Any]:
    """Give what is left of a division, with the sign of `a`."""
    return figure(
        "CASE WHEN {1} = 0 THEN NULL ELSE {0} % {1} END",
        kept(a),
        kept(b),
        postgresql="CASE WHEN {1} = 0 THEN NULL ELSE mod({0}, {1}) END",
    )


def whole_days(microseconds: ColumnElement[Any]) -> ColumnElement[Any]:
    """Give the whole days of a length of time, downwards."""
    day = MICROSECONDS_A_DAY
    return figure(
        f"({{0}} - (({{0}} % {day}) + {day}) % {day}) / {day}",
        kept(microseconds),
        postgresql=f"floor(({{0}} - mod(mod({{0}}, {day}) + {day}, {day})) / {day})",
    )


def date_plus(day: ColumnElement[Any], days: ColumnElement[Any], kind: TypeEngine[Any]) -> ColumnElement[Any]:
    """Move a date by days; beyond the calendar: nothing."""
    found = "date({0}, {1} || ' days')"
    moved = "({0} + CAST({1} AS INTEGER))"
    near = "abs({1}) < 3700000"
    return Spelt(
        f"CASE WHEN {near} AND {found} BETWEEN '0001-01-01' AND '9999-12-31' THEN {found} END",
        f"CASE WHEN {near} THEN CASE WHEN {moved} BETWEEN DATE '0001-01-01' AND DATE '9999-12-31' THEN {moved} END END",
        day,
        days,
        kind=kind,
    )


def days_between(later: ColumnElement[Any], earlier: ColumnElement[Any]) -> ColumnElement[Any]:
    """Count the days from one date to another."""
    return figure(
        "(CAST(strftime('%s', {0}) AS INTEGER) - CAST(strftime('%s', {1}) AS INTEGER)) / 86400",
        later,
        earlier,
        postgresql="{0} - {1}",
    )


def date_part(name: str, day: ColumnElement[Any]) -> ColumnElement[Any]:
    """Give year, month, day or weekday (Monday is 1) of a date."""
    sign, field = {"year": ("%Y", "year"), "month": ("%m", "month"), "day": ("%d", "day"), "weekday": ("%w", "isodow")}[
        name
    ]
    number = f"CAST(strftime('{sign}', {{0}}) AS INTEGER)"
    sqlite = f"({number} + 6) % 7 + 1" if name == "weekday" else number
    return figure(sqlite, day, postgresql=f"CAST(extract({field} FROM {{0}}) AS BIGINT)")


def month_edge(name: str, day: ColumnElement[Any], kind: TypeEngine[Any]) -> ColumnElement[Any]:
    """Give the first or the last day of a month."""
    start = "CAST(date_trunc('month', CAST({0} AS TIMESTAMP)) AS DATE)"
    if name == "month_start":
        return Spelt("date({0}, 'start of month')", start, day, kind=kind)
    end = "CAST(date_trunc('month', CAST({0} AS TIMESTAMP)) + INTERVAL '1 month' AS DATE) - 1"
    return Spelt("date({0}, 'start of month', '+1 month', '-1 day')", end, day, kind=kind)


def date_plus_months(day: ColumnElement[Any], months: ColumnElement[Any], kind: TypeEngine[Any]) -> ColumnElement[Any]:
    """Move a date by months, the 31st to the last day of a shorter month; beyond the calendar: nothing."""
    year = "(CAST(strftime('%Y', {0}) AS INTEGER) * 12 + CAST(strftime('%m', {0}) AS INTEGER) - 1 + {1})"
    first = "date({0}, 'start of month', {1} || ' months')"
    last = f"CAST(strftime('%d', date({first}, '+1 month', '-1 day')) AS INTEGER)"
    found = f"date({first}, (min(CAST(strftime('%d', {{0}}) AS INTEGER), {last}) - 1) || ' days')"
    index = "(extract(year FROM {0}) * 12 + extract(month FROM {0}) - 1 + {1})"
    moved = "CAST({0} + make_interval(months => CAST({1} AS INTEGER)) AS DATE)"
    return Spelt(
        f"CASE WHEN {year} BETWEEN 12 AND 119999 THEN {found} END",
        f"CASE WHEN {index} BETWEEN 12 AND 119999 THEN {moved} END",
        day,
        months,
        kind=kind,
    )


def made_date(
    year: ColumnElement[Any], month: ColumnElement[Any], day: ColumnElement[Any], kind: TypeEngine[Any]
) -> ColumnElement[Any]:
    """Give a date of its parts, or nothing where there is no such day."""
    sensible = "{0} BETWEEN 1 AND 9999 AND {1} BETWEEN 1 AND 12 AND {2} BETWEEN 1 AND 31"
    written_out = "printf('%04d-%02d-%02d', {0}, {1}, {2})"
    made = "(make_date(CAST({0} AS INTEGER), CAST({1} AS INTEGER), 1) + CAST({2} AS INTEGER) - 1)"
    return Spelt(
        f"CASE WHEN {sensible} AND date({written_out}) = {written_out} THEN {written_out} END",
        f"CASE WHEN {sensible} THEN CASE WHEN extract(month FROM {made}) = {{1}} THEN {made} END END",
        year,
        month,
        day,
        kind=kind,
    )


def instant_plus(
    instant: ColumnElement[Any], microseconds: ColumnElement[Any], kind: TypeEngine[Any]
) -> ColumnElement[Any]:
    """Move an instant by a length of time; beyond the calendar: nothing."""
    total = f"({_MICROSECONDS.replace('{x}', '{0}')} + {{1}})"
    rest = f"((({total} % 1000000) + 1000000) % 1000000)"
    second = f"(({total} - {rest}) / 1000000)"
    found = f"(strftime('%Y-%m-%d %H:%M:%S', {second}, 'unixepoch') || '.' || printf('%06d', {rest}))"
    known = f"{second} BETWEEN -62135596800 AND 253402300799"
    micros = "CAST(extract(epoch FROM {0}) * 1000000 AS NUMERIC) + {1}"
    return Spelt(
        f"CASE WHEN {known} THEN {found} END",
        f"CASE WHEN {micros} BETWEEN -62135596800000000 AND 253402300799999999"
        " THEN {0} + CAST({1} AS BIGINT) * INTERVAL '1 microsecond' END",
        instant,
        kept(microseconds),
        kind=kind,
    )


def instants_between(later: ColumnElement[Any], earlier: ColumnElement[Any]) -> ColumnElement[Any]:
    """Count the microseconds from one instant to another."""
    sqlite = f"{_MICROSECONDS.replace('{x}', '{0}')} - {_MICROSECONDS.replace('{x}', '{1}')}"
    return figure(
        sqlite,
        later,
        earlier,
        postgresql="CAST((extract(epoch FROM {0}) - extract(epoch FROM {1})) * 1000000 AS NUMERIC)",
    )


def instant_plus_months(
    instant: ColumnElement[Any], months: ColumnElement[Any], kind: TypeEngine[Any]
) -> ColumnElement[Any]:
    """Move an instant by months, in UTC."""
    day = date_plus_months(
        text("substr({0}, 1, 10)", instant, postgresql="CAST({0} AT TIME ZONE 'UTC' AS DATE)"), months, kind
    )
    return Spelt(
        "{0} || substr({1}, 11)",
        "({0} + CAST({1} AT TIME ZONE 'UTC' AS TIME)) AT TIME ZONE 'UTC'",
        day,
        instant,
        kind=kind,
    )


_MICROSECONDS = "(CAST(strftime('%s', substr({x}, 1, 19)) AS INTEGER) * 1000000 + CAST(substr({x}, 21, 6) AS INTEGER))"
