"""Runs guarded SQL over Arrow tables in a child process that can be killed, and says its errors in words."""

from __future__ import annotations

import atexit
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from pathlib import Path
from types import TracebackType

import pyarrow as pa

from app.analytics.guard import SqlRefused
from app.analytics.question import Question, told
from app.core.errors import DaybookError
from app.core.words import Words

CHILD = Path(__file__).with_name("child.py")
SECONDS = 20.0
READY = 2  # children


class SqlTooLong(DaybookError):
    """The query took longer than {seconds} seconds and was stopped. Narrow it, for example to one month."""

    zh = "查询超过 {seconds} 秒，已停止。缩小范围，比如只查一个月。"
    status = 422


class Sandbox:
    """One child process for one query: one that stands ready if there is one; it never sees a second query."""

    def __init__(self) -> None:
        self.process = _spares.take()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        threading.Thread(target=_renew, args=(self.process,), daemon=True).start()

    def run(
        self, sql: str, question: Question, *, views: Collection[str] | None = None, seconds: float = SECONDS
    ) -> pa.Table:
        """Give the answer of the query; past the limit the child is killed. `views`: all that it may name."""
        try:
            answer, _ = self.process.communicate(_request(sql, question, views), timeout=seconds)
        except subprocess.TimeoutExpired as expired:
            self.process.kill()
            raise SqlTooLong(seconds=f"{seconds:g}") from expired
        head, _, body = answer.partition(b"\n")
        if not head:
            raise _said("OutOfMemoryException", "", question.known)
        said = json.loads(head)
        if said["error"]:
            raise _said(said["error"], said["message"], question.known)
        return pa.ipc.open_stream(body).read_all()


class _Spares:
    """Children that stand ready, each of this process alone."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.owner = os.getpid()
        self.ready: list[subprocess.Popen[bytes]] = []

    def take(self) -> subprocess.Popen[bytes]:
        """Give one that is ready, or else a new one."""
        with self.lock:
            while self._own():
                child = self.ready.pop(0)
                if child.poll() is None:
                    return child
                end(child)
        return start()

    def stock(self) -> None:
        """Start as many as are missing; nobody waits for them."""
        with self.lock:
            self._own()
            self.ready += [start() for _ in range(READY - len(self.ready))]

    def close(self) -> None:
        """End all of them."""
        with self.lock:
            while self._own():
                end(self.ready.pop())

    def _own(self) -> list[subprocess.Popen[bytes]]:
        """Give them, but not those of a process that this one was forked from."""
        if self.owner != os.getpid():
            self.owner, self.ready = os.getpid(), []
        return self.ready


_spares = _Spares()
atexit.register(_spares.close)


def warm() -> None:
    """Have children ready before somebody asks."""
    _spares.stock()


def _renew(child: subprocess.Popen[bytes]) -> None:
    """See a killed child off and start the next one, while the asker already reads his answer."""
    end(child)
    _spares.stock()


def start() -> subprocess.Popen[bytes]:
    """Start a child, which knows nothing of whom it will serve."""
    return subprocess.Popen(
        [sys.executable, "-I", str(CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={},
        cwd="/",
    )


def end(child: subprocess.Popen[bytes]) -> None:
    """Kill a child and wait until it is gone."""
    child.kill()
    child.communicate()


def _request(sql: str, question: Question, views: Collection[str] | None) -> bytes:
    asked = {
        "sql": sql,
        "tables": list(question.tables),
        "setup": question.setup,
        "snapshot": str(question.snapshot) if question.snapshot else None,
        "inner": question.inner,
        "views": None if views is None else sorted(views),
    }
    bodies = [told(table) for table in question.tables.values()]
    parts = (part for body in bodies for part in (str(len(body)).encode() + b"\n", body))
    return b"".join((json.dumps(asked).encode() + b"\n", *parts))


def _said(kind: str, message: str, known: Sequence[str]) -> SqlRefused:
    if kind == "OutOfMemoryException":
        return SqlRefused(reason=Words("The query needs too much memory. Narrow it.", "查询占用内存太多，缩小范围。"))
    column = re.search(r'column "?([^"\s]+)"? not found', message) or re.search(
        r'does not have a column named "([^"]+)"', message
    )
    if column:
        return _no_column(column.group(1), known)
    first = re.sub(r"^\w+ Error: ", "", message.split("\n")[0])[:300]
    return SqlRefused(reason=Words(f"The query could not be run: {first}", f"查询无法运行：{first}"))


def _no_column(name: str, known: Sequence[str]) -> SqlRefused:
    near = get_close_matches(name, known, n=1)
    hint, suggestion = (f" Did you mean '{near[0]}'?", f"是不是“{near[0]}”？") if near else ("", "")
    return SqlRefused(
        reason=Words(
            f"There is no column '{name}', or you may not see it.{hint}",
            f"没有列“{name}”，或者你无权查看。{suggestion}",
        )
    )
