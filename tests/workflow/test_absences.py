"""Who stands in for an absent approver (R-6.1 to R-6.5): chains, circles, caps; the record says for whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import DaybookError, Invalid
from app.data import documents
from app.workflow import service
from app.workflow.errors import Barred
from app.workflow.evolving import replay
from app.workflow.facts import StandIn
from tests.workflow.company import ANNA, BEN, CLEO, DAN, EVE, FAY, Case, a_company, a_step, role
from tests.workflow.desks import Desk, a_desk, request_values

ONE = a_step("one", role("controller"))


def a_case(*nodes: object, away: dict[int, list[StandIn]], **more: object) -> Case:
    return Case(nodes or (ONE,), away=away, **more).submit()  # type: ignore[arg-type]


def to(account: int, rule: str = "AB-1") -> list[StandIn]:
    return [StandIn(account, rule)]


def test_R_6_2_owner_and_delegate_both_see_it_and_the_first_settles() -> None:
    case = a_case(away={EVE: to(DAN)})
    assert case.holders() == [DAN, EVE]
    case.approve(DAN)
    event = next(one for one in case.log if one.kind == "decided")
    assert (event.actor, event.on_behalf_of, event.rule) == (DAN, EVE, "R-6.2:AB-1")
    slot = case.state.entries[0].slots[0]
    assert (slot.owner, slot.actor) == (EVE, DAN) and case.state.status == "approved" and case.state == replay(case.log)
    assert a_case(away={EVE: to(DAN)}).approve(EVE).state.entries[0].slots[0].actor == EVE


def test_R_6_3_chains_are_followed_three_times_and_circles_are_cut() -> None:
    chain = {EVE: to(DAN, "AB-1"), DAN: to(CLEO, "AB-2"), CLEO: to(FAY, "AB-3"), FAY: to(BEN, "AB-4")}
    case = a_case(away=chain)
    assert case.holders() == [EVE, FAY], "the fourth link is not followed"
    case.approve(FAY)
    assert case.state.entries[0].slots[0].rule == "R-6.2:AB-1+AB-2+AB-3"
    assert a_case(away={EVE: to(DAN), DAN: to(EVE)}).holders() == [DAN, EVE]
    assert a_case(away={EVE: to(EVE)}).holders() == [EVE]


def test_R_5_2_a_barred_or_gone_delegate_is_passed_over_else_back_to_the_owner() -> None:
    assert a_case(away={EVE: [*to(ANNA), *to(DAN)]}).holders() == [DAN, EVE]
    assert a_case(away={EVE: to(ANNA)}).holders() == [EVE]
    gone = a_company(people={DAN: {"active": False}})
    assert a_case(away={EVE: to(DAN), DAN: to(CLEO)}, company=gone).holders() == [CLEO, EVE], "the chain goes past him"
    assert a_case(away={EVE: to(DAN)}, company=gone).holders() == [EVE]


def test_R_6_5_a_role_with_other_holders_needs_no_stand_in() -> None:
    assert a_case(a_step("one", role("finance")), away={EVE: to(DAN)}).holders() == [EVE, FAY]


def test_R_3_7_nobody_stands_in_beside_his_own_say() -> None:
    joint = a_step("joint", role("controller"), role("purchasing"), mode="all_of")
    assert a_case(joint, away={EVE: to(FAY)}).holders() == [EVE, FAY]
    both = a_case(joint, away={EVE: to(DAN), FAY: to(DAN)})
    assert both.holders() == [DAN, EVE, FAY], "one person, one opinion"


def test_R_6_1_after_the_period_the_delegate_decides_nothing_more() -> None:
    case = a_case(away={EVE: to(DAN)})
    case.away = {}
    with pytest.raises(Barred, match="stand in for the approver any more"):
        case.decide(DAN, "approve")
    assert case.approve(EVE).state.status == "approved"


def test_R_5_6_both_the_owner_and_the_delegate_count_as_used() -> None:
    steps = (a_step("one", role("controller")), a_step("two", role("board"), distinct_from=("one",)))
    assert a_case(*steps, away={EVE: to(DAN)}).approve(DAN).holders() == [CLEO]


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Desk:
    return a_desk(tmp_path, database_url)


def away(desk: Desk, who: str, by: str, **more: object) -> documents.Document:
    values = {"person": who, "substitute": by, "starts_on": "2026-06-01", "back_on": "2026-06-08", **more}
    return desk.create("human_resources", "absence", values)


def a_request_of(desk: Desk, price: str = "10") -> documents.Document:
    return desk.create("employee", "purchase_request", request_values(price), submit=True)


def test_R_6_1_absences_are_half_open_and_hold_for_new_tasks(desk: Desk) -> None:
    away(desk, "manager", "buyer")
    a_request_of(desk)
    assert desk.waiting() == ["buyer", "manager"]
    desk.pass_time(days=7)  # back on the eighth
    a_request_of(desk)
    assert desk.waiting().count("manager") == 2 and "buyer" not in desk.waiting(), "his task went with the period"


@pytest.mark.parametrize("include_open", [False, True])
def test_R_6_1_tasks_that_are_open_already_only_where_asked_for(desk: Desk, include_open: bool) -> None:
    document = a_request_of(desk)
    away(desk, "manager", "buyer", starts_on="2026-06-02", include_open=include_open)
    desk.pass_time(minutes=1)
    assert desk.waiting() == ["manager"], "not yet"
    desk.pass_time(days=1)
    assert desk.waiting() == (["buyer", "manager"] if include_open else ["manager"])
    assert desk.pass_time(minutes=1) == 0, "once"
    if include_open:
        assert desk.decide("buyer").number == document.number and desk.get(document).stage == "approved"


def test_R_6_2_the_record_says_on_behalf_of_whom_by_which_rule(desk: Desk) -> None:
    absence = away(desk, "manager", "buyer")
    document = a_request_of(desk)
    [task] = desk.inbox("buyer")
    assert task.on_behalf_of and task.on_behalf_of.number == "manager"
    desk.decide("buyer")
    with desk.at("employee") as tx:
        step = next(one for one in service.path(tx, documents.get(tx, "purchase_request", document.number)) if one.decided_by)
    assert step.decided_by and step.on_behalf_of and (step.decided_by.number, step.on_behalf_of.number) == ("buyer", "manager")
    assert step.rule == absence.number


def test_R_6_4_the_cap_and_the_scope_hold_along_the_chain(desk: Desk) -> None:
    away(desk, "manager", "buyer", amount_cap="50")
    a_request_of(desk)  # 100.00
    assert desk.waiting() == ["manager"]
    other = away(desk, "director", "finance", only_forms="purchase_order")
    with desk.at("human_resources") as tx:
        documents.update(tx, "absence", other.number, {"only_forms": "purchase_request"})


@pytest.mark.parametrize(
    ("person", "substitute", "why"), [("buyer", "buyer", "himself"), ("finance", "manager", "in turn"), ("manager", "finance", "overlap")]
)
def test_R_6_3_self_circles_and_overlaps_are_refused_at_save(desk: Desk, person: str, substitute: str, why: str) -> None:
    away(desk, "manager", "buyer")
    away(desk, "buyer", "finance")
    with pytest.raises(Invalid) as refused:
        away(desk, person, substitute)
    assert why in str(refused.value)


def test_R_12_4_the_reason_of_an_absence_is_not_shown_to_others(desk: Desk) -> None:
    absence = away(desk, "manager", "buyer", reason="Operation")
    with desk.at("employee") as tx:
        assert "Operation" not in str(documents.get(tx, "absence", absence.number).get("reason"))
    with desk.at("manager") as tx:
        assert documents.get(tx, "absence", absence.number)["reason"] == "Operation"


def test_R_6_1_everybody_tells_his_own_absence_and_no_other(desk: Desk) -> None:
    values = {"person": "manager", "substitute": "buyer", "starts_on": "2026-06-01", "back_on": "2026-06-08"}
    assert desk.create("manager", "absence", values)["person"].number == "manager"
    with pytest.raises(DaybookError):
        desk.create("employee", "absence", {**values, "person": "director"})
