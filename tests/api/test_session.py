"""Signing in: the cookie, tokens and their scopes, and strangers at the door."""

from __future__ import annotations

import pytest

from app.office import COOKIE
from app.office.facade import Office
from tests.api.clients import nobody, signed_in, with_token
from tests.office.offices import PASSWORD, a_company


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One company for all the tests here."""
    return a_company(tmp_path_factory.mktemp("session"))


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("GET", "/api/v1/forms"),
        ("GET", "/api/v1/unit"),
        ("GET", "/api/v1/unit/pcs"),
        ("POST", "/api/v1/unit"),
        ("PATCH", "/api/v1/unit/pcs"),
        ("DELETE", "/api/v1/unit/pcs"),
        ("GET", "/api/v1/unit/pcs/history"),
        ("POST", "/api/v1/unit/pcs/archive"),
        ("GET", "/api/v1/inbox"),
        ("POST", "/api/v1/inbox/1/approve"),
        ("POST", "/api/v1/sql"),
        ("GET", "/api/v1/jobs"),
        ("GET", "/api/v1/notebooks"),
        ("GET", "/api/v1/me"),
        ("POST", "/api/v1/notebooks/x"),
        ("GET", "/api/v1/jobs/1/result"),
        ("POST", "/api/v1/jobs/1/stop"),
        ("GET", "/api/v1/openapi.json"),
    ],
)
def test_a_stranger_gets_nowhere(office: Office, method: str, address: str) -> None:
    client = nobody(office)
    client.headers["origin"] = "http://testserver"
    answer = client.request(method, address)
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_the_cookie_is_out_of_reach_of_scripts(office: Office) -> None:
    answer = nobody(office).post("/api/login", json={"name": "buyer", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=lax" in cookie and PASSWORD not in answer.text
    assert answer.json()["name"] == "buyer"


@pytest.mark.parametrize(
    "body",
    [
        {"name": "buyer", "password": "wrong"},
        {"name": "nobody", "password": PASSWORD},
        {"name": "system", "password": ""},
        {"name": "buyer"},
        {"name": 1, "password": 2},
        {"name": "buyer", "password": "x" * 5000},
        [],
    ],
)
def test_a_wrong_name_or_password_opens_nothing(office: Office, body: object) -> None:
    answer = nobody(office).post("/api/login", json=body)
    assert 400 <= answer.status_code < 500
    assert COOKIE not in answer.cookies


def test_an_unknown_name_and_a_wrong_password_are_told_alike(office: Office) -> None:
    wrong = nobody(office).post("/api/login", json={"name": "finance", "password": "wrong"}).json()
    unknown = nobody(office).post("/api/login", json={"name": "nosuchperson", "password": "wrong"}).json()
    assert {name: wrong[name] for name in ("status", "code", "detail")} == {
        name: unknown[name] for name in ("status", "code", "detail")
    }


def test_after_signing_out_the_session_opens_nothing(office: Office) -> None:
    client = signed_in(office, "buyer")
    kept = client.cookies[COOKIE]
    assert client.get("/api/v1/me").json()["name"] == "buyer"
    assert client.post("/api/logout").status_code == 204
    client.cookies.set(COOKIE, kept)
    assert client.get("/api/v1/me").status_code == 401


def test_a_sign_in_from_another_site_is_refused(office: Office) -> None:
    answer = nobody(office).post(
        "/api/login", json={"name": "buyer", "password": PASSWORD}, headers={"origin": "https://evil.example"}
    )
    assert answer.status_code == 403


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "bearer \u00e9", "Token x"])
def test_a_broken_token_opens_nothing_even_beside_a_good_cookie(office: Office, header: str) -> None:
    client = signed_in(office, "buyer")
    assert client.get("/api/v1/me", headers={"authorization": header.encode("latin-1")}).status_code == 401


def test_a_token_that_may_only_read_changes_nothing(office: Office) -> None:
    client = with_token(office, "product_manager", "read")
    assert client.get("/api/v1/unit").status_code == 200
    answer = client.post("/api/v1/unit", json={"code": "tub", "name": "Tub"})
    assert (answer.status_code, answer.json()["code"]) == (403, "token_too_narrow")


def test_a_token_for_one_form_opens_no_other(office: Office) -> None:
    client = with_token(office, "product_manager", "unit:read")
    assert client.get("/api/v1/unit").status_code == 200
    assert client.get("/api/v1/product").status_code in (403, 404)
    assert client.post("/api/v1/sql", json={"sql": "select code from product"}).status_code in (403, 422)
