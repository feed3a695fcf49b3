"""Opening the office for a command: whoever has the shell is trusted to be the person he names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from app.config.settings import CHECKOUT, Settings

if TYPE_CHECKING:
    from app.config.sources import Sources
    from app.office.facade import Office


def settings() -> Settings:
    """Give the settings of the environment."""
    return Settings.read(os.environ)


def sources() -> Sources:
    """Give the files of the product and of the company, with every domain loaded."""
    import app.domain  # noqa: F401  registers actions and functions
    from app.config.sources import Sources

    return Sources(CHECKOUT, settings().site, complete=True)


def house() -> Office:
    """Open the office as nobody in particular."""
    from app.office.facade import opened

    return opened()


def office(user: str) -> Office:
    """Open the office as a person."""
    return house().as_user(user, door="cli")


def choose_home(home: Path | None) -> None:
    """Let `--home` win over the environment."""
    if home is not None:
        os.environ["DAYBOOK_HOME"] = str(home.expanduser().resolve())
