"""Two people at one document: both changes kept where they don't touch, both values shown where they do."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.core import formats
from app.core.errors import Conflict
from app.data import audit
from app.data.document import Document
from app.office import Office
from app.pages.views import record_rows
from app.pages.views.cells import Reader
from app.pages.views.record_cells import place_words, typeable
from app.pages.views.record_work import Work, field_at
from app.pages.wording import text


@dataclass
class Clash:
    """One place that two people changed."""

    path: str = ""
    title: str = ""
    mine: str = ""
    theirs: str = ""
    who: str = ""


def clash_of(office: Office, reader: Reader, work: Work, error: Conflict) -> Clash | None:
    """Give the place that both changed, with both values; nothing where the whole document is meant."""
    path = error.field or ""
    form = office.catalogue.forms[work.form]
    spec = field_at(office, form, path)
    if spec is None:
        return None
    entry = audit.changed_since(office.history(work.form, work.number), work.version).get(path)
    person = str(error.facts.get("person", ""))
    when = formats.moment(entry.at, now=reader.now, zone=reader.zone, locale=reader.locale) if entry else ""
    theirs = _row_value(office, work, path) if path.split(".")[0] in work.kept else _value(office.get(work.form, work.number), path)
    mine = work.texts.get(path) or work.cells.get(path, {}).get("text") or work.cells.get(path, {}).get("told") or formats.NONE
    place = place_words(reader, form, path)
    return Clash(path, text("clash_title", reader.locale, person=person, field=place), mine,
                 typeable(reader, spec, theirs) if theirs is not None else formats.NONE, f"{person} {when}".strip())


def _row_value(office: Office, work: Work, path: str) -> Any:
    table, no, name = path.split(".")
    number = record_rows.number_of(work, table, int(no))
    rows = office.catalogue.forms[work.form].tables[table].rows
    return office.get(rows or "", number).get(name) if number else None


def _value(document: Document, path: str) -> Any:
    parts = path.split(".")
    if len(parts) < 3:
        return document.get(parts[0])
    return next((row.get(parts[2]) for row in document[parts[0]] if str(row["line_no"]) == parts[1]), None)


def merged_words(office: Office, reader: Reader, work: Work, document: Document) -> str:
    """Give one sentence about what somebody else changed meanwhile, elsewhere in the document."""
    if work.fresh or document.version <= work.version + 1:
        return ""
    theirs = [entry for entry in office.history(work.form, work.number)
              if work.version < entry.version < document.version and entry.act in ("update", "set") and entry.actor.number != office.actor.name]
    if not theirs:
        return ""
    form = office.catalogue.forms[work.form]
    names = [place_words(reader, form, place) for place in audit.places_of(theirs[-1].diff)]
    fields = ("、" if reader.locale == "zh" else ", ").join(dict.fromkeys(name for name in names if name))
    return text("merged", reader.locale, person=str(theirs[-1].cause or theirs[-1].actor), field=fields)
