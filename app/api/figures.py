"""Figures of a running office for prometheus: jobs, deadlines, seals, workers, connections; none of the business."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from app.core.actor import SYSTEM
from app.data.column_types import read_instant
from app.data.outage import Outage
from app.data.repository import Transaction
from app.jobs import presence
from app.office import Office

KEPT_SECONDS = 5.0  # figures are not read again for a scrape that comes sooner
FRESH = timedelta(seconds=30)  # a worker that was not seen for longer is missing
LEAST_FREE = 500 * 1024 * 1024  # bytes of disk
JOBS = "select state, count(*) from office_outbox where state in ('waiting', 'running', 'failed') group by state"
OLDEST = {
    "job_oldest": ("How long the oldest due job waits", "select min(due_at) from office_outbox where state = 'waiting'"),
    "deadline_oldest": ("How late the oldest deadline is", "select min(due_at) from workflow_timer"),
    "audit_unsealed": (
        "How old the oldest row of the audit without a seal is",
        "select min(at) from office_audit where chg > coalesce((select max(chg) from office_audit_seal), 0)",
    ),
}


class OfficeFigures(Collector):
    """Reads an office's own tables when prometheus asks."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self._read_at = 0.0
        self._found: list[GaugeMetricFamily] = []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Give the figures; without its database only those of this process."""
        yield from self._connections()
        if time.monotonic() - self._read_at > KEPT_SECONDS:
            try:
                with self.office.repository.reading(SYSTEM) as tx:
                    self._found = list(_read(tx))
                self._read_at = time.monotonic()
            except Outage:
                self._found = []
        yield from self._found
        yield _gauge("database_up", "Whether the database answered", float(bool(self._found)))

    def _connections(self) -> Iterator[GaugeMetricFamily]:
        family = GaugeMetricFamily("daybook_database_connections", "Open connections of this process", labels=["kind"])
        base = self.office.repository.database
        for kind, engine in (("writer", base.writers), ("reader", base.readers)):
            pool: Any = engine.pool
            family.add_metric([kind], pool.checkedin() + pool.checkedout())
        yield family


def health_of(office: Office) -> dict[str, str]:
    """Give how web, database, worker and disk are: `up`, or what is wrong."""
    parts = {"web": "up", "database": "down", "worker": "unknown", "disk": "up"}
    if shutil.disk_usage(office.settings.home).free < LEAST_FREE:
        parts["disk"] = "low"
    try:
        with office.repository.reading(SYSTEM) as tx:
            parts["database"], now = "up", tx.now
        seen = [now - worker.seen_at for worker in presence.workers(office.repository)]
    except (Outage, OSError):
        return parts
    parts["worker"] = "up" if seen and min(seen) < FRESH else "missing"
    return parts


def _read(tx: Transaction) -> Iterator[GaugeMetricFamily]:
    jobs = GaugeMetricFamily("daybook_jobs", "Jobs by state", labels=["state"])
    found = dict(tx.fetch(JOBS))
    for state in ("waiting", "running", "failed"):
        jobs.add_metric([state], found.get(state, 0))
    yield jobs
    for name, (help_, statement) in OLDEST.items():
        yield _gauge(f"{name}_seconds", help_, _age(tx, tx.fetch(statement)[0][0]))
    workers = tx.fetch("select count(*), max(seen_at) from office_worker")[0]
    yield _gauge("workers", "Workers that are noted", float(workers[0]))
    yield _gauge("worker_seen_seconds", "How long ago a worker was last seen", _age(tx, workers[1]))


def _age(tx: Transaction, value: Any) -> float:
    moment: datetime | None = read_instant(value)
    return max(0.0, (tx.now - moment).total_seconds()) if moment else 0.0


def _gauge(name: str, help_: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"daybook_{name}", help_, value=value)
