"""Bad input, one test a kind: each is refused or kept as it is, in a sentence that names the thing and the way out.

A forged token: `test_signing_in.py`. Another's record number: the door "a number" of the crawl. A session that ends in the
middle of an edit, a server that is killed under an open form: `tests/pages/test_session_browser.py`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.core.errors import DaybookError, Invalid
from app.office.facade import Office
from app.pages.views import export
from app.pages.views.address import ListAddress
from tests.api.clients import signed_in, with_token
from tests.office.offices import a_company_at_work, pens

MILLION = "长" * 1_000_000
NASTY = (
    "'; drop table purchase_request; --",
    "\" or 1=1 --",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "{{7*7}} ${7*7} %s %(reason)s {reason} \\N{BULLET}",
    "=HYPERLINK(\"https://evil.example\",\"x\")",
    "-1+1|cmd", "@SUM(1)", "\tx", "%00 ../../etc/passwd \u202egnp.exe",
    "\U0001f4a9 e\u0301 \u200d ﷽",
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One company for all the tests here."""
    office = a_company_at_work(tmp_path_factory.mktemp("bad"))
    yield office
    office.repository.close()


@pytest.fixture
def employee(office: Office) -> TestClient:
    return with_token(office, "employee")


def refused(client: TestClient, body: dict[str, Any]) -> dict[str, str]:
    """Send a request that must be refused; give the first problem in both languages."""
    told = {}
    for language in ("en", "zh"):
        answer = client.post("/api/v1/purchase_request", json=body, headers={"accept-language": language})
        assert answer.status_code in (400, 422), answer.text[:300]
        assert len(answer.content) < 5_000, "an answer doesn't repeat what was sent"
        first = (answer.json().get("problems") or [answer.json()])[0]
        told |= {"field": first.get("field", ""), language: first["detail"]}
    return told


def test_a_text_of_a_million_characters(employee: TestClient) -> None:
    told = refused(employee, pens("3", reason=MILLION))
    assert told == {"field": "reason", "en": "At most 20000 letters; these are 1000000.", "zh": told["zh"]}
    assert refused(employee, pens("9" * 1_000_000))["field"] == "lines.1.quantity"
    assert refused(employee, pens("3", warehouse=MILLION))["field"] == "warehouse"
    for query in (f"search={MILLION[:6_000]}", f"where=reason=='{MILLION[:6_000]}'", f"sort={MILLION[:6_000]}", f"view={MILLION[:6_000]}"):
        answer = employee.get(f"/api/v1/purchase_request?{query}")
        assert answer.status_code < 500 and len(answer.content) < 5_000, query[:20]
    answer = employee.post("/api/v1/ask", json={"text": MILLION})
    assert answer.status_code < 500 and len(answer.content) < 20_000


def test_too_many_lines(employee: TestClient) -> None:
    line = pens("1")["lines"][0]  # type: ignore[index]
    assert "5001" in refused(employee, {**pens("1"), "lines": [line] * 5001})["en"]


@pytest.mark.parametrize("quantity", ["-3", "0", "-0.0001", "NaN", "Infinity", "1e400", "0.00001", "three", "1,000", "0x10", "٣-"])
def test_a_quantity_that_is_none(employee: TestClient, quantity: str) -> None:
    told = refused(employee, pens(quantity))
    assert told["field"] == "lines.1.quantity" and told["en"] and told["zh"] != told["en"]


def test_a_date_in_9999_is_kept_and_breaks_nothing_that_counts_on_from_it(office: Office, employee: TestClient) -> None:
    made = employee.post("/api/v1/purchase_request", json=pens("3", needed_on="9999-12-31"))
    number = made.json()["number"]
    assert made.json()["needed_on"] == "9999-12-31"
    assert employee.post(f"/api/v1/purchase_request/{number}/submit", json={}).status_code == 200
    asked = (
        "needed_on[gte]=9999-12-31", "sort=-needed_on", "where=needed_on %2B days(30) > today", "where=needed_on %2B months(1) > today",
        "where=year(needed_on) == 9999", "where=needed_on - today > 5",
    )
    for query in asked:
        assert employee.get(f"/api/v1/purchase_request?columns=needed_on&{query}").status_code in (200, 422), query
    from app.pages.views import boards

    address = ListAddress("purchase_request")
    for at in ("9999-12", "0001-01", "2026-13", "9999-99", "x"):
        try:
            boards.month(office.as_user("employee"), address, "en", at=at)
        except DaybookError:
            continue
    rows = office.as_user("analyst").sql("select max(needed_on) + interval 1 day as far from purchase_request")
    assert rows is not None


