"""One's own account in the browser: what signs in, what ends what, and that no token, no other site and no other person gets there."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyotp
import pytest
from fastapi.testclient import TestClient

from app.core import clock
from app.office import COOKIE
from app.office.facade import Office
from tests.api.clients import HERE, nobody, signed_in, with_token
from tests.office.offices import PASSWORD, a_company

NEW = "another door opens"
DEMANDING = "extends: organisation\nroles:\n  finance: {two_factor: true}\n"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A company whose finance people need a second factor."""
    (tmp_path / "site" / "config").mkdir(parents=True)
    (tmp_path / "site" / "config" / "organisation.yaml").write_text(DEMANDING)
    return a_company(tmp_path)


def browser(office: Office) -> TestClient:
    """A browser at our own page, in which nobody signed in yet."""
    client = nobody(office)
    client.headers["origin"] = HERE
    return client


def app_of(answer: dict[str, str]) -> pyotp.TOTP:
    found = pyotp.parse_uri(answer["address"])
    assert isinstance(found, pyotp.TOTP)
    return found


def test_the_cookie_is_kept_from_scripts_other_sites_and_plain_wires(office: Office) -> None:
    client = nobody(office)
    answer = client.post(
        "/api/login",
        json={"name": "buyer", "password": PASSWORD},
        headers={"origin": "https://office.example", "host": "office.example", "x-forwarded-proto": "https"},
    )
    cookie = answer.headers["set-cookie"].lower()
    assert all(part in cookie for part in ("httponly", "samesite=lax", "secure", "path=/"))
    assert "max-age=31536000" in answer.headers["strict-transport-security"]


def test_signing_in_again_takes_a_new_session(office: Office) -> None:
    client = signed_in(office, "buyer")
    before = client.cookies[COOKIE]
    client.post("/api/login", json={"name": "buyer", "password": PASSWORD})
    assert client.cookies[COOKIE] != before
    old = nobody(office)
    old.cookies.set(COOKIE, before)
    assert old.get("/api/v1/me").status_code == 401


def test_a_new_password_ends_other_sessions_and_keeps_this_browser_in(office: Office) -> None:
    here, there = signed_in(office, "buyer"), signed_in(office, "buyer")
    wrong = here.post("/api/account/password", json={"password": "not mine", "new": NEW})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_password")
    weak = here.post("/api/account/password", json={"password": PASSWORD, "new": "buyer-buyer-1"})
    assert weak.json()["problems"][0]["code"] == "guessable"
    assert here.post("/api/account/password", json={"password": PASSWORD, "new": NEW}).status_code == 200
    assert here.get("/api/v1/me").status_code == 200 and there.get("/api/v1/me").status_code == 401
    assert nobody(office).post("/api/login", json={"name": "buyer", "password": PASSWORD}).status_code == 401


def test_wrong_passwords_at_the_account_wait_as_at_the_door(office: Office) -> None:
    client = signed_in(office, "buyer")
    answers = [client.post("/api/account/factor", json={"password": "wrong"}).status_code for _ in range(7)]
    assert 429 in answers and answers[0] == 422


def test_sessions_are_listed_and_ended(office: Office) -> None:
    here, there = signed_in(office, "buyer"), signed_in(office, "buyer")
    listed = here.get("/api/account").json()["sessions"]
    assert len(listed) == 2 and sum(each["here"] for each in listed) == 1
    assert not any(client.cookies[COOKIE] in str(listed) for client in (here, there))
    began = datetime.fromisoformat(listed[0]["created_at"]).astimezone(ZoneInfo("Asia/Shanghai"))
    assert listed[0]["told"]["created_at"].endswith(f" {began:%H:%M}"), "told by the company's clock, not by the browser's"
    assert here.get("/api/session").json()["ends"] == f"{began + timedelta(hours=12):%H:%M}"
    assert here.post("/api/account/sessions/end", json={}).json() == {"ended": 1}
    assert there.get("/api/v1/me").status_code == 401 and here.get("/api/v1/me").status_code == 200


def test_tokens_are_made_shown_once_and_revoked(office: Office) -> None:
    client = signed_in(office, "product_manager")
    made = client.post("/api/account/tokens", json={"title": "script", "scopes": ["unit:read"], "days": 30})
    token = made.json()["token"]
    program = nobody(office)
    program.headers["authorization"] = f"Bearer {token}"
    assert program.get("/api/v1/unit").status_code == 200 and program.get("/api/v1/product").status_code == 403
    listed = client.get("/api/account").json()["tokens"]
    assert token not in client.get("/api/account").text and listed[0]["used_at"]
    other = signed_in(office, "buyer")
    assert other.post(f"/api/account/tokens/{listed[0]['key']}/revoke").status_code == 404
    assert client.post(f"/api/account/tokens/{listed[0]['key']}/revoke").status_code == 200
    assert program.get("/api/v1/unit").status_code == 401


