"""Reminders of forms: once a business day, whoever is named is told of the documents and rows whose day has come."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from app.config.workflow_spec import Span
from app.core.clock import zone
from app.core.words import Words
from app.data import reading
from app.data.document import Document
from app.data.names import condition_sql
from app.data.transaction import Transaction
from app.workflow import calendar, messages
from app.workflow.clocks import INSERT
from app.workflow.doing import accounts_of
from app.workflow.models import Reminded
from app.workflow.world import calendar_of, scope_of

HOUR = 7  # of the company's zone: before people come
AGE = timedelta(days=31)  # a day that passed longer ago is history, unless the reminder is repeated
REMINDING = -2  # the `way` of the row of workflow_timer that says when a form is looked at next
MESSAGE = "reminder"
HOLE = re.compile(r"\{([a-z_0-9]+)\}")
Reminder = Mapping[str, Any]
assert Reminded.__tablename__ == "workflow_reminder"


def reminders_due(tx: Transaction, moment: Any) -> Iterator[Callable[[], bool]]:
    """Give what is to be done about each document of which somebody may have to be told today."""
    for spec in tx.catalogue.forms.values():
        if spec.reminders and _first_today(tx, spec.name, moment):
            for reminder in spec.reminders:
                for key in _candidates(tx, spec.name, reminder):
                    yield partial(_remind, tx, spec.name, key, reminder)


def _first_today(tx: Transaction, form: str, moment: Any) -> bool:
    """Tell whether this is the first look after seven of the business day, and note the next."""
    row = tx.fetch_one(
        tx.sql("select id, due_at from workflow_timer where form = ? and document_id = 0 and way = ?"), (form, REMINDING)
    )
    today, tomorrow = (
        tx.instant(datetime.combine(tx.today + timedelta(days=days), time(HOUR), zone(calendar_of(tx).zone)))
        for days in (0, 1)
    )
    if (row[1] if row is not None else today) > moment:
        return False
    if row is None:
        tx.run(tx.sql(INSERT), (form, 0, "", REMINDING, tomorrow))
    else:
        tx.run(tx.sql("update workflow_timer set due_at = ? where id = ?"), (tomorrow, row[0]))
    return True


def _candidates(tx: Transaction, form: str, reminder: Reminder) -> list[int]:
    """Give the documents whose day has come, as far as the database can tell; else all that are not deleted."""
    rows = tx.registry.forms[form].table
    wanted = select(rows.c.id).where(rows.c.deleted_at.is_(None)).order_by(rows.c.id)
    if reminder["due"] is not None:
        wanted = wanted.where(condition_sql(tx, form, reminder["due"]))
    return [row[0] for row in tx.connection.execute(wanted)]


def _remind(tx: Transaction, form: str, key: int, reminder: Reminder) -> bool:
    document = reading.load(tx, form, key)
    if document is None:
        return False
    rows: list[Mapping[str, Any] | None] = list(document.get(reminder["table"]) or ()) if reminder["table"] else [None]
    told = [_tell(tx, document, reminder, row) for row in rows]
    return any(told)


def _tell(tx: Transaction, document: Document, reminder: Reminder, row: Mapping[str, Any] | None) -> bool:
    """Tell of one document, or of one row of it, unless it was told already, or is over."""
    scope = scope_of(tx, document, row=row)
    day, until = (_day(tx, reminder[key].value(scope)) if reminder[key] else None for key in ("at", "until"))
    over = reminder["until"] is not None and reminder["until"].value(scope) is True
    if day is None or day > tx.today or over or (until is not None and until < tx.today):
        return False
    if reminder["when"] is not None and not reminder["when"].met(scope):
        return False
    if not _note(tx, document, reminder, (int(row["line_no"]) if row else 0, day)):
        return False
    people = [account for who in reminder["remind"] for account in accounts_of(tx, document, who)]
    text = _filled(reminder["message"], {**document, **(row or {})})
    facts = {"text_en": text.say("en"), "text_zh": text.say("zh")}
    messages.send(tx, document, MESSAGE, to=messages.accounts(people), facts=facts)
    return bool(people)


def _day(tx: Transaction, value: Any) -> date | None:
    """Give the business day of a date or an instant."""
    if isinstance(value, datetime):
        return value.astimezone(zone(calendar_of(tx).zone)).date()
    return value if isinstance(value, date) else None


def _note(tx: Transaction, document: Document, reminder: Reminder, place: tuple[int, date]) -> bool:
    """Note that somebody is told today; false where he was told, or it is history (R-9.6)."""
    line, day = place
    every: Span | None = reminder["every"]
    where = "form = ? and document_id = ? and line_no = ? and reminder = ? and day = ?"
    key = (document.form, document.id, line, name_of(reminder), day.isoformat())
    known = tx.fetch_one(tx.sql(f"select told_on from workflow_reminder where {where}"), key)  # noqa: S608
    today = tx.today.isoformat()
    if known is None:
        made = _day(tx, document["created_at"])
        if every is None and (day < tx.today - AGE or (made is not None and day < made)):
            return False
        row = (*key, today)
        tx.run(tx.sql("insert into workflow_reminder (form, document_id, line_no, reminder, day, told_on) values (?, ?, ?, ?, ?, ?)"), row)
        return True
    if every is None or _after(tx, date.fromisoformat(known[0]), every) > tx.today:
        return False
    tx.run(tx.sql(f"update workflow_reminder set told_on = ? where {where}"), (today, *key))  # noqa: S608
    return True


def _after(tx: Transaction, day: date, every: Span) -> date:
    """Give the day a span later; hours and minutes are a day."""
    here = calendar_of(tx)
    start = datetime.combine(day, time(HOUR), zone(here.zone))
    later = calendar.add(here, start, every, working=False).astimezone(zone(here.zone)).date()
    return max(later, day + timedelta(days=1))


def name_of(reminder: Reminder) -> str:
    """Give what tells a reminder from the others of its form: whom, when, on what condition."""
    told = (reminder["remind"], reminder["at"].text, str(reminder["when"]))
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


def _filled(words: Words, values: Mapping[str, Any]) -> Words:
    """Give the words with the values that they name, as people read them; an empty one is a dash."""

    def told(text: str) -> str:
        return HOLE.sub(lambda hole: str(values[hole[1]]) if values.get(hole[1]) is not None else "—", text)

    return Words(told(words.say("en")), told(words.say("zh")))