@pytest.mark.parametrize("day", ["0000-01-01", "10000-01-01", "2026-02-30", "tomorrow", "2026-1-1", "1e3", "２０２６-01-01x", "-1"])
def test_a_day_that_is_none(employee: TestClient, day: str) -> None:
    told = refused(employee, pens("3", needed_on=day))
    assert told["field"] == "needed_on" and "2026-01-31" in told["en"]


@pytest.mark.parametrize("text", NASTY)
def test_sql_script_and_formulas_in_a_text_stay_a_text(office: Office, employee: TestClient, text: str) -> None:
    """Kept to the letter, found again, handed out as what it is; a spreadsheet takes it for no formula."""
    made = employee.post("/api/v1/purchase_request", json=pens("3", reason=text)).json()
    number, kept = made["number"], made["reason"]
    assert kept.strip() == text.strip()
    person = office.as_user("employee")
    assert person.get("purchase_request", number)["reason"] == kept
    assert number in [row["number"] for row in person.list("purchase_request", filters=[("reason", "eq", kept)]).rows]
    answer = employee.get(f"/api/v1/purchase_request/{number}")
    assert answer.headers["content-type"] == "application/json" and answer.headers["x-content-type-options"] == "nosniff"
    address = ListAddress("purchase_request", columns=("number", "reason"))
    rows = list(csv.reader(io.StringIO(export.as_csv(person, address, "en").decode("utf-8-sig"))))
    cell = next(row[1] for row in rows if row[0] == number)
    assert cell in (kept, f"'{kept}") and not cell.startswith(("=", "+", "-", "@", "\t"))


@pytest.mark.parametrize("text", NASTY)
def test_sql_and_script_where_names_are_asked_for(employee: TestClient, text: str) -> None:
    for path in ("/purchase_request", "/search", "/forms", "/jobs", "/metrics/net", "/access"):
        for name in ("search", "q", "sort", "columns", "view", "where", "after", "sums", "state", "kind", "by", "period", "form", "reason[eq]", text):
            answer = employee.get(f"/api/v1{path}", params={name: text})
            assert answer.status_code < 500, (path, name)
    for path in ("/purchase_request/{}", "/{}", "/files/{}", "/jobs/{}", "/notebooks/{}/runs", "/purchase_request/{}/history"):
        from urllib.parse import quote

        assert employee.get("/api/v1" + path.format(quote(text, safe=""))).status_code < 500, path


LYING = {
    "a script as a picture": ("a.png", b"<script>alert(1)</script>"),
    "a program as a picture": ("a.jpg", b"MZ\x90\x00"),
    "an archive as a paper": ("a.pdf", b"PK\x03\x04"),
    "a page as a picture": ("a.html.png", b"<!doctype html>"),
    "nothing as a paper": ("a.pdf", b""),
}


@pytest.mark.parametrize("kind", LYING)
def test_a_file_that_lies_about_its_type(office: Office, kind: str) -> None:
    name, content = LYING[kind]
    client = signed_in(office, "employee")
    for language, said in (("en", "whatever its name says"), ("zh", "文件内容与扩展名")):
        answer = client.post("/api/v1/files", files={"file": (name, content)}, headers={"accept-language": language})
        assert answer.status_code == 422 and said in answer.json()["detail"]


