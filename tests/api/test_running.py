"""What a running office tells about itself: one line a request, its health, its figures; and what it never tells."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
import structlog

from app.core import logs
from app.core.actor import SYSTEM
from app.data.outage import DatabaseAway
from app.jobs import presence
from app.jobs.runner import run_job
from app.office import Office
from tests.api.clients import nobody, with_token

PASSWORD, ACCOUNT_NO = "a-Wrong-pass-77", "6222020200112233445"


@contextmanager
def written(style: str = "json") -> Iterator[list[dict[str, Any]]]:
    """Gather the lines that are written in the block."""
    root, out, lines = logging.getLogger(), io.StringIO(), []
    before = root.handlers, root.level
    logs.configure(style, out=out)
    try:
        yield lines
    finally:
        root.handlers, root.level = before
        structlog.reset_defaults()
    lines += [json.loads(line) for line in out.getvalue().splitlines()]


def test_one_request_is_one_line_with_the_id_that_the_answer_carries(company: Office) -> None:
    client = with_token(company, "buyer")
    with written() as lines:
        seen = client.get("/api/v1/supplier/S-00001?fields=secret", headers={"x-request-id": "from-the-proxy-1"})
        refused = client.get("/api/v1/supplier/NO-SUCH")
    assert seen.headers["x-request-id"] == "from-the-proxy-1"
    assert refused.json()["request"] == refused.headers["x-request-id"] != ""
    known = [{name: line[name] for name in ("request", "actor", "door", "method", "route", "status")} for line in lines]
    assert known == [
        {"request": "from-the-proxy-1", "actor": "buyer", "door": "api", "method": "GET", "route": "/{form}/{number}", "status": 200},
        {"request": refused.headers["x-request-id"], "actor": "buyer", "door": "api", "method": "GET", "route": "/{form}/{number}", "status": 404},
    ]
    assert all(line["ms"] > 0 and line["at"].endswith("Z") for line in lines)


def test_an_id_that_could_break_a_line_is_not_taken(company: Office) -> None:
    assert nobody(company).get("/ready", headers={"x-request-id": "x" * 200}).headers["x-request-id"] != "x" * 200


def test_no_line_holds_a_password_a_token_or_what_somebody_typed(company: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = with_token(company, "purchasing_manager")
    token = manager.headers["authorization"].split()[1]
    with written() as lines:
        nobody(company).post("/api/login", json={"name": "buyer", "password": PASSWORD}, headers={"origin": "http://testserver"})
        manager.post("/api/v1/supplier", json={"name": "Vendor", "bank_account": ACCOUNT_NO})
        manager.get(f"/api/v1/supplier?bank_account={ACCOUNT_NO}")
        monkeypatch.setattr(type(company), "create", _broken)
        assert manager.post("/api/v1/supplier", json={"name": "V", "bank_account": ACCOUNT_NO}).status_code == 500
        structlog.get_logger("x").warning("told", password=PASSWORD, note=f"Bearer {token}", url=f"postgresql://u:{PASSWORD}@h/d")
        logging.getLogger("y").warning("it was %s", token)
    text = json.dumps(lines)
    assert len(lines) >= 6 and PASSWORD not in text and token not in text and ACCOUNT_NO not in text
    failed = next(line for line in lines if line["event"] == "request failed")
    assert failed["error"] == "UniqueViolation" and any("_broken" in place for place in failed["places"])


def _broken(*_: Any, **values: Any) -> Any:
    raise psycopg.errors.UniqueViolation(f"Key (bank_account)=({ACCOUNT_NO}) already exists")


def test_a_job_is_one_line(company: Office) -> None:
    with company.as_user("employee").transaction() as tx:
        job = tx.post("message.send", {"to": [], "message": "x", "form": "", "number": ""})
    with written() as lines:
        run_job(company.repository, job)
    (line,) = lines
    assert (line["event"], line["job"], line["kind"], line["state"], line["tries"]) == ("job", job, "message.send", "done", 1)


def test_health_tells_each_part_and_a_proxy_asks_whether_it_is_ready(
    company: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = nobody(company)
    health = client.get("/health").json()
    assert {name: health[name] for name in ("status", "web", "database", "worker")} == {
        "status": "up",
        "web": "up",
        "database": "up",
        "worker": "missing",
    }
    seat = presence.take_seat(company.repository)
    assert client.get("/health").json()["worker"] == "up"
    seat.leave()
    assert client.get("/ready").json() == {"ready": True}
    monkeypatch.setattr(company.repository, "reading", _away)
    assert (client.get("/health").status_code, client.get("/ready").status_code) == (503, 503)
    assert client.get("/health").json()["database"] == "down"
    assert "daybook_database_up 0.0" in client.get("/metrics").text


def _away(*_: Any, **__: Any) -> Any:
    raise DatabaseAway


def test_figures_tell_how_jobs_and_deadlines_stand_and_nothing_of_the_business(company: Office) -> None:
    with company.repository.transaction(SYSTEM) as tx:
        tx.run("update office_outbox set state = 'done'")
        tx.post("message.send", {"to": []})
    text = nobody(company).get("/metrics").text
    figures = {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line[:1] != "#"}
    assert figures['daybook_jobs{state="waiting"}'] == 1 and figures['daybook_jobs{state="failed"}'] == 0
    assert figures["daybook_database_up"] == 1 and figures['daybook_database_connections{kind="reader"}'] >= 1
    for name in ("job_oldest", "deadline_oldest", "audit_unsealed", "worker_seen"):
        assert figures[f"daybook_{name}_seconds"] >= 0
    assert {name.split("{")[0] for name in figures if name.startswith("daybook_")} <= {
        *(f"daybook_{name}" for name in ("jobs", "workers", "database_up", "database_connections")),
        *(f"daybook_{name}_seconds" for name in ("job_oldest", "deadline_oldest", "audit_unsealed", "worker_seen")),
        *(f"daybook_requests_{name}" for name in ("total", "created")),
        *(f"daybook_request_seconds_{name}" for name in ("bucket", "count", "sum", "created")),
    }
