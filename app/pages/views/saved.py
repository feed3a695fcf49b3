"""The tabs of a list: views that the form brings, then those that people saved; each with how much it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from app.config.form_spec import FormSpec
from app.core.errors import DaybookError
from app.core.expressions import ExpressionError
from app.core.formats import number
from app.office import Office
from app.pages.views.address import ListAddress, read
from app.pages.views.cells import Reader
from app.pages.views.filters import asked_of_data
from app.pages.wording import text

SHAPES = ("table", "kanban", "calendar", "tree", "gallery")  # that a list can be shown in


@dataclass
class Tab:
    """A view of a list: where it leads, whether it is shared, whether this person may remove it."""

    name: str = ""
    title: str = ""
    href: str = ""
    count: str = ""
    shared: bool = False
    own: bool = False


def tabs(office: Office, form: FormSpec, locale: str) -> list[Tab]:
    """Give the whole list, the form's views meant for this person, and the saved ones."""
    views = [
        view
        for view in form.views.values()
        if view.show_as in SHAPES and (not view.roles or set(view.roles) & office.actor.roles)
    ]
    return [
        Tab("", text("all", locale), f"/{form.name}"),
        *(Tab(view.name, view.title.say(locale), f"/{form.name}?view={view.name}") for view in views),
        *(_saved(form, view) for view in office.views(form.name)),
    ]


def counted_tabs(office: Office, reader: Reader, form: FormSpec) -> list[Tab]:
    """Give the tabs with how many documents each holds; a view that no longer fits the form holds nothing."""

    def work() -> list[Tab]:
        with office.together():
            found = tabs(office, form, reader.locale)
            for tab in found:
                tab.count = count_words(_count(office, reader, form, read(form.name, tab.href.partition("?")[2])))
        return found

    return office.kept(("tabs", form.name, reader.locale, reader.minute), work)


def here(address: ListAddress) -> str:
    """Give the name of the tab that an address stands on."""
    return f"saved-{address.saved}" if address.saved else address.view


def save(office: Office, address: ListAddress, title: str, *, share: bool = False) -> ListAddress:
    """Keep a list under a title, for oneself or for everybody of one's roles; give its address."""
    roles = sorted(office.actor.roles - {"employee"}) if share else []
    key = office.save_view(address.form, title, content={"query": replace(address, saved="").query}, roles=roles)
    return replace(address, saved=str(key))


def remove(office: Office, address: ListAddress) -> ListAddress:
    """Forget the saved view that an address stands on; give the whole list."""
    office.delete_view(int(address.saved) if address.saved.isdigit() else 0)
    return ListAddress(address.form)


def changed(office: Office, address: ListAddress) -> bool:
    """Tell whether the list shows something else than the view it stands on."""
    if not address.saved:
        return bool(address.narrowed or address.sort or address.columns)
    kept = next((view for view in office.views(address.form) if str(view.id) == address.saved), None)
    return kept is None or _query(kept.content) != replace(address, saved="").query


def count_words(count: Any) -> str:
    """Give a count for people: exact, or `10,000+` where it was not counted to the end."""
    return number(count.number) + ("+" if count.capped else "") if count is not None else ""


def _saved(form: FormSpec, view: Any) -> Tab:
    address = replace(read(form.name, _query(view.content)), saved=str(view.id))
    return Tab(here(address), view.title, address.href, "", bool(view.roles), view.own)


def _query(content: Mapping[str, Any]) -> str:
    return str(content.get("query", ""))


def _count(office: Office, reader: Reader, form: FormSpec, address: ListAddress) -> Any:
    view = address.view if address.view in form.views else None
    filters = asked_of_data(reader, form, address.conditions)
    try:
        return office.count(form.name, view=view, search=address.search or None, filters=filters)
    except (DaybookError, ExpressionError):
        return None
