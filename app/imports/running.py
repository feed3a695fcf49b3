"""Running one import: rows read and cleaned, documents made in batches, each a transaction that can be resumed."""

from __future__ import annotations

import gc
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from app.config.import_spec import ImportSpec, IntoSpec
from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.words import Words
from app.data import documents, rights
from app.data.repository import Repository
from app.data.transaction import Transaction
from app.imports import journal
from app.imports.files import Files
from app.imports.finding import NOWHERE, Finder, Key, comparable
from app.imports.mapping import Candidate, Mapper
from app.imports.reports import SHOWN, Report
from app.imports.rows import Group, Rejection, Source, clean_rows, grouped

BATCH = 1000  # documents a transaction
MOST_LINES = 20_000  # rows a transaction
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
        self.earlier: set[tuple[int, int]] = set()  # by an earlier run of the very same file and mapping
        self.kind = "import"
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
            self.told = journal.rejections(tx, run.id) if report.resumed else []
            self.made = journal.made_places(tx, run.id) if report.resumed else {}
            self.earlier = journal.made_earlier(tx, self.spec.name, self.digest)
            if not report.resumed:
                journal.note_rejected(tx, run.id, -1, [(-1, each) for each in done.rejected])
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
            with self._transaction() as tx:
                after = (part, batch[-1].place + 1)
                journal.go_on(tx, self.report.run, before=self._at, after=after)
                with _uncollected():
                    Batch(self, tx, part, into=into, seen=seen).work(batch)
            self._at = after
            self.progress(after[1], len(groups))
        if self._at[0] <= part and part + 1 < len(self.spec.into):
            with self._transaction() as tx:
                journal.go_on(tx, self.report.run, before=self._at, after=(part + 1, 0))
            self._at = (part + 1, 0)

    def _retell(self, part: int, into: IntoSpec, groups: Sequence[Group]) -> None:
        """Count what was done before the run was broken off."""
        rejected = {place for of_part, place, _ in self.told if of_part == part}
        self._show([each for of_part, _, each in self.told if of_part == part])
        for group in groups:
            state = "rejected" if group.place in rejected else "unchanged"
            if (part, group.place) in self.made:
                state = "imported"
            self.settle(into, group, state)

    def settle(self, into: IntoSpec, group: Group, state: str) -> None:
        """Note what became of a document and of its rows."""
        for row in group.rows:
            row.become(state)
        self.report.count(into.form, "made" if state == "imported" else state)

    def _show(self, found: Sequence[Rejection]) -> None:
        self.report.rejections += found[: SHOWN - len(self.report.rejections)]


class Batch:
    """The documents of one transaction."""

    def __init__(self, runner: Runner, tx: Transaction, part: int, *, into: IntoSpec, seen: dict[Key, Group]) -> None:
        self.runner = runner
        self.tx = tx
        self.part = part
        self.into = into
        self.seen = seen
        self.mapper = Mapper(tx, runner.source, into)
        self.key = into.key or self._own_key()
        self.rejected: list[tuple[int, Rejection]] = []
        self.places: dict[tuple[str, int], int] = {}

    def _own_key(self) -> tuple[str, ...]:
        key = self.tx.catalogue.forms[self.into.form].key
        return (key,) if key is not None and key in self.into.fields else ()

    def work(self, groups: Sequence[Group]) -> None:
        """Make what is new and sound, tell the rest."""
        since = journal.last_audit(self.tx)
        sound = [each for each in self.mapper.map(groups) if self._is_sound(each)]
        new = self._new_ones(sound)
        for stage in dict.fromkeys(candidate.stage for candidate in new):
            self._make([candidate for candidate in new if candidate.stage == stage], stage)
        journal.note_made(self.tx, self.runner.report.run, self.part, places=self.places, since=since)
        journal.note_rejected(self.tx, self.runner.report.run, self.part, self.rejected)
        self.runner._show([each for _, each in self.rejected])

    def _is_sound(self, candidate: Candidate) -> bool:
        """A document with one bad row stays out whole."""
        if candidate.problems or any(row.state == "rejected" for row in candidate.group.rows):
            self._reject(candidate, candidate.problems)
            return False
        return True

    def _reject(self, candidate: Candidate, problems: Sequence[Rejection]) -> None:
        """Tell what is wrong, and name the rows that stay out with it."""
        source, place = self.runner.source, candidate.group.place
        self.rejected += [(place, each) for each in problems]
        bad = [row for row in candidate.group.rows if row.state == "rejected"]
        told = [each.cells for each in problems] + [source.cells(row) for row in bad]
        first = problems[0].row if problems else bad[0].number
        words = Words(f"Stays out with row {first} of the same document.", f"与同一单据的第 {first} 行一起未导入。")
        for row in candidate.group.rows:
            if source.cells(row) not in told:
                self.rejected.append((place, source.rejection(row, "", words)))
        self.runner.settle(self.into, candidate.group, "rejected")

    def _new_ones(self, candidates: list[Candidate]) -> list[Candidate]:
        """Leave out what is there already, and what comes twice in the file."""
        candidates = [each for each in candidates if not self._was_made(each)]
        if not self.key:
            return candidates
        keys = [self._key_of(candidate) for candidate in candidates]
        finder = Finder(self.tx.as_system())
        finder.learn(self.into.form, self.key, keys)
        new = []
        for candidate, key in zip(candidates, keys, strict=True):
            known = not {None, NOWHERE} & set(key)
            first = self.seen.get(key)
            if known and first is not None:
                self._twice(candidate, first)
            elif known and finder.find(self.into.form, self.key, key):
                self.runner.settle(self.into, candidate.group, "unchanged")
            else:
                new.append(candidate)
            if known:
                self.seen.setdefault(key, candidate.group)
        return new

    def _was_made(self, candidate: Candidate) -> bool:
        """Tell whether an earlier run of the very same file made this document, where no key of the form can."""
        if self.key not in ((), ("number",)) or (self.part, candidate.group.place) not in self.runner.earlier:
            return False
        self.runner.settle(self.into, candidate.group, "unchanged")
        return True

    def _key_of(self, candidate: Candidate) -> Key:
        form = self.into.form
        return tuple([comparable(self.tx, form, name, candidate.values.get(name)) for name in self.key])

    def _twice(self, candidate: Candidate, first: Group) -> None:
        row = first.first.number
        words = Words(f"Row {row} is the same document already.", f"第 {row} 行已是同一单据。")
        self._reject(candidate, [self.mapper.rejection(candidate, self.key[0], words)])

    def _make(self, candidates: list[Candidate], stage: str | None) -> None:
        refused: list[tuple[int, list[Any]]] = []
        made = documents.create_many(
            self.tx,
            self.into.form,
            [candidate.values for candidate in candidates],
            stage=stage,
            history=self.into.stage is not None,
            refused=refused,
        )
        problems = dict(refused)
        documents_made = iter(made)
        for at, candidate in enumerate(candidates):
            if at in problems:
                found = [self.mapper.rejection(candidate, each.path, each.words) for each in problems[at]]
                self._reject(candidate, found)
                continue
            document = next(documents_made)
            self.places[(document.form, document.id)] = candidate.group.place
            self.runner.settle(self.into, candidate.group, "imported")


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


def digest_of(spec: ImportSpec, source: Source) -> str:
    """Give what tells one run from another: the mapping and the files."""
    return hashlib.sha256(repr(spec).encode() + "".join(source.digests).encode()).hexdigest()
