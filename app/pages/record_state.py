"""The record's states: the page around a document, its form while it is typed, and the acts upon it."""
from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

import reflex as rx

from app.core import clock, formats
from app.core.errors import Conflict, DaybookError, Invalid, NotAllowed, NotFound
from app.data import drafts
from app.office import Office
from app.pages.list_state import language, offered_links
from app.pages.session import office, secured
from app.pages.views import record_work as typing
from app.pages.views.listing import reader_of
from app.pages.views.record import RecordPage, bare_page, new_page, record_page
from app.pages.views.record_clash import Clash, clash_of, merged_words
from app.pages.views.record_sheet import sheet_of
from app.pages.views.record_work import Work
from app.pages.wording import text, thing

NEW = "new"


@dataclass
class Nothing:
    """Why there is no record to show, in words."""

    title: str = ""
    text: str = ""
    picture: str = "search"
    deleted: bool = False


def here(state: rx.State) -> tuple[str, str]:
    """Give the form and number that the address names; a new document has no number."""
    parts = state.router.url.path.strip("/").split("/")
    form, number = parts[0], parts[1] if len(parts) > 1 else ""
    return form, "" if number == NEW else number


class Record(rx.State):
    """The document that is open: all but its form."""

    page: RecordPage = RecordPage()
    nothing: Nothing = Nothing()
    shown: bool = False

    @rx.event
    @secured
    async def load(self) -> Any:
        """Show the document that the address names; what a person types is never wiped by it."""
        sheet = await self.get_state(Sheet)
        form, number = here(self)
        self._show(sheet, form, number)
        renamed = number and self.page.number != number  # it has its number by now
        return rx.redirect(f"/{form}/{self.page.number}", replace=True) if renamed else None

    def _show(self, sheet: Sheet, form: str, number: str) -> None:
        """Put a document on the page."""
        said = language(self)
        try:
            facts: tuple[str, ...] = ()
            if number:
                self.page, facts = record_page(office(), form, number, locale=said)
            else:
                self.page = new_page(office(), form, locale=said)
            sheet._open(form, number, version=self.page.version, facts=facts)
        except DaybookError as error:
            self.page, self.nothing, self.shown = bare_page(office(), form, number, locale=said), nothing_of(office(), error, form, said), True
            sheet._close()
            return
        self.nothing, self.shown = Nothing(), True

    @rx.event
    @secured
    async def delete(self) -> None:
        """Put the document into the bin; it can be taken out again at once."""
        office().delete(self.page.form, self.page.number)
        (await self.get_state(Sheet))._finish()
        said = language(self)
        self.nothing = Nothing(text("deleted_title", said, number=self.page.number), text("deleted_text", said), "trash-2", deleted=True)

    @rx.event
    @secured
    async def bring_back(self) -> None:
        """Take the document out of the bin."""
        office().restore(self.page.form, self.page.number)
        self._show(await self.get_state(Sheet), self.page.form, self.page.number)


def nothing_of(person: Office, error: DaybookError, form: str, said: str) -> Nothing:
    """Give the words for a document that can't be shown: no right, or no such number, told alike where it could leak."""
    spec = person.catalogue.forms.get(form)
    if isinstance(error, NotAllowed) and spec is not None:
        return Nothing(text("no_right_page", said, thing=thing(spec.title, said)), error.say(said), "lock")
    if isinstance(error, NotFound) and spec is not None:
        return Nothing(text("no_such_record", said, thing=thing(spec.title, said)), text("no_such_record_text", said))
    return Nothing(text("no_such_page", said), text("no_such_text", said)) if isinstance(error, NotFound) else Nothing(error.say(said), "", "circle-x")


