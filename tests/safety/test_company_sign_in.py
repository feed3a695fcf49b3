"""Signing in with a company account, against a provider that signs with real keys, and against one that lies."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient

from app.config.settings import OidcSettings
from app.core.actor import SYSTEM
from app.data import accounts
from app.data.accounts import identities
from app.office import COOKIE
from app.office.facade import Office
from tests.api.clients import nobody
from tests.office.offices import a_company
from tests.safety.provider import CLIENT, SECRET, Provider, a_provider

DEMANDING = "extends: organisation\nroles:\n  finance: {two_factor: true}\n"
SUBJECTS = {"buyer": "p-17", "finance": "p-18"}


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """The provider, telling the truth until a test makes it lie."""
    with a_provider() as found:
        yield found


@pytest.fixture(scope="module")
def house(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A company that signs in with the provider; two people are linked, finance needs a second factor."""
    home = tmp_path_factory.mktemp("oidc")
    (home / "site" / "config").mkdir(parents=True)
    (home / "site" / "config" / "organisation.yaml").write_text(DEMANDING)
    office = a_company(home)
    _use(office, OidcSettings(provider.issuer, CLIENT, SECRET))
    with office.repository.transaction(SYSTEM, door="cli") as tx:
        for name, subject in SUBJECTS.items():
            account = accounts.account_named(tx, name)
            assert account
            identities.link(tx, account, issuer=provider.issuer, subject=subject)
    return office


def _use(office: Office, oidc: OidcSettings) -> None:
    """Sign in with this provider from now on."""
    office.root.settings = replace(office.settings, oidc=oidc)


@pytest.fixture
def office(house: Office, provider: Provider) -> Iterator[Office]:
    """The company; whatever the test made the provider say is unsaid after it."""
    before = dict(vars(provider))
    yield house
    vars(provider).update(before)


def sent(client: TestClient, next: str = "/inbox") -> str:
    """Begin at our page; give where the provider sends the browser back to."""
    to = client.get("/api/oidc/start", params={"next": next}, follow_redirects=False)
    assert to.status_code == 303, to.text
    return httpx.get(to.headers["location"], follow_redirects=False, trust_env=False).headers["location"]


def back(client: TestClient, address: str) -> str:
    """Come back from the provider; give where that leads."""
    answer = client.get(address, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def problem(location: str) -> str:
    """Give the code that the sign-in page is told."""
    address = urlsplit(location)
    assert address.path == "/login"
    return parse_qs(address.query)["problem"][0]


def who(client: TestClient) -> str:
    return str(client.get("/api/v1/me").json().get("name", ""))


def test_a_linked_person_comes_in_and_lands_where_he_wanted(office: Office) -> None:
    client = nobody(office)
    assert client.get("/api/login").json()["company_account"] is True
    assert back(client, sent(client, "/inbox?state=late")) == "/inbox?state=late"
    assert who(client) == "buyer"
    assert not client.cookies.get("daybook_flow")


def test_the_browser_is_sent_with_state_nonce_and_a_proof_that_only_its_hash_tells(office: Office) -> None:
    client = nobody(office)
    first, second = (
        parse_qs(urlsplit(client.get("/api/oidc/start", follow_redirects=False).headers["location"]).query) for _ in "12"
    )
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name][0]) >= 43 and first[name] != second[name]
    assert first["redirect_uri"] == ["http://testserver/api/oidc/back"] and first["code_challenge_method"] == ["S256"]
    assert "code_verifier" not in first and SECRET not in str(first)


def forged(public: bytes) -> Callable[[dict[str, Any]], str]:
    """Sign with the published key as if it were a password (RS256 taken for HS256)."""

    def sign(claims: dict[str, Any]) -> str:
        head, body = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "HS256"}, claims))
        proof = hmac.new(public, head + b"." + body, hashlib.sha256).digest()
        return b".".join([head, body, base64.urlsafe_b64encode(proof).rstrip(b"=")]).decode()

    return sign


