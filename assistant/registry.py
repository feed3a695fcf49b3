"""The one set of tools: chat, agents and other clients only wrap it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from app.core.words import Words
from app.data.transaction import Transaction
from assistant.answers import Found

MODULES = ("documents", "stock", "suppliers", "approvals", "requests", "counts")


class Arguments(BaseModel):
    """What a tool is told: unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True)
class Tool:
    """One tool: its arguments, the plain function behind it, and what the asker must be allowed."""

    name: str
    title: Words  # what it says while it reads
    arguments: type[Arguments]
    run: Callable[[Transaction, Any], Found]
    form: str  # whose right is required; 'form' = the argument of that name
    verb: Literal["view", "create"] = "view"
    writes: bool = False

    @property
    def description(self) -> str:
        """What it gives, for a language model."""
        return (self.run.__doc__ or self.name).strip()


_tools: dict[str, Tool] = {}


def tool(
    name: str,
    *,
    title: Words,
    arguments: type[Arguments],
    form: str,
    verb: Literal["view", "create"] = "view",
    writes: bool = False,
) -> Callable[[Callable[[Transaction, Any], Found]], Callable[[Transaction, Any], Found]]:
    """Register a function `(tx, arguments) -> Found` as a tool."""

    def register(run: Callable[[Transaction, Any], Found]) -> Callable[[Transaction, Any], Found]:
        _tools[name] = Tool(name, title, arguments, run, form, verb, writes)
        return run

    return register


def tools() -> Mapping[str, Tool]:
    """Give every tool by name."""
    for module in MODULES if not _tools else ():
        import_module(f"assistant.tools.{module}")
    return _tools
