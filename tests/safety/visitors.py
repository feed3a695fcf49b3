"""One person at every door at once: in process, by the API, by a page's socket, from a notebook."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.testclient import TestClient

import app.pages
from app.api import build_api
from app.core.errors import DaybookError, Invalid
from app.data import accounts
from app.office import COOKIE
from app.office.encoding import encode
from app.office.facade import Office
from app.office.remote import RemoteOffice
from tests.safety.canaries import Company

HERE = "http://testserver"


GHOSTS = ("expired", "revoked", "stopped")


@dataclass
class Visitor:
    """A person (`guest`), by a token of one scope (`keeper:visit`), or with what opens nothing (`expired`)."""

    company: Company
    who: str
    web: FastAPI | None = None

    @property
    def name(self) -> str:
        """The sign-in name."""
        return self.who.partition(":")[0]

    @property
    def scope(self) -> str:
        """What the token is good for; empty: everything."""
        return self.who.partition(":")[2]

    @property
    def is_ghost(self) -> bool:
        """Tell whether what this visitor holds opens nothing any more."""
        return self.who in GHOSTS

    @cached_property
    def token(self) -> str:
        """A bearer token of this person."""
        if self.is_ghost:
            return self.company.known.ghosts[self.who][1]
        with self.company.office.as_user(self.name).transaction() as tx:
            return accounts.create_token(
                tx, tx.actor.account, title="crawl", scopes=(self.scope,) if self.scope else ()
            )

    @cached_property
    def session(self) -> str:
        """A session of this person's browser."""
        if self.is_ghost:
            return self.company.known.ghosts[self.who][0]
        actor = self.company.actor(self.name)
        with self.company.office.repository.transaction(actor) as tx:
            return accounts.open_session(tx, actor.account.id)

    @property
    def office(self) -> Office:
        """The office as this person."""
        found = self.company.office.of_token(self.token) if self.scope else self.company.office.as_user(self.name)
        assert found is not None
        return found

    @cached_property
    def program(self) -> TestClient:
        """A program that holds the token."""
        client = TestClient(self.web or build_api(self.company.office), base_url=HERE, raise_server_exceptions=False)
        client.headers["authorization"] = f"Bearer {self.token}"
        return client

    @cached_property
    def browser(self) -> TestClient:
        """A browser that holds the session."""
        client = TestClient(self.web or build_api(self.company.office), base_url=HERE, raise_server_exceptions=False)
        client.headers["origin"] = HERE
        client.cookies.set(COOKIE, self.session)
        return client

    @cached_property
    def afar(self) -> RemoteOffice:
        """The office as a notebook of this person sees it."""
        return RemoteOffice(HERE, self.token, transport=_Through(self.program))


class _Through(httpx.BaseTransport):
    def __init__(self, client: TestClient) -> None:
        self.client = client

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        answer = self.client.request(request.method, path, content=request.read(), headers=dict(request.headers))
        return httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)


def told(call: Callable[..., Any], *given: Any, **more: Any) -> str:
    """Give all that a call tells: what it gives, or the words of its refusal."""
    try:
        found = call(*given, **more)
        return written(list(found) if inspect.isgenerator(found) else found)
    except DaybookError as error:
        problems = [each.words.say("en") for each in error.problems] if isinstance(error, Invalid) else []
        return written([error.say("en"), error.say("zh"), problems])


def written(value: Any) -> str:
    """Give a value as the text in which canaries are looked for."""
    if isinstance(value, (str, bytes)):
        return value if isinstance(value, str) else value.decode("utf-8", "replace")
    if hasattr(value, "values_"):  # a document, with its lines
        return written([value.values_, value.tables])
    return json.dumps(encode(value), default=str, ensure_ascii=False)


@cache
def all_pages() -> None:
    """Import every module of the pages, so that every state is known."""
    for module in pkgutil.walk_packages(app.pages.__path__, "app.pages."):
        importlib.import_module(module.name)


def states() -> Iterator[type]:
    """Give every state of the pages."""
    import reflex as rx

    all_pages()
    waiting = list(rx.State.__subclasses__())
    while waiting:
        state = waiting.pop()
        waiting += state.__subclasses__()
        if state.__module__.startswith("app."):
            yield state


@cache
def handlers() -> dict[tuple[type, str], Any]:
    """Give every event handler that a browser can call, by its state and name."""
    return {
        (state, name): handler.fn
        for state in sorted(states(), key=lambda one: one.__qualname__)
        for name, handler in state.event_handlers.items()
        if name != "setvar"
    }


class Page:
    """A page open in a person's browser: its states on the server, and what its events send back."""

    def __init__(self, visitor: Visitor, path: str, query: str = "") -> None:
        from reflex.istate.data import RouterData
        from reflex.state import State

        all_pages()
        self.root = State(_reflex_internal_init=True)  # type: ignore[call-arg]
        address = path + (f"?{query}" if query else "")
        data = {
            "pathname": path,
            "asPath": address,
            "query": {},
            "headers": {"cookie": f"{COOKIE}={visitor.session}; lang=en", "origin": HERE, "host": "testserver"},
            "token": "t",
            "sid": "s",
            "ip": "1",
        }
        self.root.router = RouterData.from_router_data(data)  # type: ignore[arg-type]

    def call(self, state: type, name: str, *given: Any) -> str:
        """Call a handler; give what would be sent to the browser."""
        instance = self.root.get_substate(state.get_full_name().split("."))  # type: ignore[attr-defined]
        handler = state.event_handlers[name].fn  # type: ignore[attr-defined]
        with ThreadPoolExecutor(1) as thread:  # a browser of other tests may hold this thread's loop
            events = thread.submit(asyncio.run, _run(handler, instance, given)).result()
        delta = self.root.get_delta()
        self.root._clean()
        return written_page([delta, events])


async def _run(handler: Callable[..., Any], state: Any, given: tuple[Any, ...]) -> list[Any]:
    found = handler(state, *given)
    if inspect.isasyncgen(found):
        return [event async for event in found]
    return [await found if inspect.isawaitable(found) else found]


def written_page(value: Any) -> str:
    """Give what goes to a browser as the text in which canaries are looked for."""
    from reflex.utils.format import json_dumps

    value[0].get("reflex___state____state", {}).clear()
    try:
        return str(json_dumps(value[0])) + repr(value[1])
    except TypeError:
        return repr(value)
