"""One set of routes for every form: create, read, change, delete, list; and what each refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.office.facade import Office
from tests.api.clients import signed_in, with_token
from tests.office.offices import a_company

PACK = {"code": "pack", "name": "Pack of ten"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One company for all the tests here; each test makes what it changes."""
    return a_company(tmp_path_factory.mktemp("api"))


@pytest.fixture(scope="module")
def manager(office: Office) -> TestClient:
    """A program of the product manager."""
    return with_token(office, "product_manager")


def a_unit(client: TestClient, code: str, **values: object) -> dict:
    answer = client.post("/api/v1/unit", json={"code": code, "name": code.title(), **values})
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_new_document_tells_where_it_is_and_which_version_it_has(manager: TestClient) -> None:
    answer = manager.post("/api/v1/unit", json={"code": "box", "name": "Box", "decimals": "0"})
    assert answer.status_code == 201
    assert answer.headers["location"] == "/api/v1/unit/box"
    assert answer.headers["etag"] == '"1"'
    assert answer.json() | {"decimals": "0"} == answer.json()
    assert manager.get("/api/v1/unit/box").json() == answer.json()


def test_amounts_and_quantities_are_texts_and_links_are_numbers(manager: TestClient) -> None:
    pen = manager.get("/api/v1/product/PEN-1").json()
    assert (pen["list_price"], pen["purchase_price"], pen["unit"], pen["category"]) == (
        "3.5000",
        "1.2345",
        "pcs",
        "office",
    )


def test_numbers_may_be_sent_as_json_numbers_and_stay_exact(manager: TestClient) -> None:
    answer = manager.patch(
        "/api/v1/product/PEN-1", content=b'{"list_price": 4.10}', headers={"content-type": "application/json"}
    )
    assert answer.json()["list_price"] == "4.1000"


def test_a_change_raises_the_version_and_stands_in_the_history(manager: TestClient) -> None:
    a_unit(manager, "roll")
    answer = manager.patch("/api/v1/unit/roll", json={"name": "Roll of paper"}, headers={"if-match": '"1"'})
    assert (answer.status_code, answer.headers["etag"], answer.json()["name"]) == (200, '"2"', "Roll of paper")
    history = manager.get("/api/v1/unit/roll/history").json()["items"]
    assert [entry["door"] for entry in history] == ["api", "api"]


