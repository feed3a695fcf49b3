"""Absences as they are kept: who stands in for whom, on which days, for which forms, up to which amount (R-6.1)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from app.core import events
from app.core.errors import Invalid, Problem
from app.core.words import Words
from app.data.documents import Change
from app.data.kinds import digits_of
from app.data.transaction import Transaction
from app.workflow.facts import StandIn

FORM = "absence"
IN_FORCE = 'starts_on <= ? and back_on > ? and deleted_at is null and stage <> \'archived\''  # [away from, back on)
CIRCLE = Words(
    "{name} stands in for the person who is away, in turn. Choose somebody else, or change that absence first.",
    "{name} 的代理人正是休假人，请另选代理人，或先修改那条休假。",
)


def absences_of(tx: Transaction, account: int, *, form: str, amount: Decimal | None) -> list[StandIn]:
    """Give the absences of a person that are in force today and cover a document, the latest made first."""
    if FORM not in tx.registry.forms:
        return []
    day = tx.day(tx.today)
    rows = tx.fetch(
        tx.sql(
            "select substitute, number, only_forms, amount_cap, include_open from absence"  # noqa: S608
            f" where person = ? and {IN_FORCE} order by id desc"
        ),
        (account, day, day),
    )
    found = (StandIn(to, number, bool(open_too)) for to, number, forms, cap, open_too in rows if _covers(tx, forms, cap, form, amount))
    return list(found)


def _covers(tx: Transaction, forms: str | None, cap: int | None, form: str, amount: Decimal | None) -> bool:
    """Tell whether an absence covers a document: its form is named, its amount is within the cap."""
    named = re.split(r"[\s,，、]+", (forms or "").strip())
    if forms and form not in named:
        return False
    if cap is None:
        return True
    digits = digits_of(tx.catalogue.forms[FORM].header["amount_cap"])
    return amount is not None and abs(amount) <= Decimal(cap).scaleb(-digits)


@events.subscribe("document.created")
def begun(tx: Transaction, change: Change) -> None:
    """Refuse an absence that closes a circle, or names a form that there isn't (R-6.3)."""
    if change.form == FORM:
        _guard(tx, change.after)


@events.subscribe("document.changed")
def changed(tx: Transaction, change: Change) -> None:
    """Refuse a change that closes a circle, or names a form that there isn't."""
    if change.form == FORM and change.cause == "update":
        _guard(tx, change.after)


def _guard(tx: Transaction, absence: Any) -> None:
    named = [name for name in re.split(r"[\s,，、]+", (absence.get("only_forms") or "").strip()) if name]
    unknown = [name for name in named if name not in tx.catalogue.forms]
    problems = [Problem("only_forms", "no_form", Words(f"There is no form '{name}'.", f"没有表单“{name}”。")) for name in unknown]
    if _closes_a_circle(tx, absence):
        name = absence["substitute"].title or absence["substitute"].number
        words = Words(CIRCLE.en.format(name=name), CIRCLE.zh.format(name=name))
        problems.append(Problem("substitute", "circle", words))
    if problems:
        raise Invalid(problems)


def _closes_a_circle(tx: Transaction, absence: Any) -> bool:
    """Tell whether the chain of substitutes, over days that overlap, leads back to the person."""
    first, near, seen = absence["person"].id, {absence["substitute"].id}, set[int]()
    starts, back = tx.day(absence["starts_on"]), tx.day(absence["back_on"])
    while near:
        if first in near:
            return True
        seen |= near
        marks = ", ".join("?" * len(near))
        rows = tx.fetch(
            tx.sql(
                f"select substitute from absence where person in ({marks}) and starts_on < ? and back_on > ?"  # noqa: S608
                " and deleted_at is null and stage <> 'archived'"
            ),
            (*near, back, starts),
        )
        near = {row[0] for row in rows} - seen
    return False
