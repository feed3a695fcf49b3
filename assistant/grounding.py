"""What a language model wrote is kept only if every number and record in it was found in this turn."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from assistant.answers import Found
from assistant.language.text import normalise
from assistant.language.world import World

_NUMBER = re.compile(r"(?<![\w.-])[-−]?\d[\d,]*(?:\.\d+)?%?")
_CITED = re.compile(r"\[\d{1,2}\]|^\s*(?:\d{1,2}[.)]|[-*])\s", re.MULTILINE)
_DAY = re.compile(r"(?<!\d)\d{4}-\d{2}-\d{2}(?!\d)")
_TIME = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)")
_CLOCK = re.compile(r"[t ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:z|[+-]\d{2}:?\d{2})?")  # of an instant: no figure
_LONE = re.compile(r"\b[A-Z]{1,4}-(?:\d{4}-)?\d{2,8}\b")


def ungrounded(text: str, told: str, *, world: World, found: Iterable[Found]) -> list[str]:
    """Give the numbers and record numbers of an answer that neither the tools nor the question said."""
    known = normalise(told)
    records = {citation.number.lower() for one in found for citation in one.citations}
    bare = _CITED.sub(" ", text)
    wrong = [
        number for number in _records(bare, world) if number.lower() not in records and number.lower() not in known
    ]
    wrong += [day for day in (*_DAY.findall(bare), *_TIME.findall(bare)) if day not in known]
    bare = _TIME.sub(" ", _DAY.sub(" ", bare))
    figures = figures_of(_CLOCK.sub(" ", known))
    return wrong + [
        word for word in _NUMBER.findall(_LONE.sub(" ", bare)) if not any(_same(word, figure) for figure in figures)
    ]


def figures_of(text: str) -> set[Decimal]:
    """Give every number in a text, exactly."""
    return {
        Decimal(word.replace(",", "").replace("−", "-").rstrip("%"))
        for word in re.findall(r"[-−]?\d[\d,]*(?:\.\d+)?", text)
        if word.strip(",-−")
    }


def _records(text: str, world: World) -> Iterable[str]:
    yield from _LONE.findall(text)
    for facts in world.forms.values():
        for match in facts.number.finditer(text.lower()) if facts.number else ():
            yield facts.written(match)


def _same(word: str, figure: Decimal) -> bool:
    """Tell whether a written number is a figure, rounded to the digits it shows, or as per cent."""
    digits = word.replace(",", "").replace("−", "-")
    share = digits.endswith("%")
    value = Decimal(digits.rstrip("%"))
    places = Decimal(1).scaleb(min(int(value.as_tuple().exponent), 0))
    scaled = figure * 100 if share else figure
    return _rounded(scaled, places) == value or (share and _rounded(figure, places) == value)


def _rounded(figure: Decimal, places: Decimal) -> Decimal:
    return figure.quantize(places, ROUND_HALF_UP)
