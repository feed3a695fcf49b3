"""Files come in over REST: tried, imported by a job, listed, taken back, with the caller's rights."""

from __future__ import annotations

import json
from typing import Any

from app.jobs.runner import run_job
from app.office import Office
from tests.api.clients import with_token

ROWS = b"name,supplier_no,contact\nOne,V1,Ann\nTwo,V2,Bob\n"


def sent(office: Office, who: str, content: bytes = ROWS, what: str = "supplier", **how: Any) -> Any:
    data = {"mapping": json.dumps(how.pop("mapping"))} if "mapping" in how else None
    caller = with_token(office, who, "read", "write")
    return caller.post(f"/api/v1/imports/{what}", params=how, files={"file": ("list.csv", content)}, data=data)


def done(office: Office, answer: Any) -> dict[str, Any]:
    assert answer.status_code == 202, answer.text
    job = int(answer.headers["location"].rpartition("/")[2])
    assert run_job(office.repository, job) == "done"
    return with_token(office, "importer", "read").get(f"/api/v1/jobs/{job}").json()["result"]


def test_a_file_is_tried_imported_updated_and_taken_back(importer: Office) -> None:
    tried = sent(importer, "importer", dry_run=True, existing="update").json()
    assert (tried["dry_run"], tried["imported"], tried["unchanged"], tried["changed"]) == (True, 1, 0, 1)
    assert done(importer, sent(importer, "importer"))["imported"] == 1
    changed = done(importer, sent(importer, "importer", ROWS.replace(b"Bob", b"Cy"), existing="update"))
    assert changed["documents"]["supplier"] == {"made": 0, "changed": 2, "unchanged": 0, "rejected": 0}
    caller = with_token(importer, "importer", "read", "write")
    assert caller.get("/api/v1/imports").json()["items"][0]["id"] == changed["run"]
    assert caller.post(f"/api/v1/imports/{changed['run']}/undo").json() == {"documents": 2}
    again = caller.post(f"/api/v1/imports/{changed['run']}/undo")
    assert (again.status_code, again.json()["code"]) == (409, "not_undone")


def test_wrong_requests_are_told(importer: Office) -> None:
    assert sent(importer, "importer", what="nonsense").status_code == 404
    assert sent(importer, "importer", existing="all").status_code == 400
    assert sent(importer, "importer", mapping="supplier").status_code == 400
    assert sent(importer, "importer", mapping={"name": "nome"}, dry_run=True).json()["code"] == "unknown_target"
    keyless = sent(importer, "importer", b"name\nOne\n", existing="update", dry_run=True)
    assert (keyless.status_code, keyless.json()["code"]) == (422, "key_needed")
    caller = with_token(importer, "importer", "read")
    assert caller.post("/api/v1/imports/supplier", files={"file": ("a.csv", ROWS)}).status_code == 403
    assert caller.post("/api/v1/imports/supplier", json={}).status_code in (403, 415)
