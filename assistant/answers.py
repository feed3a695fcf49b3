"""What the assistant hands back: an answer with its sources, and a draft that waits for a person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

State = Literal["answered", "ask_back", "not_allowed", "none", "unknown", "refused"]


@dataclass(frozen=True)
class Citation:
    """A record that an answer stands on."""

    form: str
    number: str
    title: str = ""


@dataclass(frozen=True)
class Draft:
    """A document that the assistant prepared; nothing is saved until a person confirms the token."""

    token: str
    form: str
    values: Mapping[str, Any]
    summary: str


@dataclass(frozen=True)
class Step:
    """What the assistant is about to read, in the language of the question: `Reading purchase orders…`."""

    tool: str
    text: str


@dataclass(frozen=True)
class Answer:
    """One answer, in the language of the question, with what it stands on."""

    text: str
    locale: str
    state: State
    thread: str
    citations: list[Citation] = field(default_factory=list)
    as_of: datetime | None = None
    reading: str = ""  # how the question was understood
    choices: list[str] = field(default_factory=list)
    draft: Draft | None = None
    tool: str | None = None
    query: str = ""  # what was read, as a condition


@dataclass
class Found:
    """What a tool found: figures and rows as Python values, records to cite, the condition it read by."""

    state: Literal["found", "none", "not_allowed", "ask"] = "found"
    figures: dict[str, Any] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    query: str = ""
    more: int = 0  # rows beyond those given
    draft: Mapping[str, Any] | None = None  # of a tool that writes: the proposed values
    form: str = ""  # what the rows are
    as_of: datetime | None = None
    partial: bool = False  # row rules may hide some from this person

    def cite(self, form: str, number: str, title: str = "") -> int:
        """Add a record to the sources (once) and give its place among them, from 1."""
        for place, known in enumerate(self.citations, 1):
            if (known.form, known.number) == (form, number):
                return place
        self.citations.append(Citation(form, number, title))
        return len(self.citations)
