"""The worker as a process of its own: what it was doing when it was killed is done after all, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.core.actor import SYSTEM
from app.jobs import presence
from app.office import Office

WORKER = """
import os, sys, time
from pathlib import Path
from app.core.events import outbox
from app.jobs.worker import Worker
from app.office.facade import Office
from app.config.settings import Settings

mark = Path(sys.argv[1])

@outbox("test.slow")
def slow(repository, payload, key):
    with mark.open("a") as file:
        file.write(f"begun {os.getpid()}\\n")
    if mark.read_text().count("begun") == 1:
        time.sleep(60)
    return {"by": str(os.getpid())}

Worker(Office.open(Settings.read(os.environ)).repository, seconds_between_looks=0.2).run()
"""


def start(home: Path, url: str, mark: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {"DAYBOOK_HOME": str(home), "DAYBOOK_DATABASE_URL": url}
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, str(mark)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def wait_for(what: object, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not what():  # type: ignore[operator]
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.1)


def state(office: Office, job: int) -> tuple[str, str]:
    with office.repository.reading(SYSTEM) as tx:
        return tx.fetch_one(tx.sql("select state, result from office_outbox where id = ?"), (job,)) or ("", "")


def test_a_job_is_finished_though_its_worker_was_killed(company: Office, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    url = company.settings.database_url or ""
    with company.as_user("employee").transaction() as tx:
        tx.run("update office_outbox set state = 'done'")
        job = tx.post("test.slow", {})
    first = start(tmp_path, url, mark)
    wait_for(mark.exists)
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert state(company, job)[0] == "running"
    second = start(tmp_path, url, mark)
    try:
        wait_for(lambda: state(company, job)[0] == "done")
        assert str(second.pid) in state(company, job)[1]
        assert mark.read_text().count("begun") == 2
    finally:
        second.kill()
        second.wait()


def test_of_two_workers_the_second_takes_over_only_from_a_dead_one(company: Office, tmp_path: Path) -> None:
    if company.repository.database.dialect == "sqlite":
        pytest.skip("a file has one worker")
    mark = tmp_path / "mark"
    with company.as_user("employee").transaction() as tx:
        tx.run("update office_outbox set state = 'done'")
        job = tx.post("test.slow", {})
        fast = tx.post("test.mark", {}, key="fast")
    url = company.settings.database_url or ""
    first = start(tmp_path, url, mark)
    wait_for(mark.exists)
    second = start(tmp_path, url, mark)
    try:
        wait_for(lambda: state(company, fast)[0] == "failed")  # nothing handles it, but it was looked at
        wait_for(lambda: len(presence.workers(company.repository)) == 2)
        time.sleep(2)
        assert mark.read_text().count("begun") == 1, "the second worker began what the first is doing"
        first.kill()
        first.wait()
        wait_for(lambda: state(company, job)[0] == "done")
        assert str(second.pid) in state(company, job)[1]
        assert mark.read_text().count("begun") == 2
        wait_for(lambda: [one.pid for one in presence.workers(company.repository)] == [second.pid])
    finally:
        for one in (first, second):
            one.kill()
            one.wait()


def test_a_file_has_one_worker(company: Office, tmp_path: Path) -> None:
    if company.repository.database.dialect != "sqlite":
        pytest.skip("a server has many")
    seat = presence.take_seat(company.repository)
    with pytest.raises(presence.WorkerThere):
        presence.take_seat(company.repository)
    seat.leave()
    presence.take_seat(company.repository).leave()
