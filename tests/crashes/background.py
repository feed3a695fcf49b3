"""What the machine does while it dies: imports by a worker or by hand, notebooks, publishing."""

from __future__ import annotations

import itertools
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.core.actor import SYSTEM
from app.data import accounts
from app.imports import running
from app.jobs import notebooks
from app.jobs.worker import Worker
from app.office import Office, publishing
from app.office.desk import Root
from tests.crashes.killing import FORK, LONGEST, Scene, Tell, own_database, reopen
from tests.crashes.points import Death

MAPPING = {"Name": "name", "No": "supplier_no"}
ROWS = 40
FAKE = Path(__file__).parent / "quick_notebook.py"
JOB_POINTS = ("job taken, not begun", "effect done, job not ended")
WAITING = 3  # jobs that a worker finds at least


class WorkerScene(Scene):
    """A worker that never lacks jobs, and dies."""

    quickest, slowest = 0.25, 0.8

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.jobs: list[int] = []
        with office.repository.transaction(SYSTEM) as tx:
            tx.run("update office_outbox set state = 'done'")

    def ask(self) -> int:
        """Leave one job; give its number."""
        raise NotImplementedError

    def begin(self, chance: random.Random) -> None:
        """Let the worker find something to do."""
        while self.waiting() < WAITING:
            self.jobs.append(self.ask())

    def waiting(self) -> int:
        """Count the jobs that are not at their end."""
        with self.office.repository.reading(SYSTEM) as tx:
            return int(tx.fetch("select count(*) from office_outbox where state in ('waiting', 'running')")[0][0])

    def live(self, office: Office, tell: Tell) -> None:
        """Work."""
        Worker(office.repository, seconds_between_looks=0.05).run()

    def finish(self) -> None:
        """Let a last worker do the rest: every job is done."""
        self.office.repository.close()
        child = FORK.Process(target=_work, args=(self,))
        child.start()
        reopen(self.office)
        try:
            _wait_for(lambda: self.waiting() == 0)
        finally:
            os.kill(child.pid or 0, signal.SIGKILL)
            child.join()
        with self.office.repository.reading(SYSTEM) as tx:
            assert tx.fetch("select id, state, error from office_outbox where state <> 'done'") == []


def _work(scene: WorkerScene) -> None:
    own_database(scene.office, Death())
    scene.live(scene.office, lambda _: None)


def _wait_for(what: Callable[[], bool]) -> None:
    until = time.monotonic() + 2 * LONGEST
    while not what():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.1)


class Imports(WorkerScene):
    """Files of suppliers, imported by a worker as jobs, or by a process of somebody's own."""

    name = "imports"
    points = ("batch made, not kept", *JOB_POINTS, "before commit", "after commit")

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        running.BATCH = 4
        with office.repository.transaction(SYSTEM) as tx:
            accounts.create_account(
                tx, "ida", title="Ida", password="not-a-secret", roles=("purchasing_manager",)
            )
        self.numbers = itertools.count(1)
        self.sent: list[int] = []
        self.by_hand = 0

    def ask(self) -> int:
        """Keep a file and let the worker import it."""
        number = next(self.numbers)
        self.sent.append(number)
        importer = self.office.as_user("ida")
        kept = importer.keep_file(*_suppliers(number))
        return int(importer.start_import("supplier", kept.id, mapping=MAPPING).id)

    def run(self, death: Death) -> list[Any]:
        """Every third random or batch death is that of somebody's own process."""
        self.by_hand = 0
        if death.point not in JOB_POINTS and len(self.sent) % 3 == 0:
            self.by_hand = next(self.numbers)
        self.numbers = itertools.count(next(self.numbers) + 1000 * bool(self.by_hand))
        return super().run(death)

    def live(self, office: Office, tell: Tell) -> None:
        """Import file after file, or work."""
        if not self.by_hand:
            super().live(office, tell)
        importer = office.as_user("ida")
        for number in itertools.count(self.by_hand):
            tell(number)
            importer.import_file("supplier", _suppliers(number), mapping=MAPPING)

    def go_on(self, told: list[Any]) -> None:
        """Somebody imports the file again that was broken off: it goes on where it stopped."""
        for number in told[-2:]:
            report = self.office.as_user("ida").import_file("supplier", _suppliers(number), mapping=MAPPING)
            assert (report.imported + report.unchanged, report.rejected) == (ROWS, 0), report
        self.sent += told
        assert self._wrong() == []

    def finish(self) -> None:
        """Every row of every file is one supplier."""
        self.by_hand = 0
        super().finish()
        with self.office.repository.reading(SYSTEM) as tx:
            made = tx.fetch("select count(*) from supplier where substr(supplier_no, 1, 1) = 'C' and deleted_at is null")
        assert made[0][0] == ROWS * len(set(self.sent))
        assert self._wrong() == []

    def _wrong(self) -> list[Any]:
        with self.office.repository.reading(SYSTEM) as tx:
            return tx.fetch("select supplier_no from supplier where supplier_no <> '' group by 1 having count(*) > 1")


