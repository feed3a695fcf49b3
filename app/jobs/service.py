"""Jobs as people see them: which there are, how they stand; retry and stop."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select, update

from app.core.errors import DaybookError, NotAllowed, NotFound
from app.core.words import Words
from app.data.repository import Transaction
from app.data.system_tables import Account, OutboxRow

STATES = ("waiting", "running", "done", "failed", "stopped")
_jobs = OutboxRow.__table__  # type: ignore[attr-defined]
_accounts = Account.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Job:
    """One job: kind, who asked, state, tries, times in UTC, what came of it."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    state: str
    account: str = ""
    tries: int = 0
    created_at: datetime | None = None
    due_at: datetime | None = None
    started_at: datetime | None = None
    done_at: datetime | None = None
    progress: str = ""
    result: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""

    @property
    def title(self) -> Words:
        """What people read for the kind of job."""
        return TITLES.get(self.kind) or Words(self.kind, self.kind)


TITLES = {
    "message.send": Words("Send a message", "发送消息"),
    "notebook.run": Words("Run a notebook", "运行笔记本"),
    "import.run": Words("Import a file", "导入文件"),
    "hook.take": Words("Take in a delivery", "接收推送"),
    "bulk.act": Words("Act on many documents", "批量处理单据"),
    "supplier.order_sent": Words("Send an order to the supplier", "向供应商发送订单"),
}


class JobBusy(DaybookError):
    """Job {number} is {state}. Only waiting and running jobs can be stopped, only failed and stopped ones retried."""

    zh = "任务 {number} 的状态是{state}。只能停止等待或运行中的任务，只能重试失败或已停止的任务。"
    status = 409


def list_jobs(tx: Transaction, *, state: str | None = None, kind: str | None = None, limit: int = 100) -> list[Job]:
    """Give the newest jobs: an administrator's all, anybody else's own."""
    query = _visible(tx).order_by(_jobs.c.id.desc()).limit(limit)
    if state:
        query = query.where(_jobs.c.state == state)
    if kind:
        query = query.where(_jobs.c.kind == kind)
    return [_job(row) for row in tx.connection.execute(query)]


def job_of(tx: Transaction, job_id: int) -> Job:
    """Give one job, if the reader may see it."""
    row = tx.connection.execute(_visible(tx).where(_jobs.c.id == job_id)).first()
    if row is None:
        raise NotFound(thing=Words("job", "任务"))
    return _job(row)


def retry_job(tx: Transaction, job_id: int) -> Job:
    """Let a failed or stopped job run again now."""
    return _change(tx, job_id, {"failed", "stopped"}, {"state": "waiting", "tries": 0, "due_at": tx.now, "error": None})


def stop_job(tx: Transaction, job_id: int) -> Job:
    """Stop a job: one that waits never starts, one that runs is ended by its worker."""
    return _change(tx, job_id, {"waiting", "running"}, {"state": "stopped", "done_at": tx.now})


def _change(tx: Transaction, job_id: int, states: set[str], values: dict[str, object]) -> Job:
    job = job_of(tx, job_id)
    changed = tx.connection.execute(update(_jobs).where(_jobs.c.id == job_id, _jobs.c.state.in_(states)).values(values))
    if changed.rowcount != 1:
        raise JobBusy(number=job.id, state=job.state)
    return job_of(tx, job_id)


def _visible(tx: Transaction) -> Select[Any]:
    query = select(_jobs, _accounts.c.title.label("account")).outerjoin(_accounts, _accounts.c.id == _jobs.c.account_id)
    if tx.actor.has_role("admin") or tx.actor.account.id == 0:
        return query
    if not tx.actor.account.id:
        raise NotAllowed(act=Words("see", "查看"), thing=Words("jobs", "任务"), owner="admin")
    return query.where(_jobs.c.account_id == tx.actor.account.id)


def _job(row: Row[Any]) -> Job:
    return Job(
        id=row.id,
        kind=row.kind,
        payload=json.loads(row.payload),
        state=row.state,
        account=row.account or "",
        tries=row.tries,
        created_at=row.created_at,
        due_at=row.due_at,
        started_at=row.started_at,
        done_at=row.done_at,
        progress=row.progress,
        result=json.loads(row.result or "{}"),
        error=row.error or "",
    )
