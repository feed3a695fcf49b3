"""An office out of a backup: everything is checked first, made beside what stands there, and put in its place at last."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import shutil
import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, inspect

from app.config.settings import Settings
from app.core import clock
from app.core.errors import DaybookError
from app.data.backup import load_postgresql, load_sqlite
from app.data.database import Database
from app.office.backup import BLOCK, FORMAT, MANIFEST, SCHEMA, SECRET, Manifest, Part, seal_of

NAMES = re.compile(
    r"schema\.json|secret_key|tables/\w+\.tsv|files/[0-9a-f]{64}|notebooks/\d+/[\w.]+|site/(?!.*(?:^|/)\.\.?(?:/|$))[^\\\0]+"
)
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, RuntimeError)


class DamagedBackup(DaybookError):
    """{file}: the part {part} is damaged. Nothing was restored; take another backup."""

    zh = "{file}：其中的 {part} 已损坏。什么都没有恢复，换一份备份。"
    status = 422


class NewerBackup(DaybookError):
    """{file} was written by Daybook {theirs}, this is {ours}. Update Daybook, then restore."""

    zh = "{file} 由 Daybook {theirs} 写出，当前是 {ours}。请先升级 Daybook 再恢复。"
    status = 409


class HomeNotEmpty(DaybookError):
    """{home} is not empty: {found} would be lost. Choose an empty home, or say --replace, which keeps the old aside."""

    zh = "{home} 不是空的：{found} 会丢失。换一个空目录，或加 --replace，旧数据会留存在旁边。"
    status = 409


class OfficeRuns(DaybookError):
    """The office in {home} is running. Stop it, then restore."""

    zh = "{home} 的办公室正在运行，停止后再恢复。"
    status = 409


class Backup:
    """A backup that was opened and found whole."""

    def __init__(self, file: Path) -> None:
        self.file = file
        with self._reading(file.name):
            self.archive = zipfile.ZipFile(file)
        self.manifest = self._manifest()

    def check(self) -> None:
        """Read every part and compare it with what the manifest says; raise DamagedBackup with the first that differs."""
        there = {name for name in self.archive.namelist() if name != MANIFEST}
        for name in sorted(there ^ set(self.manifest.parts)):
            raise DamagedBackup(file=self.file, part=name)
        for name, part in self.manifest.parts.items():
            if not NAMES.fullmatch(name) or self._digest(name) != part:
                raise DamagedBackup(file=self.file, part=name)
        if self.archive.comment.decode("ascii", "replace") != seal_of(self.file):
            raise DamagedBackup(file=self.file, part=self.file.name)

    def open(self, name: str) -> IO[bytes]:
        """Give the stream of a part."""
        return self.archive.open(name)

    def put(self, prefix: str, target: Callable[[str], Path]) -> None:
        """Write every part of a folder to where `target` says."""
        for name in self.manifest.parts:
            if name.startswith(prefix):
                path = target(name.removeprefix(prefix))
                path.parent.mkdir(parents=True, exist_ok=True)
                with self.open(name) as source, path.open("wb") as out:
                    shutil.copyfileobj(source, out, BLOCK)

    def rows(self) -> Iterator[tuple[str, list[str], IO[bytes]]]:
        """Give each table with its columns and its lines."""
        for name, table in self.manifest.tables.items():
            with self.open(f"tables/{name}.tsv") as lines:
                yield name, table["columns"], lines

    def schema(self, dialect: str) -> dict[str, list[str]]:
        """Give what makes the tables in a kind of database."""
        with self.open(SCHEMA) as stream:
            return json.load(stream)[dialect]

    def _manifest(self) -> Manifest:
        with self._reading(MANIFEST):
            found = json.loads(self.archive.read(MANIFEST))
            parts = {name: Part(**part) for name, part in found.pop("parts").items()}
            if found["format"] > FORMAT or _numbers(found["product"]) > _numbers(version("daybook")):
                raise NewerBackup(file=self.file, theirs=found["product"], ours=version("daybook"))
            return Manifest(parts=parts, **found)

    def _digest(self, name: str) -> Part:
        digest, size = hashlib.sha256(), 0
        with self._reading(name), self.open(name) as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
                size += len(block)
        return Part(size, digest.hexdigest())

    @contextmanager
    def _reading(self, part: str) -> Iterator[None]:
        try:
            yield
        except UNREADABLE:
            raise DamagedBackup(file=self.file, part=part) from None


def restore(settings: Settings, file: Path, *, replace: bool = False) -> tuple[Manifest, Path | None]:
    """Make the office of a backup in this home; give what it held, and where the old one is kept aside."""
    backup = Backup(file)
    backup.check()
    database = Database(settings.database)
    standing = [*_folders(settings), *_tables(database)]
    database.close()  # what it has open here would look like a running office
    if standing and not replace:
        raise HomeNotEmpty(home=settings.home, found=", ".join(standing[:5]))
    aside = settings.home / f"before-{clock.now():%Y%m%d-%H%M%S}" if standing else None
    staged = settings.home / f".restoring-{secrets.token_hex(4)}"
    try:
        _stage(backup, settings, staged)
        if database.dialect == "sqlite":
            _into_sqlite(backup, settings, Path(str(database.url.database)), staged=staged, aside=aside)
        else:
            with database.writing() as connection:
                _into_postgresql(backup, connection, database, aside=aside)
                _swap(settings, staged, aside)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
        database.close()
    return backup.manifest, aside


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text)[:3])


def _folders(settings: Settings) -> list[str]:
    """Give what stands in a home; a key that was only just made is nothing."""
    there = [path for folder in (settings.site, settings.var) if folder.exists() for path in folder.iterdir()]
    return [str(path.relative_to(settings.home)) for path in sorted(there) if path.name != SECRET]


def _tables(database: Database) -> list[str]:
    if database.dialect == "sqlite" and not Path(str(database.url.database)).exists():
        return []
    with database.reading() as connection:
        return inspect(connection).get_table_names()


def _stage(backup: Backup, settings: Settings, staged: Path) -> None:
    """Write what is no database beside the home, with the key that it brings or that is there."""
    var = staged / "var"
    var.mkdir(parents=True)
    (staged / "site").mkdir()
    backup.put("site/", lambda name: staged / "site" / name)
    backup.put("files/", lambda digest: var / "files" / digest[:2] / digest)
    backup.put("notebooks/", lambda name: var / "notebooks" / name)
    (var / SECRET).touch(mode=0o600)
    if SECRET in backup.manifest.parts:
        backup.put(SECRET, lambda _: var / SECRET)
    else:
        (var / SECRET).write_text(settings.secret_key)


def _into_sqlite(backup: Backup, settings: Settings, file: Path, *, staged: Path, aside: Path | None) -> None:
    fresh = staged / "var" / file.name
    load_sqlite(fresh, backup.schema("sqlite"), backup.rows())
    if file.exists():
        _settle(settings, file)
    elsewhere = file.parent != settings.var
    if elsewhere and file.exists() and aside:
        aside.mkdir()
        shutil.move(file, aside / file.name)
    _swap(settings, staged, aside)
    if elsewhere:
        shutil.move(settings.var / file.name, file)


def _settle(settings: Settings, file: Path) -> None:
    """Bring the old database into one file; refused while somebody has it open."""
    with closing(sqlite3.connect(file, timeout=1)) as connection:
        try:
            connection.execute("pragma journal_mode=delete")
        except sqlite3.OperationalError:
            raise OfficeRuns(home=settings.home) from None


def _into_postgresql(backup: Backup, connection: Connection, database: Database, *, aside: Path | None) -> None:
    """Make the office in its schema; the old schema, and that of its jobs, get another name."""
    from app.jobs.worker import schema_of_jobs

    schema = connection.exec_driver_sql("select current_schema()").scalar_one()
    if aside is not None:
        for name in (schema, schema_of_jobs(database.url)):
            there = connection.exec_driver_sql("select to_regnamespace(%s) is not null", (_quoted(name),)).scalar_one()
            if there:
                old = f"{name[:40]}_{aside.name.replace('-', '_')}"
                connection.exec_driver_sql(f"alter schema {_quoted(name)} rename to {_quoted(old)}")
        connection.exec_driver_sql(f"create schema {_quoted(schema)}")
    load_postgresql(connection, backup.schema("postgresql"), backup.rows())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _swap(settings: Settings, staged: Path, aside: Path | None) -> None:
    """Put what was made in its place, the old aside."""
    for name in ("site", "var"):
        old = settings.home / name
        if aside is not None and old.exists():
            aside.mkdir(exist_ok=True)
            old.rename(aside / name)
        elif old.exists():
            shutil.rmtree(old)  # it held nothing but a key, which the new one has
        (staged / name).rename(old)
