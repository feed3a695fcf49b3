"""Notebooks as jobs: parameters as a form, a run in a process of its own, the result as HTML for whoever ran it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from app.config.settings import CHECKOUT
from app.core.errors import DaybookError, NotFound
from app.core.events import outbox
from app.core.words import Words
from app.data import accounts
from app.data.repository import Repository, Transaction
from app.jobs.runner import JobStopped, is_stopped
from app.jobs.service import Job, job_of, list_jobs

KIND = "notebook.run"
LONGEST_RUN = timedelta(minutes=10)
EXECUTE = Path(__file__).parent / "executing.py"  # run by its path, so that it imports nothing of the office
HEADLINE = "headline"  # tag of the cell that prints the sentence of the result
ALONE = "alone.html.j2"
FOREIGN = ("html_head_js", "jupyter_widgets", "html_head_js_mathjax", "html_head_js_mermaidjs")  # asked of other sites
ALONE_TEMPLATE = "{% extends 'lab/index.html.j2' %}" + "".join(f"{{% block {name} %}}{{% endblock %}}" for name in FOREIGN)


@dataclass(frozen=True)
class Parameter:
    """One value that a notebook asks for: its type is a primitive or a form, as in a form's field."""

    name: str
    type: str
    default: str
    label: Words


@dataclass(frozen=True)
class Notebook:
    """A notebook of the office: its file name, what people read, what it asks for."""

    name: str
    title: Words
    help: Words
    parameters: tuple[Parameter, ...]
    path: Path


class NotebookFailed(DaybookError):
    """The notebook stopped in cell {cell}: {reason}"""

    zh = "笔记本在第 {cell} 格停下：{reason}"


class NotebookTimedOut(DaybookError):
    """The notebook ran longer than {minutes} minutes and was ended."""

    zh = "笔记本运行超过 {minutes} 分钟，已终止。"


def notebooks(repository: Repository) -> list[Notebook]:
    """Give every notebook of the product and of the company, by title."""
    folders = (CHECKOUT / "notebooks", repository.settings.site / "notebooks")
    found = {path.stem: path for folder in folders for path in sorted(folder.glob("*.ipynb"))}
    return sorted((_read(path) for path in found.values()), key=lambda book: book.title.en)


def notebook(repository: Repository, name: str) -> Notebook:
    """Give one notebook by its name."""
    for book in notebooks(repository):
        if book.name == name:
            return book
    raise NotFound(thing=Words("notebook", "笔记本"))


def start_run(tx: Transaction, name: str, parameters: Mapping[str, Any]) -> Job:
    """Ask for a run with these parameters; the worker does it with the rights of whoever asks."""
    book = notebook(tx.repository, name)
    known = {p.name: p.default for p in book.parameters}
    unknown = sorted(set(parameters) - set(known))
    if unknown:
        raise UnknownParameter(name=unknown[0], known=", ".join(known))
    values = known | {key: str(value) for key, value in parameters.items()}
    payload = {
        "notebook": name,
        "parameters": values,
        "account": tx.actor.name,
        "source": hashlib.sha256(book.path.read_bytes()).hexdigest()[:12],
    }
    return job_of(tx, tx.post(KIND, payload))


class UnknownParameter(DaybookError):
    """The notebook has no parameter '{name}'. It has {known}."""

    zh = "该笔记本没有参数“{name}”，它的参数有 {known}。"
    status = 422


def runs(tx: Transaction, name: str | None = None, *, limit: int = 50) -> list[Job]:
    """Give the reader's own runs, newest first: a result shows what its reader was allowed to see when it ran."""
    own = [job for job in list_jobs(tx, kind=KIND, limit=limit * 4) if job.payload.get("account") == tx.actor.name]
    return [job for job in own if name is None or job.payload["notebook"] == name][:limit]


def result_html(tx: Transaction, job_id: int) -> str:
    """Give the page of a finished run to whoever ran it."""
    job = job_of(tx, job_id)
    path = run_folder(tx.repository, job_id) / "result.html"
    if job.payload.get("account") != tx.actor.name or not path.exists():
        raise NotFound(thing=Words("result", "结果"))
    return path.read_text()


def run_log(tx: Transaction, job_id: int, *, longest: int = 4000) -> str:
    """Give the end of a run's log to whoever ran it; nothing where none was kept."""
    path = run_folder(tx.repository, job_id) / "log.txt"
    if job_of(tx, job_id).payload.get("account") != tx.actor.name or not path.exists():
        return ""
    return path.read_text(errors="replace")[-longest:]


def run_folder(repository: Repository, job_id: int) -> Path:
    """Give the folder that keeps a run: the pinned source, the executed notebook, the page."""
    return repository.settings.home / "var" / "notebooks" / str(job_id)


