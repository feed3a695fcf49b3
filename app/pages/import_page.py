"""Bringing a file in: choose it, match its columns, see what would happen, import what is ready, take it back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import reflex as rx

from app.core.errors import DaybookError
from app.imports.reports import Report, rejected_csv
from app.pages.components.work import Ticker
from app.pages.import_views import done, earlier, file_step, match, nothing_here, steps, working
from app.pages.list_state import language
from app.pages.said import Said, word
from app.pages.session import office, secured
from app.pages.shell import frame, trail
from app.pages.state import FRAME
from app.pages.views import imports as views
from app.pages.views.imports import Aim, Check, ColumnLine, Option, RunLine, Tile
from app.pages.views.jobs import OPEN, job_error
from app.pages.wording import text

LONGEST_CELL = 2000
PLACES = ("file", "check", "import", "done")


class Past(rx.State):
    """The imports that were, of one form or of all."""

    runs: list[RunLine] = []
    forms: list[Option] = []

    @rx.event
    @secured
    def load(self) -> None:
        """Show them, newest first."""
        parts = self.router.url.path.strip("/").split("/")
        said = language(self)
        self.runs = views.run_lines(office(), said, form=parts[1] if len(parts) > 1 else "")
        self.forms = views.importable(office(), said)

    @rx.event
    @secured
    def undo(self, run: int) -> Any:
        """Take an import back as a whole."""
        count = office().undo_import(run)
        return [rx.toast.success(text("import_undone", language(self), count=count)), Past.load]


class Bringing(rx.State):
    """The file that is being brought in; nothing of it is saved before the last button."""

    aim: Aim = Aim()
    step: str = "file"
    file: str = ""
    columns: list[ColumnLine] = []
    check: Check = Check()
    checking: bool = False
    stale: bool = False
    updating: bool = False
    problem: str = ""
    job: int = 0
    doing: str = ""
    result: list[Tile] = []
    run: int = 0
    mended: int = 0
    _kept: str = ""
    _mends: dict[tuple[int, str], str] = {}
    _report: Report | None = None

    @rx.var
    def at(self) -> int:
        """How far it is: file, columns and check, import, through."""
        return PLACES.index(self.step)

    @rx.event
    @secured
    def load(self) -> None:
        """Begin with the form that the address names; a file that is under way stays."""
        form = self.router.url.path.strip("/").split("/")[1]
        aim = views.aim(office(), form, language(self)) or Aim()
        if aim.form != self.aim.form or not aim.form:
            self._begin()
        self.aim = aim

    def _begin(self) -> None:
        self.step, self.file, self.columns, self.check, self.problem = "file", "", [], Check(), ""
        self.job, self.doing, self.result, self.run, self._kept, self._report = 0, "", [], 0, "", None
        self.checking, self.stale, self.mended, self._mends, self.updating = False, False, 0, {}, False

    @rx.event
    @secured
    def again(self) -> None:
        """Choose another file."""
        self._begin()

    @rx.event
    @secured
    async def take(self, kept: str, name: str) -> AsyncIterator[Any]:
        """Look at a file that was sent: match its columns, then try it."""
        self._begin()
        self._kept, self.file, self.step, self.checking = kept, name, "check", True
        yield
        person, form = office(), self.aim.form
        try:
            file = await asyncio.to_thread(_sent, person, kept)
            guess = await asyncio.to_thread(person.import_guess, form, file)
            self.columns = views.column_lines(guess)
            yield
            await self._try(person)
        except DaybookError as error:
            self.problem = error.say(language(self))
            self.step = "check" if self.columns else "file"
        finally:
            self.checking = False

    @rx.event
    @secured
    def point(self, place: int, target: str) -> None:
        """Let a column go into another field, or nowhere."""
        meant = "" if target == "-" else target
        if meant and meant not in {one.value for one in self.aim.targets}:
            return
        self.columns = [
            replace(one, target=meant, sure=True)
            if one.place == place
            else replace(one, target="" if one.target == meant else one.target)
            for one in self.columns
        ]
        self.stale = True

    @rx.event
    @secured
    def turn_existing(self) -> Any:
        """Let rows change the documents that are there already, or leave them."""
        self.updating, self.stale = not self.updating, True
        return Bringing.look

    @rx.event
    @secured
    def mend(self, row: str, column: str, value: str) -> None:
        """Correct one cell of a row that would stay out; the file itself stays as it was sent."""
        if row.isdigit() and column in {one.column for one in self.columns} and len(value) <= LONGEST_CELL:
            self._mends = {**self._mends, (int(row), column): value}
            self.mended, self.stale = len(self._mends), True
            self.check = views.with_mend(self.check, row, column, value)

    @rx.event
    @secured
    async def look(self) -> AsyncIterator[Any]:
        """Try the file again with the columns as they are matched now."""
        if self.checking:
            return
        self.checking, self.problem = True, ""
        yield
        try:
            await self._try(office())
        except DaybookError as error:
            self.problem = error.say(language(self))
        finally:
            self.checking = False

    async def _try(self, person: Any) -> None:
        file = await asyncio.to_thread(_sent, person, self._kept)
        how = {"mapping": self._mapping(), "mends": self._mends, "existing": self._existing()}
        report = await asyncio.to_thread(person.import_preview, self.aim.form, file, **how)
        self._report, self.stale = report, False
        self.check = views.check_of(report, self.columns, language(self), mends=self._mends)

    def _mapping(self) -> dict[str, str]:
        return {one.column: one.target for one in self.columns if one.target}

    def _existing(self) -> str:
        return "update" if self.updating else "leave"

    @rx.event
    @secured
    def errors(self) -> Any:
        """Hand over the rows that would stay out as a file to mend."""
        report = getattr(self._report, "__wrapped__", self._report)
        if report is None:
            return None
        content = "\ufeff" + rejected_csv(report.rejections, language(self))
        return rx.download(data=content, filename=f"{self.aim.form}-{text('import_error_name', 'en')}.csv")

    @rx.event
    @secured
    def start(self) -> None:
        """Leave the import to the worker."""
        if self.job or self.stale or not self._kept:
            return
        job = office().start_import(self.aim.form, self._kept, mapping=self._mapping(), mends=self._mends, existing=self._existing())
        self.job, self.step = job.id, "import"
        self.doing = text("import_waiting", language(self))

    @rx.event
    @secured
    def follow(self) -> Any:
        """See how far it is."""
        if not self.job or self.step != "import":
            return None
        job, said = office().job(self.job), language(self)
        if job.state in OPEN:
            waits = job.state == "waiting" or not job.progress
            self.doing = text("import_waiting", said) if waits else text("import_doing", said, progress=job.progress)
            return None
        self.doing = ""
        if job.state != "done":
            self.problem, self.step, self.job = job_error(job, said) or text("run_stopped", said), "check", 0
            return None
        self.result, self.run, self.step = (
            views.tiles(job.result, said, done=True),
            int(job.result.get("run", 0)),
            "done",
        )
        return Past.load

    @rx.event
    @secured
    def undo(self) -> Any:
        """Take back what was just imported."""
        count = office().undo_import(self.run)
        self.run = 0
        return [rx.toast.success(text("import_undone", language(self), count=count)), Past.load]


def _sent(person: Any, kept: str) -> tuple[str, bytes]:
    """Give name and content of a file that this person sent."""
    file, content = person.file(kept)
    return file.name, content


@rx.page(route="/import", title="Daybook", on_load=[*FRAME, Said.load, Past.load])
def imports() -> rx.Component:
    """The page of all imports."""
    return frame(
        rx.el.div(
            rx.el.div(
                rx.el.h1(word("imports")), rx.el.div(word("imports_lead"), class_name="lead"), class_name="words"
            ),
            class_name="page-head named",
        ),
        rx.cond(Past.forms.length() > 0, _forms(), rx.fragment()),
        earlier(Past),
        title=word("imports"),
        trail=trail(last=word("imports")),
    )


def _forms() -> rx.Component:
    return rx.el.section(
        rx.el.div(rx.el.h2(word("import_into")), class_name="card-head"),
        rx.el.div(
            rx.foreach(Past.forms, lambda one: rx.el.a(one.label, href=one.value, class_name="quiet-button")),
            class_name="acts card-body",
        ),
        class_name="card import-forms",
    )


@rx.page(route="/import/[import_form]", title="Daybook", on_load=[*FRAME, Said.load, Bringing.load, Past.load])
def bring_in() -> rx.Component:
    """The page of one import."""
    body = rx.match(
        Bringing.step,
        ("check", match(Bringing)),
        ("import", working(Bringing)),
        ("done", done(Bringing)),
        file_step(Bringing),
    )
    whole = rx.fragment(steps(Bringing), body, rx.cond(Bringing.step == "check", rx.fragment(), earlier(Past)))
    return frame(
        rx.cond(Bringing.aim.form == "", nothing_here(), whole),
        Ticker.create(active=Bringing.step == "import", every=1000, on_tick=Bringing.follow),
        title=rx.cond(Bringing.aim.form == "", word("imports"), Bringing.aim.title),
        trail=rx.cond(
            Bringing.aim.form == "",
            trail(last=word("imports")),
            trail((word("imports"), "/import"), last=Bringing.aim.things),
        ),
        class_name="page import-page",
    )
