"""Files of documents: sent by whoever is signed in, handed out only to those who may see where they stand."""
from __future__ import annotations

from urllib.parse import quote, unquote

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from app.core.errors import DaybookError
from app.data import files
from app.office import COOKIE, Office
from app.pages import session
from app.pages.views.record_cells import file_shown

router = APIRouter(prefix="/files")


@router.post("")
async def send(request: Request) -> Response:
    """Keep a file; give the id that a field holds."""
    person, locale = _reader(request)
    if person is None:
        return JSONResponse({"code": "sign_in"}, 401)
    name = unquote(request.headers.get("x-file-name", "file"))
    content = await request.body()
    try:
        return JSONResponse(await run_in_threadpool(_keep, person, name, content))
    except DaybookError as error:
        return JSONResponse({"code": error.code, "text": error.say(locale)}, error.status)


@router.get("/{file}")
def hand_out(file: str, request: Request) -> Response:
    """Give a file: shown in place where that is safe, else to be saved."""
    person, locale = _reader(request)
    if person is None:
        return JSONResponse({"code": "sign_in"}, 401)
    try:
        with person.reading() as tx:
            found, content = files.read(tx, file)
    except DaybookError as error:
        return JSONResponse({"code": error.code, "text": error.say(locale)}, error.status)
    way = "inline" if found.in_place else "attachment"
    headers = {"Content-Disposition": f"{way}; filename*=UTF-8''{quote(found.name)}", "Cache-Control": "private, max-age=3600",
               "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
    return Response(content, media_type=found.type if found.in_place else "application/octet-stream", headers=headers)


def _keep(person: Office, name: str, content: bytes) -> dict[str, object]:
    with person.transaction() as tx:
        return file_shown(files.keep(tx, name, content))


def _reader(request: Request) -> tuple[Office | None, str]:
    person = session.house().of_session(request.cookies.get(COOKIE, ""))
    return person, session.locale(request.headers.get("cookie", ""), person)
