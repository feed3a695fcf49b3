"""Runs of random days: a failing one is told with the command that shows it again, and made shorter."""

from __future__ import annotations

import shutil
import tempfile
import traceback
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from app.config.settings import Settings
from app.core import clock
from app.core.actor import SYSTEM
from app.data import accounts
from app.office import Office
from tests.simulation.acts import ACTS
from tests.simulation.business import Act, Business, found
from tests.simulation.promises import broken, broken_at_night

SERVER = "postgresql://root@127.0.0.1:5432/test"
ROLES = ("purchasing_manager", "warehouse_manager")
Fresh = Callable[[], Office]
TRIES = 25


@dataclass(frozen=True)
class Failure:
    """What was broken first, on which day, after which act."""

    seed: int
    days: tuple[int, ...]
    day: int
    act: str
    told: tuple[str, ...]

    def say(self) -> str:
        """Give it with the command that shows it again."""
        days = ",".join(map(str, self.days)) + ("," if len(self.days) == 1 else "")
        what = "\n  ".join(self.told[:10])
        return f"day {self.day}, {self.act}:\n  {what}\nShow it again: make simulate SEED={self.seed} DAYS={days}"


def lived(
    office: Office, seed: int, days: Sequence[int], acts: tuple[Act, ...] = ACTS
) -> tuple[Business, Failure | None]:
    """Live these days, every promise checked after each act; stop at the first that is broken."""
    business = Business(office, seed)
    for day in days:
        act = "morning"
        try:
            for act in business.live(day, acts):
                with clock.stopped(business.now):
                    told = broken(office) + (broken_at_night(office, f"{seed}/{day}") if act == "night" else [])
                if told:
                    return business, Failure(seed, tuple(days), day, act, tuple(told))
        except Exception as error:  # whatever breaks is a find
            return business, Failure(
                seed, tuple(days), day, f"after {act}", tuple(traceback.format_exception(error)[-3:])
            )
    return business, None


def shortened(fresh: Fresh, failure: Failure, *, tries: int = TRIES) -> Failure:
    """Leave out days as long as something is still broken: what follows, then one half, one day at a time."""
    failure = Failure(failure.seed, _until(failure), failure.day, failure.act, failure.told)
    size = len(failure.days) // 2
    while size and tries > 0:
        for start in range(0, len(failure.days), size):
            rest = failure.days[:start] + failure.days[start + size :]
            tries -= 1
            shorter = _failed(fresh, failure.seed, rest) if rest and tries >= 0 else None
            if shorter is not None:
                failure = Failure(shorter.seed, _until(shorter), shorter.day, shorter.act, shorter.told)
                break
        else:
            size //= 2
        size = min(size, len(failure.days) // 2)
    return failure


def _failed(fresh: Fresh, seed: int, days: Sequence[int]) -> Failure | None:
    office = fresh()
    try:
        return lived(office, seed, days)[1]
    finally:
        office.repository.close()


def _until(failure: Failure) -> tuple[int, ...]:
    return failure.days[: failure.days.index(failure.day) + 1]


@contextmanager
def offices(database: str) -> Iterator[Fresh]:
    """Give copies of a founded company on SQLite or PostgreSQL."""
    with tempfile.TemporaryDirectory() as folder:
        yield from (_in_files if database == "sqlite" else _in_databases)(Path(folder))


def _in_files(folder: Path) -> Iterator[Fresh]:
    _found(_open(folder / "first", f"sqlite:///{folder}/first/daybook.db"))

    def fresh() -> Office:
        home = folder / uuid.uuid4().hex
        shutil.copytree(folder / "first", home)
        return _open(home, f"sqlite:///{home}/daybook.db")

    yield fresh


def _in_databases(folder: Path) -> Iterator[Fresh]:
    made: list[str] = []

    def fresh() -> Office:
        name = f"simulated_{uuid.uuid4().hex[:12]}"
        _sql(f'create database "{name}"' + (f' template "{made[0]}"' if made else ""))
        made.append(name)
        address = SERVER.replace("postgresql://", "postgresql+psycopg://").rpartition("/")[0]
        return _open(folder / "home", f"{address}/{name}")

    try:
        _found(fresh())
        yield fresh
    finally:
        for name in made:
            _sql(f'drop database if exists "{name}" with (force)')


def _open(home: Path, url: str) -> Office:
    home.mkdir(parents=True, exist_ok=True)
    return Office.open(Settings.read({"DAYBOOK_HOME": str(home), "DAYBOOK_DATABASE_URL": url}))


def _found(office: Office) -> None:
    found(office)
    with office.repository.transaction(SYSTEM, door="cli") as tx:
        accounts.create_account(tx, "importer", title="Importer", password="not-a-secret", roles=ROLES)
    office.repository.close()


def _sql(statement: str) -> None:
    with psycopg.connect(SERVER, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]
