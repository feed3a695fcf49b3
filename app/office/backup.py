"""One file that holds an office: its database at one moment, kept files, the company's folder, results of notebooks."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from sqlalchemy.exc import DatabaseError

import assistant.models  # noqa: F401  each makes its tables known
from app.config.settings import Settings
from app.core import clock
from app.core.errors import DaybookError
from app.data.backup import Snapshot, snapshot
from app.data.backup_schema import SEARCH
from app.data.database import Database

FORMAT = 1
MANIFEST, SCHEMA, SECRET = "manifest.json", "schema.json", "secret_key"
BLOCK = 2**20
SEAL = 64  # letters at the very end
RESULTS = ("source.ipynb", "result.ipynb", "result.html", "log.txt")


class NothingToBackUp(DaybookError):
    """There is no office in {home}. Set DAYBOOK_HOME to the folder that holds its var/."""

    zh = "{home} 里没有办公室。请把 DAYBOOK_HOME 设为 var/ 所在的目录。"
    status = 404


class FileThere(DaybookError):
    """{file} is there already. Choose another name, or take it away first."""

    zh = "{file} 已经存在，换个名字，或先移走它。"
    status = 409


@dataclass(frozen=True)
class Part:
    """One part of a backup: how many bytes, and their hash."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds, by name; the first thing that a restore reads."""

    format: int
    product: str  # the version of Daybook
    database: str
    catalogue: str  # the version of the forms in force
    taken_at: str
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)  # columns, rows
    parts: dict[str, Part] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)  # kept files that were gone or damaged already

    @property
    def rows(self) -> int:
        """How many rows all tables have."""
        return sum(table["rows"] for table in self.tables.values())

    def count(self, folder: str) -> int:
        """Give how many parts stand in a folder."""
        return sum(name.startswith(f"{folder}/") for name in self.parts)


class Writer:
    """A backup under way: every part is counted and hashed while it is written."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.parts: dict[str, Part] = {}

    @contextmanager
    def part(self, name: str) -> Iterator[_Hashed]:
        """Give the stream of one part."""
        with self.archive.open(name, "w", force_zip64=True) as out:
            hashed = _Hashed(out)
            yield hashed
        self.parts[name] = Part(hashed.size, hashed.digest.hexdigest())

    def copy(self, path: Path, name: str) -> None:
        """Take a file in."""
        with path.open("rb") as source, self.part(name) as out:
            while block := source.read(BLOCK):
                out.write(block)


class _Hashed:
    def __init__(self, out: IO[bytes]) -> None:
        self.out, self.size, self.digest = out, 0, hashlib.sha256()

    def write(self, block: Any) -> int:
        self.size += len(block)
        self.digest.update(block)
        return self.out.write(block)


def back_up(settings: Settings, file: Path, *, with_secret: bool = False) -> Manifest:
    """Write the office into one file, whole or not at all, while people go on working; give what it holds."""
    if file.exists():
        raise FileThere(file=file)
    part = file.with_name(f"{file.name}.{secrets.token_hex(4)}.part")
    database = Database(settings.database)
    try:
        part.touch(mode=0o600)
        with snapshot(database) as taken, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            manifest = _write(settings, taken, Writer(archive), with_secret=with_secret)
            archive.comment = b" " * SEAL
        _seal(part)
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
        database.close()
    return manifest


def _write(settings: Settings, taken: Snapshot, out: Writer, *, with_secret: bool) -> Manifest:
    manifest = _begun(settings, taken)
    with out.part(SCHEMA) as stream:
        stream.write(json.dumps(taken.schema, ensure_ascii=False).encode())
    for name in (*taken.tables, SEARCH):
        with out.part(f"tables/{name}.tsv") as stream:
            count = taken.write(name, stream)  # type: ignore[arg-type]
        manifest.tables[name] = {"columns": taken.columns(name), "rows": count}
    manifest.missing.extend(_take_files(settings, taken, out))
    for path, name in (*_site(settings), *_results(settings, taken)):
        out.copy(path, name)
    if with_secret:
        with out.part(SECRET) as stream:
            stream.write(settings.secret_key.encode())
    manifest.parts.update(out.parts)
    out.archive.writestr(MANIFEST, json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
    return manifest


def _begun(settings: Settings, taken: Snapshot) -> Manifest:
    try:
        in_force = taken.fetch("select version from office_form_version")[0][0]
    except (DatabaseError, IndexError):  # no such table, or nothing was ever published
        raise NothingToBackUp(home=settings.home) from None
    return Manifest(FORMAT, version("daybook"), taken.dialect, in_force, clock.now().isoformat())


def _take_files(settings: Settings, taken: Snapshot, out: Writer) -> Iterator[str]:
    """Take every kept file once, by its hash; give those that are gone or no longer what they were."""
    for (digest,) in taken.fetch("select distinct sha256 from office_file order by sha256"):
        path = settings.var / "files" / digest[:2] / digest
        if not path.exists():
            yield digest
            continue
        out.copy(path, f"files/{digest}")
        if out.parts[f"files/{digest}"].sha256 != digest:
            yield digest


def _site(settings: Settings) -> Iterator[tuple[Path, str]]:
    for path in sorted(settings.site.rglob("*")):
        if path.is_file() and not path.is_symlink():
            yield path, f"site/{path.relative_to(settings.site).as_posix()}"


def _results(settings: Settings, taken: Snapshot) -> Iterator[tuple[Path, str]]:
    """Give the files of the runs that have ended; one that still runs is run again after a restore."""
    for (job,) in taken.fetch(
        "select id from office_outbox where kind = 'notebook.run' and state in ('done', 'failed')"
    ):
        for name in RESULTS:
            path = settings.var / "notebooks" / str(job) / name
            if path.is_file():
                yield path, f"notebooks/{job}/{name}"


def _seal(part: Path) -> None:
    """Let the last bytes say the hash of all others, and wait until the disk has them."""
    with part.open("r+b") as stream:
        stream.seek(-SEAL, os.SEEK_END)
        stream.write(seal_of(part).encode())
        stream.flush()
        os.fsync(stream.fileno())


def seal_of(file: Path) -> str:
    """Give the hash of all bytes of a backup but the last ones, which say it."""
    digest, left = hashlib.sha256(), file.stat().st_size - SEAL
    with file.open("rb") as stream:
        while block := stream.read(min(BLOCK, left)):
            digest.update(block)
            left -= len(block)
    return digest.hexdigest()
