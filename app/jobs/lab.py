"""JupyterLab for an analyst: the company's notebooks, and the office as one person, over a token that ends with it."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from app.core.actor import SYSTEM
from app.core.errors import DaybookError, NotFound
from app.core.words import Words
from app.data import accounts
from app.data.repository import Repository
from app.jobs.notebooks import environment_with

LONGEST = timedelta(hours=12)
READY = "from app import connect\n\noffice = connect()\n"


class LabMissing(DaybookError):
    """JupyterLab is not installed here. Get it by: .venv/bin/uv sync --extra lab"""

    zh = "这里没有安装 JupyterLab。安装命令：.venv/bin/uv sync --extra lab"
    status = 409


class OfficeSilent(DaybookError):
    """No office answers at {office}. Start it by `daybook up`, or say where it is: --office http://..."""

    zh = "{office} 没有办公室应答。先运行 daybook up，或用 --office 指明地址。"
    status = 503


def open_lab(repository: Repository, user: str, *, office: str, port: int, browser: bool) -> int:
    """Run JupyterLab until it is closed; give how it ended."""
    if importlib.util.find_spec("jupyterlab") is None:
        raise LabMissing()
    _must_answer(office)
    with token_for(repository, user) as token:
        home = prepared_home(repository, user)
        environment = environment_with(token, home, office=office)
        process = subprocess.Popen(command(repository, port=port, browser=browser), env=environment)
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # it asks whether to shut down, and is waited for
                continue


def command(repository: Repository, *, port: int, browser: bool) -> list[str]:
    """Give how JupyterLab is started: for this machine only, without terminals, in the company's notebooks."""
    folder = repository.settings.site / "notebooks"
    folder.mkdir(parents=True, exist_ok=True)
    return [
        *(sys.executable, "-m", "jupyterlab", f"--port={port}", "--ServerApp.ip=127.0.0.1"),
        *(f"--ServerApp.root_dir={folder}", "--ServerApp.terminals_enabled=False"),
        *(() if browser else ("--no-browser",)),
        *(("--allow-root",) if os.geteuid() == 0 else ()),  # a container's only person; asked for by name already
    ]


def prepared_home(repository: Repository, user: str) -> Path:
    """Give the folder that is the person's home in JupyterLab; each notebook begins with `office` ready."""
    home = repository.settings.var / "lab" / user
    startup = home / "profile_default" / "startup"
    startup.mkdir(parents=True, exist_ok=True)
    (startup / "00-office.py").write_text(READY)
    return home


@contextmanager
def token_for(repository: Repository, user: str) -> Iterator[str]:
    """Give a token of the person that ends when the block does."""
    token = accounts.token_of_run(repository, user, minutes=int(LONGEST.total_seconds() // 60))
    with repository.reading(SYSTEM, door="cli") as tx:
        account = accounts.account_named(tx, user)
        if account is None:
            raise NotFound(thing=Words(f"account '{user}'", f"账号“{user}”"))
        key = max(each.key for each in accounts.tokens_of(tx, account) if each.title == "run")
    try:
        yield token
    finally:
        with repository.transaction(SYSTEM, door="cli") as tx:
            accounts.revoke_token(tx, account, key)


def _must_answer(office: str) -> None:
    try:
        urllib.request.urlopen(f"{office}/health", timeout=5).close()
    except (urllib.error.URLError, OSError, ValueError):
        raise OfficeSilent(office=office) from None
