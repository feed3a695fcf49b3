"""A list as its page shows it: tabs, filters, columns; and its rows, block by block, already told in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.config.form_spec import FormSpec
from app.core import clock, formats
from app.core.errors import DaybookError
from app.core.words import Words
from app.data import documents, rights
from app.data.values import Masked
from app.office import Office
from app.pages.stages import Chip
from app.pages.views import address as addresses
from app.pages.views.address import ListAddress
from app.pages.views.cells import (
    OVERDUE,
    RIGHT,
    SYSTEM,
    WIDTHS,
    Reader,
    cell,
    currency_of,
    kind_of,
    stage_chip,
    title_of,
)
from app.pages.views.filters import Asked, FilterChip, askable, asked_of_data, chips
from app.pages.views.menu import area_title, icon_of
from app.pages.views.rights import verbs
from app.pages.views.saved import SHAPES, Tab, changed, count_words, here, tabs
from app.pages.wording import text, thing, things

MOST_ROWS = 200


@dataclass
class Column:
    """A column of the grid."""

    field: str = ""
    title: str = ""
    kind: str = "text"
    width: int = 120
    grow: int = 0
    align: str = "left"
    sortable: bool = True
    shown: bool = True


@dataclass
class ListPage:
    """All of a list but its rows."""

    form: str = ""
    title: str = ""
    area: str = ""
    icon: str = ""
    view: str = ""
    changed: bool = False
    shows: str = "table"
    query: str = ""
    search: str = ""
    sort: str = ""
    source: str = ""
    narrowed: bool = False
    new_href: str = ""
    new_title: str = ""
    may_import: bool = False
    may_export: bool = False
    export: str = ""
    tabs: list[Tab] = field(default_factory=list)
    chips: list[FilterChip] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    choices: list[Column] = field(default_factory=list)
    askable: list[Asked] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)


def reader_of(office: Office, locale: str) -> Reader:
    """Give for whom values are told: this person, now."""
    catalogue = office.catalogue
    return Reader(catalogue, locale, clock.now(), clock.today(catalogue.organisation.zone))


def list_page(office: Office, address: ListAddress, locale: str) -> ListPage:
    """Give everything of a list but its rows and counts."""
    form, reader = office.form(address.form), reader_of(office, locale)
    columns = _columns(reader, form, address)
    may = verbs(office, form.name)
    return ListPage(
        form=form.name,
        title=things(form.title, locale),
        area=area_title(office.catalogue.areas, form.area, locale),
        icon=icon_of(form),
        view=here(address),
        changed=changed(office, address),
        shows=_shows(form, address),
        query=address.query,
        search=address.search,
        sort=address.sort or _sort_of(form, address),
        narrowed=address.narrowed,
        source=f"/api/pages/rows/{form.name}?{address.query}",
        export=f"/api/pages/export/{form.name}?{address.query}",
        new_href=f"/{form.name}/new" if "create" in may else "",
        new_title=_new_title(form, locale),
        may_import="import" in may,
        may_export="export" in may,
        tabs=tabs(office, form, locale),
        chips=chips(reader, form, address.conditions, titled=lambda name, number: title_of_link(office, form.name, name, number)),
        columns=[one for one in columns if one.shown],
        choices=columns,
        askable=askable(reader, form, _shown(office, form)),
        texts=_texts(form, locale, may="create" in may),
    )


def _shows(form: FormSpec, address: ListAddress) -> str:
    """Give how the view is shown: as a table, a board, a month, a tree, a gallery."""
    view = form.views.get(address.view)
    return view.show_as if view is not None and view.show_as in SHAPES else "table"


def block(office: Office, address: ListAddress, locale: str, *, after: str = "", limit: int = 100) -> dict[str, Any]:
    """Give one block of rows with the figures of the whole filter."""
    form, reader = office.form(address.form), reader_of(office, locale)
    names = [column.field for column in _columns(reader, form, address) if column.shown]
    page = page_of(office, address, reader, after=after, limit=min(limit, MOST_ROWS), names=names)
    first = (
        {}
        if after
        else {
            "counted": _counted(page, form, locale),
            "sums": _sums(reader, form, page.sums),
            "empty": _cause(address),
            "as_of": text("as_of", locale, time=formats.clock(reader.now, zone=reader.zone)),
        }
    )
    rows = with_live(office, form, names, page.rows)
    return {"rows": [_row(reader, form, names, row) for row in rows], "next": page.next or "", **first}


def page_of(
    office: Office,
    address: ListAddress,
    reader: Reader,
    *,
    after: str = "",
    limit: int = 100,
    names: Sequence[str] | None = None,
) -> Any:
    """Give the documents of an address, with the person's rights; the count and sums come with the first page only."""
    form = office.form(address.form)
    view = address.view if address.view in form.views else None
    columns = dict.fromkeys(
        [*(names or column_names(form, address)), "stage", *_totals(office, form), *_currency(form)]
    )
    return office.list(
        form.name,
        order_by=address.sort or None,
        limit=limit,
        after=after or None,
        view=view,
        search=address.search or None,
        filters=asked_of_data(reader, form, address.conditions),
        columns=tuple(columns),
        counted=not after,
        sums=() if after else tuple(_totals(office, form)),
    )


