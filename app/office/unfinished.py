"""A publishing under way, noted beside the office, so that one that was killed is undone or found done at the next start."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app.config.settings import Settings
from app.data.database import Database

Before = Mapping[Path, bytes | None]


@contextmanager
def begun(settings: Settings, version: str, before: Before) -> Iterator[None]:
    """Note what files were before they are changed; a refusal in the block forgets it, a death leaves it."""
    with _lock(settings, wait=True):
        texts = {str(path): None if text is None else text.decode() for path, text in before.items()}
        write_whole(_note(settings), json.dumps({"version": version, "before": texts}).encode())
        try:
            yield
        finally:
            _note(settings).unlink(missing_ok=True)


def mend(settings: Settings) -> bool:
    """Put back the files of a publishing that was killed before the database took it; tell whether there was one.

    Where another process is publishing at this moment, it is left alone.
    """
    note = _note(settings)
    if not note.exists():
        return False
    with _lock(settings, wait=False) as free:
        if not free or not note.exists():
            return False
        noted = json.loads(note.read_bytes())
        if _published(settings) != noted["version"]:
            put_back({Path(path): None if text is None else text.encode() for path, text in noted["before"].items()})
        note.unlink()
    return True


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(path)


def put_back(before: Before) -> None:
    """Let files be as they were."""
    for path, content in before.items():
        if content is None:
            path.unlink(missing_ok=True)
        else:
            write_whole(path, content)


def _note(settings: Settings) -> Path:
    return settings.var / "publishing.json"


@contextmanager
def _lock(settings: Settings, *, wait: bool) -> Iterator[bool]:
    """Hold the lock of publishers, which a death gives back; tell whether it was free."""
    settings.var.mkdir(parents=True, exist_ok=True)
    with (settings.var / "publishing.lock").open("w") as file:
        yield _taken(file, wait)


def _taken(file: IO[str], wait: bool) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _published(settings: Settings) -> str:
    """Give the version that the database has in force."""
    database = Database(settings.database)
    try:
        with database.reading() as connection:
            return str(connection.exec_driver_sql("select version from office_form_version").scalar() or "")
    finally:
        database.close()