def _suppliers(number: int) -> tuple[str, bytes]:
    rows = [f"Vendor {number} {row},C{number}-{row}" for row in range(ROWS)]
    return f"suppliers{number}.csv", "\n".join(("Name,No", *rows, "")).encode()


class Notebooks(WorkerScene):
    """Runs of a notebook, each a process of its own."""

    name = "notebooks"
    points = ("notebook ran, no page", *JOB_POINTS, "before commit", "after commit")

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        import nbconvert  # noqa: F401  in the parent, once

        notebooks.EXECUTE = FAKE

    def ask(self) -> int:
        """Ask for a run."""
        return int(self.office.as_user("analyst").run_notebook("supplier_performance", locale="en").id)

    def go_on(self, told: list[Any]) -> None:
        """What is done has its page and its sentence."""
        analyst = self.office.as_user("analyst")
        for job in (analyst.job(each) for each in self.jobs):
            if job.state == "done":
                assert job.result["headline"] == "40 pieces"
                assert "40 pieces" in analyst.notebook_result(job.id)

    def finish(self) -> None:
        """Every run has its page, and no process of a dead worker is left."""
        super().finish()
        self.go_on([])
        left = [each for each in Path("/proc").glob("[0-9]*/cmdline") if str(FAKE) in _text(each)]
        assert left == []


def _text(path: Path) -> str:
    try:
        return path.read_text().replace("\0", " ")
    except OSError:
        return ""


FORM = """\
form: crash_note
title: {{en: Note, zh: 便笺}}
number: CN-{{seq:5}}
fields:
  price: {{type: money, label: {{en: Price, zh: 价格}}}}
  times: {{type: money, formula: price * {version}, label: {{en: Times, zh: 倍数}}}}
access:
  view: [employee]
  create: [employee]
"""
FILE = "site/forms/own/crash_note.yaml"


class Publishing(Scene):
    """An administrator changes a formula again and again, which changes every document."""

    name = "publishing"
    points = ("site written, not published", "migrated, version not noted", "before commit", "after commit")
    quickest, slowest = 0.05, 0.6

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self._publish(office, 1)
        self.version = 1
        employee = office.as_user("employee")
        for price in range(1, 31):
            employee.create("crash_note", {"price": price})

    def live(self, office: Office, tell: Tell) -> None:
        """Publish one version after the other."""
        for version in itertools.count(self.version + 1):
            self._publish(office, version)
            tell(version)

    def reopen(self) -> None:
        """Open the office as a start does, with what stands in the files."""
        self.office.root = Root(self.office.settings)

    def _publish(self, office: Office, version: int) -> None:
        admin, texts = office.as_user("admin"), {FILE: FORM.format(version=version)}
        plan = publishing.review(admin, texts)
        assert not publishing.publish(admin, texts, seen=plan.seen).refused

    def go_on(self, told: list[Any]) -> None:
        """File, forms and documents are of one version: the last that was acknowledged, or the one after it."""
        text = (self.office.settings.home / FILE).read_text()
        last = told[-1] if told else self.version
        assert text in (FORM.format(version=last), FORM.format(version=last + 1))
        self.version = last + (text != FORM.format(version=last))
        for note in self.office.as_user("employee").list("crash_note", columns=["price", "times"], limit=100).rows:
            assert note["times"] == note["price"] * self.version
