"""Puts the API together: routes, problems, shield, health and figures for prometheus."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.concurrency import run_in_threadpool

from app.api import account, documents, files, forms, hooks, imports, jobs, metrics, openapi, session, work
from app.api.auth import needs
from app.api.figures import OfficeFigures, health_of
from app.api.problems import NoSuchAddress, install_problems, locale_of
from app.api.shield import REGISTRY, Shield
from app.core.errors import DaybookError
from app.office.facade import Office
from app.office.publishing import SECONDS, Publisher

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
plain = APIRouter()


def build(office: Office) -> FastAPI:
    """Give the application; its state holds the office that `caller` narrows to a person."""
    api = FastAPI(
        title="Daybook", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, lifespan=_watching
    )
    api.state.office = office
    api.state.figures = CollectorRegistry(auto_describe=False)
    api.state.figures.register(OfficeFigures(office))
    install_problems(api)
    api.include_router(plain)
    api.include_router(session.router)
    api.include_router(account.router)
    for router in (forms.router, work.router, metrics.router, hooks.router, imports.router, jobs.router, files.router, documents.router):
        api.include_router(router, prefix="/api/v1")
    api.add_api_route("/api/{rest:path}", _nothing, methods=METHODS, include_in_schema=False)
    api.add_middleware(Shield)
    return api


@asynccontextmanager
async def _watching(api: FastAPI) -> AsyncIterator[None]:
    """Look at the company's files while the office runs, also when nobody asks for anything."""
    task = asyncio.create_task(_watch(api.state.office.root.publisher))
    try:
        yield
    finally:
        task.cancel()


async def _watch(publisher: Publisher) -> None:
    while True:
        await asyncio.sleep(SECONDS)
        await run_in_threadpool(publisher.look)


@plain.get("/health")
def health(request: Request) -> JSONResponse:
    """Tell how web, database, worker and disk are; 503 where the database can't be read."""
    parts = health_of(request.app.state.office)
    up = parts["database"] == "up"
    body = {"status": "up" if up else "down", **parts, "forms": request.app.state.office.catalogue.version}
    return JSONResponse(body, 200 if up else 503)


@plain.get("/ready")
def ready(request: Request) -> JSONResponse:
    """Tell a proxy whether to send people here: the database answers, and what it has in force is known here."""
    office: Office = request.app.state.office
    try:
        with office.reading() as tx:
            published = tx.fetch("select version from office_form_version")[0][0]
    except (DaybookError, OSError) as error:
        return JSONResponse({"ready": False, "reason": type(error).__name__}, 503)
    known = published == office.catalogue.version
    return JSONResponse({"ready": known} | ({} if known else {"reason": "forms"}), 200 if known else 503)


@plain.get("/metrics")
def counts(request: Request) -> Response:
    """Give counts and times of requests, and how jobs and database are, without any figure of the business."""
    told = generate_latest(REGISTRY) + generate_latest(request.app.state.figures)
    return Response(told, media_type=CONTENT_TYPE_LATEST)


@plain.get("/api/v1/openapi.json")
def schema(request: Request, office: Office = Depends(needs("read"))) -> JSONResponse:
    """Describe the API of the forms that the caller may use."""
    return JSONResponse(openapi.describe(office, locale_of(request)))


def _nothing(rest: str) -> None:
    raise NoSuchAddress(address=f"/api/{rest}"[:200])
