"""What expressions ask of the data: linked documents, counts of others, trees, people, working days."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from app.config.organisation_spec import CalendarSpec
from app.core.actions import functions
from app.core.actor import Actor
from app.core.expressions import Count, Scope
from app.core.links import Link
from app.data import reading
from app.data.statements import quoted
from app.data.transaction import Transaction

EMPTY: Mapping[str, Any] = {}


class Person(Mapping[str, Any]):
    """An account, with the fields of the employee behind it."""

    def __init__(self, services: DataServices, account: Link, *, employee: Link | None) -> None:
        self._services = services
        self._own = {
            "id": account.id,
            "number": account.number,
            "name": account.number,
            "title": account.title,
            "account": account,
            "employee": employee,
        }
        self._employee = employee

    def __getitem__(self, name: str) -> Any:
        if name in ("id", "number", "account", "employee", "title"):
            return self._own[name]
        if self._employee is not None:
            found = self._services.follow(self._employee).get(name)
            if found is not None or name not in self._own:
                return found
        return self._own.get(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._own)

    def __len__(self) -> int:
        return len(self._own)


class DataServices:
    """The services of one transaction, for one person."""

    def __init__(self, tx: Transaction) -> None:
        self.tx = tx
        actor = tx.cause if tx.is_system and tx.cause else tx.actor
        self.actor: Actor = actor
        self.me: Mapping[str, Any] = Person(self, actor.account, employee=actor.employee)

    def follow(self, link: Link) -> Mapping[str, Any]:
        """Give the document that a link points to, or a person; nothing where it leads nowhere."""
        if link.form == "user":
            return self._person(link)
        return reading.load(self.tx, link.form, link.id) or EMPTY

    def _person(self, account: Link) -> Mapping[str, Any]:
        key = ("person", account.id)
        known = self.tx.shared.read.get(key)
        if known is None:
            known = self.tx.shared.read[key] = Person(self, account, employee=employee_of(self.tx, account.id))
        return known

    def count(self, count: Count, scope: Scope) -> Any:
        """Give a figure over other documents, counted for the company and not for the reader."""
        from app.data.counting import count_value

        return count_value(self.tx, count, scope)

    def call(self, name: str, arguments: tuple[Any, ...]) -> Any:
        """Give the figure of a ledger, for the company and not for the reader: no band may depend on who looks."""
        return functions()[name].run(services_of(self.tx.as_system()), *arguments)

    def under(self, a: Link | None, b: Link | str | None) -> bool:
        """Tell whether one document stands below another in its tree, or is it."""
        if a is None or b is None:
            return False
        spec = self.tx.catalogue.forms.get(a.form)
        step: Link | None = a
        seen: set[int] = set()
        while step is not None and step.id not in seen:
            if step == b:
                return True
            seen.add(step.id)
            step = self.follow(step).get(spec.tree) if spec and spec.tree else None
        return False

    def has_role(self, role: str) -> bool:
        """Tell whether the reader holds a role."""
        return self.actor.has_role(role)

    def working_days(self, day: date, days: int) -> date:
        """Give the working day that many working days later; earlier where negative."""
        step = timedelta(days=1 if days >= 0 else -1)
        left = abs(int(days))
        while left:
            day += step
            left -= self._works(day)
        return day

    def working_days_between(self, a: date, b: date) -> Decimal:
        """Count the working days after a, up to b; negative where b is earlier."""
        first, last, sign = (a, b, 1) if a <= b else (b, a, -1)
        days = (last - first).days
        return Decimal(sign * sum(self._works(first + timedelta(days=n)) for n in range(1, days + 1)))

    def _works(self, day: date) -> bool:
        organisation = self.tx.catalogue.organisation
        return is_working_day(organisation.calendars.get(organisation.calendar, CalendarSpec("office")), day)


def services_of(tx: Transaction) -> DataServices:
    """Give the services of a transaction for its person; made once."""
    key = ("services", tx.actor.account.id, tx.cause.account.id if tx.cause else None)
    known = tx.shared.read.get(key)
    if known is None:
        known = tx.shared.read[key] = DataServices(tx)
    return known


def employee_of(tx: Transaction, account: int) -> Link | None:
    """Give the employee that an account belongs to; outsiders have none."""
    form = tx.registry.forms.get("employee")
    if form is None or "account" not in form.table.c:
        return None
    statement = f"select id, number from {quoted('employee')} where account = {tx.mark} and deleted_at is null"  # noqa: S608
    row = tx.fetch_one(statement, (account,))
    return Link("employee", row[0], row[1], row[1]) if row else None


WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def is_working_day(calendar: CalendarSpec, day: date) -> bool:
    """Tell whether people work on a day: exceptions first, then holidays, then the week."""
    if day in calendar.days_on:
        return True
    if day in calendar.days_off:
        return False
    if calendar.holidays == "china":
        return _works_in_china(day)
    return WEEK[day.weekday()] in calendar.week and not _is_holiday(calendar.holidays, day)


def _works_in_china(day: date) -> bool:
    import chinese_calendar

    try:
        return chinese_calendar.is_workday(day)
    except (RuntimeError, ValueError):  # a year whose holidays are not announced yet
        return day.weekday() < 5 and not _is_holiday("CN", day)


def _is_holiday(country: str | None, day: date) -> bool:
    if not country:
        return False
    return day in _holidays(country)


@cache
def _holidays(country: str) -> Any:
    import holidays

    return holidays.country_holidays(country)
