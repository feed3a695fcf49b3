"""Files in: looked at, tried, imported, taken back, with the rights of one person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from app.config.import_spec import ImportSpec
from app.data import files as kept
from app.data import rights
from app.imports import journal, plans
from app.imports.errors import UnknownImport
from app.imports.files import Files, unpacked
from app.imports.guessing import Guess, guess, spec_of, with_existing
from app.imports.reports import Report, rejected_csv
from app.imports.running import Progress, Runner
from app.imports.undoing import undo_run
from app.imports.writing import columns_of, rows_of
from app.office.desk import Desk

FileLike = Path | tuple[str, bytes]  # a file, or the name and content of one that was sent
Mends = Mapping[tuple[int, str], str]  # (row, column) -> what the cell is to be
KIND = "import.run"
AT_ONCE = 500  # documents of an export that are read together


class Importing(Desk):
    """How one person brings files in."""

    def import_guess(self, form: str, file: FileLike) -> Guess:
        """Look at a file: its columns, some of their cells, and the fields that they seem to be."""
        with self.reading() as tx:
            rights.require(tx, form, "import")
            return guess(tx.catalogue, tx.catalogue.forms[form], _content(file))

    def import_preview(
        self,
        what: str,
        file: FileLike,
        *,
        mapping: Mapping[str, str] | None = None,
        mends: Mends | None = None,
        existing: str | None = None,
    ) -> Report:
        """Do an import and undo it: what would be made and changed, what would stay out and why.

        `mends` are corrected cells; `existing`: `update` changes what is there, `leave` doesn't, None: as declared.
        """
        return self._runner(what, file, mapping, dry=True, mends=mends, existing=existing).run()

    def import_file(
        self,
        what: str,
        file: FileLike,
        *,
        mapping: Mapping[str, str] | None = None,
        existing: str | None = None,
        progress: Progress = lambda done, of: None,
    ) -> Report:
        """Import a file: `what` is an import by name, or a form, with `mapping` from columns to its fields.

        A run that was broken off goes on where it stopped; the same file again changes nothing. `existing`: `update`
        changes what is there already, `leave` doesn't, None: as the import declares.
        """
        runner = self._runner(what, file, mapping, existing=existing)
        runner.progress = progress
        return runner.run()

    def import_form(self, what: str) -> str:
        """Give the form that a form's or an import's name leads into; raise UnknownImport, or NotAllowed here at once."""
        declared = self.catalogue.imports.get(what)
        if declared is None and what not in self.catalogue.forms:
            raise UnknownImport(name=what)
        form = declared.into[0].form if declared is not None else what
        with self.reading() as tx:
            rights.require(tx, form, "import")
        return form

    def start_import(
        self,
        what: str,
        kept_file: str,
        *,
        mapping: Mapping[str, str] | None = None,
        mends: Mends | None = None,
        existing: str | None = None,
    ) -> Any:
        """Let the worker import a file that was kept, with its corrected cells; give the job."""
        with self.transaction() as tx:
            kept.read(tx, kept_file)
            cells = [[row, column, value] for (row, column), value in (mends or {}).items()]
            payload = {"what": what, "file": kept_file, "mapping": dict(mapping) if mapping else None, "mends": cells}
            payload["existing"] = existing
            job = tx.post(KIND, payload)
        return self.job(job)  # type: ignore[attr-defined]

    def import_plan(self, plan: str, data: Path, *, say: plans.Say = lambda step: None) -> Report:
        """Run a plan over the files of a folder."""
        spec = self.catalogue.plans.get(plan)
        if spec is None:
            raise UnknownImport(name=plan)
        return plans.run_plan(self.repository, self.actor, spec, files=Files(data), say=say)

    def export_whole(self, form: str, rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Any]]:
        """Give the documents of a list's rows as a table with all fields and lines, its columns first.

        An import brings it in again as it went out, as far as this person may see it.
        """
        columns = columns_of(self.catalogue.forms[form])
        yield list(columns)
        keys = (row["id"] for row in rows)
        while part := list(islice(keys, AT_ONCE)):
            with self.reading() as tx:
                rights.require(tx, form, "export")
                yield from rows_of(tx, form, part, columns)

    def import_runs(self, *, limit: int = 50) -> Sequence[journal.Run]:
        """Give the newest runs of this person; an administrator's view holds everybody's."""
        with self.reading() as tx:
            return journal.runs(tx, limit=limit)

    def import_rejections(self, run: int, *, locale: str = "en") -> str:
        """Give the rows that stayed out of a run as CSV, each with its reason."""
        with self.reading() as tx:
            known = {one.id for one in journal.runs(tx, limit=10_000)}
            found = journal.run_of(tx, run)
            if (found.parent or found.id) not in known:
                raise UnknownImport(name=str(run))
            runs = [*journal.children(tx, run), found]
            return rejected_csv((each for one in runs for _, _, each in journal.rejections(tx, one.id)), locale)

    def undo_import(self, run: int) -> int:
        """Take a run back as a whole; give how many documents went to the bin or back to what they were."""
        with self.repository.transaction(self.actor, door="import") as tx:
            return undo_run(tx, run)

    def _runner(
        self,
        what: str,
        file: FileLike,
        mapping: Mapping[str, str] | None,
        *,
        dry: bool = False,
        mends: Mends | None = None,
        existing: str | None = None,
    ) -> Runner:
        spec, files, name = self._spec(what, file, mapping, existing=existing)
        files.mends.update(mends or {})
        return Runner(self.repository, self.actor, spec, files=files, file=name, dry=dry)

    def _spec(
        self, what: str, file: FileLike, mapping: Mapping[str, str] | None, *, existing: str | None
    ) -> tuple[ImportSpec, Files, str]:
        if isinstance(file, Path):
            files, name = Files(file.parent), file.name
        else:
            files, name = Files(contents={file[0]: file[1]}), file[0]
        self.root.publisher.look()
        declared = self.catalogue.imports.get(what)
        if declared is not None and mapping is None:
            return with_existing(declared, existing), files, name
        if what not in self.catalogue.forms:
            raise UnknownImport(name=what)
        guessed = self.import_guess(what, file)
        spec = spec_of(self.catalogue.forms[what], guessed, mapping, existing=existing or "leave")
        return replace(spec, source=replace(spec.source, file=name)), files, name


def _content(file: FileLike) -> Any:
    if isinstance(file, Path):
        return Files(file.parent).find(file.name)
    return unpacked(*file)
