"""Four years of a bicycle maker's purchasing brought into an empty home, with every check, audit row and ledger entry."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from app.config.settings import CHECKOUT, Settings
from app.core.actor import SYSTEM
from app.data import accounts
from app.office import Office
from bench.figure import Figure

DATA = CHECKOUT.parent / "shared" / "data" / "adventureworks"
ROUNDS = 2


def measure() -> list[Figure]:
    """Give the seconds that the plan takes, the better of two runs; raise FileNotFoundError where the data is absent."""
    if not DATA.is_dir():
        raise FileNotFoundError(f"{DATA} is not there")
    runs = [_imported() for _ in range(ROUNDS)]
    seconds, used, rows = min(runs)
    note = f"{rows} rows, {used:.1f} s of CPU, best of {ROUNDS}"
    return [Figure("AdventureWorks imported by its plan (SQLite)", seconds, "s", 20, note=note)]


def _imported() -> tuple[float, float, int]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "site" / "config").mkdir(parents=True)
        (home / "site" / "config" / "organisation.yaml").write_text("extends: company\ncurrency: USD\n")
        office = Office.open(Settings.read({"DAYBOOK_HOME": folder}))
        with office.repository.transaction(SYSTEM, door="cli") as tx:
            roles = tuple(name for name, role in tx.catalogue.organisation.roles.items() if not role.outside)
            accounts.create_account(tx, "admin", title="Administrator", password="measured-only", roles=roles)
        begun, used = time.perf_counter(), time.process_time()
        report = office.as_user("admin").import_plan("adventureworks", DATA)
        seconds, used = time.perf_counter() - begun, time.process_time() - used
        assert report.rejected == 0 and not report.failed, report.sentence().en
        office.repository.close()
    return seconds, used, report.read
