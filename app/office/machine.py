"""Questions, and work of the machine: SQL, the assistant, jobs, notebooks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from app.connect import hooks, notify
from app.data import access
from app.data import asked as history
from app.data.documents import Document
from app.jobs import notebooks as books
from app.jobs import service as jobs
from app.office.importing import Importing
from app.office.result import Figures, Result

SQL_ROWS = 100_000


class Machine(Importing):
    """What the office works out or does later, with the rights of one person."""

    def sql(self, text: str, *, limit: int = SQL_ROWS) -> Result:
        """Answer free SQL with this person's rights."""
        from app.analytics import sql

        with self.reading(steady=True) as tx:
            answer = sql(tx, text, limit=limit)
        return Result(answer.table, answer.cut)

    def sql_tables(self) -> Mapping[str, Sequence[tuple[str, str]]]:
        """Give each table that this person may name in SQL, with its columns and their types."""
        from app.analytics import describe_views

        with self.reading() as tx:
            return describe_views(tx)

    def keep_sql(self, text: str, rows: int) -> int:
        """Keep a question in this person's history; give its key."""
        with self.transaction() as tx:
            return history.keep(tx, text, rows)

    def asked_sql(self, key: int | None = None) -> Sequence[history.Asked]:
        """Give what this person asked in SQL, newest first; or the one of a key."""
        with self.reading() as tx:
            return history.asked(tx) if key is None else [history.asked_once(tx, key)]

    def metrics(self) -> Sequence[Any]:
        """Give every metric with what this person may cut it by, and whether he may see it."""
        from app.analytics.metrics import describe_metrics

        with self.reading() as tx:
            return describe_metrics(tx)

    def metric(
        self,
        name: str,
        by: str | Sequence[str] = (),
        where: str | None = None,
        *,
        period: str | tuple[date, date] | None = None,
        **more: Any,
    ) -> Figures:
        """Give a metric with this person's rights; `more`: filters (dimension to value or values), order_by, limit."""
        from app.analytics.metrics import Asked, metric

        with self.reading(steady=True) as tx:
            found = metric(tx, name, Asked(_names(by), where, period, **more))
        spec, days = found.spec, found.period
        about = {
            "metric": spec.name,
            "title": {"en": spec.title.en, "zh": spec.title.zh},
            "unit": spec.unit,
            "good": spec.good,
            "goal": None if spec.goal is None else f"{spec.goal:f}",
            "as_of": found.as_of.isoformat(),
            "period": [days.first.isoformat(), days.last.isoformat()] if days else None,
        }
        return Figures.told(found.table, about, found.cut)

    def ask(self, text: str, thread: str | None = None, *, context: Mapping[str, str] | None = None) -> Any:
        """Ask the assistant; `context` names the record that is looked at, `thread` what was said before."""
        import assistant

        return assistant.ask(self.repository, self.actor, text, thread=thread, context=context)

    def ask_steps(
        self, text: str, thread: str | None = None, *, context: Mapping[str, str] | None = None
    ) -> Iterator[Any]:
        """Ask the assistant step by step: what it reads (`.tool`, `.text`), and its answer as the last."""
        import assistant

        return assistant.steps(self.repository, self.actor, text, thread=thread, context=context)

    def confirm(self, token: str) -> Document:
        """Make the document that the assistant proposed."""
        import assistant

        return assistant.confirm(self.repository, self.actor, token)

    def threads(self, *, limit: int = 20) -> Sequence[Any]:
        """Give what this person asked the assistant before, one line a thread, newest first."""
        from assistant import memory

        return memory.threads(self.repository, self.actor, limit=limit)

    def thread(self, name: str) -> Sequence[Any]:
        """Give the turns of a thread of this person, oldest first."""
        from assistant import memory

        return memory.earlier(self.repository, self.actor, name, most=50)

    def take_delivery(
        self,
        address: tuple[str, str],
        *,
        headers: Mapping[str, str],
        body: bytes,
        read: Callable[[bytes], Any],
    ) -> hooks.Kept:
        """Keep what an outside system delivered to (connector, shop), whoever this office is opened for."""
        return hooks.receive(self.repository, address, headers=headers, body=body, read=read)

    # work of the machine

    def jobs(self, **which: Any) -> Sequence[Any]:
        """Give the newest jobs that this person may see; `which`: state, kind, limit."""
        with self.reading() as tx:
            return jobs.list_jobs(tx, **which)

    def job(self, number: int) -> Any:
        """Give one job."""
        with self.reading() as tx:
            return jobs.job_of(tx, number)

    def retry_job(self, number: int) -> Any:
        """Let a failed or stopped job run again."""
        with self.transaction() as tx:
            return jobs.retry_job(tx, number)

    def stop_job(self, number: int) -> Any:
        """Stop a job that waits or runs."""
        with self.transaction() as tx:
            return jobs.stop_job(tx, number)

    def notebooks(self) -> Sequence[Any]:
        """Give the notebooks with what they ask for."""
        return books.notebooks(self.repository)

    def run_notebook(self, name: str, /, **parameters: Any) -> Any:
        """Ask for a run with this person's rights; the worker does it."""
        with self.transaction() as tx:
            return books.start_run(tx, name, parameters)

    def notebook(self, name: str) -> Any:
        """Give one notebook."""
        return books.notebook(self.repository, name)

    def runs(self, name: str | None = None, *, limit: int = 50) -> Sequence[Any]:
        """Give this person's runs, newest first."""
        with self.reading() as tx:
            return books.runs(tx, name, limit=limit)

    def notebook_result(self, job: int) -> str:
        """Give the page of a finished run of this person."""
        with self.reading() as tx:
            return books.result_html(tx, job)

    def notebook_log(self, job: int) -> str:
        """Give the end of the log of a run of this person."""
        with self.reading() as tx:
            return books.run_log(tx, job)

    def sensitive_reads(self, **which: Any) -> Sequence[Any]:
        """Give who read what is sensitive, newest first, to an auditor; `which`: account, form, number, limit, after."""
        self.repository.access.flush()
        with self.reading() as tx:
            return access.reads(tx, **which)

    def notices(self, *, limit: int = 30) -> Sequence[Any]:
        """Give what the office told this person, newest first."""
        with self.reading() as tx:
            return notify.notices(tx, limit=limit)

    def read_notices(self) -> int:
        """Mark everything as read; give how much was not."""
        with self.transaction() as tx:
            return notify.mark_read(tx)


def _names(by: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(part.strip() for part in by.split(",") if part.strip()) if isinstance(by, str) else tuple(by)
