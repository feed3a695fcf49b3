"""The office as Python sees it: in process where the database is, or over the token of a run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.office.facade import Office

__all__ = ["COOKIE", "Office", "connect"]

COOKIE = "daybook_session"
TOKEN, ADDRESS = "DAYBOOK_RUN_TOKEN", "DAYBOOK_OFFICE_URL"


def connect(user: str | None = None) -> Any:
    """Give the office as a person: whoever the run's token names, else `user`, whom a shell is trusted to be."""
    token = os.environ.get(TOKEN)
    if token:
        from app.office.remote import RemoteOffice

        return RemoteOffice(os.environ.get(ADDRESS, "http://localhost:8000"), token)
    from app.office.facade import opened

    return opened().as_user(user or "admin")


def __getattr__(name: str) -> Any:
    if name == "Office":
        from app.office.facade import Office

        return Office
    raise AttributeError(name)
