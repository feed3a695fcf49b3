"""One's own account: password, second factor, sessions, tokens. Only a browser that is signed in gets here, no token."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from app.api.problems import NotSignedIn, locale_of, wrong
from app.api.reading import Key, json_object
from app.api.session import place_of, secret_json, with_cookie
from app.core import clock, formats
from app.core.actor import SYSTEM
from app.core.errors import DaybookError
from app.core.links import Link
from app.core.words import LOCALES
from app.data import accounts
from app.data.accounts import second_factor
from app.data.transaction import Transaction
from app.office import COOKIE
from app.office.encoding import encode
from app.office.facade import Office

router = APIRouter(prefix="/api/account")
LONGEST_DAYS = 3650


class FactorDemanded(DaybookError):
    """Your role demands a second factor. Set up a new app instead of removing it."""

    zh = "你的角色要求两步验证，不能关闭，可以换一个验证器。"
    status = 409


@dataclass(frozen=True)
class Own:
    """A person at his own account, in a browser that is signed in."""

    office: Office
    token: str
    place: accounts.Place

    @property
    def account(self) -> Link:
        """The account."""
        return self.office.actor.account

    def does(self, work: Callable[..., Any], *given: Any, **more: Any) -> Any:
        """Do something with the account in one transaction."""
        with self.office.transaction() as tx:
            return work(tx, self.account, *given, **more)

    def proves(self, password: object) -> None:
        """Ask for the password again, before anything that would lock its owner out."""
        if not isinstance(password, str):
            raise wrong("Send password.", "请发送 password。", field="password")
        accounts.prove(self.office.repository, self.account, password, self.place)


def own(request: Request) -> Own:
    """Give who is signed in at this browser; a bearer token speaks for a program, which has no account of its own."""
    root: Office = request.app.state.office
    token = request.cookies.get(COOKIE, "")
    office = root.of_session(token) if "authorization" not in request.headers else None
    if office is None:
        raise NotSignedIn()
    request.state.office = office
    return Own(office, token, place_of(request))


@router.get("")
def about(request: Request, me: Own = Depends(own)) -> JSONResponse:
    """Tell all that stands in the account; `told` gives each time in words, by the company's clock."""
    told = partial(_with_words, me.office, locale_of(request))
    with me.office.reading() as tx:
        found = {
            "name": me.account.number,
            "factor": _factor(tx, me.account),
            "sessions": [told(vars(one)) for one in accounts.sessions_of(tx, me.account, here=me.token)],
            "tokens": [told(vars(one)) for one in accounts.tokens_of(tx, me.account)],
            "events": [
                told({"at": each.at, "act": accounts.ACTS[each.act], "by": each.by.title, "facts": each.facts})
                | {"mine": each.by.id in (me.account.id, SYSTEM.account.id)}
                for each in accounts.events_of(tx, me.account, limit=20)
            ],
        }
    return JSONResponse(encode(found, locale_of(request)))


def _with_words(office: Office, locale: str, one: dict[str, Any]) -> dict[str, Any]:
    now, zone = clock.now(), office.catalogue.organisation.zone
    times = {name: value for name, value in one.items() if isinstance(value, datetime)}
    return one | {"told": {name: formats.moment(at, now=now, zone=zone, locale=locale) for name, at in times.items()}}


def _factor(tx: Transaction, account: Link) -> dict[str, Any]:
    return {
        "set_up": second_factor.is_set_up(tx, account.id),
        "demanded": second_factor.is_demanded(tx, account.id),
        "codes_left": second_factor.codes_left(tx, account.id),
    }


@router.post("/language")
async def language(request: Request, me: Own = Depends(own)) -> JSONResponse:
    """Keep the language of the account: of its pages, messages and exports."""
    locale = (await json_object(request)).get("locale")
    if locale not in LOCALES:
        raise wrong("locale is en or zh.", "locale 应为 en 或 zh。", field="locale")
    await run_in_threadpool(me.does, accounts.speak, locale)
    return JSONResponse({"locale": locale})


