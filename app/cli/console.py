"""How the command line speaks: the reader's language, tables, errors with their way out."""

from __future__ import annotations

import locale as system_locale
import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.core.errors import DaybookError, Invalid
from app.core.words import Words

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)


def locale() -> str:
    """Give the reader's language: DAYBOOK_LOCALE, else the system's, else English."""
    chosen = (
        os.environ.get("DAYBOOK_LOCALE")
        or os.environ.get("LC_ALL")
        or os.environ.get("LANG")
        or (system_locale.getlocale()[0] or "")
    )
    return "zh" if chosen.lower().startswith("zh") else "en"


def say(english: str, chinese: str) -> None:
    """Print one sentence in the reader's language."""
    out.print(Text(Words(english, chinese).say(locale())))


def fail(error: DaybookError) -> int:
    """Print what went wrong and give the exit code."""
    err.print(Text(error.say(locale()), style="red"))
    for one in error.problems if isinstance(error, Invalid) else ():
        err.print(Text(f"  {one.path}: {one.words.say(locale())}"))
    return 1


def show(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows as a table on a screen, as tab-separated text into a pipe."""
    if not sys.stdout.isatty():
        print("\t".join(columns))
        for row in rows:
            print("\t".join(plain(value) for value in row))
        return
    table = Table(*columns)
    for row in rows:
        table.add_row(*(Text(plain(value)) for value in row))
    out.print(table)


def plain(value: Any) -> str:
    """Give a value as people read it in a terminal."""
    return "" if value is None else str(value)
