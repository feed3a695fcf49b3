"""Own grammar of dates in Chinese and English: every period with its first and last day, open ends included."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from assistant.language.periods import ATOMS, Day
from assistant.language.text import MASK, Sentence, pattern


@dataclass(frozen=True)
class Period:
    """From a first to a last day, both included; None: open."""

    since: date | None
    until: date | None


@dataclass(frozen=True)
class _Found:
    start: int
    end: int
    first: date
    last: date


_JOIN = re.compile(r"\s*(?:to|till|until|through|thru|and|-|~|到|至|和|与)\s*")
_FROM = pattern(r"(?:from|between|自从|自|从)\s*")
_SINCE = pattern(r"(?:since|after|starting|from|自从|自|从|later than)\s*(?:the\s*)?")
_BEFORE = pattern(
    r"(?:before|by|until|till|up to|no later than|not later than|earlier than|at the latest by|"
    r"早于|不晚于|截至|截止到?|到|赶在)\s*(?:the\s*)?"
)
_AFTERWARDS = re.compile(r"\s*(?:以来|至今|起|之后|以后|过后|后|onwards?|or later)")
_BEFOREHAND = re.compile(r"\s*(?:之前|以前|前|为止|or earlier)")
_WITHIN = re.compile(r"(?:(?:in|on|for|during|over|within|of|as of|at|于|在)\s+(?:the\s+)?|于|在)$")


def take_periods(sentence: Sentence, today: date, *, forward: bool = False) -> list[Period]:
    """Claim every period of the sentence and give them in their order; more than one cannot be joined."""
    found = _atoms(sentence, Day(today, forward))
    periods = []
    while found:
        atom = found.pop(0)
        joined = found and _JOIN.fullmatch(sentence.open[atom.end : found[0].start])
        if joined:
            periods.append(_range(sentence, atom, found.pop(0)))
        else:
            periods.append(_one(sentence, atom))
    return periods


def _atoms(sentence: Sentence, day: Day) -> list[_Found]:
    """Find what names one period; the longest match at a place wins."""
    found: list[_Found] = []
    text = sentence.open
    candidates = [
        (match.start(), -match.end(), match, rule) for wanted, rule in ATOMS for match in wanted.finditer(text)
    ]
    for start, end, match, rule in sorted(candidates, key=lambda c: (c[0], c[1])):
        if MASK in match.group() or (found and start < found[-1].end):
            continue
        if span := _call(rule, match, day):
            found.append(_Found(start, -end, *span))
    return found


def _call(rule: Callable[..., tuple[date, date] | None], match: re.Match[str], day: Day) -> tuple[date, date] | None:
    try:
        return rule(day, match)
    except (ValueError, OverflowError):  # 31 February: not understood, so the digits stay open
        return None


def _range(sentence: Sentence, first: _Found, second: _Found) -> Period:
    start = first.start
    if before := _ending(_FROM, sentence.open[:start]):
        start -= len(before)
    sentence.claim(start, second.end, "date")
    if word := re.match(r"\s*(?:之间|期间|这段时间|的?时候)", sentence.open[second.end :]):
        sentence.claim(second.end, second.end + word.end())
    if second.last < first.first and first.first.year == second.first.year:
        first = _Found(first.start, first.end, _year_before(first.first), first.last)
    return Period(first.first, second.last)


def _year_before(day: date) -> date:
    return day.replace(year=day.year - 1) if (day.month, day.day) != (2, 29) else date(day.year - 1, 2, 28)


def _one(sentence: Sentence, atom: _Found) -> Period:
    text = sentence.open
    ahead, behind = text[: atom.start], text[atom.end :]
    if after := _AFTERWARDS.match(behind):
        before = _ending(_SINCE, ahead)
        sentence.claim(atom.start - len(before), atom.end + after.end(), "date")
        return Period(atom.first if "起" in after[0] or "来" in after[0] or "今" in after[0] else _after(atom), None)
    if earlier := _BEFOREHAND.match(behind):
        before = _ending(_BEFORE, ahead)
        sentence.claim(atom.start - len(before), atom.end + earlier.end(), "date")
        return Period(None, atom.last)
    if before := _ending(_BEFORE, ahead):
        sentence.claim(atom.start - len(before), atom.end, "date")
        strict = before.startswith(("before", "earlier", "早于")) and not re.search(
            "end of|[底末]", text[atom.start : atom.end]
        )
        return Period(None, atom.first - timedelta(days=1) if strict else atom.last)
    if before := _ending(_SINCE, ahead):
        sentence.claim(atom.start - len(before), atom.end, "date")
        if before.strip() == "from" and atom.first < atom.last:
            return Period(atom.first, atom.last)  # the orders from last month are last month's
        return Period(_after(atom) if before.startswith(("after", "later")) else atom.first, None)
    around = _WITHIN.search(ahead)
    sentence.claim(around.start() if around else atom.start, atom.end, "date")
    return Period(atom.first, atom.last)


def _after(atom: _Found) -> date:
    return atom.last + timedelta(days=1) if atom.first == atom.last else atom.first


def _ending(wanted: re.Pattern[str], text: str) -> str:
    """Give the piece at the end of a text that fits a pattern."""
    ends = [match.group() for match in wanted.finditer(text) if match.end() == len(text)]
    return ends[-1] if ends else ""
