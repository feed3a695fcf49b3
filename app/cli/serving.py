"""Commands that keep running: the office with its worker, or a worker alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Annotated

import typer

from app.cli import founded, frontend
from app.cli.console import say
from app.cli.opening import choose_home, office, settings
from app.config.settings import CHECKOUT
from app.core.logs import configure

PATIENCE_SECONDS = 120


def register(daybook: typer.Typer) -> None:
    """Add the commands."""
    daybook.command()(up)
    daybook.command()(worker)


def up(
    port: Annotated[int, typer.Option(help="where the pages and the API are")] = 8000,
    host: Annotated[str, typer.Option(help="0.0.0.0 lets other machines in")] = "127.0.0.1",
    no_worker: Annotated[bool, typer.Option("--no-worker", help="leave background work to `daybook worker`")] = False,
    home: Annotated[Path | None, typer.Option(help="holds site/ and var/")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="fill an empty home with the demo company")] = False,
) -> None:
    """Start the office: pages, API and one worker, on one port."""
    choose_home(home)
    public = int(os.environ.get("DAYBOOK_PUBLIC_PORT") or port)  # where browsers reach the proxy before it
    os.environ["DAYBOOK_PORT"] = str(public)
    os.environ["DAYBOOK_OFFICE_URL"] = f"http://127.0.0.1:{port}"
    os.environ["DAYBOOK_SECRET_KEY"] = settings().secret_key
    _first_steps(demo)
    frontend.build(public)
    _serve(host, port, with_worker=not no_worker)


def worker() -> None:
    """Do the office's background work until stopped."""
    from app.jobs.worker import Worker

    configure(settings().log)
    working = Worker(office("admin").repository)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: working.stop())
    working.run()


def _first_steps(demo: bool) -> None:
    """Let an empty home have somebody who can sign in; in a process of its own, whose memory goes with it."""
    if founded.is_founded(settings()):
        founded.tell_password(settings())
        return
    command = [sys.executable, "-m", "app.cli.first_steps", *(["--demo"] if demo else [])]
    if subprocess.run(command, cwd=CHECKOUT, check=False).returncode:
        raise typer.Exit(1)


def _serve(host: str, port: int, *, with_worker: bool) -> None:
    began = time.monotonic()
    parts = [subprocess.Popen(web_command(host, port), cwd=CHECKOUT, env=os.environ | frontend.SERVED)]
    if with_worker:
        parts.append(
            subprocess.Popen([sys.executable, "-m", "app.cli.start", "worker"], cwd=CHECKOUT, env=dict(os.environ))
        )
    stopping: list[int] = []
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda number, _frame: stopping.append(number))
    try:
        _wait_until_up(port, parts, stopping)
        say(
            f"Daybook is up at http://localhost:{port} ({time.monotonic() - began:.1f} s).",
            f"Daybook 已启动：http://localhost:{port}（{time.monotonic() - began:.1f} 秒）。",
        )
        while not stopping and all(part.poll() is None for part in parts):
            time.sleep(0.3)
    finally:
        _end(parts)
    if not stopping:
        raise typer.Exit(1)


def web_command(host: str, port: int) -> list[str]:
    """Give how the web server is started: one process, since pages keep their state in it."""
    return [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "asgi",
        "--factory",
        "--host",
        host,
        "--port",
        str(port),
        "--workers",
        "1",
        "--log-level",
        "warning",
        "app.app:app",
    ]


def _wait_until_up(port: int, parts: list[subprocess.Popen], stopping: list[int]) -> None:
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends and not stopping:
        if any(part.poll() is not None for part in parts):
            raise typer.Exit(1)
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)


def _end(parts: list[subprocess.Popen]) -> None:
    for part in parts:
        part.terminate()
    for part in parts:
        try:
            part.wait(timeout=15)
        except subprocess.TimeoutExpired:
            part.kill()
            part.wait()
