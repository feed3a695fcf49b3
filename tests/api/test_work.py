"""A purchase through the API: handed in, decided, seen only by those whom it concerns; and free SQL by right."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from app.office.facade import Office
from tests.api.clients import with_token
from tests.office.offices import a_company_at_work, pens


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One company for all the tests here; each test raises its own request."""
    return a_company_at_work(tmp_path_factory.mktemp("work"))


def a_request(client: TestClient, quantity: str = "10", *, submit: bool = True) -> dict:
    answer = client.post(f"/api/v1/purchase_request?submit={str(submit).lower()}", json=pens(quantity))
    assert answer.status_code == 201, answer.text
    return answer.json()


def the_task(client: TestClient, number: str) -> dict:
    return next(task for task in client.get("/api/v1/inbox").json()["items"] if task["number"] == number)


def test_a_request_is_worked_out_handed_in_and_approved(office: Office) -> None:
    made = a_request(with_token(office, "employee"))
    assert (made["stage"], made["total_amount"], made["lines"][0]["amount"]) == ("in_review", "12.00", "12.00")
    manager = with_token(office, "purchasing_manager")
    task = the_task(manager, made["number"])
    answer = manager.post(f"/api/v1/inbox/{task['id']}/approve", json={"comment": "Fine"})
    assert (answer.status_code, answer.json()["stage"]) == (200, "approved")
    steps = manager.get(f"/api/v1/purchase_request/{made['number']}/path").json()["items"]
    assert "approved" in str(steps)


def test_a_decision_with_a_key_counts_once(office: Office) -> None:
    made = a_request(with_token(office, "employee"))
    manager = with_token(office, "purchasing_manager")
    task = the_task(manager, made["number"])
    key = {"idempotency-key": f"decide-{task['id']}"}
    answers = [manager.post(f"/api/v1/inbox/{task['id']}/approve", headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert 400 <= manager.post(f"/api/v1/inbox/{task['id']}/approve").status_code < 500


def test_nobody_decides_the_task_of_another(office: Office) -> None:
    made = a_request(with_token(office, "employee"))
    task = the_task(with_token(office, "purchasing_manager"), made["number"])
    for name in ("employee", "colleague", "admin", "buyer"):
        assert with_token(office, name).post(f"/api/v1/inbox/{task['id']}/approve").status_code in (403, 404)


def test_a_request_is_seen_only_by_those_whom_it_concerns(office: Office) -> None:
    made = a_request(with_token(office, "employee"), submit=False)
    stranger = with_token(office, "colleague")
    address = f"/api/v1/purchase_request/{made['number']}"
    assert stranger.get(address).status_code == 404
    assert stranger.get(f"{address}/history").status_code == 404
    assert stranger.get(f"{address}/linked").status_code == 404
    assert stranger.patch(address, json={"reason": "mine"}).status_code == 404
    assert stranger.delete(address).status_code in (403, 404)
    assert stranger.post(f"{address}/submit").status_code == 404
    listed = stranger.get("/api/v1/purchase_request").json()
    assert made["number"] not in str(listed) and listed["count"]["number"] == 0
    sql = {"sql": "select number from purchase_request union all select number from purchase_request_lines"}
    assert stranger.post("/api/v1/sql", json=sql).json()["rows"] == []
    assert stranger.get("/api/v1/search", params={"q": made["number"]}).json()["items"] == []
    assert [made["number"]] in with_token(office, "employee").post("/api/v1/sql", json=sql).json()["rows"]


def test_lines_merge_by_their_number(office: Office) -> None:
    client = with_token(office, "employee")
    made = a_request(client, submit=False)
    address = f"/api/v1/purchase_request/{made['number']}"
    first = made["lines"][0]["line_no"]
    two = client.patch(address, json={"lines": [{"product": "PEN-1", "quantity": "5", "unit_price": "2"}]}).json()
    assert [line["quantity"] for line in two["lines"]] == ["10.0000", "5.0000"]
    one = client.patch(address, json={"lines": [{"line_no": first, "delete": True}]}).json()
    assert [line["quantity"] for line in one["lines"]] == ["5.0000"] and one["total_amount"] == "10.00"


@pytest.mark.parametrize(
    "lines",
    [
        "x",
        {"a": 1},
        [1],
        [[]],
        [{"line_no": "x"}],
        [{"line_no": -1, "quantity": "1"}],
        [{"quantity": "1e400"}],
        [{"quantity": "NaN"}],
        [{"product": [1]}],
        [{"product": "NONE-1"}],
        [{"nosuch": 1}],
        [None],
    ],
)
def test_lines_of_the_wrong_shape_are_refused(office: Office, lines: object) -> None:
    client = with_token(office, "employee")
    answer = client.post("/api/v1/purchase_request", json=pens("1") | {"lines": lines})
    assert 400 <= answer.status_code < 500, answer.text


def test_sql_gives_exact_amounts_as_text(office: Office) -> None:
    client = with_token(office, "employee")
    a_request(client, "3.5", submit=False)
    sql = "select number, sum(amount), max(quantity) most from purchase_request_lines where quantity = 3.5 group by 1"
    body = client.post("/api/v1/sql", json={"sql": sql}).json()
    assert (
        body["columns"] == ["number", "sum(amount)", "most"]
        and body["rows"][0][1:] == ["4.20", "3.5000"]
        and not body["cut"]
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"sql": 1},
        {"sql": "select 1", "limit": 0},
        {"sql": "select 1", "limit": "5"},
        {"sql": "select 1", "limit": 10**9},
        {"sql": "drop table unit"},
        {"sql": "select * from office_account"},
        {"sql": "select nosuch from unit"},
    ],
)
def test_sql_that_makes_no_sense_is_refused_in_words(office: Office, body: dict) -> None:
    answer = with_token(office, "analyst").post("/api/v1/sql", json=body, headers={"accept-language": "zh"})
    assert 400 <= answer.status_code < 500 and answer.json()["detail"]


