"""Writes one snapshot file in a process of its own, so that what this takes of memory goes with it.

Started by path as `python -I writer.py FILE`. Each line of stdin is a statement as JSON, with so many bytes of Arrow
behind it, which the statement knows as `part`. At the end of stdin the file is closed whole, and `whole` is answered.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def main(file: str) -> None:
    """Do what stdin says, in one transaction, and bring it to the disk."""
    import duckdb

    config: dict[str, Any] = {"memory_limit": "1GB", "threads": "2", "temp_directory": ""}
    with duckdb.connect(file, config=config) as database:
        database.execute("set timezone = 'UTC'")
        database.execute("begin")
        while line := sys.stdin.buffer.readline():
            message = json.loads(line)
            if message["bytes"]:
                database.register("part", _read(message["bytes"]))
            database.execute(message["sql"])
            if message["bytes"]:
                database.unregister("part")
        database.execute("commit")
        database.execute("checkpoint")
    with open(file, "rb") as written:
        os.fsync(written.fileno())
    print("whole", flush=True)


def _read(size: int) -> Any:
    import pyarrow.ipc

    return pyarrow.ipc.open_stream(sys.stdin.buffer.read(size)).read_all()


if __name__ == "__main__":
    main(sys.argv[1])
