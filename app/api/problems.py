"""Errors as RFC 9457 problems: code, words in the caller's language, the field, and the way out."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.core.errors import DaybookError, Invalid, Problem
from app.core.logs import request_id
from app.core.words import Words

TYPE = "application/problem+json"
log = logging.getLogger("daybook.api")


class NotSignedIn(DaybookError):
    """Sign in, or send a token that is still valid."""

    zh = "请先登录，或使用有效的令牌。"
    status = 401


class NoSuchAddress(DaybookError):
    """There is nothing at {address}."""

    zh = "{address} 下没有内容。"
    status = 404


class WrongRequest(DaybookError):
    """{reason}"""

    zh = "{reason}"
    status = 400


class ForeignOrigin(DaybookError):
    """This request came from another site. Send it from {host}, or with a token."""

    zh = "这个请求来自别的网站。从 {host} 发送，或使用令牌。"
    status = 403


class TokenTooNarrow(DaybookError):
    """This token lacks the scope '{scope}'. Make one that has it."""

    zh = "这个令牌没有“{scope}”范围，重新生成一个。"
    status = 403


class Stale(DaybookError):
    """{number} has version {version} by now. Read it again, then change it."""

    zh = "{number} 现在是版本 {version}，重新读取后再改。"
    status = 412


class TooLarge(DaybookError):
    """The request is larger than {most}."""

    zh = "请求超过 {most}。"
    status = 413


class WrongMediaType(DaybookError):
    """Send {wanted}."""

    zh = "发送 {wanted}。"
    status = 415


def wrong(english: str, chinese: str, *, field: str | None = None) -> WrongRequest:
    """Give the error of a request that can't be read."""
    return WrongRequest(field=field, reason=Words(english, chinese))


def locale_of(request: Request) -> str:
    """Give the language that the caller reads: Accept-Language, else the account's, else English."""
    for part in request.headers.get("accept-language", "").split(","):
        code = part.split(";")[0].strip().lower()[:2]
        if code in ("en", "zh"):
            return code
    office = getattr(request.state, "office", None)
    return office.actor.locale if office else "en"


def problem(request: Request, error: DaybookError) -> JSONResponse:
    """Give the answer that tells an error."""
    locale = locale_of(request)
    body = {
        "type": f"/docs/errors#{error.code}",
        "title": error.say(locale),
        "status": error.status,
        "code": error.code,
        "detail": error.say(locale),
        "instance": request.url.path,
        "request": request_id(),
    }
    hint = getattr(error, "hint", None)
    if hint:
        body["hint"] = hint.say(locale) if isinstance(hint, Words) else str(hint)
    if error.field:
        body["field"] = error.field
    if isinstance(error, Invalid):
        body["problems"] = _listed(error.problems, locale)
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
    return JSONResponse(body, error.status, headers | {"Content-Language": locale}, media_type=TYPE)


def install_problems(api: FastAPI) -> None:
    """Make every failure of the API a problem, never a page or a trace."""
    api.add_exception_handler(DaybookError, _daybook)  # type: ignore[arg-type]
    api.add_exception_handler(HTTPException, _http)  # type: ignore[arg-type]
    api.add_exception_handler(RequestValidationError, _unreadable)  # type: ignore[arg-type]
    api.add_exception_handler(Exception, _unexpected)


def _listed(problems: Sequence[Problem], locale: str) -> list[dict]:
    return [
        {"field": one.path, "code": one.code, "detail": one.words.say(locale), "warn": one.warn} for one in problems
    ]


async def _daybook(request: Request, error: DaybookError) -> JSONResponse:
    return problem(request, error)


async def _http(request: Request, error: HTTPException) -> JSONResponse:
    words = {
        404: Words("There is nothing at this address.", "这个地址下没有内容。"),
        405: Words("This address doesn't know that method.", "这个地址不支持该方法。"),
    }
    said = WrongRequest(reason=words.get(error.status_code, Words(str(error.detail), str(error.detail))))
    answer = problem(request, said)
    body = {
        "type": "about:blank",
        "title": said.say(locale_of(request)),
        "status": error.status_code,
        "code": {404: "no_such_address", 405: "no_such_method"}.get(error.status_code, "wrong_request"),
        "detail": said.say(locale_of(request)),
        "instance": request.url.path,
        "request": request_id(),
    }
    return JSONResponse(body, error.status_code, dict(error.headers or {}), media_type=answer.media_type)


async def _unreadable(request: Request, error: RequestValidationError) -> JSONResponse:
    first = error.errors()[0] if error.errors() else {"loc": ("request",), "msg": ""}
    field = str(first["loc"][-1])
    return problem(request, wrong(f"{field}: {first['msg']}", f"{field} 的值无法识别。", field=field))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.exception("request failed", exc_info=error)
    words = Words("Something failed here. Nothing was saved; it has been noted.", "出错了，什么都没有保存，已记录。")
    body = {
        "type": "about:blank",
        "title": words.say(locale_of(request)),
        "status": 500,
        "code": "failed",
        "detail": words.say(locale_of(request)),
        "instance": request.url.path,
        "request": request_id(),
    }
    return JSONResponse(body, 500, {"x-request-id": request_id()}, media_type=TYPE)