@outbox(KIND)
def run_notebook(repository: Repository, payload: Mapping[str, Any], key: str) -> dict[str, str]:
    """Execute a run that was asked for, in a process that holds the run's token and no other secret."""
    folder = run_folder(repository, payload["job"])
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "source.ipynb"
    if not source.exists():
        shutil.copyfile(notebook(repository, payload["notebook"]).path, source)
    started = time.monotonic()
    _execute(repository, payload, folder)
    _write_page(folder)
    return {"headline": _headline(folder / "result.ipynb"), "seconds": f"{time.monotonic() - started:.1f}"}


def _execute(repository: Repository, payload: Mapping[str, Any], folder: Path) -> None:
    command = [sys.executable, str(EXECUTE), "--no-progress-bar", "-k", "python3", "source.ipynb", "result.ipynb"]
    for name, value in payload["parameters"].items():
        command += ["-r", name, str(value)]
    with (folder / "log.txt").open("w") as log:
        environment = _environment(repository, payload)
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=log, stderr=log
        )
        _wait(repository, payload["job"], process)
    if process.returncode:
        raise _failure(folder)


def _wait(repository: Repository, job_id: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + LONGEST_RUN.total_seconds()
    while process.poll() is None:
        time.sleep(0.5)
        stopped, late = is_stopped(repository, job_id), time.monotonic() > ends
        if stopped or late:
            process.kill()
            process.wait()
            raise JobStopped() if stopped else NotebookTimedOut(minutes=int(LONGEST_RUN.total_seconds() // 60))


def _environment(repository: Repository, payload: Mapping[str, Any]) -> dict[str, str]:
    token = accounts.token_of_run(repository, payload["account"], minutes=int(LONGEST_RUN.total_seconds() // 60) + 1)
    office = os.environ.get("DAYBOOK_OFFICE_URL", "http://127.0.0.1:8000")
    return environment_with(token, run_folder(repository, payload["job"]), office=office)


def environment_with(token: str, home: Path, *, office: str) -> dict[str, str]:
    """Give the whole environment of a notebook's process: a token, no database, no secret, a home of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ}
    return kept | {
        "DAYBOOK_RUN_TOKEN": token,
        "HOME": str(home),
        "IPYTHONDIR": str(home),
        "JUPYTER_PLATFORM_DIRS": "1",
        "MPLCONFIGDIR": str(home),
        "PYTHONPATH": str(CHECKOUT),
        "DAYBOOK_OFFICE_URL": office,
    }


def _failure(folder: Path) -> DaybookError:
    cells = json.loads((folder / "result.ipynb").read_text())["cells"] if (folder / "result.ipynb").exists() else []
    for number, cell in enumerate(cells, 1):
        for output in cell.get("outputs", []):
            if output.get("output_type") == "error":
                return NotebookFailed(cell=number, reason=f"{output['ename']}: {output['evalue']}")
    return NotebookFailed(cell="-", reason=(folder / "log.txt").read_text()[-400:])


def _write_page(folder: Path) -> None:
    """Write what came out as one page that asks nobody for anything: no scripts of other sites."""
    from jinja2 import DictLoader
    from nbconvert import HTMLExporter

    exporter = HTMLExporter(
        exclude_input=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        extra_loaders=[DictLoader({ALONE: ALONE_TEMPLATE})],
        template_file=ALONE,
    )
    page, _ = exporter.from_filename(str(folder / "result.ipynb"))
    (folder / "result.html").write_text(page)


def _headline(path: Path) -> str:
    for cell in json.loads(path.read_text())["cells"]:
        if HEADLINE in cell.get("metadata", {}).get("tags", []):
            return "".join(text for output in cell["outputs"] for text in output.get("text", [])).strip()
    return ""


def _read(path: Path) -> Notebook:
    return _read_at(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=500)
def _read_at(path: Path, _changed: int) -> Notebook:
    from papermill import inspect_notebook


    about = json.loads(path.read_text())["metadata"].get("daybook", {})
    found = inspect_notebook(str(path))
    parameters = tuple(_parameter(found[name]) for name in found)
    return Notebook(
        path.stem, Words(**about.get("title", {"en": path.stem})), Words(**about.get("help", {})), parameters, path
    )


def _parameter(found: Mapping[str, Any]) -> Parameter:
    english, _, chinese = (found["help"] or found["name"]).partition(" · ")
    default = found["default"].strip("'\"")
    return Parameter(
        found["name"],
        found["inferred_type_name"].strip("'\"") or "text",
        default,
        Words(english.strip(), chinese.strip()),
    )