class Sheet(rx.State):
    """The form of the open document; what is typed stays on the server, answers hold only what differs."""

    sheet: dict[str, Any] = {}
    rev: int = 0
    calc: dict[str, Any] = {}
    offers: dict[str, Any] = {}
    dirty: bool = False
    saved: str = ""
    left: str = ""
    over: str = ""
    clash: Clash = Clash()
    note: str = ""
    _work: Work | None = None
    _owner: str = ""
    _facts: tuple[str, ...] = ()

    # opening

    def _open(self, form: str, number: str, *, version: int, facts: tuple[str, ...]) -> None:
        """Show the form of a document, unless the person is typing into it."""
        work = self._typed()                       # nothing of what another person typed in this browser
        self._owner = office().actor.name
        if work is not None and work.dirty and (work.form, work.number) == (form, number):
            return
        if work is not None and work.dirty:
            keep(office(), work)
        found = typing.begun(office().form(form), number=number, version=version)
        if not number:
            found.head.update(_given_by_address(self, form))
        self._facts, self.clash, self.note, self.saved = facts, Clash(), "", ""
        self.left = left_words(self, form, number)
        self._draw(found)

    def _draw(self, work: Work) -> None:
        """Send the whole form anew."""
        reader = reader_of(office(), language(self))
        typing.changes(office(), reader, work)
        self._work, self.dirty = work, work.dirty
        self.rev = secrets.randbelow(2**31)        # never one that a server which lost its last moments gave before
        self.calc, self.offers = {}, {}
        self.sheet = sheet_of(office(), reader, work, facts=self._facts)

    def _finish(self) -> None:
        """Forget the form, and let the browser forget what was typed into it: it is saved or thrown away."""
        self._close()
        self.over = secrets.token_urlsafe(6)

    def _close(self) -> None:
        """Forget the form."""
        self.sheet, self._work, self.dirty, self.clash, self.note, self.left = {}, None, False, Clash(), "", ""

    @rx.event
    @secured
    def sync(self) -> None:
        """Send the whole form to a page that was loaded anew or missed an answer."""
        work = self._typed()
        if work is not None:
            self._draw(work)

    def _typed(self) -> Work | None:
        """Give the work itself; what watches it for changes would make every look at it slow. Only its owner gets it."""
        return getattr(self._work, "__wrapped__", self._work) if self._owner == office().actor.name else None

    # typing

    @rx.event
    @secured
    def put(self, path: str, value: str) -> None:
        """Take a typed text."""
        self._change(path, value)

    @rx.event
    @secured
    def pick(self, path: str, value: list[str]) -> None:
        """Take what was picked: links, options, files, yes or no."""
        self._change(path, value)

    @rx.event
    @secured
    def line(self, table: str, act: str, no: int) -> None:
        """Add, copy or remove a line, or bring the last removed one back."""
        work = self._typed()
        if work is None or (act != "undo" and table not in office().catalogue.forms[work.form].tables):
            return
        more: dict[str, Any] = {}
        if act in ("add", "copy"):
            more["focus"] = f"{table}.{typing.add_line(office(), work, table, like=no if act == 'copy' else 0)}"
        elif act == "remove":
            typing.remove_line(office(), work, table, no)
            more["undo"] = int(self.calc.get("n", 0)) + 1
        else:
            typing.bring_back(work)
        self._answer(work, **more)

    @rx.event
    @secured
    def lookup(self, path: str, words: str) -> None:
        """Offer what a link field can point to."""
        work = self._typed()
        if work is None:
            return
        links = typing.lookup(office(), work, path, words)
        self.offers = {"path": path, "items": offered_links(links)}

    @rx.event
    @secured
    def keep(self) -> None:
        """Keep what was typed as a private draft."""
        work = self._typed()
        if work is not None and work.dirty:
            keep(office(), work)
            self.saved = text("saved_at", language(self), time=formats.clock(clock.now(), zone=reader_of(office(), language(self)).zone, seconds=False))

    def _change(self, path: str, value: str | list[str]) -> None:
        work = self._typed()
        if work is None:
            return
        typing.put(office(), reader_of(office(), language(self)), work, path=path, value=value)
        self._answer(work, got=path)

    def _answer(self, work: Work, **more: Any) -> None:
        found = typing.changes(office(), reader_of(office(), language(self)), work)
        self._work, self.dirty = work, work.dirty
        self.calc = {"n": int(self.calc.get("n", 0)) + 1, "rev": self.rev, **found, **more}

    # drafts

    @rx.event
    @secured
    def restore_draft(self) -> None:
        """Go on with what was typed here before."""
        work = self._typed()
        if work is None:
            return
        with office().reading() as tx:
            found = drafts.draft(tx, work.form, number=work.number)
        if found is not None:
            self.left = ""
            self._draw(typing.restored(work, found.values))

    @rx.event
    @secured
    async def discard(self) -> None:
        """Throw away what was typed and show the document as it is."""
        form, number = here(self)
        forget(office(), form, number)
        self._finish()
        (await self.get_state(Record))._show(self, form, number)

    # saving

    @rx.event
    @secured
    async def save(self) -> Any:
        """Save the document now."""
        return await self._hand_in("")

    @rx.event
    @secured
    async def command(self, name: str) -> Any:
        """Run a key of the form: save, the main action, or go on with what was typed before."""
        if name == "restore":
            return Sheet.restore_draft
        record = await self.get_state(Record)
        if name == "main" and record.page.main.name:
            return Acting.press(record.page.main.name)
        return await self._hand_in("")

    async def _hand_in(self, action: str) -> Any:
        """Save what was typed; of a new document press `action` with it. Give where to go, or nothing where it was refused."""
        work = self._typed()
        if work is None or not (work.dirty or work.fresh):
            return None
        work.tried = bool(action) or work.tried
        try:
            document = saved(office(), work, submit=action == "submit")
        except Invalid as error:
            self._refuse(error)
            return None
        except Conflict as error:
            return self._clashed(work, error)
        forget(office(), work.form, work.number)
        note = merged_words(office(), reader_of(office(), language(self)), work, document)
        self._finish()
        record = await self.get_state(Record)
        if work.fresh:
            done = rx.toast.success(text("made_done", language(self), number=document.number))
            return [done, rx.redirect(f"/{work.form}/{document.number}", replace=True)]
        record._show(self, work.form, work.number)
        self.note, self.saved = note, text("saved_now", language(self))
        return []

    def _refuse(self, error: Invalid) -> None:
        """Show every problem at its place and in the summary."""
        work = self._typed()
        assert work is not None
        work.tried = True
        self._answer(work, refused=True)
        known = {one["path"] for one in work.problems}
        if not any(problem.path in known for problem in error.problems):
            reader = reader_of(office(), language(self))
            work.problems = [*work.problems, *typing.problem_words(office(), reader, work, error.problems)]
            self.calc = {**self.calc, "problems": work.problems}

    def _clashed(self, work: Work, error: Conflict) -> None:
        found = clash_of(office(), reader_of(office(), language(self)), work, error)
        if found is None:
            raise error
        self.clash = found

    @rx.event
    @secured
    async def keep_mine(self) -> Any:
        """Save over what somebody else changed at the same place."""
        work = self._typed()
        if work is not None:
            self._work = typing.caught_up(office(), work)
            self.clash = Clash()
        return await self._hand_in("")

    @rx.event
    @secured
    def take_theirs(self) -> None:
        """Let the other person's value stand."""
        work = self._typed()
        if work is not None:
            path, self.clash = self.clash.path, Clash()
            typing.let_go(work, path)
            self._answer(work, drop=path)


