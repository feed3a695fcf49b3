"""What the grammar made of a question: a call, a question back, a refusal, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Call:
    """One tool with its arguments, as JSON knows them."""

    tool: str
    arguments: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """The outcome of reading one question."""

    kind: str  # call ask refuse help unknown
    call: Call | None = None
    choices: tuple[Call, ...] = ()  # readings that a button offers
    why: str = ""  # which words of answers.yaml say it
    facts: Mapping[str, Any] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()  # words that the answer says it did not consider


def call_of(tool: str, arguments: Mapping[str, Any]) -> Call:
    """Give a call without the arguments that say nothing."""
    return Call(tool, {name: value for name, value in arguments.items() if value not in (None, (), [], "", False)})
