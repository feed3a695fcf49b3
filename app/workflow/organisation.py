"""The organisation as the planner asks it, read from the tables when asked: only those whom a rule names are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from app.core.links import Link
from app.data.kinds import digits_of
from app.data.tables import Registry
from app.data.transaction import Transaction
from app.workflow.people import Person, post_limit

FIELDS = ("manager", "department", "post", "approval_limit", "joined_on", "left_on")


def _select(registry: Registry, first: str) -> str:
    """Give the query of a person, from his account or his employee; with as much of the employee as the form has."""
    known = registry.cache.get(("workflow_person", first))
    if known is None:
        form = registry.forms.get("employee")
        columns: Any = form.table.c if form is not None and "account" in form.table.c else {}
        own = [f'e."{name}"' if name in columns else "null" for name in FIELDS]
        source = "office_account a"
        if columns:
            source = (
                '"employee" e left join office_account a on a.id = e.account'
                if first == "e"
                else 'office_account a left join "employee" e on e.account = a.id and e.deleted_at is null'
            )
        head = "e.id" if columns else "null"
        known = registry.cache[("workflow_person", first)] = (
            f"select a.id, a.name, a.title, a.active, a.person_id, {head}, {', '.join(own)} from {source}"  # noqa: S608
        )
    return str(known)


@dataclass
class TableOrganisation:
    """People, roles, departments of one office, as they stand in this transaction."""

    tx: Transaction
    people: dict[tuple[str, Any], Person | None] = field(default_factory=dict)

    def by_account(self, account: int) -> Person | None:
        """Give the person of an account."""
        return self._one("a.id", account)

    def by_employee(self, employee: int) -> Person | None:
        """Give the person of an employee."""
        return self._one("e.id", employee) if self._has("employee") else None

    def by_name(self, name: str) -> Person | None:
        """Give the person of a sign-in name."""
        return self._one("a.name", name)

    def in_post(self, post: str) -> tuple[Person, ...]:
        """Give who stands in a post."""
        return self._many("e.post = ?", (post,)) if self._has("employee", "post") else ()

    def holders(self, role: str, of: Link | None = None) -> tuple[Person, ...]:
        """Give who holds a role or one that includes it: for everything, and for the record that is asked for."""
        spec = self.tx.catalogue.organisation
        roles = [name for name in {*spec.roles, role} if role in spec.expand(frozenset((name,)))]
        marks = ", ".join("?" * len(roles))
        day = self.tx.day(self.tx.today)
        scope, facts = "", (*roles, day, day)
        if of is not None:
            scope, facts = "and (scope_id is null or (scope_form = ? and scope_id = ?))", (*facts, of.form, of.id)
        accounts = (
            "a.id in (select account_id from office_role_holder where role in"  # noqa: S608
            f" ({marks}) and (from_on is null or from_on <= ?) and (to_on is null or to_on >= ?) {scope})"
        )
        return self._many(accounts, facts)

    def head(self, department: int) -> Person | None:
        """Give the head of a department."""
        found = self._department("head", department)
        return None if found is None else self.by_employee(found)

    def parent(self, department: int) -> int | None:
        """Give the department above."""
        return self._department("parent", department)

    def limit(self, person: Person, figure: str) -> Decimal | None:
        """Give what a person may approve alone: his own limit, else that of his post."""
        return post_limit(self.tx.catalogue.organisation.limits, person, figure)

    def _has(self, form: str, column: str = "id") -> bool:
        known = self.tx.registry.forms.get(form)
        return known is not None and column in known.table.c

    def _department(self, column: str, department: int) -> int | None:
        if not self._has("department", column):
            return None
        row = self.tx.fetch_one(self.tx.sql(f'select "{column}" from "department" where id = ?'), (department,))  # noqa: S608
        return row[0] if row else None

    def _one(self, column: str, key: Any) -> Person | None:
        if (column, key) not in self.people:
            found = self._many(f"{column} = ?", (key,))
            self.people[(column, key)] = found[0] if found else None
        return self.people[(column, key)]

    def _many(self, where: str, facts: tuple[Any, ...]) -> tuple[Person, ...]:
        statement = f"{_select(self.tx.registry, where[0])} where {where} order by a.id"
        rows = self.tx.fetch(self.tx.sql(statement), facts)
        found = tuple(self._person(row) for row in rows)
        for row, person in zip(rows, found, strict=True):
            self.people[("a.id", person.account)] = person
            if row[5] is not None:  # the account that the employee names
                self.people[("e.id", row[5])] = person
        return found

    def _person(self, row: tuple[Any, ...]) -> Person:
        account, name, title, active, first, employee, manager, department, post, limit, joined, left = row
        if employee is None and first is not None:
            return self._other_account(row)
        employed = employee is None or _runs(self.tx.today, joined, left)
        return Person(
            account,
            _person_key(account, first, employee),
            name or "",
            title or name or "",
            bool(active) and employed,
            employee,
            manager,
            department,
            post or "",
            self._money(limit),
        )

    def _other_account(self, row: tuple[Any, ...]) -> Person:
        """Give a person by an account that no employee names: his place is that of his other accounts (R-5.7)."""
        account, name, title, active, first = row[:5]
        key = _person_key(account, first, None)
        found = self._employed(first)
        if found is None:
            return Person(account, key, name, title or name, bool(active))
        _, _, _, _, _, employee, manager, department, post, limit, joined, left = found
        runs = bool(active) and _runs(self.tx.today, joined, left)
        return Person(
            account, key, name, title or name, runs, employee, manager, department, post or "", self._money(limit)
        )

    def _employed(self, first: int) -> tuple[Any, ...] | None:
        """Give the row of the account of a person that an employee names."""
        if not self._has("employee", "account"):
            return None
        where = "(a.id = ? or a.person_id = ?) and e.id is not null order by e.id"
        return self.tx.fetch_one(self.tx.sql(f"{_select(self.tx.registry, 'a')} where {where}"), (first, first))

    def _money(self, amount: int | None) -> Decimal | None:
        if amount is None:
            return None
        return Decimal(amount).scaleb(-digits_of(self.tx.catalogue.forms["employee"].header["approval_limit"]))


def _person_key(account: int | None, first: int | None, employee: int | None) -> str:
    """Give the key of a person: the same for all his accounts (R-5.7)."""
    return f"employee:{employee}" if account is None else f"person:{first or account}"


def _runs(today: date, joined: Any, left: Any) -> bool:
    """Tell whether an employment runs today: begun, not ended (R-4.4)."""
    return (joined is None or _day(joined) <= today) and (left is None or _day(left) > today)


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value
