"""People and roles: who may sign in, and what each may do."""

from __future__ import annotations

from typing import Any

import reflex as rx

from app.core.errors import DaybookError
from app.pages.components.widgets import button, card, empty, icon, page_head, word
from app.pages.list_state import language
from app.pages.session import office, secured
from app.pages.shell import frame, trail
from app.pages.state import FRAME
from app.pages.views import people as views
from app.pages.views.people import AccountLine, People, RoleLine
from app.pages.wording import text


class Accounts(rx.State):
    """The accounts and roles, and the person being added."""

    people: People = People()
    refused: str = ""
    adding: bool = False
    problem: str = ""

    @rx.event
    @secured
    def load(self) -> None:
        """Show accounts and roles, or say who may."""
        try:
            self.people, self.refused = views.people(office(), language(self)), ""
        except DaybookError as error:
            self.people, self.refused = People(), error.say(language(self))

    @rx.event
    @secured
    def open(self, shown: bool) -> None:
        """Open or close the form for a new person."""
        self.adding, self.problem = shown, ""

    @rx.event
    @secured
    def add(self, typed: dict[str, Any]) -> Any:
        """Make the account; what is wrong is said in the form."""
        try:
            name = views.add_person(
                office(),
                str(typed.get("name", "")),
                title=str(typed.get("title", "")),
                password=str(typed.get("password", "")),
            )
        except DaybookError as error:
            self.problem = error.say(language(self))
            return None
        self.adding, self.problem = False, ""
        return self._done("person_added", name=name)

    @rx.event
    @secured
    def give(self, name: str, role: str) -> Any:
        """Let a person hold a role."""
        return self._done("role_given", name=views.give_role(office(), name, role), role=self._title(role))

    @rx.event
    @secured
    def take(self, name: str, role: str) -> Any:
        """Take a role away from a person."""
        return self._done("role_taken", name=views.take_role(office(), name, role), role=self._title(role))

    @rx.event
    @secured
    def turn(self, name: str, active: bool) -> Any:
        """Shut a person out, or let him in again."""
        return self._done(
            "account_was_started" if active else "account_was_stopped", name=views.set_active(office(), name, active)
        )

    @rx.event
    @secured
    def reset_factor(self, name: str) -> Any:
        """Take the second factor away from who lost it."""
        return self._done("factor_was_reset", name=views.reset_factor(office(), name))

    def _title(self, role: str) -> str:
        return office().catalogue.organisation.roles[role].title.say(language(self))

    def _done(self, sentence: str, **facts: str) -> Any:
        self.people = views.people(office(), language(self))
        return rx.toast.success(text(sentence, language(self), **facts))


PEOPLE = Accounts.people


@rx.page(route="/settings/people", title="Daybook", on_load=[*FRAME, Accounts.load])
def people() -> rx.Component:
    """The page of accounts and roles."""
    return frame(
        rx.cond(Accounts.refused != "", empty(Accounts.refused, word("no_right_text"), picture="lock"), _page()),
        title=word("people"),
        trail=trail((word("administration"), "/settings/people"), last=word("people")),
    )


def _page() -> rx.Component:
    return rx.fragment(
        page_head(
            word("people"),
            word("people_lead"),
            button(word("add_person"), icon_name="plus", main=True, on_click=Accounts.open(True)),
            named=True,
        ),
        rx.el.div(_accounts(), _roles(), class_name="stack"),
        _dialog(),
    )


def _accounts() -> rx.Component:
    heads = [rx.el.th(word(name)) for name in ("account_title", "account_name", "account_roles", "account_state")]
    return rx.el.div(
        rx.el.table(
            rx.el.thead(rx.el.tr(*heads, rx.el.th())),
            rx.el.tbody(rx.foreach(PEOPLE.accounts, _account)),
            class_name="plain-table people",
        ),
        class_name="card",
        style={"overflowX": "auto"},
    )


