"""Columns of a view: what they read in the database, and the exact Arrow array that they become."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
from sqlalchemy import BigInteger, Boolean, ColumnElement, Date, Numeric, Text, cast, type_coerce

from app.config.form_spec import FieldSpec
from app.core.expressions.arithmetic import EXACT
from app.data.kinds import digits_of, kind_of

DIGITS_MOST = 19  # of a BIGINT
DIGITS_WIDEST = 38  # of any decimal

EPOCH = date(1970, 1, 1)
MIDNIGHT = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Column:
    """One column: name, kind (decimal text boolean date day datetime number), digits behind the point, its source."""

    name: str
    kind: str
    source: ColumnElement[Any]
    digits: int = 0

    @property
    def raw(self) -> ColumnElement[Any]:
        """What is selected: the stored value, not turned into Python's."""
        if self.kind in ("decimal", "number", "day", "duration"):
            return type_coerce(self.source, BigInteger)
        return self.source if self.kind in ("boolean", "date", "datetime", "time") else type_coerce(self.source, Text)

    @property
    def shown(self) -> ColumnElement[Any]:
        """What is selected from a snapshot, which keeps values as they are read."""
        kind = Numeric(DIGITS_MOST - 1, self.digits) if self.kind == "decimal" else _SHOWN.get(self.kind)
        return (self.source if kind is None else cast(self.source, kind)).label(self.name)

    @property
    def type(self) -> pa.DataType:
        """The Arrow type."""
        return _TYPES.get(self.kind) or pa.decimal128(max(18, DIGITS_MOST - 1), self.digits)

    @property
    def duck(self) -> str:
        """The DuckDB type."""
        return _DUCK.get(self.kind) or f"decimal({DIGITS_MOST - 1}, {self.digits})"


_SHOWN: dict[str, Any] = {"text": Text(), "number": BigInteger(), "date": Date(), "day": Date(), "boolean": Boolean()}
_DUCK = {
    "text": "varchar",
    "boolean": "boolean",
    "date": "date",
    "day": "date",
    "datetime": "timestamptz",
    "time": "time",
    "number": "bigint",
    "duration": "interval",
}
_TYPES: dict[str, pa.DataType] = {
    "text": pa.string(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "day": pa.date32(),
    "datetime": pa.timestamp("us", tz="UTC"),
    "time": pa.time64("us"),
    "number": pa.int64(),
    "duration": pa.duration("us"),
}
_KINDS = {"decimal", "text", "boolean", "date", "datetime", "time", "duration"}


def field_column(spec: FieldSpec, source: ColumnElement[Any], name: str | None = None) -> Column:
    """Give the column of a field; lists and addresses come as their JSON text."""
    kind = kind_of(spec)
    if kind == "decimal":
        return Column(name or spec.name, "decimal", source, digits_of(spec))
    return Column(name or spec.name, kind if kind in _KINDS else "text", source)


def table_of(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> pa.Table:
    """Give the Arrow table of selected rows."""
    values: Sequence[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    arrays = [_array(column, each) for column, each in zip(columns, values, strict=True)]
    return pa.table(dict(zip([column.name for column in columns], arrays, strict=True)))


def _array(column: Column, values: Sequence[Any]) -> pa.Array:
    """Give the array of a column, made of buffers: pa.array() would load pandas for nothing."""
    if column.kind == "decimal":
        return scaled(values, column.type)
    if column.kind == "text":
        return _texts(values)
    if column.kind == "boolean":
        flags = np.fromiter((bool(value) for value in values), bool, len(values))
        return _from(pa.bool_(), values, np.packbits(flags, bitorder="little"))
    step = np.int32 if column.kind in ("date", "day") else np.int64
    count = _COUNTED.get(column.kind, int)
    whole = np.fromiter((0 if value is None else count(value) for value in values), step, len(values))
    return _from(column.type, values, whole)


def scaled(values: Sequence[int | None], kind: pa.DataType) -> pa.Array:
    """Give whole numbers of the smallest unit as decimals, bit for bit: 1230 with two digits is 12.30."""
    whole = np.fromiter((0 if value is None else value for value in values), np.int64, len(values))
    widened = _from(pa.int64(), values, whole).cast(pa.decimal128(DIGITS_MOST, 0))
    return pa.Decimal128Array.from_buffers(kind, len(widened), widened.buffers())


def exact(values: Sequence[Decimal | None], digits: int) -> pa.Array:
    """Give decimals with so many digits behind the point, bit for bit, up to 38 digits in all."""
    whole = [0 if value is None else int(value.scaleb(digits, EXACT)) for value in values]
    data = b"".join(each.to_bytes(16, "little", signed=True) for each in whole)
    kind = pa.decimal128(DIGITS_WIDEST, digits)
    return pa.Decimal128Array.from_buffers(kind, len(whole), [_there(values), pa.py_buffer(data)])


def _texts(values: Sequence[str | None]) -> pa.Array:
    parts = [b"" if value is None else value.encode() for value in values]
    ends = np.zeros(len(parts) + 1, np.int64)
    np.cumsum([len(part) for part in parts], out=ends[1:])
    wide = pa.Array.from_buffers(
        pa.large_string(), len(parts), [_there(values), pa.py_buffer(ends), pa.py_buffer(b"".join(parts))]
    )
    return wide.cast(pa.string())


def _from(kind: pa.DataType, values: Sequence[Any], data: np.ndarray) -> pa.Array:
    return pa.Array.from_buffers(kind, len(values), [_there(values), pa.py_buffer(data)])


def _there(values: Sequence[Any]) -> pa.Buffer:
    """Give the bits that tell which values are there."""
    return pa.py_buffer(np.packbits(np.fromiter((v is not None for v in values), bool, len(values)), bitorder="little"))


def _days(day: date) -> int:
    return day.toordinal() - EPOCH.toordinal()


_COUNTED: dict[str, Callable[[Any], int]] = {
    "date": _days,
    "day": lambda day: _days(date(day // 10_000, day // 100 % 100, day % 100)),
    "datetime": lambda moment: (moment - MIDNIGHT) // MICROSECOND,
    "time": lambda clock: (datetime.combine(EPOCH, clock, UTC) - MIDNIGHT) // MICROSECOND,
}
