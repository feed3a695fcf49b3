"""Files in: tried, imported by a job, listed, taken back."""

from __future__ import annotations

import json
from typing import Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from app.api.auth import needs
from app.api.problems import WrongMediaType, locale_of, wrong
from app.api.reading import Key
from app.office.encoding import encode
from app.office.facade import Office

router = APIRouter(prefix="/imports")


@router.get("")
def runs(request: Request, office: Office = Depends(needs("read"))) -> JSONResponse:
    """List the caller's imports, newest first; an administrator's list holds everybody's."""
    return JSONResponse({"items": [encode(run, locale_of(request)) for run in office.import_runs()]})


@router.post("/{what}", status_code=202)
async def bring_in(
    what: str,
    request: Request,
    dry_run: bool = False,
    existing: Literal["leave", "update"] | None = None,
    office: Office = Depends(needs("write")),
) -> JSONResponse:
    """Import a file (multipart, field `file`) into a form or by an import; the answer is the job that does it.

    The field `mapping` may say which column goes where, as JSON: {"Order No": "number"}. `existing=update` changes
    what is there already. With `dry_run=true` nothing is kept, and the answer tells what would happen.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise WrongMediaType(wanted="multipart/form-data")
    async with request.form(max_files=1, max_fields=5) as form:
        sent, mapping = form.get("file"), _mapping(form.get("mapping"))
        if not isinstance(sent, UploadFile):
            raise wrong("Send the file in the field 'file'.", "请用字段 file 发送文件。", field="file")
        name, content = sent.filename or "file.csv", await sent.read()
    if dry_run:
        report = await run_in_threadpool(
            lambda: office.import_preview(what, (name, content), mapping=mapping, existing=existing)
        )
        return JSONResponse(_told(report, locale_of(request)))
    job = await run_in_threadpool(lambda: _started(office, what, name, content, mapping=mapping, existing=existing))
    return JSONResponse(encode(job, locale_of(request)), 202, {"location": f"/api/v1/jobs/{job.id}"})


@router.get("/{run}/rejected")
def rejected(run: Key, request: Request, office: Office = Depends(needs("read"))) -> Response:
    """Give the rows that stayed out as CSV, each with its reason."""
    return Response("\ufeff" + office.import_rejections(run, locale=locale_of(request)), media_type="text/csv")


@router.post("/{run}/undo")
def undo(run: Key, office: Office = Depends(needs("write"))) -> JSONResponse:
    """Take an import back as a whole: what it made goes to the bin, what it changed gets its old values."""
    return JSONResponse({"documents": office.undo_import(run)})


def _started(office: Office, what: str, name: str, content: bytes, **how: Any) -> Any:
    office.import_form(what)
    return office.start_import(what, office.keep_file(name, content).id, **how)


def _mapping(given: Any) -> dict[str, str] | None:
    if given is None:
        return None
    try:
        found = json.loads(given)
    except (TypeError, ValueError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(field, str) for field in found.values()):
        raise wrong('A mapping is JSON: {"Column": "field"}.', '对应关系应为 JSON：{"列": "字段"}。', field="mapping")
    return found


def _told(report: Any, locale: str) -> dict[str, Any]:
    """Give what a try told: counts, and the first rows that would stay out."""
    rejections = [
        {"file": one.file, "row": one.row, "column": one.column, "value": one.value, "reason": one.words.say(locale)}
        for one in report.rejections
    ]
    return {"dry_run": True, "headline": report.sentence().say(locale), **report.as_json(), "rejections": rejections}
