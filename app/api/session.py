"""Signing in and out: by password, a second factor, or the company's own sign-in; an httponly cookie that no script reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from app.api.auth import caller
from app.api.problems import NoSuchAddress, NotSignedIn, wrong
from app.api.reading import json_object
from app.core import clock, formats
from app.core.errors import DaybookError
from app.data import accounts
from app.data.accounts import SignedIn, identities
from app.office import COOKIE
from app.office.facade import Office

router = APIRouter()
FLOW = "daybook_flow"  # binds a sign-in with the provider to the browser that began it
BACK = "/api/oidc/back"
Answer = TypeVar("Answer", bound=Response)


@router.get("/api/login")
def ways_in(request: Request) -> JSONResponse:
    """Tell how one can sign in here."""
    return JSONResponse({"password": True, "company_account": _root(request).settings.oidc is not None})


@router.post("/api/login")
async def login(request: Request) -> JSONResponse:
    """Sign in with name and password; the answer sets the session cookie, or says what the session waits for."""
    body = await json_object(request)
    name, password = body.get("name"), body.get("password")
    if not isinstance(name, str) or not isinstance(password, str) or len(name) > 200 or len(password) > 1000:
        raise wrong("Send name and password.", "请发送 name 和 password。")
    signed_in = await run_in_threadpool(_root(request).sign_in, name, password, place_of(request))
    return await run_in_threadpool(entered, request, signed_in)


@router.post("/api/login/code")
async def code(request: Request) -> JSONResponse:
    """Give the code of the authenticator app, or a recovery code."""
    given = await _code(request)
    repository, token = _root(request).repository, request.cookies.get(COOKIE, "")
    signed_in = await run_in_threadpool(accounts.give_code, repository, token, given, place_of(request))
    return await run_in_threadpool(entered, request, signed_in)


@router.post("/api/login/enrol")
async def enrol(request: Request) -> JSONResponse:
    """Begin to set up the second factor that a role demands: the square to scan, and the secret to type."""
    secret = await run_in_threadpool(
        accounts.begin_enrolling, _root(request).repository, request.cookies.get(COOKIE, "")
    )
    return JSONResponse(secret_json(secret))


@router.post("/api/login/enrol/confirm")
async def confirm(request: Request) -> JSONResponse:
    """Confirm the second factor with its first code; the answer holds the recovery codes, shown only now."""
    given = await _code(request)
    repository, token = _root(request).repository, request.cookies.get(COOKIE, "")
    signed_in, codes = await run_in_threadpool(accounts.end_enrolling, repository, token, given, place_of(request))
    return await run_in_threadpool(entered, request, signed_in, codes=codes)


def secret_json(secret: Any) -> dict[str, str]:
    """Give what an authenticator app is told, with the square to scan as a picture."""
    import segno

    picture = segno.make(secret.address, error="m").svg_data_uri(scale=5, border=3, dark="#111", light="#fff")
    return {"address": secret.address, "typed": secret.typed, "picture": picture}


async def _code(request: Request) -> str:
    given = (await json_object(request)).get("code")
    if not isinstance(given, str) or not given.strip() or len(given) > 40:
        raise wrong("Send code.", "请发送 code。", field="code")
    return given


def entered(request: Request, signed_in: SignedIn, **more: Any) -> JSONResponse:
    """Give the answer that sets the session's cookie: who signed in, or what the session waits for."""
    if signed_in.waits_for:
        body: dict[str, Any] = {"waits_for": signed_in.waits_for}
    else:
        body = person(_root(request).of_session(signed_in.token))
    return with_cookie(JSONResponse(body | more), request, signed_in.token)


# the company's own sign-in


@router.get("/api/oidc/start")
def to_provider(request: Request, next: str = "/") -> Response:
    """Lead to the company's own sign-in."""
    oidc = _root(request).settings.oidc
    if oidc is None:
        raise NoSuchAddress(address="/api/oidc/start")
    from app.connect.identity import address_of

    try:
        flow = identities.begin_flow(_root(request).repository, _inside(next))
        answer = RedirectResponse(address_of(oidc, flow, _here(request)), 303)
    except DaybookError as error:
        return _told(error)
    minutes = identities.MINUTES * 60
    answer.set_cookie(FLOW, flow.state, max_age=minutes, httponly=True, samesite="lax", secure=secure(request), path=BACK)
    return answer


