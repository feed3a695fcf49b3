"""Files up and down: kept once, handed out only to those who may see where they stand."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from app.api.auth import needs
from app.api.problems import WrongMediaType, wrong
from app.office.facade import Office

router = APIRouter(prefix="/files")
# whatever a file holds, a browser runs nothing of it
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; sandbox; frame-ancestors 'self'"


@router.post("", status_code=201)
async def keep(request: Request, office: Office = Depends(needs("write"))) -> JSONResponse:
    """Keep a file (multipart, field `file`); its id goes into a field of a document."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise WrongMediaType(wanted="multipart/form-data")
    async with request.form(max_files=1, max_fields=5) as form:
        sent = form.get("file")
        if not isinstance(sent, UploadFile):
            raise wrong("Send the file in the field 'file'.", "请用字段 file 发送文件。", field="file")
        content = await sent.read()
        kept = await run_in_threadpool(office.keep_file, sent.filename or "file", content)
    return JSONResponse(_described(kept), 201, {"location": f"/api/v1/files/{kept.id}"})


@router.get("/{file}")
def read(file: str, office: Office = Depends(needs("read"))) -> Response:
    """Give a file: images and papers in place, all else to be saved."""
    kept, content = office.file(file)
    place = "inline" if kept.in_place else "attachment"
    headers = {
        "content-disposition": f"{place}; filename*=UTF-8''{quote(kept.name)}",
        "content-security-policy": POLICY,
        "cache-control": "private, max-age=3600",
    }
    return Response(content, media_type=kept.type, headers=headers)


def _described(kept: Any) -> dict[str, Any]:
    return {"id": kept.id, "name": kept.name, "type": kept.type, "size": kept.size}
