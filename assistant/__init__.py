"""The assistant: answers from the office's records with the asker's rights, prepares and never decides."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assistant.answers import Answer, Citation, Draft, Step
    from assistant.gate import call
    from assistant.service import ask, confirm, steps

__all__ = ["Answer", "Citation", "Draft", "Step", "ask", "call", "confirm", "steps"]
_HOMES = {
    "Answer": "answers",
    "Citation": "answers",
    "Draft": "answers",
    "Step": "answers",
    "ask": "service",
    "steps": "service",
    "confirm": "service",
    "call": "gate",
}


def __getattr__(name: str) -> Any:
    """Give a public name when it is first used, so that importing the package costs nothing."""
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"assistant.{_HOMES[name]}"), name)
