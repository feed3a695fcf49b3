"""The doors of imports: the office, the worker, the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.commands import command_line
from app.core.errors import NotFound
from app.imports.errors import UnknownImport
from app.jobs.runner import run_job
from app.office import Office
from app.office.facade import opened

FILE = ("units.csv", b"code,name\nXY,Pair\n,Nothing\n")


def test_a_big_file_is_imported_by_the_worker(importer: Office) -> None:
    kept = importer.keep_file(*FILE)
    job = importer.start_import("unit", kept.id)
    assert run_job(importer.repository, job.id) == "done"
    result = importer.job(job.id).result
    assert (result["imported"], result["rejected"]) == (1, 1)
    assert importer.job(job.id).progress == "2 / 2"
    assert "code is needed" in importer.import_rejections(result["run"]).lower()
    assert "请填写" in importer.import_rejections(result["run"], locale="zh")


def test_the_runs_of_others_are_not_seen(importer: Office, database_url: str) -> None:
    from app.core.actor import SYSTEM
    from app.data import accounts

    report = importer.import_file("unit", FILE)
    with importer.repository.transaction(SYSTEM) as tx:
        accounts.create_account(tx, "bo", title="Bo", password="not-a-secret", roles=("buyer",))
    other = importer.as_user("bo")
    assert other.import_runs() == []
    with pytest.raises((UnknownImport, NotFound)):
        other.import_rejections(report.run)


def test_an_unknown_import_is_named(importer: Office) -> None:
    with pytest.raises(UnknownImport, match="'nonsense'"):
        importer.import_file("nonsense", FILE)


def test_the_command_tries_then_imports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAYBOOK_HOME", str(tmp_path))
    monkeypatch.setenv("DAYBOOK_LOCALE", "en")
    opened.cache_clear()
    file, rejected = tmp_path / "units.csv", tmp_path / "rejected.csv"
    file.write_text("Short,Long\nXY,Pair\n,Nothing\n")

    def said(*more: str) -> str:
        words = ["import", "unit", str(file), "--map", "Short=code,Long=name", "--user", "ann", *more]
        return CliRunner().invoke(command_line(), words, catch_exceptions=False).output

    CliRunner().invoke(command_line(), ["user", "add", "ann", "--role", "product_manager"], catch_exceptions=False)
    assert "Nothing was kept" in said("--dry-run")
    told = said("--rejected", str(rejected))
    assert "2 rows read = 1 imported + 0 unchanged + 0 skipped + 1 rejected" in told
    assert "units.csv:3 Short: Code is needed." in told
    assert "Nothing" in rejected.read_text("utf-8-sig")
    assert "1 unchanged" in said()
    opened.cache_clear()
