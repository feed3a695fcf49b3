"""JupyterLab as a person: its environment holds the person's token and nothing else of the office."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn

from app.api import build_api
from app.core.errors import NotFound
from app.jobs import lab
from app.jobs.notebooks import environment_with, notebooks
from app.office import Office
from tests.office.offices import a_company


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A company."""
    made = a_company(tmp_path)
    yield made
    made.repository.close()


@pytest.fixture
def served(office: Office) -> Iterator[str]:
    """The address of the company with its REST door open."""
    server = uvicorn.Server(uvicorn.Config(build_api(office), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def test_the_environment_holds_a_token_and_no_secret_of_the_office(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAYBOOK_SECRET_KEY", "for tests only")
    monkeypatch.setenv("DAYBOOK_DATABASE_URL", "sqlite:///secret.db")
    monkeypatch.setenv("DAYBOOK_MODEL_API_KEY", "sk-1")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with lab.token_for(office.repository, "analyst") as token:
        found = environment_with(token, lab.prepared_home(office.repository, "analyst"), office="http://office")
    known = {"PATH", "LANG", "TZ", "HOME", "IPYTHONDIR", "JUPYTER_PLATFORM_DIRS", "MPLCONFIGDIR", "PYTHONPATH"}
    assert set(found) <= known | {"DAYBOOK_RUN_TOKEN", "DAYBOOK_OFFICE_URL"}
    assert found["DAYBOOK_RUN_TOKEN"].startswith("db_") and found["HOME"].endswith("var/lab/analyst")


def test_the_token_is_the_person_and_ends_with_the_lab(office: Office) -> None:
    with lab.token_for(office.repository, "buyer") as token:
        inside = office.of_token(token)
        assert inside is not None and inside.actor.name == "buyer" and inside.door == "notebook"
    assert office.of_token(token) is None
    with pytest.raises(NotFound), lab.token_for(office.repository, "nobody"):
        pass


def test_a_notebook_begins_with_the_office_ready_as_the_person(office: Office, served: str) -> None:
    code = "print(office.list('unit').rows[0]['code'], type(office).__name__); import os; print(sorted(os.environ))"
    with lab.token_for(office.repository, "product_manager") as token:
        environment = environment_with(token, lab.prepared_home(office.repository, "product_manager"), office=served)
        command = [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "-c", code]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert "pcs RemoteOffice" in done.stdout, done.stderr
    assert "DAYBOOK_DATABASE_URL" not in done.stdout and "SECRET" not in done.stdout


def test_it_opens_the_companys_notebooks_for_this_machine_only_and_without_terminals(office: Office) -> None:
    command = lab.command(office.repository, port=8899, browser=False)
    folder = office.settings.site / "notebooks"
    assert folder.is_dir() and f"--ServerApp.root_dir={folder}" in command and "--no-browser" in command
    assert "--ServerApp.ip=127.0.0.1" in command and "--ServerApp.terminals_enabled=False" in command
    (folder / "mine.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    assert "mine" in {book.name for book in notebooks(office.repository)}


def test_what_is_missing_is_told_with_how_to_get_it(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    how = {"office": "http://127.0.0.1:9", "port": 8899, "browser": False}
    monkeypatch.setattr("app.jobs.lab.importlib.util.find_spec", lambda name: None)
    with pytest.raises(lab.LabMissing, match="uv sync --extra lab"):
        lab.open_lab(office.repository, "analyst", **how)
    monkeypatch.setattr("app.jobs.lab.importlib.util.find_spec", lambda name: object())
    with pytest.raises(lab.OfficeSilent, match="No office answers at http"):
        lab.open_lab(office.repository, "analyst", **how)
    assert "DAYBOOK_RUN_TOKEN" not in os.environ
