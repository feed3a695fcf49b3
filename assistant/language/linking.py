"""Names that people say in part: what no rule understood is looked for in the names of the live records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from assistant.language.cues import Cues, cues
from assistant.language.lexicon import Name, syllables
from assistant.language.slots import Slots, generic
from assistant.language.spelling import vocabulary
from assistant.language.text import HAN, MASK, Sentence, normalise
from assistant.language.world import World

BREATH = 60  # letters of a run in which names are looked for
LONGEST = 24  # letters of a name that are looked for inside a run
_GENERIC = re.compile(
    r"(?:采购|申请|订单?|供应商?|商品|产品|货物?|仓库?|收货|退货|单|数量|价格|库存|的|了|吗|呢|多少|什么|有|没|在|到|要|我|个|件|哪|几|给|还|是)+"
)
_OPEN = re.compile(r"[\u4e00-\u9fff]{2,}|[a-z]{4,}")
HEARD = 2  # letters of the shortest Chinese name that is looked for by its sound
_NOUN_BEFORE = re.compile(r"(?<![\u4e00-\u9fff])(?P<noun>[\u4e00-\u9fff]{2,6}|[a-z]{4,}(?: [a-z]{4,})?) ?\(?$")
_JOINED = re.compile(r"[卖的给从向到在和与]")
_NOUN_BEHIND = re.compile(r" ?\(?(?P<noun>[\u4e00-\u9fff]{2,4})(?![\u4e00-\u9fff])")
_RUN = re.compile(rf"[^{MASK}\s,.;:!?\"'()\[\]/]+")


def link_rest(sentence: Sentence, world: World, slots: Slots, accepts: Set[str]) -> None:
    """Look for the names of records in what is still open, for the kinds of record that the intent takes."""
    wanted = {"person": "user"}
    forms = {wanted.get(slot, slot) for slot in accepts}
    _link_han(sentence, world, slots, forms)
    _link_latin(sentence, world, slots, forms)
    if _link_sounds(sentence, world, slots, forms):
        _link_han(sentence, world, slots, forms)
    _drop_sizes(sentence, world, slots)


def _link_sounds(sentence: Sentence, world: World, slots: Slots, forms: Set[str]) -> bool:
    """Link what is only heard right: Hangzhou for 杭州仓, 广州 for the Guangzhou warehouse, 蓝芽音箱 for 蓝牙音箱."""
    found = 0
    for run in list(_OPEN.finditer(sentence.open)):
        heard = syllables(run.group())
        parts = _parts(run.group(), HEARD) if len(heard) > 1 else [(0, len(run.group()))]
        for start, end in parts:
            part = run.group()[start:end]
            names = _fitting(world.lexicon.sounding("".join(heard[start:end])), forms)
            names = [] if _filled(part) else names
            if names and (len(part) > 2 or names[0].title.isascii()):
                _keep(sentence, slots, (run.start() + start, run.start() + end), names)
                found += 1
                break
    return bool(found)


def take_described(sentence: Sentence, slots: Slots, cues: Cues) -> None:
    """Claim the common noun beside a code, which says the product well enough: 胶带 TP-48, CH-01（折叠椅）."""
    for start, end in slots.places.get("product", ()):
        if not any(letter.isdigit() for letter in sentence.text[start:end]):
            continue
        for match in (_NOUN_BEFORE.search(sentence.open[:start]), _NOUN_BEHIND.match(sentence.open, end)):
            if match and _is_noun(match["noun"], cues):
                sentence.claim(*match.span("noun"))


def _is_noun(text: str, cues: Cues) -> bool:
    """Tell whether a text only names a kind of goods: no rule has a word of it."""
    if text.isascii():
        return not any(word in vocabulary() or cues.fillers[1].fullmatch(word) for word in text.split())
    return not (cues.known(text) or _filled(text) or _JOINED.search(text))


def _parts(run: str, least: int) -> Iterator[tuple[int, int]]:
    """Give every part of a run, the longest first."""
    whole = min(len(run), BREATH)
    for size in range(min(whole, LONGEST), least - 1, -1):
        yield from ((start, start + size) for start in range(whole - size + 1))


def _drop_sizes(sentence: Sentence, world: World, slots: Slots) -> None:
    """Forget a quantity that is part of the product's own name: the 500 of 'green bottle 500'."""
    title = normalise(world.lexicon.titles.get(("product", slots.values.get("product", "")), ""))
    said = [sentence.text[start:end].strip() for start, end in slots.places.get("quantity", ())]
    if said and all(size.isdigit() and re.search(rf"(?<!\d){size}(?!\d)", title) for size in said):
        del slots.values["quantity"]


