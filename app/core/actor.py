"""Who acts, and through which door."""

from __future__ import annotations

from dataclasses import dataclass, field

from app.core.links import Link

DOORS = ("page", "api", "python", "notebook", "assistant", "cli", "job", "import")


@dataclass(frozen=True)
class Actor:
    """A signed-in person: account, roles with everything they include, and the employee behind it."""

    account: Link
    roles: frozenset[str] = frozenset()
    employee: Link | None = None
    locale: str = "en"
    person: str = ""
    scopes: frozenset[str] = frozenset()  # of a token; empty: no limit
    role_scopes: tuple[tuple[str, str, int], ...] = field(default=())  # role held only for (form, id)

    @property
    def name(self) -> str:
        """The sign-in name."""
        return self.account.number

    def has_role(self, role: str) -> bool:
        """Tell whether this person holds the role, for whatever record."""
        return role in self.roles or role == "everyone"


SYSTEM = Actor(Link("user", 0, "system", "Daybook"))
