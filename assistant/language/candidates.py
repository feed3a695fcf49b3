"""Try each intent on a question: claim its cues and what may narrow it, and see what is left unexplained."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from assistant.language.cues import Cues, Intent
from assistant.language.linking import link_rest, take_described
from assistant.language.reading import Call, call_of
from assistant.language.slots import RECORDS, Place, Slots, arguments_of, take_slots
from assistant.language.text import MASK, Sentence
from assistant.language.world import World

_HARD = re.compile(
    r"\d|[零〇一二两三四五六七八九十百千万亿]|[不没未别无非除勿]|外|其他|其余|另|排除|以上|以下|以内|大于|小于|高于|低于|超过|年|月|周|季度|"
    r"(?<![a-z])(?:not|no|never|none|other|others|another|besides|apart|without|except|excluding|but|nor|neither|over|under|above|below|than|least|most|"
    r"between|before|after|since|until|last|next|week|month|year|quarter|ago)(?![a-z])|n't"
)
_NOUNS = {"expected": "purchase_order", "draft": "purchase_request"}  # the noun of a document that an intent implies


UNSAID = 1.1  # the most that names without a cue speak for an intent


@dataclass(frozen=True)
class Before:
    """What the talk has been about: the last call, and the record that the page shows."""

    call: Call | None = None
    record: tuple[str, str] | None = None  # (form, number)
    related: Mapping[str, str] = field(default_factory=dict)  # what the record names: its supplier, its warehouse

    def this(self, form: str, numbers: re.Pattern[str] | None) -> str | None:
        """Give the number of 'this supplier', 'this order': on the page, named by the record there, or spoken of."""
        last = self.call.arguments if self.call else {}
        shown = dict([self.record]) if self.record else {}
        spoken = last.get(form) or last.get("number", "")
        known = form in last or last.get("form") == form or bool(numbers and numbers.fullmatch(str(spoken).lower()))
        return shown.get(form) or self.related.get(form) or (spoken if known else None) or None


@dataclass
class Frame:
    """A question with the names, dates and figures that it holds, before any intent is tried."""

    sentence: Sentence
    slots: Slots
    nouns: list[tuple[str, Place]] = field(default_factory=list)  # nouns of forms


@dataclass
class Candidate:
    """One intent tried on a question: how much speaks for it and what it leaves unexplained."""

    intent: Intent
    score: float
    arguments: dict[str, Any]
    missing: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    slots: Slots = field(default_factory=Slots)
    follows: bool = False
    filled: bool = False  # something was taken from what was said before

    @property
    def call(self) -> Call:
        """The call that this reading makes."""
        return call_of(self.intent.tool, self.arguments)

    @property
    def hard(self) -> bool:
        """Tell whether a digit, date, negation or comparison is left over."""
        return any(_HARD.search(word) for word in self.rest)

    @property
    def rank(self) -> float:
        """What it is sorted by: what speaks for it less what it can't explain."""
        return self.score - 1.5 * len(self.rest) - 1.2 * len(self.missing)

    @property
    def good(self) -> bool:
        """Tell whether it explains the whole question and needs nothing more."""
        return self.score >= 1.2 and not (self.missing or self.rest or self.slots.several)


def frame(text: Sentence, world: World, cues: Cues, *, forward: bool, before: Before) -> Frame:
    """Find what a question names; done once for looking back and once for looking ahead."""
    sentence = copy.deepcopy(text)
    slots = take_slots(sentence, world, forward=forward)
    made = Frame(sentence, slots)
    _these(made, world, cues, before)
    _form(made, world, cues)
    _narrow(made, world, cues, str(before.call.arguments.get("form", "")) if before.call else "")
    return made


def _these(made: Frame, world: World, cues: Cues, before: Before) -> None:
    """Put the record that 'this supplier' or 'this order' means; one that nothing tells has to be asked for."""
    for form, wanted in cues.these.items():
        for match in wanted.finditer(made.sentence.open) if form in world.forms else ():
            number, slot = before.this(form, world.forms[form].number), form if form in RECORDS else "number"
            if number:
                made.slots.put(slot, number if form in RECORDS else (form, number), match.span())
            else:
                made.slots.places.setdefault(slot, []).append(match.span())
                made.slots.unsaid.add(slot)
            made.sentence.claim(*match.span(), form.replace("_", " "))


