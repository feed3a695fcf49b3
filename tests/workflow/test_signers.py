"""Signers added before and after, and people consulted (R-6.8 to R-6.12): who decides in the end, who waits for whom."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.workflow import timers
from app.workflow.errors import NotOffered, NotYours, StillWaiting, WrongReceiver
from app.workflow.evolving import replay
from app.workflow.passing import passes, transfer
from app.workflow.timers import next_time
from tests.workflow.company import (
    ADMIN,
    ANNA,
    BEN,
    CLEO,
    DAN,
    EVE,
    FAY,
    Case,
    a_company,
    a_request,
    a_step,
    days,
    role,
)

ONE = a_step("one", role("controller"))
NEXT = a_step("next", role("purchasing"))


def test_R_6_9_added_before_my_task_waits_until_all_have_signed_then_i_decide() -> None:
    case = a_request(ONE).ask(EVE, "add_before", CLEO, DAN)
    assert case.holders() == [CLEO, DAN]
    with pytest.raises(StillWaiting, match="Cleo, Dan first"):
        case.decide(EVE, "approve", task=0)
    assert case.approve(DAN).holders() == [CLEO]
    assert case.approve(CLEO).holders() == [EVE] and case.state.running
    assert case.approve(EVE).state.status == "approved"


@pytest.mark.parametrize(("mode", "status"), [("all_of", "rejected"), ("any_of", "running")])
def test_R_6_9_a_reject_before_me_is_a_reject_of_my_slot_under_the_mode(mode: str, status: str) -> None:
    case = a_request(a_step("joint", role("controller"), role("purchasing"), mode=mode, settle="all_reject" if mode == "any_of" else "veto"))
    case.ask(EVE, "add_before", CLEO).decide(CLEO, "reject")
    assert case.state.status == status and case.slots()[0] == "rejected"
    assert case.state.entries[0].slots[0].actor is None, "who was not heard has decided nothing"


def test_R_6_9_added_after_my_yes_is_provisional_until_they_have_signed() -> None:
    case = a_request(ONE).ask(EVE, "add_after", CLEO, DAN)
    assert case.holders() == [EVE], "they come after me"
    assert case.approve(EVE).slots() == ["approving", "open", "open"] and case.state.running
    assert case.approve(CLEO, DAN).state.status == "approved"
    assert case.state.entries[0].slots[0].actor == EVE


def test_R_6_9_a_reject_after_me_turns_my_yes_into_a_reject() -> None:
    case = a_request(ONE).ask(EVE, "add_after", CLEO, DAN).approve(EVE).decide(DAN, "reject")
    assert case.state.status == "rejected" and not case.holders()


def test_R_6_9_my_own_no_needs_nobody_after_me() -> None:
    case = a_request(ONE).ask(EVE, "add_after", CLEO).decide(EVE, "reject")
    assert case.state.status == "rejected" and case.slots() == ["rejected", "cancelled"]


def test_R_6_consult_gives_an_opinion_and_comes_back_whatever_was_said() -> None:
    case = a_request(ONE).ask(EVE, "consult", CLEO)
    assert case.holders() == [CLEO]
    with pytest.raises(NotOffered):
        case.decide(CLEO, "approve")
    case.decide(CLEO, "advise", comment="too dear")
    assert case.holders() == [EVE] and case.slots() == ["open", "advised"]
    assert not any(slot.actor for _, slot in case.state.decisions()), "an opinion decides nothing"
    assert case.approve(EVE).state.status == "approved"


def test_R_6_8_added_signers_do_not_change_the_number_that_counts() -> None:
    case = a_request(a_step("joint", role("controller"), role("purchasing"), role("board"), mode="some_of", need=2))
    case.ask(FAY, "add_before", BEN).approve(BEN)
    assert case.state.running, "Ben's yes is not one of the two"
    assert case.approve(FAY, EVE).state.status == "approved"


@pytest.mark.parametrize(("to", "why"), [(EVE, "that is you"), (ANNA, "barred"), (BEN, "ended"), (FAY, "holds a task")])
@pytest.mark.parametrize("act", ["add_before", "add_after", "consult"])
def test_R_6_8_the_wrong_people_are_not_added(act: str, to: int, why: str) -> None:
    company = a_company(people={BEN: {"active": False}})
    case = a_request(a_step("joint", role("controller"), role("purchasing"), mode="all_of"), company=company)
    with pytest.raises(WrongReceiver, match=why):
        case.ask(EVE, act, DAN, to)
    assert case.state == replay(case.log), "nobody was added, not even the right one"


def test_R_6_8_the_definition_may_forbid_it() -> None:
    case = a_request(a_step("one", role("controller"), add_signer=False, consult=False))
    for act in ("add_before", "add_after", "consult"):
        with pytest.raises(WrongReceiver, match="no more people"):
            case.ask(EVE, act, CLEO)
    assert passes(case.run().step("one")) == ("transfer",)


def test_R_6_10_an_added_signer_adds_nobody() -> None:
    case = a_request(ONE).ask(EVE, "add_before", CLEO)
    for act in ("add_before", "consult"):
        with pytest.raises(WrongReceiver, match="asks nobody else"):
            case.ask(CLEO, act, DAN)
    assert passes(case.run().step("one"), "before") == ("transfer",)


def test_R_6_11_only_the_adder_or_an_admin_removes_and_only_while_it_is_open() -> None:
    case = a_request(ONE).ask(EVE, "add_before", CLEO, DAN)
    with pytest.raises(NotYours):
        case.remove(FAY, CLEO)
    assert case.remove(ADMIN, CLEO).holders() == [DAN]
    case.approve(DAN)
    with pytest.raises(NotYours):
        case.remove(EVE, DAN)
    assert case.holders() == [EVE]


def test_R_6_11_removing_all_before_me_opens_my_task_again() -> None:
    assert a_request(ONE).ask(EVE, "add_before", CLEO).remove(EVE, CLEO).holders() == [EVE]


def test_R_6_11_removing_all_after_me_approves_nothing() -> None:
    before = a_request(ONE).ask(EVE, "add_after", CLEO).remove(EVE, CLEO)
    assert before.holders() == [EVE] and before.approve(EVE).state.status == "approved"
    after = a_request(ONE).ask(EVE, "add_after", CLEO).approve(EVE).remove(EVE, CLEO)
    assert after.holders() == [EVE] and after.state.running and after.slots() == ["open", "cancelled"]
    assert not list(after.state.decisions()), "the provisional yes is gone"


def test_R_6_11_who_is_left_after_a_removal_still_counts() -> None:
    case = a_request(ONE).ask(EVE, "add_after", CLEO, DAN).approve(EVE, CLEO).remove(EVE, DAN)
    assert case.state.status == "approved"


def a_clocked(**options: object) -> Case:
    return a_request(a_step("one", role("controller"), deadline=days(4), remind=(days(2),), auto_reject=days(4), **options))


@pytest.mark.parametrize("act", ["consult", "add_before"])
def test_R_6_12_the_clock_runs_on_while_others_are_asked(act: str) -> None:
    case = a_clocked().ask(EVE, act, CLEO)
    case.now += timedelta(days=4)
    run = case.run()
    timers.fire(run)
    assert case.keep(run).state.status == "rejected" and not case.holders()


@pytest.mark.parametrize(("act", "pause"), [("consult", "consult"), ("add_before", "add_signer")])
def test_R_6_12_the_clock_stands_still_only_where_stated(act: str, pause: str) -> None:
    case = a_clocked(pause_on=(pause,))
    due = case.state.entries[0].slots[0].due_at
    case.ask(EVE, act, CLEO)
    case.now += timedelta(days=3)
    run = case.run()
    timers.fire(run)
    assert not run.events and next_time(case.state.entries[0].slots[0]) is None
    case.decide(CLEO, "advise" if act == "consult" else "approve", comment="fine")
    slot = case.state.entries[0].slots[0]
    assert due and slot.due_at and slot.due_at[:10] == (case.now + timedelta(days=4)).isoformat()[:10] > due[:10]


@pytest.mark.parametrize("reset", [False, True])
def test_R_6_12_a_transfer_keeps_the_clock_unless_it_is_reset(reset: bool) -> None:
    case = a_clocked(reset_clock=reset)
    due = case.state.entries[0].slots[0].due_at
    case.now += timedelta(days=1)
    run = case.run()
    transfer(run, 0, DAN, actor=EVE, comment="yours")
    slot = case.keep(run).state.entries[0].slots[0]
    assert (slot.due_at == due) is not reset and case.state == replay(case.log)


def test_R_6_7_the_definition_says_to_whom_a_task_may_go() -> None:
    case = a_request(a_step("one", role("controller"), transfer_to=(role("board"),)))
    with pytest.raises(WrongReceiver, match="certain people"):
        transfer(case.run(), 0, FAY, actor=EVE, comment="yours")
    run = case.run()
    transfer(run, 0, DAN, actor=EVE, comment="yours")
    assert case.keep(run).holders() == [DAN]


def test_R_5_2_who_was_added_is_kept_apart_from_other_steps_too() -> None:
    case = a_request(ONE, a_step("two", role("board"), distinct_from=("one",))).ask(EVE, "add_before", DAN).approve(DAN, EVE)
    assert case.holders() == [CLEO], "Dan and Eve have had their say"
