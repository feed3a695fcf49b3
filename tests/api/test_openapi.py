"""OpenAPI comes from the forms; what it promises holds for whatever is thrown at it."""

from __future__ import annotations

from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from app.api import build_api
from app.office.facade import Office
from tests.api.clients import with_token
from tests.office.offices import a_company

VISIT = """form: visit
title: {en: Visit, zh: 拜访}
number: V-{seq:5}

fields:
  reason:    {type: text, required: true}
  visit_fee: {type: money, label: {en: Fee, zh: 费用}}

access:
  create: [employee]
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One company for all the tests here."""
    return a_company(tmp_path_factory.mktemp("openapi"))


@pytest.mark.capability("INT-03")
def test_every_form_that_a_person_may_use_has_its_paths(office: Office) -> None:
    paths = with_token(office, "buyer").get("/api/v1/openapi.json").json()["paths"]
    assert {"get", "post"} <= paths["/purchase_order"].keys()
    assert {"get", "patch", "delete"} <= paths["/purchase_order/{number}"].keys()
    assert "post" in paths["/purchase_request/{number}/submit"]


def test_amounts_are_promised_as_texts(office: Office) -> None:
    schemas = with_token(office, "buyer").get("/api/v1/openapi.json").json()["components"]["schemas"]
    amount = schemas["purchase_request"]["properties"]["lines"]["items"]["properties"]["amount"]
    assert amount["type"] == ["string", "null"] and amount["readOnly"]
    assert "amount" not in schemas["purchase_request_values"]["properties"]["lines"]["items"]["properties"]


def test_a_form_that_is_added_while_the_office_runs_is_served_at_once(office: Office) -> None:
    client = with_token(office, "employee")
    assert client.get("/api/v1/visit").status_code == 404
    site = Path(office.settings.site) / "forms"
    site.mkdir(parents=True, exist_ok=True)
    (site / "visit.yaml").write_text(VISIT)
    office.root.publisher.look(now=True)
    assert "/visit" in client.get("/api/v1/openapi.json").json()["paths"]
    made = client.post("/api/v1/visit", json={"reason": "Look at samples", "visit_fee": "12.50"}).json()
    assert (made["number"], made["visit_fee"]) == ("V-00001", "12.50")
    (site / "visit.yaml").unlink()


@pytest.mark.capability("INT-03")
def test_whatever_a_program_sends_is_answered_as_promised(office: Office) -> None:
    client = with_token(office, "purchasing_manager")
    schema = schemathesis.openapi.from_dict(client.get("/api/v1/openapi.json").json())
    schema.app = build_api(office)
    headers = {"authorization": client.headers["authorization"]}
    fuzz = settings(
        max_examples=4,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    wanted = ("/unit", "/forms", "/inbox", "/sql", "/purchase_request", "/me")
    for found in schema.get_all_operations():
        operation = found.ok()
        if not operation.path.startswith(wanted):
            continue

        @fuzz
        @given(case=operation.as_strategy())
        def answered(case: schemathesis.Case) -> None:
            answer = case.call(base_url="http://testserver/api/v1", headers={**dict(case.headers or {}), **headers})
            case.validate_response(
                answer, checks=[not_a_server_error, content_type_conformance, response_schema_conformance]
            )

        answered()
