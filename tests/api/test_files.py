"""Files through the API: kept, attached, handed out by right, never run by a browser."""

from __future__ import annotations

import pytest

from app.api.shield import MEGABYTE
from app.office.facade import Office
from tests.api.clients import signed_in, with_token
from tests.office.offices import a_company_at_work, pens


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One company for all the tests here."""
    return a_company_at_work(tmp_path_factory.mktemp("files"))


def test_a_file_is_kept_attached_and_seen_by_those_who_see_the_document(office: Office) -> None:
    employee = with_token(office, "employee")
    kept = employee.post("/api/v1/files", files={"file": ("报价 1.txt", b"ten pens", "text/plain")})
    assert kept.status_code == 201 and kept.json()["size"] == 8
    address = f"/api/v1/files/{kept.json()['id']}"
    assert with_token(office, "buyer").get(address).status_code == 404
    made = employee.post("/api/v1/purchase_request", json=pens("1", attachments=[kept.json()["id"]]))
    assert made.status_code == 201, made.text
    seen = with_token(office, "buyer").get(address)
    assert (seen.status_code, seen.content) == (200, b"ten pens")
    assert "sandbox" in seen.headers["content-security-policy"] and seen.headers["x-content-type-options"] == "nosniff"
    assert with_token(office, "colleague").get(address).status_code == 404


def test_a_file_that_is_no_picture_or_paper_is_only_saved(office: Office) -> None:
    client = with_token(office, "employee")
    kept = client.post("/api/v1/files", files={"file": ("data.zip", b"PK\x03\x04", "text/html")}).json()
    answer = client.get(f"/api/v1/files/{kept['id']}")
    assert (
        answer.headers["content-disposition"].startswith("attachment") and "html" not in answer.headers["content-type"]
    )


@pytest.mark.parametrize("name", ["x.html", "x.svg", "x.exe", "x.js"])
def test_files_that_could_run_are_refused(office: Office, name: str) -> None:
    answer = with_token(office, "employee").post("/api/v1/files", files={"file": (name, b"<script>", "text/plain")})
    assert answer.status_code == 422 and answer.json()["problems"]


def test_too_big_and_misshapen_uploads_are_refused(office: Office) -> None:
    client = with_token(office, "employee")
    assert client.post("/api/v1/files", files={"file": ("a.txt", b"x" * (27 * MEGABYTE))}).status_code == 413
    assert client.post("/api/v1/files", json={"file": "x"}).status_code == 415
    assert client.post("/api/v1/files", data={"file": "text"}, files={"other": b"x"}).status_code == 400
    broken = {"content-type": "multipart/form-data; boundary=x"}
    assert 400 <= client.post("/api/v1/files", content=b"--y\r\nbad", headers=broken).status_code < 500
    assert client.get("/api/v1/files/..%2f..%2fdaybook.db").status_code == 404


def test_a_page_of_another_site_uploads_nothing(office: Office) -> None:
    client = signed_in(office, "employee")
    sent = client.post("/api/v1/files", files={"file": ("a.txt", b"x")}, headers={"origin": "https://evil.example"})
    assert sent.status_code == 403
