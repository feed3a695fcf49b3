"""A full disk, a clock that jumps, a database that goes away and comes back: each is told, and nothing is lost."""

from __future__ import annotations

import multiprocessing
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from fastapi.testclient import TestClient

from app.api import build_api
from app.core import clock
from app.core.actor import SYSTEM
from app.core.errors import DaybookError
from app.data import accounts, database, sealing
from app.data.outage import DatabaseAway, DatabaseBusy, DiskFull, Outage, outage_of
from app.jobs import presence
from app.jobs.runner import due_jobs, run_job
from app.jobs.worker import run_deadlines, seal_audit
from app.office import Office
from tests.crashes.killing import own_database
from tests.crashes.points import Death
from tests.simulation.promises import broken

SUPPLIER = "/api/v1/supplier"


def a_client(office: Office) -> TestClient:
    """Give somebody who makes suppliers by REST."""
    with office.repository.transaction(SYSTEM) as tx:
        token = accounts.create_token(tx, accounts.account_named(tx, "purchasing_manager"), title="test")
    client = TestClient(build_api(office), raise_server_exceptions=False)
    client.headers["authorization"] = f"Bearer {token}"
    assert client.get(SUPPLIER).status_code == 200
    return client


def make(client: TestClient, name: str, locale: str = "en") -> Any:
    """Ask for a new supplier, under a key of its own."""
    return client.post(SUPPLIER, json={"name": name}, headers={"idempotency-key": name[:20].replace(" ", "-"), "accept-language": locale})


def made(office: Office) -> list[str]:
    """Give the names of the suppliers that were made here."""
    rows = office.as_user("purchasing_manager").list("supplier", "name in ['A', 'B', 'C']", columns=["name"]).rows
    return sorted(row["name"] for row in rows)


# disk


@contextmanager
def full_disk(office: Office) -> Iterator[None]:
    """Let the database take no more; what is written raises what a full disk raises."""
    base = office.repository.database
    if base.dialect == "sqlite":
        base.close()
        limited = [*database.SQLITE_SETTINGS]
        with base.reading() as connection:
            pages = connection.exec_driver_sql("pragma page_count").scalar()
        base.close()
        database.SQLITE_SETTINGS = (*limited, f"max_page_count={pages}")  # type: ignore[assignment]
        try:
            yield
        finally:
            base.close()
            database.SQLITE_SETTINGS = tuple(limited)  # type: ignore[assignment]
        return
    with psycopg.connect(address(office), autocommit=True) as connection:
        connection.execute(
            "create function no_room() returns trigger language plpgsql as "
            "$$ begin raise exception 'could not extend file' using errcode = '53100'; end $$"
        )
        connection.execute("create trigger full_disk before insert on office_audit for each row execute function no_room()")
        try:
            yield
        finally:
            connection.execute("drop function no_room cascade")


def address(office: Office) -> str:
    """Give the address of the office's PostgreSQL as its own driver takes it."""
    return office.repository.database.url.set(drivername="postgresql").render_as_string(hide_password=False)


def test_a_full_disk_is_told_and_what_was_saved_stays(company: Office) -> None:
    client = a_client(company)
    assert make(client, "A").status_code == 201
    with full_disk(company):
        assert make(client, "B").status_code in (201, 507)
        last = next(answer for n in range(400) if (answer := make(client, f"Filler {n} {'x' * 150}", "zh")).is_error)
        assert last.status_code == 507 and last.json()["code"] == "disk_full", last.text
        assert last.json()["detail"] == DiskFull().say("zh") and "磁盘空间不足" in last.text
        assert client.get(SUPPLIER).status_code == 200, "who only reads goes on"
    assert [make(client, name).status_code for name in ("A", "B", "C")] == [201, 201, 201]
    assert made(company) == ["A", "B", "C"]
    assert broken(company) == []


def test_a_file_that_finds_no_room_leaves_nothing(company: Office) -> None:
    fork = multiprocessing.get_context("fork")
    near, far = fork.Pipe(duplex=False)
    company.repository.close()
    child = fork.Process(target=_keep_too_much, args=(company, far))
    child.start()
    assert near.recv() == DiskFull().say("en")
    child.join()
    assert [path for path in (company.settings.var / "files").rglob("*") if path.is_file()] == []
    company.as_user("employee").keep_file("big.bin", b"x" * 3_000_000)


def _keep_too_much(office: Office, answer: Any) -> None:
    own_database(office, Death())
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
    try:
        office.as_user("employee").keep_file("big.bin", b"x" * 3_000_000)
    except DaybookError as error:
        answer.send(error.say("en"))


# database


