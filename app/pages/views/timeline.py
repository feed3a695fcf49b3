"""What happened to a document, told in words: who, when, what changed from what to what, through which door."""
from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from app.config.form_spec import FieldSpec, FormSpec
from app.core import formats
from app.core.words import Words
from app.data.audit import AuditEntry
from app.data.values import Refused, read_value
from app.pages.views.cells import Reader, stage_chip, told
from app.pages.wording import text

MOST = 60
DOORS = {"api": "door_api", "cli": "door_cli", "notebook": "door_notebook", "assistant": "door_assistant", "import": "door_import", "python": "door_python"}
ACTS = {"create": "made_it", "trash": "deleted_it", "restore": "restored_it"}
DECIDED = {"approved": "did_approve", "rejected": "did_reject", "returned": "did_return", "abstained": "did_abstain", "transferred": "did_transfer", "approving": "did_approve",
           "advised": "did_advise"}


@dataclass
class Difference:
    """One value that changed: where, from what, to what."""

    at: str = ""
    old: str = ""
    new: str = ""


@dataclass
class Happening:
    """One thing in the life of a document."""

    when: str = ""
    who: str = ""
    what: str = ""
    comment: str = ""
    kind: str = "change"                           # change approved rejected returned
    differences: list[Difference] = field(default_factory=list)


def timeline(reader: Reader, form: FormSpec, *, entries: Sequence[AuditEntry], steps: Sequence[Any] = ()) -> list[Happening]:
    """Give what happened, newest first: writes from the history, decisions from the approval."""
    found, latest = [], datetime.min.replace(tzinfo=UTC)
    for place, entry in enumerate(entries):
        latest = max(latest, entry.at)             # what was written later happened later, whatever the clock said
        found.append((latest, place, _happening(reader, form, entry)))
    found += [(step.decided_at, len(found), _decision(reader, step)) for step in steps if step.decided_by is not None and step.decided_at]
    found.sort(key=lambda one: (one[0], one[1]), reverse=True)
    return [one for _, _, one in found if one.what or one.differences][:MOST]


def _when(reader: Reader, at: datetime) -> str:
    return formats.moment(at, now=reader.now, zone=reader.zone, locale=reader.locale)


def _decision(reader: Reader, step: Any) -> Happening:
    said = text(DECIDED.get(step.decision, "did_settle"), reader.locale, step=step.title)
    if step.state == "voided":
        said = text("was_voided", reader.locale, what=said)
    return Happening(_when(reader, step.decided_at), str(step.decided_by), said, step.comment, step.decision or "approved")


def _happening(reader: Reader, form: FormSpec, entry: AuditEntry) -> Happening:
    by_machine = entry.cause is not None and entry.actor.number == "system"
    who = str(entry.cause if by_machine and entry.cause else entry.actor)
    return Happening(_when(reader, entry.at), who, _what(reader, form, entry), _through(reader, entry),
                     differences=[] if entry.act == "create" else list(differences(reader, form, entry.diff)))


def _through(reader: Reader, entry: AuditEntry) -> str:
    door = DOORS.get(entry.door)
    return text(door, reader.locale) if door else ""


def _what(reader: Reader, form: FormSpec, entry: AuditEntry) -> str:
    moved = entry.diff.get("stage")
    if entry.act in ACTS:
        return text(ACTS[entry.act], reader.locale)
    if isinstance(moved, list) and moved[1]:
        return text("moved_it", reader.locale, stage=stage_chip(reader.catalogue, form.name, moved[1], reader.locale).word)
    return text("changed_it", reader.locale)


def differences(reader: Reader, form: FormSpec, diff: Mapping[str, Any], *, rows: Mapping[str, str] | None = None) -> Iterator[Difference]:
    """Give what a write changed, field by field, lines too, totals last; `rows` names lines (`lines.2`) by what stands in them."""
    for name, change in sorted(diff.items(), key=lambda one: one[0] in form.totals):
        if name in form.header and isinstance(change, list):
            yield _difference(reader, form.header[name], form.header[name].label, change)
        elif name in form.tables and isinstance(change, Mapping):
            for line_no, fields in change.items():
                yield from _line(reader, form, f"{name}.{line_no}", fields, row=(rows or {}).get(f"{name}.{line_no}", ""))


def _line(reader: Reader, form: FormSpec, path: str, fields: Any, *, row: str) -> Iterator[Difference]:
    table, _, line_no = path.partition(".")
    row = row or text("row_at", reader.locale, row=line_no)
    specs = form.tables[table].fields
    if not isinstance(fields, Mapping):
        yield Difference(row, text("line_there", reader.locale), text("line_gone", reader.locale))
        return
    added = [(name, value) for name, value in fields.items() if name in specs and not isinstance(value, list)]
    if added and len(added) == len([name for name in fields if name in specs]):
        yield Difference(row, "", ("，" if reader.locale == "zh" else ", ").join(_told(reader, specs[name], value) for name, value in added[:3]))
        return
    for name, change in fields.items():
        if name in specs and not specs[name].computed and isinstance(change, list) and len(change) == 2:
            yield _difference(reader, specs[name], Words(text("row_field", "en", row=row, field=specs[name].label), text("row_field", "zh", row=row, field=specs[name].label)), change)


def _difference(reader: Reader, spec: FieldSpec, label: Words, change: list[Any]) -> Difference:
    return Difference(label.say(reader.locale), _told(reader, spec, change[0]), _told(reader, spec, change[1]))


def _told(reader: Reader, spec: FieldSpec, value: Any) -> str:
    if value is None or value == []:
        return formats.NONE
    try:
        return told(reader, spec, read_value(spec, value), {})
    except (Refused, KeyError, ValueError, TypeError):
        return str(value)
