"""Around every request: its origin, a limit of size, headers that protect the reader, and counting for prometheus."""

from __future__ import annotations

import json
import time
from typing import Any

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.datastructures import MutableHeaders

from app.api.policy import API_HEADERS, BY_HTTPS, HEADERS, is_foreign, page_policy
from app.api.problems import TYPE, ForeignOrigin
from app.core.logs import begin_request
from app.core.words import LOCALES
from app.office import COOKIE

MEGABYTE = 1024 * 1024
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
JSON_MOST, FILE_MOST = 5 * MEGABYTE, 26 * MEGABYTE
REQUEST_HEADER = "x-request-id"
LOG = structlog.get_logger("daybook.web")
PAGE_MOST = 2 * MEGABYTE
REGISTRY = CollectorRegistry()
REQUESTS = Counter("daybook_requests", "Requests answered", ("method", "route", "status"), registry=REGISTRY)
SECONDS = Histogram("daybook_request_seconds", "Time to answer", ("method", "route"), registry=REGISTRY)


class Shield:
    """ASGI middleware; passes websockets and lifespan through untouched."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: dict, receive: Any, send: Any) -> None:
        """Answer one request, or pass on what is none."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        guarded = _Guarded(scope, receive, send)
        try:
            await self._answer(guarded)
        except BaseException:
            guarded.status = guarded.status or 500
            raise
        finally:
            guarded.write_down()

    async def _answer(self, guarded: _Guarded) -> None:
        if guarded.is_foreign:
            error = ForeignOrigin(host=guarded.headers.get("host", ""))
            await guarded.refuse(error.status, error.code, *(error.say(locale) for locale in LOCALES))
        elif guarded.announced > guarded.most:
            await guarded.refuse_size()
        else:
            await guarded.answer(self.app)


class _Guarded:
    def __init__(self, scope: dict, receive: Any, send: Any) -> None:
        self.scope, self._receive, self._send = scope, receive, send
        self.path: str = scope["path"]
        self.headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        self.request = begin_request(self.headers.get(REQUEST_HEADER, ""))
        self.status = 0
        self.page: list[bytes] | None = None  # of a page: what was sent so far, held back until it is whole
        self.begun: dict = {}
        self.most = FILE_MOST if self.path.startswith(("/api/v1/files", "/api/pages/files", "/_upload")) else JSON_MOST
        self.announced = _length(scope)
        self.read = 0
        self.began = time.perf_counter()
        self.started = self.refused = False

    @property
    def is_foreign(self) -> bool:
        """Tell whether a page of another site sent this with our cookie, or could have."""
        cookie = f"{COOKIE}=" in self.headers.get("cookie", "")
        return is_foreign(self.scope["method"], self.headers, cookie=cookie)

    async def answer(self, app: Any) -> None:
        await app(self.scope, self.receive, self.send)
        if self.refused and not self.started:
            await self.refuse_size()

    async def receive(self) -> dict:
        message = await self._receive()
        self.read += len(message.get("body", b""))
        if self.read <= self.most:
            return message
        self.refused = True
        await self.refuse_size()
        return {"type": "http.disconnect"}

    async def send(self, message: dict) -> None:
        if self.refused:
            return
        if message["type"] == "http.response.start":
            self.started = True
            self._head(message)
            if self._is_page(message):
                self.page, self.begun = [], message
                return
        elif self.page is not None:
            await self._send_page(message)
            return
        await self._send(message)

    def _is_page(self, start: dict) -> bool:
        headers = MutableHeaders(raw=start["headers"])
        html = headers.get("content-type", "").startswith("text/html") and "content-encoding" not in headers
        return html and "content-security-policy" not in headers and start["status"] != 304

    async def _send_page(self, message: dict) -> None:
        """Send a built page with the policy that lets its own scripts run, and no others."""
        assert self.page is not None
        self.page.append(message.get("body", b""))
        if message.get("more_body"):
            return
        page, self.page = b"".join(self.page), None
        policy = page_policy(page) if len(page) <= PAGE_MOST else page_policy(b"")
        MutableHeaders(raw=self.begun["headers"])["content-security-policy"] = policy
        await self._send(self.begun)
        await self._send({"type": "http.response.body", "body": page})

    async def refuse_size(self) -> None:
        megabytes = self.most // MEGABYTE
        said = f"The request is larger than {megabytes} MB.", f"请求超过 {megabytes} MB。"
        await self.refuse(413, "too_large", *said)

    async def refuse(self, status: int, code: str, english: str, chinese: str) -> None:
        if self.started:
            return
        self.started = self.refused = True
        told = {"type": "about:blank", "title": english, "status": status, "code": code, "instance": self.path}
        told["request"] = self.request
        body = json.dumps(told | {"detail": f"{english} {chinese}"}).encode()
        start = {
            "type": "http.response.start",
            "status": status,
            "headers": [(b"content-type", TYPE.encode()), (b"connection", b"close")],
        }
        self._head(start)
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})

    def _head(self, start: dict) -> None:
        headers = MutableHeaders(raw=start.setdefault("headers", []))
        secure = "https" in (self.scope.get("scheme"), self.headers.get("x-forwarded-proto", ""))
        api = API_HEADERS if self.path.startswith("/api/") else {}
        for name, value in (HEADERS | api | (BY_HTTPS if secure else {})).items():
            headers.setdefault(name, value)
        headers[REQUEST_HEADER] = self.request
        self.status = start["status"]
        method, route = self._address()
        REQUESTS.labels(method, route, str(start["status"])).inc()
        SECONDS.labels(method, route).observe(time.perf_counter() - self.began)

    def _address(self) -> tuple[str, str]:
        route = getattr(self.scope.get("route"), "path", None) or "other"
        return self.scope["method"] if self.scope["method"] in METHODS else "other", route

    def write_down(self) -> None:
        """Write one line: who asked by which door for which route, never for what."""
        method, route = self._address()
        office = self.scope.get("state", {}).get("office")
        who = {"actor": office.actor.name, "door": office.door} if office is not None else {}
        spent = round((time.perf_counter() - self.began) * 1000, 1)
        LOG.info("request", method=method, route=route, status=self.status, ms=spent, **who)


def _length(scope: dict) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
