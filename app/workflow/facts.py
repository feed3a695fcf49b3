"""What the planner is told: the document's figures, the organisation, who is barred, time. It asks nobody else."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.config.workflow_spec import Who
from app.core.expressions import Expression
from app.workflow.people import Organisation, Person, Question, people_of, resolve

SELF = frozenset({"creator", "submitter", "requested_for"})


@dataclass(frozen=True)
class StandIn:
    """An absence in force that covers a document: to whom it gives the tasks, and its number (R-6.1)."""

    to: int
    rule: str
    include_open: bool = False


@dataclass
class Facts:
    """The world as one command sees it. `barred` gives person -> why (R-5.1)."""

    now: datetime
    organisation: Organisation
    met: Callable[[Expression], bool]
    read: Callable[[str], Any]
    due: Callable[..., datetime]  # (span, start), or with the name of a calendar
    barred: Mapping[str, str] = field(default_factory=dict)
    admins: tuple[Who, ...] = ()
    number: str = ""
    hash: str = ""
    material: str = ""
    money: bool = True
    zone: str = "UTC"
    version: int = 0  # of the document
    absences: Callable[[int], Sequence[StandIn]] = lambda account: ()  # in force now, as far as they cover it

    def person(self, account: int) -> str:
        """Give who is behind an account (R-5.7)."""
        found = self.organisation.by_account(account)
        return found.person if found else f"account:{account}"

    def active(self, account: int) -> bool:
        """Tell whether somebody may act at all (R-4.4)."""
        found = self.organisation.by_account(account)
        return bool(found and found.active)

    def title(self, account: int) -> str:
        """Give a person's name as people read it."""
        found = self.organisation.by_account(account)
        return (found.title or found.name) if found else "Daybook"

    def time(self, at: datetime) -> str:
        """Give an instant as people of the company read it."""
        return at.astimezone(ZoneInfo(self.zone)).strftime("%Y-%m-%d %H:%M")

    def holds(self, when: Expression | None) -> bool:
        """Tell whether a condition is met; none is always met."""
        return when is None or self.met(when)

    def question(self, serves: Callable[[Person], bool], chosen: tuple[int, ...] = ()) -> Question:
        """Give the question that resolves a `who` for this document."""
        return Question(self.organisation, self.read, serves, chosen)

    def people(self, path: str) -> list[Person]:
        """Give the people in a person field."""
        return people_of(self.read(path), self.organisation)

    def admin_accounts(self) -> list[int]:
        """Give the active process admins, barred or not."""
        return list(dict.fromkeys(self._admins()))

    def has_free_admin(self) -> bool:
        """Tell whether some active process admin is not barred; asks no further than needed."""
        return any(self.person(account) not in self.barred for account in self._admins())

    def _admins(self) -> Iterator[int]:
        question = self.question(lambda person: person.active)
        for who in self.admins:
            for group in resolve(who, question).groups:
                yield from (account for account in group if self.active(account))
