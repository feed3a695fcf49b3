"""The record of any form: what it is, where it stands, its form, what surrounds it; one page for all of them."""
from __future__ import annotations

import reflex as rx

from app.pages.components.react import RecordKeys
from app.pages.components.record import RecordForm
from app.pages.components.widgets import button, chip, empty, icon, word
from app.pages.record_acts import Acting
from app.pages.record_state import Record, Sheet
from app.pages.record_views import facts, ledger_card, path_card, related_card, stage_line, timeline_card
from app.pages.shell import frame, trail
from app.pages.state import FRAME
from app.pages.views.record import Act

PAGE = Record.page


@rx.page(route="/[form_name]/[record_number]", title="Daybook", on_load=[*FRAME, Record.load])
def record() -> rx.Component:
    """The document that the address names, or a new one."""
    return frame(rx.cond(Record.shown, rx.cond(Record.nothing.title != "", _nothing(), _record()), rx.fragment()), title=PAGE.title,
                 trail=rx.cond(PAGE.list_href != "", trail((PAGE.area, "/"), (PAGE.things, PAGE.list_href), last=PAGE.title), rx.el.span(PAGE.title, class_name="last")),
                 class_name="page record-page")


def _nothing() -> rx.Component:
    back = rx.cond(PAGE.list_href != "", rx.el.a(PAGE.things, href=PAGE.list_href, class_name="quiet-button"), rx.el.a(word("home"), href="/", class_name="quiet-button"))
    undo = rx.cond(Record.nothing.deleted, button(word("undo"), icon_name="undo-2", main=True, on_click=Record.bring_back), rx.fragment())
    return rx.el.div(rx.match(Record.nothing.picture, ("lock", _empty("lock")), ("trash-2", _empty("trash-2", undo, back)), _empty("search", back)))


def _empty(picture: str, *actions: rx.Component) -> rx.Component:
    return empty(Record.nothing.title, Record.nothing.text, *actions, picture=picture)


def _record() -> rx.Component:
    return rx.fragment(
        _head(), _callouts(),
        rx.cond(PAGE.fresh, rx.fragment(), rx.el.section(stage_line(PAGE), facts(PAGE), class_name="card record-top")),
        RecordForm.create(key=Sheet.sheet["key"].to_string(), sheet=Sheet.sheet, rev=Sheet.rev, calc=Sheet.calc, offers=Sheet.offers, dirty=Sheet.dirty, left=Sheet.left, over=Sheet.over,
                          on_put=Sheet.put, on_pick=Sheet.pick, on_line=Sheet.line, on_lookup=Sheet.lookup, on_keep=Sheet.keep, on_sync=Sheet.sync,
                          on_command=Sheet.command),
        rx.cond(PAGE.fresh, rx.fragment(), _around()), _question(), RecordKeys.create())


def _head() -> rx.Component:
    words = rx.el.div(rx.el.div(rx.el.h1(PAGE.title), rx.cond(PAGE.fresh, rx.fragment(), chip(PAGE.chip)), class_name="record-title"),
                      rx.cond(PAGE.lead != "", rx.el.div(PAGE.lead, class_name="lead"), rx.fragment()), class_name="words")
    return rx.el.div(words, rx.el.div(_saved(), rx.foreach(PAGE.acts, _act), _save(), _main(), _more(), class_name="acts record-acts"), class_name="page-head record-head")


def _saved() -> rx.Component:
    return rx.el.span(Sheet.saved, class_name="second saved", role="status", aria_live="polite")


def _act(act: rx.Var[Act]) -> rx.Component:
    return rx.el.button(act.title, type="button", on_click=Acting.press(act.name), disabled=~act.allowed, title=act.reason,
                        class_name=rx.cond(act.style == "danger", "quiet-button danger only-desk", "quiet-button only-desk"))


def _save() -> rx.Component:
    quiet = button(PAGE.save, on_click=Sheet.save, class_name="quiet-button save-button", disabled=~(Sheet.dirty | PAGE.fresh))
    alone = button(PAGE.save, on_click=Sheet.save, main=True, disabled=~(Sheet.dirty | PAGE.fresh), key="Ctrl S")
    return rx.cond(PAGE.save == "", rx.fragment(), rx.cond(PAGE.main.name == "", alone, quiet))


def _main() -> rx.Component:
    press = rx.el.button(rx.el.span(PAGE.main.title), rx.el.kbd("Ctrl Enter", class_name="only-desk"), type="button", on_click=Acting.press(PAGE.main.name),
                         disabled=~PAGE.main.allowed, title=PAGE.main.reason, class_name="quiet-button main")
    return rx.cond(PAGE.main.name == "", rx.fragment(), press)


