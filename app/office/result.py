"""The answers of free SQL and of metrics: an Arrow table that turns into what the reader likes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # costs memory: loaded when the first question comes
    import pyarrow as pa


@dataclass(frozen=True)
class Result:
    """Rows of a query; `cut` tells that there were more than the limit."""

    table: pa.Table
    cut: bool = False

    def arrow(self) -> pa.Table:
        """Give the Arrow table itself."""
        return self.table

    def df(self) -> Any:
        """Give a pandas frame backed by Arrow, so that amounts stay exact decimals."""
        import pandas

        return self.table.to_pandas(types_mapper=pandas.ArrowDtype)

    def pl(self) -> Any:
        """Give a polars frame."""
        import polars

        return polars.from_arrow(self.table)

    def rows(self) -> list[dict[str, Any]]:
        """Give the rows as dictionaries with exact values."""
        return self.table.to_pylist()

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        return self.table.column_names

    def __len__(self) -> int:
        return self.table.num_rows

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows())


ABOUT = b"daybook"  # under which the table itself carries what it tells, also over the wire


@dataclass(frozen=True)
class Figures(Result):
    """The rows of a metric, the figure in the column of its name; `about`: what the office says of them."""

    about: Mapping[str, Any] = field(default_factory=dict)  # metric title unit good goal as_of period

    @classmethod
    def told(cls, table: pa.Table, about: Mapping[str, Any], cut: bool = False) -> Figures:
        """Give figures whose table carries what is said of it."""
        return cls.read(table.replace_schema_metadata({ABOUT: json.dumps(about, ensure_ascii=False).encode()}), cut)

    @classmethod
    def read(cls, table: pa.Table, cut: bool = False) -> Figures:
        """Give figures from a table that says itself what it is."""
        return cls(table, cut, json.loads((table.schema.metadata or {}).get(ABOUT, b"{}")))

    @property
    def value(self) -> Any:
        """The figure of the first row: the whole, where the metric is not cut."""
        return self.table.column(self.table.num_columns - 1)[0].as_py() if len(self) else None

    @property
    def as_of(self) -> datetime:
        """The instant at which the figures were true."""
        return datetime.fromisoformat(self.about["as_of"])

    @property
    def period(self) -> tuple[date, date] | None:
        """The days that were counted, the first and the last; nothing: all, or as it is now."""
        days = self.about["period"]
        return (date.fromisoformat(days[0]), date.fromisoformat(days[1])) if days else None
