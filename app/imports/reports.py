"""What came of a run: counts that add up, what stayed out and why, as a list and as a file to mend."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.config.form_spec import CheckSpec
from app.core.words import Words
from app.imports.rows import Rejection, Row, scope_of
from app.imports.sheets import escaped

STATES = ("imported", "changed", "unchanged", "skipped", "rejected")
DOCUMENTS = ("made", "changed", "unchanged", "rejected")
SHOWN = 1000


@dataclass
class Report:
    """The outcome of a run, in rows; `documents` counts by form, `failed` are totals that do not hold."""

    name: str
    run: int = 0
    read: int = 0
    imported: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: int = 0
    rejected: int = 0
    documents: dict[str, dict[str, int]] = field(default_factory=dict)
    reasons: dict[Words, int] = field(default_factory=dict)  # why rows were skipped
    rejections: list[Rejection] = field(default_factory=list)
    failed: list[Words] = field(default_factory=list)
    resumed: bool = False
    dry: bool = False
    seconds: float = 0.0
    steps: list[Report] = field(default_factory=list)  # of a plan

    @property
    def adds_up(self) -> bool:
        """Tell whether every row that was read is accounted for."""
        return self.read == sum(getattr(self, state) for state in STATES)

    @property
    def changed_nothing(self) -> bool:
        """Tell whether the office is as it was before."""
        return self.imported == self.changed == 0

    def count_rows(self, rows: Iterable[Row]) -> None:
        """Count rows by what became of them."""
        for row in rows:
            self.read += 1
            state = row.state or "skipped"
            setattr(self, state, getattr(self, state) + 1)

    def count(self, form: str, what: str) -> None:
        """Count one document."""
        self._counts(form)[what] += 1

    def _counts(self, form: str) -> dict[str, int]:
        return self.documents.setdefault(form, dict.fromkeys(DOCUMENTS, 0))

    def check_totals(self, totals: Sequence[CheckSpec]) -> None:
        """Note which totals do not hold; `imported` is all that is in, by this run or before it."""
        values = {
            "read": Decimal(self.read),
            "imported": Decimal(self.imported + self.changed + self.unchanged),
            "skipped": Decimal(self.skipped),
            "rejected": Decimal(self.rejected),
        }
        for total in totals:
            if total.check.failed(scope_of(values)):
                text = total.check.text
                self.failed.append(total.message or Words(f"This must be true: {text}", f"必须满足：{text}"))

    def add(self, step: Report) -> None:
        """Take in the counts of one import of a plan."""
        self.steps.append(step)
        for name in ("read", *STATES):
            setattr(self, name, getattr(self, name) + getattr(step, name))
        for form, counts in step.documents.items():
            for what, number in counts.items():
                self._counts(form)[what] += number
        self.rejections += step.rejections[: SHOWN - len(self.rejections)]
        self.failed += step.failed

    def as_json(self) -> dict[str, Any]:
        """Give the counts for the journal and for programs."""
        return {
            **{name: getattr(self, name) for name in ("read", *STATES)},
            "documents": self.documents,
            "skipped_because": [[words.en, words.zh, number] for words, number in self.reasons.items()],
            "failed": [[words.en, words.zh] for words in self.failed],
        }

    def sentence(self) -> Words:
        """Say the counts in one sentence."""
        if self.read and self.changed_nothing and not self.rejected:
            return Words(
                f"{self.name}: {self.read} rows read, nothing changed: {self.unchanged} were there already, "
                f"{self.skipped} skipped.",
                f"{self.name}：读取 {self.read} 行，没有变化：{self.unchanged} 行此前已导入，跳过 {self.skipped} 行。",
            )
        changed = Words(f" + {self.changed} changed", f" + 更新 {self.changed}") if self.changed else Words()
        return Words(
            f"{self.name}: {self.read} rows read = {self.imported} imported{changed.en} + {self.unchanged} unchanged"
            f" + {self.skipped} skipped + {self.rejected} rejected.",
            f"{self.name}：读取 {self.read} 行 = 导入 {self.imported}{changed.zh} + 未变 {self.unchanged}"
            f" + 跳过 {self.skipped} + 拒绝 {self.rejected}。",
        )


def from_json(name: str, counts: Mapping[str, Any]) -> Report:
    """Give the report of a run that ended, from the journal."""
    made = Report(name)
    for key in ("read", *STATES):
        setattr(made, key, counts.get(key, 0))
    made.documents = {form: dict(each) for form, each in counts.get("documents", {}).items()}
    made.reasons = {Words(en, zh): number for en, zh, number in counts.get("skipped_because", [])}
    made.failed = [Words(en, zh) for en, zh in counts.get("failed", [])]
    return made


def rejected_csv(found: Iterable[Rejection], locale: str) -> str:
    """Give the rows that stayed out as CSV: file, row, column, value, reason, then their cells as the files had them.

    A cell that a spreadsheet would take for a formula stands behind an apostrophe.
    """
    rows = list(found)
    columns = list(dict.fromkeys(name for each in rows for name in each.cells))
    titles = ("文件", "行", "列", "值", "原因") if locale == "zh" else ("file", "row", "column", "value", "reason")
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([*titles, *map(_harmless, columns)])
    for each in rows:
        told = [each.file, each.row, each.column, each.value, each.words.say(locale)]
        writer.writerow([_harmless(cell) for cell in (*told, *(each.cells.get(name, "") for name in columns))])
    return stream.getvalue()


def _harmless(cell: Any) -> Any:
    text = str(cell)
    return cell if text.lstrip("+-").replace(".", "", 1).isdigit() else escaped(text)
