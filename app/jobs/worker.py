"""The worker: finds what is due and runs it as DBOS workflows, so that a crash in the middle is taken up again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import structlog
from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy import URL

from app.core import clock
from app.core.actor import SYSTEM
from app.data import sealing
from app.data.counting import forms_of_the_day, refresh_form
from app.data.repository import Repository
from app.jobs import presence
from app.jobs.runner import due_jobs, run_job
from app.workflow import service as workflow

QUEUE = "daybook"
SMALL = 5000  # acts of a whole office, below which there is nothing to take a snapshot of
SECONDS_SEEN = 5.0  # between two signs that a worker gives of itself
AT_ONCE = 2  # jobs that one worker runs side by side
_log = structlog.get_logger("worker")
_served: dict[str, Repository] = {}


class Worker:
    """One process that does the office's background work until it is stopped."""

    def __init__(self, repository: Repository, *, seconds_between_looks: float = 1.0) -> None:
        self.repository = repository
        self.seconds = seconds_between_looks
        self._stop = threading.Event()
        self._seat: presence.Seat | None = None
        self._seen = 0.0

    def start(self) -> None:
        """Take up what a crash left, then look for what is due."""
        _served["office"] = self.repository
        self._seat = presence.take_seat(self.repository)
        DBOS(config=dbos_config(self.repository) | {"executor_id": self._seat.name})
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=min(self.seconds, 1.0))
        DBOS.apply_schedules(
            [
                {
                    "schedule_name": name,
                    "workflow_fn": work,
                    "schedule": cron,
                    "context": None,
                    "cron_timezone": self.repository.catalogue.organisation.zone,
                }
                for name, cron, work in SCHEDULES
            ]
        )

    def look(self) -> int:
        """Hand every due job to the queue once; give how many."""
        found = due_jobs(self.repository)
        for job_id in found:
            _enqueue(self.repository, job_id)
        return len(found)

    def run(self) -> None:
        """Work until `stop`; an error of one look is written down and the next look comes."""
        self.start()
        assert self._seat is not None
        while not self._stop.wait(self.seconds):
            try:
                self._appear(self._seat)
                self.look()
            except presence.WorkerReplaced:
                _log.exception("another worker took over")
                break
            except Exception:
                _log.exception("looking for jobs failed")
        DBOS.destroy(workflow_completion_timeout_sec=5)
        self._seat.leave()

    def _appear(self, seat: presence.Seat) -> None:
        """Say now and then that this worker is here, and take over from those that died."""
        if time.monotonic() - self._seen < SECONDS_SEEN:
            return
        seat.keep()
        seat.bury(lambda name: DBOS._recover_pending_workflows([name]))
        self._seen = time.monotonic()

    def stop(self) -> None:
        """End after the look under way."""
        self._stop.set()


def dbos_config(repository: Repository) -> DBOSConfig:
    """Where DBOS keeps its own books: a file beside a SQLite office, a schema beside a PostgreSQL one."""
    config = DBOSConfig(
        name="daybook", log_level="WARNING", application_version="1", scheduler_polling_interval_sec=1.0
    )
    url = repository.database.url
    if repository.database.dialect == "sqlite":
        return config | {"system_database_url": f"sqlite:///{repository.settings.home / 'var' / 'jobs.db'}"}
    plain = url.set(query={}).render_as_string(hide_password=False)
    return config | {"system_database_url": plain, "dbos_system_schema": schema_of_jobs(url)}


def schema_of_jobs(url: URL) -> str:
    """Give the schema of PostgreSQL in which DBOS keeps the books of an office."""
    office = str(url.query.get("options", "")).rpartition("search_path=")[2] or "daybook"
    return f"{office}_jobs"


