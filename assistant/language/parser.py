"""Read a question: the reading that understands every word of it, or a question back."""

from __future__ import annotations

import copy
import re

from assistant.language.candidates import Before, Candidate, Frame, claim, frame, release, rest_of, shape, try_intent
from assistant.language.cues import Cues, cues
from assistant.language.linking import link_rest
from assistant.language.reading import Reading, call_of
from assistant.language.slots import Slots, arguments_of
from assistant.language.spelling import spelt
from assistant.language.text import Sentence
from assistant.language.world import World

_ASKING = re.compile(
    r"[谁吗么没?]$|谁|了吗|了没|哪|多少|几|什么|怎|待|等|"
    r"(?<![a-z])(?:who|which|what|when|where|why|how|was|is|has|did|does|do i|are|list|show)(?![a-z])"
)
_CODE = re.compile(r"(?<![a-z0-9])[a-z]{1,6}[- ]?20\d\d[- ]?\d{2,8}(?!\d)")
LONGEST = 400  # letters of a question; a longer text is not read in part
_COVERED = (
    {"stock", "expected"},
    {"path", "show"},
    {"find", "count"},
    {"find", "show"},
    {"find", "waiting"},
    {"waiting", "inbox"},
    {"show", "expected"},
    {"find", "expected"},
    {"find", "inbox"},
    {"history", "show"},
    {"price", "show"},
    {"performance", "show"},
    {"history", "path"},
    {"find", "performance"},
    {"find", "price"},
    {"stock", "show"},
    {"find", "low"},
    {"count", "price"},
)


def read(question: str, world: World, before: Before = Before()) -> tuple[Reading, list[Candidate]]:
    """Give the reading of a question, and the readings that were weighed, best first."""
    tables, text = cues(), Sentence(spelt(question, world))
    if not text.text:
        return Reading("unknown", why="empty"), []
    if len(text.text) > LONGEST:
        return _refused(Sentence(question[:LONGEST]), Frame(Sentence(""), Slots()), tables) or Reading(
            "unknown", why="too_long"
        ), []
    frames = {forward: frame(text, world, tables, forward=forward, before=before) for forward in (False, True)}
    refused = _refused(text, frames[False], tables)
    if refused:
        return refused, []
    candidates = [
        try_intent(intent, frames[intent.forward], world, tables, before=before) for intent in tables.intents.values()
    ]
    candidates.sort(key=lambda c: c.rank, reverse=True)
    candidates.insert(0, candidates.pop(_best(candidates)))
    follow = _follow(frames, world, tables, before)
    if follow and (
        not candidates[0].good
        or candidates[0].score < 3
        or (candidates[0].filled and candidates[0].intent is follow.intent)
    ):
        candidates.insert(0, follow)
    reading = _decide(candidates)
    return _beyond(reading, frames[False].sentence, world, tables) or reading, candidates


def _beyond(reading: Reading, text: Sentence, world: World, tables: Cues) -> Reading | None:
    """Say so where what is asked about stands in no form of this office yet."""
    if reading.kind in ("call", "help"):
        return None
    if code := _CODE.search(text.open):
        return Reading("unknown", why="no_such_number", facts={"words": [code.group().upper()], "hard": True})
    left = " ".join(reading.facts.get("words", ())) if reading.why == "left_over" else text.text
    found = [
        m.group() for form, wanted in tables.beyond.items() if form not in world.forms for m in wanted.finditer(left)
    ]
    return Reading("unknown", why="beyond", facts={"words": found[:3], "hard": True}) if found else None


def _best(candidates: list[Candidate]) -> int:
    """Give the place of the best: one that is whole comes before one that lacks something and is hardly better."""
    if candidates[0].intent.name == "draft" and candidates[0].score >= 3:
        return 0  # who wants to order is asked how many, not shown what was ordered
    whole = next((at for at, c in enumerate(candidates) if c.good and c.score >= 1.6), 0)
    return whole if candidates[0].missing and candidates[whole].rank > candidates[0].rank - 2 else 0


