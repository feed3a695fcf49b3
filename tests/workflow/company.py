"""A small company in memory, and approval runs over it, for tests of the planner."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from app.config.workflow_spec import Node, Options, Span, StageSpec, StepSpec, Who
from app.core.expressions import Place, Scope, Shape, Type, compile_expression
from app.core.links import Link
from app.core.words import plain
from app.workflow import passing, undoing
from app.workflow.facts import Facts, StandIn
from app.workflow.people import Person, Snapshot
from app.workflow.planner import submit
from app.workflow.run import Run
from app.workflow.state import State

MONDAY = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
REQUEST = Shape(
    "request",
    {
        "total_amount": Type("money"),
        "urgent": Type("boolean"),
        "requester": Type("link", form="user"),
        "department": Type("link", form="department"),
        "warehouse": Type("link", form="warehouse"),
    },
    {},
)
ANNA, BEN, CLEO, DAN, EVE, FAY, ADMIN, ADMIN2 = 1, 2, 3, 4, 5, 6, 8, 9
# Anna works for Ben, Ben for Cleo, Cleo for Dan who stands at the top; Eve and Fay are in finance.


def a_person(account: int, name: str, manager: int | None = None, **changes: Any) -> Person:
    """Give a person whose employee number is the account's plus 100."""
    made = Person(
        account, f"person:{account}", name.lower(), name, True, account + 100, manager and manager + 100, 1, "staff"
    )
    return replace(made, **changes)


PEOPLE = (
    a_person(ANNA, "Anna", BEN),
    a_person(BEN, "Ben", CLEO, post="team_leader"),
    a_person(CLEO, "Cleo", DAN, post="head"),
    a_person(DAN, "Dan", post="chief"),
    a_person(EVE, "Eve", CLEO),
    a_person(FAY, "Fay", CLEO),
    a_person(ADMIN, "Admin"),
    a_person(ADMIN2, "Admin Two"),
)
ROLES = {
    "finance": (EVE, FAY),
    "controller": (EVE,),
    "purchasing": (FAY,),
    "board": (CLEO, DAN, EVE),
    "admin": (ADMIN, ADMIN2),
    "nobody": (),
}
COMPANY = Snapshot(
    PEOPLE,
    ROLES,
    heads={1: CLEO + 100, 2: BEN + 100},
    parents={2: 1},
    limits={"team_leader": {"total_amount": Decimal(2000)}, "head": {"total_amount": Decimal(20000)}},
)


def a_company(*, people: Mapping[int, dict[str, Any]] | None = None, **roles: tuple[int, ...]) -> Snapshot:
    """Give the company with some people or roles changed."""
    changes = people or {}
    found = tuple(replace(p, **changes.get(p.account or 0, {})) for p in PEOPLE)
    return replace(COMPANY, people=found, roles={**ROLES, **roles})


def when(text: str) -> Any:
    """Give a condition over the test's request."""
    return compile_expression(text, place=Place("request", person=False), shapes={"request": REQUEST})


def a_step(name: str, *approvers: Who, mode: str = "single", when: Any = None, **options: Any) -> StepSpec:
    """Give a step; options by the names of the specification."""
    settle = {"any_of": "first_decision", "all_of": "veto"}.get(mode, "")
    return StepSpec(name, plain(name), mode, approvers, when, Options(**{"settle": settle, **options}))


def role(name: str, **more: Any) -> Who:
    """Give a role as approver."""
    return Who(role=name, **more)


def days(amount: int) -> Span:
    """Give a length of days."""
    return Span(amount, "days")


@dataclass
class Case:
    """A request under approval, in memory."""

    nodes: tuple[Node, ...]
    values: dict[str, Any] = field(default_factory=dict)
    company: Snapshot = COMPANY
    barred: dict[str, str] = field(default_factory=dict)
    hash: str = "h1"
    money: bool = True
    state: State = field(default_factory=State)
    now: datetime = MONDAY
    log: list[Any] = field(default_factory=list)
    applicant: int = ANNA
    away: dict[int, list[StandIn]] = field(default_factory=dict)

    def facts(self) -> Facts:
        """Give what the planner is told now."""
        values = {
            "total_amount": Decimal(100),
            "urgent": False,
            "requester": Link("user", self.applicant),
            "department": Link("department", 1),
            "created_by": Link("user", self.applicant),
            **self.values,
        }
        scope = Scope(values, values, None)  # type: ignore[arg-type]
        bars = {f"person:{self.applicant}": "creator", **self.barred}
        return Facts(
            self.now,
            self.company,
            lambda e: e.met(scope),
            values.get,
            lambda span, at: at + timedelta(**{span.unit: span.amount}),
            bars,
            (role("admin"),),
            "PR-1",
            self.hash,
            money=self.money,
            absences=lambda account: self.away.get(account, ()),
        )

    def run(self) -> Run:
        """Give the run, to plan the next command."""
        return Run(
            StageSpec("in_review", plain("In review"), steps=self.nodes, approval=True), self.state, self.facts()
        )

    def keep(self, run: Run) -> Case:
        """Take the events of a command into the log."""
        self.log += run.events
        return self

    def submit(self, **chosen: list[int]) -> Case:
        """Submit, or submit again."""
        run = self.run()
        submit(run, applicant=self.applicant, submitter=self.applicant, round_no=self.state.round + 1, chosen=chosen)
        return self.keep(run)

    def task(self, holder: int, step: str | None = None) -> int:
        """Give the number of somebody's open task."""
        return next(
            t.no
            for t in self.state.open_tasks()
            if t.holder == holder and step in (None, self.state.entries[t.entry].step)
        )

    def decide(self, holder: int, decision: str, **more: Any) -> Case:
        """Let somebody decide his open task."""
        from app.workflow.acts import decide

        run = self.run()
        more.setdefault("comment", "" if decision == "approve" else "because")
        step = more.pop("step", None)
        task = more.pop("task", None)
        decide(run, self.task(holder, step) if task is None else task, decision, actor=holder, **more)
        return self.keep(run)

    def approve(self, *holders: int) -> Case:
        """Let several people approve, one after the other."""
        for holder in holders:
            self.decide(holder, "approve")
        return self

    def ask(self, holder: int, act: str, *people: int, comment: str = "look") -> Case:
        """Let somebody ask others before him, after him, or for an opinion."""
        run = self.run()
        passing.ask(run, self.task(holder), people, act=act, actor=holder, comment=comment)
        return self.keep(run)

    def remove(self, actor: int, who: int) -> Case:
        """Let somebody take out whom he asked."""
        run = self.run()
        passing.remove(run, who, actor=actor)
        return self.keep(run)

    def undo(self, actor: int) -> Case:
        """Let somebody take his decision back."""
        run = self.run()
        undoing.undo(run, actor=actor)
        return self.keep(run)

    def urge(self, actor: int) -> list[int]:
        """Let somebody urge the holders; give who is told."""
        run = self.run()
        told = undoing.urge(run, actor=actor)
        self.keep(run)
        return told

    def slots(self) -> list[str]:
        """Give the states of the slots of the last step."""
        return [slot.state for slot in self.state.entries[-1].slots]

    def holders(self) -> list[int]:
        """Give who can act now."""
        return sorted(task.holder for task in self.state.open_tasks())

    def steps(self) -> list[str]:
        """Give the steps that wait for somebody."""
        return [entry.step for entry in self.state.open_entries()]


def a_request(*nodes: Node, **more: Any) -> Case:
    """Give a request with these steps, submitted by Anna."""
    return Case(nodes, **more).submit()
