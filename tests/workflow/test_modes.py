"""Section 3 of the law: when a step is settled."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.workflow.errors import AlreadySettled, NotOffered
from app.workflow.outcome import Rule, Tally, complete_outcome, needed, outcome
from tests.workflow.company import (
    BEN,
    CLEO,
    DAN,
    EVE,
    FAY,
    a_company,
    a_request,
    a_step,
    days,
    role,
)

BOTH = (role("controller"), role("purchasing"))
RULES = [
    Rule("single"),
    Rule("any_of", "all_reject"),
    Rule("all_of", "veto"),
    Rule("some_of", "", Decimal("0.6")),
    Rule("some_of", "", 2),
]


@given(st.sampled_from(RULES), st.lists(st.sampled_from("arb"), min_size=1, max_size=6), st.randoms())
def test_R_3_0_the_order_of_opinions_cannot_matter(rule: Rule, opinions: list[str], random: object) -> None:
    opinions = opinions[:1] if rule.mode == "single" else opinions
    rule = Rule(rule.mode, rule.settle, rule.need, abstain=True)
    ends = set()
    for order in set(itertools.permutations(opinions[:5])):
        counts = {"a": 0, "r": 0, "b": 0}
        end = None
        for place, opinion in enumerate(order):
            counts[opinion] += 1
            end = end or outcome(rule, Tally(*counts.values(), len(order) - place - 1))
        ends.add(end)
    assert len(ends) == 1


@given(st.sampled_from(RULES), *(st.integers(0, 4) for _ in range(4)))
def test_R_3_0_a_step_settles_early_only_when_its_end_is_certain(rule: Rule, a: int, r: int, b: int, o: int) -> None:
    rule = Rule(rule.mode, rule.settle, rule.need, abstain=True)
    early = outcome(rule, Tally(a, r, b, o))
    ends = {complete_outcome(rule, Tally(a + x, r + y, b + o - x - y)) for x in range(o + 1) for y in range(o - x + 1)}
    assert early == (ends.pop() if len(ends) == 1 else None)


def test_R_3_2_first_decision_settles_an_any_of_with_the_first_opinion() -> None:
    case = a_request(a_step("board", *BOTH, mode="any_of"))
    assert case.decide(FAY, "reject").state.status == "rejected"


def test_R_3_2_all_reject_refuses_only_when_everybody_refused() -> None:
    case = a_request(a_step("board", *BOTH, mode="any_of", settle="all_reject"))
    assert case.decide(FAY, "reject").state.status == "running"
    assert case.decide(EVE, "approve").state.status == "approved"


def test_R_3_3_veto_settles_at_the_first_no() -> None:
    case = a_request(a_step("joint", *BOTH, mode="all_of"))
    assert case.decide(EVE, "reject").state.status == "rejected"


def test_R_3_3_collect_all_hears_everybody_and_then_refuses() -> None:
    case = a_request(a_step("joint", *BOTH, mode="all_of", settle="collect_all"))
    assert case.decide(EVE, "reject").state.status == "running"
    assert case.decide(FAY, "approve").state.status == "rejected"


@pytest.mark.parametrize(
    ("share", "people", "need"), [("0.23", 10, 3), ("0.6", 3, 2), ("0.5", 4, 2), ("1", 7, 7), ("0.01", 1, 1)]
)
def test_R_3_4_a_share_rounds_up_and_means_at_least(share: str, people: int, need: int) -> None:
    assert needed(Decimal(share), people) == need


def test_R_3_5_the_rest_closes_as_settled_and_an_old_link_says_who_did_it() -> None:
    case = a_request(a_step("board", *BOTH, mode="any_of"))
    other = case.task(FAY)
    case.approve(EVE)
    assert case.state.tasks[other].reason == "settled" and case.holders() == []
    with pytest.raises(AlreadySettled, match=r"^Eve approved this at 2026-06-01 01:00\. Nothing left for you to do\.$"):
        case.decide(FAY, "approve", task=other)


@pytest.mark.parametrize("mode", ["any_of", "all_of", "some_of"])
def test_R_3_6_one_person_alone_settles_in_every_mode(mode: str) -> None:
    case = a_request(a_step("board", role("controller"), mode=mode, need=Decimal("0.6") if mode == "some_of" else None))
    assert case.approve(EVE).state.status == "approved"


def test_R_3_7_an_entry_is_one_slot_taken_by_whoever_acts_first() -> None:
    case = a_request(a_step("joint", role("finance"), role("board"), mode="all_of"))
    assert len(case.state.entries[0].slots) == 2
    assert case.approve(FAY, DAN).state.status == "approved"


def test_R_3_7_everyone_opens_a_slot_for_each_holder() -> None:
    case = a_request(a_step("joint", role("finance", everyone=True), mode="all_of"))
    assert case.approve(EVE).state.status == "running"
    assert case.approve(FAY).state.status == "approved"


def test_R_3_7_one_person_is_one_owner_even_in_two_roles() -> None:
    case = a_request(
        a_step("joint", role("controller"), role("second"), mode="all_of"), company=a_company(second=(EVE,))
    )
    assert len(case.state.entries[0].slots) == 1
    assert case.approve(EVE).state.status == "approved"


def test_R_3_7_nobody_takes_two_slots_while_others_are_left() -> None:
    case = a_request(a_step("joint", role("finance"), role("board"), mode="all_of"))
    case.decide(EVE, "approve", task=next(t.no for t in case.state.open_tasks() if t.holder == EVE and t.slot == 0))
    assert case.holders() == [CLEO, DAN]


def test_R_3_7_a_slot_with_one_candidate_keeps_him_for_itself() -> None:
    case = a_request(a_step("joint", role("finance"), role("controller"), mode="all_of"))
    assert [(task.slot, task.holder) for task in case.state.open_tasks()] == [(0, FAY), (1, EVE)]


def test_R_3_8_abstaining_is_refused_unless_allowed() -> None:
    case = a_request(a_step("board", *BOTH, mode="any_of"))
    with pytest.raises(NotOffered):
        case.decide(EVE, "abstain")


def test_R_3_8_all_abstaining_goes_to_rescue_and_never_passes() -> None:
    case = a_request(a_step("joint", *BOTH, mode="all_of", abstain=True))
    case.decide(EVE, "abstain").decide(FAY, "abstain")
    assert case.state.status == "running" and case.holders() == [8, 9]
    assert case.approve(8).state.status == "approved"


def test_R_3_9_one_return_is_decisive() -> None:
    case = a_request(a_step("joint", *BOTH, mode="all_of", settle="collect_all"))
    assert case.decide(EVE, "return").state.status == "returned"


def test_R_3_9_needs_mode_makes_a_return_count_like_a_no() -> None:
    case = a_request(a_step("board", *BOTH, mode="any_of", settle="all_reject", returns="needs_mode"))
    assert case.decide(EVE, "return").state.status == "running"
    assert case.decide(FAY, "approve").state.status == "approved"


def test_in_order_opens_one_slot_after_the_other() -> None:
    case = a_request(a_step("joint", *BOTH, mode="all_of", in_order=True, deadline=days(2)))
    assert case.holders() == [EVE]
    assert case.approve(EVE).holders() == [FAY]
    assert case.approve(FAY).state.status == "approved"


@settings(max_examples=40)
@given(st.permutations([CLEO, DAN, EVE]), st.lists(st.booleans(), min_size=3, max_size=3))
def test_R_3_0_in_the_planner_too_the_order_cannot_matter(order: list[int], says: list[bool]) -> None:
    opinions = dict(zip([CLEO, DAN, EVE], says, strict=True))
    case = a_request(a_step("board", role("board", everyone=True), mode="some_of", need=Decimal("0.6")))
    for holder in order:
        if case.state.running:
            case.decide(holder, "approve" if opinions[holder] else "reject")
    assert case.state.status == ("approved" if sum(says) >= 2 else "rejected")


def test_single_approver_of_a_role_is_whoever_acts() -> None:
    assert a_request(a_step("review", role("finance"))).approve(FAY).state.status == "approved"


def test_a_no_in_a_single_step_rejects() -> None:
    assert a_request(a_step("review", role("controller"))).decide(EVE, "reject").state.status == "rejected"


def test_BEN_is_not_asked_where_no_rule_names_him() -> None:
    assert BEN not in a_request(a_step("review", role("finance"))).holders()
