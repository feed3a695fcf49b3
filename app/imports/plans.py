"""A plan: imports in their order, resumed and undone as a whole."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from app.config.import_spec import PlanSpec, PlanStep
from app.core.actor import Actor
from app.core.words import Words
from app.data.repository import Repository
from app.imports import journal
from app.imports.errors import TooManyRejected, UnknownImport, WrongCurrency
from app.imports.files import Files
from app.imports.reports import Report
from app.imports.running import Runner

Say = Callable[[Report], None]


def run_plan(
    repository: Repository, actor: Actor, plan: PlanSpec, *, files: Files, say: Say = lambda step: None
) -> Report:
    """Run every import of a plan; a run that was broken off goes on where it stopped."""
    begun = time.monotonic()
    there = repository.catalogue.organisation.currency
    if plan.currency is not None and plan.currency != there:
        raise WrongCurrency(wanted=plan.currency, there=there)
    digest = hashlib.sha256(repr(plan).encode()).hexdigest()
    with repository.transaction(actor, door="import") as tx:
        run, resumed = journal.begin(tx, plan.name, kind="plan", digest=digest, file=str(files.folder or ""))
    report = Report(plan.name, run=run.id, resumed=resumed)
    for step in plan.imports:
        done = _run_step(repository, actor, step, files=files, parent=run.id)
        report.add(done)
        say(done)
        _refuse_rejects(repository, actor, step, done=done, run=run.id)
    report.check_totals(plan.totals)
    with repository.transaction(actor, door="import") as tx:
        for kind in plan.then:
            tx.post(kind, {"import_run": run.id}, key=f"import:{run.id}:{kind}")
        journal.end(tx, run.id, "done", report.as_json())
    report.seconds = time.monotonic() - begun
    return report


def _run_step(repository: Repository, actor: Actor, step: PlanStep, *, files: Files, parent: int) -> Report:
    spec = repository.catalogue.imports.get(step.name)
    if spec is None:
        raise UnknownImport(name=step.name)
    if step.file is not None:
        spec = replace(spec, source=replace(spec.source, file=step.file))
    runner = Runner(repository, actor, spec, files=files)
    runner.parent = parent
    return runner.run()


def _refuse_rejects(repository: Repository, actor: Actor, step: PlanStep, *, done: Report, run: int) -> None:
    most = step.rejects_most
    if most is None or not done.rejected:
        return
    if done.rejected <= (done.read * most if isinstance(most, Decimal) and most < 1 else most):
        return
    with repository.transaction(actor, door="import") as tx:
        journal.end(tx, run, "failed", done.as_json())
    raise TooManyRejected(name=Words(done.name, done.name), read=done.read, rejected=done.rejected)
