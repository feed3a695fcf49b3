"""The list's state: what its address says; every change of it is a new address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import reflex as rx

from app.core import formats
from app.core.errors import DaybookError
from app.pages.session import locale, office, secured
from app.pages.views import bulk, saved
from app.pages.views.address import ListAddress, read
from app.pages.views.boards import PUT
from app.pages.views.bulk import BulkAct, Preview
from app.pages.views.filters import Asked, typed_number
from app.pages.views.listing import ListPage, list_page, reader_of
from app.pages.views.record_sheet import plain_sheet
from app.pages.views.saved import Tab, counted_tabs
from app.pages.wording import text

DESELECT = "window.dispatchEvent(new Event('daybook-deselect'))"
DENSITIES = ("normal", "compact", "roomy")


def here(state: rx.State) -> ListAddress:
    """Give the list's address as the browser shows it."""
    url = state.router.url
    return read(url.path.strip("/").split("/")[0], url.query)


def language(state: rx.State) -> str:
    """Give the reader's language in a handler."""
    return locale(state.router.headers.cookie, office())


class Listing(rx.State):
    """The list that is open."""

    page: ListPage = ListPage()
    missing: bool = False
    density: str = rx.LocalStorage("normal", name="daybook-density")
    reload: int = 0

    @rx.event
    @secured
    def load(self) -> Any:
        """Show the list that the address names; a form that may not be seen looks as one that is not there."""
        try:
            with office().together():
                self.page, self.missing = list_page(office(), here(self), language(self)), False
        except DaybookError:
            self.page, self.missing = ListPage(form=here(self).form), True
        return [] if self.missing else [Tabs.load, Selection.clear, Asking.close]

    @rx.event
    @secured
    def sort(self, sort: str) -> Any:
        """Put the list in another order."""
        return rx.redirect(here(self).with_sort(sort).href)

    @rx.event
    @secured
    def search(self, words: str) -> Any:
        """Look for words in the list."""
        return rx.redirect(here(self).with_search(words).href) if words.strip() != here(self).search else None

    @rx.event
    @secured
    def remove(self, place: int) -> Any:
        """Take one filter away."""
        return rx.redirect(here(self).without(place).href)

    @rx.event
    @secured
    def clear(self) -> Any:
        """Take all the reader's filters away."""
        return rx.redirect(here(self).cleared().href)

    @rx.event
    @secured
    def column(self, name: str, shown: bool) -> Any:
        """Show or hide a column."""
        names = [one.field for one in self.page.columns if one.field != name] + ([name] if shown else [])
        return rx.redirect(here(self).with_columns(names).href)

    @rx.event
    @secured
    def again(self) -> None:
        """Read the rows anew."""
        self.reload += 1

    @rx.event
    @secured
    def move(self, number: str, action: str, column: str) -> Any:
        """Let a card of the board go the way that was chosen; one that asks for more is opened."""
        form = here(self).form
        if action == PUT:
            by = next((one for one in office().form(form).views[here(self).view].options.items() if one[0] == "by"), ("by", ""))[1]
            office().update(form, number, {str(by): column})
            self.reload += 1
            return Tabs.load
        found = next((one for one in office().actions(form, number) if one.name == action), None)
        if found is None or not found.allowed:
            return rx.toast.error(found.reason.say(language(self)) if found and found.reason else text("not_now_stage", language(self)))
        if found.ask or found.confirm or found.style == "danger":
            return [rx.toast.info(text("move_asks", language(self), act=found.title)), rx.redirect(f"/{form}/{number}")]
        office().press(form, number, action, inputs={})
        self.reload += 1
        return Tabs.load

    @rx.event
    @secured
    def turn_density(self) -> None:
        """Turn to the next height of rows."""
        self.density = DENSITIES[(DENSITIES.index(self.density) + 1) % 3] if self.density in DENSITIES else "normal"

    @rx.event
    @secured
    def new(self) -> Any:
        """Start a document of this form."""
        return rx.redirect(self.page.new_href) if self.page.new_href else None


class Tabs(rx.State):
    """The saved views with their counts; they come after the page."""

    tabs: list[Tab] = []

    @rx.event
    @secured
    def load(self) -> None:
        """Count what each view holds."""
        reader = reader_of(office(), language(self))
        self.tabs = counted_tabs(office(), reader, office().form(here(self).form))

    @rx.event
    @secured
    def save(self, typed: dict[str, Any]) -> Any:
        """Keep the list as it stands under a title."""
        address = saved.save(office(), here(self), str(typed.get("title", "")), share=bool(typed.get("share")))
        return rx.redirect(address.href)

    @rx.event
    @secured
    def remove(self) -> Any:
        """Forget the view that is open."""
        return rx.redirect(saved.remove(office(), here(self)).href)