def unsigned(claims: dict[str, Any]) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


LIES: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "wrong nonce": lambda claims: claims | {"nonce": "another"},
    "no nonce": lambda claims: {name: value for name, value in claims.items() if name != "nonce"},
    "wrong audience": lambda claims: claims | {"aud": "another-client"},
    "no audience": lambda claims: {name: value for name, value in claims.items() if name != "aud"},
    "several audiences and nobody named": lambda claims: claims | {"aud": [CLIENT, "another"]},
    "made for another": lambda claims: claims | {"azp": "another"},
    "wrong issuer": lambda claims: claims | {"iss": "https://evil.example"},
    "expired": lambda claims: claims | {"exp": claims["exp"] - 4000, "iat": claims["iat"] - 4000},
    "no end": lambda claims: {name: value for name, value in claims.items() if name != "exp"},
    "an end that is no time": lambda claims: claims | {"exp": "tomorrow"},
    "from the future": lambda claims: claims | {"iat": claims["iat"] + 4000},
    "nobody": lambda claims: claims | {"sub": ""},
    "a number for a person": lambda claims: claims | {"sub": 17},
}


@pytest.mark.parametrize("lie", LIES)
def test_what_a_provider_lies_about_opens_nothing(office: Office, provider: Provider, lie: str) -> None:
    provider.lie = LIES[lie]
    client = nobody(office)
    assert problem(back(client, sent(client))) == "not_vouched_for"
    assert client.cookies.get(COOKIE) is None and who(client) == ""


def test_a_token_without_a_signature_or_signed_by_another_opens_nothing(office: Office, provider: Provider) -> None:
    public = provider.key.as_pem(private=False)
    for sign in (unsigned, forged(public), lambda _claims: "", lambda _claims: "a.b.c"):
        provider.sign = sign
        client = nobody(office)
        assert problem(back(client, sent(client))) == "not_vouched_for" and who(client) == ""
    provider.sign = provider.signed
    provider.change_key("stolen", shown=False)
    client = nobody(office)
    assert problem(back(client, sent(client))) == "not_vouched_for" and who(client) == ""


def test_a_provider_that_changed_its_key_is_asked_for_the_new_one(office: Office, provider: Provider) -> None:
    provider.change_key("second", shown=True)
    client = nobody(office)
    assert back(client, sent(client)) == "/inbox" and who(client) == "buyer"
    asked = provider.asked.count("/keys")
    assert back(client, sent(client)) == "/inbox" and provider.asked.count("/keys") == asked


