"""Wiring only: the API, the pages' own routes and the pages on one port."""

from __future__ import annotations

import reflex as rx
from fastapi import FastAPI

from app.core.logs import configure
from app.pages import routes, session


def _web() -> FastAPI:
    """Give the routes of programs, with those of the pages before their catch-all."""
    from app.api import build_api
    from app.office.facade import opened

    office = opened()
    configure(office.settings.log)
    web = build_api(office)
    web.router.routes[:0] = routes.router.routes
    return web


web = _web()
app = rx.App(
    stylesheets=["/daybook.css", "/records.css", "/lists.css", "/work.css", "/sql.css", "/account.css"],
    html_lang="en",
    toaster=rx.toast.provider(position="bottom-center"),
    api_transformer=web,
)
assert app.sio is not None
app.sio.eio.cors_allowed_origins = session.same_host
app.register_lifespan_task(lambda: web.router.lifespan_context(web))

from app.pages import (  # noqa: E402,F401  the pages register themselves
    account_page,
    chat_page,
    home_page,
    import_page,
    inbox_page,
    jobs_page,
    list_page,
    notebooks_page,
    people_page,
    reads_page,
    record_page,
    sign_in,
    sql_page,
    stock_page,
)
