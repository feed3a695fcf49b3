"""Acts on many documents: which are offered, what would happen, and what did; each document is its own transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from app.core import formats
from app.core.errors import DaybookError
from app.office import Office
from app.pages.views.address import ListAddress
from app.pages.views.filters import asked_of_data
from app.pages.views.listing import page_of, reader_of
from app.pages.wording import text

LOOKED_AT = 20
MOST = 1000


@dataclass
class BulkAct:
    """A button of the bulk bar."""

    name: str = ""
    title: str = ""
    danger: bool = False


@dataclass
class Stuck:
    """A document that an act can't be done on, and why."""

    number: str = ""
    reason: str = ""


@dataclass
class Preview:
    """What an act would do to the documents that are selected."""

    act: BulkAct = field(default_factory=BulkAct)
    words: str = ""
    confirm: str = ""
    button: str = ""
    ready: list[str] = field(default_factory=list)
    stuck: list[Stuck] = field(default_factory=list)


def offered(office: Office, form: str, numbers: Sequence[str], locale: str) -> list[BulkAct]:
    """Give the acts that may be done on many and fit at least one of the first documents selected."""
    found: dict[str, BulkAct] = {}
    for number in numbers[:LOOKED_AT]:
        for act in office.actions(form, number):
            if act.bulk and act.allowed and not act.ask:
                found.setdefault(act.name, BulkAct(act.name, act.title.say(locale), act.style == "danger"))
    return list(found.values())


def preview(office: Office, form: str, numbers: Sequence[str], *, action: str, locale: str) -> Preview:
    """Tell which of the documents an act can be done on, and why not on the others."""
    found = Preview(act=BulkAct(action, action))
    for number in numbers[:MOST]:
        act = next((one for one in office.actions(form, number) if one.name == action), None)
        if act is not None and act.allowed:
            found.act, found.confirm = (
                BulkAct(action, act.title.say(locale), act.style == "danger"),
                act.confirm.say(locale),
            )
            found.ready.append(number)
        else:
            found.stuck.append(
                Stuck(
                    number, act.reason.say(locale) if act is not None and act.reason else text("bulk_not_here", locale)
                )
            )
    return _told(found, locale)


def run(office: Office, form: str, ready: Sequence[str], *, action: str, locale: str) -> list[Stuck]:
    """Do the act on each document by itself; give those that refused, and why."""
    refused: list[Stuck] = []
    for number in ready:
        try:
            office.act(form, number, action)
        except DaybookError as error:
            refused.append(Stuck(number, error.say(locale)))
    return refused


def told(act: BulkAct, done: int, refused: Sequence[Stuck], locale: str) -> str:
    """Give what happened in one sentence."""
    if not refused:
        return text("bulk_done", locale, act=act.title, count=done)
    return text("bulk_some", locale, act=act.title, count=done, failed=len(refused))


def many(office: Office, address: ListAddress, locale: str) -> int:
    """Give how many documents a filter holds, where they are more than one act takes at once; else nothing."""
    count = page_of(office, address, reader_of(office, locale), limit=1).count
    return count.number if count is not None and (count.number > MOST or count.capped) else 0


def preview_of_many(acts: Sequence[BulkAct], action: str, words: str, locale: str) -> Preview:
    """Tell what an act on very many would do: each is tried by itself, in a job."""
    act = next((one for one in acts if one.name == action), BulkAct())
    return Preview(act, text("bulk_many", locale, count=words), "", text("bulk_do", locale, act=act.title, count=words))


def start(office: Office, address: ListAddress, locale: str, *, action: str) -> int:
    """Let the worker act on every document of a filter; give the job."""
    reader, form = reader_of(office, locale), office.form(address.form)
    filters = [(field, operator, list(value) if isinstance(value, tuple) else value) for field, operator, value in asked_of_data(reader, form, address.conditions)]
    view = address.view if address.view in form.views else ""
    return int(office.act_on_many(form.name, action, view=view, search=address.search, filters=filters).id)


def told_of_many(result: Mapping[str, Any], locale: str) -> str:
    """Give what came of a job in one sentence."""
    done, refused = formats.number(int(result.get("done", 0))), int(result.get("refused", 0))
    if not refused:
        return text("bulk_job_done", locale, count=done)
    first = next((f"{number}: {zh if locale == 'zh' else en}" for number, en, zh in result.get("told", ())), "")
    return text("bulk_job_some", locale, count=done, failed=formats.number(refused), first=first)


def all_rows(office: Office, address: ListAddress, locale: str) -> list[list[str]]:
    """Give every document of a filter as number and amount, as far as a bulk act goes."""
    reader, form = reader_of(office, locale), office.form(address.form)
    page = page_of(office, address, reader, limit=MOST)
    total = next(iter(form.totals), "")
    return [[row["number"], _amount(row.get(total))] for row in page.rows]


def _amount(value: Any) -> str:
    return str(value) if isinstance(value, Decimal) else ""


def _told(found: Preview, locale: str) -> Preview:
    ready, stuck = formats.number(len(found.ready)), formats.number(len(found.stuck))
    found.words = (
        text("bulk_preview", locale, ready=ready, stuck=stuck)
        if found.stuck
        else text("bulk_preview_all", locale, ready=ready)
    )
    found.button = text("bulk_do", locale, act=found.act.title, count=ready)
    found.stuck = found.stuck[:8]
    return found
