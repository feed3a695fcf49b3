"""What can be said after `daybook`; each group of commands stands in a file of its own."""

from __future__ import annotations

import sys
from importlib import import_module

import typer

from app.cli.console import fail
from app.core.errors import DaybookError

GROUPS = ("serving", "configuration", "safekeeping", "templates", "documents", "machines", "importing", "people", "hooks")
ALONE = {"up": "serving", "worker": "serving", "check": "configuration"}  # load nothing else: it stays in memory, or takes time


def command_line(*, only: str | None = None) -> typer.Typer:
    """Give the command line with all groups of commands, or with one."""
    daybook = typer.Typer(
        name="daybook",
        help="The back office of a company that sells online.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    for name in GROUPS if only is None else (only,):
        import_module(f"app.cli.{name}").register(daybook)
    return daybook


def run() -> None:
    """Run what the arguments say; a refusal is told in words and ends with 1."""
    only = ALONE.get(sys.argv[1]) if sys.argv[1:] else None
    try:
        command_line(only=only)()
    except DaybookError as error:
        sys.exit(fail(error))
    except BrokenPipeError:  # the reader of a pipe has enough
        sys.exit(0)
