"""The cue tables, compiled: intents with weights, narrowing words, fillers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from assistant.language.text import pattern, split

Table = Mapping[str, re.Pattern[str]]


@dataclass(frozen=True)
class Intent:
    """One thing that people want: the tool that answers, what it needs, what may narrow it, what people say."""

    name: str
    tool: str
    needs: tuple[str, ...]
    needs_one: tuple[str, ...]
    accepts: frozenset[str]
    also: tuple[str, ...]  # intents that its answer holds too
    of: str  # the only form whose number it takes
    alone: re.Pattern[str] | None  # says that all are meant, where nothing narrows
    forward: bool
    cues: tuple[
        tuple[int, tuple[re.Pattern[str], ...]], ...
    ]  # weight, ways to say it; `gap` is what is said in between


@dataclass(frozen=True)
class Cues:
    """Everything of cues.yaml."""

    intents: Mapping[str, Intent]
    refuse: Table
    narrow: Table
    top: Table
    figures: Table
    by: Table
    forms: Table
    stages: Table
    these: Table
    beyond: Table
    pronouns: re.Pattern[str]
    follow: re.Pattern[str]
    yes: re.Pattern[str]
    fillers: tuple[re.Pattern[str], re.Pattern[str]]

    def decisive(self, text: str) -> bool:
        """Tell whether a text speaks for some intent by itself, so that it can't be passed over."""
        ways = [way for intent in self.intents.values() for weight, ways in intent.cues if weight == 3 for way in ways]
        if text.isascii():
            return any(re.search(rf"(?<![a-z]){re.escape(text)}(?![a-z])", way.pattern) for way in ways)
        return any(wanted.search(text) for wanted in (*ways, *self.refuse.values()))

    def known(self, text: str) -> bool:
        """Tell whether some rule has a word of this text: it means something, though perhaps not here."""
        ways = (way for intent in self.intents.values() for _, ways in intent.cues for way in ways)
        tables = (self.refuse, self.narrow, self.top, self.figures, self.by, self.forms, self.stages, self.these)
        return any(wanted.search(text) for wanted in (*ways, *(one for table in tables for one in table.values())))


@cache
def cues() -> Cues:
    """Give the compiled tables."""
    raw = YAML(typ="safe").load(Path(__file__).with_name("cues.yaml").read_text("utf-8"))
    tables = {
        name: {key: pattern(text) for key, text in raw[name].items()}
        for name in ("refuse", "narrow", "top", "figures", "by", "forms", "stages", "these", "beyond")
    }
    return Cues(
        intents={name: _intent(name, spec) for name, spec in raw["intents"].items()},
        pronouns=pattern(raw["pronouns"]),
        follow=pattern(raw["follow"]),
        yes=re.compile(raw["yes"]),
        fillers=(_longest_first(raw["fillers"]["zh"], ""), _longest_first(raw["fillers"]["en"], "(?![a-z0-9])")),
        **tables,
    )


def _intent(name: str, spec: Mapping[Any, Any]) -> Intent:
    weights = tuple((weight, _ways(spec[weight])) for weight in (3, 2, 1) if weight in spec)
    return Intent(
        name,
        spec["tool"],
        tuple(spec.get("needs", ())),
        tuple(spec.get("needs_one", ())),
        frozenset(spec.get("accepts", ())),
        tuple(spec.get("also", ())),
        spec.get("of", ""),
        pattern(spec["alone"]) if "alone" in spec else None,
        spec.get("forward", False),
        weights,
    )


def _ways(text: str) -> tuple[re.Pattern[str], ...]:
    """Compile each way apart, so that the gap (…) in the middle of one is known and stays open."""
    return tuple(
        pattern(way.replace("…?", "(?P<gap>.{0,60}?)").replace("…", "(?P<gap>.{1,60}?)")) for way in split(text)
    )


def _longest_first(words: str, after: str) -> re.Pattern[str]:
    before = "(?<![a-z0-9])" if after else ""
    return re.compile(before + "(?:" + "|".join(sorted(set(split(words)), key=len, reverse=True)) + ")" + after)