def _refused(text: Sentence, framed: Frame, tables: Cues) -> Reading | None:
    """Refuse what the assistant never does. No boundary (the gate is), but the honest answer."""
    facts = {"number": framed.slots.values.get("number")}
    for kind in ("override", "danger"):
        if tables.refuse[kind].search(text.text):
            return Reading("refuse", why=kind, facts=facts)
    for kind in ("decide", "write"):
        if tables.refuse[kind].search(framed.sentence.open) and not _ASKING.search(framed.sentence.open):
            return Reading("refuse", why=kind, facts=facts)
    return None


def _follow(frames: dict[bool, Frame], world: World, tables: Cues, before: Before) -> Candidate | None:
    """Read a short turn as a change to the last call: only the slots that it mentions."""
    intent = next((i for i in tables.intents.values() if before.call and i.tool == before.call.tool), None)
    if not intent or not before.call:
        return None
    framed = frames[intent.forward]
    sentence, slots = copy.deepcopy(framed.sentence), copy.deepcopy(framed.slots)
    release(sentence, slots, intent, framed)
    claim(sentence, slots, intent, framed)
    for wanted in (tables.follow, tables.pronouns):
        for match in list(wanted.finditer(sentence.open)):
            sentence.claim(*match.span())
    link_rest(sentence, world, slots, intent.accepts)
    changed = arguments_of(slots, intent.accepts)
    shape(intent, slots, changed)
    said = {"figure", "form"} - set(slots.values)  # what shape only assumed does not override
    changed = {name: value for name, value in changed.items() if value and name not in said}
    if "all_warehouses" in slots.values:
        changed["warehouse"] = None
    if not (changed or slots.several) or rest_of(sentence, tables):
        return None
    merged = {**before.call.arguments, **changed}
    if "since" in changed or "until" in changed:
        merged |= {"since": changed.get("since"), "until": changed.get("until")}
    return Candidate(intent, 3, merged, (), (), slots, follows=True)


def _decide(candidates: list[Candidate]) -> Reading:
    """Choose: one reading that explains everything, else ask."""
    best = candidates[0]
    if best.intent.name == "help" and best.score >= 3:
        return Reading("help", why="help")
    if best.score >= 2 and best.rest and best.missing in (("product",), ("supplier",)) and not best.hard:
        return Reading("ask", why="no_such_name", facts={"words": list(best.rest), "form": best.missing[0]})
    unsaid = next((slot for slot in best.missing if slot in best.slots.unsaid), "")
    if unsaid and best.score >= 1.2 and not best.rest:
        return Reading("ask", why=f"which_{unsaid}", facts={"intent": best.intent.name})
    if best.score < 1.2 or (best.rest and best.missing) or (best.missing and best.score < 2):
        return Reading("unknown", why="not_understood")
    if best.missing:
        return Reading(
            "ask",
            why=f"which_{best.missing[0].split()[-1]}",
            facts={"intent": best.intent.name, "twice": best.missing[0].startswith("one ")},
        )
    if best.slots.several:
        return _which(best)
    if best.rest:
        return Reading(
            "ask", choices=(best.call,), why="left_over", facts={"words": list(best.rest), "hard": best.hard}
        )
    rival = next((c for c in candidates[1:] if c.good and c.call != best.call and not _covers(best, c)), None)
    if rival and rival.rank > best.rank - 0.4 and not best.follows:
        return Reading("ask", choices=(best.call, rival.call), why="two_readings")
    return Reading("call", call=best.call)


def _covers(best: Candidate, rival: Candidate) -> bool:
    """Tell whether the best reading's answer holds the rival's too: stock also tells what is expected."""
    return best.intent.tool == rival.intent.tool or {best.intent.name, rival.intent.name} in _COVERED


def _which(best: Candidate) -> Reading:
    names = next(iter(best.slots.several.values()))[0]
    by_number = best.intent.name in ("show", "history")
    calls = tuple(
        call_of(
            best.intent.tool,
            best.arguments
            | (
                {"form": name.form, "number": name.number}
                if by_number
                else {"person" if name.form == "user" else name.form: name.number}
            ),
        )
        for name in names[:4]
    )
    return Reading("ask", choices=calls, why="which_name", facts={"form": names[0].form, "count": len(names)})
