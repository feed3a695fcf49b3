"""What a question names: records, periods, amounts, stages, order; each with the letters it stands on."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from assistant.language.cues import Cues, cues
from assistant.language.dates import Period, take_periods
from assistant.language.lexicon import Name
from assistant.language.numbers import NUMBER, number
from assistant.language.text import MASK, Sentence, pattern
from assistant.language.world import World

Place = tuple[int, int]
RECORDS = ("supplier", "product", "warehouse", "department")
COMMON = frozenset({"main", "new", "it", "we", "me", "all", "my", "open", "采购", "仓库"})
_MONEY = r"(?:\s?(?:元|块钱?|人民币|rmb|cny|yuan|usd|dollars?|eur|euros?))?"
_SIGN = r"(?:[¥$€]\s?)?"
_ATLEAST = (
    r"(?:金额)?(?:超过|大于|高于|多于|不少于|不低于|至少|起码|>=?|over|above|more than|greater than|"
    r"exceed(?:s|ing)?|at least|no less than|from)"
)
_ATMOST = r"(?:金额)?(?:低于|小于|少于|不超过|不高于|不大于|不到|<=?|under|below|less than|at most|no more than|up to)"
_AMOUNTS = tuple(
    (kind, pattern(text))
    for kind, text in (
        (
            "both",
            rf"(?<![a-z\d-])(?:between\s+|金额)?{_SIGN}(?P<a>(?<![a-z\d-]){NUMBER}){_MONEY}\s?(?:to|and|到|至|-)\s?{_SIGN}(?P<b>{NUMBER}){_MONEY}(?:之间)?",
        ),
        ("from", rf"{_ATLEAST}\s*{_SIGN}(?P<a>{NUMBER}){_MONEY}"),
        ("to", rf"{_ATMOST}\s*{_SIGN}(?P<a>{NUMBER}){_MONEY}"),
        ("from", rf"(?:金额)?在?{_SIGN}(?P<a>{NUMBER}){_MONEY}\s?(?:及?以上|or more|起)"),
        ("to", rf"(?:金额)?在?{_SIGN}(?P<a>{NUMBER}){_MONEY}\s?(?:及?以下|以内|or less)"),
    )
)
_QUANTITY = re.compile(
    rf"(?<![a-z0-9\-第])(?!一[张份笔单步下些点批直共起样般])(?:x\s?)?(?P<n>{NUMBER})\s?"
    r"(?:x(?= )|个|件|台|把|箱|盒|只|条|张|顶|瓶|套|双|包|支|块|米|公斤|千克|打|卷|桶|捆|袋|罐|片|"
    r"pcs|kg|(?:units?|pieces?|rolls?|bags?|sets?|cartons?|bottles?|pairs?|packs?|boxes)(?![a-z])(?: of)?|"
    rf"(?:of )?(?=\s|$|{MASK}|[\u4e00-\u9fff,.?!]))"
)
_SINGULAR = re.compile(r"(?:order|request|receipt|return|supplier|product)(?![a-z])")


@dataclass
class Slots:
    """The values found, by slot, and where each stands."""

    values: dict[str, Any] = field(default_factory=dict)
    places: dict[str, list[Place]] = field(default_factory=dict)
    several: dict[str, list[list[Name]]] = field(default_factory=dict)  # alternatives where a name is not unique
    unsaid: set[str] = field(default_factory=set)  # slots of 'this supplier' where nothing tells which

    def put(self, slot: str, value: Any, place: Place) -> None:
        """Keep a value and the letters that said it; a second value of a slot makes it plural."""
        self.places.setdefault(slot, []).append(place)
        if slot in self.values and self.values[slot] != value:
            self.values.setdefault("twice", set()).add(slot)
        self.values[slot] = value

    def names(self, found: list[Name], place: Place) -> None:
        """Keep a name, or the alternatives that it may mean."""
        slot = found[0].form if found[0].form != "user" else "person"
        if len(found) == 1:
            self.put(slot, found[0].number, place)
            return
        self.places.setdefault(slot, []).append(place)
        self.several.setdefault(slot, []).append(found)


def take_slots(sentence: Sentence, world: World, *, forward: bool) -> Slots:
    """Find everything that a question names; each rule sees only what those before it left open."""
    slots = Slots()
    _take_numbers(sentence, world, slots)
    _take_names(sentence, world, slots)
    before = sentence.open
    for period in take_periods(sentence, world.today, forward=forward):
        slots.put("period", period, _changed(before, sentence.open))
        before = sentence.open
    _take_top(sentence, cues(), slots)
    _take_amounts(sentence, slots)
    _take_quantity(sentence, slots)
    return slots


def _changed(before: str, after: str) -> Place:
    places = [at for at, (old, new) in enumerate(zip(before, after, strict=True)) if old != new]
    return (places[0], places[-1] + 1) if places else (0, 0)


def _take_numbers(sentence: Sentence, world: World, slots: Slots) -> None:
    for facts in world.forms.values():
        for wanted in (facts.number, facts.short):
            for match in sentence.take(wanted, kind="number") if wanted else ():
                said = facts.written(match, world.today)
                record = facts.name in RECORDS  # S-00003 is a supplier, as if its name had been said
                slots.put(facts.name if record else "number", said if record else (facts.name, said), match.span())


def _take_names(sentence: Sentence, world: World, slots: Slots) -> None:
    for start, end, names in world.lexicon.exact(sentence.open):
        if MASK in sentence.open[start:end] or generic(sentence.open[start:end]):
            continue
        by_form = sorted({name.form for name in names})
        chosen = [name for name in names if name.form == by_form[0]] if len(by_form) == 1 else names
        sentence.claim(start, end, chosen[0].form.replace("_", " "))
        slots.names(chosen, (start, end))


def generic(text: str) -> bool:
    """Tell whether a name is also a common word: an account `supplier` is not the person in 'per supplier'."""
    return text in COMMON or any(wanted.fullmatch(text) for wanted in cues().forms.values())


def _take_top(sentence: Sentence, cues: Cues, slots: Slots) -> None:
    for kind, wanted in cues.top.items():
        behind = rf"(?P<n2>{NUMBER}(?=\s?[张个名家笔单条位种款]|\s[a-z]))?\s?[张个名家笔单条位种款]?(?:的)?"
        shape = rf"(?P<n1>{NUMBER})?\s?(?:{wanted.pattern})\s?(?:前)?{behind}"
        for match in sentence.take(re.compile(shape)):
            count = number(match["n1"] or match["n2"] or "")
            slots.put("top", (kind, int(count) if count else _few(sentence)), match.span())
    for match in sentence.take(re.compile(rf"前(?P<n>{NUMBER})[张个名家笔单条位种款]?的?")):
        slots.put("top", (slots.values.get("top", ("largest", 0))[0], int(number(match["n"]) or 5)), match.span())


def _few(sentence: Sentence) -> int:
    plural = re.search(r"哪些|几|(?:orders|requests|receipts|returns|suppliers|products|ones)(?![a-z])", sentence.text)
    return 5 if plural and not _SINGULAR.search(sentence.text) else 1


def _take_amounts(sentence: Sentence, slots: Slots) -> None:
    for kind, wanted in _AMOUNTS:
        for match in sentence.take(wanted):
            first = number(match["a"])
            bounds = {
                "both": (first, number(match.groupdict().get("b") or "")),
                "from": (first, None),
                "to": (None, first),
            }
            slots.put("amount", bounds[kind], match.span())


def _take_quantity(sentence: Sentence, slots: Slots) -> None:
    for match in list(_QUANTITY.finditer(sentence.open)):
        value = number(match["n"])
        bare = match.group().strip() == match["n"] and not match["n"][0].isdigit()
        if value and MASK not in match.group() and not (bare and len(match["n"]) < 2):  # a lone 一 counts nothing
            sentence.claim(*match.span(), "100")
            slots.put("quantity", value, match.span())


def arguments_of(slots: Slots, accepts: frozenset[str]) -> dict[str, Any]:
    """Turn the slots that an intent takes into arguments of its tool."""
    values = {slot: value for slot, value in slots.values.items() if slot in accepts}
    made: dict[str, Any] = {
        name: values[name]
        for name in ("product", "supplier", "warehouse", "department", "person", "form", "figure", "by", "field")
        if name in values
    }
    if "number" in values:
        made["number"] = values["number"][1]
    if "stages" in values:
        made["stages"] = [values["stages"]]
    made |= {f"{flag}_only": True for flag in ("open", "late") if flag in values}
    if "top" in values:
        made["sort"], made["limit"] = values["top"]
    if "amount" in values:
        made |= {
            name: _text(bound)
            for name, bound in zip(("amount_from", "amount_to"), values["amount"], strict=True)
            if bound
        }
    if "quantity" in values:
        made["quantity"] = _text(values["quantity"])
    return made | _period(values.get("period"), values)


def _text(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _period(period: Period | None, values: dict[str, Any]) -> dict[str, Any]:
    if not period:
        return {}
    return {name: day.isoformat() for name, day in (("since", period.since), ("until", period.until)) if day}
