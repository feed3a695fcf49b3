"""Callers of the API: with a session of the browser, with a token, or as nobody."""

from __future__ import annotations

from fastapi.testclient import TestClient

from app.api import build_api
from app.data import accounts
from app.office import COOKIE
from app.office.facade import Office
from tests.office.offices import PASSWORD

HERE = "http://testserver"


def nobody(office: Office) -> TestClient:
    """Give a caller without cookie or token."""
    return TestClient(build_api(office), base_url=HERE, raise_server_exceptions=False)


def signed_in(office: Office, name: str) -> TestClient:
    """Give a browser of this site in which a person signed in."""
    client = nobody(office)
    client.headers["origin"] = HERE
    answer = client.post("/api/login", json={"name": name, "password": PASSWORD})
    assert answer.status_code == 200 and COOKIE in client.cookies, answer.text
    return client


def with_token(office: Office, name: str, *scopes: str) -> TestClient:
    """Give a program that holds a person's token."""
    client = nobody(office)
    with office.as_user(name).transaction() as tx:
        client.headers["authorization"] = (
            f"Bearer {accounts.create_token(tx, tx.actor.account, title='test', scopes=scopes)}"
        )
    return client