def with_live(
    office: Office, form: FormSpec, names: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> Sequence[Mapping[str, Any]]:
    """Give the rows with the figures that no column keeps, such as stock, with the person's rights."""
    live = [name for name in names if name in form.header and not form.header[name].kept]
    if not live:
        return rows
    found = []
    with office.reading() as tx:
        for row in rows:
            document = documents.get(tx, form.name, row["number"])
            found.append({**row, **{name: document[name] for name in live}})
    return found


def title_of_link(office: Office, form: str, name: str, number: str) -> str:
    """Give the words of a document that a link field may point to; its number where it can't be seen."""
    try:
        found = office.offers(form, name, number)
    except DaybookError:
        return number
    return next((str(one) for one in found if one.number == number), number)


def _totals(office: Office, form: FormSpec) -> list[str]:
    """Give what the list adds up, else the first amount below the lines; as far as this person may see it."""
    shown = _shown(office, form)
    if form.list.total:
        return [name for name in form.list.total if name in shown]
    return [name for name, spec in form.totals.items() if spec.type == "money" and spec.kept and name in shown][:1]


def _shown(office: Office, form: FormSpec) -> frozenset[str]:
    with office.reading() as tx:
        return rights.shown_fields(tx, form.name)


def _currency(form: FormSpec) -> list[str]:
    return ["currency"] if "currency" in form.header else []


def column_names(form: FormSpec, address: ListAddress) -> list[str]:
    """Give the columns shown: those of the address, of the view, of the form; the number always leads."""
    view = form.views.get(address.view)
    known = [name for name in address.columns if name in form.header or name in SYSTEM]
    names = (
        known or list(view.columns if view and view.columns else form.list.columns) or [*list(form.header)[:5], "stage"]
    )
    lead = form.key or "number"
    return names if lead in names else [lead, *names]


def describe(field_name: str, reader: Reader, form: FormSpec, *, shown: bool = True) -> Column:
    """Give one column of a form."""
    kind = kind_of(form, field_name)
    total = field_name in form.totals and kind == "money"
    width = WIDTHS.get(kind, 150)
    spec = form.header.get(field_name)
    return Column(
        field_name,
        title_of(reader.catalogue, form, field_name).say(reader.locale),
        "amount" if total else kind,
        width,
        0 if kind in WIDTHS or kind in RIGHT else 1,
        "right" if kind in RIGHT else "left",
        spec is None or (spec.kept and not spec.many),
        shown,
    )


def _columns(reader: Reader, form: FormSpec, address: ListAddress) -> list[Column]:
    names = column_names(form, address)
    kept = [name for name, spec in form.header.items() if spec.kept]
    others = [
        name for name in (*kept, "stage", "stage_since", "created_at", "created_by", "changed_at") if name not in names
    ]
    return [describe(name, reader, form) for name in names] + [
        describe(name, reader, form, shown=False) for name in others
    ]


def _sort_of(form: FormSpec, address: ListAddress) -> str:
    view = form.views.get(address.view)
    return (view.sort if view else "") or form.list.sort


def _new_title(form: FormSpec, locale: str) -> str:
    return text("new_thing", locale, thing=Words(thing(form.title, "en"), form.title.say("zh")))


def _texts(form: FormSpec, locale: str, *, may: bool) -> dict[str, str]:
    many = things(form.title, locale)
    named = {
        name: text(name, locale)
        for name in (
            "still_loading",
            "load_failed",
            "try_again",
            "move_word",
            "select_word",
            "open_word",
            "all_keys_word",
            "empty_filter",
            "empty_done",
            "clear_filters",
        )
    }
    return named | {
        "empty_new": text("empty_new", locale, things=many[:1].lower() + many[1:]),
        "new_thing": _new_title(form, locale),
        "empty_text": text("empty_new_text" if may else "empty_read_text", locale),
        "new_href": f"/{form.name}/new" if may else "",
    }


def _counted(page: Any, form: FormSpec, locale: str) -> list[str]:
    """Give the count in three parts: before it, the figure, behind it."""
    many = things(form.title, locale) if page.count.number != 1 else form.title.say(locale)
    before, _, behind = text("count_of", locale, count="\0", things=many[:1].lower() + many[1:]).partition("\0")
    return [before, count_words(page.count), behind]


def _sums(reader: Reader, form: FormSpec, sums: Mapping[str, Any]) -> list[list[str]]:
    found = []
    for name, value in sums.items():
        spec = form.header.get(name)
        if isinstance(value, Decimal) and spec is not None:
            shown = formats.money(value, reader.home) if spec.type == "money" else formats.number(value)
            found.append([spec.label.say(reader.locale), shown])
    return found


def _cause(address: ListAddress) -> str:
    """Give why a list without rows is empty: filtered away, nothing left in the view, nothing made yet."""
    return "filter" if address.narrowed else "done" if address.view else "new"


def _row(reader: Reader, form: FormSpec, names: list[str], row: Mapping[str, Any]) -> dict[str, Any]:
    cells = {name: cell(reader, form, name, row) for name in names}
    total = next((name for name in form.totals if isinstance(row.get(name), Decimal)), "")
    return {
        "number": row["number"],
        "href": f"/{form.name}/{row['number']}",
        "cells": cells,
        "sum": str(row[total]) if total else "",
        "card": _card(reader, form, cells, row, total),
    }


def _card(
    reader: Reader, form: FormSpec, cells: Mapping[str, Any], row: Mapping[str, Any], total: str
) -> dict[str, Any]:
    """Give the three lines of a phone's card: number and amount; who and stage; when."""
    who = next((cells[name] for name in cells if kind_of(form, name) in ("link", "text", "user") and cells[name]), "")
    when = next((name for name in cells if name in OVERDUE and cells[name]), "")
    shown: Chip = stage_chip(reader.catalogue, form.name, row.get("stage", ""), reader.locale)
    told = cells[when] if when else ""
    return {
        "head": row["number"],
        "amount": _amount(reader, form, row, total),
        "who": _text(who),
        "stage": {"text": shown.word, "colour": shown.colour, "icon": shown.icon},
        "when": f"{title_of(reader.catalogue, form, when).say(reader.locale)} {_text(told)}" if when else "",
        "alarm": isinstance(told, dict),
    }


def _amount(reader: Reader, form: FormSpec, row: Mapping[str, Any], total: str) -> str:
    if not total or isinstance(row[total], Masked):
        return ""
    spec = form.header[total]
    return (
        formats.money(row[total], currency_of(spec, row, reader.home), home=reader.home)
        if spec.type == "money"
        else formats.number(row[total])
    )


def _text(shown: Any) -> str:
    return shown["text"] if isinstance(shown, dict) else str(shown)


def parsed(form: str, query: str) -> ListAddress:
    """Read a list's address."""
    return addresses.read(form, query)
