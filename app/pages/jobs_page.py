"""Jobs: what the machine does, for whom, how it stands; retry and stop."""

from __future__ import annotations

from typing import Any

import reflex as rx

from app.pages.components.widgets import button, chip, empty, page_head
from app.pages.components.work import Ticker
from app.pages.list_state import language
from app.pages.said import Said, word
from app.pages.session import office, secured
from app.pages.shell import frame, trail
from app.pages.state import FRAME
from app.pages.views.jobs import JobLine, JobsPage, StateTab, jobs_page
from app.pages.wording import text


class Jobs(rx.State):
    """The jobs that are shown, and the state they are narrowed to."""

    page: JobsPage = JobsPage()
    shown: bool = False

    @rx.event
    @secured
    def load(self) -> None:
        """Show the newest jobs."""
        self.page = jobs_page(office(), language(self), state=self.router.url.query_parameters.get("state", ""))
        self.shown = True

    @rx.event
    @secured
    def look(self) -> None:
        """See how they stand by now."""
        fresh = jobs_page(office(), language(self), state=self.page.state)
        if fresh != self.page:
            self.page = fresh

    @rx.event
    @secured
    def retry(self, job: int) -> Any:
        """Let a job run again."""
        office().retry_job(job)
        self.look()
        return rx.toast.success(text("job_again", language(self), number=job))

    @rx.event
    @secured
    def stop(self, job: int) -> Any:
        """Stop a job."""
        office().stop_job(job)
        self.look()
        return rx.toast.success(text("job_ended", language(self), number=job))


PAGE = Jobs.page


@rx.page(route="/settings/jobs", title="Daybook", on_load=[*FRAME, Said.load, Jobs.load])
def jobs() -> rx.Component:
    """The page of jobs."""
    none = rx.cond(
        PAGE.state == "",
        empty(word("jobs_none"), word("jobs_none_text"), picture="list-checks"),
        empty(
            word("jobs_none_state"),
            "",
            rx.el.a(word("all"), href="/settings/jobs", class_name="quiet-button"),
            picture="list-checks",
        ),
    )
    return frame(
        page_head(word("jobs"), word("jobs_lead"), named=True),
        rx.el.nav(rx.foreach(PAGE.tabs, _tab), class_name="tabs", aria_label=word("job_state")),
        rx.cond(Jobs.shown, rx.cond(PAGE.lines.length() > 0, _table(), none), rx.fragment()),
        rx.el.div(rx.el.span(PAGE.as_of), class_name="list-status", role="status"),
        Ticker.create(active=PAGE.moving, every=2000, on_tick=Jobs.look),
        title=word("jobs"),
        trail=trail((word("administration"), "/settings/people"), last=word("jobs")),
    )


def _tab(tab: rx.Var[StateTab]) -> rx.Component:
    here = PAGE.state == tab.name
    return rx.el.a(
        tab.title,
        rx.el.span(tab.count, class_name="count"),
        href="/settings/jobs" + tab.href,
        class_name=rx.cond(here, "tab here", "tab"),
        aria_current=rx.cond(here, "page", "false"),
    )


def _table() -> rx.Component:
    names = ("job_what", "job_state", "job_who", "job_when", "job_took", "job_tries")
    heads = [rx.el.th(word(name), class_name="right" if name in ("job_took", "job_tries") else "") for name in names]
    return rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*heads, rx.el.th())),
            rx.el.tbody(rx.foreach(PAGE.lines, _line)),
            class_name="plain-table jobs-table",
        ),
        class_name="card jobs-card",
    )


def _line(job: rx.Var[JobLine]) -> rx.Component:
    about = rx.cond(
        job.href != "",
        rx.el.a(job.about, href=job.href),
        rx.el.span(job.about, class_name="second"),
    )
    acts = rx.el.div(
        rx.cond(job.may_retry, button(word("try_again"), on_click=Jobs.retry(job.id)), rx.fragment()),
        rx.cond(job.may_stop, button(word("stop_it"), on_click=Jobs.stop(job.id)), rx.fragment()),
        class_name="job-acts",
    )
    return rx.el.tr(
        rx.el.td(
            rx.el.div(rx.el.span(job.title, class_name="strong"), " ", about, class_name="job-what"),
            rx.cond(job.progress != "", rx.el.div(job.progress, class_name="second"), rx.fragment()),
            rx.cond(job.error != "", rx.el.div(job.error, class_name="job-error"), rx.fragment()),
        ),
        rx.el.td(chip(job.chip)),
        rx.el.td(job.who, class_name="job-small"),
        rx.el.td(job.when, class_name="job-small"),
        rx.el.td(job.took, class_name="right job-small job-took"),
        rx.el.td(job.tries, class_name="right job-small only-desk"),
        rx.el.td(acts),
    )
