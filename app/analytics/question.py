"""What goes to the child that answers a question, and how tables travel there."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa


@dataclass
class Question:
    """Tables that come along, the snapshot file, and the views over both."""

    tables: dict[str, pa.Table] = field(default_factory=dict)
    setup: list[str] = field(default_factory=list)  # statements of ours, before anything of the reader's is run
    snapshot: Path | None = None
    inner: str = ""  # how the names begin that the reader's query may not name
    known: list[str] = field(default_factory=list)  # columns, to suggest


def told(table: pa.Table) -> bytes:
    """Give a table as a stream of Arrow."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue().to_pybytes()
