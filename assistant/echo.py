"""How a call is said back: the reading that stands above an answer and on the buttons."""

from __future__ import annotations

from typing import Any

from app.config.catalogue import Catalogue
from assistant.language.lexicon import Lexicon
from assistant.language.reading import Call
from assistant.speech import Speech

NAMES = ("product", "supplier", "warehouse", "department", "person")
FIGURES = ("amount_from", "amount_to", "quantity")
DAYS = ("since", "until", "needed_on")


def echo(call: Call, speech: Speech, *, catalogue: Catalogue, lexicon: Lexicon) -> str:
    """Give a call in words: `List · Purchase orders · Galaxy Trading · from 2026-10-01 · until 2026-10-31`."""
    given = dict(call.arguments)
    parts = [speech.say("readings", call.tool)]
    if given.get("figure"):
        parts = [speech.word(given["figure"])]
    if given.get("form") in catalogue.forms and "number" not in given:
        parts.append(catalogue.forms[given["form"]].title.say(speech.locale))
    if given.get("number"):
        parts.append(_title(lexicon, str(given.get("form")), given["number"]))
    parts += [_name(lexicon, speech, name, given[name]) for name in NAMES if given.get(name)]
    parts += [catalogue.label(stage).say(speech.locale) for stage in given.get("stages", ())]
    parts += [speech.word(flag) for flag in ("open_only", "late_only") if given.get(flag)]
    parts += [speech.word(name, value=_plain(given[name])) for name in FIGURES if given.get(name)]
    parts += [speech.word(name, day=str(given[name])) for name in DAYS if given.get(name)]
    if given.get("by"):
        parts.append(speech.word("by", value=speech.word(given["by"])))
    if given.get("sort"):
        parts.append(f"{speech.word(given['sort'])}{_count(given)}")
    return " · ".join(parts)


def _count(given: dict[str, Any]) -> str:
    return f" {given['limit']}" if given.get("limit") else ""


def _plain(value: Any) -> str:
    return str(value)


def _name(lexicon: Lexicon, speech: Speech, form: str, number: str) -> str:
    if form == "person" and number == "me":
        return speech.word("me")
    return _title(lexicon, "user" if form == "person" else form, number)


def _title(lexicon: Lexicon, form: str, number: str) -> str:
    title = lexicon.titles.get((form, number), "")
    return f"{title} ({number})" if title and title != number else number
