"""Whom a rule names: people of the organisation as the planner sees them, and how a `who` is resolved (R-4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from app.config.workflow_spec import Who
from app.core.links import Link


@dataclass(frozen=True)
class Person:
    """A person: account, who is behind it (R-5.7), place in the organisation. An employee may have no account."""

    account: int | None
    person: str
    name: str = ""
    title: str = ""
    active: bool = True  # may act: account open, employment running
    employee: int | None = None
    manager: int | None = None  # employee
    department: int | None = None
    post: str = ""
    limit: Decimal | None = None  # own limit; None: that of the post


class Organisation(Protocol):
    """What resolution asks of the organisation."""

    def by_account(self, account: int) -> Person | None:
        """Give the person of an account."""

    def by_employee(self, employee: int) -> Person | None:
        """Give the person of an employee."""

    def by_name(self, name: str) -> Person | None:
        """Give the person of a sign-in name."""

    def holders(self, role: str, of: Link | None = None) -> tuple[Person, ...]:
        """Give who holds a role, for everything or for one record."""

    def in_post(self, post: str) -> tuple[Person, ...]:
        """Give who stands in a post."""

    def head(self, department: int) -> Person | None:
        """Give the head of a department."""

    def parent(self, department: int) -> int | None:
        """Give the department above."""

    def limit(self, person: Person, figure: str) -> Decimal | None:
        """Give what a person may approve alone; None: no limit is set for this post."""


@dataclass(frozen=True)
class Snapshot:
    """An organisation held in memory: for tests, examples and proofs."""

    people: tuple[Person, ...] = ()
    roles: Mapping[str, tuple[int, ...]] = field(default_factory=dict)  # role -> accounts
    scoped: Mapping[tuple[str, Link], tuple[int, ...]] = field(default_factory=dict)
    heads: Mapping[int, int] = field(default_factory=dict)  # department -> employee
    parents: Mapping[int, int] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)  # post -> figure -> amount

    def by_account(self, account: int) -> Person | None:
        """Give the person of an account."""
        return next((p for p in self.people if p.account == account), None)

    def by_employee(self, employee: int) -> Person | None:
        """Give the person of an employee."""
        return next((p for p in self.people if p.employee == employee), None)

    def by_name(self, name: str) -> Person | None:
        """Give the person of a sign-in name."""
        return next((p for p in self.people if p.name == name), None)

    def holders(self, role: str, of: Link | None = None) -> tuple[Person, ...]:
        """Give who holds a role, for everything or for one record."""
        accounts = self.roles.get(role, ()) + (self.scoped.get((role, of), ()) if of else ())
        return tuple(p for p in self.people if p.account in accounts)

    def in_post(self, post: str) -> tuple[Person, ...]:
        """Give who stands in a post."""
        return tuple(p for p in self.people if p.post == post)

    def head(self, department: int) -> Person | None:
        """Give the head of a department."""
        employee = self.heads.get(department)
        return None if employee is None else self.by_employee(employee)

    def parent(self, department: int) -> int | None:
        """Give the department above."""
        return self.parents.get(department)

    def limit(self, person: Person, figure: str) -> Decimal | None:
        """Give what a person may approve alone."""
        return post_limit(self.limits, person, figure)


def post_limit(limits: Mapping[str, Mapping[str, Decimal]], person: Person, figure: str) -> Decimal | None:
    """Give a person's own limit, else that of the post, else None."""
    return person.limit or limits.get(person.post, {}).get(figure.split(".")[-1])


@dataclass
class Found:
    """Whom a `who` names: groups of accounts, each group one slot; why people were passed over."""

    groups: list[list[int]]
    notes: list[str] = field(default_factory=list)
    in_order: bool = False


@dataclass(frozen=True)
class Question:
    """What resolution needs: the organisation, the document's values, who may serve, whom the applicant chose."""

    organisation: Organisation
    read: Callable[[str], Any]
    serves: Callable[[Person], bool]
    chosen: tuple[int, ...] = ()


def resolve(who: Who, question: Question) -> Found:
    """Give the people that a `who` names, each group one slot; manager rules pass over vacant posts (R-4.7)."""
    for key, rule in _RULES:
        if getattr(who, key) is not None:
            return rule(who, question)
    raise AssertionError(f"a who names nobody: {who}")


def describe(who: Who) -> str:
    """Name a rule in one word, as events keep it: `role:finance`, `manager_of:requester`."""
    key = next(key for key, _ in _RULES if getattr(who, key) is not None)
    return f"{key}:{getattr(who, key)}"


def people_of(value: object, organisation: Organisation) -> list[Person]:
    """Give the people behind a value: an account, an employee, several of them."""
    if isinstance(value, (tuple, list)):
        return [person for item in value for person in people_of(item, organisation)]
    if not isinstance(value, Link):
        return []
    person = organisation.by_account(value.id) if value.form == "user" else organisation.by_employee(value.id)
    return [person] if person else []


