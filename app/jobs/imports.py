"""A big import as a job: what is through shows as progress, and a stop or a crash loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.events import outbox
from app.data import files
from app.data.repository import Repository
from app.imports.files import Files, unpacked
from app.imports.guessing import guess, spec_of, with_existing
from app.imports.running import Runner
from app.jobs.runner import asker, report_progress

KIND = "import.run"


@outbox(KIND)
def run_import(repository: Repository, payload: Mapping[str, Any], _key: str) -> dict[str, Any]:
    """Import a kept file as the person who asked; give the counts."""
    job = int(payload["job"])
    actor = asker(repository, job)
    with repository.reading(actor, door="import") as tx:
        file, content = files.read(tx, payload["file"])
    spec, existing = repository.catalogue.imports.get(payload["what"]), payload.get("existing")
    if spec is not None and not payload.get("mapping"):
        spec = with_existing(spec, existing)
    else:
        form = repository.catalogue.forms[payload["what"]]
        guessed = guess(repository.catalogue, form, unpacked(file.name, content))
        spec = spec_of(form, guessed, payload.get("mapping"), existing=existing or "leave")
    mends = {(int(row), str(column)): str(value) for row, column, value in payload.get("mends") or ()}
    runner = Runner(repository, actor, spec, files=Files(contents={file.name: content}, mends=mends), file=file.name)
    runner.progress = lambda done, of: report_progress(repository, job, f"{done} / {of}")
    report = runner.run()
    return {"run": report.run, "headline": report.sentence().en, **report.as_json()}