def test_a_picture_that_holds_a_script_is_handed_out_as_a_picture(office: Office) -> None:
    client = signed_in(office, "employee")
    kept = client.post("/api/v1/files", files={"file": ("b.png", b"\x89PNG\r\n\x1a\n<script>alert(1)</script>")}).json()
    answer = client.get(f"/api/v1/files/{kept['id']}")
    assert answer.headers["content-type"] == "image/png" and answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


@pytest.mark.parametrize(
    "name, content",
    [("a.xlsx", b"code,name\nA,B\n"), ("a.xlsx", b"PK\x03\x04" + bytes(100)), ("a.xlsx", b""), ("a.csv", bytes(range(256)) * 50), ("a.csv", b"PK\x03\x04" + bytes(range(128, 256)))],
)
def test_an_import_of_a_file_that_lies_about_its_type(office: Office, name: str, content: bytes) -> None:
    with pytest.raises(DaybookError) as told:
        office.as_user("product_manager").import_file("product", (name, content))
    assert told.value.status < 500 and name in told.value.say("en") and told.value.say("zh") != told.value.say("en")


def test_a_workbook_with_merged_cells(office: Office) -> None:
    """A cell that is merged over rows counts in each of them, as people read it."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["code", "name", "category", "unit", "list_price"])
    for row in (1, 2, 3):
        sheet.write_row(row, 0, [f"M-{row}", f"Mug {row}"])
        sheet.write(row, 4, "3.50")
    sheet.merge_range(1, 2, 3, 2, "office")
    sheet.merge_range(1, 3, 3, 3, "pcs")
    book.close()
    manager = office.as_user("product_manager")
    assert manager.import_file("product", ("merged.xlsx", out.getvalue())).imported == 3
    assert [str(manager.get("product", f"M-{row}")["category"].number) for row in (1, 2, 3)] == ["office"] * 3


def test_what_no_field_can_hold_is_refused_before_anything_is_read(employee: TestClient) -> None:
    for body in (pens("3", reason="a\x00b"), pens("3", reason="\ud800"), pens("3", reason={"$ne": 1}), pens("3", reason=["x"]), pens("3", requester=-1)):
        answer = employee.post("/api/v1/purchase_request", content=_json(body), headers={"content-type": "application/json"})
        assert answer.status_code in (400, 422), body


def _json(body: object) -> bytes:
    import json

    return json.dumps(body).encode()


def test_a_number_in_an_address_that_no_database_holds(office: Office, employee: TestClient) -> None:
    browser = signed_in(office, "employee")
    for number in (2**63, 10**400, -1, "1.5", "٣" * 40):
        for method, path in (
            ("POST", f"/api/v1/inbox/{number}/approve"), ("GET", f"/api/v1/jobs/{number}"), ("GET", f"/api/v1/jobs/{number}/result"),
            ("POST", f"/api/v1/jobs/{number}/retry"), ("POST", f"/api/account/tokens/{number}/revoke"), ("GET", f"/api/v1/access?after={number}&limit={number}"),
        ):
            for client in (employee, browser):
                assert client.request(method, path, json={} if method == "POST" else None).status_code < 500, path


def test_deep_and_wide_json_is_refused(employee: TestClient) -> None:
    for raw in (b"[" * 100_000, b'{"a":' * 100_000, b'{"lines":' + b"[" * 5_000 + b"]" * 5_000 + b"}", b"1" * 4_000_000):
        answer = employee.post("/api/v1/purchase_request", content=raw, headers={"content-type": "application/json"})
        assert answer.status_code in (400, 413, 422), raw[:10]


def test_a_name_and_a_password_of_a_million_letters(office: Office, tmp_path: Path) -> None:
    from tests.api.clients import HERE, nobody

    client = nobody(office)
    client.headers["origin"] = HERE
    for body in ({"name": MILLION, "password": "x"}, {"name": "buyer", "password": MILLION}, {"name": NASTY[0], "password": NASTY[1]}):
        assert client.post("/api/login", json=body).status_code in (400, 401)
    with pytest.raises(Invalid):
        office.as_user("employee").create("purchase_request", pens("3", reason=MILLION))
