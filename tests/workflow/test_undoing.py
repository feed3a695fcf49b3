"""A decision taken back before anybody built on it, and holders urged to act (R-7.7, R-7.9)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.config.workflow_spec import ParallelSpec
from app.workflow.errors import NotYourTask, UndoRefused, UrgedAlready
from app.workflow.evolving import replay
from app.workflow.passing import transfer
from tests.workflow.company import ADMIN, ANNA, BEN, CLEO, DAN, EVE, FAY, a_request, a_step, role

ONE, TWO = a_step("one", role("controller")), a_step("two", role("purchasing"))


def test_R_7_7_an_undo_opens_my_task_again_and_closes_what_came_of_it() -> None:
    case = a_request(ONE, TWO).approve(EVE)
    later = case.task(FAY)
    case.undo(EVE)
    assert case.holders() == [EVE] and case.steps() == ["one"]
    assert (case.state.tasks[later].state, case.state.tasks[later].reason) == ("cancelled", "undo")
    assert case.state.tasks[0].state == "approved", "a task that ended never changes"
    assert case.state.entries[1].state == "voided"
    assert case.approve(EVE, FAY).state.status == "approved" and case.state == replay(case.log)


def test_R_7_7_only_while_no_later_decision_exists() -> None:
    case = a_request(ONE, TWO, a_step("three", role("board"))).approve(EVE, FAY)
    with pytest.raises(UndoRefused, match="acted on it since"):
        case.undo(EVE)
    case.undo(FAY)
    assert case.steps() == ["two"]
    with pytest.raises(UndoRefused):
        case.undo(FAY)


def test_R_7_7_nothing_is_taken_back_once_its_effects_ran() -> None:
    with pytest.raises(UndoRefused, match="has ended"):
        a_request(ONE).approve(EVE).undo(EVE)
    with pytest.raises(UndoRefused, match="no decision of yours"):
        a_request(ONE, TWO).approve(EVE).undo(DAN)


def test_R_7_7_a_transfer_or_a_question_builds_on_a_decision() -> None:
    passed = a_request(ONE, TWO).approve(EVE)
    run = passed.run()
    transfer(run, passed.task(FAY), DAN, actor=FAY, comment="yours")
    with pytest.raises(UndoRefused):
        passed.keep(run).undo(EVE)
    with pytest.raises(UndoRefused):
        a_request(ONE, TWO).approve(EVE).ask(FAY, "consult", CLEO).undo(EVE)


def test_R_7_7_in_a_joint_step_only_my_opinion_comes_back() -> None:
    step = a_step("joint", role("controller"), role("purchasing"), role("board"), mode="some_of", need=2)
    case = a_request(step, TWO).approve(FAY)
    others = {CLEO, DAN, EVE} & set(case.holders())
    case.undo(FAY)
    assert set(case.holders()) == others | {FAY}
    assert case.approve(EVE).approve(FAY).steps() == ["two"]


def test_R_7_7_a_settled_step_is_open_again_for_all() -> None:
    case = a_request(a_step("joint", role("finance", everyone=True), mode="any_of"), TWO).approve(EVE)
    assert case.holders() == [FAY] and case.undo(EVE).holders() == [EVE, FAY] and case.steps() == ["joint"]


def test_R_7_7_the_other_branch_goes_on() -> None:
    node = ParallelSpec("both", {"left": (None, (ONE,)), "right": (None, (TWO,))})
    case = a_request(node, a_step("last", role("board"))).approve(EVE)
    mine = case.task(FAY)
    assert case.undo(EVE).task(FAY) == mine and case.holders() == [EVE, FAY]


def test_R_7_7_a_signer_takes_back_too_and_i_wait_again() -> None:
    case = a_request(ONE, TWO).ask(EVE, "add_before", CLEO).approve(CLEO).undo(CLEO)
    assert case.holders() == [CLEO]
    assert case.approve(CLEO).holders() == [EVE]
    after = a_request(ONE, TWO).ask(EVE, "add_after", CLEO).approve(EVE, CLEO)
    assert after.steps() == ["two"] and after.undo(CLEO).slots() and after.holders() == [CLEO]
    assert after.state.entries[0].slots[0].state == "approving"


def test_R_7_9_urging_reaches_the_present_holders_once_an_hour() -> None:
    case = a_request(a_step("one", role("finance")))
    run = case.run()
    transfer(run, case.task(FAY), DAN, actor=FAY, comment="yours")
    assert case.keep(run).urge(ANNA) == [DAN], "not the whole role"
    with pytest.raises(UrgedAlready, match="02:00"):
        case.urge(ANNA)
    case.now += timedelta(minutes=59)
    with pytest.raises(UrgedAlready):
        case.urge(ADMIN)
    case.now += timedelta(minutes=1)
    assert case.urge(ADMIN) == [DAN] and case.state == replay(case.log)


def test_R_7_9_a_new_task_may_be_urged_at_once_and_by_the_applicant_alone() -> None:
    case = a_request(ONE, TWO)
    assert case.urge(ANNA) == [EVE]
    assert case.approve(EVE).urge(ANNA) == [FAY]
    with pytest.raises(NotYourTask):
        case.urge(BEN)