def try_intent(intent: Intent, framed: Frame, world: World, cues: Cues, *, before: Before) -> Candidate:
    """Read the question as one intent."""
    sentence, slots = copy.deepcopy(framed.sentence), copy.deepcopy(framed.slots)
    release(sentence, slots, intent, framed)
    score, places = cue_score(intent, sentence.open)
    claim(sentence, slots, intent, framed)
    for other in intent.also:  # what the answer holds as well
        places += cue_score(cues.intents[other], sentence.open)[1] if score else []
    for start, end in places:
        sentence.claim(start, end)
    pronoun = bool(list(sentence.take(cues.pronouns)))
    link_rest(sentence, world, slots, intent.accepts | (set(RECORDS) if intent.name == "show" else set()))
    take_described(sentence, slots, cues)
    if intent.name in ("show", "history") and _field(sentence, slots, world, cues):
        score += 2 * (intent.name == "show")  # to ask for a field of a record is to ask for the record
    arguments = arguments_of(slots, intent.accepts)
    if intent.of and "number" in slots.values and slots.values["number"][0] != intent.of:
        del arguments["number"]  # only orders bring goods
    shape(intent, slots, arguments, score=score)
    missing = _missing(intent, arguments, slots, world)
    lacking = missing
    if missing and (pronoun or score >= 3):
        _fill(tuple(need for need in missing if need not in slots.unsaid), arguments, before)
        missing = _missing(intent, arguments, slots, world)
    if missing and score >= 3 and intent.alone and intent.alone.search(sentence.text):
        missing = tuple(need for need in missing if need not in intent.needs_one)
    filled = lacking != missing
    alone = intent.name == "expected" and "late" not in slots.values and not score
    score += _slot_score(intent, slots) + (filled and before.record is not None and pronoun)
    score = min(score, UNSAID) if alone else score  # a product and a period alone may be what was bought, too
    return Candidate(intent, score, arguments, missing, rest_of(sentence, cues), slots, filled=filled)


def _field(sentence: Sentence, slots: Slots, world: World, cues: Cues) -> bool:
    """Take the field that is asked about, by its label, and tell whether it is no cue of something else."""
    form = (
        slots.values["number"][0] if "number" in slots.values else next((f for f in RECORDS if f in slots.values), "")
    )
    telling = False
    labels = world.forms[form].fields if form in world.forms else {}
    for name, words in labels.items():
        for label in (words.en.lower(), words.zh):
            if span := next(iter(_places(sentence.open, label)), None):
                sentence.claim(*span)
                slots.values.setdefault("field", name)
                telling = telling or not cues.decisive(label)
    return telling


def _slot_score(intent: Intent, slots: Slots) -> float:
    wanted = {*intent.needs, *intent.needs_one}
    given = {slot for slot in (*slots.values, *slots.several) if slot in intent.accepts and slot != "field"}
    form = slots.values.get("form")
    itself = intent.name in ("find", "count") and form in slots.values  # one supplier is shown, not listed
    inside = intent.name == "find" and form in RECORDS and bool({"product", "warehouse"} & given - {str(form)})
    return (
        -2.5 * (itself or inside)
        + 0.6 * len(given)
        + 0.6 * (intent.name == "find" and "form" in given and len(given) >= 1)
        + 0.1 * bool(given & wanted)
    )


def _form(made: Frame, world: World, cues: Cues) -> None:
    """Find the form that the question is about: documents before master data, then the longest noun."""
    text = made.sentence.open
    for name, wanted in cues.forms.items():
        made.nouns += [(name, m.span()) for m in wanted.finditer(text) if name in world.forms and m.group()]
    for facts in world.forms.values():
        for word in (facts.title.en.lower(), facts.title.zh):
            made.nouns += [(facts.name, span) for span in _places(text, word)]
    numbered = made.slots.values.get("number")
    cuts = [m.span() for wanted in cues.by.values() for m in wanted.finditer(text)]
    made.nouns = [(name, span) for name, span in made.nouns if not _inside(span, cuts)]
    best = max(
        made.nouns, key=lambda hit: (world.forms[hit[0]].pattern.count("{") > 1, hit[1][1] - hit[1][0]), default=None
    )
    if best and not numbered:
        for name, span in made.nouns:
            if name == best[0]:
                made.slots.put("form", name, span)


def _places(text: str, word: str) -> list[Place]:
    if len(word) < 2:
        return []
    edge, tail = ("(?<![a-z0-9])", "s?(?![a-z0-9])") if word.isascii() else ("", "")
    return [m.span() for m in re.finditer(edge + re.escape(word) + tail, text)]


