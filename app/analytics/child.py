"""The process that runs free SQL: no office, no network; tables come in by pipe, one snapshot file is read, one table goes out.

Started by path as `python -I child.py`, so that it imports nothing of the product. It is made ready before anybody
asks, answers one question of one person, and ends.
"""

from __future__ import annotations

import json
import os
import resource
import select
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

MEGABYTE = 1024 * 1024
MEMORY = 1024 * MEGABYTE
PATIENCE = 600.0  # seconds for which it waits to be asked


class Smuggled(Exception):
    """The query names what is not the reader's to name."""


def main() -> None:
    """Make ready, wait for the request and its tables on stdin, answer on stdout."""
    _confine()
    import duckdb  # after the limits: they hold for the library too
    import pyarrow.ipc  # noqa: F401  now, not when somebody waits

    database = _open()
    if not select.select([sys.stdin], [], [], PATIENCE)[0]:
        return
    line = sys.stdin.buffer.readline()
    if not line:
        return
    request = json.loads(line)
    tables = {name: _read_table(sys.stdin.buffer) for name in request["tables"]}
    try:
        _lay(database, request, tables)
        found = database.sql(request["sql"]).to_arrow_table()
    except (duckdb.Error, Smuggled) as error:
        _answer({"error": type(error).__name__, "message": str(error)})
        return
    except MemoryError:
        _answer({"error": "OutOfMemoryException", "message": ""})
        return
    _answer({"error": None})
    _write_table(sys.stdout.buffer, found)
    sys.stdout.buffer.flush()
    os._exit(0)  # nobody waits until the database has tidied itself away


def _confine() -> None:
    """Take away memory, processor time and files before anything of the request is read."""
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (4 * MEMORY, 4 * MEMORY))


def _open() -> Any:
    import duckdb

    database = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": "1GB",
            "threads": "2",
            "temp_directory": "",
            "allow_unsigned_extensions": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        },
    )
    database.execute("set python_enable_replacements = false")
    database.execute("set timezone = 'UTC'")
    return database


def _lay(database: Any, request: dict[str, Any], tables: dict[str, Any]) -> None:
    """Put tables, snapshot and views in place, shut every other door, and look once more at what the query names."""
    if request["snapshot"]:
        file, name = request["snapshot"].replace("'", "''"), request["inner"]
        database.execute(f"attach '{file}' as \"{name}_s\" (read_only)")
    database.execute("set enable_external_access = false")
    for name, table in tables.items():
        database.register(name, table)
    for statement in request["setup"]:
        database.execute(statement)
    database.execute("set lock_configuration = true")
    if request["views"] is not None:
        _look(database, request["sql"], {*request["views"]})


def _look(database: Any, sql: str, views: set[str]) -> None:
    """Let DuckDB's own parser say what is named: it may read a text otherwise than the guard before it."""
    tree = json.loads(database.execute("select json_serialize_sql(?)", [sql]).fetchall()[0][0])
    if tree["error"]:
        raise Smuggled("this is no SELECT")
    parts = list(_parts(tree))
    own = {str(each["key"]).lower() for part in parts for each in (part.get("cte_map") or {}).get("map", ())}
    for part in parts:
        if part.get("type") == "TABLE_FUNCTION":
            raise Smuggled("a function stands where a table stands")
        if part.get("type") == "BASE_TABLE" and (
            part["catalog_name"] or part["schema_name"] or part["table_name"].lower() not in views | own
        ):
            raise Smuggled(f"there is no table {part['table_name']}")


def _parts(tree: Any) -> Iterator[dict[str, Any]]:
    if isinstance(tree, dict):
        yield tree
    for each in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _parts(each)


def _read_table(stream: BinaryIO) -> object:
    import pyarrow.ipc

    size = int(stream.readline())
    return pyarrow.ipc.open_stream(stream.read(size)).read_all()


def _write_table(stream: BinaryIO, table: object) -> None:
    import pyarrow.ipc

    with pyarrow.ipc.new_stream(stream, table.schema) as writer:  # type: ignore[attr-defined]
        writer.write_table(table)


def _answer(head: dict) -> None:
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
