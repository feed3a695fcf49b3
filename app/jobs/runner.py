"""Running one job: claim it, call its handler, write down how it went; safe to be called twice."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import and_, or_, select, update

from app.core.actor import SYSTEM, Actor
from app.core.errors import DaybookError, NotFound
from app.core.events import outbox_handler
from app.core.words import Words
from app.data import accounts
from app.data.outage import Outage
from app.data.repository import Repository
from app.data.system_tables import OutboxRow

MOST_TRIES = 5
_jobs = OutboxRow.__table__  # type: ignore[attr-defined]
_log = structlog.get_logger("jobs")


class JobStopped(DaybookError):
    """The job was stopped."""

    zh = "任务已停止。"


def due_jobs(repository: Repository, *, limit: int = 100) -> list[int]:
    """Give the keys of jobs that wait and whose time has come, oldest first."""
    with repository.reading(SYSTEM, door="job") as tx:
        query = select(_jobs.c.id).where(_jobs.c.state == "waiting", _jobs.c.due_at <= tx.now)
        return list(tx.connection.scalars(query.order_by(_jobs.c.due_at, _jobs.c.id).limit(limit)))


def run_job(repository: Repository, job_id: int, *, run: str = "") -> str:
    """Run a job to its end and give the state it ends in: done, waiting (for the next try), failed, stopped.

    `run` names who runs it: after a crash the same run takes the job up again, another one leaves it alone.
    """
    row = _claim(repository, job_id, run)
    if row is None:
        return "taken"
    handler = outbox_handler(row["kind"])
    if handler is None:
        return _finish(repository, job_id, {"state": "failed", "error": f"nothing handles {row['kind']}"})
    began = time.perf_counter()
    state = _attempt(repository, row, handler)
    spent = round((time.perf_counter() - began) * 1000, 1)
    _log.info("job", job=job_id, kind=row["kind"], state=state, tries=row["tries"], account=row["account_id"], ms=spent)
    return state


def report_progress(repository: Repository, job_id: int, text: str) -> None:
    """Say how far a running job is; raises JobStopped where somebody stopped it."""
    with repository.transaction(SYSTEM, door="job") as tx:
        changed = tx.connection.execute(
            update(_jobs).where(_jobs.c.id == job_id, _jobs.c.state == "running").values(progress=text)
        )
    if changed.rowcount != 1:
        raise JobStopped()


def is_stopped(repository: Repository, job_id: int) -> bool:
    """Tell whether somebody stopped the job."""
    with repository.reading(SYSTEM, door="job") as tx:
        return tx.connection.scalar(select(_jobs.c.state).where(_jobs.c.id == job_id)) == "stopped"


def asker(repository: Repository, job_id: int) -> Actor:
    """Give the person who asked for a job, with the rights of today."""
    statement = "select a.name from office_outbox o join office_account a on a.id = o.account_id where o.id = ?"
    with repository.reading(SYSTEM, door="job") as tx:
        row = tx.fetch_one(tx.sql(statement), (job_id,))
    if row is None:
        raise NotFound(thing=Words("job", "任务"))
    return accounts.actor_named(repository, row[0])


def _attempt(repository: Repository, row: dict[str, Any], handler: Callable[..., Any]) -> str:
    job_id = row["id"]
    try:
        result = handler(repository, {**json.loads(row["payload"]), "job": job_id}, row["key"] or f"job-{job_id}")
    except JobStopped:
        return "stopped"
    except Outage as error:
        return _postpone(repository, row, error)
    except DaybookError as error:  # a refusal stays one however often it is tried
        told = json.dumps({"told": {"en": error.say("en"), "zh": error.say("zh")}})
        return _finish(repository, job_id, {"state": "failed", "error": str(error), "result": told})
    except Exception as error:  # the world outside: try again later
        _log.warning("job failed", job=job_id, kind=row["kind"], error=type(error).__name__, exc_info=True)
        return _postpone(repository, row, error)
    return _finish(repository, job_id, {"state": "done", "error": None, "result": json.dumps(result or {})})


def _claim(repository: Repository, job_id: int, run: str) -> dict[str, Any] | None:
    free = or_(_jobs.c.state == "waiting", and_(_jobs.c.state == "running", _jobs.c.run == run))
    with repository.transaction(SYSTEM, door="job") as tx:
        claimed = tx.connection.execute(
            update(_jobs)
            .where(_jobs.c.id == job_id, free)
            .values(state="running", run=run, started_at=tx.now, tries=_jobs.c.tries + 1)
        )
        if claimed.rowcount != 1:
            return None
        return dict(tx.connection.execute(select(_jobs).where(_jobs.c.id == job_id)).mappings().one())


def _postpone(repository: Repository, row: dict[str, Any], error: Exception) -> str:
    if row["tries"] >= MOST_TRIES:
        return _finish(repository, row["id"], {"state": "failed", "error": str(error)})
    with repository.transaction(SYSTEM, door="job") as tx:
        due = tx.now + timedelta(seconds=10 * 4 ** (row["tries"] - 1))
        tx.connection.execute(
            update(_jobs)
            .where(_jobs.c.id == row["id"], _jobs.c.state == "running")
            .values(state="waiting", due_at=due, error=str(error))
        )
    return "waiting"


def _finish(repository: Repository, job_id: int, values: dict[str, Any]) -> str:
    with repository.transaction(SYSTEM, door="job") as tx:
        tx.connection.execute(
            update(_jobs).where(_jobs.c.id == job_id, _jobs.c.state == "running").values(**values, done_at=tx.now)
        )
    return str(values["state"])