@pytest.mark.parametrize(
    "path", ["password", "factor", "factor/confirm", "factor/codes", "factor/remove", "sessions/end", "tokens", "tokens/1/revoke"]
)
def test_no_token_and_no_other_site_gets_at_an_account(office: Office, path: str) -> None:
    body = {"password": PASSWORD, "new": NEW, "title": "x", "code": "1"}
    assert with_token(office, "buyer").post(f"/api/account/{path}", json=body).status_code == 401
    assert nobody(office).post(f"/api/account/{path}", json=body).status_code == 401
    client = signed_in(office, "buyer")
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://testserver.evil.example"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "cross-site", "authorization": "Bearer x"},
    ):
        refused = client.post(f"/api/account/{path}", json=body, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "foreign_origin"), headers
    del client.headers["origin"]
    assert client.post(f"/api/account/{path}", json=body).status_code == 403
    assert client.post(f"/api/account/{path}", json=body, headers={"referer": "http://testserver/login"}).status_code != 403


def enrol(client: TestClient, name: str) -> tuple[pyotp.TOTP, list[str]]:
    """Sign somebody in whose role demands a second factor."""
    answer = client.post("/api/login", json={"name": name, "password": PASSWORD})
    assert answer.json() == {"waits_for": "enrol"} and client.get("/api/v1/me").status_code == 401
    told = client.post("/api/login/enrol").json()
    assert told["picture"].startswith("data:image/svg+xml") and app_of(told).secret == told["typed"].replace(" ", "")
    done = client.post("/api/login/enrol/confirm", json={"code": app_of(told).at(clock.now())})
    assert done.json()["name"] == name and client.get("/api/v1/me").status_code == 200
    return app_of(told), done.json()["codes"]


def test_a_demanded_second_factor_is_set_up_at_the_sign_in_and_asked_for_at_the_next(office: Office) -> None:
    _app, codes = enrol(browser(office), "finance")
    client = browser(office)
    assert client.post("/api/login", json={"name": "finance", "password": PASSWORD}).json() == {"waits_for": "code"}
    for address in ("/api/v1/me", "/api/v1/inbox", "/api/account"):
        assert client.get(address).status_code == 401
    refused = client.post("/api/login/code", json={"code": "000000"}, headers={"accept-language": "zh"})
    assert (refused.status_code, refused.json()["code"]) == (401, "wrong_code") and "验证码" in refused.json()["detail"]
    assert client.post("/api/login/code", json={"code": codes[3]}).json()["name"] == "finance"
    assert client.post("/api/account/factor/remove", json={"password": PASSWORD}).json()["code"] == "factor_demanded"


def test_a_second_factor_of_ones_own_will_can_be_left_again(office: Office) -> None:
    client = signed_in(office, "buyer")
    told = client.post("/api/account/factor", json={"password": PASSWORD}).json()
    codes = client.post("/api/account/factor/confirm", json={"code": app_of(told).at(clock.now())}).json()["codes"]
    assert client.get("/api/account").json()["factor"] == {"set_up": True, "demanded": False, "codes_left": len(codes)}
    again = client.post("/api/account/factor/codes", json={"password": PASSWORD}).json()["codes"]
    assert not set(codes) & set(again)
    assert client.post("/api/account/factor/remove", json={"password": PASSWORD}).status_code == 200
    assert client.get("/api/v1/me").status_code == 200
    assert nobody(office).post("/api/login", json={"name": "buyer", "password": PASSWORD}).json()["name"] == "buyer"


@pytest.mark.parametrize("path", ["login/code", "login/enrol", "login/enrol/confirm"])
def test_a_session_that_waits_for_nothing_is_no_way_round(office: Office, path: str) -> None:
    for client in (browser(office), signed_in(office, "buyer")):
        answer = client.post(f"/api/{path}", json={"code": "123456"})
        assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_again")


@pytest.mark.parametrize("body", [[], {}, {"code": 1}, {"code": ""}, {"code": "x" * 50}, {"code": None}])
def test_nonsense_is_told_as_such(office: Office, body: object) -> None:
    assert nobody(office).post("/api/login/code", json=body).status_code == 400
