"""An office in one file: taken while people work, brought back row by row and file by file, on either database."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.config.settings import Settings
from app.core.actor import SYSTEM
from app.data.backup_rows import line_of, row_values
from app.office import Office
from app.office.backup import FileThere, Manifest, NothingToBackUp, back_up
from app.office.restore import Backup, DamagedBackup, HomeNotEmpty, NewerBackup, OfficeRuns, restore
from tests.office.backups import a_worked_company, all_rows, sound, target
from tests.stories.test_notebook import receive_some

WRITER = """
import sys, pathlib
from app.config.settings import Settings
from app.office import Office
office = Office.open(Settings.read({"DAYBOOK_HOME": sys.argv[1], "DAYBOOK_DATABASE_URL": sys.argv[2]})).as_user("employee")
print("up", flush=True)
for number in range(100000):
    office.create("visit", {"guest": f"{sys.argv[3]}-{number}"})
"""
SLOW = """
import sys, time, pathlib
from app.config.settings import Settings
from app.office import backup
def slowly(*_):
    print("half", flush=True)
    time.sleep(60)
backup._take_files = slowly
backup.back_up(Settings.read({"DAYBOOK_HOME": sys.argv[1], "DAYBOOK_DATABASE_URL": sys.argv[2]}), pathlib.Path(sys.argv[3]))
"""


@pytest.fixture
def worked(company: Office) -> Office:
    """A company in which something of everything happened."""
    return a_worked_company(company)


@pytest.fixture
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty home."""
    return tmp_path_factory.mktemp("restored")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, place: Path) -> Iterator[Settings]:
    """An empty home on each database, whichever the backup came from."""
    yield from target(place, request.param)


@pytest.fixture
def empty_sqlite(place: Path) -> Settings:
    """An empty home on SQLite."""
    return Settings.read({"DAYBOOK_HOME": str(place)})


def taken(office: Office, file: Path, **how: Any) -> Manifest:
    return back_up(office.settings, file, **how)


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_an_office_comes_back_row_by_row_and_file_by_file_on_either_database(
    worked: Office, empty: Settings, tmp_path: Path
) -> None:
    before = all_rows(worked.settings.database)
    held = taken(worked, tmp_path / "office.zip")
    assert held.rows > 1000 and held.count("files") == 1 and held.count("site") >= 1 and held.count("notebooks") == 1
    restore(empty, tmp_path / "office.zip")
    after = all_rows(empty.database)
    assert set(before) == set(after)
    assert {name for name in before if name != "office_change" and before[name] != after[name]} == set()
    kept = [path for path in (empty.var / "files").rglob("*") if path.is_file()]
    assert [hashlib.sha256(path.read_bytes()).hexdigest() for path in kept] == [path.name for path in kept] and len(
        kept
    ) == 1
    assert (empty.site / "forms/visit.yaml").read_text() == (worked.settings.site / "forms/visit.yaml").read_text()
    assert "40 pieces" in next((empty.var / "notebooks").rglob("result.html")).read_text()


def test_people_go_on_working_in_a_restored_office(worked: Office, empty: Settings, tmp_path: Path) -> None:
    taken(worked, tmp_path / "office.zip")
    restore(empty, tmp_path / "office.zip")
    office = Office.open(empty)
    try:
        assert sound(office)
        receive_some(office)
        assert sound(office)
        employee = office.as_user("employee")
        assert employee.create("visit", {"guest": "Li"}).number.endswith("-0002")
        assert [found.link.number for found in employee.search("采购", forms=["visit"])]
        found = employee.list("purchase_request", where="reason == 'Pens'").rows[0]
        assert (
            employee.file(employee.get("purchase_request", found["number"])["attachments"][0])[1] == b"a hundred pens"
        )
        assert employee.sign_in("employee", "not-a-secret")
        with office.repository.reading(SYSTEM) as tx:
            assert tx.fetch_one("select count(*) from office_outbox where state = 'running'") == (0,)
            assert tx.fetch_one('select count(*) from "visit" where paid is not null') == (1,)
    finally:
        office.repository.close()


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_there_and_back_again_loses_nothing(worked: Office, tmp_path: Path) -> None:
    other = "postgresql" if worked.repository.database.dialect == "sqlite" else "sqlite"
    before = all_rows(worked.settings.database)
    taken(worked, tmp_path / "1.zip")
    for first in target(tmp_path / "there", other):
        restore(first, tmp_path / "1.zip")
        back_up(first, tmp_path / "2.zip")
    for second in target(tmp_path / "back", worked.repository.database.dialect):
        restore(second, tmp_path / "2.zip")
        after = all_rows(second.database)
    assert {name for name in before if name != "office_change" and before[name] != after[name]} == set()


