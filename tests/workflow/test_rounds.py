"""Sections 6, 7, 9, 10 of the law: return, withdraw, transfer, deadlines, changes under way, parallel branches."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.config.workflow_spec import ParallelSpec, Who
from app.workflow import timers
from app.workflow.acts import override, return_targets, void_earlier, withdraw
from app.workflow.errors import (
    Barred,
    CommentNeeded,
    NotOffered,
    NotYourTask,
    PassedOn,
    WithdrawRefused,
    WrongReceiver,
)
from app.workflow.passing import transfer
from tests.workflow.company import (
    ADMIN,
    ANNA,
    BEN,
    CLEO,
    DAN,
    EVE,
    FAY,
    MONDAY,
    Case,
    a_company,
    a_request,
    a_step,
    days,
    role,
    when,
)

ONE, TWO = a_step("one", role("controller")), a_step("two", role("purchasing"))
THREE = a_step("three", role("board"))


def pass_on(case: Case, holder: int, to: int, comment: str = "you know better") -> Case:
    run = case.run()
    transfer(run, case.task(holder), to, actor=holder, comment=comment)
    return case.keep(run)


def pull_back(case: Case, actor: int = ANNA, policy: str = "before_first_decision") -> Case:
    run = case.run()
    withdraw(run, policy, actor=actor)
    return case.keep(run)


def wait(case: Case, length: timedelta) -> Case:
    case.now = MONDAY + length
    run = case.run()
    timers.fire(run)
    return case.keep(run)


def branches(on_reject: str = "cancel_siblings") -> ParallelSpec:
    return ParallelSpec(
        "checks", {"money": (None, (ONE,)), "goods": (None, (TWO,)), "rush": (when("urgent"), (THREE,))}, on_reject
    )


def test_R_3_10_the_join_waits_for_all_taken_branches() -> None:
    case = a_request(branches(), a_step("last", role("board")))
    assert case.steps() == ["one", "two"]
    assert case.approve(EVE).steps() == ["two"]
    assert case.approve(FAY).steps() == ["last"]


def test_R_3_10_a_no_in_one_branch_cancels_the_others() -> None:
    case = a_request(branches())
    assert case.decide(EVE, "reject").state.status == "rejected" and not case.holders()


def test_R_3_10_wait_siblings_hears_the_others_first() -> None:
    case = a_request(branches("wait_siblings"))
    assert case.decide(EVE, "reject").steps() == ["two"]
    assert case.approve(FAY).state.status == "rejected"


def test_R_3_10_a_return_from_a_branch_reaches_no_other_branch_and_voids_all() -> None:
    case = a_request(branches()).approve(EVE)
    with pytest.raises(NotOffered):
        case.decide(FAY, "return", to="one")
    assert case.decide(FAY, "return").state.status == "returned" and not case.holders()


def test_R_6_7_transfer_moves_the_slot_for_good() -> None:
    case = a_request(a_step("review", role("finance")))
    old = case.task(FAY)
    assert pass_on(case, EVE, DAN).holders() == [DAN]
    with pytest.raises(PassedOn, match="Passed on to Dan"):
        case.decide(FAY, "approve", task=old)
    assert case.approve(DAN).state.status == "approved"


@pytest.mark.parametrize(
    ("to", "why"), [(EVE, "that is you"), (ANNA, "barred"), (BEN, "ended"), (FAY, "holds a task of the same step")]
)
def test_R_6_7_transfer_refuses_the_wrong_receiver(to: int, why: str) -> None:
    case = a_request(
        a_step("joint", role("controller"), role("purchasing"), mode="all_of"),
        company=a_company(people={BEN: {"active": False}}),
    )
    with pytest.raises(WrongReceiver, match=why):
        pass_on(case, EVE, to)


def test_R_6_7_transfer_needs_a_comment_and_keeps_to_the_definition() -> None:
    with pytest.raises(CommentNeeded):
        pass_on(a_request(ONE), EVE, DAN, comment=" ")
    with pytest.raises(WrongReceiver):
        pass_on(a_request(a_step("one", role("controller"), transfer=False)), EVE, DAN)
    with pytest.raises(WrongReceiver):
        pass_on(pass_on(a_request(a_step("one", role("controller"), transfers_max=1)), EVE, DAN), DAN, CLEO)


def test_R_7_1_withdraw_only_before_the_first_decision() -> None:
    assert pull_back(a_request(ONE, TWO)).state.status == "withdrawn"
    with pytest.raises(WithdrawRefused, match="somebody has already decided"):
        pull_back(a_request(ONE, TWO).approve(EVE))
    assert pull_back(a_request(ONE, TWO).approve(EVE), policy="before_final").state.status == "withdrawn"
    with pytest.raises(WithdrawRefused, match="does not allow it"):
        pull_back(a_request(ONE), policy="never")
    with pytest.raises(WithdrawRefused, match="only the applicant"):
        pull_back(a_request(ONE), actor=BEN)


def test_R_7_2_after_a_withdraw_a_decision_says_who_took_it_back() -> None:
    case = a_request(ONE)
    task = case.task(EVE)
    pull_back(case)
    with pytest.raises(Exception, match="Anna withdrew this at"):
        case.decide(EVE, "approve", task=task)


def test_R_7_3_only_steps_passed_on_every_path_are_offered() -> None:
    case = a_request(ONE, a_step("maybe", role("board"), when=when("urgent")), TWO).approve(EVE)
    assert return_targets(case.run(), TWO) == ["one"]
    with pytest.raises(CommentNeeded):
        case.decide(FAY, "return", to="one", comment="")


def test_R_7_4_a_resubmit_starts_the_next_round_from_the_start() -> None:
    case = a_request(ONE, TWO).approve(EVE).decide(FAY, "return").submit()
    assert (case.state.round, case.steps()) == (2, ["one"])


def test_R_7_5_after_a_return_to_a_step_later_decisions_are_voided_not_deleted() -> None:
    case = a_request(ONE, TWO, THREE).approve(EVE, FAY).decide(DAN, "return", to="one")
    assert case.steps() == ["one"]
    assert [(entry.step, entry.state) for entry in case.state.entries][:3] == [
        ("one", "voided"),
        ("two", "voided"),
        ("three", "voided"),
    ]
    assert case.state.entries[0].slots[0].actor == EVE


def test_R_4_3_auto_pass_is_off_for_a_step_that_was_returned_to() -> None:
    again = a_step("two", role("controller"), repeat="auto_pass_if_consecutive", comment="on_reject")
    case = a_request(ONE, again, TWO)
    assert case.state.status == "running"


def test_R_7_6_a_gone_applicant_is_taken_over_by_his_manager_or_an_admin() -> None:
    case = a_request(ONE).decide(EVE, "return")
    case.company = a_company(people={ANNA: {"active": False}})
    assert pull_back(case, actor=BEN).state.status == "withdrawn"


def test_R_5_4_an_override_is_an_event_of_its_own_and_never_on_ones_own_document() -> None:
    case = a_request(ONE)
    run = case.run()
    with pytest.raises(CommentNeeded):
        override(run, actor=ADMIN, comment="")
    with pytest.raises(NotYourTask):
        override(run, actor=EVE, comment="no")
    override(run, actor=ADMIN, comment="sent twice")
    assert (run.events[-1].kind, case.state.status) == ("overridden", "cancelled")
    own = a_request(ONE, applicant=ADMIN)
    with pytest.raises(Barred):
        override(own.run(), actor=ADMIN, comment="mine")


def test_R_9_2_timers_remind_then_escalate_then_reject_each_once() -> None:
    step = a_step(
        "review",
        role("controller"),
        remind=(days(1), days(2)),
        escalate=(days(3), Who(user="dan")),
        auto_reject=days(5),
    )
    case = a_request(step)
    wait(case, timedelta(hours=2))
    assert len(case.log) == 2
    wait(wait(case, timedelta(days=1)), timedelta(days=1))
    assert [event.kind for event in case.log[2:]] == ["reminded"]
    wait(case, timedelta(days=3))
    assert case.holders() == [DAN, EVE]
    assert wait(case, timedelta(days=6)).state.status == "rejected"


def test_R_9_3_a_clock_acts_as_the_system_with_its_rule() -> None:
    case = wait(a_request(a_step("review", role("controller"), auto_reject=days(1))), timedelta(days=1))
    decided = next(event for event in case.log if event.kind == "auto_decided")
    assert (decided.actor, decided.rule) == (0, "R-9.2:auto_reject")


def test_R_9_4_a_timer_after_a_decision_does_nothing() -> None:
    case = a_request(a_step("review", role("controller"), auto_reject=days(1))).approve(EVE)
    known = len(case.log)
    assert len(wait(case, timedelta(days=2)).log) == known and case.state.status == "approved"


def test_R_9_5_reminders_missed_together_are_one() -> None:
    case = wait(a_request(a_step("review", role("controller"), remind=(days(1), days(2), days(3)))), timedelta(days=9))
    assert [event.kind for event in case.log[2:]] == ["reminded"] and case.log[-1].data["timers"] == [0, 1, 2]


def test_R_9_2_reassign_gives_the_slot_to_somebody_else() -> None:
    case = wait(a_request(a_step("review", role("controller"), reassign=(days(1), Who(user="dan")))), timedelta(days=1))
    assert case.holders() == [DAN]


def test_S_6_a_clock_never_approves_money() -> None:
    step = a_step("review", role("controller"), auto_approve=days(1))
    assert wait(a_request(step), timedelta(days=1)).state.status == "running"
    assert wait(a_request(step, money=False), timedelta(days=1)).state.status == "approved"


def test_R_10_2_a_material_change_voids_earlier_approvals_of_the_round() -> None:
    case = a_request(ONE, TWO).approve(EVE)
    run = case.run()
    void_earlier(run, actor=FAY, fields=["total_amount"])
    case.keep(run)
    assert case.steps() == ["one"] and case.state.entries[0].state == "voided"