@router.post("/password")
async def password(request: Request, me: Own = Depends(own)) -> JSONResponse:
    """Change the password; every session ends, and this browser gets a new one."""
    body = await json_object(request)
    new = body.get("new")
    if not isinstance(new, str) or len(new) > 1000:
        raise wrong("Send password and new.", "请发送 password 和 new。", field="new")

    def work() -> str:
        me.proves(body.get("password"))
        me.does(accounts.set_password, new, act="password_changed")
        with me.office.transaction() as tx:
            return accounts.open_session(tx, me.account.id, me.place)

    token = await run_in_threadpool(work)
    return with_cookie(JSONResponse({"changed": True}), request, token)


@router.post("/factor")
async def factor(request: Request, me: Own = Depends(own)) -> JSONResponse:
    """Begin to set up a second factor, or a new one in its place."""
    body = await json_object(request)

    def work() -> Any:
        me.proves(body.get("password"))
        return me.does(second_factor.begin)

    return JSONResponse(secret_json(await run_in_threadpool(work)))


@router.post("/factor/confirm")
async def factor_confirm(request: Request, me: Own = Depends(own)) -> JSONResponse:
    """Put the new second factor in force with its first code; the recovery codes are shown only now."""
    code = _text(await json_object(request), "code")
    codes = await run_in_threadpool(me.does, second_factor.confirm, code)
    if not codes:
        raise accounts.WrongCode(field="code")
    return JSONResponse({"codes": codes})


@router.post("/factor/codes")
async def factor_codes(request: Request, me: Own = Depends(own)) -> JSONResponse:
    """Give new recovery codes; the old ones end."""
    body = await json_object(request)

    def work() -> list[str]:
        me.proves(body.get("password"))
        return me.does(second_factor.new_codes)

    return JSONResponse({"codes": await run_in_threadpool(work)})


@router.post("/factor/remove")
async def factor_remove(request: Request, me: Own = Depends(own)) -> JSONResponse:
    """Do without a second factor, where no role demands one; every session ends but this one's successor."""
    body = await json_object(request)

    def work() -> str:
        me.proves(body.get("password"))
        with me.office.transaction() as tx:
            if second_factor.is_demanded(tx, me.account.id):
                raise FactorDemanded
            second_factor.reset(tx, me.account)
            return accounts.open_session(tx, me.account.id, me.place)

    token = await run_in_threadpool(work)
    return with_cookie(JSONResponse({"removed": True}), request, token)


@router.post("/sessions/end")
async def end_sessions(request: Request, me: Own = Depends(own)) -> JSONResponse:
    """End one session by its key, or all but this one."""
    key = _text(await json_object(request), "key", empty=True)
    ended = await run_in_threadpool(me.does, accounts.end_sessions, but=me.token, key=key)
    return JSONResponse({"ended": ended})


@router.post("/tokens", status_code=201)
async def make_token(request: Request, me: Own = Depends(own)) -> JSONResponse:
    """Make a token for a program; it is shown only now."""
    body = await json_object(request)
    scopes, days = body.get("scopes", []), body.get("days")
    if not isinstance(scopes, list) or not all(isinstance(one, str) for one in scopes):
        raise wrong("scopes is a list of texts.", "scopes 应为文本列表。", field="scopes")
    if days is not None and (not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= LONGEST_DAYS):
        raise wrong(f"days is a number from 1 to {LONGEST_DAYS}.", f"days 为 1 到 {LONGEST_DAYS} 的数字。", field="days")
    how = {"title": _text(body, "title"), "scopes": scopes, "days": days}
    return JSONResponse({"token": await run_in_threadpool(me.does, accounts.create_token, **how)}, 201)


@router.post("/tokens/{key}/revoke")
def revoke_token(key: Key, me: Own = Depends(own)) -> JSONResponse:
    """End a token of one's own."""
    me.does(accounts.revoke_token, key)
    return JSONResponse({"revoked": key})


def _text(body: dict[str, Any], name: str, *, empty: bool = False) -> str:
    given = body.get(name, "" if empty else None)
    if not isinstance(given, str) or (not empty and not given.strip()) or len(given) > 200:
        raise wrong(f"Send {name}.", f"请发送 {name}。", field=name)
    return given.strip()