def _enqueue(repository: Repository, job_id: int) -> None:
    """Start the workflow of one try; within a minute the same try is the same workflow."""
    with repository.reading(SYSTEM, door="job") as tx:
        row = tx.fetch_one(tx.sql("select tries, due_at from office_outbox where id = ?"), (job_id,))
    assert row is not None, f"job {job_id} was due and is gone"
    with SetWorkflowID(f"job-{job_id}-{row[0]}-{row[1]}-{clock.now():%H:%M}"):
        DBOS.enqueue_workflow(QUEUE, _job_workflow, job_id)


@DBOS.workflow(name="job")
def _job_workflow(job_id: int) -> str:
    return _job_step(job_id, DBOS.workflow_id or "")


@DBOS.step(name="job", retries_allowed=True, max_attempts=5)
def _job_step(job_id: int, run: str) -> str:
    return run_job(_served["office"], job_id, run=run)


@DBOS.workflow(name="new day")
def _new_day(scheduled: datetime, _context: Any) -> int:
    return _new_day_step()


@DBOS.step(name="new day")
def _new_day_step() -> int:
    return begin_day(_served["office"])


def begin_day(repository: Repository) -> int:
    """Count anew what is kept and names `today`, a form a transaction; give how many forms."""
    forms = forms_of_the_day(repository.registry)
    for form in forms:
        with repository.transaction(SYSTEM, door="job") as tx:
            refresh_form(tx, form)
    return len(forms)


@DBOS.workflow(name="deadlines")
def _deadlines(scheduled: datetime, _context: Any) -> int:
    return _deadlines_step()


@DBOS.step(name="deadlines")
def _deadlines_step() -> int:
    return run_deadlines(_served["office"])


def run_deadlines(repository: Repository) -> int:
    """Do everything that time has made due, a few things a transaction so that people can go on; give how many."""
    done = 0
    while True:
        with repository.transaction(SYSTEM, door="job") as tx:
            found = workflow.run_due(tx, clock.now())
        done += found
        if not found:
            return done


@DBOS.workflow(name="sealing")
def _sealing(scheduled: datetime, _context: Any) -> int:
    return _sealing_step()


@DBOS.step(name="sealing")
def _sealing_step() -> int:
    return seal_audit(_served["office"])


def seal_audit(repository: Repository) -> int:
    """Seal the audit as far as it is settled, a block a transaction; give how many rows."""
    sealed = 0
    while True:
        with repository.transaction(SYSTEM, door="job") as tx:
            rows = sealing.seal(tx)
        sealed += rows
        if not rows:
            return sealed


@DBOS.workflow(name="snapshot")
def _snapshot(scheduled: datetime, _context: Any) -> int:
    return _snapshot_step()


@DBOS.step(name="snapshot")
def _snapshot_step() -> int:
    return refresh_snapshot(_served["office"])


def refresh_snapshot(repository: Repository) -> int:
    """Let questions find a new snapshot, if one is worth it; give how many rows were written."""
    with repository.reading(SYSTEM, door="job") as tx:
        few = f"select count(*) from (select 1 from office_audit limit {SMALL}) as written"  # noqa: S608
        row = tx.fetch_one(few)
    if row is None or row[0] < SMALL:
        return 0
    from app.analytics import snapshot  # Arrow takes memory that a worker of a small office need not have

    return snapshot.refresh(repository) or 0


@DBOS.workflow(name="alerts")
def _alerts(scheduled: datetime, _context: Any) -> int:
    return _alerts_step()


@DBOS.step(name="alerts")
def _alerts_step() -> int:
    from app.jobs.alerting import alert_people  # Arrow takes memory; a company without alerts needs none of it

    office = _served["office"]
    return alert_people(office) if any(spec.alert for spec in office.catalogue.metrics.values()) else 0


SCHEDULES: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("deadlines", "* * * * *", _deadlines),
    ("new day", "1 0 * * *", _new_day),
    ("alerts", "10 7-22 * * *", _alerts),
    ("sealing", "*/10 * * * *", _sealing),
    ("snapshot", "* * * * *", _snapshot),
)
