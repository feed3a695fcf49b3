"""Answers to readings: a call run and told, a question back with its buttons, a refusal."""

from __future__ import annotations

from dataclasses import replace

from app.data.rights import may, not_allowed
from assistant import gate, tokens
from assistant.answers import Answer, Draft, Found, State
from assistant.language.reading import Call, Reading
from assistant.speech import phrases
from assistant.talk import Talk
from assistant.telling import tell

STATES: dict[str, State] = {"found": "answered", "none": "none", "not_allowed": "not_allowed", "ask": "ask_back"}


def answer_of(talk: Talk, reading: Reading) -> tuple[Answer, Call | None]:
    """Give the answer to a reading, and the call that it made."""
    if reading.call and reading.kind == "call":
        answer = answer_call(talk, reading.call)
        if reading.ignored:
            note = talk.speech.say("common", "ignored", words=" ".join(reading.ignored))
            answer = replace(answer, text=f"{answer.text}\n{note}")
        return answer, reading.call
    closed = _closed(talk, reading)
    if closed:
        return Answer(
            text=closed, locale=talk.speech.locale, state="not_allowed", thread=talk.thread, as_of=talk.now
        ), None
    if reading.kind == "refuse":
        return refusal(talk, reading), None
    return question_back(talk, reading), None


def _closed(talk: Talk, reading: Reading) -> str:
    """Say so where a name can't be known because the person may not see that kind of record at all."""
    form = str(reading.facts.get("form") or reading.why.removeprefix("which_"))
    if reading.kind != "ask" or form not in talk.catalogue.forms:
        return ""
    with talk.repository.reading(talk.actor, door="assistant") as tx:
        if may(tx, form, "view"):
            return ""
        facts = not_allowed(tx, form, "view").facts
    return talk.speech.say("common", "not_allowed", **facts)


def answer_call(talk: Talk, call: Call) -> Answer:
    """Run a call through the gate and tell what it found."""
    found = gate.call(talk.repository, talk.actor, call.tool, call.arguments)
    return Answer(
        text=tell(call.tool, found, talk.speech),
        locale=talk.speech.locale,
        state=STATES[found.state],
        thread=talk.thread,
        citations=found.citations if found.state == "found" else [],
        as_of=found.as_of,
        reading=talk.label(call),
        draft=draft_of(talk, call, found),
        tool=call.tool,
        query=found.query,
    )


def draft_of(talk: Talk, call: Call, found: Found) -> Draft | None:
    """Give the proposal with its confirmation, where a tool prepared one."""
    if found.draft is None or found.state != "found":
        return None
    token = tokens.give(talk.repository, talk.actor, f"create {found.form}", values=found.draft)
    return Draft(token, found.form, found.draft, tell(call.tool, found, talk.speech).splitlines()[0])


def refusal(talk: Talk, reading: Reading) -> Answer:
    """Say what the assistant does not do, and where a person does it."""
    number = reading.facts.get("number")
    key = reading.why if reading.why in ("override", "danger") or number else f"{reading.why}_none"
    text = talk.speech.say("refusals", key, number=number[1] if number else "")
    return Answer(text=text, locale=talk.speech.locale, state="refused", thread=talk.thread, as_of=talk.now)


def question_back(talk: Talk, reading: Reading) -> Answer:
    """Ask back, with buttons for the readings that are possible."""
    facts = {
        "words": " ".join(reading.facts.get("words", ())),
        "count": reading.facts.get("count", 0),
        "form": talk.speech.word(reading.facts.get("form", "")),
    }
    text = talk.speech.say("asks", reading.why if reading.why in phrases()["asks"] else "not_understood", **facts)
    choices = [talk.label(call) for call in reading.choices]
    if reading.kind in ("unknown", "help") and not choices:
        choices = [sample[talk.speech.locale] for sample in phrases()["samples"]]
    state: State = (
        "unknown"
        if reading.kind == "unknown" and not reading.choices
        else "answered"
        if reading.kind == "help"
        else "ask_back"
    )
    return Answer(
        text=text, locale=talk.speech.locale, state=state, thread=talk.thread, as_of=talk.now, choices=choices
    )