def _narrow(made: Frame, world: World, cues: Cues, spoken_of: str) -> None:
    """Find what narrows: stages (of the form named, else of the one spoken of before), lateness, mine, figure, by."""
    text, slots = made.sentence.open, made.slots
    for slot, table in (("by", cues.by), ("figure", cues.figures)):
        for key, wanted in table.items():
            for match in wanted.finditer(text):
                if slots.values.get(slot, key) == key:
                    slots.put(slot, key, match.span())
    form = slots.values.get("form") or slots.values.get("number", ("",))[0] or spoken_of
    stages = world.forms[form].stages if form in world.forms else {}
    for name, wanted in cues.stages.items():
        stage = name if name in stages else "done" if name == "completed" and "done" in stages else None
        for match in wanted.finditer(text) if stage else ():
            if not _inside(match.span(), slots.places.get("stages", [])):
                slots.put("stages", stage, match.span())
    for name, words in stages.items():
        for label in (words.en.lower(), words.zh):
            for span in _places(text, label) if label else ():
                if not _inside(span, slots.places.get("stages", [])):
                    slots.put("stages", name, span)
    for flag in ("open", "late", "bad", "every_supplier", "all_warehouses"):
        for match in cues.narrow[flag].finditer(text):
            slots.put(flag, True, match.span())
    for match in cues.narrow["mine"].finditer(text):
        if slots.values.get("person", "me") == "me":
            slots.put("person", "me", match.span())


def _inside(place: Place, places: list[Place]) -> bool:
    return any(start <= place[0] and place[1] <= end for start, end in places)


def release(sentence: Sentence, slots: Slots, intent: Intent, framed: Frame) -> None:
    """Open again the letters of what the intent can't use: they are not understood, or are cues of its own."""
    known = _known(slots, intent, framed)
    for slot, places in slots.places.items():
        for start, end in places if slot not in known else ():
            sentence.masked[start:end] = sentence.text[start:end]


def claim(sentence: Sentence, slots: Slots, intent: Intent, framed: Frame) -> None:
    """Claim what the intent can use."""
    known = _known(slots, intent, framed)
    for slot, places in slots.places.items():
        for place in places if slot in known else ():
            sentence.claim(*place)
    for name, place in framed.nouns:
        if name in RECORDS or "form" in intent.accepts or "number" in slots.values or _NOUNS.get(intent.name) == name:
            sentence.claim(*place)


def _known(slots: Slots, intent: Intent, framed: Frame) -> set[str]:
    """Give the slots that mean something to an intent."""
    known = {*intent.accepts, "all_warehouses", "bad"}
    if "until" in intent.accepts or _is_now(slots, intent, framed):
        known.add("period")
    if intent.name in ("show", "history"):
        known |= set(RECORDS)
    kind = slots.values.get("top", ("",))[0]  # only deliveries can be good or bad, only documents new or old
    if kind in (("newest", "oldest") if intent.name == "performance" else ("best", "worst")):
        known.discard("top")
    if intent.name == "count" and "by" not in slots.values:
        known.discard("top")  # an order is of groups; a list of documents has its own intent
    return known


def _is_now(slots: Slots, intent: Intent, framed: Frame) -> bool:
    """Tell whether 'today' only means now, where the answer is about now anyway."""
    period = slots.values.get("period")
    words = [framed.sentence.text[a:b].strip() for a, b in slots.places.get("period", ())]
    return bool(period and "now" in intent.accepts and all(word in ("today", "今天", "今日", "当天") for word in words))


def cue_score(intent: Intent, text: str) -> tuple[float, list[Place]]:
    """Give the weight of an intent's cues in a text, and the letters they stand on, gaps left out."""
    score = 0.0
    places: list[Place] = []
    for weight, ways in intent.cues:
        hits = [m for way in ways for m in way.finditer(text) if m.group().strip(MASK + " ")]
        fresh = [m for m in hits if not any(a < m.end() and m.start() < b for a, b in places)]
        if fresh:
            score += weight + min(max(len(m.group().replace(MASK, "")) for m in fresh), 12) / 24
        places += [place for m in hits for place in _without_gap(m)]
    return score, places


def _without_gap(match: re.Match[str]) -> list[Place]:
    if match.groupdict().get("gap") is None:
        return [match.span()]
    start, end = match.span("gap")
    return [(match.start(), start), (end, match.end())]