def _account(line: rx.Var[AccountLine]) -> rx.Component:
    state = rx.cond(
        line.active,
        rx.el.span(icon("check", 14), word("account_active"), class_name="chip green"),
        rx.el.span(icon("ban", 14), word("account_stopped"), class_name="chip slate"),
    )
    act = rx.cond(
        line.active,
        button(word("stop_account"), on_click=Accounts.turn(line.name, False)),
        button(word("start_account"), on_click=Accounts.turn(line.name, True)),
    )
    reset = rx.cond(
        line.factor, button(word("reset_factor"), on_click=Accounts.reset_factor(line.name)), rx.fragment()
    )
    return rx.el.tr(
        rx.el.td(
            rx.el.div(
                rx.el.span(line.initials, class_name="avatar"),
                rx.el.span(line.title, class_name="strong"),
                class_name="who",
            )
        ),
        rx.el.td(line.name, rx.cond(line.same_as != "", rx.el.div(line.same_as, class_name="second"), rx.fragment())),
        rx.el.td(rx.el.div(rx.foreach(line.roles, lambda role: _held(line, role)), _give(line), class_name="acts")),
        rx.el.td(state, rx.cond(line.factor, rx.el.div(icon("shield-check", 14), " ", word("has_factor"), class_name="second"), rx.fragment())),
        rx.el.td(rx.cond(line.mine, rx.fragment(), rx.el.div(reset, act, class_name="acts end")), class_name="right"),
    )


def _held(line: rx.Var[AccountLine], role: rx.Var[RoleLine]) -> rx.Component:
    return rx.el.span(
        role.title,
        rx.el.button(
            icon("x", 12),
            type="button",
            on_click=Accounts.take(line.name, role.name),
            title=word("take_role"),
            aria_label=word("take_role"),
            class_name="plain-button",
        ),
        class_name="tag held",
    )


def _give(line: rx.Var[AccountLine]) -> rx.Component:
    trigger = rx.el.button(
        icon("plus", 14),
        type="button",
        class_name="plain-button",
        title=word("give_role"),
        aria_label=word("give_role"),
    )
    return rx.dropdown_menu.root(
        rx.dropdown_menu.trigger(trigger),
        rx.dropdown_menu.content(
            rx.foreach(
                line.others,
                lambda role: rx.dropdown_menu.item(role.title, on_select=Accounts.give(line.name, role.name)),
            ),
            variant="soft",
            max_height="320px",
        ),
        modal=False,
    )


def _roles() -> rx.Component:
    def line(role: rx.Var[RoleLine]) -> rx.Component:
        return rx.el.tr(rx.el.td(role.title, class_name="strong"), rx.el.td(role.held_by))

    return card(
        word("roles"),
        rx.el.table(
            rx.el.thead(rx.el.tr(rx.el.th(word("roles")), rx.el.th(word("holders")))),
            rx.el.tbody(rx.foreach(PEOPLE.roles, line)),
            class_name="plain-table",
        ),
    )


def _dialog() -> rx.Component:
    problem = rx.cond(
        Accounts.problem != "", rx.el.div(Accounts.problem, class_name="callout red", role="alert"), rx.fragment()
    )
    form = rx.form(
        problem,
        _typed("name", "account_name", "off"),
        _typed("title", "account_title", "off"),
        _typed("password", "first_password", "new-password", kind="password"),
        rx.el.div(word("first_password_text"), class_name="second"),
        rx.el.div(
            rx.el.button(word("add_person"), type="submit", class_name="quiet-button main"),
            rx.el.button(word("not_now"), type="button", class_name="quiet-button", on_click=Accounts.open(False)),
            class_name="acts",
            style={"marginTop": "16px"},
        ),
        on_submit=Accounts.add,
        class_name="plain-form",
    )
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title(word("add_person"), size="4"), form, max_width="420px", aria_describedby=None
        ),
        open=Accounts.adding,
        on_open_change=Accounts.open,
    )


def _typed(name: str, label: str, complete: str, *, kind: str = "text") -> rx.Component:
    return rx.el.div(
        rx.el.label(word(label), html_for=f"add-{name}"),
        rx.el.input(id=f"add-{name}", name=name, type=kind, auto_complete=complete, class_name="text-input"),
        class_name="typed",
    )
