"""Asking and confirming: what every door of the assistant calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.core.actor import Actor
from app.data import documents
from app.data.document import Document
from app.data.repository import Repository
from app.data.transaction import Transaction
from assistant import embedded, memory, tokens
from assistant.answers import Answer, Step
from assistant.language.cues import cues
from assistant.language.reading import Reading
from assistant.language.text import normalise
from assistant.replies import answer_of
from assistant.talk import Talk


def ask(
    repository: Repository,
    actor: Actor,
    text: str,
    *,
    thread: str | None = None,
    context: Mapping[str, str] | None = None,
) -> Answer:
    """Answer a question with the asker's rights, from records it cites; ask back where it is not sure."""
    *_, answer = steps(repository, actor, text, thread=thread, context=context)
    assert isinstance(answer, Answer)
    return answer


def steps(
    repository: Repository,
    actor: Actor,
    text: str,
    *,
    thread: str | None = None,
    context: Mapping[str, str] | None = None,
) -> Iterator[Step | Answer]:
    """Answer a question step by step: each tool before it reads, and the answer as the last.

    No transaction is open between two steps, so that each may be taken in another thread.
    """
    talk = Talk(repository, actor, text, thread=thread, context=context)
    reading = chosen(talk) or embedded.understand(talk.text, talk.world, talk.before)
    if repository.settings.model and reading.kind in ("ask", "unknown"):
        from assistant.agent import ask_model

        answer, call = yield from ask_model(talk, reading)
    else:
        if reading.kind == "call" and reading.call:
            yield Step(reading.call.tool, talk.step(reading.call))
        answer, call = answer_of(talk, reading)
    memory.keep(repository, actor, talk.text, answer, call=call, choices={talk.label(c): c for c in reading.choices})
    yield answer


def chosen(talk: Talk) -> Reading | None:
    """Take a button of the last answer, pressed or typed, as the call that it offered."""
    offered = talk.earlier[-1].choices if talk.earlier else {}
    if talk.text.strip() in offered:
        return Reading("call", call=offered[talk.text.strip()])
    if len(offered) == 1 and cues().yes.fullmatch(normalise(talk.text)):
        return Reading("call", call=next(iter(offered.values())))
    return None


def confirm(repository: Repository, actor: Actor, token: str) -> Document:
    """Make the document of a draft that this person was shown; once, within half an hour, with all rules and rights."""
    with repository.transaction(actor, door="assistant") as tx:
        return execute(tx, *tokens.redeem(tx, token))


def execute(tx: Transaction, action: str, values: Mapping[str, Any]) -> Document:
    """Do what was confirmed: the only act is making a draft."""
    verb, _, form = action.partition(" ")
    assert verb == "create", action
    return documents.create(tx, form, values)
