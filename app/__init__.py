"""Daybook: a configurable back office for companies that sell online."""

from __future__ import annotations

from typing import Any

__all__ = ["connect"]


def __getattr__(name: str) -> Any:
    """Hand on `connect` lazily, so that importing a lower layer loads no upper one."""
    if name == "connect":
        from importlib import import_module

        return import_module("app.office").connect
    raise AttributeError(f"module 'app' has no attribute {name!r}")
