"""Two web processes behind nginx: pages built once, state in Redis, each process killed and started by its place."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.cli import frontend
from app.cli.serving import web_command
from tests.pages.serving import LEFT_OUT, PATIENCE, ROOT, free_port

REDIS = os.environ.get("DAYBOOK_TEST_REDIS", "redis://127.0.0.1:6379")
NGINX = shutil.which("nginx") or ("/usr/sbin/nginx" if Path("/usr/sbin/nginx").exists() else None)
CONF = """\
daemon off;
pid {where}/nginx.pid;
error_log {where}/nginx.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {where}/body;
  proxy_temp_path {where}/proxy;
  fastcgi_temp_path {where}/fastcgi;
  uwsgi_temp_path {where}/uwsgi;
  scgi_temp_path {where}/scgi;
  client_max_body_size 30m;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
  upstream office {{
{servers}
  }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://office;
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-Proto $scheme;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_next_upstream error timeout http_503 non_idempotent;
      proxy_connect_timeout 2s;
      proxy_read_timeout 300s;
    }}
  }}
}}
"""


@dataclass
class House:
    """The address behind nginx, and the processes with addresses of their own."""

    address: str
    tree: Path
    environment: dict[str, str]
    ports: list[int]
    parts: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, place: int) -> None:
        """Start one web process."""
        port = self.ports[place]
        log = (self.tree.parent / f"web{place}.log").open("a")
        self.parts[place] = subprocess.Popen(
            web_command("127.0.0.1", port),
            cwd=self.tree,
            env=self.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )

    def kill(self, place: int) -> None:
        """Kill one web process as a crash does, and the one that it started to serve."""
        os.killpg(self.parts[place].pid, signal.SIGKILL)
        self.parts[place].wait()

    def direct(self, place: int) -> str:
        """Give the address of one process, past nginx."""
        return f"http://127.0.0.1:{self.ports[place]}"

    def wait(self, address: str) -> None:
        """Wait until somebody answers."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(f"{address}/ready", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.3)
        logs = "\n".join(path.read_text()[-1500:] for path in self.tree.parent.glob("*.log"))
        raise AssertionError(f"{address} does not answer:\n{logs}")


@contextmanager
def two_behind_nginx(where: Path, settings: dict[str, str]) -> Iterator[House]:
    """Serve an office by two processes behind nginx; end them all at last."""
    tree, port = where / "tree", free_port()
    if (built := os.environ.get("DAYBOOK_TEST_TREE")) is not None:  # a tree that is built already, while tests are written
        tree, port = Path(built), int(os.environ["DAYBOOK_TEST_PORT"])
    else:
        shutil.copytree(ROOT, tree, ignore=LEFT_OUT, symlinks=True)
    environment = {
        **os.environ,
        **settings,
        "DAYBOOK_PORT": str(port),
        "PYTHONPATH": str(tree),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    if built is None:
        build = [sys.executable, "-c", f"from app.cli import frontend; frontend.build({port})"]
        subprocess.run(build, cwd=tree, env=environment, check=True, capture_output=True)
    house = House(f"http://127.0.0.1:{port}", tree, environment | frontend.SERVED, [free_port(), free_port()])
    servers = "\n".join(f"    server 127.0.0.1:{each} max_fails=1 fail_timeout=2s;" for each in house.ports)
    (where / "nginx.conf").write_text(CONF.format(where=where, servers=servers, port=port))
    assert NGINX is not None
    proxy = subprocess.Popen([NGINX, "-c", str(where / "nginx.conf"), "-p", str(where)], stderr=subprocess.DEVNULL)
    try:
        for place in (0, 1):
            house.start(place)
        for place in (0, 1):
            house.wait(house.direct(place))
        house.wait(house.address)
        yield house
    finally:
        proxy.terminate()
        proxy.wait(20)
        for place in house.parts:  # an open socket may hold back an orderly end
            house.kill(place)
