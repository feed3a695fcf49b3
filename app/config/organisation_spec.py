"""The company: currency, calendars, roles, limits, duties that one person may not hold together."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from app.core.words import Words


@dataclass(frozen=True)
class CalendarSpec:
    """Working hours of a place: zone, hours of a day, week, holidays (a country's by name), exceptions."""

    name: str
    zone: str = "UTC"
    hours: tuple[tuple[str, str], ...] = (("09:00", "17:00"),)
    week: tuple[str, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")
    holidays: str | None = None
    days_off: frozenset[date] = frozenset()
    days_on: frozenset[date] = frozenset()


@dataclass(frozen=True)
class RoleSpec:
    """A role and the roles it includes."""

    name: str
    title: Words
    includes: tuple[str, ...] = ()
    outside: bool = False
    two_factor: bool = False


@dataclass(frozen=True)
class ApartSpec:
    """Duties that one person never does along one chain of documents."""

    apart: tuple[str, ...]
    because: Words
    warn_only: bool = False


@dataclass(frozen=True)
class OrganisationSpec:
    """One company."""

    name: str = "company"
    title: Words = Words()
    currency: str = "CNY"
    calendar: str = "office"
    calendars: Mapping[str, CalendarSpec] = field(default_factory=dict)
    chart: str = "international"
    roles: Mapping[str, RoleSpec] = field(default_factory=dict)
    limits: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    duties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)      # 'form.action'
    keep_apart: tuple[ApartSpec, ...] = ()
    process_admins: tuple[str, ...] = ()

    @property
    def zone(self) -> str:
        """The zone of the company's business day."""
        return self.calendars[self.calendar].zone if self.calendar in self.calendars else "UTC"

    def expand(self, roles: frozenset[str]) -> frozenset[str]:
        """Give the roles with everything they include."""
        found = set(roles)
        todo = list(roles)
        while todo:
            spec = self.roles.get(todo.pop())
            for name in spec.includes if spec else ():
                if name not in found:
                    found.add(name)
                    todo.append(name)
        return frozenset(found)
