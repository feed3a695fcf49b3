"""Jobs: run once though tried often, retried, stopped, seen by whom they belong to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from app.connect.notify import mark_read, notices
from app.core import clock
from app.core.actor import SYSTEM
from app.core.errors import DaybookError, NotFound
from app.core.events import outbox
from app.jobs import job_of, list_jobs, retry_job, stop_job
from app.jobs.runner import MOST_TRIES, due_jobs, report_progress, run_job
from app.jobs.service import JobBusy
from app.jobs.worker import begin_day
from app.office import Office

calls: list[dict[str, object]] = []


class Refusal(DaybookError):
    """The other side says no."""

    zh = "对方拒绝。"


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """Three kinds of jobs: one that works, one that is refused, one whose world is down."""
    calls.clear()

    @outbox("test.works")
    def works(_repository: object, payload: dict[str, object], key: str) -> dict[str, str]:
        calls.append(payload)
        return {"key": key}

    @outbox("test.refused")
    def refused(_repository: object, _payload: object, _key: str) -> None:
        raise Refusal()

    @outbox("test.down")
    def down(_repository: object, _payload: object, _key: str) -> None:
        raise ConnectionError("nobody answers")

    yield


def post(office: Office, kind: str, *, who: str = "employee") -> int:
    with office.as_user(who).transaction() as tx:
        return tx.post(kind, {"what": 1})


def state_of(office: Office, job: int) -> str:
    with office.as_user("admin").reading() as tx:
        return job_of(tx, job).state


def test_a_job_is_due_once_its_transaction_is_kept(company: Office) -> None:
    job = post(company, "test.works")
    assert job in due_jobs(company.repository)
    assert run_job(company.repository, job) == "done"
    assert job not in due_jobs(company.repository)
    assert [call["job"] for call in calls] == [job]


def test_a_transaction_that_fails_leaves_no_job(company: Office) -> None:
    with pytest.raises(ZeroDivisionError), company.as_user("employee").transaction() as tx:
        tx.post("test.works", {})
        raise ZeroDivisionError
    with company.as_user("admin").reading() as tx:
        assert not list_jobs(tx, kind="test.works")


def test_a_finished_job_is_not_run_again(company: Office) -> None:
    job = post(company, "test.works")
    run_job(company.repository, job)
    assert run_job(company.repository, job) == "taken"
    assert len(calls) == 1


def test_after_a_crash_only_the_same_run_takes_a_job_up(company: Office) -> None:
    job = post(company, "test.works")
    with company.repository.transaction(SYSTEM) as tx:
        tx.run(tx.sql("update office_outbox set state = 'running', run = 'mine' where id = ?"), (job,))
    assert run_job(company.repository, job, run="another") == "taken"
    assert run_job(company.repository, job, run="mine") == "done"


def test_a_refusal_fails_at_once_and_can_be_retried(company: Office) -> None:
    job = post(company, "test.refused")
    assert run_job(company.repository, job) == "failed"
    with company.as_user("employee").transaction() as tx:
        assert job_of(tx, job).error == "The other side says no."
        assert retry_job(tx, job).state == "waiting"
    assert job in due_jobs(company.repository)


def test_a_world_that_is_down_is_tried_again_later_and_given_up_in_the_end(company: Office) -> None:
    job = post(company, "test.down")
    now = clock.now()
    for tried in range(1, MOST_TRIES):
        with clock.stopped(now):
            assert run_job(company.repository, job) == "waiting"
            assert job not in due_jobs(company.repository)
        now += timedelta(seconds=10 * 4 ** (tried - 1))
        with clock.stopped(now):
            assert job in due_jobs(company.repository)
    with clock.stopped(now):
        assert run_job(company.repository, job) == "failed"


def test_a_stopped_job_never_starts(company: Office) -> None:
    job = post(company, "test.works")
    with company.as_user("employee").transaction() as tx:
        stop_job(tx, job)
    assert run_job(company.repository, job) == "taken"
    assert not calls
    with pytest.raises(JobBusy), company.as_user("employee").transaction() as tx:
        stop_job(tx, job)


def test_progress_is_shown_and_ends_where_somebody_stopped_the_job(company: Office) -> None:
    job = post(company, "test.works")
    with company.repository.transaction(SYSTEM) as tx:
        tx.run(tx.sql("update office_outbox set state = 'running' where id = ?"), (job,))
    report_progress(company.repository, job, "3 of 9")
    with company.as_user("employee").transaction() as tx:
        assert job_of(tx, job).progress == "3 of 9"
        stop_job(tx, job)
    with pytest.raises(DaybookError, match="stopped"):
        report_progress(company.repository, job, "4 of 9")


def test_a_person_sees_own_jobs_and_an_administrator_all(company: Office) -> None:
    job = post(company, "test.works", who="employee")
    with company.as_user("buyer").reading() as tx, pytest.raises(NotFound):
        job_of(tx, job)
    with company.as_user("employee").reading() as tx:
        assert [found.id for found in list_jobs(tx, kind="test.works")] == [job]
    assert state_of(company, job) == "waiting"


def test_a_message_comes_to_the_inbox_once_though_sent_twice(company: Office) -> None:
    person = company.as_user("employee")
    with person.transaction() as tx:
        payload = {
            "to": [{"form": "user", "id": person.actor.account.id}],
            "message": "request_approved",
            "form": "purchase_request",
            "number": "PR-2026-00001",
            "facts": {},
        }
        job = tx.post("message.send", payload)
    for _ in range(2):
        with company.repository.transaction(SYSTEM) as tx:
            tx.run(tx.sql("update office_outbox set state = 'waiting' where id = ?"), (job,))
        assert run_job(company.repository, job) == "done"
    with person.transaction() as tx:
        mine = [notice for notice in notices(tx) if notice.number == "PR-2026-00001"]
        assert [notice.words.zh for notice in mine] == ["PR-2026-00001 已批准。"]
        assert mark_read(tx) >= 1
        assert all(notice.read for notice in notices(tx))


def test_a_new_day_counts_anew_what_names_today(company: Office) -> None:
    admin = company.as_user("admin")
    with admin.reading() as tx:
        today = tx.today
    leaver = admin.list("employee", "account == 'service'", columns=["number"]).rows[0]["number"]
    successor = admin.list("employee", "account == 'sales'", columns=["number"]).rows[0]["number"]
    admin.update("employee", leaver, {"left_on": today + timedelta(days=1), "successor": successor})
    assert admin.get("employee", leaver)["employed"] is True
    with clock.stopped(clock.now() + timedelta(days=2)):
        assert begin_day(company.repository) >= 1
        assert admin.get("employee", leaver)["employed"] is False
