"""The documents of one transaction of an import: what is new is made, what is there is left or changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from app.config.import_spec import IntoSpec
from app.core.errors import Problem
from app.core.words import Words
from app.data import documents
from app.data.transaction import Transaction
from app.imports import journal
from app.imports.finding import NOWHERE, Finder, Key, comparable
from app.imports.mapping import Candidate, Mapper
from app.imports.rows import Group, Rejection

if TYPE_CHECKING:
    from app.imports.running import Runner

There = list[tuple[Candidate, int]]  # documents that are there already, each with its key


class Batch:
    """What one transaction does; the run takes over `settled`, `rejected` and `seen_here` once it is kept."""

    def __init__(self, runner: Runner, tx: Transaction, part: int, *, into: IntoSpec, seen: dict[Key, Group]) -> None:
        self.runner = runner
        self.tx = tx
        self.part = part
        self.into = into
        self.seen = seen
        self.seen_here: dict[Key, Group] = {}
        self.settled: list[tuple[Group, str]] = []
        self.rejected: list[tuple[int, Rejection]] = []
        self.mapper = Mapper(tx, runner.source, into)
        self.key = into.key or self._own_key()
        self.places: dict[tuple[str, int], int] = {}

    def _own_key(self) -> tuple[str, ...]:
        key = self.tx.catalogue.forms[self.into.form].key
        return (key,) if key is not None and key in self.into.fields else ()

    def work(self, groups: Sequence[Group]) -> None:
        """Make what is new and sound, change what is there where that is wished, tell the rest."""
        run, since = self.runner.report.run, journal.last_audit(self.tx)
        sound = [each for each in self.mapper.map(groups) if self._is_sound(each)]
        new, there = self._sorted(sound)
        for stage in dict.fromkeys(candidate.stage for candidate in new):
            self._make([candidate for candidate in new if candidate.stage == stage], stage)
        changed = self._change(there)
        journal.note_made(self.tx, run, self.part, places=self.places, since=since)
        journal.note_changed(self.tx, run, self.part, changed)
        journal.note_rejected(self.tx, run, self.part, self.rejected)

    def _settle(self, candidate: Candidate, state: str) -> None:
        self.settled.append((candidate.group, state))

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
        self._settle(candidate, "rejected")

    def _refuse(self, candidate: Candidate, problems: Sequence[Problem]) -> None:
        self._reject(candidate, [self.mapper.rejection(candidate, each.path, each.words) for each in problems])

    # new, or there already

    def _sorted(self, candidates: list[Candidate]) -> tuple[list[Candidate], There]:
        """Tell what is new from what is there already; what comes twice in the file is rejected."""
        candidates = [each for each in candidates if not self._was_made(each)]
        if not self.key:
            return candidates, []
        keys = [self._key_of(candidate) for candidate in candidates]
        finder = Finder(self.tx.as_system())
        finder.learn(self.into.form, self.key, keys)
        new: list[Candidate] = []
        there: There = []
        for candidate, key in zip(candidates, keys, strict=True):
            if {None, NOWHERE} & set(key):
                new.append(candidate)
                continue
            first = self.seen.get(key) or self.seen_here.setdefault(key, candidate.group)
            found = finder.find(self.into.form, self.key, key)
            if first is not candidate.group:
                self._twice(candidate, first)
            elif found:
                self._meet(candidate, [link.id for link in found], there)
            else:
                new.append(candidate)
        return new, there

    def _was_made(self, candidate: Candidate) -> bool:
        """Tell whether an earlier run of the very same file made this document, where no key of the form can."""
        if self.key not in ((), ("number",)) or (self.part, candidate.group.place) not in self.runner.earlier:
            return False
        self._settle(candidate, "unchanged")
        return True

    def _key_of(self, candidate: Candidate) -> Key:
        form = self.into.form
        return tuple([comparable(self.tx, form, name, candidate.values.get(name)) for name in self.key])

    def _twice(self, candidate: Candidate, first: Group) -> None:
        row = first.first.number
        words = Words(f"Row {row} is the same document already.", f"第 {row} 行已是同一单据。")
        self._refuse(candidate, [Problem(self.key[0], "unique", words)])

    def _meet(self, candidate: Candidate, keys: list[int], there: There) -> None:
        """Leave a document that is there, or let it be changed; not where the key means several."""
        if self.into.existing != "update":
            self._settle(candidate, "unchanged")
        elif len(keys) > 1:
            words = Words(f"{len(keys)} documents have this key.", f"有 {len(keys)} 张单据符合此键。")
            self._refuse(candidate, [Problem(self.key[0], "unique", words)])
        else:
            there.append((candidate, keys[0]))

    # made and changed

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
                self._refuse(candidate, problems[at])
                continue
            document = next(documents_made)
            self.places[(document.form, document.id)] = candidate.group.place
            self._settle(candidate, "imported")

    def _change(self, there: There) -> list[tuple[str, int, int, int]]:
        """Change what differs; give form, key, the version that this made and the place of each."""
        before = {each.id: each for each in documents.lock_many(self.tx, self.into.form, [key for _, key in there])}
        wanted = [(before[key], self._as_lines_stand(candidate, before[key])) for candidate, key in there]
        refused: list[tuple[int, list[Problem]]] = []
        done = documents.update_many(self.tx, self.into.form, wanted, refused=refused)
        problems, changed = dict(refused), []
        for at, ((candidate, key), document) in enumerate(zip(there, done, strict=True)):
            if at in problems:
                self._refuse(candidate, problems[at])
            elif document is None:
                self._settle(candidate, "unchanged")
            else:
                self._settle(candidate, "changed")
                changed.append((self.into.form, key, before[key].version + 1, candidate.group.place))
        return changed

    def _as_lines_stand(self, candidate: Candidate, before: documents.Document) -> dict[str, Any]:
        """Give values whose lines meet those that are there: by number, else in their order; the file has them all."""
        values = dict(candidate.values)
        for table, lines in candidate.lines.items():
            old = [line["line_no"] for line in before[table]]
            if not any(place.name == "line_no" for place in self.mapper.tables[table]):
                _renumber(values[table], lines, old)
            new = {int(line["line_no"]) for line in values[table]}
            values[table] = [*values[table], *({"line_no": each, "delete": True} for each in old if each not in new)]
        return values


def _renumber(lines: list[dict[str, Any]], rows: dict[int, Any], old: list[int]) -> None:
    """Give the lines of a file the numbers of those that are there, and the numbers after them to what is more."""
    behind = range(max(old, default=0) + 1, max(old, default=0) + 1 + len(lines))
    numbers = [*old, *behind]
    found = [rows[line["line_no"]] for line in lines]
    rows.clear()
    for line, number, row in zip(lines, numbers, found, strict=False):
        line["line_no"], rows[number] = number, row
