"""Ask every question of a set of the grammar and tell how many calls were right, asked back, wrong."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

import app.domain
from app.config.loader import Sources, load_catalogue
from assistant.embedded import understand
from assistant.knowledge import facts_of
from assistant.language.candidates import Before
from assistant.language.lexicon import Lexicon, Name
from assistant.language.reading import Call, Reading
from assistant.language.world import World

SETS = ("questions.yaml", "unseen_1.yaml", "unseen_2.yaml", "unseen_3.yaml")  # all but the last were used for repair
HERE = Path(__file__).parent
ROOT = HERE.parents[1]
assert app.domain  # its import registers what forms and workflows name

UNANSWERED = {"ask", "unknown", "help"}  # no call was made, and the person learns what can be asked


@dataclass(frozen=True)
class Result:
    """One question with what came out: right, asked (instead of answering) or wrong (another call was made)."""

    question: str
    verdict: str
    reading: Reading


def load(name: str) -> Any:
    """Give one of the evaluation's files."""
    return YAML(typ="safe").load((HERE / name).read_text("utf-8"))


@cache
def world() -> World:
    """Give the small office of world.yaml, with the forms that the product ships."""
    raw = load("world.yaml")
    names = [Name(form, number, title) for form, titles in raw["names"].items() for number, title in titles.items()]
    return World(raw["today"], Lexicon(names), facts_of(load_catalogue(Sources(ROOT, complete=True))), "buyer")


def evaluate(questions: list[Mapping[str, Any]]) -> Iterator[Result]:
    """Give the result of each question."""
    office = world()
    for asked in questions:
        after = asked.get("after")
        before = Before(
            Call(after["tool"], plain(after["args"])) if after else None,
            tuple(asked["record"]) if "record" in asked else None,
        )
        reading = understand(asked["q"], office, before)
        yield Result(asked["q"], verdict(asked, reading), reading)


def verdict(asked: Mapping[str, Any], reading: Reading) -> str:
    """Tell whether a reading is right, asks back, or is a wrong call."""
    if reading.kind == "call" and reading.call:
        others = asked.get("or", [])
        accepted = [asked, *(others if isinstance(others, list) else [others])]
        wanted = [(one["tool"], plain(one.get("args", {}))) for one in accepted]
        return "right" if (reading.call.tool, plain(reading.call.arguments)) in wanted else "wrong"
    if asked["tool"] in ("ask", "unknown", "refuse"):
        return "right" if reading.kind == asked["tool"] or {reading.kind, asked["tool"]} <= UNANSWERED else "asked"
    return "asked"


def plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Give arguments as JSON has them, empty ones left out."""
    shown = {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in arguments.items()}
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in shown.items()
        if value not in (None, False, [], ())
    }


def main(*names: str) -> None:
    """Print the rates of some sets, of all if none is named; of a named set also what was not right."""
    for name in names or SETS:
        results = list(evaluate(load(name)))
        for result in results if names else ():
            if result.verdict != "right":
                call = result.reading.call or next(iter(result.reading.choices), None)
                print(f"{result.verdict}: {result.question} -> {result.reading.kind} {result.reading.why} {call}")
        counts = Counter(result.verdict for result in results)
        rates = ", ".join(f"{verdict} {counts[verdict] / len(results):.1%}" for verdict in ("right", "asked", "wrong"))
        print(f"{name}: {len(results)} questions, {rates}")


if __name__ == "__main__":
    main(*sys.argv[1:])
