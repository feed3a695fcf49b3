"""A list as a tree by the form's own link, or as a gallery of its pictures: what this person may see, and no more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.config.form_spec import FormSpec, ViewSpec
from app.core import formats
from app.core.errors import NotFound
from app.core.links import Link
from app.core.words import Words
from app.data.values import Masked
from app.office import Office
from app.pages.views.address import ListAddress
from app.pages.views.cells import Reader, cell, stage_chip, told
from app.pages.views.filters import asked_of_data
from app.pages.views.listing import reader_of
from app.pages.views.saved import count_words
from app.pages.wording import text

MOST_NODES = 2000
AT_ONCE = 200
DEEPEST = 50
PICTURES = 60

Row = Mapping[str, Any]


def view_of(form: FormSpec, address: ListAddress, shape: str) -> ViewSpec:
    """Give the view of an address that is shown in a shape; NotFound where it is another."""
    view = form.views.get(address.view)
    if view is None or view.show_as != shape:
        raise NotFound(thing=Words("view", "视图"))
    return view


# the tree


@dataclass
class Branch:
    """One document of the tree, with what stands below it."""

    row: Row
    found: bool  # by the search and the filters; else it leads to what was found
    below: list[Branch] = field(default_factory=list)


def tree(office: Office, address: ListAddress, locale: str) -> dict[str, Any]:
    """Give the tree from the top down, each branch followed by what stands below it; a search keeps what leads to it."""
    form, reader = office.form(address.form), reader_of(office, locale)
    view = view_of(form, address, "tree")
    if form.tree is None:
        raise NotFound(thing=Words("view", "视图"))
    rows, more = _rows(office, reader, form, address, view)
    branches = {str(row["number"]): Branch(row, True) for row in rows}
    if address.narrowed or more or view.where is not None:
        _lead_up(office, form, view, branches)
    tops = _grown(form, branches)
    names = [name for name in _columns(form, view) if name not in ("number", "stage", form.key, form.tree)]
    nodes = [_node(reader, form, names, *placed) for placed in _walk(tops, branches, form.tree)]
    return {
        "nodes": nodes,
        "open": address.narrowed,
        "empty": "" if nodes else "filter" if address.narrowed else "new",
        "counted": text("tree_counted", locale, count=formats.number(len(rows))) + (text("tree_more", locale) if more else ""),
        "texts": {name: text(name, locale) for name in ("tree_open", "tree_shut", "tree_open_all", "tree_shut_all", "tree_hidden_above", "tree_leads", "tree_word")},
        "as_of": text("as_of", locale, time=formats.clock(reader.now, zone=reader.zone)),
    }


def _columns(form: FormSpec, view: ViewSpec) -> list[str]:
    return [name for name in (view.columns or form.list.columns) if name in form.header]


def _rows(office: Office, reader: Reader, form: FormSpec, address: ListAddress, view: ViewSpec) -> tuple[list[Row], bool]:
    """Give what the search and the filters find, and whether there is more than a tree can show."""
    columns = tuple(dict.fromkeys(("stage", str(form.tree), *_columns(form, view))))
    found: list[Row] = []
    after = None
    while len(found) < MOST_NODES:
        page = office.list(
            form.name, view=view.name, search=address.search or None, filters=asked_of_data(reader, form, address.conditions),
            order_by=address.sort or None, columns=columns, limit=AT_ONCE, after=after, counted=False,
        )
        found += page.rows
        after = page.next
        if not after:
            return found, False
    return found[:MOST_NODES], True


def _lead_up(office: Office, form: FormSpec, view: ViewSpec, branches: dict[str, Branch]) -> None:
    """Add what stands above the found, as far as this person may see it."""
    columns = tuple(dict.fromkeys(("stage", str(form.tree), *_columns(form, view))))
    asked: set[str] = set()
    for _ in range(DEEPEST):
        above = {link.number for one in branches.values() if (link := _above(form, one.row))}
        wanted = sorted(above - branches.keys() - asked)
        if not wanted:
            return
        asked |= set(wanted)
        for start in range(0, len(wanted), AT_ONCE):
            part = wanted[start : start + AT_ONCE]
            page = office.list(form.name, filters=[("number", "in", part)], columns=columns, limit=AT_ONCE, counted=False)
            branches.update({str(row["number"]): Branch(row, False) for row in page.rows})


def _above(form: FormSpec, row: Row) -> Link | None:
    found = row.get(str(form.tree))
    return found if isinstance(found, Link) else None


def _grown(form: FormSpec, branches: Mapping[str, Branch]) -> list[Branch]:
    """Hang each branch below its own; give those at the top. Links in a circle are cut where they meet."""
    tops: list[Branch] = []
    for number, branch in branches.items():
        link = _above(form, branch.row)
        owner = branches.get(link.number) if link else None
        (owner.below if owner is not None and not _circles(form, branches, number) else tops).append(branch)
    return tops


def _circles(form: FormSpec, branches: Mapping[str, Branch], number: str) -> bool:
    seen = {number}
    link = _above(form, branches[number].row)
    while link is not None and link.number in branches:
        if link.number in seen:
            return link.number == number
        seen.add(link.number)
        link = _above(form, branches[link.number].row)
    return False


def _walk(tops: Sequence[Branch], branches: Mapping[str, Branch], by: str, level: int = 1) -> Iterator[tuple[Branch, int, int, int, bool]]:
    """Give each branch with its level, its place among its own, their number, and whether what is above it is hidden."""
    stack = [(branch, level, place, len(tops)) for place, branch in reversed(list(enumerate(tops, 1)))]
    while stack:
        branch, depth, place, size = stack.pop()
        above = branch.row.get(by)
        yield branch, depth, place, size, depth == 1 and above not in (None, "") and not (isinstance(above, Link) and above.number in branches)
        stack += [(one, depth + 1, at, len(branch.below)) for at, one in reversed(list(enumerate(branch.below, 1)))]


def _node(reader: Reader, form: FormSpec, names: Sequence[str], branch: Branch, level: int, place: int, size: int, hidden: bool) -> dict[str, Any]:
    row = branch.row
    shown = stage_chip(reader.catalogue, form.name, str(row.get("stage", "")), reader.locale)
    words = [_said(cell(reader, form, name, row)) for name in names]
    lines = [one for one in words if one]
    return {
        "number": row["number"], "href": f"/{form.name}/{row['number']}", "title": lines[0] if lines else str(row["number"]), "lines": lines[1:],
        "level": level, "place": place, "size": size, "below": len(branch.below), "hidden": hidden, "found": branch.found,
        "stage": None if row.get("stage") == "active" else {"text": shown.word, "colour": shown.colour, "icon": shown.icon},
    }


def _said(shown: Any) -> str:
    return str(shown["text"]) if isinstance(shown, dict) else str(shown)


# the gallery


def gallery(office: Office, address: ListAddress, locale: str, *, after: str = "") -> dict[str, Any]:
    """Give cards with their first picture, a block at a time; a picture is fetched by its own right."""
    form, reader = office.form(address.form), reader_of(office, locale)
    view = view_of(form, address, "gallery")
    picture = picture_field(form, view)
    names = [str(name) for name in view.options.get("card") or form.list.columns]  # type: ignore[attr-defined]
    names = [name for name in names if name in form.header and name not in (picture, form.key)]
    columns = tuple(dict.fromkeys(("stage", *([picture] if picture else []), *names)))
    page = office.list(
        form.name, view=view.name, search=address.search or None, filters=asked_of_data(reader, form, address.conditions),
        order_by=address.sort or None, columns=columns, limit=PICTURES, after=after or None, counted=not after,
    )
    first = {} if after else {
        "counted": text("gallery_counted", locale, count=count_words(page.count)),
        "empty": "filter" if address.narrowed else "new",
        "texts": {name: text(name, locale) for name in ("gallery_none", "gallery_more", "hidden")},
        "as_of": text("as_of", locale, time=formats.clock(reader.now, zone=reader.zone)),
    }
    return {"cards": [_card(reader, form, names, row, picture) for row in page.rows], "next": page.next or "", **first}


def picture_field(form: FormSpec, view: ViewSpec) -> str:
    """Give the field whose pictures a gallery shows: the first on its cards, else the first of the form."""
    wanted = [*(str(name) for name in view.options.get("card") or ()), *form.header]  # type: ignore[attr-defined]
    return next((name for name in wanted if name in form.header and form.header[name].type == "image"), "")


def _card(reader: Reader, form: FormSpec, names: Sequence[str], row: Row, picture: str) -> dict[str, Any]:
    kept = row.get(picture) if picture else None
    hidden = isinstance(kept, Masked)
    files = kept if isinstance(kept, tuple | list) else [kept] if isinstance(kept, str) and kept and not hidden else []
    words = [_line(reader, form, name, row) for name in names]
    lines = [one for one in words if one]
    shown = stage_chip(reader.catalogue, form.name, str(row.get("stage", "")), reader.locale)
    return {
        "number": row["number"], "href": f"/{form.name}/{row['number']}", "title": lines[0] if lines else "", "lines": lines[1:],
        "picture": f"/api/pages/files/{files[0]}" if files else "", "more": max(0, len(files) - 1), "hidden": hidden,
        "stage": None if row.get("stage") == "active" else {"text": shown.word, "colour": shown.colour, "icon": shown.icon},
    }


def _line(reader: Reader, form: FormSpec, name: str, row: Row) -> str:
    value = row.get(name)
    if isinstance(value, Masked):
        return str(value) or text("hidden", reader.locale)
    return told(reader, form.header.get(name), value, row) if value not in (None, "", ()) else ""