def test_a_backup_is_of_one_moment_while_two_processes_write(
    worked: Office, empty_sqlite: Settings, tmp_path: Path
) -> None:
    home, url = str(worked.settings.home), worked.settings.database
    command = [sys.executable, "-c", WRITER, home, url]
    writers = [subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in ("a", "b")]
    try:
        for writer in writers:
            assert writer.stdout is not None and writer.stdout.readline() == "up\n"
        time.sleep(0.5)
        first = taken(worked, tmp_path / "1.zip").tables["visit"]["rows"]
        second = taken(worked, tmp_path / "2.zip").tables["visit"]["rows"]
        assert first < second, "they wrote while the backup was taken"
        assert all(writer.poll() is None for writer in writers)
    finally:
        for writer in writers:
            writer.kill()
            writer.wait()
    restore(empty_sqlite, tmp_path / "2.zip")
    with closing(Office.open(empty_sqlite).repository) as repository, repository.reading(SYSTEM) as tx:
        visits = {row[0] for row in tx.fetch('select id from "visit"')}
        noted = {
            row[0] for row in tx.fetch("select document_id from office_audit where form = 'visit' and act = 'create'")
        }
        assert visits == noted and len(visits) == second
        last = tx.fetch_one("select value from office_sequence where name like 'visit:%'")
        assert last == (len(visits),)


def test_a_backup_killed_in_the_middle_leaves_no_file(worked: Office, tmp_path: Path) -> None:
    file = tmp_path / "safe" / "office.zip"
    file.parent.mkdir()
    command = [sys.executable, "-c", SLOW, str(worked.settings.home), worked.settings.database, str(file)]
    taking = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert taking.stdout is not None and taking.stdout.readline() == "half\n"
    os.kill(taking.pid, signal.SIGKILL)
    taking.wait()
    assert not file.exists()
    assert [path.name.rpartition(".")[2] for path in file.parent.iterdir()] == ["part"]
    taken(worked, file)
    assert oct(file.stat().st_mode)[-3:] == "600"


def test_every_damaged_byte_is_refused_by_the_name_of_its_part_and_nothing_is_restored(
    worked: Office, empty_sqlite: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "office.zip"
    taken(worked, file)
    whole = file.read_bytes()
    places = parts_at(file, whole)
    assert len(places) > 40
    for name in ["manifest.json", *list(places)[::6]]:
        damage(file, whole, places[name])
        with pytest.raises(DamagedBackup, match=f"the part {name} is damaged"):
            restore(empty_sqlite, file)
        assert not (empty_sqlite.var / "daybook.db").exists() and not empty_sqlite.site.exists()
    for place in random.Random(int(os.environ["DAYBOOK_SEED"])).sample(range(len(whole)), 20):
        damage(file, whole, place)
        with pytest.raises(DamagedBackup):
            restore(empty_sqlite, file)


def parts_at(file: Path, whole: bytes) -> dict[str, int]:
    """Give a place amid the content of each part: behind its own header, name and extra."""
    with zipfile.ZipFile(file) as archive:
        return {
            one.filename: one.header_offset
            + 30
            + sum(struct.unpack_from("<HH", whole, one.header_offset + 26))
            + one.compress_size // 2
            for one in archive.infolist()
            if one.compress_size > 4
        }


def damage(file: Path, whole: bytes, at: int) -> None:
    file.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])


@pytest.mark.parametrize("cut", [10, 2000, -30])
def test_a_backup_cut_short_is_refused(worked: Office, empty_sqlite: Settings, tmp_path: Path, cut: int) -> None:
    file = tmp_path / "office.zip"
    taken(worked, file)
    file.write_bytes(file.read_bytes()[:cut])
    with pytest.raises(DamagedBackup):
        restore(empty_sqlite, file)


def test_a_part_that_leads_out_of_the_home_is_refused(worked: Office, empty_sqlite: Settings, tmp_path: Path) -> None:
    (worked.settings.site / "ok.yaml").write_text("words: {}")
    taken(worked, tmp_path / "office.zip")
    with zipfile.ZipFile(tmp_path / "office.zip") as archive, zipfile.ZipFile(tmp_path / "evil.zip", "w") as evil:
        for name in archive.namelist():
            evil.writestr(
                name.replace("site/ok.yaml", "site/../../out"),
                archive.read(name).replace(b"site/ok.yaml", b"site/../../out"),
            )
    with pytest.raises(DamagedBackup, match=r"site/\.\./\.\./out"):
        restore(empty_sqlite, tmp_path / "evil.zip")


