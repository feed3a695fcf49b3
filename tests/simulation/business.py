"""Random days of purchasing in a small company: each day is its own dice, so that days can be left out."""

from __future__ import annotations

import contextvars
import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from app.core import clock
from app.core.actor import SYSTEM
from app.core.errors import DaybookError
from app.demo.company import found_company
from app.jobs.runner import due_jobs, run_job
from app.jobs.worker import run_deadlines, seal_audit
from app.office import Office

FOUNDED = datetime(2026, 3, 2, 1, tzinfo=UTC)  # a Monday
STEPS = 14
ASKERS = ("employee", "sales", "service", "warehouse")
DECIDERS = (
    "manager",
    "director",
    "purchasing_manager",
    "finance",
    "finance_controller",
    "chief_executive",
    "admin",
)
Act = Callable[["Business", random.Random], Any]


@dataclass
class Business:
    """An office and what its people did so far; `repeats` are commands with their keys and first answers."""

    office: Office
    seed: int
    now: datetime = FOUNDED
    away: frozenset[str] = frozenset()
    granted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    repeats: list[tuple[Callable[[], str], str]] = field(default_factory=list)

    def live(self, day: int, acts: tuple[Act, ...]) -> Iterator[str]:
        """Live one day; give the name of each act when it is done, and at last the night."""
        chance = random.Random(f"{self.seed}/{day}")
        self.now = FOUNDED + timedelta(days=day)
        self.away = frozenset(chance.sample(DECIDERS, chance.randint(0, 3)))
        for _ in range(STEPS):
            self.now += timedelta(minutes=chance.randint(1, 40))
            act = chance.choice(acts)
            with clock.stopped(self.now):
                self._try(act, chance)
            yield act.__name__
        self.now = FOUNDED + timedelta(days=day, hours=14)
        with clock.stopped(self.now):
            self.night()
        yield "night"

    def _try(self, act: Act, chance: random.Random) -> None:
        try:
            done = act(self, chance)
        except DaybookError as error:
            self.refused[f"{act.__name__}: {type(error).__name__}"] += 1
        else:
            self.granted[act.__name__] += done is not None

    def night(self) -> None:
        """Let the office do what is due, and seal the audit."""
        repository = self.office.repository
        run_deadlines(repository)
        for job in due_jobs(repository, limit=1000):
            run_job(repository, job)
        seal_audit(repository)

    def person(self, name: str) -> Office:
        """Give somebody's office."""
        return self.office.as_user(name, door="page")

    def once(self, name: str, work: Callable[[str], Any]) -> str:
        """Do a command under a key and keep it, so that it can be repeated."""
        key = f"{name}-{self.seed}-{self.now:%m%d%H%M}-{len(self.repeats)}"
        number = str(work(key).number)
        self.repeats.append((lambda: str(work(key).number), number))
        return number

    def one(self, chance: random.Random, who: str, form: str, where: str) -> str | None:
        """Choose a document that somebody sees."""
        rows = self.person(who).list(form, where, columns=["number"], limit=50, order_by="number").rows
        return str(chance.choice(rows)["number"]) if rows else None

    def count(self) -> int:
        """Count what was written: changes of documents and entries of the ledger."""
        with self.office.repository.reading(SYSTEM) as tx:
            rows = tx.fetch("select (select count(*) from office_audit) + (select count(*) from ledger_entry)")
        return int(rows[0][0])


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Let people press at the same moment; give what each got: an answer or a refusal."""

    def guarded(work: Callable[[], Any]) -> Any:
        try:
            return work()
        except DaybookError as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        asked = [pool.submit(contextvars.copy_context().run, guarded, work) for work in works]
        return [each.result() for each in asked]


def found(office: Office, *, products: int = 8) -> None:
    """Found the company on its first Monday."""
    with clock.stopped(FOUNDED - timedelta(days=1)):
        found_company(office, password="not-a-secret", products=products)