def test_a_cut_answer_says_so(office: Office) -> None:
    body = (
        with_token(office, "analyst")
        .post("/api/v1/sql", json={"sql": "select number from employee", "limit": 2})
        .json()
    )
    assert len(body["rows"]) == 2 and body["cut"]


def test_jobs_and_notebooks_of_others_are_not_there(office: Office) -> None:
    client = with_token(office, "analyst")
    assert client.get("/api/v1/jobs/999999").status_code == 404
    assert client.post("/api/v1/jobs/999999/stop").status_code == 404
    assert client.get("/api/v1/jobs/999999/result").status_code == 404
    assert client.post("/api/v1/notebooks/nosuch", json={}).status_code == 404
    assert "supplier_performance" in [book["name"] for book in client.get("/api/v1/notebooks").json()["items"]]
    assert client.post("/api/v1/notebooks/supplier_performance", json={"nosuch": 1}).status_code == 422
    started = client.post("/api/v1/notebooks/supplier_performance", json={})
    assert started.status_code == 202
    job = started.json()["id"]
    assert client.get(f"/api/v1/jobs/{job}").json()["state"] == "waiting"
    assert with_token(office, "colleague").get(f"/api/v1/jobs/{job}").status_code == 404
    assert client.post(f"/api/v1/jobs/{job}/stop").json()["state"] == "stopped"


def test_the_assistant_answers_over_the_api(office: Office) -> None:
    client = with_token(office, "employee")
    answer = client.post("/api/v1/ask", json={"text": "How many PEN-1 are in stock?"})
    assert answer.status_code == 200 and answer.json()["text"] and answer.json()["thread"]
    assert client.post("/api/v1/ask", json={"text": ""}).status_code == 400
    assert 400 <= client.post("/api/v1/ask/confirm", json={"token": "forged"}).status_code < 500
