"""Snapshots: the office's tables in one immutable DuckDB file per generation, published as a whole or not at all."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
from sqlalchemy import Select, func, literal, select

from app.analytics.columns import Column, table_of
from app.analytics.mirrors import Mark, Mirror, mirrors
from app.analytics.question import told
from app.core.actor import SYSTEM
from app.data.column_types import compact, read_instant
from app.data.repository import Repository
from app.data.transaction import Transaction

WRITER = Path(__file__).with_name("writer.py")
AT_ONCE = 50_000  # rows on their way into a file
FEW = 20_000  # rows: an office of less is read directly, which is as quick
LONG = 5_000  # changed rows after which a new generation is worth its copy
OLD = timedelta(hours=1)  # after which fewer are
NEWEST = "select name, chg, entry, tables, rows, replaced, built_at from office_snapshot"
PUBLISH = (
    "insert into office_snapshot (id, name, chg, entry, tables, rows, replaced, built_at) values (1, ?, ?, ?, ?, ?, ?, ?)"
    " on conflict (id) do update set name = excluded.name, chg = excluded.chg, entry = excluded.entry,"
    " tables = excluded.tables, rows = excluded.rows, replaced = excluded.replaced, built_at = excluded.built_at"
)


@dataclass(frozen=True)
class Generation:
    """One snapshot file: up to which mark it goes, and what each of its tables keeps."""

    file: Path
    mark: Mark
    tables: Mapping[str, str]  # name -> signature
    rows: int
    replaced: int  # rows since it was last written as a whole
    built_at: datetime

    def has(self, mirror: Mirror) -> bool:
        """Tell whether it keeps a table as the forms are now."""
        return self.tables.get(mirror.name) == mirror.signature


@contextmanager
def lease(tx: Transaction) -> Iterator[Generation | None]:
    """Give the newest generation and keep it from being removed; nothing where none can be read."""
    found = newest(tx) if tx.shared.steady else None
    try:
        held = os.open(found.file, os.O_RDONLY) if found else None
    except FileNotFoundError:
        held = None
    if found is None or held is None:
        yield None
        return
    try:
        fcntl.flock(held, fcntl.LOCK_SH)
        yield found if os.fstat(held).st_nlink else None
    finally:
        os.close(held)


def newest(tx: Transaction) -> Generation | None:
    """Give what was published last; a mark that lies ahead of this database is not of its life."""
    row = tx.fetch_one(NEWEST)
    if row is None or row[1] > _mark(tx).chg:
        return None
    built_at = read_instant(row[6])
    assert built_at is not None
    return Generation(
        folder(tx.repository) / row[0], Mark(row[1], row[2]), json.loads(row[3]), row[4], row[5], built_at
    )


def folder(repository: Repository) -> Path:
    """Give where the files stand."""
    return repository.settings.var / "snapshots"


def refresh(repository: Repository) -> int | None:
    """Publish a new generation if that is worth it; give how many rows were written, nothing where it is not."""
    with repository.reading(SYSTEM, door="job", steady=True) as tx, lease(tx) as former:
        due = _is_due(tx, former)
    return build(repository) if due else None


def build(repository: Repository, *, whole: bool = False) -> int | None:
    """Publish a new generation: the former one with what changed since, or all anew; nothing while another builds.

    Gives how many rows were written. Killed at any point, it leaves the former generation in place.
    """
    place = folder(repository)
    place.mkdir(parents=True, exist_ok=True)
    with _alone(place) as alone:
        if not alone:
            return None
        for left in place.glob("*.tmp*"):
            left.unlink()
        with repository.reading(SYSTEM, door="job", steady=True) as tx, lease(tx) as former:
            work = _Build(tx, None if whole or _worn(former) else former)
            made = work.run()
        with repository.transaction(SYSTEM, door="job") as tx:
            _publish(tx, made)
        _sweep(place, {made.file.name, former.file.name if former else ""})
        return work.rows


def _worn(former: Generation | None) -> bool:
    """Tell whether so much was replaced in a file that it is better written anew."""
    return former is not None and former.replaced * 3 > former.rows + LONG


class _Build:
    """One new generation in the making."""

    def __init__(self, tx: Transaction, former: Generation | None) -> None:
        self.tx, self.former = tx, former
        self.mark = _mark(tx)
        self.name = f"{tx.now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}.duckdb"
        self.rows = 0  # written

    def run(self) -> Generation:
        """Write it beside its place, and put it there when it is whole."""
        place = folder(self.tx.repository)
        final, made = place / self.name, place / f"{self.name}.tmp"
        if self.former:
            shutil.copyfile(self.former.file, made)
        kept = {mirror.name: mirror for mirror in mirrors(self.tx).values() if mirror.changed}
        with Writer(made) as writer:
            for name in sorted((self.former.tables if self.former else {}).keys() - kept.keys()):
                writer.do(f"drop table if exists {quoted(name)}")
            for mirror in kept.values():
                self._write(writer, mirror)
            writer.finish()
        os.replace(made, final)
        former = self.former
        rows = self.rows if former is None else former.rows + self.rows
        replaced = 0 if former is None else former.replaced + self.rows
        tables = {name: mirror.signature for name, mirror in kept.items()}
        return Generation(final, self.mark, tables, rows, replaced, self.tx.now)

    def _write(self, writer: Writer, mirror: Mirror) -> None:
        former, name = self.former, quoted(mirror.name)
        if former is None or not former.has(mirror):
            writer.do(f"drop table if exists {name}")
            writer.do(f"create table {name} ({', '.join(map(_declared, mirror.columns))})")
            self._add(writer, mirror, mirror.settled(self.mark))
            return
        if mirror.grows:
            settled = mirror.settled(self.mark)
            assert mirror.changed is not None
            self._add(writer, mirror, settled.where(mirror.changed(former.mark)))
            return
        owner = mirrors(self.tx)[mirror.owner or mirror.name]
        keys = owner.select(former.mark, ())
        for part in _parts(self.tx, keys, owner.chosen(())):
            writer.do(f"delete from {name} where {quoted(mirror.key)} in (select id from part)", part)  # noqa: S608
        self._add(writer, mirror, mirror.select(former.mark))

    def _add(self, writer: Writer, mirror: Mirror, statement: Select[Any]) -> None:
        for part in _parts(self.tx, statement, mirror.columns):
            writer.do(f"insert into {quoted(mirror.name)} select * from part", part)  # noqa: S608
            self.rows += part.num_rows


def quoted(name: str) -> str:
    """Give a name as DuckDB takes it."""
    return '"' + name.replace('"', '""') + '"'


class Writer:
    """The process that writes one file."""

    def __init__(self, file: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-I", str(WRITER), str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={},
        )

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.communicate()

    def do(self, sql: str, part: pa.Table | None = None) -> None:
        """Run a statement, over the rows of `part` if they are given."""
        body = b"" if part is None else told(part)
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps({"sql": sql, "bytes": len(body)}).encode() + b"\n" + body)
        except BrokenPipeError:
            self.finish()

    def finish(self) -> None:
        """Wait until the file is whole on the disk."""
        said, errors = self.process.communicate()
        if said != b"whole\n":
            raise RuntimeError(f"the snapshot could not be written: {errors.decode(errors='replace')[-500:]}")


def _declared(column: Column) -> str:
    return f"{quoted(column.name)} {column.duck}"


def _parts(tx: Transaction, statement: Select[Any], columns: Any) -> Iterator[pa.Table]:
    """Give the rows of a statement, some at a time."""
    for part in tx.connection.execute(statement.execution_options(yield_per=AT_ONCE)).partitions():
        yield table_of(columns, part)


def _mark(tx: Transaction) -> Mark:
    last = 0 if tx.dialect == "postgresql" else (tx.fetch_one("select max(id) from ledger_entry") or (0,))[0]
    return Mark(tx.repository.database.horizon(tx.connection), last or 0)


def _publish(tx: Transaction, made: Generation) -> None:
    at = tx.instant(made.built_at)
    values = (made.file.name, made.mark.chg, made.mark.entry, compact(dict(made.tables)), made.rows, made.replaced, at)
    tx.run(tx.sql(PUBLISH), values)


@contextmanager
def _alone(place: Path) -> Iterator[bool]:
    """Tell whether nobody else builds; the lock goes with the process that has it."""
    with open(place / "building", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def _sweep(place: Path, keep: set[str]) -> None:
    """Remove old generations that nobody reads."""
    for file in place.glob("*.duckdb"):
        if file.name in keep:
            continue
        with open(file) as held:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            file.unlink()


def _is_due(tx: Transaction, former: Generation | None) -> bool:
    kept = [mirror for mirror in mirrors(tx).values() if mirror.changed]
    if former is None:
        return _count(tx, [mirror.select(None, ()) for mirror in kept], FEW) >= FEW
    if any(not former.has(mirror) for mirror in kept):
        return True
    wanted = 1 if tx.now - former.built_at >= OLD else LONG
    return _count(tx, [mirror.select(former.mark, ()) for mirror in kept], wanted) >= wanted


def _count(tx: Transaction, statements: list[Select[Any]], most: int) -> int:
    """Count rows together, not much further than to `most`."""
    found = 0
    for statement in statements:
        few = statement.with_only_columns(literal(1).label("one")).limit(most - found).subquery()
        found += tx.connection.scalar(select(func.count()).select_from(few)) or 0
        if found >= most:
            break
    return found
