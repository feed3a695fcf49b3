"""R-5.7: several accounts of one person are one person for every bar."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import DaybookError
from app.data import accounts, documents, persons
from app.workflow import service
from app.workflow.errors import Barred, KeptApart, WrongReceiver
from app.workflow.organisation import TableOrganisation
from tests.workflow.desks import Desk, a_desk, request_values


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Desk:
    made = a_desk(tmp_path, database_url)
    with made.at("system") as tx:
        accounts.create_account(tx, "employee2", title="Second of employee", roles=("manager", "purchasing_manager"))
        accounts.create_account(tx, "buyer2", title="Second of buyer", roles=("warehouse", "buyer"))
        accounts.create_account(tx, "admin3", title="Third admin", roles=("admin",))
    return made


def join(desk: Desk, name: str, other: str) -> None:
    with desk.at("system") as tx:
        persons.same_person(tx, *(accounts.account_named(tx, one) for one in (name, other)))  # type: ignore[arg-type]


def part(desk: Desk, name: str) -> None:
    with desk.at("system") as tx:
        persons.own_person(tx, accounts.account_named(tx, name))  # type: ignore[arg-type]


def people(desk: Desk, *names: str) -> list[str]:
    with desk.at("system") as tx:
        organisation = TableOrganisation(tx)
        return [person.person for name in names if (person := organisation.by_name(name))]


def test_R_5_7_accounts_are_joined_and_parted_and_the_others_stay_together(desk: Desk) -> None:
    join(desk, "employee2", "employee")
    join(desk, "buyer2", "employee2")
    assert len(set(people(desk, "employee", "employee2", "buyer2"))) == 1
    part(desk, "employee")
    assert len(set(people(desk, "employee", "employee2", "buyer2"))) == 2
    assert len(set(people(desk, "employee2", "buyer2"))) == 1
    part(desk, "buyer2")
    assert len(set(people(desk, "employee", "employee2", "buyer2"))) == 3
    with pytest.raises(DaybookError, match="one account"):
        join(desk, "buyer", "buyer")


def test_R_5_7_a_second_account_stands_where_its_person_stands(desk: Desk) -> None:
    join(desk, "employee2", "employee")
    with desk.at("system") as tx:
        organisation = TableOrganisation(tx)
        first, second = organisation.by_name("employee"), organisation.by_name("employee2")
        assert first and second and (second.employee, second.manager) == (first.employee, first.manager)
        assert organisation.by_employee(first.employee or 0) == first


def test_R_5_7_nobody_is_asked_by_a_second_account_about_what_he_asked_for_with_the_first(desk: Desk) -> None:
    desk.create("employee", "purchase_request", request_values("1000"), submit=True)
    desk.decide("manager")
    asked = desk.waiting()
    assert asked == ["employee2", "finance_controller", "purchasing_manager"], "two people, as far as anybody knows"
    join(desk, "employee2", "employee")
    desk.create("employee", "purchase_request", request_values("1000"), submit=True)
    desk.decide("manager")
    assert sorted(desk.waiting()) == sorted([*asked, "finance_controller", "purchasing_manager"])


def test_R_5_7_a_task_that_was_open_before_the_accounts_were_joined_is_barred(desk: Desk) -> None:
    desk.create("employee", "purchase_request", request_values("1000"), submit=True)
    desk.decide("manager")
    join(desk, "purchasing_manager", "employee")
    with pytest.raises(Barred):
        desk.decide("purchasing_manager")


def test_R_5_7_a_task_is_not_transferred_to_the_second_account_of_the_applicant(desk: Desk) -> None:
    join(desk, "employee2", "employee")
    desk.create("employee", "purchase_request", request_values(), submit=True)
    with pytest.raises(WrongReceiver, match="barred"):
        desk.decide("manager", "transfer", to="employee2", comment="yours")


def test_R_5_7_duties_are_kept_apart_across_the_accounts_of_one_person(desk: Desk) -> None:
    join(desk, "buyer2", "buyer")
    values = {name: value for name, value in request_values().items() if name not in ("department", "reason")}
    order = desk.act("buyer", desk.create("buyer", "purchase_order", values), "submit")
    while desk.waiting():
        desk.decide(desk.waiting()[0])
    desk.act("warehouse", desk.get(order), "receive")
    with desk.at("system") as tx:
        (receipt,) = documents.list_documents(tx, documents.Query("goods_receipt")).rows
    with pytest.raises(KeptApart, match="Who orders does not receive"), desk.at("buyer2") as tx:
        service.act(tx, "goods_receipt", receipt["number"], "submit")


def test_R_4_5b_two_accounts_of_the_applicant_are_no_two_process_admins(desk: Desk) -> None:
    join(desk, "admin", "employee")
    join(desk, "admin2", "employee")
    with pytest.raises(DaybookError, match="can't be submitted"):
        desk.create("employee", "purchase_request", request_values(), submit=True)