def _more() -> rx.Component:
    def line(act: rx.Var[Act]) -> rx.Component:
        return rx.dropdown_menu.item(act.title, rx.cond(act.reason != "", rx.el.span(act.reason, class_name="second reason"), rx.fragment()),
                                     on_select=Acting.press(act.name), disabled=~act.allowed, class_name="only-phone flex")
    trigger = rx.el.button(icon("ellipsis"), class_name="icon-button boxed", type="button", title=word("more_acts"), aria_label=word("more_acts"))
    menu = rx.dropdown_menu.root(rx.dropdown_menu.trigger(trigger), rx.dropdown_menu.content(
        rx.foreach(PAGE.acts, line),
        rx.cond(Sheet.dirty, rx.dropdown_menu.item(word("discard"), on_select=Sheet.discard), rx.fragment()),
        rx.cond(PAGE.may_delete, rx.dropdown_menu.item(word("delete"), on_select=Record.delete, color="red"), rx.fragment()), variant="soft"), modal=False)
    some = rx.cond(PAGE.may_delete | Sheet.dirty, menu, rx.cond(PAGE.acts.length() > 0, rx.el.span(menu, class_name="only-phone"), rx.fragment()))
    return some


def _callouts() -> rx.Component:
    task = rx.el.div(icon("inbox"), rx.el.div(PAGE.task, style={"flex": "1"}), rx.el.a(word("decide"), href="/inbox/" + PAGE.number, class_name="quiet-button main"),
                     class_name="callout blue")
    left = rx.el.div(icon("history"), rx.el.div(Sheet.left, style={"flex": "1"}), rx.el.button(word("restore_draft"), on_click=Sheet.restore_draft, type="button", class_name="text-button"),
                     rx.el.button(word("discard"), on_click=Sheet.discard, type="button", class_name="text-button"), class_name="callout blue", role="status")
    lock = rx.el.div(icon("lock", 14), rx.el.span(PAGE.lock), class_name="second record-lock")
    note = rx.el.div(icon("users"), rx.el.div(Sheet.note), class_name="callout amber", role="status")
    unnumbered = rx.el.div(icon("hash", 14), rx.el.span(PAGE.unnumbered), class_name="second record-lock")
    return rx.fragment(rx.cond(PAGE.unnumbered != "", unnumbered, rx.fragment()), rx.cond(PAGE.task != "", task, rx.fragment()), rx.cond((Sheet.left != "") & ~Sheet.dirty, left, rx.fragment()),
                       rx.cond(Sheet.note != "", note, rx.fragment()), rx.cond(Sheet.clash.path != "", _clash(), rx.fragment()), rx.cond(PAGE.lock != "", lock, rx.fragment()),
                       rx.foreach(PAGE.why_not, lambda one: rx.el.div(icon("ban", 14), rx.el.span(one), class_name="second why-not")))


def _clash() -> rx.Component:
    side = Sheet.clash
    return rx.el.div(
        rx.el.div(icon("users"), rx.el.b(side.title), class_name="clash-title"),
        rx.el.div(rx.el.div(rx.el.div(word("yours"), class_name="second"), rx.el.b(side.mine), class_name="clash-side mine"),
                  rx.el.div(rx.el.div(side.who, class_name="second"), rx.el.b(side.theirs), class_name="clash-side"), class_name="clash-sides"),
        rx.el.div(button(word("keep_mine"), main=True, on_click=Sheet.keep_mine), button(word("take_theirs"), on_click=Sheet.take_theirs), class_name="acts"),
        class_name="clash", role="alert")


def _around() -> rx.Component:
    return rx.el.div(rx.el.div(related_card(PAGE), ledger_card(PAGE), path_card(PAGE), class_name="record-around"), timeline_card(PAGE.timeline))


def _question() -> rx.Component:
    asked = Acting.question
    form = RecordForm.create(key=Acting.rev.to_string(), plain=True, sheet=Acting.sheet, rev=Acting.rev, calc=Acting.calc, offers=Acting.offers, dirty=False,
                             on_put=Acting.put, on_pick=Acting.pick, on_lookup=Acting.lookup)
    return rx.dialog.root(rx.dialog.content(
        rx.dialog.title(asked.title, size="4"), rx.cond(asked.confirm != "", rx.el.p(asked.confirm, class_name="lead"), rx.fragment()),
        rx.cond(Acting.problem != "", rx.el.div(icon("circle-x"), Acting.problem, class_name="callout red", role="alert"), rx.fragment()),
        rx.cond(Acting.sheet.contains("key"), form, rx.fragment()),
        rx.el.label(word("comment"), html_for="act-comment", class_name="field-label"),
        rx.el.textarea(id="act-comment", class_name="box long", rows=3, on_blur=Acting.comment),
        rx.el.div(button(word("not_now"), on_click=Acting.dismiss(False)), button(asked.button, main=True, on_click=Acting.run), class_name="acts dialog-acts"),
        max_width="520px", aria_describedby=None), open=Acting.open, on_open_change=Acting.dismiss)
