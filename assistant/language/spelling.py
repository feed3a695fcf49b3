"""Mistyped words of the grammar: 'stcok' is read as 'stock' where no name is written so."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from assistant.language.text import normalise
from assistant.language.world import World

LONG = 7  # letters beyond which one wrong letter makes no other word
SHORTEST = 5  # letters of a word that may be mended; shorter ones are near to too many
_WORD = re.compile(rf"(?<![a-z0-9-])[a-z]{{{SHORTEST},}}(?![a-z0-9-])")


def spelt(question: str, world: World) -> str:
    """Give the question with words that are one letter, or two swapped, away from exactly one known word."""
    return _WORD.sub(lambda match: _mended(match.group(), world), normalise(question))


def _mended(word: str, world: World) -> str:
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if word in vocabulary() or world.lexicon.containing(word) or world.lexicon.sounding(word):
        return word
    for known in (vocabulary(), world.lexicon.words):
        near = [str(one) for one, *_ in process.extract(word, known, scorer=OSA.distance, score_cutoff=1, limit=4)]
        slips = [one for one in near if _is_slip(word, one)]
        if slips:
            return slips[0] if len(slips) == 1 else word
    return word


def _is_slip(typed: str, meant: str) -> bool:
    """Tell a letter too many, too few or two swapped from another word: 'waits' is not 'wants'."""
    return len(typed) != len(meant) or sorted(typed) == sorted(meant) or len(typed) > LONG


@cache
def vocabulary() -> frozenset[str]:
    """Give every English word that the grammar knows."""
    folder = Path(__file__).parent
    text = "\n".join((folder / name).read_text("utf-8") for name in ("cues.yaml", "periods.py", "numbers.py"))
    return frozenset(re.findall(rf"[a-z]{{{SHORTEST},}}", text))
