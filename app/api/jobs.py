"""Work of the machine: notebooks with their runs, and jobs with retry and stop."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.concurrency import run_in_threadpool

from app.api.auth import needs
from app.api.problems import locale_of, wrong
from app.api.reading import Key, json_object
from app.office.encoding import encode
from app.office.facade import Office

router = APIRouter()
PAGE_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src data:; script-src 'unsafe-inline'; "
    "sandbox allow-scripts; frame-ancestors 'self'"
)


@router.get("/notebooks")
def notebooks(request: Request, office: Office = Depends(needs("read"))) -> JSONResponse:
    """List the notebooks with their parameters."""
    items = [encode(book, locale_of(request)) for book in office.notebooks()]
    for item in items:
        item.pop("path", None)
    return JSONResponse({"items": items})


@router.post("/notebooks/{name}", status_code=202)
async def run(name: str, request: Request, office: Office = Depends(needs("write"))) -> JSONResponse:
    """Ask for a run; parameters in the body. The answer is the job that does it."""
    parameters = await json_object(request)
    job = await run_in_threadpool(lambda: office.run_notebook(name, **parameters))
    return JSONResponse(_job(job, locale_of(request)), 202, {"location": f"/api/v1/jobs/{job.id}"})


@router.get("/notebooks/{name}/runs")
def runs(name: str, request: Request, office: Office = Depends(needs("read"))) -> JSONResponse:
    """List the caller's runs of a notebook, newest first."""
    return JSONResponse({"items": [_job(job, locale_of(request)) for job in office.runs(name)]})


@router.get("/jobs")
def jobs(
    request: Request, office: Office = Depends(needs("read")), state: str | None = None, kind: str | None = None
) -> JSONResponse:
    """List the newest jobs that the caller may see."""
    return JSONResponse({"items": [_job(job, locale_of(request)) for job in office.jobs(state=state, kind=kind)]})


@router.get("/jobs/{number}")
def job(number: Key, request: Request, office: Office = Depends(needs("read"))) -> JSONResponse:
    """Tell how a job stands."""
    return JSONResponse(_job(office.job(number), locale_of(request)))


@router.get("/jobs/{number}/result")
def result(number: Key, office: Office = Depends(needs("read"))) -> HTMLResponse:
    """Give the page of a finished run to whoever ran it; its scripts run in a sandbox without our cookie."""
    return HTMLResponse(office.notebook_result(number), headers={"content-security-policy": PAGE_POLICY})


@router.post("/jobs/{number}/{act}")
def change(number: Key, act: str, request: Request, office: Office = Depends(needs("write"))) -> JSONResponse:
    """Retry a job that failed, stop one that waits or runs."""
    if act not in ("retry", "stop"):
        raise wrong("A job can be retried or stopped.", "任务只能重试或停止。")
    changed = office.retry_job(number) if act == "retry" else office.stop_job(number)
    return JSONResponse(_job(changed, locale_of(request)))


def _job(job: Any, locale: str) -> dict[str, Any]:
    return encode(job, locale) | {"title": job.title.say(locale)}
