"""A link from one document to another, as a value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Link:
    """A document pointed at: its form (`user` for an account), key in the database, number, and what people read."""

    form: str
    id: int
    number: str = ""
    title: str = ""

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Link):
            return (self.form, self.id) == (other.form, other.id)
        return isinstance(other, str) and other == self.number

    def __hash__(self) -> int:
        return hash((self.form, self.id))

    def __str__(self) -> str:
        return self.title or self.number
