"""A real server of the product for browser tests: a copy of the tree, a port and a home of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

from app.cli import frontend
from app.cli.serving import web_command

ROOT = Path(__file__).parent.parent.parent
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".web", ".states", "var", "site", "__pycache__", "external", ".*_cache", "node_modules"
)
PATIENCE = 240


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Served(str):
    """The address of a served office, whose server can be stopped and started again."""

    server: Server


class Server:
    """One process of the product, on a port and in a tree of its own."""

    def __init__(self, where: Path, home: Path) -> None:
        self.tree, self.port, self.log = where / "tree", free_port(), where / "server.log"
        if (built := os.environ.get("DAYBOOK_TEST_TREE")) is not None:  # built already, while tests are written
            self.tree, self.port = Path(built), int(os.environ["DAYBOOK_TEST_PORT"])
        self.environment = {
            **os.environ,
            "DAYBOOK_HOME": str(home),
            "DAYBOOK_PORT": str(self.port),
            "PYTHONPATH": str(self.tree),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        }
        self.environment.pop("DAYBOOK_DATABASE_URL", None)
        if built is None:
            shutil.copytree(ROOT, self.tree, ignore=LEFT_OUT, symlinks=True)

    def start(self) -> None:
        """Build the pages and start the process."""
        if "DAYBOOK_TEST_TREE" in os.environ:
            self.start_again()
            return
        self._start([str(Path(sys.executable).parent / "reflex"), "run", "--env", "prod", "--single-port"])

    def start_again(self) -> None:
        """Start the process once more, over what is built."""
        self._start(web_command("0.0.0.0", self.port), frontend.SERVED)

    def _start(self, command: list[str], more: Mapping[str, str] = MappingProxyType({})) -> None:
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command,
                cwd=self.tree,
                env={**self.environment, **more},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _wait(f"http://localhost:{self.port}", self.process, self.log)

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> None:
        """Stop the process and all its children."""
        os.killpg(self.process.pid, sign)
        self.process.wait(20)


@contextmanager
def serving(where: Path, home: Path) -> Iterator[Served]:
    """Build and serve the product for a home; give its address; stop it and all its children at the end."""
    server = Server(where, home)
    try:
        server.start()
        address = Served(f"http://localhost:{server.port}")
        address.server = server
        yield address
    finally:
        server.stop()


def _wait(base: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise AssertionError(f"the server ended:\n{_tail(log)}")
        try:
            with urllib.request.urlopen(f"{base}/ping", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise AssertionError(f"the server did not answer in {PATIENCE} s:\n{_tail(log)}")


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-30:])
