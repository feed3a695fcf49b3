"""What a run changed goes back to what it was before; not where somebody changed the same since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.core.errors import Problem
from app.core.words import Words
from app.data import audit, documents
from app.data.audit import AuditEntry
from app.data.changing import overlaps
from app.data.reading import plan_for
from app.data.transaction import Transaction
from app.imports.errors import NotUndone

SHOWN = 5
CHANGED = "select form, document_id, version from import_changed where run_id in ({marks}) order by form, document_id"
LATER = (
    "select distinct c.form, c.document_id from import_made m join import_changed c on c.form = m.form"
    " and c.document_id = m.document_id where m.run_id in ({marks}) and c.run_id not in ({marks}) limit 6"
)


def revert(tx: Transaction, key: int, runs: Sequence[int]) -> int:
    """Bring back the old values of all that these runs changed, with the rights of an edit by hand; give how many."""
    found: dict[str, dict[int, set[int]]] = {}
    for form, document, version in tx.fetch(_sql(tx, CHANGED, runs), runs):
        if form in tx.registry.forms:
            found.setdefault(form, {}).setdefault(document, set()).add(version)
    for form, versions in found.items():
        _revert(tx, key, form, versions)
    tx.run(_sql(tx, "delete from import_changed where run_id in ({marks})", runs), runs)
    return sum(map(len, found.values()))


def refuse_changed_later(tx: Transaction, key: int, runs: Sequence[int]) -> None:
    """Refuse to take back documents that a later import has changed: that one goes first."""
    found = tx.fetch(_sql(tx, LATER, runs), [*runs, *runs])
    if found:
        names = _numbers(documents.lock_many(tx, form, [document])[0].number for form, document in found)
        words = Words(
            f"a later import changed {names}. Undo that one first.", f"{names} 后来又被导入更新，请先撤销那次导入。"
        )
        raise NotUndone(run=key, reason=words)


def _sql(tx: Transaction, statement: str, runs: Sequence[int]) -> str:
    return statement.format(marks=", ".join([tx.mark] * len(runs)))


def _revert(tx: Transaction, key: int, form: str, versions: Mapping[int, set[int]]) -> None:
    there = documents.lock_many(tx, form, sorted(versions))
    histories = {document.id: audit.read_entries(tx, form, document.id) for document in there}
    touched = [each.number for each in there if _is_touched(tx, form, histories[each.id], versions[each.id])]
    if touched:
        names = _numbers(touched)
        words = Words(f"somebody has changed the same in {names} since.", f"{names} 中相同的内容此后已被修改。")
        raise NotUndone(run=key, reason=words)
    wanted = [(each, _before(tx, form, histories[each.id], versions[each.id])) for each in there]
    refused: list[tuple[int, list[Problem]]] = []
    documents.update_many(tx, form, wanted, refused=refused, history=True)
    for place, problems in refused:
        number, told = there[place].number, problems[0].words
        raise NotUndone(run=key, reason=Words(f"{number}: {told.say('en')}", f"{number}：{told.say('zh')}"))


def _numbers(numbers: Iterable[str]) -> str:
    found = list(numbers)
    return ", ".join(found[:SHOWN]) + (" …" if len(found) > SHOWN else "")


def _is_touched(tx: Transaction, form: str, entries: Sequence[AuditEntry], ours: set[int]) -> bool:
    """Tell whether anybody wrote what a run wrote, after it; what followed in the run's own transaction is its own."""
    for mine in (entry for entry in entries if entry.version in ours):
        places = audit.places_of(_typed(tx, form, mine.diff))
        for other in entries:
            follows = other.at == mine.at and other.door == mine.door
            if other.version > mine.version and other.version not in ours and not follows:
                theirs = audit.places_of(_typed(tx, form, other.diff))
                if any(overlaps(place, their) for place in places for their in theirs):
                    return True
    return False


def _typed(tx: Transaction, form: str, diff: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out of a diff what is worked out."""
    plan, kept = plan_for(tx, form), {}
    for name, change in diff.items():
        if name in plan.lines and isinstance(change, Mapping):
            fields = plan.lines[name].fields
            lines = {
                line: each
                if each is None
                else {f: v for f, v in each.items() if f in fields and not fields[f].computed}
                for line, each in change.items()
            }
            kept[name] = {line: each for line, each in lines.items() if each is None or each}
        elif name in plan.header and not plan.header[name].computed:
            kept[name] = change
    return kept


def _before(tx: Transaction, form: str, entries: Sequence[AuditEntry], ours: set[int]) -> dict[str, Any]:
    """Give the values that stood there before, as they would be typed; the oldest change has the last word."""
    values: dict[str, Any] = {}
    tables: dict[str, dict[str, dict[str, Any]]] = {}
    for mine in sorted((entry for entry in entries if entry.version in ours), key=lambda entry: -entry.version):
        state = audit.state_of(entries, mine.version - 1)
        for name, change in _typed(tx, form, mine.diff).items():
            if isinstance(change, Mapping):
                for line, fields in change.items():
                    _line_before(tables.setdefault(name, {}), line, fields, state.get(name, {}).get(line))
            else:
                values[name] = state.get(name)
    return {**values, **{name: list(lines.values()) for name, lines in tables.items()}}


def _line_before(lines: dict[str, dict[str, Any]], line: str, fields: Any, old: Mapping[str, Any] | None) -> None:
    """A line that came goes again, one that went comes back whole, one that changed gets its old values."""
    if old is None:
        lines[line] = {"line_no": int(line), "delete": True}
        return
    names = old if fields is None else fields
    known = lines.setdefault(line, {"line_no": int(line)})
    known.update({name: old.get(name) for name in names})
