"""Metrics over REST and over the token of a run: the same figures, the same refusals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from app.core import clock
from app.office.facade import Office
from app.office.remote import OfficeRefused
from tests.analytics.metrics_company import NOW, a_company_that_buys
from tests.api.clients import nobody, with_token
from tests.office.test_remote import from_afar

OWN = """metrics:
  unit_count:
    title: {en: Units, zh: 单位数}
    from:  unit
    value: count(number)
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One company for all the tests here."""
    return a_company_that_buys(tmp_path_factory.mktemp("metrics"))


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.stopped(NOW):
        yield


def test_a_metric_comes_as_json_with_exact_texts(office: Office) -> None:
    answer = with_token(office, "analyst", "read").get(
        "/api/v1/metrics/ordered_amount?by=month,supplier&period=2026-q1&sort=-value&limit=1&warehouse=HZ",
        headers={"accept-language": "zh"},
    )
    assert answer.status_code == 200
    assert answer.json() == {
        "metric": "ordered_amount",
        "title": "采购金额",
        "unit": "money",
        "good": "",
        "goal": None,
        "as_of": "2026-03-10T04:00:00+00:00",
        "period": ["2026-01-01", "2026-03-31"],
        "columns": ["month", "supplier", "supplier_name", "ordered_amount"],
        "rows": [
            {"month": "2026-01-01", "supplier": "S-00001", "supplier_name": "Leaf and Co", "ordered_amount": "33.33"}
        ],
        "cut": False,
    }


def test_filters_and_conditions_stand_in_the_address(office: Office) -> None:
    client = with_token(office, "analyst")
    asked = {"supplier[in]": "S-00001,S-00002", "where": "product == 'CUP-1'"}
    assert client.get("/api/v1/metrics/ordered_amount", params=asked).json()["rows"] == [{"ordered_amount": "22.20"}]


@pytest.mark.parametrize(
    ("address", "status", "code"),
    [
        ("ordered_amuont", 404, "unknown_metric"),
        ("ordered_amount?by=suplier", 422, "unknown_dimension"),
        ("ordered_amount?supliier=x", 422, "unknown_dimension"),
        ("ordered_amount?supplier[gte]=x", 400, "wrong_request"),
        ("ordered_amount?period=lately", 422, "wrong_period"),
        ("ordered_amount?where=amount", 422, "invalid"),
        ("ordered_amount?where=%00", 422, "invalid"),
        ("ordered_amount?limit=0", 400, "wrong_request"),
        ("ordered_amount?limit=99999999999999999999", 400, "wrong_request"),
        ("open_orders?by=month", 422, "metric_has_no_time"),
        ("..%2f..%2fsql", 404, "no_such_address"),
    ],
)
def test_what_can_t_be_answered_is_a_problem(office: Office, address: str, status: int, code: str) -> None:
    answer = with_token(office, "analyst").get(f"/api/v1/metrics/{address}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_not_allowed_is_told_apart_from_none(office: Office) -> None:
    client = with_token(office, "warehouse")
    refused = client.get("/api/v1/metrics/ordered_amount")
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert client.get("/api/v1/metrics/received_quantity?period=2020").json()["rows"] == [{"received_quantity": "0"}]
    listed = {each["name"]: each for each in client.get("/api/v1/metrics").json()["items"]}
    assert not listed["ordered_amount"]["allowed"] and listed["ordered_quantity"]["allowed"]
    assert {"name": "category", "title": "Category"} in listed["ordered_quantity"]["dimensions"]


def test_strangers_and_narrow_tokens_get_nothing(office: Office) -> None:
    assert nobody(office).get("/api/v1/metrics").status_code == 401
    assert nobody(office).get("/api/v1/metrics/orders").status_code == 401
    assert with_token(office, "analyst", "supplier:read").get("/api/v1/metrics/orders").status_code == 403


def test_a_notebook_gets_the_same_figures_as_the_office_itself(office: Office) -> None:
    here, there = office.as_user("analyst"), from_afar(office, "analyst")
    asked = {"period": (date(2026, 1, 1), date(2026, 3, 31)), "filters": {"warehouse": ["HZ"]}, "order_by": "-value"}
    found = there.metric("rejection_rate", by=["month", "supplier"], **asked)
    assert found.table.equals(here.metric("rejection_rate", by=["month", "supplier"], **asked).table)
    assert (found.as_of, found.period, found.about["unit"]) == (NOW, asked["period"], "percent")
    assert there.metric("orders").value == Decimal(2) and found.df().shape == (3, 4)
    assert [each["name"] for each in there.metrics()] == [each.spec.name for each in here.metrics()]
    with pytest.raises(OfficeRefused, match="can't see “Ordered”"):
        from_afar(office, "warehouse").metric("ordered_amount")


def test_a_metric_of_the_company_is_there_at_once_and_in_the_description(office: Office) -> None:
    reports = Path(office.settings.site) / "reports"
    reports.mkdir(parents=True)
    (reports / "own.yaml").write_text(OWN, "utf-8")
    (reports / "changed.yaml").write_text("extends: metrics\nmetrics: {late_orders: remove}\n", "utf-8")
    office.root.publisher.look(now=True)
    assert not office.root.publisher.diagnostics
    client = with_token(office, "employee")
    assert client.get("/api/v1/metrics/unit_count").json()["rows"] == [{"unit_count": "1"}]
    assert client.get("/api/v1/metrics/late_orders").status_code == 404
    assert {"/metrics", "/metrics/{name}"} <= client.get("/api/v1/openapi.json").json()["paths"].keys()
