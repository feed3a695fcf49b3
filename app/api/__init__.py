"""FastAPI: one set of routes for every form."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI

    from app.office.facade import Office


def build_api(office: Office) -> FastAPI:
    """Give the API of an office, ready to be served alone or around the pages."""
    from app.api.application import build

    return build(office)