def test_a_database_that_went_away_is_told_once_and_is_used_again(company: Office) -> None:
    if company.repository.database.dialect == "sqlite":
        pytest.skip("a file doesn't go away")
    client = a_client(company)
    seat = presence.take_seat(company.repository)
    assert make(client, "A").status_code == 201
    _end_backends(company)
    away = make(client, "B")
    assert away.status_code == 503 and away.json()["code"] == "database_away"
    assert away.json()["detail"] == DatabaseAway().say("en")
    assert make(client, "B").status_code == 201
    with pytest.raises(Outage), company.as_user("purchasing_manager").transaction() as tx:
        tx.post("test.never", {})
        _end_backends(company)
        tx.fetch("select 1")
    seat.keep()
    assert [one.id for one in presence.workers(company.repository)] == [seat.key]
    seat.leave()
    with company.repository.reading(SYSTEM) as tx:
        assert tx.fetch("select count(*) from office_outbox where kind = 'test.never'") == [(0,)]
    assert made(company) == ["A", "B"]
    assert broken(company) == []


def _end_backends(office: Office) -> None:
    with psycopg.connect(address(office), autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )


def test_a_job_that_lost_its_database_is_tried_again(company: Office) -> None:
    if company.repository.database.dialect == "sqlite":
        pytest.skip("a file doesn't go away")
    with company.repository.transaction(SYSTEM) as tx:
        tx.run("update office_outbox set state = 'done'")
    with company.as_user("employee").transaction() as tx:
        job = tx.post("message.send", {"to": [], "message": "x", "form": "", "number": ""})
    run = company.repository.transaction

    @contextmanager
    def cut(actor: Any, **more: Any) -> Iterator[Any]:
        with run(actor, **more) as tx:
            yield tx
            _end_backends(company)

    company.repository.transaction = cut  # type: ignore[method-assign]
    with pytest.raises(Outage):
        run_job(company.repository, job)
    company.repository.transaction = run  # type: ignore[method-assign]
    assert due_jobs(company.repository) == [job]
    assert run_job(company.repository, job) == "done"


def test_a_file_that_another_program_holds_is_told(company: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    base = company.repository.database
    if base.dialect != "sqlite":
        pytest.skip("a server has no such lock")
    base.close()
    patient = tuple(each for each in database.SQLITE_SETTINGS if "timeout" not in each)
    monkeypatch.setattr(database, "SQLITE_SETTINGS", (*patient, "busy_timeout=100"))
    client = a_client(company)
    other = sqlite3.connect(base.url.database or "", isolation_level=None)
    other.execute("begin immediate")
    busy = make(client, "A")
    assert busy.status_code == 503 and busy.json()["detail"] == DatabaseBusy().say("en")
    assert client.get(SUPPLIER).status_code == 200
    other.execute("rollback")
    assert make(client, "A").status_code == 201
    assert made(company) == ["A"]


def test_only_what_tells_of_an_outage_is_one() -> None:
    assert outage_of(psycopg.errors.DeadlockDetected()) is None
    assert outage_of(sqlite3.OperationalError("no such table")) is None
    assert outage_of(ValueError()) is None
    assert isinstance(outage_of(psycopg.OperationalError("connection refused")), DatabaseAway)
    assert outage_of(psycopg.OperationalError("gone"), ending=True).code == "perhaps_saved"  # type: ignore[union-attr]


# clock


def test_a_clock_that_jumps_runs_a_timer_once_and_keeps_numbers_and_sessions(company: Office) -> None:
    now = clock.now()
    ask = {"department": "WH", "warehouse": "HZ", "needed_on": now.date() + timedelta(days=900), "reason": "x"}
    product = company.as_user("buyer").list("product", "not has_variants", columns=["code", "supplier"]).rows[0]
    ask |= {"supplier": product["supplier"].number, "lines": [{"product": product["code"], "quantity": 1, "unit_price": "1"}]}
    employee = company.as_user("employee")
    token = accounts.sign_in(company.repository, "employee", "not-a-secret").token
    numbers, acts = [], []
    for days in (0, 400, -3, 0, 400, 0):
        with clock.stopped(now + timedelta(days=days)):
            numbers.append(employee.create("purchase_request", ask, submit=True).number)
            run_deadlines(company.repository)
            acts.append(_escalations(company))
            signed_in = company.of_session(token) is not None
            assert signed_in == (days <= 0), f"{days} days: signed in is {signed_in}"
    assert len(set(numbers)) == len(numbers), numbers
    assert [number[:7] for number in numbers] == [f"PR-{(now + timedelta(days=d)).year}" for d in (0, 400, -3, 0, 400, 0)]
    assert acts == sorted(acts) and acts[1] == acts[2] == acts[3], "a timer ran again when the clock came back"
    for job in due_jobs(company.repository, limit=1000):
        run_job(company.repository, job)
    assert broken(company) == []
    seal_audit(company.repository)
    with company.repository.reading(SYSTEM) as tx:
        assert sealing.verify(tx).broken == ()


def _escalations(office: Office) -> int:
    with office.repository.reading(SYSTEM) as tx:
        return int(tx.fetch("select count(*) from workflow_event where kind = 'escalated'")[0][0])
