"""What the browser fetches beside the socket: rows of lists and exports, with the rights of the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from app.core.errors import DaybookError
from app.office import COOKIE, Office
from app.pages import file_routes, session, work_routes
from app.pages.views import boards, export, trees
from app.pages.views.address import ListAddress, read
from app.pages.views.listing import block

router = APIRouter(prefix="/api/pages")
router.include_router(file_routes.router)
router.include_router(work_routes.router)
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = {
    "csv": ("csv", "text/csv; charset=utf-8", export.as_csv),
    "xlsx": ("xlsx", EXCEL, export.as_xlsx),
    "whole": ("xlsx", EXCEL, export.as_whole),
}


@router.get("/rows/{form}")
def rows(form: str, request: Request, limit: int = 100, after: str = "") -> Response:
    """Give one block of a list."""
    return _told(request, lambda person, locale: block(person, _address(form, request), locale, after=after, limit=max(1, limit)))


@router.get("/board/{form}")
def board(form: str, request: Request) -> Response:
    """Give a list as a board."""
    return _told(request, lambda person, locale: boards.board(person, _address(form, request), locale))


@router.get("/moves/{form}/{number}")
def moves(form: str, number: str, request: Request) -> Response:
    """Give where a card of a board may go."""
    return _told(request, lambda person, locale: boards.moves(person, _address(form, request), number, locale))


@router.get("/month/{form}")
def month(form: str, request: Request, at: str = "") -> Response:
    """Give a list as a month."""
    return _told(request, lambda person, locale: boards.month(person, _address(form, request), locale, at=at))


@router.get("/tree/{form}")
def tree(form: str, request: Request) -> Response:
    """Give a list as a tree."""
    return _told(request, lambda person, locale: trees.tree(person, _address(form, request), locale))


@router.get("/gallery/{form}")
def gallery(form: str, request: Request, after: str = "") -> Response:
    """Give one block of a list as a gallery."""
    return _told(request, lambda person, locale: trees.gallery(person, _address(form, request), locale, after=after))


@router.get("/export/{form}")
def exported(form: str, request: Request) -> Response:
    """Give a list as a file."""
    person, locale = _reader(request)
    if person is None:
        return JSONResponse({"code": "sign_in"}, 401)
    ending, media, make = KINDS.get(request.query_params.get("as", "csv"), KINDS["csv"])
    try:
        content = make(person, _address(form, request), locale)
    except DaybookError as error:
        return JSONResponse({"code": error.code, "text": error.say(locale)}, error.status)
    return Response(content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{form}.{ending}"'})


def _reader(request: Request) -> tuple[Office | None, str]:
    header = request.headers.get("cookie", "")
    person = session.house().of_session(request.cookies.get(COOKIE, ""))
    request.state.office = person
    return person, session.locale(header, person)


def _address(form: str, request: Request) -> ListAddress:
    return read(
        form,
        "&".join(
            part for part in request.url.query.split("&") if not part.startswith(("limit=", "after=", "reload=", "as="))
        ),
    )


def _told(request: Request, tell: Callable[[Office, str], Any]) -> Response:
    """Give what is asked for with the rights of whoever is signed in, or why not."""
    person, locale = _reader(request)
    if person is None:
        return JSONResponse({"code": "sign_in"}, 401)
    try:
        with person.together():
            found = tell(person, locale)
        return JSONResponse(found)
    except DaybookError as error:
        return JSONResponse({"code": error.code, "text": error.say(locale)}, error.status)