def test_a_backup_of_a_newer_daybook_is_refused(
    worked: Office, empty_sqlite: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.office.backup.version", lambda _: "99.1.0")
    taken(worked, tmp_path / "office.zip")
    with pytest.raises(NewerBackup, match=r"written by Daybook 99\.1\.0"):
        restore(empty_sqlite, tmp_path / "office.zip")


def test_a_home_with_an_office_is_refused_and_kept_aside_when_asked(worked: Office, tmp_path: Path) -> None:
    settings, file = worked.settings, tmp_path.parent / f"{tmp_path.name}.zip"
    taken(worked, file)
    worked.as_user("employee").create("visit", {"guest": "after the backup"})
    worked.repository.close()
    with pytest.raises(HomeNotEmpty, match="would be lost"):
        restore(settings, file)
    held, aside = restore(settings, file, replace=True)
    assert aside is not None and (aside / "var/files").is_dir() and (aside / "site/forms/visit.yaml").exists()
    assert (settings.var / "secret_key").read_text() == settings.secret_key
    with closing(Office.open(settings).repository) as repository, repository.reading(SYSTEM) as tx:
        assert tx.fetch_one('select count(*) from "visit"') == (held.tables["visit"]["rows"],)
    file.unlink()


def test_a_running_office_is_not_replaced(worked: Office, tmp_path: Path) -> None:
    if worked.repository.database.dialect != "sqlite":
        pytest.skip("PostgreSQL does not tell whose connections they are")
    file = tmp_path.parent / f"{tmp_path.name}.zip"
    taken(worked, file)
    with pytest.raises(OfficeRuns, match="Stop it"):
        restore(worked.settings, file, replace=True)
    assert worked.as_user("employee").list("visit").rows
    file.unlink()


def test_the_secret_key_stays_at_home_unless_it_is_asked_for(
    worked: Office, empty_sqlite: Settings, tmp_path: Path
) -> None:
    taken(worked, tmp_path / "without.zip")
    taken(worked, tmp_path / "with.zip", with_secret=True)
    secret = worked.settings.secret_key.encode()
    with zipfile.ZipFile(tmp_path / "without.zip") as archive:
        assert not [name for name in archive.namelist() if secret in archive.read(name)]
    restore(empty_sqlite, tmp_path / "with.zip")
    assert (empty_sqlite.var / "secret_key").read_bytes() == secret
    assert oct((empty_sqlite.var / "secret_key").stat().st_mode)[-3:] == "600"


def test_a_kept_file_that_is_gone_is_told_and_the_rest_is_saved(
    worked: Office, empty_sqlite: Settings, tmp_path: Path
) -> None:
    (gone,) = [path for path in (worked.settings.var / "files").rglob("*") if path.is_file()]
    gone.write_bytes(b"somebody else's")
    assert taken(worked, tmp_path / "1.zip").missing == [gone.name]
    gone.unlink()
    assert taken(worked, tmp_path / "2.zip").missing == [gone.name]
    assert restore(empty_sqlite, tmp_path / "2.zip")[0].missing == [gone.name]


def test_nothing_that_is_there_is_written_over(worked: Office, tmp_path: Path) -> None:
    (tmp_path / "precious.zip").write_text("precious")
    with pytest.raises(FileThere, match="is there already"):
        taken(worked, tmp_path / "precious.zip")
    assert (tmp_path / "precious.zip").read_text() == "precious"


def test_a_home_without_an_office_is_told(empty: Settings, tmp_path: Path) -> None:
    with pytest.raises(NothingToBackUp, match="no office"):
        back_up(empty, tmp_path / "office.zip")
    assert list(tmp_path.glob("office*")) == []


def test_changes_of_a_busier_server_count_as_long_past(worked: Office, tmp_path: Path, place: Path) -> None:
    with worked.repository.transaction(SYSTEM) as tx:
        tx.run('update "visit" set chg = 4000000000000')
    taken(worked, tmp_path / "office.zip")
    for settings in target(place, "postgresql"):
        restore(settings, tmp_path / "office.zip")
        with closing(Office.open(settings).repository) as repository, repository.reading(SYSTEM) as tx:
            row = tx.fetch_one('select max(chg) from "visit"')
            assert row and row[0] < repository.database.horizon(tx.connection)
            assert tx.fetch_one("select count(distinct chg) from office_audit")[0] > 3  # type: ignore[index]


def test_any_text_survives_the_way_through_a_line() -> None:
    for text in ("", "\\N", "\\", "a\tb", "a\nb\r", "\\t", "采购", "'\"", "\u2028", "\x0b"):
        assert list(row_values(iter([line_of([text, None, 7])]))) == [[text, None, "7"]]  # type: ignore[arg-type]


def test_an_opened_backup_tells_what_it_holds(worked: Office, tmp_path: Path) -> None:
    taken(worked, tmp_path / "office.zip")
    backup = Backup(tmp_path / "office.zip")
    backup.check()
    assert backup.manifest.database == worked.repository.database.dialect
    assert backup.manifest.catalogue == worked.repository.catalogue.version
    shutil.rmtree(tmp_path / "nowhere", ignore_errors=True)
