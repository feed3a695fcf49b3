"""The embedded model: the grammar, and a prior from sentence embeddings for what the grammar is not sure of."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant import prior
from assistant.language.candidates import Before, Candidate
from assistant.language.cues import cues
from assistant.language.parser import read
from assistant.language.reading import Reading
from assistant.language.text import HAN, Sentence
from assistant.language.world import World

SURE = 0.75  # so near to an exemplar, the intent is settled
AGREED = 0.60  # so near, a word or two that the grammar left over may be told as not considered
LIKELY = 0.50
APART = 0.08  # so much nearer than the next, where no word of the grammar speaks for it
_NOUN = "仓|店|部|厂|公司|采购|申请|订单|供应商|商品|产品|收货|退货|单子|purchase|orders?|requests?|suppliers?|products?|items?|receipts?|returns?"
_NAMELIKE = re.compile(r"公司|贸易|[厂店部仓区城县]$")


def understand(question: str, world: World, before: Before = Before()) -> Reading:
    """Read a question; where words are left over or readings compete, ask the prior; ask back if it disagrees."""
    reading, candidates = read(question, world, before)
    if not candidates or reading.kind in ("call", "help", "refuse") or reading.facts.get("hard"):
        return reading
    judged = prior.judge(_typed(question, candidates[0]))
    if not judged:
        return reading
    return _weighed(reading, candidates, judged, question, world)


def _harmless(liked: Candidate, question: str, world: World) -> bool:
    """Tell whether what is left over looks neither like a name nor like much, and decides nothing elsewhere."""
    nameless = "product" in liked.intent.accepts and not {"product", "number"} & {*liked.slots.values}
    if any(world.lexicon.exact(word) for word in liked.rest):
        return False
    if any(cues().decisive(word) or (nameless and len(HAN.findall(word)) > 1) for word in liked.rest):
        return False
    named = any(word.capitalize() in question.split()[1:] or _NAMELIKE.search(word) for word in liked.rest)
    before_noun = any(re.search(rf"{re.escape(word)}的?\s*(?:{_NOUN})", question.lower()) for word in liked.rest)
    if before_noun:
        return False
    return len(liked.rest) <= 2 and not named and sum(map(len, liked.rest)) <= 14


def _typed(question: str, best: Candidate) -> str:
    sentence = Sentence(question)
    for slot, places in best.slots.places.items():
        kind = {"number": "PO-2026-00001", "quantity": "100", "period": ""}.get(slot, slot)
        sentence.shown += [
            (start, end, kind)
            for start, end in places
            if slot in ("number", "supplier", "product", "warehouse", "person")
        ]
    return sentence.typed()


def _weighed(
    reading: Reading, candidates: list[Candidate], judged: list[tuple[str, float]], question: str, world: World
) -> Reading:
    """Put the prior's opinion beside the grammar's."""
    (first, near), *_ = judged
    if first == "none":
        return reading if reading.choices and near < SURE else Reading("unknown", why="out_of_scope")
    liked = next((c for c in candidates if c.intent.name == first), None)
    if liked is None or near < LIKELY:
        return reading
    if reading.why == "two_readings":
        return Reading("call", call=liked.call) if near >= SURE and liked.call in reading.choices else reading
    if liked.missing:
        return (
            reading
            if reading.kind == "ask"
            else Reading("ask", why=f"which_{liked.missing[0].split()[-1]}", facts={"intent": first})
        )
    doubtful = liked.score < 1.2 and (near - (judged[1][1] if len(judged) > 1 else 0) < APART or not liked.arguments)
    if liked.slots.several or liked.hard or (doubtful and first != "show"):
        return reading
    if (
        near >= (AGREED if liked is candidates[0] else SURE)
        and (liked is candidates[0] or not reading.choices)
        and _harmless(liked, question, world)
    ):
        return Reading("call", call=liked.call, ignored=liked.rest)
    others = [call for call in reading.choices if call != liked.call]
    return replace(
        reading,
        kind="ask",
        why="two_readings" if others or reading.kind == "unknown" else reading.why,
        choices=(liked.call, *others)[:3],
    )
