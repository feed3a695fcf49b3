"""The built pages: made anew only when what they are made of, or the port, changed."""

from __future__ import annotations

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import typer

from app.cli.console import say
from app.config.settings import CHECKOUT

WEB = CHECKOUT / ".web"
LOCK = CHECKOUT / ".web.lock"
STAMP = WEB / "daybook.stamp"
SOURCES = ("rxconfig.py", "app/app.py", "app/pages", "assets", "reflex.lock")
ENDINGS = (".py", ".jsx", ".js", ".css", ".svg", ".json", ".lock", ".yaml")
# names of Reflex's own, which may change with it: serve what was built, and don't compile again
SERVED = {"__REFLEX_SKIP_COMPILE": "1", "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "1", "REFLEX_ENV_MODE": "prod"}


def build(port: int) -> None:
    """Build the pages for this port unless that was done; of two processes that start together one does it."""
    with LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        _build(port)


def _build(port: int) -> None:
    stamp = fingerprint(port)
    if STAMP.exists() and STAMP.read_text() == stamp:
        return
    say("Building the pages; this takes half a minute, once.", "正在构建页面，只需一次，约半分钟。")
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip", "--loglevel", "warning"]
    done = subprocess.run(
        command, cwd=CHECKOUT, env=os.environ | {"DAYBOOK_PORT": str(port)}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        typer.echo((done.stdout + done.stderr)[-4000:], err=True)
        raise typer.Exit(1)
    STAMP.write_text(fingerprint(port))


def fingerprint(port: int) -> str:
    """Give what the built pages depend on, as one hash."""
    found = hashlib.sha256(f"{port} {version('reflex')}".encode())
    for path in _files():
        found.update(str(path.relative_to(CHECKOUT)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def _files() -> Iterator[Path]:
    for name in SOURCES:
        path = CHECKOUT / name
        if path.is_file():
            yield path
        elif path.is_dir():
            yield from sorted(
                inner for inner in path.rglob("*") if inner.suffix in ENDINGS and "external" not in inner.parts
            )