def managers_above(person: Person, organisation: Organisation) -> Iterator[Person]:
    """Give the managers from the nearest up; stops at the top, and where the data turns in a circle (R-4.7)."""
    seen = {person.employee}
    above = person.manager
    while above is not None and above not in seen:
        seen.add(above)
        manager = organisation.by_employee(above)
        if manager is None:
            return
        yield manager
        above = manager.manager


def next_up(person: Person, question: Question) -> Person | None:
    """Give the nearest manager above who may serve."""
    return next((m for m in managers_above(person, question.organisation) if question.serves(m)), None)


def _one_group(people: list[Person] | tuple[Person, ...]) -> Found:
    return Found([[p.account for p in people if p.account is not None]])


def _role(who: Who, question: Question) -> Found:
    of = question.read(who.of) if who.of else None
    people = question.organisation.holders(str(who.role), of if isinstance(of, Link) else None)
    if who.everyone and people:
        return Found([[p.account] for p in people if p.account is not None and p.active])
    return _one_group(people)


def _user(who: Who, question: Question) -> Found:
    person = question.organisation.by_name(str(who.user))
    return _one_group([person] if person else [])


def _post(who: Who, question: Question) -> Found:
    return _one_group(question.organisation.in_post(str(who.post)))


def _field(who: Who, question: Question) -> Found:
    people = people_of(question.read(str(who.field)), question.organisation)
    if who.everyone:
        return Found([[p.account] for p in people if p.account is not None])
    return _one_group(people)


def _head_of(who: Who, question: Question) -> Found:
    department = question.read(str(who.head_of))
    notes: list[str] = []
    above = department.id if isinstance(department, Link) else None
    seen: set[int] = set()
    while above is not None and above not in seen:
        seen.add(above)
        head = question.organisation.head(above)
        if head and question.serves(head):
            return Found([[head.account or 0]], notes)
        notes.append(f"passed_over:{head.account if head else 'vacant'}")
        above = question.organisation.parent(above)
    return Found([[]], notes)


def _subject(path: str, question: Question) -> Person | None:
    people = people_of(question.read(path), question.organisation)
    return people[0] if people else None


def _manager_of(who: Who, question: Question) -> Found:
    subject = _subject(str(who.manager_of), question)
    notes: list[str] = []
    for level, manager in enumerate(managers_above(subject, question.organisation) if subject else (), 1):
        if level < who.level:
            continue
        if question.serves(manager):
            return Found([[manager.account or 0]], notes)
        notes.append(f"passed_over:{manager.account or 'vacant'}")
    return Found([[]], notes)


def _managers_of(who: Who, question: Question) -> Found:
    subject = _subject(str(who.managers_of), question)
    found = Found([], in_order=True)
    enough = False
    for level, manager in enumerate(managers_above(subject, question.organisation) if subject else (), 1):
        if question.serves(manager):
            found.groups.append([manager.account or 0])
        else:
            found.notes.append(f"passed_over:{manager.account or 'vacant'}")
        enough = _reaches(who.up_to, question, (level, manager, bool(found.groups)))
        if enough:
            break
    if not found.groups or (isinstance(who.up_to, Mapping) and not enough):
        found.groups.append([])
        found.notes.append("chain_ends_below_the_limit" if found.groups[:-1] else "no_manager")
    return found


def _reaches(up_to: object, question: Question, step: tuple[int, Person, bool]) -> bool:
    level, manager, anybody = step
    if isinstance(up_to, Mapping):
        if not question.serves(manager):
            return False
        return manager.post == up_to["post"] if "post" in up_to else covers(str(up_to["limit"]), manager, question)
    return level >= int(str(up_to or 1)) and anybody


def covers(figure: str, person: Person, question: Question) -> bool:
    """Tell whether a person may approve a figure alone: his limit, or that of his post, is as high (R-4.9)."""
    limit = question.organisation.limit(person, figure)
    if limit is None:  # nothing is set for this post: only the top is without a limit
        return person.manager is None
    amount = question.read(figure)
    return limit >= abs(amount if isinstance(amount, Decimal) else Decimal(0))


def _chosen_by(who: Who, question: Question) -> Found:
    if not who.among:
        return Found([list(question.chosen)])
    among = {account for group in resolve(who.among, question).groups for account in group}
    return Found([[account for account in question.chosen if account in among]])


_RULES: tuple[tuple[str, Callable[[Who, Question], Found]], ...] = (
    ("role", _role),
    ("user", _user),
    ("post", _post),
    ("field", _field),
    ("head_of", _head_of),
    ("manager_of", _manager_of),
    ("managers_of", _managers_of),
    ("chosen_by", _chosen_by),
)
