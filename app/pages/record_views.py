"""The parts around a document's form, as the record and the inbox both show them."""
from __future__ import annotations

from typing import Any

import reflex as rx

from app.pages.components.widgets import card, chip, icon, word
from app.pages.views.record import Fact
from app.pages.views.record_panels import LedgerLine, PathStep, Related, StageDot
from app.pages.views.timeline import Difference, Happening


def stage_line(page: Any) -> rx.Component:
    """The stages with their times; on a phone one line of words."""
    def dot(one: rx.Var[StageDot]) -> rx.Component:
        sign = rx.match(one.state, ("done", rx.el.span(icon("check", 12), class_name="stage-dot done")), ("current", rx.el.span(rx.el.span(), class_name="stage-dot current")),
                        rx.el.span(class_name="stage-dot"))
        return rx.el.li(sign, rx.el.div(rx.el.div(one.word, class_name="word"), rx.el.div(one.when, class_name="when")), class_name="stage-step " + one.state,
                        aria_current=rx.cond(one.state == "current", "step", "false"))
    return rx.cond(page.stages.length() > 0, rx.fragment(
        rx.el.ol(rx.foreach(page.stages, dot), class_name="stage-line only-desk"),
        rx.el.details(rx.el.summary(page.stage_words), rx.el.ol(rx.foreach(page.stages, dot), class_name="stage-list"), class_name="stage-fold only-phone")), rx.fragment())


def facts(page: Any) -> rx.Component:
    """What is to be known at a glance."""
    def fact(one: rx.Var[Fact]) -> rx.Component:
        value = rx.cond(one.hidden, rx.el.span(icon("eye-off", 14), " ", one.value, class_name="masked"),
                        rx.cond(one.href != "", rx.el.a(one.value, href=one.href), rx.el.span(one.value, class_name=rx.cond(one.alarm, "red-word", ""))))
        return rx.el.div(rx.el.dt(one.label), rx.el.dd(value), class_name="fact")
    return rx.cond(page.facts.length() > 0, rx.el.dl(rx.foreach(page.facts, fact), class_name="facts"), rx.fragment())


def related_card(page: Any) -> rx.Component:
    """Documents that this one leads to or comes from, each with its stage."""
    def line(one: rx.Var[Related]) -> rx.Component:
        return rx.el.a(icon(one.icon), rx.el.span(rx.cond(one.number != "", rx.el.b(one.number), rx.fragment()), " ", rx.el.span(one.title, class_name="second"), class_name="what"),
                       rx.cond(one.chip.word != "", chip(one.chip), icon("chevron-right", 14)), href=one.href, class_name="panel-line")
    return rx.cond(page.related.length() > 0, card(word("related"), rx.el.div(rx.foreach(page.related, line), class_name="panel-body")), rx.fragment())


def ledger_card(page: Any) -> rx.Component:
    """What the document did in stock and books."""
    def line(one: rx.Var[LedgerLine]) -> rx.Component:
        value = rx.cond(one.hidden, rx.el.span(icon("eye-off", 14), " ", word("hidden_short"), class_name="masked", title=word("hidden")), rx.el.span(one.value, class_name="figures"))
        state = rx.cond(one.posted, rx.el.span(icon("check", 14), " ", one.state, class_name="posted"), rx.el.span(one.state, class_name="second"))
        about = rx.cond(one.number != "", rx.el.a(one.number, href=one.href, class_name="ledger-from"), rx.el.span(one.book, class_name="second"))
        return rx.el.tr(rx.el.td(about), rx.el.td(one.account), rx.el.td(one.amount, class_name="right"), rx.el.td(value, class_name="right"), rx.el.td(state))
    return rx.cond(page.ledger.length() > 0,
                   card(word("ledger_effects"), rx.el.div(rx.el.table(rx.el.tbody(rx.foreach(page.ledger, line)), class_name="plain-table ledger-table"), class_name="scroll-x")), rx.fragment())


def path_steps(path: Any) -> rx.Component:
    """The steps of an approval."""
    def step(one: rx.Var[PathStep]) -> rx.Component:
        sign = rx.match(one.sign, ("done", icon("circle-check")), ("stopped", icon("undo-2")), ("now", rx.el.span(class_name="now-dot")), rx.el.span(class_name="ring"))
        return rx.el.li(rx.el.span(sign, class_name="sign"), rx.el.div(rx.el.span(one.title, class_name="strong"), " ", rx.el.span(one.people, class_name="people"),
                                                                      rx.cond(one.copied != "", rx.el.div(one.copied, class_name="second"), rx.fragment())),
                        rx.el.span(one.note, class_name=rx.cond(one.alarm, "red-word", "second")), class_name="path-step " + one.sign)
    return rx.el.ol(rx.foreach(path, step), class_name="path")


def path_card(page: Any) -> rx.Component:
    """The approval's path."""
    return rx.cond(page.path.length() > 0, card(word("approval_path"), rx.el.div(path_steps(page.path), class_name="panel-body")), rx.fragment())


def timeline_card(happenings: Any) -> rx.Component:
    """What happened, newest first."""
    return rx.cond(happenings.length() > 0, card(word("timeline"), timeline_list(happenings)), rx.fragment())


def timeline_list(happenings: Any) -> rx.Component:
    """The list of what happened."""
    def difference(one: rx.Var[Difference]) -> rx.Component:
        return rx.el.li(rx.el.span(one.at, class_name="second"), " ", rx.cond(one.old != "", rx.el.span(rx.el.s(one.old), " → "), rx.fragment()), rx.el.b(one.new))

    def happening(one: rx.Var[Happening]) -> rx.Component:
        return rx.el.li(rx.el.span(one.when, class_name="when"), rx.el.span(class_name="bead " + one.kind), rx.el.div(
            rx.el.b(one.who), " ", one.what, rx.cond(one.comment != "", rx.el.span(one.comment, class_name="said-words"), rx.fragment()),
            rx.cond(one.differences.length() > 0, rx.el.ul(rx.foreach(one.differences, difference), class_name="differences"), rx.fragment())), class_name="happening")
    return rx.el.ol(rx.foreach(happenings, happening), class_name="timeline")
