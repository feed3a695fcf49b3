"""Threads: what was asked before, kept in the office's database and given only to who asked it."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.core.actor import Actor
from app.core.errors import NotFound
from app.core.words import Words
from app.data.column_types import read_instant
from app.data.repository import Repository
from assistant.answers import Answer
from assistant.language.reading import Call
from assistant.models import prepare

_THREAD = Words("thread", "对话")


@dataclass(frozen=True)
class Exchange:
    """One earlier turn of a thread."""

    question: str
    answer: str
    state: str
    call: Call | None
    choices: dict[str, Call]


def earlier(repository: Repository, actor: Actor, thread: str | None, *, most: int = 6) -> list[Exchange]:
    """Give the last turns of a thread, oldest first; a thread of somebody else is not found."""
    if not thread:
        return []
    prepare(repository)
    with repository.reading(actor, door="assistant") as tx:
        rows = tx.fetch(
            tx.sql(
                "select account_id, question, answer, state, tool, arguments, choices from assistant_turn"
                " where thread = ? order by id desc limit ?"
            ),
            (thread, most),
        )
    if any(row[0] != actor.account.id for row in rows):
        raise NotFound(thing=_THREAD)
    return [_exchange(row[1:]) for row in reversed(rows)]


def _exchange(row: tuple[Any, ...]) -> Exchange:
    question, answer, state, tool, arguments, choices = row
    offered = {label: Call(name, given) for label, name, given in json.loads(choices)}
    return Exchange(question, answer, state, Call(tool, json.loads(arguments)) if tool else None, offered)


@dataclass(frozen=True)
class Thread:
    """One talk of a person: what he asked first, when he asked last."""

    name: str
    question: str
    at: datetime


def threads(repository: Repository, actor: Actor, *, limit: int = 20) -> list[Thread]:
    """Give the talks of this person, the newest first."""
    prepare(repository)
    with repository.reading(actor, door="assistant") as tx:
        rows = tx.fetch(
            tx.sql(
                "select t.thread, t.question, l.asked_at from assistant_turn t join (select thread, min(id) as first,"
                " max(id) as last from assistant_turn where account_id = ? group by thread) g on g.first = t.id"
                " join assistant_turn l on l.id = g.last order by g.last desc limit ?"
            ),
            (actor.account.id, limit),
        )
    return [Thread(name, question, at) for name, question, asked in rows if (at := read_instant(asked))]


def new_thread() -> str:
    """Give the name of a new thread, not to be guessed."""
    return secrets.token_urlsafe(12)


def keep(
    repository: Repository, actor: Actor, question: str, answer: Answer, *, call: Call | None, choices: dict[str, Call]
) -> None:
    """Keep a turn; what could not be answered stands there as well, to learn from."""
    prepare(repository)
    row = (
        answer.thread,
        actor.account.id,
        question[:4000],
        answer.state,
        answer.text,
        call.tool if call else "",
        json.dumps(dict(call.arguments) if call else {}, ensure_ascii=False),
        json.dumps([[label, c.tool, dict(c.arguments)] for label, c in choices.items()], ensure_ascii=False),
    )
    with repository.transaction(actor, door="assistant") as tx:
        tx.run(
            tx.sql(
                "insert into assistant_turn"
                " (thread, account_id, asked_at, question, state, answer, tool, arguments, choices)"
                " values (?, ?, ?, ?, ?, ?, ?, ?, ?)"
            ),
            (*row[:2], tx.instant(tx.now), *row[2:]),
        )
