"""Two people who import the same keys at once, each in a process of their own: nothing is made twice, nobody fails."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from app.config.settings import CHECKOUT, Settings
from app.core.actor import SYSTEM
from app.data import accounts
from app.office import Office
from tests.imports.mappings import HEADER, ROLES, an_importer

PEOPLE = ("importer", "second", "third")
COUNT = 60
CHILD = """
import os, sys, time
from app.config.settings import Settings
from app.imports import running
from app.imports.files import Files
from app.office import Office
from tests.imports.mappings import ORDERS, mapping

running.BATCH = 5
who, file, begin = sys.argv[1], sys.argv[2], float(sys.argv[3])
text = ORDERS.replace("key: [order_no]", "key: [order_no]\\n    existing: update").replace("completed", "draft").replace("ordered}", "draft}")
person = Office.open(Settings.read(os.environ)).as_user(who)
runner = running.Runner(
    person.repository, person.actor, mapping(text), files=Files(contents={"orders.csv": open(file, "rb").read()})
)
time.sleep(max(0, begin - time.time()))
report = runner.run()
print(report.imported, report.changed, report.unchanged, report.rejected)
"""


def test_the_same_keys_at_once_make_one_document_each(database_url: str, tmp_path: Path) -> None:
    settings = {"DAYBOOK_HOME": str(tmp_path), "DAYBOOK_DATABASE_URL": database_url}
    office = Office.open(Settings.read(settings))
    an_importer(office)
    with office.repository.transaction(SYSTEM, door="test") as tx:
        for who in PEOPLE[1:]:
            accounts.create_account(tx, who, title=who, password="not-a-secret", roles=ROLES)
    begin, children = time.time() + 8, []
    for turn, who in enumerate(PEOPLE):
        numbers = list(range(COUNT)) if turn % 2 == 0 else list(reversed(range(COUNT)))
        file = tmp_path / f"{who}.csv"
        file.write_text("\n".join((HEADER, *(f"N{n},V1,15.04.2022,AR-1,{turn + 1},1,done" for n in numbers), "")))
        command = [sys.executable, "-c", CHILD, who, str(file), str(begin)]
        environ = {**os.environ, **settings}
        children.append(
            subprocess.Popen(command, cwd=CHECKOUT, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        )
    told = [child.communicate(timeout=240) for child in children]
    assert [child.returncode for child in children] == [0] * len(PEOPLE), told
    counts = [tuple(map(int, out.split())) for out, _ in told]
    assert sum(count[0] for count in counts) == COUNT
    assert all(sum(count) == COUNT and count[3] == 0 for count in counts), counts
    orders = office.as_user("importer").list("purchase_order", limit=1000, columns=["order_no"]).rows
    assert sorted(row["order_no"] for row in orders) == sorted(f"N{n}" for n in range(COUNT))
    office.repository.close()