def _fitting(names: list[Name], forms: Set[str]) -> list[Name]:
    return [name for name in names if name.form in forms]


def _link_han(sentence: Sentence, world: World, slots: Slots, forms: Set[str]) -> None:
    for run in list(_RUN.finditer(sentence.open)):
        if not HAN.search(run.group()):
            continue
        found = _longest_part(run.group(), world, forms)
        if found:
            start, end, names = found
            _keep(sentence, slots, (run.start() + start, run.start() + end), names)


def _longest_part(run: str, world: World, forms: Set[str]) -> tuple[int, int, list[Name]] | None:
    for start, end in _parts(run, 2):
        part = run[start:end]
        names = _fitting(world.lexicon.containing(part), forms) if HAN.search(part) else []
        names = [name for name in names if _whole(part, name, run[:start], run[end:])]
        if names and not (_GENERIC.fullmatch(part) or _filled(part)):
            return start, end, names
    return None


def _whole(part: str, name: Name, before: str, behind: str) -> bool:
    """Tell whether a part may stand for a name: 州仓 of 广州仓 is not the end of 杭州仓, where 广 says otherwise."""
    title = normalise(f"{name.title} {' '.join(name.more)}")
    at = title.find(part)
    cut_before = at > 0 and HAN.match(title[at - 1]) and before and not _filled(before)
    end = at + len(part)
    cut_behind = end < len(title) and HAN.match(title[end]) and behind and not _filled(behind)
    return not cut_before and not cut_behind


def _filled(text: str) -> bool:
    """Tell whether a text is made of words that say nothing."""
    return not cues().fillers[0].sub("", text)


def _link_latin(sentence: Sentence, world: World, slots: Slots, forms: Set[str]) -> None:
    open_text = cues().fillers[1].sub(lambda m: MASK * len(m.group()), sentence.open)
    open_text = re.sub(r"[\u4e00-\u9fff]", MASK, open_text)
    for run in re.finditer(rf"[a-z][^{MASK},.;:!?\"()]*", open_text):
        found = _longest_words(run.group(), world, forms)
        if found:
            start, end, names = found
            _keep(sentence, slots, (run.start() + start, run.start() + end), names)


def _longest_words(run: str, world: World, forms: Set[str]) -> tuple[int, int, list[Name]] | None:
    words = [m.span() for m in re.finditer(r"[^\s']+", run)][:10]
    for size in range(len(words), 0, -1):
        for first in range(len(words) - size + 1):
            start, end = words[first][0], words[first + size - 1][1]
            part = run[start:end]
            if len(part) >= 3 and not generic(part) and (names := _fitting(world.lexicon.containing(part), forms)):
                return start, end, names
    whole = run.strip()
    names = _fitting(world.lexicon.similar(whole), forms) if len(whole) >= 5 and not generic(whole) else []
    return (run.index(whole), run.index(whole) + len(whole), names) if names else None


def _keep(sentence: Sentence, slots: Slots, place: tuple[int, int], names: list[Name]) -> None:
    first = names[0].form
    same = [name for name in names if name.form == first]
    sentence.claim(*place, first.replace("_", " "))
    slots.names(same, place)