class Asking(rx.State):
    """The filter that is being put together."""

    shown: bool = False
    field: Asked = Asked()
    chosen: list[str] = []
    least: str = ""
    most: str = ""
    link: dict[str, Any] = {}
    offers: dict[str, Any] = {}

    @rx.event
    @secured
    def close(self) -> None:
        """Put the filter away."""
        self.shown, self.field, self.chosen, self.least, self.most = False, Asked(), [], "", ""

    @rx.event
    @secured
    def show(self, shown: bool) -> Any:
        """Open or close the filter."""
        self.shown = shown
        return None if shown else Asking.close

    @rx.event
    @secured
    async def pick(self, name: str) -> None:
        """Choose the field to filter by."""
        listing = await self.get_state(Listing)
        self.field = next((one for one in listing.page.askable if one.name == name), Asked())
        if self.field.way == "link":
            spec = replace(office().form(listing.page.form).header[name], required=False, many=False)
            self.link = plain_sheet(reader_of(office(), language(self)), f"filter/{name}", [spec], cells={})

    @rx.event
    @secured
    def lookup(self, path: str, words: str) -> None:
        """Offer what a link field of the list can be filtered by."""
        self.offers = {"path": path, "items": offered_links(office().offers(here(self).form, path, words))}

    @rx.event
    @secured
    def link_to(self, path: str, numbers: list[str]) -> Any:
        """Filter by what was chosen."""
        return rx.redirect(here(self).with_condition(path, "eq", numbers[0]).href) if numbers else None

    @rx.event
    @secured
    def toggle(self, value: str) -> None:
        """Choose one of the options, or let it go."""
        self.chosen = [one for one in self.chosen if one != value] if value in self.chosen else [*self.chosen, value]

    @rx.event
    @secured
    def put_least(self, value: str) -> None:
        """Keep the lower bound, or the words to look for."""
        self.least = value

    @rx.event
    @secured
    def put_most(self, value: str) -> None:
        """Keep the upper bound."""
        self.most = value

    @rx.event
    @secured
    def period(self, value: str) -> Any:
        """Filter by a period."""
        return rx.redirect(here(self).with_condition(self.field.name, "within", value).href)

    @rx.event
    @secured
    def apply(self) -> Any:
        """Filter by what was chosen."""
        return rx.redirect(_narrowed(here(self), self).href)


class Selection(rx.State):
    """The rows that are selected, what the bar says of them, and what may be done with them."""

    numbers: list[str] = []
    words: str = ""
    total: str = ""
    acts: list[BulkAct] = []
    preview: Preview = Preview()
    asking: bool = False
    many: int = 0
    job: int = 0
    doing: str = ""

    @rx.event
    @secured
    def choose(self, rows: list[list[str]]) -> Any:
        """Keep which rows are selected; count and add them up."""
        self._keep(rows[: bulk.MOST])
        return Selection.offer if self.numbers else None

    @rx.event
    @secured
    def choose_all(self) -> Any:
        """Select everything that the filter shows, as far as one act goes."""
        self._keep(bulk.all_rows(office(), here(self), language(self)))
        self.many = bulk.many(office(), here(self), language(self))
        if self.many:
            self.words, self.total = text("selected", language(self), count=formats.number(self.many)), ""
        return Selection.offer

    @rx.event
    @secured
    def offer(self) -> None:
        """Show what may be done with the rows."""
        acts = bulk.offered(office(), here(self).form, self.numbers, language(self))
        self.acts = acts if acts != self.acts else self.acts

    @rx.event
    @secured
    def clear(self) -> None:
        """Let all rows go."""
        self.numbers, self.words, self.total, self.acts, self.asking, self.many = [], "", "", [], False, 0

    @rx.event
    @secured
    def ask(self, action: str) -> None:
        """Show what an act would do before it is done."""
        if self.many:
            self.preview = bulk.preview_of_many(self.acts, action, formats.number(self.many), language(self))
        else:
            self.preview = bulk.preview(office(), here(self).form, self.numbers, action=action, locale=language(self))
        self.asking = True

    @rx.event
    @secured
    def dismiss(self, shown: bool) -> None:
        """Leave everything as it is."""
        self.asking = shown

    @rx.event
    @secured
    def run(self) -> Any:
        """Do what was shown; very many are left to the worker."""
        if self.many:
            return self._start()
        refused = bulk.run(
            office(), here(self).form, self.preview.ready, action=self.preview.act.name, locale=language(self)
        )
        said = bulk.told(self.preview.act, len(self.preview.ready) - len(refused), refused, language(self))
        self.asking = False
        return [rx.toast.info(said), Listing.again, Tabs.load, Selection.clear, rx.call_script(DESELECT)]

    def _start(self) -> Any:
        if self.preview.act.name not in {one.name for one in self.acts}:
            return None
        self.job = bulk.start(office(), here(self), language(self), action=self.preview.act.name)
        self.doing, self.asking = text("bulk_waits", language(self)), False
        return [Selection.clear, rx.call_script(DESELECT)]

    @rx.event
    @secured
    def follow(self) -> Any:
        """See how far the act on very many is."""
        if not self.job:
            return None
        job, said = office().job(self.job), language(self)
        if job.state in ("waiting", "running"):
            self.doing = text("bulk_doing", said, progress=job.progress) if job.progress else text("bulk_waits", said)
            return None
        self.job, self.doing = 0, ""
        words = bulk.told_of_many(job.result, said) if job.state == "done" else job.error or text("run_stopped", said)
        return [rx.toast.info(words, duration=15000), Listing.again, Tabs.load]

    def _keep(self, rows: list[list[str]]) -> None:
        self.many = 0
        amounts = [Decimal(row[1]) for row in rows if row[1]]
        self.numbers, self.words = (
            [row[0] for row in rows],
            text("selected", language(self), count=formats.number(len(rows))),
        )
        self.total = (
            formats.money(sum(amounts, Decimal(0)), office().catalogue.organisation.currency) if amounts else ""
        )


def offered_links(links: Iterable[Any]) -> list[dict[str, str]]:
    """Give links as a box offers them: words, and the number where the words don't say it."""
    return [{"number": one.number, "text": str(one), "second": "" if str(one).startswith(one.number) else one.number} for one in links]


def _narrowed(address: ListAddress, asking: Asking) -> ListAddress:
    name = asking.field.name
    if asking.field.way == "options":
        return address.with_condition(name, "in" if len(asking.chosen) > 1 else "eq", ",".join(asking.chosen))
    if asking.field.way == "text":
        return address.with_condition(name, "contains", asking.least.strip())
    return address.with_condition(name, "gte", typed_number(asking.least)).with_condition(
        name, "lte", typed_number(asking.most)
    )
