"""A file on its way in as its page shows it: columns matched, counts that add up, rows that stay out, earlier imports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.config.form_spec import FormSpec
from app.core import formats
from app.imports.guessing import Guess, targets_of
from app.imports.reports import Report
from app.office import Office
from app.office.importing import Mends
from app.pages.stages import Chip, chip
from app.pages.views.listing import reader_of
from app.pages.views.rights import verbs
from app.pages.wording import text, things

SHOWN = 50
CELLS = 5
STATES = {"running": "under_way", "done": "ended_well", "undone": "goes_back", "failed": "stopped"}
TILES = (
    ("import_read", "read", ""),
    ("import_ready", "imported", "green"),
    ("import_changes", "changed", "green"),
    ("import_unchanged", "unchanged", ""),
    ("import_skipped", "skipped", ""),
    ("import_rejected", "rejected", "red"),
)
DONE = {"imported": "import_imported", "changed": "import_changed"}


@dataclass
class Option:
    """A field that a column can go into."""

    value: str = ""
    label: str = ""


@dataclass
class ColumnLine:
    """One column of the file: what stands in it, where it goes."""

    place: int = 0
    column: str = ""
    sample: str = ""
    target: str = ""
    sure: bool = False


@dataclass
class Tile:
    """One count."""

    label: str = ""
    value: str = ""
    second: str = ""
    colour: str = ""


@dataclass
class Cell:
    """One cell of a row that stays out."""

    column: str = ""
    value: str = ""
    wrong: bool = False
    mended: bool = False


@dataclass
class WrongRow:
    """A row that stays out: its cells, what is wrong, the way out."""

    row: str = ""
    cells: list[Cell] = field(default_factory=list)
    column: str = ""
    value: str = ""
    words: str = ""


@dataclass
class Check:
    """What an import would do, or did."""

    tiles: list[Tile] = field(default_factory=list)
    sum: str = ""
    heads: list[str] = field(default_factory=list)
    rows: list[WrongRow] = field(default_factory=list)
    shown: str = ""
    notes: list[str] = field(default_factory=list)
    ready: int = 0
    rejected: int = 0
    button: str = ""


@dataclass
class RunLine:
    """An import that was."""

    id: int = 0
    when: str = ""
    title: str = ""
    file: str = ""
    who: str = ""
    counts: str = ""
    rejected: int = 0
    csv: str = ""
    href: str = ""
    may_undo: bool = False
    chip: Chip = field(default_factory=Chip)


@dataclass
class Aim:
    """What is imported into."""

    form: str = ""
    title: str = ""
    things: str = ""
    list_href: str = ""
    targets: list[Option] = field(default_factory=list)


def aim(office: Office, form: str, locale: str) -> Aim | None:
    """Give the form that rows become; nothing where this person may not import into it."""
    spec = office.catalogue.forms.get(form)
    if spec is None or "import" not in verbs(office, form):
        return None
    name = things(spec.title, locale)
    shown = name if locale == "zh" or spec.title.say("en")[:2].isupper() else name[:1].lower() + name[1:]
    return Aim(form, text("import_title", locale, things=shown), name, f"/{form}", _targets(spec, locale))


def importable(office: Office, locale: str) -> list[Option]:
    """Give the forms that this person may import into."""
    found = [spec for spec in office.forms() if "import" in verbs(office, spec.name)]
    return [Option(f"/import/{spec.name}", things(spec.title, locale)) for spec in found]


def _targets(form: FormSpec, locale: str) -> list[Option]:
    found = []
    for name, spec in targets_of(form):
        table, _, _field = name.rpartition(".")
        label = spec.label.say(locale) if spec else text("line_no" if table else "number", locale)
        found.append(Option(name, f"{form.tables[table].title.say(locale)} · {label}" if table else label))
    return found


def column_lines(guess: Guess) -> list[ColumnLine]:
    """Give the columns of a file with the fields they seem to be."""
    return [
        ColumnLine(place, one.column, " · ".join(one.samples[:2]), one.target or "", one.sure)
        for place, one in enumerate(guess.columns)
    ]


def check_of(report: Report, columns: Sequence[ColumnLine], locale: str, *, mends: Mends | None = None) -> Check:
    """Give the counts of a try, and the rows that would stay out; `mends` are the cells that were corrected."""
    heads = _heads(report, columns)
    counts = {name: getattr(report, name) for _label, name, _colour in TILES}
    found = Check(heads=heads, ready=report.imported + report.changed, rejected=report.rejected)
    found.tiles, found.sum = tiles(counts, locale), _sum(counts, locale)
    found.rows = [_wrong(one, heads, locale, mends or {}) for one in report.rejections[:SHOWN]]
    if len(report.rejections) > SHOWN:
        found.shown = text("import_shown", locale, shown=SHOWN, count=report.rejected)
    found.notes = [_documents(each, locale) for each in report.documents.values() if each.get("changed")]
    found.notes += [f"{words.say(locale)} {count}" for words, count in report.reasons.items()]
    found.notes += [words.say(locale) for words in report.failed]
    found.button = text("import_do", locale, count=formats.number(found.ready))
    return found


def _documents(counts: Mapping[str, int], locale: str) -> str:
    """Say how many documents are new, changed and the same."""
    return text("import_documents", locale, **{name: formats.number(count) for name, count in counts.items()})


def tiles(counts: Mapping[str, Any], locale: str, *, done: bool = False) -> list[Tile]:
    """Give the counts of a run; those that are nothing stay grey."""
    made = []
    for name_of, name, colour in TILES:
        count = int(counts.get(name, 0))
        if name == "changed" and not count:
            continue
        label = DONE.get(name, name_of) if done else name_of
        made.append(Tile(text(label, locale), formats.number(count), "", colour if count else ""))
    return made


def _sum(counts: Mapping[str, int], locale: str) -> str:
    parts = {name: formats.number(count) for name, count in counts.items()}
    return text("import_sum_changed" if counts["changed"] else "import_sum", locale, **parts)


def with_mend(check: Check, row: str, column: str, value: str) -> Check:
    """Give a check with one cell shown as it was corrected."""
    rows = [
        replace(one, cells=[replace(cell, value=value, mended=True) if cell.column == column else cell for cell in one.cells])
        if one.row == row
        else one
        for one in check.rows
    ]
    return replace(check, rows=rows)


def _heads(report: Report, columns: Sequence[ColumnLine]) -> list[str]:
    """Give the columns to show: the first ones, and those in which something is wrong."""
    names = [one.column for one in columns if one.target]
    wrong = {one.column for one in report.rejections[:SHOWN]}
    first = [name for name in names if name not in wrong][: max(2, CELLS - len(wrong))]
    return [name for name in names if name in wrong or name in first]


def _wrong(one: Any, heads: Sequence[str], locale: str, mends: Mends) -> WrongRow:
    cells = [Cell(name, str(one.cells.get(name, "")), name == one.column, (one.row, name) in mends) for name in heads]
    return WrongRow(str(one.row), cells, one.column, one.value, one.words.say(locale))


def run_lines(office: Office, locale: str, *, form: str = "") -> list[RunLine]:
    """Give the imports that this person may see, of one form where it is named."""
    reader = reader_of(office, locale)
    found = [run for run in office.import_runs(limit=100) if not form or form in _forms(office, run)]
    return [_run(office, reader, run) for run in found]


def _forms(office: Office, run: Any) -> set[str]:
    return {run.name, *run.counts.get("documents", {})}


def _run(office: Office, reader: Any, run: Any) -> RunLine:
    locale = reader.locale
    spec = office.catalogue.forms.get(run.name)
    declared = office.catalogue.imports.get(run.name) or office.catalogue.plans.get(run.name)
    title = things(spec.title, locale) if spec else declared.title.say(locale) if declared else run.name
    rejected = int(run.counts.get("rejected", 0))
    counts = text("import_counts", locale, imported=run.counts.get("imported", 0) + run.counts.get("changed", 0), read=run.counts.get("read", 0))
    when = formats.moment(run.started_at, now=reader.now, zone=reader.zone, locale=locale)
    return RunLine(
        run.id,
        when,
        title,
        run.file,
        run.account,
        counts if run.counts else "",
        rejected,
        f"/api/pages/import/{run.id}/rejected" if rejected else "",
        f"/{run.name}" if spec else "",
        run.state == "done",
        chip(run.state, text(f"import_state_{run.state}", locale), STATES.get(run.state, "not_begun")),
    )
