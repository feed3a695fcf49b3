"""The still part of a record's form: sections, columns, labels, options; sent once, while only boxes change afterwards."""
from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from app.config.form_spec import FieldSpec, FormSpec, SectionSpec, TableSpec
from app.data import rights
from app.data.kinds import kind_of, linked_form
from app.office import Office
from app.pages.views import record_rows
from app.pages.views.cells import Reader
from app.pages.views.record_work import Work
from app.pages.wording import text

WIDE = frozenset({"long_text", "files", "address", "links", "choices"})
RIGHT = frozenset({"decimal"})
WORDS = (
    "add_line", "copy_line", "delete_line", "choose", "nothing_matches", "upload", "uploading", "remove", "today_word", "pick_day", "hidden", "hidden_short", "lines_none",
    "scan_hint", "yes", "no", "undo", "line_removed", "needed_mark", "problems_one", "at_text", "problems_many", "open", "totals_word", "address_country", "address_province",
    "address_city", "address_district", "address_street", "address_postal_code", "file_refused", "more", "none_chosen", "previous_month", "next_month", "total", "edit_line")


def sheet_of(office: Office, reader: Reader, work: Work, *, facts: Iterable[str] = ()) -> dict[str, Any]:
    """Give everything that the browser needs to draw a document's form; `facts` stand above it already."""
    form = office.catalogue.forms[work.form]
    shut = {name: bool(work.cells.get(name, {}).get("shut")) for name in form.header}
    open_tables = _open_tables(office, work, form)
    hidden = frozenset(facts)
    return {
        "key": f"{work.form}/{work.number or 'new'}", "form": work.form, "number": work.number, "fresh": work.fresh,
        "open": bool(open_tables) or not all(shut.values()),
        "sections": [one for section in _sections(form) if (one := _section(reader, form, section, hidden))],
        "tables": _tables(office, reader, form, open_tables),
        "totals": _totals(reader, form),
        "cells": work.cells, "rows": work.rows, "problems": work.problems, "words": {name: text(name, reader.locale) for name in WORDS},
        "today": reader.today.isoformat(), "locale": reader.locale,
    }


def _tables(office: Office, reader: Reader, form: FormSpec, open_tables: frozenset[str]) -> list[dict[str, Any]]:
    """Give the tables of a record; the figures stand below the last of its own."""
    seen = record_rows.seen(office, form)
    own = [name for name, table in form.tables.items() if table.rows is None]
    return [_table(reader, table, record_rows.fields_of(office, table).values(), name in open_tables) | {"last": name in own[-1:]}
            for name, table in form.tables.items() if name in own or name in seen]


def _totals(reader: Reader, form: FormSpec) -> list[dict[str, Any]]:
    """Give the figures below the lines; the sum that the list shows too stands last, and large."""
    if all(table.rows is not None for table in form.tables.values()):
        return []
    money = [name for name, spec in form.totals.items() if spec.type == "money"]
    main = next((name for name in money if name in form.list.columns), "")
    shown = [spec for name, spec in form.totals.items() if name != main] + ([form.totals[main]] if main else [])
    return [field_view(reader, spec) | ({"main": True} if spec.name == main else {}) for spec in shown]


def _open_tables(office: Office, work: Work, form: FormSpec) -> frozenset[str]:
    names = frozenset(name for name, table in form.tables.items() if table.rows is None and table.readonly is not True)
    rows = frozenset(name for name, table in record_rows.seen(office, form).items() if table.readonly is not True and record_rows.may_add(office, table))
    if work.fresh:
        return names | rows
    with office.reading() as tx:
        from app.data import documents
        open_here = rights.editable_fields(tx, documents.get(tx, work.form, work.number), work.form)
    return (names & open_here) | (rows if open_here else frozenset())


def _sections(form: FormSpec) -> list[SectionSpec]:
    placed = {name for section in form.sections.values() for name in section.fields}
    loose = tuple(name for name in form.fields if name not in placed)
    below = () if form.tables and any(table.rows is None for table in form.tables.values()) else tuple(name for name in form.totals if name not in placed)
    first = [SectionSpec("", form.title, (*loose, *below))] if loose or below else []
    return [*first, *form.sections.values()]


def _section(reader: Reader, form: FormSpec, section: SectionSpec, hidden: frozenset[str]) -> dict[str, Any] | None:
    fields = [field_view(reader, form.header[name]) for name in section.fields if name in form.header and name not in hidden and form.header[name].show is not False]
    if not fields:
        return None
    title = section.title.say(reader.locale) if section.name else text("details", reader.locale)
    return {"name": section.name, "title": title, "help": section.help.say(reader.locale), "folded": section.folded, "fields": fields}


def _table(reader: Reader, table: TableSpec, columns: Iterable[FieldSpec], open_: bool) -> dict[str, Any]:
    fields = [field_view(reader, spec, column=True) for spec in columns if spec.show is not False]
    return {"name": table.name, "title": table.title.say(reader.locale), "fields": fields, "open": open_}


def plain_sheet(reader: Reader, key: str, fields: Iterable[FieldSpec], *, cells: Mapping[str, Any]) -> dict[str, Any]:
    """Give a little form of a few fields, such as a question or a filter."""
    section = {"name": "", "title": text("details", reader.locale), "help": "", "folded": False, "fields": [field_view(reader, one) for one in fields]}
    return {"key": key, "form": "", "number": "", "fresh": False, "open": True, "sections": [section], "tables": [], "totals": [], "cells": dict(cells), "rows": {},
            "problems": [], "words": {name: text(name, reader.locale) for name in WORDS}, "today": reader.today.isoformat(), "locale": reader.locale}


def field_view(reader: Reader, spec: FieldSpec, *, column: bool = False) -> dict[str, Any]:
    """Give a field as the browser draws it: its kind, words and options."""
    kind = kind_of(spec)
    found = {"name": spec.name, "kind": "choice" if spec.type == "choice" else kind, "type": spec.type, "label": _label(reader, spec, column),
             "right": kind in RIGHT, "wide": spec.type in WIDE or kind in WIDE, "computed": spec.computed}
    if spec.help:
        found["help"] = spec.help.say(reader.locale)
    if spec.placeholder:
        found["hint"] = spec.placeholder.say(reader.locale)
    if spec.options:
        found["options"] = [[name, words.say(reader.locale)] for name, words in spec.options.items()]
    if kind in ("link", "links"):
        found["link"] = linked_form(spec)
    if kind == "files":
        found["many"] = spec.many or spec.type == "files"
    return found


def _label(reader: Reader, spec: FieldSpec, column: bool) -> str:
    label = spec.label.say(reader.locale) or spec.name
    if not column or spec.type != "money" or (spec.currency is not None and not isinstance(spec.currency, str)):
        return label
    code = spec.currency if isinstance(spec.currency, str) else reader.home
    unit = "元" if code == "CNY" else code
    return f"{label}（{unit}）" if reader.locale == "zh" else f"{label}, {code}"
