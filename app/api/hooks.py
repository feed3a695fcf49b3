"""Where outside systems deliver to: signed, kept, answered at once; the work is done by a job."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from app.api.problems import WrongMediaType
from app.api.reading import read_json
from app.connect.hooks.receiving import LARGEST, DeliveryTooLarge
from app.office.facade import Office

router = APIRouter(prefix="/hooks")


@router.post("/{connector}/{shop}", status_code=202)
async def deliver(connector: str, shop: str, request: Request) -> JSONResponse:
    """Take a delivery in; its signature is all that lets it in. The same number again changes nothing."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        raise WrongMediaType(wanted="application/json")
    body = await _bounded(request)
    root: Office = request.app.state.office
    address, headers = (connector[:200], shop[:200]), dict(request.headers)
    kept = await run_in_threadpool(root.take_delivery, address, headers=headers, body=body, read=read_json)
    return JSONResponse({"delivery": kept.delivery_no, "job": kept.job, "repeated": kept.repeated}, 202)


async def _bounded(request: Request) -> bytes:
    """Give the body, and stop reading where it grows too large."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            raise DeliveryTooLarge(most=LARGEST // 1024)
        parts.append(part)
    return b"".join(parts)
