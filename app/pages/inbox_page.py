"""The inbox: the list at the left, the document in the middle, the decision at the right; one after the other on a phone."""
from __future__ import annotations

from typing import Any

import reflex as rx

from app.pages.components.decision import DecisionPanel
from app.pages.components.react import Hotkeys
from app.pages.components.record import RecordForm
from app.pages.components.widgets import chip, empty, icon, word
from app.pages.inbox_state import Inbox
from app.pages.record_views import facts, path_steps, related_card, timeline_list
from app.pages.shell import frame, trail
from app.pages.state import FRAME, Frame
from app.pages.views.inbox import Evidence, InboxLine
from app.pages.views.timeline import Difference

DESK = Inbox.desk
TABS = (("", "/inbox", "for_me"), ("done", "/inbox?tab=done", "done_by_me"), ("started", "/inbox?tab=started", "started_by_me"))


@rx.page(route="/inbox", title="Daybook", on_load=[*FRAME, Inbox.load])
def inbox() -> rx.Component:
    """The inbox with the first task on the desk."""
    return _page()


@rx.page(route="/inbox/[inbox_number]", title="Daybook", on_load=[*FRAME, Inbox.load])
def inbox_task() -> rx.Component:
    """The inbox with one task on the desk."""
    return _page()


def _page() -> rx.Component:
    way = rx.cond((DESK.number != "") & Inbox.chosen, trail((word("inbox"), "/inbox"), last=DESK.number), rx.el.span(word("inbox"), class_name="last"))
    body = rx.el.div(_list(), _desk(), _side(), _hidden_keys(), class_name=rx.cond(Inbox.chosen, "inbox-page chosen", "inbox-page"))
    return frame(rx.cond(Inbox.shown, body, rx.fragment()), title=word("inbox"), trail=way, class_name="page inbox-frame")


def _hidden_keys() -> rx.Component:
    return Hotkeys.create(keys=["j", "k"], on_key=lambda key: Inbox.step(key))


# the list


def _list() -> rx.Component:
    def tab(name: str, href: str, title: str) -> rx.Component:
        here = Inbox.tab == name
        count = rx.cond(here, rx.el.span(Inbox.lines.length(), class_name="count"), rx.fragment())
        return rx.el.a(word(title), count, href=href, class_name=rx.cond(here, "tab here", "tab"), aria_current=rx.cond(here, "page", "false"))
    return rx.el.section(
        rx.el.h1(word("inbox"), class_name="only-desk"), rx.el.nav(*[tab(*one) for one in TABS], class_name="tabs", aria_label=word("inbox")),
        rx.cond(Inbox.lines.length() > 0, rx.el.ol(rx.foreach(Inbox.lines, _line), class_name="inbox-lines"), _none()), class_name="inbox-list")


def _none() -> rx.Component:
    return rx.match(Inbox.tab, ("done", empty(word("none_decided"), "", picture="history")), ("started", empty(word("started_none"), "", picture="send")),
                    empty(word("all_done"), word("all_done_text"), picture="check"))


def _line(line: rx.Var[InboxLine]) -> rx.Component:
    here = line.number == DESK.number
    note = rx.fragment(
        rx.cond(line.news != "", rx.el.div(icon("history", 14), line.news, class_name="note amber-word"), rx.fragment()),
        rx.cond(line.stands_in != "", rx.el.div(icon("user", 14), line.stands_in, class_name="note"), rx.fragment()))
    return rx.el.li(rx.el.a(
        rx.el.div(rx.cond(line.unseen & ~here, rx.el.span(class_name="unseen-dot", title=word("not_seen")), rx.fragment()), rx.el.span(line.title, class_name="cut"), class_name="title"),
        rx.el.div(line.amount, class_name="amount figures"),
        rx.el.div(line.second, class_name="second cut"), rx.cond(line.chip.word != "", chip(line.chip), rx.el.div(line.due, class_name=rx.cond(line.alarm, "red-word", "second"))),
        note, href=line.href, class_name=rx.cond(here, "inbox-line here", "inbox-line"), aria_current=rx.cond(here, "true", "false")))


# the document


def _desk() -> rx.Component:
    return rx.el.article(rx.cond(DESK.number != "", rx.fragment(_settled(), rx.cond(DESK.form != "", _document(), rx.fragment())), _nobody()), class_name="inbox-desk")


def _nobody() -> rx.Component:
    return rx.cond(Inbox.lines.length() > 0, empty(word("choose_one"), picture="inbox"), rx.fragment())


def _settled() -> rx.Component:
    more = rx.cond(DESK.next != "", rx.el.a(word("next_task"), href="/inbox/" + DESK.next, class_name="text-button"), rx.el.a(word("inbox"), href="/inbox", class_name="text-button"))
    return rx.cond(DESK.settled != "", rx.el.div(icon("check"), rx.el.div(DESK.settled, style={"flex": "1"}), more, class_name="callout green", role="status"), rx.fragment())


