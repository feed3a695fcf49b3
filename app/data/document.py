"""A document as a value: its header, its lines, and what is worked out only when asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from app.core.links import Link

Lazy = Callable[["Document", str], Any]


class Document(Mapping[str, Any]):
    """One document: `doc["supplier"]`, `doc["lines"]`; system fields (number, stage, version...) are values too.

    A document is not changed once it was handed out; a change makes another one.
    """

    __slots__ = ("form", "lazy", "tables", "values_")

    def __init__(
        self, form: str, values: dict[str, Any], tables: dict[str, list[dict[str, Any]]], *, lazy: Lazy | None = None
    ) -> None:
        self.form = form
        self.values_ = values
        self.tables = tables
        self.lazy = lazy

    def __getitem__(self, name: str) -> Any:
        if name in self.values_:
            return self.values_[name]
        if name in self.tables:
            return self.tables[name]
        if self.lazy is not None:
            return self.lazy(self, name)
        raise KeyError(name)

    def get(self, name: str, default: Any = None) -> Any:
        """Give a value, or the default where the form has no such name."""
        if name in self.values_:
            return self.values_[name]
        try:
            return self[name]
        except KeyError:
            return default

    def __iter__(self) -> Iterator[str]:
        yield from self.values_
        yield from self.tables

    def __len__(self) -> int:
        return len(self.values_) + len(self.tables)

    def __repr__(self) -> str:
        return f"<{self.form} {self.values_.get('number') or 'new'}>"

    @property
    def header(self) -> Mapping[str, Any]:
        """The values of the document itself, without its lines."""
        return self.values_

    @property
    def id(self) -> int:
        """Its key in the database."""
        return self.values_["id"]

    @property
    def number(self) -> str:
        """What people call it."""
        return self.values_["number"]

    @property
    def stage(self) -> str:
        """Where it stands in its life."""
        return self.values_["stage"]

    @property
    def version(self) -> int:
        """How often it was saved."""
        return self.values_["version"]

    @property
    def created_at(self) -> datetime:
        """When it was made."""
        return self.values_["created_at"]

    @property
    def link(self) -> Link:
        """A link to it."""
        return Link(self.form, self.values_["id"], self.values_["number"], self.values_["number"])

    def copy(self) -> Document:
        """Give another document of the same values, that may be changed until it is handed out."""
        tables = {name: [dict(line) for line in lines] for name, lines in self.tables.items()}
        return Document(self.form, dict(self.values_), tables, lazy=self.lazy)