@router.get(BACK)
def from_provider(request: Request, state: str = "", code: str = "", error: str = "") -> Response:
    """Take somebody in whom the company's own sign-in vouches for."""
    root = _root(request)
    oidc = root.settings.oidc
    if oidc is None:
        raise NoSuchAddress(address=BACK)
    from app.connect.identity import NotVouchedFor, person_of

    try:
        if not state or state != request.cookies.get(FLOW):
            raise identities.FlowGone
        flow = identities.take_flow(root.repository, state)
        if error or not code:
            raise NotVouchedFor(reason=error[:100] or "code")
        vouched = person_of(oidc, flow, code, _here(request))
        signed_in = identities.enter(root.repository, vouched, place_of(request), by_email=oidc.by_email)
    except DaybookError as refused:
        return _told(refused)
    waits = f"/login?waits={signed_in.waits_for}&next={quote(flow.back, safe='')}"
    answer = RedirectResponse(waits if signed_in.waits_for else flow.back, 303)
    answer.delete_cookie(FLOW, path=BACK)
    return with_cookie(answer, request, signed_in.token)


def _told(error: DaybookError) -> RedirectResponse:
    """Lead back to the sign-in page, which says what went wrong."""
    who = str(error.facts.get("subject", ""))[:100]
    return RedirectResponse(f"/login?{urlencode({'problem': error.code} | ({'who': who} if who else {}))}", 303)


def _inside(address: str) -> str:
    """Give an address of this site; anything else leads home."""
    plain = address.isprintable() and address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if plain else "/"  # a browser leaves tabs and ends of line out, and then reads another host


def _here(request: Request) -> str:
    host = request.headers.get("x-forwarded-host", "").split(",")[0].strip() or request.headers.get("host", "")
    return f"{'https' if secure(request) else 'http'}://{host}{BACK}"


# the session itself


@router.get("/api/session")
def session_left(request: Request) -> JSONResponse:
    """Tell how many seconds the session has left."""
    return _left(request, accounts.session_ends)


@router.post("/api/session")
def session_prolonged(request: Request) -> JSONResponse:
    """Put the session's end off, because its person is here."""
    return with_cookie(_left(request, accounts.prolong_session), request, request.cookies[COOKIE])


def _left(request: Request, session_end: Callable[..., datetime | None]) -> JSONResponse:
    until = session_end(_root(request).repository, request.cookies.get(COOKIE, ""))
    if until is None:
        raise NotSignedIn()
    office = _root(request)
    ends = formats.clock(until, zone=office.catalogue.organisation.zone, seconds=False)
    return JSONResponse({"left": int((until - clock.now()).total_seconds()), "ends": ends})


@router.post("/api/logout", status_code=204)
def logout(request: Request) -> Response:
    """End the session and take the cookie back."""
    _root(request).sign_out(request.cookies.get(COOKIE, ""))
    answer = Response(status_code=204, headers={"clear-site-data": '"cache"'})
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=secure(request))
    return answer


@router.get("/api/v1/me")
def me(office: Office = Depends(caller)) -> JSONResponse:
    """Tell who the caller is."""
    return JSONResponse(person(office))


def person(office: Office | None) -> dict[str, Any]:
    """Give what a person may know about the own account."""
    actor = office.actor if office else None
    if actor is None:
        return {}
    return {
        "name": actor.name,
        "person": actor.person or actor.account.title or actor.name,
        "roles": sorted(actor.roles),
        "locale": actor.locale,
        "scopes": sorted(actor.scopes),
    }


def with_cookie(answer: Answer, request: Request, token: str) -> Answer:
    """Let the browser keep a session where no script and no other site gets at it."""
    age = int(accounts.LONGEST_SESSION.total_seconds())
    answer.set_cookie(COOKIE, token, max_age=age, httponly=True, samesite="lax", secure=secure(request), path="/")
    return answer


def place_of(request: Request) -> accounts.Place:
    """Give where a request comes from; through a proxy of our own network, where the proxy says."""
    address = request.client.host if request.client else ""
    told = request.headers.get("x-forwarded-for", "").split(",")[-1].strip()
    if told and _is_inside(address):
        address = told
    return accounts.Place(address, request.headers.get("user-agent", ""), request.cookies.get(COOKIE, ""))


def _is_inside(address: str) -> bool:
    try:
        return ip_address(address).is_private
    except ValueError:
        return False


def secure(request: Request) -> bool:
    """Tell whether the reader came by https, also through a proxy that ends it."""
    return "https" in (request.url.scheme, request.headers.get("x-forwarded-proto", ""))


def _root(request: Request) -> Office:
    return request.app.state.office
