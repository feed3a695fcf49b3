"""Sections 4 and 5 of the law: who approves, and who must not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.config.workflow_spec import ChooseSpec, Who
from app.core.links import Link
from app.workflow.errors import Barred, NobodyToUnblock, SelfApproval
from app.workflow.people import managers_above
from tests.workflow.company import (
    ADMIN,
    ADMIN2,
    ANNA,
    BEN,
    CLEO,
    COMPANY,
    DAN,
    EVE,
    FAY,
    a_company,
    a_request,
    a_step,
    role,
    when,
)

MANAGER = Who(manager_of="requester")


def chain(**up_to: object) -> Who:
    return Who(managers_of="requester", up_to=dict(up_to))


@pytest.mark.parametrize(
    ("who", "people"),
    [
        (Who(user="eve"), [EVE]),
        (role("finance"), [EVE, FAY]),
        (Who(post="head"), [CLEO]),
        (Who(head_of="department"), [CLEO]),
        (MANAGER, [BEN]),
        (Who(manager_of="requester", level=2), [CLEO]),
        (Who(field="buyer"), [FAY]),
    ],
    ids=lambda value: str(value)[:40],
)
def test_R_4_1_each_source_names_its_people(who: Who, people: list[int]) -> None:
    assert a_request(a_step("review", who), values={"buyer": Link("user", FAY)}).holders() == people


def test_R_4_1_a_role_can_be_held_for_one_record() -> None:
    place = Link("warehouse", 7)
    company = a_company(keeper=())
    object.__setattr__(company, "scoped", {("keeper", place): (FAY,)})
    assert a_request(
        a_step("review", role("keeper", of="warehouse")), company=company, values={"warehouse": place}
    ).holders() == [FAY]


def test_R_4_1_the_applicant_chooses_among_a_role() -> None:
    from tests.workflow.company import Case

    case = Case((a_step("review", Who(chosen_by="applicant", among=role("finance"))),)).submit(review=[FAY])
    assert case.holders() == [FAY]


def test_R_4_1_a_chain_of_managers_goes_one_after_the_other() -> None:
    case = a_request(a_step("line", Who(managers_of="requester", up_to=3)))
    assert case.holders() == [BEN]
    assert case.approve(BEN).holders() == [CLEO]
    assert case.approve(CLEO, DAN).state.status == "approved"


@pytest.mark.parametrize(
    ("amount", "people"),
    [("2000", [BEN]), ("2000.01", [BEN, CLEO]), ("-20000", [BEN, CLEO]), ("20001", [BEN, CLEO, DAN])],
)
def test_R_4_9_a_chain_ends_with_the_first_whose_limit_covers_the_amount(amount: str, people: list[int]) -> None:
    case = a_request(a_step("line", chain(limit="total_amount")), values={"total_amount": Decimal(amount)})
    assert case.approve(*people).state.status == "approved"


def test_R_4_9_a_chain_that_ends_below_the_amount_goes_on_to_rescue() -> None:
    company = a_company(people={DAN: {"post": "head"}})
    case = a_request(
        a_step("line", chain(limit="total_amount")), company=company, values={"total_amount": Decimal(50000)}
    )
    assert case.approve(BEN, CLEO, DAN).holders() == [ADMIN, ADMIN2]


def test_R_4_1_a_chain_up_to_a_post() -> None:
    assert a_request(a_step("line", chain(post="head"))).approve(BEN, CLEO).state.status == "approved"


def test_R_4_2_who_was_found_is_frozen_in_the_event() -> None:
    case = a_request(a_step("review", role("finance")))
    case.company = a_company(finance=(CLEO,))
    assert case.holders() == [EVE, FAY]
    assert case.log[1].data["slots"][0]["people"] == [[EVE, EVE], [FAY, FAY]]


def test_R_4_3_ask_again_is_the_default() -> None:
    case = a_request(a_step("one", role("controller")), a_step("two", role("controller")))
    assert case.approve(EVE).steps() == ["two"]


@pytest.mark.parametrize(
    ("repeat", "status"), [("auto_pass_if_consecutive", "running"), ("auto_pass_if_earlier_in_round", "approved")]
)
def test_R_4_3_an_earlier_yes_passes_a_later_step_where_declared(repeat: str, status: str) -> None:
    case = a_request(
        a_step("one", role("controller")),
        a_step("two", role("purchasing")),
        a_step("three", role("controller"), repeat=repeat),
    )
    assert case.approve(EVE, FAY).state.status == status


def test_R_4_3_auto_pass_needs_the_same_document_and_names_its_rule() -> None:
    case = a_request(
        a_step("one", role("controller")), a_step("two", role("controller"), repeat="auto_pass_if_consecutive")
    )
    case.approve(EVE)
    passed = next(event for event in case.log if event.kind == "auto_decided")
    assert (passed.rule, passed.actor, case.state.status) == ("R-4.3:auto_pass_if_consecutive", 0, "approved")


@pytest.mark.parametrize(
    "options",
    [{"ask": ("total_amount",)}, {"editable": ("total_amount",)}, {"comment": "required"}, {"distinct_from": ("one",)}],
)
def test_R_4_3_no_auto_pass_where_something_is_to_be_filled_or_kept_apart(options: dict[str, object]) -> None:
    case = a_request(
        a_step("one", role("finance")), a_step("two", role("finance"), repeat="auto_pass_if_consecutive", **options)
    )
    assert case.approve(EVE).steps() == ["two"]


def test_R_4_4_inactive_people_are_not_asked() -> None:
    assert a_request(
        a_step("review", role("finance")), company=a_company(people={EVE: {"active": False}})
    ).holders() == [FAY]


@pytest.mark.parametrize(
    ("options", "holders"),
    [
        ({}, [ADMIN, ADMIN2]),
        ({"empty": "next_manager_up"}, [BEN]),
        ({"empty": "named_fallback", "fallback": Who(user="fay")}, [FAY]),
    ],
)
def test_R_4_5_an_empty_role_is_filled_by_its_rule(options: dict[str, object], holders: list[int]) -> None:
    assert a_request(a_step("review", role("nobody"), **options)).holders() == holders


def test_R_4_5_auto_reject_refuses_with_its_rule() -> None:
    case = a_request(a_step("review", role("nobody"), empty="auto_reject"))
    assert case.state.status == "rejected" and "R-4.5:auto_reject" in {event.rule for event in case.log}


def test_R_4_5_skipping_needs_a_later_human_step() -> None:
    skipped = a_step("one", role("nobody"), empty="skip_with_reason")
    case = a_request(skipped, a_step("two", role("finance")))
    assert case.steps() == ["two"] and case.state.entries[0].reason == "empty"
    assert a_request(skipped).holders() == [ADMIN, ADMIN2]
    assert a_request(skipped, a_step("two", role("finance"), when=when("urgent"))).holders() == [ADMIN, ADMIN2]


def test_R_4_5_an_empty_slot_of_an_all_of_is_not_dropped() -> None:
    case = a_request(a_step("joint", role("nobody"), role("controller"), mode="all_of"))
    assert case.holders() == [EVE, ADMIN, ADMIN2]


def test_R_4_5b_submit_is_refused_where_every_rescuer_is_barred() -> None:
    with pytest.raises(NobodyToUnblock, match="Anna can name another process administrator"):
        a_request(a_step("review", role("finance")), company=a_company(admin=(ANNA,)))


def test_R_4_5b_submit_is_refused_where_nobody_could_rescue_an_empty_step() -> None:
    with pytest.raises(NobodyToUnblock):
        a_request(a_step("review", role("nobody")), company=a_company(admin=()))


def test_R_4_5b_later_on_a_step_without_anybody_returns_the_document() -> None:
    case = a_request(a_step("one", role("controller")), a_step("two", role("nobody")))
    case.company = a_company(admin=())
    assert case.approve(EVE).state.status == "returned"


def test_R_4_7_a_vacant_post_is_passed_over_and_noted() -> None:
    case = a_request(a_step("review", MANAGER), company=a_company(people={BEN: {"active": False}}))
    assert case.holders() == [CLEO] and case.state.entries[0].notes == [f"passed_over:{BEN}"]


def test_R_4_7_a_chain_stops_at_the_top() -> None:
    case = a_request(a_step("review", Who(manager_of="requester", level=9)))
    assert case.holders() == [ADMIN, ADMIN2]


def test_R_4_7_a_circle_in_the_organisation_is_cut() -> None:
    company = a_company(people={DAN: {"manager": ANNA + 100}})
    anna = company.by_account(ANNA)
    assert anna and [p.account for p in managers_above(anna, company)] == [BEN, CLEO, DAN]


def test_R_4_7_the_head_of_his_own_department_starts_one_level_up() -> None:
    case = a_request(
        a_step("review", Who(head_of="department")), applicant=BEN, values={"department": Link("department", 2)}
    )
    assert case.holders() == [CLEO]


def test_R_5_1_nobody_barred_is_asked() -> None:
    case = a_request(a_step("review", role("finance")), barred={f"person:{EVE}": "editor"})
    assert case.holders() == [FAY]


def test_R_5_2_a_bar_that_came_later_holds_at_the_decision() -> None:
    case = a_request(a_step("review", role("finance")))
    case.barred = {f"person:{EVE}": "editor"}
    with pytest.raises(Barred, match=r"You can't decide PR-1: you changed it in this round\."):
        case.decide(EVE, "approve")


@pytest.mark.parametrize(("rule", "holders"), [("next_manager_up", [CLEO]), ("skip_if_others", [ADMIN, ADMIN2])])
def test_R_5_3_the_applicant_is_never_his_own_approver(rule: str, holders: list[int]) -> None:
    case = a_request(a_step("review", role("lead"), self_rule=rule), applicant=BEN, company=a_company(lead=(BEN,)))
    assert case.holders() == holders


def test_R_5_3_skip_if_others_leaves_the_applicant_out() -> None:
    case = a_request(
        a_step("review", role("lead"), role("controller"), mode="all_of", self_rule="skip_if_others"),
        applicant=BEN,
        company=a_company(lead=(BEN,)),
    )
    assert case.holders() == [EVE]


def test_R_5_3_forbid_submit_refuses_however_late_the_step_comes() -> None:
    with pytest.raises(SelfApproval, match='in the step "two"'):
        a_request(
            a_step("one", role("finance")),
            a_step("two", role("lead"), self_rule="forbid_submit"),
            applicant=BEN,
            company=a_company(lead=(BEN,)),
        )


def test_R_5_3_allow_counts_only_without_money() -> None:
    step = a_step("review", role("lead"), self_rule="allow")
    lead = a_company(lead=(BEN,))
    assert a_request(step, applicant=BEN, company=lead, money=False).approve(BEN).state.status == "approved"
    assert BEN not in a_request(step, applicant=BEN, company=lead).holders()


def test_R_5_6_four_eyes_are_two_people() -> None:
    steps = a_step("one", role("finance")), a_step("two", role("finance"), distinct_from=("one",))
    assert a_request(*steps).approve(EVE).holders() == [FAY]


def test_R_5_6_the_only_candidate_being_used_up_goes_to_rescue() -> None:
    steps = (
        a_step("one", role("controller"), distinct_persons=True),
        a_step("two", role("controller"), distinct_persons=True),
    )
    assert a_request(*steps).approve(EVE).holders() == [ADMIN, ADMIN2]


def test_R_5_7_two_accounts_of_one_person_are_one() -> None:
    company = a_company(people={FAY: {"person": f"person:{ANNA}"}})
    assert a_request(a_step("review", role("finance")), company=company).holders() == [EVE]


def test_a_choice_takes_the_first_case_that_fits() -> None:
    node = ChooseSpec(
        "size",
        ((when("total_amount >= 1000"), (a_step("big", role("board")),)), (None, (a_step("small", role("finance")),))),
    )
    assert a_request(node).steps() == ["small"]
    assert a_request(node, values={"total_amount": Decimal(1000)}).steps() == ["big"]


def test_no_steps_pass_at_once() -> None:
    assert a_request().state.status == "approved"


def test_the_company_is_what_the_tests_say() -> None:
    assert [COMPANY.holders("admin")[0].account, COMPANY.holders("nobody")] == [ADMIN, ()]
