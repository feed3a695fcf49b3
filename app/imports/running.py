"""Running one import: rows read and cleaned, documents made in batches, each a transaction that can be resumed."""

from __future__ import annotations

import gc
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from app.config.import_spec import ImportSpec, IntoSpec
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.words import Words
from app.data import rights
from app.data.bulk import one_at_a_time
from app.data.outage import clashed
from app.data.repository import Repository
from app.data.transaction import Transaction
from app.imports import journal
from app.imports.batches import Batch
from app.imports.errors import SameMoment
from app.imports.files import Files
from app.imports.finding import Key
from app.imports.reports import SHOWN, Report
from app.imports.rows import Group, Rejection, Source, clean_rows, grouped

BATCH = 1000  # documents a transaction
MOST_LINES = 20_000  # rows a transaction
TRIES = 3
Progress = Callable[[int, int], None]


class _Undone(Exception):
    """Ends a dry run: what it wrote is undone."""


class Runner:
    """One import of one person. `dry` does everything and keeps nothing."""

    def __init__(
        self,
        repository: Repository,
        actor: Actor,
        spec: ImportSpec,
        *,
        files: Files,
        file: str | None = None,
        dry: bool = False,
    ) -> None:
        self.repository = repository
        self.actor = actor
        self.spec = spec
        self.dry = dry
        self.source = Source(spec, files, file=file)
        self.digest = digest_of(spec, self.source)
        self.report = Report(spec.name, dry=dry)
        self.parent: int | None = None
        self.told: list[tuple[int, int, Rejection]] = []  # by the run that was broken off
        self.made: dict[tuple[int, int], tuple[str, int]] = {}
        self.changed: set[tuple[int, int]] = set()
        self.earlier: set[tuple[int, int]] = set()  # by an earlier run of the very same file and mapping
        self.kind = "import"
        self.forms = written_forms(spec)
        self.progress: Progress = lambda done, of: None
        self._open: Transaction | None = None  # of a dry run: all of it in one transaction
        self._at = (0, 0)

    def run(self) -> Report:
        """Do it; give the counts."""
        begun = time.monotonic()
        for into in self.spec.into:
            self._require(into)
        if self.dry:
            self._dry_run()
        else:
            self._work()
        self.report.seconds = time.monotonic() - begun
        return self.report

    def _require(self, into: IntoSpec) -> None:
        with self.repository.reading(self.actor, door="import") as tx:
            if into.form not in tx.catalogue.forms:
                raise NotFound(thing=Words(f"form '{into.form}'", f"表单“{into.form}”"))
            rights.require(tx, into.form, "import")

    def _dry_run(self) -> None:
        try:
            with self.repository.transaction(self.actor, door="import") as tx:
                self._open = tx
                self._work()
                raise _Undone
        except _Undone:
            self._open = None
            self.report.run = 0

    @contextmanager
    def _transaction(self) -> Iterator[Transaction]:
        if self._open is not None:
            yield self._open
            return
        with self.repository.transaction(self.actor, door="import") as tx:
            yield tx

    # from the first row to the last

    def _work(self) -> None:
        report = self.report
        done = clean_rows(self.source)
        report.reasons = dict(done.skipped)
        with self._transaction() as tx:
            run, report.resumed = journal.begin(
                tx, self.spec.name, kind=self.kind, digest=self.digest, file=self.source.sheet.file, parent=self.parent
            )
            report.run, self._at = run.id, (run.part, run.place)
            if report.resumed:
                self.told = journal.rejections(tx, run.id)
                self.made, self.changed = journal.made_places(tx, run.id), journal.changed_places(tx, run.id)
            else:
                journal.note_rejected(tx, run.id, -1, [(-1, each) for each in done.rejected])
            self.earlier = journal.made_earlier(tx, self.spec.name, self.digest)
        self._show(done.rejected)
        for part, into in enumerate(self.spec.into):
            self._part(part, into)
        report.count_rows(self.source.rows)
        assert report.adds_up, f"{report.read} rows were read, and not all of them are accounted for"
        report.check_totals(self.spec.totals)
        with self._transaction() as tx:
            journal.end(tx, report.run, "done", report.as_json())

    def _part(self, part: int, into: IntoSpec) -> None:
        """Make the documents of one target, from where a run that was broken off stopped."""
        groups = grouped(self.source.rows, into.when, into.group_by)
        start = self._at[1] if self._at[0] == part else 0 if self._at[0] < part else len(groups)
        self._retell(part, into, groups[:start])
        seen: dict[Key, Group] = {}
        for batch in _batches(groups[start:]):
            self._through(part, into, batch, seen=seen)
            self.progress(self._at[1], len(groups))
        if self._at[0] <= part and part + 1 < len(self.spec.into):
            with self._transaction() as tx:
                journal.go_on(tx, self.report.run, before=self._at, after=(part + 1, 0))
            self._at = (part + 1, 0)

    def _through(self, part: int, into: IntoSpec, groups: list[Group], *, seen: dict[Key, Group]) -> None:
        """Do one batch in a transaction; again, where somebody made the same documents at the same moment."""
        after = (part, groups[-1].place + 1)
        for left in reversed(range(1 if self._open else TRIES)):
            try:
                with self._transaction() as tx:
                    one_at_a_time(tx, self.forms)
                    journal.go_on(tx, self.report.run, before=self._at, after=after)
                    with _uncollected():
                        batch = Batch(self, tx, part, into=into, seen=seen)
                        batch.work(groups)
                break
            except Exception as error:
                if not clashed(error):
                    raise
                if not left:
                    raise SameMoment from error
        self._at = after
        seen.update(batch.seen_here)
        self._show([each for _, each in batch.rejected])
        for group, state in batch.settled:
            self.settle(into, group, state)

    def _retell(self, part: int, into: IntoSpec, groups: Sequence[Group]) -> None:
        """Count what was done before the run was broken off."""
        rejected = {place for of_part, place, _ in self.told if of_part == part}
        self._show([each for of_part, _, each in self.told if of_part == part])
        for group in groups:
            state = "rejected" if group.place in rejected else "unchanged"
            if (part, group.place) in self.made:
                state = "imported"
            elif (part, group.place) in self.changed:
                state = "changed"
            self.settle(into, group, state)

    def settle(self, into: IntoSpec, group: Group, state: str) -> None:
        """Note what became of a document and of its rows."""
        for row in group.rows:
            row.become(state)
        self.report.count(into.form, "made" if state == "imported" else state)

    def _show(self, found: Sequence[Rejection]) -> None:
        self.report.rejections += found[: SHOWN - len(self.report.rejections)]


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let nothing look for garbage while a batch is made: all that it makes is kept until its end."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _batches(groups: Sequence[Group]) -> Iterator[list[Group]]:
    batch: list[Group] = []
    lines = 0
    for group in groups:
        if batch and (len(batch) >= BATCH or lines + len(group.rows) > MOST_LINES):
            yield batch
            batch, lines = [], 0
        batch.append(group)
        lines += len(group.rows)
    if batch:
        yield batch


def written_forms(spec: ImportSpec) -> list[str]:
    """Give the forms that an import may make documents of."""
    targets = [
        target for into in spec.into for each in (into.fields, *into.tables.values()) for target in each.values()
    ]
    made = {target.find for target in targets if target.find and target.if_missing == "create"}
    return sorted({into.form for into in spec.into} | made)


def digest_of(spec: ImportSpec, source: Source) -> str:
    """Give what tells one run from another: the mapping and the files."""
    return hashlib.sha256(repr(spec).encode() + "".join(source.digests).encode()).hexdigest()
