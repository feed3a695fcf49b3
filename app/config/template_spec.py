"""A template as it was read: files for a company's own folder, what they need, and samples to look at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from app.core.words import Words

HOLE = re.compile(r"<([a-z][a-z0-9_]*)>")  # in a file: a role that the company fills in


@dataclass(frozen=True)
class TemplateRole:
    """A role that a template speaks of, and who takes it unless the company says otherwise."""

    name: str
    title: Words
    default: str


@dataclass(frozen=True)
class SampleSpec:
    """One sample document: its form, its stage (the first, unless said), its values as they are written."""

    form: str
    stage: str | None
    values: Mapping[str, Any]


@dataclass(frozen=True)
class TemplateSpec:
    """A template: what people read of it, its files with their texts, and what it asks of the company."""

    name: str
    title: Words = Words()
    area: str = ""
    picture: str = ""
    summary: Words = Words()
    files: Mapping[str, str] = field(default_factory=dict)  # path below forms/ or workflows/ -> text
    needs: tuple[str, ...] = ()  # forms that the company must have
    roles: Mapping[str, TemplateRole] = field(default_factory=dict)
    sample: tuple[SampleSpec, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms that it brings."""
        return tuple(PurePosixPath(name).stem for name in self.files if name.startswith("forms/"))

    def filled(self, roles: Mapping[str, str]) -> dict[str, str]:
        """Give the files with the company's roles, by their place in its folder."""
        chosen = {name: roles.get(name, role.default) for name, role in self.roles.items()}
        return {
            self.place(name): HOLE.sub(lambda hole: chosen.get(hole[1], hole[0]), text)
            for name, text in self.files.items()
        }

    def place(self, file: str) -> str:
        """Give where a file stands once it is installed: the folder of its area makes the group of the menu."""
        kind, _, name = file.partition("/")
        return f"{kind}/{self.area}/{name}" if kind in ("forms", "workflows") else f"{kind}/{self.name}_{name}"
