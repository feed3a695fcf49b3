"""What files may name: domain actions for `do`, functions for expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Action:
    """A registered act: what to run on one document (or on many at once), and the fields it needs there."""

    name: str
    run: Callable[..., Any]  # (tx, document, **arguments)
    needs: Mapping[str, str] = field(default_factory=dict)  # field path -> type; '?' at the end: only read if there
    many: Callable[..., Any] | None = None  # (tx, documents): the same for a bulk import


@dataclass(frozen=True)
class Function:
    """A registered figure of a ledger: name, types of its arguments, type of its answer."""

    name: str
    run: Callable[..., Any]  # (services, *arguments)
    parameters: tuple[str, ...]  # types; '?' at the end: may be left out
    returns: str
    seen_with: str = ""  # form.field: who may not see that may not see a field that is made of this figure


_actions: dict[str, Action] = {}
_functions: dict[str, Function] = {}


def action(
    name: str, *, needs: Mapping[str, str] | None = None, many: Callable[..., Any] | None = None
) -> Callable[..., Any]:
    """Register `run(tx, document, **arguments)` under a name that workflows use."""

    def register(run: Callable[..., Any]) -> Callable[..., Any]:
        _actions[name] = Action(name, run, dict(needs or {}), many)
        return run

    return register


def function(
    name: str, *, parameters: tuple[str, ...], returns: str, seen_with: str = ""
) -> Callable[..., Any]:
    """Register `run(services, *arguments)` under a name that expressions use."""

    def register(run: Callable[..., Any]) -> Callable[..., Any]:
        _functions[name] = Function(name, run, parameters, returns, seen_with)
        return run

    return register


def actions() -> Mapping[str, Action]:
    """Give every registered action by name."""
    return _actions


def functions() -> Mapping[str, Function]:
    """Give every registered function by name."""
    return _functions
