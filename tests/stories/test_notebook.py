"""A notebook, run as a job in its own process, reads the office through its door with the rights of whoever asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import uvicorn

from app.api import build_api
from app.core.errors import NotFound
from app.jobs.notebooks import notebook, result_html
from app.jobs.runner import run_job
from app.jobs.service import job_of
from app.office import Office


@pytest.fixture
def served(company: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """The company with its REST door open."""
    server = uvicorn.Server(uvicorn.Config(build_api(company), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    monkeypatch.setenv("DAYBOOK_OFFICE_URL", f"http://127.0.0.1:{port}")
    yield company
    server.should_exit = True
    thread.join()


def receive_some(office: Office) -> None:
    """Order 40 of a product, receive 40, reject 4."""
    employee, buyer, warehouse = (office.as_user(name) for name in ("employee", "buyer", "warehouse"))
    product = next(
        row
        for row in buyer.list("product", columns=["code", "supplier", "has_variants", "needs_lot"]).rows
        if not row["has_variants"]
    )
    with employee.reading() as tx:
        needed = tx.today + timedelta(days=10)
    order = buyer.create(
        "purchase_order",
        {
            "supplier": product["supplier"].number,
            "warehouse": "HZ",
            "needed_on": needed,
            "lines": [{"product": product["code"], "quantity": 40, "unit_price": "2.5"}],
        },
        submit=True,
    )
    for task in office.as_user("purchasing_manager").inbox():
        office.as_user("purchasing_manager").decide(task.id, "approve")
    receipt = warehouse.create(
        "goods_receipt",
        {
            "purchase_order": order.number,
            "lines": [
                {
                    "order_line_no": 1,
                    "product": product["code"],
                    "quantity": 40,
                    "rejected_quantity": 4,
                    "reject_reason": "damaged",
                }
            ],
        },
    )
    assert warehouse.act("goods_receipt", receipt.number, "submit").stage == "posted"


def test_a_run_gives_a_page_with_a_sentence_a_chart_and_a_table(served: Office) -> None:
    receive_some(served)
    analyst = served.as_user("analyst")
    job = analyst.run_notebook("supplier_performance", locale="en")
    assert run_job(served.repository, job.id) == "done", analyst.job(job.id).error
    done = analyst.job(job.id)
    assert "40 pieces; 4 (10.0 %) were rejected" in done.result["headline"]
    page = analyst.notebook_result(job.id)
    assert "image/svg+xml" in page and "On time" in page and "import polars" not in page


def test_a_result_is_for_whoever_ran_it(served: Office) -> None:
    analyst = served.as_user("analyst")
    job = analyst.run_notebook("supplier_performance", locale="zh")
    assert run_job(served.repository, job.id) == "done"
    with served.as_user("employee").reading() as tx, pytest.raises(NotFound):
        result_html(tx, job.id)
    with served.as_user("admin").reading() as tx, pytest.raises(NotFound):
        result_html(tx, job.id)


def test_a_run_has_the_rights_of_its_person(served: Office) -> None:
    receive_some(served)
    service = served.as_user("service")
    job = service.run_notebook("supplier_performance", locale="en")
    run_job(served.repository, job.id)
    with service.reading() as tx:
        found = job_of(tx, job.id)
    assert "40 pieces" not in str(found.result) + found.error


def test_parameters_are_a_form(company: Office) -> None:
    book = notebook(company.repository, "supplier_performance")
    assert [(p.name, p.type) for p in book.parameters] == [
        ("from_on", "date"),
        ("to_on", "date"),
        ("supplier", "supplier"),
        ("warehouse", "warehouse"),
        ("locale", "language"),
    ]
    assert book.title.zh == "供应商表现"
