"""Named moments in the product's code at which a process can die; nothing of it stands in the product itself."""

from __future__ import annotations

import importlib
import itertools
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.data.database import Database


@dataclass(frozen=True)
class Point:
    """A moment before or after a call: module, name in it (`Class.method` too), and which side."""

    module: str
    name: str
    after: bool = False


POINTS = {
    "decided, nothing followed": Point("app.workflow.life", "do_all"),
    "posted, document as before": Point("app.ledger.kernel", "Ledger.post_many", after=True),
    "done, answer not kept": Point("app.data.transaction", "Transaction.answer"),
    "file written, no row": Point("app.data.files", "_write", after=True),
    "batch made, not kept": Point("app.imports.running", "Batch.work", after=True),
    "job taken, not begun": Point("app.jobs.runner", "_claim", after=True),
    "effect done, job not ended": Point("app.jobs.runner", "_finish"),
    "notebook ran, no page": Point("app.jobs.notebooks", "_write_page"),
    "site written, not published": Point("app.office.publishing", "write_whole", after=True),
    "migrated, version not noted": Point("app.data.repository", "Repository._note_version"),
}
COMMIT = ("before commit", "after commit")


@dataclass(frozen=True)
class Death:
    """When a process dies: the nth time that it passes a point, or so many seconds after it began."""

    point: str = ""
    nth: int = 1
    seconds: float = 0.0

    def __str__(self) -> str:
        return f"{self.point} ({self.nth})" if self.point else f"after {self.seconds:.3f} s"


def arm(death: Death, database: Database) -> None:
    """Let this process die there; called in a child, whose memory goes with it."""
    if death.point in COMMIT:
        _arm_commit(death, database)
    elif death.point:
        point = POINTS[death.point]
        owner: Any = importlib.import_module(point.module)
        *path, name = point.name.split(".")
        for step in path:
            owner = getattr(owner, step)
        setattr(owner, name, _deadly(getattr(owner, name), death, after=point.after))


def _arm_commit(death: Death, database: Database) -> None:
    dialect: Any = database.writers.dialect
    dialect.do_commit = _deadly(dialect.do_commit, death, after=death.point.startswith("after"))


def _deadly(work: Callable[..., Any], death: Death, *, after: bool) -> Callable[..., Any]:
    passed = itertools.count(1)

    def passing(*args: Any, **kwargs: Any) -> Any:
        own = next(passed)  # a worker passes in several threads
        if own == death.nth and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        done = work(*args, **kwargs)
        if own == death.nth and after:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    return passing
