"""Section 2.4 of the law: what holds after every event of every run, whatever people do."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from app.config.workflow_spec import ChooseSpec, ParallelSpec, Who
from app.core.errors import DaybookError
from app.workflow import passing, timers, undoing
from app.workflow.acts import override, return_targets, withdraw
from app.workflow.evolving import evolve, replay
from app.workflow.facts import StandIn
from app.workflow.outcome import Rule, Tally, complete_outcome
from app.workflow.passing import transfer
from app.workflow.relieving import relieve
from app.workflow.state import ENDED, State
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
    a_step,
    days,
    role,
    when,
)

NODES = (
    a_step("manager", Who(manager_of="requester"), remind=(days(1),), escalate=(days(2), Who(head_of="department"))),
    ParallelSpec(
        "checks",
        {
            "money": (None, (a_step("finance", role("finance"), distinct_from=("manager",), abstain=True),)),
            "goods": (when("urgent"), (a_step("goods", role("purchasing"), role("board"), mode="all_of"),)),
        },
    ),
    ChooseSpec(
        "size",
        (
            (
                when("total_amount >= 1000"),
                (
                    a_step(
                        "joint",
                        role("finance", everyone=True),
                        role("board"),
                        mode="some_of",
                        need=Decimal("0.5"),
                        abstain=True,
                    ),
                    a_step("four_eyes", role("board"), distinct_persons=True, repeat="auto_pass_if_earlier_in_round"),
                ),
            ),
            (None, (a_step("empty", role("nobody"), empty="skip_with_reason"),)),
        ),
    ),
    a_step("last", role("controller"), mode="any_of", repeat="auto_pass_if_earlier_in_round", auto_reject=days(9), pause_on=("consult",)),
)


def check(case: Case) -> None:
    """Hold every invariant over the log so far."""
    state = State()
    for event in case.log:
        if event.kind == "decided":
            task = state.tasks[event.data["task"]]
            assert task.state == "open" and task.holder == event.actor, "I-1"
        if event.kind == "auto_decided":
            assert event.actor == 0 and event.rule, "I-7"
        evolve(state, event)
        if state.status in ENDED:
            assert not state.open_tasks(), "I-9"
    assert state == case.state == replay(case.log), "I-8"
    _no_dead_end(case)
    _approved_is_approved(case)


def _no_dead_end(case: Case) -> None:
    facts, state = case.facts(), case.state
    for task in state.tasks:
        waits = task.state == "waiting"
        below = state.entries[task.entry].below(state.slot_of(task)) if waits else ()
        assert not waits or any(sub.state == "open" and sub.role != "after" for sub in below), "somebody waits for nobody"
    if state.status == "running":
        assert any(facts.active(task.holder) for task in state.open_tasks()), "I-3"
    if state.status == "returned":
        assert facts.active(state.applicant), "I-3"


def _approved_is_approved(case: Case) -> None:
    state, facts = case.state, case.facts()
    if state.status == "approved":
        counting = [state.entries[number] for number in state.results.values()]
        assert all(entry.state in ("passed", "skipped") and entry.round == state.round for entry in counting), "I-2"
        assert all(entry.reason for entry in counting if entry.state == "skipped"), "I-2"
    for entry, slot in state.decisions():
        if slot.state == "approved" and entry.state == "passed":
            assert not {facts.person(slot.owner or 0), facts.person(slot.actor or 0)} & set(case.barred), "I-5"


def act(case: Case, random: Random) -> None:
    """Let somebody do something, allowed or not."""
    state = case.state
    choice = random.randrange(10)
    task = random.choice(state.tasks) if state.tasks else None
    if state.status == "returned":
        case.submit()
    elif choice < 6 and task:
        case.decide(
            random.choice([task.holder, random.choice([BEN, CLEO, DAN, EVE, FAY])]),
            random.choice(["approve", "approve", "approve", "reject", "return", "abstain", "advise"]),
            task=task.no,
        )
    else:
        other(case, random, task.no if task else 0)


def other(case: Case, random: Random, task: int) -> None:
    """Do one of the rarer things."""
    run = case.run()
    kind = random.randrange(10)
    if kind == 0:
        transfer(
            run, task, random.choice([ANNA, BEN, CLEO, DAN, EVE]), actor=case.state.tasks[task].holder, comment="yours"
        )
    if kind == 1:
        withdraw(run, "before_first_decision", actor=random.choice([ANNA, BEN]))
    if kind == 2:
        case.now += timedelta(days=random.randrange(4))
        run = case.run()
        timers.fire(run)
    if kind == 3 and random.random() < 0.1:
        override(run, actor=ADMIN, comment="a test")
    people = random.sample([ANNA, BEN, CLEO, DAN, EVE, FAY, ADMIN], random.choice([1, 1, 2]))
    if kind in (5, 6):
        act = random.choice(["add_before", "add_after", "consult"])
        passing.ask(run, task, people, act=act, actor=case.state.tasks[task].holder)
    if kind == 7:
        done = [event.actor for event in case.log if event.kind == "decided"]
        undoing.undo(run, actor=done[-1] if done else BEN)
    if kind == 8:
        asked = [s for e in case.state.open_entries() for s in e.slots if s.parent is not None and s.live]
        who = random.choice(asked).people[0][1] if asked else BEN
        passing.remove(run, who, actor=random.choice([ADMIN, case.state.tasks[task].holder]))
    if kind == 9:
        away = random.sample([BEN, CLEO, DAN, EVE, FAY], 2)
        case.away = {away[0]: [StandIn(away[1], "AB-1", include_open=random.random() < 0.5)]} if random.random() < 0.7 else {}
        relieve(run)
    if kind == 4 and case.state.open_entries():
        step = run.step(case.state.open_entries()[0].step)
        targets = return_targets(run, step)
        if targets:
            holder = case.state.open_tasks()[0].holder
            case.decide(holder, "return", to=targets[0])
            return
    case.keep(run)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32), st.booleans(), st.sampled_from([100, 5000]), st.booleans())
def test_I_1_to_I_9_hold_after_every_act(seed: int, urgent: bool, amount: int, gap: bool) -> None:
    random = Random(seed)
    company = a_company(people={BEN: {"active": False}} if gap else {}, controller=() if gap else (EVE,))
    case = Case(
        NODES, {"urgent": urgent, "total_amount": Decimal(amount)}, company, {f"person:{ANNA}": "creator"}
    ).submit()
    check(case)
    for _ in range(30):
        try:
            act(case, random)
        except DaybookError:
            assert case.state == replay(case.log), "a refused act changes nothing"
        check(case)


def test_I_4_a_run_is_approved_once() -> None:
    case = Case((a_step("one", role("controller")),)).submit().approve(EVE)
    assert [event.kind for event in case.log].count("approved") == 1


def test_I_6_a_decision_keeps_the_hash_that_was_seen() -> None:
    case = Case((a_step("one", role("controller")),), hash="abc").submit().approve(EVE)
    assert case.state.entries[0].slots[0].hash == "abc" == case.log[-1].hash


def test_a_step_with_no_opinion_at_all_is_for_rescue() -> None:
    assert complete_outcome(Rule("all_of", "veto"), Tally(abstained=2)) == "rescue"