def test_a_stale_if_match_is_refused_with_the_version_of_now(manager: TestClient) -> None:
    a_unit(manager, "reel")
    manager.patch("/api/v1/unit/reel", json={"name": "Reel A"}, headers={"if-match": '"1"'})
    answer = manager.patch("/api/v1/unit/reel", json={"name": "Reel B"}, headers={"if-match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "stale")
    assert manager.get("/api/v1/unit/reel").json()["name"] == "Reel A"


def test_a_document_that_did_not_change_is_not_sent_again(manager: TestClient) -> None:
    assert manager.get("/api/v1/unit/pcs", headers={"if-none-match": '"1"'}).status_code == 304


def test_the_same_key_gives_the_first_answer_and_makes_nothing_twice(manager: TestClient) -> None:
    first = manager.post("/api/v1/unit", json={"code": "drum", "name": "Drum"}, headers={"idempotency-key": "k-1"})
    manager.patch("/api/v1/unit/drum", json={"name": "Drum, changed"})
    again = manager.post("/api/v1/unit", json={"code": "drum", "name": "Drum"}, headers={"idempotency-key": "k-1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()


def test_a_key_for_another_request_is_refused(manager: TestClient) -> None:
    manager.post("/api/v1/unit", json={"code": "sack", "name": "Sack"}, headers={"idempotency-key": "k-2"})
    answer = manager.post("/api/v1/unit", json={"code": "sack", "name": "Bag"}, headers={"idempotency-key": "k-2"})
    assert (answer.status_code, answer.json()["code"]) == (409, "key_reused")


def test_what_is_wrong_is_listed_field_by_field_in_the_callers_language(manager: TestClient) -> None:
    answer = manager.post("/api/v1/unit", json={"decimals": "many", "nosuch": 1}, headers={"accept-language": "zh-CN"})
    body = answer.json()
    assert answer.status_code == 422 and answer.headers["content-type"] == "application/problem+json"
    assert {"code", "name", "decimals", "nosuch"} <= {problem["field"] for problem in body["problems"]}
    assert body["field"] and answer.headers["content-language"] == "zh"
    assert any("\u4e00" <= letter <= "\u9fff" for letter in body["detail"])


def test_filters_sorts_and_pages_of_a_list(manager: TestClient) -> None:
    for code in ("list-a", "list-b", "list-c"):
        a_unit(manager, code, decimals=2)
    first = manager.get(
        "/api/v1/unit", params={"code[in]": "list-a,list-b,list-c", "sort": "-code", "limit": "2"}
    ).json()
    assert [row["code"] for row in first["items"]] == ["list-c", "list-b"] and first["next"]
    rest = manager.get(
        "/api/v1/unit",
        params={"code[in]": "list-a,list-b,list-c", "sort": "-code", "limit": "2", "after": first["next"]},
    ).json()
    assert [row["code"] for row in rest["items"]] == ["list-a"] and rest["next"] is None
    assert manager.get("/api/v1/unit", params={"decimals[gte]": "3"}).json()["items"] == []


@pytest.mark.parametrize(
    "query",
    [
        "nosuch=1",
        "decimals[gte]=many",
        "sort=nosuch",
        "where=nosuch == 1",
        "where=((",
        "after=nonsense",
        "code[bad]=1",
        "limit=0",
        "columns=nosuch",
        "view=nosuch",
    ],
)
def test_a_list_that_makes_no_sense_is_a_problem_and_no_failure(manager: TestClient, query: str) -> None:
    answer = manager.get(f"/api/v1/unit?{query}")
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"1",
        b"null",
        b'"x"',
        b"{",
        b'{"code": {"a": 1}}',
        b'{"code": ["a"]}',
        b'{"code": true}',
        b'{"nosuch": 1}',
        b'{"code": "x", "name": null}',
    ],
)
def test_bodies_of_the_wrong_shape_are_refused(manager: TestClient, body: bytes) -> None:
    answer = manager.post("/api/v1/unit", content=body, headers={"content-type": "application/json"})
    assert 400 <= answer.status_code < 500, answer.text


def test_another_kind_of_content_is_refused(manager: TestClient) -> None:
    answer = manager.post(
        "/api/v1/unit", content=b"code=x", headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 415


def test_what_a_person_may_not_do_is_refused_with_whom_to_ask(office: Office) -> None:
    answer = with_token(office, "employee").post("/api/v1/unit", json=PACK)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert "Product manager" in answer.json()["detail"]


def test_fields_that_a_person_may_not_see_are_hidden(office: Office) -> None:
    pen = with_token(office, "employee").get("/api/v1/product/PEN-1").json()
    assert pen["purchase_price"] in (None, {"masked": ""})
    assert with_token(office, "finance").get("/api/v1/product/PEN-1").json()["purchase_price"] == "1.2345"


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/salaries",
        "/api/v1/office_account",
        "/api/v1/unit/none",
        "/api/v1/forms/none",
        "/api/none",
        "/api/v1",
        "/api/v1/unit/pcs/history/x/y",
        "/api/v1/unit__lines",
        "/api/v1/..%2f..%2fetc%2fpasswd",
    ],
)
def test_what_is_not_there_is_a_problem_not_a_page(manager: TestClient, address: str) -> None:
    answer = manager.get(address)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json" and answer.json()["code"]


def test_an_unknown_action_is_a_problem(manager: TestClient) -> None:
    assert 400 <= manager.post("/api/v1/unit/pcs/explode").status_code < 500


def test_a_deleted_document_is_gone(office: Office, manager: TestClient) -> None:
    a_unit(manager, "keg")
    answer = manager.delete("/api/v1/unit/keg")
    assert answer.status_code in (204, 403)  # nobody may delete units unless the form says who


def test_a_browser_of_another_site_changes_nothing(office: Office) -> None:
    client = signed_in(office, "product_manager")
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "", "referer": "https://evil.example/x"},
        {"origin": ""},
    ):
        answer = client.post("/api/v1/unit", json=PACK, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin"), headers
    assert client.post("/api/v1/unit", json=PACK).status_code == 201


def test_the_address_of_the_home_is_not_told(manager: TestClient, office: Office) -> None:
    home = str(Path(office.settings.home))
    assert home not in manager.get("/health").text + manager.get("/metrics").text
