"""What a process writes down about itself: one line an event, as JSON where `DAYBOOK_LOG=json`, never what people typed."""

from __future__ import annotations

import logging
import re
import secrets
import sys
import traceback
from collections.abc import MutableMapping
from typing import IO, Any

import structlog

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
SECRET = re.compile(r"password|passwd|token|secret|authorization|cookie|api_key|credential|code$", re.IGNORECASE)
IN_TEXT = (
    (re.compile(r"\bdb_[A-Za-z0-9_-]{16,}"), "db_…"),
    (re.compile(r"(?i)\b(bearer|basic)\s+\S+"), r"\1 …"),
    (re.compile(r"://([^/\s:@]+):[^@\s/]+@"), r"://\1:…@"),
)
OWN = ("daybook", "jobs", "worker")
Event = MutableMapping[str, Any]


def configure(style: str, *, out: IO[str] | None = None) -> None:
    """Let this process write to `out` (standard output): `json`, all from info on; `text`, only warnings."""
    structured = style == "json"
    rendered = structlog.processors.JSONRenderer(ensure_ascii=False) if structured else structlog.dev.ConsoleRenderer()
    common: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    last: list[Any] = [_told, _guarded] if structured else [_guarded]
    handler = logging.StreamHandler(out or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*common, structlog.stdlib.ExtraAdder()],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last, rendered],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)  # libraries write addresses and values of their own
    for own in OWN:
        logging.getLogger(own).setLevel(logging.INFO if structured else logging.WARNING)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *common, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def begin_request(given: str = "") -> str:
    """Give the id of a request, the caller's where it is one; every line of this request carries it."""
    name = given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=name)
    return name


def request_id() -> str:
    """Give the id of the request under way; empty outside of one."""
    return str(structlog.contextvars.get_contextvars().get("request", ""))


def _told(_logger: Any, _method: str, event: Event) -> Event:
    """Tell an exception by its kind and its places; its message may hold what somebody typed."""
    info = event.pop("exc_info", None)
    info = sys.exc_info() if info is True else info
    error = info if isinstance(info, BaseException) else info[1] if isinstance(info, tuple) else None
    if error is not None:
        places = traceback.extract_tb(error.__traceback__)[-12:]
        event["error"] = type(error).__name__
        event["places"] = [f"{place.filename}:{place.lineno} {place.name}" for place in places]
    return event


def _guarded(_logger: Any, _method: str, event: Event) -> Event:
    """Take out what must not be written: by the name of the fact, and by its look in a text."""
    for name, value in event.items():
        if SECRET.search(name):
            event[name] = "…"
        elif isinstance(value, str):
            for pattern, shown in IN_TEXT:
                value = pattern.sub(shown, value)
            event[name] = value
    return event
