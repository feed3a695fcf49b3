"""Who is signed in at a page, and the office as that person sees it; every handler passes here."""

from __future__ import annotations

import inspect
import logging
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import quote, urlsplit

import reflex as rx

from app.core.errors import DaybookError
from app.office import COOKIE, Office
from app.pages.wording import text

LANGUAGE = "lang"
log = logging.getLogger("daybook.pages")
_here: ContextVar[Office] = ContextVar("office_of_this_event")


def office() -> Office:
    """Give the office as the person whose event or request is being handled."""
    return _here.get()


def house() -> Office:
    """Give the office of this process, as nobody in particular."""
    from app.office.facade import opened

    return opened()


def cookies(header: str) -> dict[str, str]:
    """Give the cookies of a request's header by name; nothing from a broken one."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


def locale(header: str, person: Office | None = None) -> str:
    """Give the language of the reader: what was chosen in this browser, else the account's."""
    chosen = cookies(header).get(LANGUAGE, "").strip('"')
    if chosen in ("en", "zh"):
        return chosen
    return person.actor.locale if person else "en"


@contextmanager
def entered(person: Office) -> Iterator[Office]:
    """Let `office()` be this person's office inside the block."""
    token = _here.set(person)
    try:
        yield person
    finally:
        _here.reset(token)


def secured(handler: Callable[..., Any]) -> Callable[..., Any]:
    """Guard an event handler: only a signed-in person runs it, as himself; what fails becomes a message."""
    assert not inspect.isgeneratorfunction(handler), "a handler that yields is async, so that it runs as its person"
    if inspect.isasyncgenfunction(handler):
        return _mark(handler, _guarded_stream(handler))
    if inspect.iscoroutinefunction(handler):
        return _mark(handler, _guarded_wait(handler))
    return _mark(handler, _guarded(handler))


def person_of(state: rx.State) -> Office | None:
    """Give the office of whoever is signed in at this state's browser, or nothing."""
    return house().of_session(cookies(state.router.headers.cookie).get(COOKIE, ""))


def to_sign_in(state: rx.State) -> Any:
    """Lead to the sign-in page, and back to where the person was; a session that has ended is told."""
    url = state.router.url
    back = url.path + (f"?{url.query}" if url.query else "")
    ended = "&ended=1" if COOKIE in cookies(state.router.headers.cookie) else ""
    return rx.redirect(f"/login?next={quote(back, safe='')}{ended}")


def refusal(state: rx.State, error: Exception) -> Any:
    """Give what the person sees when an act was refused or broke; what broke is logged under the code he is told."""
    language = locale(state.router.headers.cookie)
    if isinstance(error, DaybookError):
        return rx.toast.error(error.say(language), duration=8000)
    code = f"D-{secrets.token_hex(2).upper()}"
    log.error("%s: %s failed", code, type(state).__name__, exc_info=error)
    return rx.toast.error(text("that_failed", language, code=code), duration=20000)


def same_host(origin: str | None, environ: Mapping[str, str]) -> bool:
    """Tell whether a page that opens a socket came from this very server, by whatever name it is reached."""
    hosts = (environ.get("HTTP_HOST"), environ.get("HTTP_X_FORWARDED_HOST", "").split(",")[0].strip())
    return bool(origin) and urlsplit(origin).netloc in filter(None, hosts)


def _mark(handler: Callable[..., Any], guarded: Callable[..., Any]) -> Callable[..., Any]:
    wrapped: Any = wraps(handler)(guarded)
    wrapped.secured = True
    return wrapped


def _guarded(handler: Callable[..., Any]) -> Callable[..., Any]:
    def guarded(self: rx.State, *args: Any, **kwargs: Any) -> Any:
        person = person_of(self)
        if person is None:
            return to_sign_in(self)
        with entered(person):
            try:
                return handler(self, *args, **kwargs)
            except Exception as error:
                return refusal(self, error)

    return guarded


def _guarded_wait(handler: Callable[..., Any]) -> Callable[..., Any]:
    async def guarded(self: rx.State, *args: Any, **kwargs: Any) -> Any:
        person = person_of(self)
        if person is None:
            return to_sign_in(self)
        with entered(person):
            try:
                return await handler(self, *args, **kwargs)
            except Exception as error:
                return refusal(self, error)

    return guarded


def _guarded_stream(handler: Callable[..., Any]) -> Callable[..., Any]:
    async def guarded(self: rx.State, *args: Any, **kwargs: Any) -> Any:
        person = person_of(self)
        if person is None:
            yield to_sign_in(self)
            return
        _here.set(person)  # a stream is resumed in its own context, so nothing is put back
        try:
            async for event in handler(self, *args, **kwargs):
                yield event
        except Exception as error:
            yield refusal(self, error)

    return guarded
