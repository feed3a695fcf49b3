"""What stands around a document: its stages, the approval's path, what it is linked to, what it did in the ledgers."""
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.core import formats
from app.core.errors import DaybookError
from app.data import reading
from app.domain.finance.queries import effects_of
from app.office import Office
from app.pages.stages import Chip
from app.pages.views.cells import Reader, stage_chip
from app.pages.views.menu import icon_of
from app.pages.wording import text, things

MOST_LINKS = 5
SIGNS = {"passed": "done", "open": "now", "coming": "coming", "skipped": "coming", "refused": "stopped", "returned": "stopped", "voided": "stopped"}


@dataclass
class StageDot:
    """One stage of the line on top."""

    word: str = ""
    when: str = ""
    state: str = "coming"


@dataclass
class PathStep:
    """One step of the approval."""

    title: str = ""
    people: str = ""
    note: str = ""
    sign: str = "coming"
    alarm: bool = False
    copied: str = ""


@dataclass
class Related:
    """One linked document."""

    number: str = ""
    title: str = ""
    second: str = ""
    href: str = ""
    icon: str = "file-text"
    chip: Chip = field(default_factory=Chip)


@dataclass
class LedgerLine:
    """One line in a ledger."""

    book: str = ""
    account: str = ""
    amount: str = ""
    value: str = ""
    hidden: bool = False
    state: str = ""
    posted: bool = False
    number: str = ""
    href: str = ""


def stage_dots(office: Office, reader: Reader, form: str, *, number: str) -> list[StageDot]:
    """Give the line of stages with their times."""
    return [StageDot(one.title.say(reader.locale), _moment(reader, one.at) if one.at else "", one.state) for one in office.stage_line(form, number)]


def path_steps(reader: Reader, steps: Sequence[Any]) -> list[PathStep]:
    """Give the approval's path: one line a step, its people together."""
    found: dict[tuple[int, str, str, str], list[Any]] = {}
    for step in steps:
        found.setdefault((step.round, step.step, step.state, step.role), []).append(step)
    return [_step(reader, together) for together in found.values()]


def _step(reader: Reader, together: list[Any]) -> PathStep:
    first = together[0]
    names = list(dict.fromkeys(str(name) for one in together for name in ((one.decided_by,) if one.decided_by else one.people)))
    when = max((one.decided_at for one in together if one.decided_at), default=None)
    due = next((one.due_at for one in together if one.due_at), None)
    note = _moment(reader, when) if when else text("due", reader.locale, when=_moment(reader, due)) if due else ""
    copied = list(dict.fromkeys(str(name) for one in together for name in one.copied))
    title = first.title.say(reader.locale)
    return PathStep(text(f"role_{first.role}", reader.locale, step=title) if first.role else title, _joined(reader, names), note, SIGNS.get(first.state, "coming"),
                    bool(due and not when and due < reader.now), text("copied_to", reader.locale, people=_joined(reader, copied)) if copied else "")


def _joined(reader: Reader, names: list[str]) -> str:
    return ("、" if reader.locale == "zh" else ", ").join(names)


def _moment(reader: Reader, at: Any) -> str:
    return formats.moment(at, now=reader.now, zone=reader.zone, locale=reader.locale)


def related(office: Office, reader: Reader, form: str, *, number: str) -> list[Related]:
    """Give the documents that this one leads to or comes from; master data stand as links in the fields already."""
    found: list[Related] = []
    rows = {(table.rows, table.by) for table in reader.catalogue.forms[form].tables.values() if table.rows is not None}
    groups = [group for group in office.linked(form, number) if (not group.out or _is_document(reader, group.form)) and (group.form, group.field) not in rows]
    seen: set[tuple[str, int]] = set()
    with office.reading() as tx:
        for group in groups:
            for link in group.links[:MOST_LINKS]:
                document = reading.load(tx, link.form, link.id)
                if (link.form, link.id) not in seen and document is not None:
                    seen.add((link.form, link.id))
                    found.append(_related(reader, link, document))
            if group.count > MOST_LINKS:
                found.append(_rest(reader, group, form, number))
    return found


def _is_document(reader: Reader, form: str) -> bool:
    """Tell what happens day by day from what is merely listed: its numbers begin anew with the year."""
    number = reader.catalogue.forms[form].number
    return number is not None and "{y" in number.pattern


def _related(reader: Reader, link: Any, document: Any) -> Related:
    spec = reader.catalogue.forms[link.form]
    title = str(link).removeprefix(link.number).strip()
    return Related(link.number, title or spec.title.say(reader.locale), "", f"/{link.form}/{link.number}", icon_of(spec),
                   stage_chip(reader.catalogue, link.form, document["stage"], reader.locale))


def _rest(reader: Reader, group: Any, form: str, number: str) -> Related:
    spec = reader.catalogue.forms[group.form]
    name = things(spec.title, reader.locale)
    href = f"/{group.form}?{group.field}[eq]={number}" if "." not in group.field else f"/{group.form}"
    return Related("", text("all_of", reader.locale, count=formats.number(group.count), things=name), "", href, icon_of(spec), Chip("", "", ""))


def ledger_lines(office: Office, reader: Reader, form: str, *, number: str) -> list[LedgerLine]:
    """Give what a document did in stock and books, as far as this person may see it; an order by what came of it."""
    own = [_line(reader, one) for one in _effects(office, form, number)]
    if own or not _is_document(reader, form):
        return own
    made = [link for group in office.linked(form, number) if not group.out and _is_document(reader, group.form) for link in group.links[:MOST_LINKS]]
    return [line for link in dict.fromkeys(made) for line in _summed(reader, link, _effects(office, link.form, link.number))]


def _effects(office: Office, form: str, number: str) -> Sequence[Any]:
    try:
        with office.reading() as tx:
            return effects_of(tx, form, number)
    except DaybookError:
        return []


def _summed(reader: Reader, link: Any, effects: Sequence[Any]) -> list[LedgerLine]:
    """Give what another document did, one line an account: goods of one unit and values added up."""
    accounts: dict[tuple[str, str, str], list[Any]] = {}
    for one in effects:
        accounts.setdefault((one.book.en, one.account.en, one.state), []).append(one)
    return [_sum_line(reader, link, together) for together in accounts.values()]


def _sum_line(reader: Reader, link: Any, together: list[Any]) -> LedgerLine:
    first, units = together[0], {one.unit for one in together}
    amounts, values = [one.amount for one in together if one.amount is not None], [one.value for one in together if one.value is not None]
    whole = replace(first, commodity="", lot="", amount=sum(amounts) if amounts and len(units) == 1 else None,
                    value=sum(values) if len(values) == len(together) else None)
    return replace(_line(reader, whole), number=link.number, href=f"/{link.form}/{link.number}")


def _line(reader: Reader, one: Any) -> LedgerLine:
    posted = one.state == "posted"
    account = " ".join(filter(None, (one.account.say(reader.locale), one.commodity, one.lot)))
    amount = "" if one.amount is None else formats.quantity(one.amount, one.unit, locale=reader.locale)
    value = "" if one.value is None else formats.money(one.value, reader.home)
    return LedgerLine(one.book.say(reader.locale), account, amount, value, one.value is None, text("posted" if posted else "pending", reader.locale), posted)