ANSWERS: dict[str, Callable[[dict[str, Any]], Any]] = {
    "no token": lambda answer: {"access_token": "x"},
    "a list": lambda answer: [1],
    "a text": lambda answer: "no",
    "no JSON": lambda answer: b"<html>",
    "a refusal": lambda answer: {"error": "access_denied"},
    "nothing at all": lambda answer: 1 / 0,  # it breaks off
    "a number for a token": lambda answer: answer | {"id_token": 7},
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_provider_that_answers_nonsense_is_told_as_such(office: Office, provider: Provider, kind: str) -> None:
    provider.answer = ANSWERS[kind]
    client = nobody(office)
    assert problem(back(client, sent(client))) == "not_vouched_for"


def test_an_answer_is_good_once_in_the_browser_that_asked(office: Office) -> None:
    thief, owner = nobody(office), nobody(office)
    address = sent(owner)
    assert problem(back(thief, address)) == "flow_gone" and who(thief) == ""
    assert back(owner, address) == "/inbox"
    assert problem(back(owner, address)) == "flow_gone"
    other = nobody(office)
    state = parse_qs(urlsplit(sent(other)).query)["state"][0]
    for query in ({}, {"state": state}, {"state": state, "code": "guessed"}, {"state": "x" * 10_000, "code": "y"}):
        answer = other.get("/api/oidc/back", params=query, follow_redirects=False)
        assert problem(answer.headers["location"]) in ("not_vouched_for", "flow_gone") and who(other) == ""


def test_a_code_of_another_sign_in_is_worth_nothing(office: Office) -> None:
    """The proof (PKCE) belongs to one browser: a code that was caught on the way opens nothing elsewhere."""
    victim, thief = nobody(office), nobody(office)
    caught = parse_qs(urlsplit(sent(victim)).query)["code"][0]
    own = urlsplit(sent(thief))
    state = parse_qs(own.query)["state"][0]
    assert problem(back(thief, f"{own.path}?code={caught}&state={state}")) == "not_vouched_for"


def test_nobody_comes_in_who_is_not_linked_or_was_stopped(office: Office, provider: Provider) -> None:
    provider.person = {"sub": "p-99", "email": "buyer@example.com", "email_verified": True}
    client = nobody(office)
    location = back(client, sent(client))
    assert problem(location) == "not_known_here" and "p-99" in location and who(client) == ""
    with office.repository.transaction(SYSTEM, door="cli") as tx:
        made = accounts.create_account(tx, "gone", roles=("buyer",))
        identities.link(tx, made, issuer=provider.issuer, subject="p-50")
        accounts.set_active(tx, made, False)
    provider.person = {"sub": "p-50"}
    assert problem(back(client, sent(client))) == "not_known_here"


def test_an_address_finds_its_account_only_where_that_is_allowed_and_it_was_verified(office: Office, provider: Provider) -> None:
    with office.repository.transaction(SYSTEM, door="cli") as tx:
        analyst = accounts.account_named(tx, "analyst")
        assert analyst
        identities.set_email(tx, analyst, "Analyst@Example.com")
    provider.person = {"sub": "p-70", "email": "analyst@example.com", "email_verified": True}
    assert problem(back(nobody(office), address := sent(client := nobody(office)))) == "flow_gone" and address
    assert problem(back(client, address)) == "not_known_here"
    oidc = office.settings.oidc
    assert oidc
    _use(office, replace(oidc, by_email=True))
    try:
        for unsure in (False, "true", None):
            provider.person = {"sub": "p-71", "email": "analyst@example.com", "email_verified": unsure}
            client = nobody(office)
            assert problem(back(client, sent(client))) == "not_known_here"
        provider.person = {"sub": "p-70", "email": "analyst@example.com", "email_verified": True}
        client = nobody(office)
        assert back(client, sent(client)) == "/inbox" and who(client) == "analyst"
        provider.person = {"sub": "p-72", "email": "analyst@example.com", "email_verified": True}
        client = nobody(office)
        assert problem(back(client, sent(client))) == "not_known_here"
    finally:
        _use(office, oidc)


def test_a_second_factor_that_a_role_demands_is_asked_for_here_too(office: Office, provider: Provider) -> None:
    provider.person = {"sub": "p-18"}
    client = nobody(office)
    assert back(client, sent(client, "/inbox")) == "/login?waits=enrol&next=%2Finbox"
    assert who(client) == "" and client.post("/api/login/enrol", headers={"origin": "http://testserver"}).json()["typed"]


@pytest.mark.parametrize("next", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example"])
def test_nobody_is_led_elsewhere_after_it(office: Office, next: str) -> None:
    client = nobody(office)
    assert back(client, sent(client, next)) == "/"


def test_a_provider_that_is_silent_is_told_as_such(office: Office) -> None:
    oidc = office.settings.oidc
    assert oidc
    _use(office, replace(oidc, issuer="http://127.0.0.1:9"))
    try:
        answer = nobody(office).get("/api/oidc/start", follow_redirects=False)
        assert problem(answer.headers["location"]) == "provider_silent"
    finally:
        _use(office, oidc)


def test_without_a_provider_there_is_no_such_door(tmp_path: Path) -> None:
    client = nobody(a_company(tmp_path))
    assert client.get("/api/login").json()["company_account"] is False
    for path in ("start", "back"):
        assert client.get(f"/api/oidc/{path}", follow_redirects=False).status_code == 404
