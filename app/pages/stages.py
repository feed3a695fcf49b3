"""What a stage's meaning looks like: one colour, one icon shape, beside its word."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LOOKS: Mapping[str, tuple[str, str]] = {
    "not_begun": ("slate", "pencil"),
    "waiting": ("amber", "clock"),
    "under_way": ("sky", "package"),
    "ended_well": ("green", "check"),
    "stopped": ("red", "triangle-alert"),
    "goes_back": ("violet", "undo-2"),
}
QUIETLY_OVER = frozenset({"cancelled", "withdrawn", "closed", "archived"})


@dataclass
class Chip:
    """A stage as people see it: its word, colour and icon."""

    word: str = ""
    colour: str = "slate"
    icon: str = "pencil"


def chip(stage: str, word: str, meaning: str) -> Chip:
    """Give the chip of a stage by its meaning; what is quietly over gets the sign of a ban."""
    colour, icon = LOOKS.get(meaning, LOOKS["not_begun"])
    return Chip(word, colour, "ban" if meaning == "not_begun" and stage in QUIETLY_OVER else icon)
