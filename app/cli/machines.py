"""Commands that let other programs in as one person: an MCP client, a notebook server."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from app.cli.opening import choose_home, house

Home = Annotated[Path | None, typer.Option(help="holds site/ and var/")]


def register(daybook: typer.Typer) -> None:
    """Add the commands."""
    daybook.command()(mcp)
    daybook.command()(lab)


def mcp(
    user: Annotated[str, typer.Option("--user", help="whose rights hold")] = "",
    token: Annotated[
        str, typer.Option("--token", envvar="DAYBOOK_TOKEN", help="a bearer token instead; better in the environment")
    ] = "",
    home: Home = None,
) -> None:
    """Serve the assistant's tools over MCP on standard input and output, with the rights of a person."""
    from app.data import accounts
    from assistant.mcp import Door, serve

    choose_home(home)
    if bool(user) == bool(token):
        raise typer.BadParameter("say either --user NAME or DAYBOOK_TOKEN")
    repository = house().repository
    if user:
        accounts.actor_named(repository, user)  # an unknown name is told before a client connects
    address = os.environ.get("DAYBOOK_OFFICE_URL", "http://localhost:8000")
    who = (
        (lambda: accounts.actor_named(repository, user))
        if user
        else (lambda: accounts.actor_of_token(repository, token))
    )
    serve(Door(repository, who, address=address))


def lab(
    user: Annotated[str, typer.Option("--user", help="whose rights hold")] = "analyst",
    port: Annotated[int, typer.Option(help="where JupyterLab is")] = 8888,
    office: Annotated[str, typer.Option(help="where the office is")] = "http://127.0.0.1:8000",
    browser: Annotated[bool, typer.Option(help="open a browser")] = True,
    home: Home = None,
) -> None:
    """Open JupyterLab in the company's notebooks, with `office` ready as a person; the office must be up."""
    from app.jobs.lab import open_lab

    choose_home(home)
    code = open_lab(house().repository, user, office=office, port=port, browser=browser)
    raise typer.Exit(code)