def _document() -> rx.Component:
    phone = rx.el.div(
        rx.el.div(rx.el.a(icon("arrow-left", 22), href="/inbox", aria_label=word("inbox"), class_name="icon-button"), rx.el.span(DESK.place, class_name="strong"), class_name="desk-place"),
        rx.el.div(rx.el.span(DESK.initials, class_name="avatar"), rx.el.span(DESK.who, style={"flex": "1"}),
                  rx.el.span(DESK.decision.due, class_name=rx.cond(DESK.decision.alarm, "red-word", "second")), class_name="desk-who"), class_name="only-phone")
    head = rx.el.div(
        rx.el.div(rx.el.div(rx.el.h2(DESK.title, class_name="desk-title"), chip(DESK.page.chip), class_name="record-title"), rx.el.div(DESK.lead, class_name="second lead"), style={"flex": "1"}),
        rx.el.a(icon("external-link"), word("open_document"), href=DESK.href, class_name="text-button only-desk"), class_name="desk-head")
    amount = rx.cond(DESK.amount != "", rx.el.div(DESK.amount, class_name="desk-amount figures only-phone"), rx.fragment())
    asked = rx.cond(DESK.decision.asked != "", rx.el.div(icon("user"), rx.el.div(DESK.decision.asked), class_name="callout asked-words"), rx.fragment())
    return rx.fragment(
        rx.cond(DESK.decision.task != 0, phone, rx.fragment()), head, amount, asked, _changes(),
        rx.cond(DESK.page.facts.length() > 0, rx.el.section(facts(DESK.page), class_name="card"), rx.fragment()),
        RecordForm.create(key=DESK.number + Inbox.rev.to_string(), plain=False, sheet=Inbox.sheet, rev=Inbox.rev, calc={}, offers={}, dirty=False),
        related_card(DESK.page),
        rx.el.section(rx.el.h3(word("timeline"), class_name="desk-heading"), timeline_list(DESK.page.timeline)),
        rx.el.a(word("open_document"), href=DESK.href, class_name="text-button only-phone"))


def _changes() -> rx.Component:
    def line(one: rx.Var[Difference]) -> rx.Component:
        return rx.el.tr(rx.el.td(one.at), rx.el.td(rx.el.s(one.old), class_name="was"), rx.el.td(icon("arrow-right", 14), class_name="arrow"), rx.el.td(one.new, class_name="now"))
    return rx.cond(DESK.changes.length() > 0, rx.el.section(
        rx.el.div(icon("history"), rx.el.b(DESK.changed_title), rx.el.span(DESK.changed_by, class_name="side-word"), class_name="changes-head"),
        rx.el.table(rx.el.tbody(rx.foreach(DESK.changes, line))), class_name="changes"), rx.fragment())


# the decision


def _side() -> rx.Component:
    return rx.el.aside(rx.cond(DESK.form != "", _evidence(), rx.fragment()), rx.cond(DESK.decision.task != 0, _decision(), rx.fragment()), class_name="inbox-side")


def _evidence() -> rx.Component:
    def known(one: rx.Var[Evidence]) -> rx.Component:
        return rx.el.li(icon(one.sign), rx.el.span(one.text), class_name="evidence-line " + one.sign)
    amount = rx.cond(DESK.amount != "", rx.el.div(rx.el.span(word("amount_asked")), rx.el.b(DESK.amount, class_name="figures"), class_name="evidence-amount only-desk"), rx.fragment())
    stands_in = rx.cond(DESK.decision.stands_in != "", rx.el.li(icon("user"), DESK.decision.stands_in, class_name="evidence-line"), rx.fragment())
    path = rx.cond(DESK.page.path.length() > 0, rx.fragment(rx.el.h2(word("approval_path")), path_steps(DESK.page.path)), rx.fragment())
    return rx.el.div(rx.cond(DESK.decision.task != 0, rx.fragment(
        rx.el.div(rx.el.h2(word("before_deciding")), rx.el.span(DESK.decision.due, class_name=rx.cond(DESK.decision.alarm, "red-word", "second")), class_name="evidence-head"),
        amount, rx.el.ul(rx.foreach(DESK.evidence, known), stands_in, class_name="evidence")), rx.fragment()), path, class_name="inbox-evidence")


def _decision() -> rx.Component:
    asked: Any = RecordForm.create(key=Inbox.rev.to_string(), plain=True, sheet=Inbox.ask, rev=Inbox.rev, calc=Inbox.calc, offers=Inbox.offers, dirty=False,
                                   on_put=Inbox.put, on_pick=Inbox.pick, on_lookup=Inbox.lookup)
    return rx.el.div(rx.cond(Inbox.ask.contains("key"), asked, rx.fragment()),
                     DecisionPanel.create(task=DESK.decision, rev=Inbox.rev, people=Inbox.people, problem=Inbox.problem, texts=Frame.t,
                                          on_decide=Inbox.decide, on_pass=Inbox.pass_on), class_name="inbox-decision")
