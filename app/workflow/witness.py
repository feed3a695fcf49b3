"""An invented company that notes what is asked of it: what was planned there holds wherever the answers are the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from typing import Any

from app.config.workflow_spec import Span, Who
from app.core.expressions import Expression
from app.core.links import Link
from app.workflow.facts import Facts
from app.workflow.people import Person
from app.workflow.scenes import APPLICANT, Scene, reading

DAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
LATER = timedelta(days=10_000)
Question = tuple[Any, ...]  # what is asked, and of whom: ("by_account", 7)
FACE = attrgetter("account", "person", "name", "title", "active", "employee", "manager", "department", "post")
Trace = tuple[tuple[Question, Any], ...]  # questions with their answers, in the order in which they were asked


class Witness:
    """A scene with a document of which some conditions hold, as the planner sees it: organisation, bars, conditions."""

    def __init__(self, scene: Scene, held: frozenset[str], *, money: bool = True) -> None:
        self.company, self.held = scene.company, held
        self.bars: Mapping[str, str] = {**scene.barred, f"p{APPLICANT}": "submitter"}
        self.asked: dict[Question, Any] = {}
        self.known: dict[Question, tuple[Any, Any]] = {}  # the answer, and what of it is compared
        self.settled: dict[int, bool] = {}  # number of a trace -> whether it holds here
        self.now, self.later = self._facts(DAY, money), self._facts(DAY + LATER, money)

    def _facts(self, now: datetime, money: bool) -> Facts:
        """Give what the planner is told."""
        return Facts(
            now,
            self,
            self.met,
            reading,
            _due,
            _Bars(self),
            (Who(role="process_admin"),),
            "the document",
            "h",
            "m",
            money=money,
        )

    def trace(self) -> Trace:
        """Give what was asked since the last time, with the answers."""
        found, self.asked = tuple(self.asked.items()), {}
        return found

    def agrees(self, number: int, trace: Trace) -> bool:
        """Tell whether every question of a trace is answered the same here."""
        found = self.settled.get(number)
        if found is None:
            found = self.settled[number] = all(self._answer(question)[1] == answer for question, answer in trace)
        return found

    def _answer(self, question: Question) -> tuple[Any, Any]:
        found = self.known.get(question)
        if found is None:
            answer = _ASKS[question[0]](self, *question[1:])
            found = self.known[question] = (answer, _seen(answer))
        return found

    def _ask(self, *question: Any) -> Any:
        answer, self.asked[question] = self._answer(question)
        return answer

    def met(self, when: Expression) -> bool:
        """Tell whether a condition holds."""
        found: bool = self._ask("met", when.text)
        return found

    def by_account(self, account: int) -> Person | None:
        """Give the person of an account."""
        found: Person | None = self._ask("by_account", account)
        return found

    def by_employee(self, employee: int) -> Person | None:
        """Give the person of an employee."""
        found: Person | None = self._ask("by_employee", employee)
        return found

    def by_name(self, name: str) -> Person | None:
        """Give the person of a sign-in name."""
        found: Person | None = self._ask("by_name", name)
        return found

    def holders(self, role: str, of: Link | None = None) -> tuple[Person, ...]:
        """Give who holds a role, for everything or for one record."""
        found: tuple[Person, ...] = self._ask("holders", role, of)
        return found

    def in_post(self, post: str) -> tuple[Person, ...]:
        """Give who stands in a post."""
        found: tuple[Person, ...] = self._ask("in_post", post)
        return found

    def head(self, department: int) -> Person | None:
        """Give the head of a department."""
        found: Person | None = self._ask("head", department)
        return found

    def parent(self, department: int) -> int | None:
        """Give the department above."""
        found: int | None = self._ask("parent", department)
        return found

    def limit(self, person: Person, figure: str) -> Decimal | None:
        """Give what a person may approve alone."""
        found: Decimal | None = self._ask("limit", person.account, figure)
        return found

    def bar(self, person: str) -> str | None:
        """Give why a person is barred, if he is."""
        found: str | None = self._ask("bar", person)
        return found


class _Bars(Mapping[str, str]):
    """Who is barred, asked one by one."""

    def __init__(self, witness: Witness) -> None:
        self.witness = witness

    def __getitem__(self, person: str) -> str:
        found = self.witness.bar(person)
        if found is None:
            raise KeyError(person)
        return found

    def __contains__(self, person: object) -> bool:
        return self.witness.bar(str(person)) is not None

    def get(self, person: str, default: Any = None) -> Any:
        """Give why a person is barred, else the default."""
        found = self.witness.bar(person)
        return default if found is None else found

    def __iter__(self) -> Any:
        raise AssertionError("who else is barred is not asked: a trace could not tell")

    __len__ = __iter__


def _due(span: Span, at: datetime) -> datetime:
    return at + timedelta(days=max(span.amount, 1))


def _seen(answer: Any) -> Any:
    """Give an answer as it is compared: of a person everything but the limit, which is a question of its own."""
    if isinstance(answer, tuple):
        return tuple(_seen(one) for one in answer)
    if isinstance(answer, Person):
        return FACE(answer)
    return answer


_ASKS: dict[str, Callable[..., Any]] = {
    "met": lambda self, text: text in self.held,
    "by_account": lambda self, account: self.company.by_account(account),
    "by_employee": lambda self, employee: self.company.by_employee(employee),
    "by_name": lambda self, name: self.company.by_name(name),
    "holders": lambda self, role, of: self.company.holders(role, of),
    "in_post": lambda self, post: self.company.in_post(post),
    "head": lambda self, department: self.company.head(department),
    "parent": lambda self, department: self.company.parent(department),
    "limit": lambda self, account, figure: self.company.limit(self.company.by_account(account), figure),
    "bar": lambda self, person: self.bars.get(person),
}