def saved(person: Office, work: Work, *, submit: bool) -> Any:
    """Write a document as it was typed."""
    values = typing.given(work, whole=True)
    if work.fresh:
        return person.create(work.form, values, submit=submit, key=f"{work.key}-{'submit' if submit else 'save'}")
    return person.update(work.form, work.number, values, version=work.version)


def keep(person: Office, work: Work) -> None:
    """Keep what was typed as a private row."""
    with person.transaction() as tx:
        drafts.save_draft(tx, work.form, typing.kept_words(work), number=work.number)


def forget(person: Office, form: str, number: str) -> None:
    """Throw a private draft away."""
    with person.transaction() as tx:
        drafts.drop_draft(tx, form, number=number)


def left_words(state: rx.State, form: str, number: str) -> str:
    """Give the offer to go on with what was typed before."""
    with office().reading() as tx:
        found = drafts.draft(tx, form, number=number)
    if found is None or found.changed_at is None:
        return ""
    reader = reader_of(office(), language(state))
    return text("left_here", reader.locale, when=formats.moment(found.changed_at, now=reader.now, zone=reader.zone, locale=reader.locale))


def _given_by_address(state: rx.State, form: str) -> dict[str, str]:
    fields = office().form(form).fields
    return {name: value for name, value in state.router.url.query_parameters.items() if name in fields and not fields[name].computed}


from app.pages.record_acts import Acting  # noqa: E402  the two states call each other
