"""Column types that keep a value exactly: scaled numbers, instants in UTC, lengths of time, small JSON."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

LARGEST = 2**63 - 1
Key = BigInteger().with_variant(Integer, "sqlite")  # else SQLite counts no keys by itself
MICROSECOND = timedelta(microseconds=1)
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # made once: it is asked often


def scale_up(value: object, scale: int) -> int:
    """Give a decimal as a whole number of its smallest unit; a float or a further digit is refused."""
    if isinstance(value, (float, bool)) or not isinstance(value, (Decimal, int)):
        raise TypeError(f"{value!r} is no exact number")
    scaled = Decimal(value).scaleb(scale)
    whole = int(scaled)
    if whole != scaled:
        raise ValueError(f"{value} has more than {scale} digits behind the point")
    if abs(whole) > LARGEST:
        raise ValueError(f"{value} is too big")
    return whole


class Scaled(TypeDecorator[Decimal]):
    """A Decimal kept as BIGINT in units of its last digit."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, scale: int = 0) -> None:
        super().__init__()
        self.scale = scale

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        """Give what the column keeps."""
        return None if value is None else scale_up(value, self.scale)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Give the exact number."""
        return None if value is None else Decimal(int(value)).scaleb(-self.scale)

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        """Compare with numbers of the same meaning."""
        return self if isinstance(value, (Decimal, int)) else self.impl_instance


class Instant(TypeDecorator[datetime]):
    """A moment in UTC: text of one width on SQLite (so that it sorts), timestamptz on PostgreSQL."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the database."""
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Give what the column keeps."""
        return value if value is None or dialect.name == "postgresql" else instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give the moment, with its zone."""
        return read_instant(value)


class Duration(TypeDecorator[timedelta]):
    """A length of time, kept as BIGINT microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        """Give what the column keeps."""
        return None if value is None else value // MICROSECOND

    def process_result_value(self, value: Any, dialect: Dialect) -> timedelta | None:
        """Give the length of time."""
        return None if value is None else timedelta(microseconds=int(value))


class JsonText(TypeDecorator[Any]):
    """A small structure (an address, a list of choices) kept as JSON text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Give what the column keeps."""
        return None if value is None else compact(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Give the structure."""
        return None if value is None else json.loads(value)


def compact(value: Any) -> str:
    """Give JSON without spaces, letters of all languages as they are."""
    return _encode(value)


def instant_text(value: datetime) -> str:
    """Give a moment as `2026-01-31 08:00:00.000000`, always UTC, always as wide."""
    if value.tzinfo is None:
        raise ValueError("an instant needs its zone")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def read_instant(value: Any) -> datetime | None:
    """Give the moment that a column kept, in UTC."""
    if value is None:
        return None
    if isinstance(value, str):
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value if value.tzinfo is UTC else value.astimezone(UTC)