def shape(intent: Intent, slots: Slots, arguments: dict[str, Any], *, score: float = 0) -> None:
    """Mend what one tool names otherwise: a record shown by name, a day a draft is needed on, the figure of a count."""
    if intent.name in ("show", "history") and "number" not in arguments:
        form = next((form for form in RECORDS if form in slots.values or form in slots.several), None)
        if form:
            field = {"field": slots.values["field"]} if "field" in slots.values else {}
            arguments.clear()
            arguments |= {"number": slots.values.get(form), "form": form, **field}
    if intent.name == "performance" and "sort" in arguments:
        _judge(slots, arguments)
    if intent.name == "draft":
        period = slots.values.get("period")
        arguments["needed_on"] = period.until.isoformat() if period and period.until else None
        arguments.pop("since", None), arguments.pop("until", None)
    if intent.name == "count":
        arguments.setdefault("figure", "number")
        if arguments["figure"] != "number" and "form" not in arguments:
            arguments["form"] = "purchase_order"
    if intent.name == "find" and score >= 2 and {"supplier", "product"} & {*slots.values, *slots.several}:
        arguments.setdefault("form", "purchase_order")
    if intent.name in ("find", "count") and "number" in slots.values:
        arguments["form"] = None


def _judge(slots: Slots, arguments: dict[str, Any]) -> None:
    """Mend the order of suppliers: most rejects is worst, and deliveries are neither new nor old."""
    kind = arguments["sort"]
    if kind in ("newest", "oldest"):
        del arguments["sort"], arguments["limit"]
    elif kind in ("largest", "smallest"):
        arguments["sort"] = "worst" if (kind == "largest") == slots.values.get("bad", False) else "best"


def _missing(intent: Intent, arguments: Mapping[str, Any], slots: Slots, world: World) -> tuple[str, ...]:
    by_name = intent.name in ("show", "history") and slots.several
    missing = [need for need in intent.needs if not arguments.get(need) and need not in slots.several and not by_name]
    if intent.needs_one and not any(_has(need, arguments, slots) for need in intent.needs_one):
        missing.append(intent.needs_one[0])
    missing += [slot for slot in sorted(slots.unsaid - {*missing}) if not arguments.get(slot)]
    if intent.name in ("find", "count") and "form" not in missing and _unfit(arguments, world):
        missing.append("form")
    twice = slots.values.get("twice", set())
    return (*missing, *(f"one {slot}" for slot in sorted(twice) if slot in intent.accepts and slot != "figure"))


def _unfit(arguments: Mapping[str, Any], world: World) -> bool:
    """Tell whether the form can't be narrowed or ordered as it was asked: warehouses have no supplier and no amount."""
    facts = world.forms.get(arguments.get("form") or "")
    if facts is None:
        return False
    worth = (
        arguments.get("sort") in ("largest", "smallest") or arguments.get("amount_from") or arguments.get("amount_to")
    )
    lacking = [slot for slot in RECORDS if arguments.get(slot) and slot not in (facts.name, *facts.links)]
    return bool(lacking or (worth and not facts.money and "by" not in arguments))


def _has(need: str, arguments: Mapping[str, Any], slots: Slots) -> bool:
    flags = {"period": ("since", "until"), "late": ("late_only",)}
    said = need in slots.several or (need == "every_supplier" and need in slots.values)
    return said or any(arguments.get(name) for name in flags.get(need, (need,)))


def _fill(missing: tuple[str, ...], arguments: dict[str, Any], before: Before) -> None:
    """Take what is not said from the record on the page, then from the last call."""
    last = before.call.arguments if before.call else {}
    for need in missing:
        if need == "number" and before.record:
            arguments["number"] = before.record[1]
        elif before.record and before.record[0] == need:
            arguments[need] = before.record[1]
        elif last.get(need):
            arguments[need] = last[need]
        elif need == "product" and before.record and before.record[0] == "purchase_order":
            arguments["number"] = before.record[1]
        elif need == "product":
            arguments |= {name: last[name] for name in ("number", "supplier") if last.get(name)}
    if "product" in missing and last.get("warehouse"):
        arguments.setdefault("warehouse", last["warehouse"])


def rest_of(sentence: Sentence, cues: Cues) -> tuple[str, ...]:
    """Claim the words that say nothing and give what is then left."""
    for wanted in cues.fillers:
        for match in list(wanted.finditer(sentence.open)):
            sentence.claim(*match.span())
    return tuple(sentence.rest())
