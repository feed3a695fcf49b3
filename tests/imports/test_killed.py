"""A process that is killed in the middle of an import loses nothing and makes nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from app.config.settings import CHECKOUT, Settings
from app.office import Office
from tests.imports.mappings import HEADER, an_importer

ORDERS = 40
CHILD = """
import os, signal, sys
from app.config.settings import Settings
from app.imports import running
from app.office import Office
from tests.imports.mappings import ORDERS, mapping
from app.imports.files import Files

running.BATCH = 4
importer = Office.open(Settings.read(os.environ)).as_user("importer")
runner = running.Runner(
    importer.repository, importer.actor, mapping(ORDERS), files=Files(contents={"orders.csv": open(sys.argv[1], "rb").read()})
)
if len(sys.argv) > 2:
    runner.progress = lambda done, of: os.kill(os.getpid(), signal.SIGKILL) if done >= int(sys.argv[2]) else None
report = runner.run()
print(report.imported, report.unchanged, report.resumed)
"""


def a_run(environ: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", CHILD, *arguments],
        cwd=CHECKOUT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_killed_run_is_taken_up_again(database_url: str, tmp_path: Path) -> None:
    settings = {"DAYBOOK_HOME": str(tmp_path), "DAYBOOK_DATABASE_URL": database_url}
    office = Office.open(Settings.read(settings))
    an_importer(office)
    rows = [f"{n},V1,15.04.2022,AR-{line},{n},1,done" for n in range(1, ORDERS + 1) for line in (1, 2)]
    file = tmp_path / "orders.csv"
    file.write_text("\n".join((HEADER, *rows, "")))
    environ = {**os.environ, **settings}
    assert a_run(environ, str(file), "12").returncode == -signal.SIGKILL
    assert len(office.as_user("importer").list("purchase_order", limit=100).rows) == 12
    rest = a_run(environ, str(file))
    assert rest.stdout.split() == [str(2 * ORDERS), "0", "True"], rest.stderr
    numbers = [
        row["order_no"]
        for row in office.as_user("importer").list("purchase_order", limit=100, columns=["order_no"]).rows
    ]
    assert sorted(numbers, key=int) == [str(n) for n in range(1, ORDERS + 1)]
    office.repository.close()
