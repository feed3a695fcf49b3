"""Section 13 of the law: what is faulty is found with the way there, and what is called free never gets stuck."""

from __future__ import annotations

import gc
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.config.diagnostics import ConfigError
from app.config.workflow_spec import ChooseSpec, Node, ParallelSpec, StageSpec, Who
from app.core.errors import DaybookError
from app.core.words import plain
from app.workflow import acts, planner, prover, timers
from app.workflow.bands import situations
from app.workflow.checking import check_workflows
from app.workflow.definitions import Definition, make
from app.workflow.prover import Finding, conditions, prove_stage
from app.workflow.run import Run
from app.workflow.scenes import APPLICANT, NAMED, Scene, scenes
from app.workflow.state import State
from app.workflow.tree import steps_of
from app.workflow.walks import Walks
from app.workflow.witness import Witness
from tests.workflow.company import a_step, days, role, when
from tests.workflow.desks import ROOT, a_desk, laid_over, shipped

REQUEST = (ROOT / "workflows" / "purchasing" / "purchase_request.yaml").read_text("utf-8")


def a_stage(*nodes: Node) -> StageSpec:
    return StageSpec("in_review", plain("In review"), steps=nodes, approval=True)


def a_definition(**changes: Any) -> Definition:
    spec = shipped().workflows["purchase_request"]
    return make(shipped(), replace(spec, **changes))


def proof(*nodes: Node, **changes: Any) -> list[Finding]:
    return prove_stage(shipped(), a_definition(**changes), a_stage(*nodes))


def said(found: list[Finding], severity: str) -> list[str]:
    return [finding.say() for finding in found if finding.severity == severity]


def four_eyes(count: int, **options: Any) -> tuple[Node, ...]:
    return tuple(a_step(f"eyes{n}", role("board"), distinct_persons=True, **options) for n in range(count))


FAULTY = {
    "S-1 a condition that nothing meets": (
        a_step("one", role("finance"), when=when("total_amount < 5 and total_amount > 9")),
    ),
    "S-1 a case that an earlier one always takes": (
        ChooseSpec(
            "size",
            (
                (when("total_amount >= 100"), (a_step("low", role("finance")),)),
                (when("total_amount >= 900"), (a_step("high", role("board")),)),
                (None, ()),
            ),
        ),
    ),
    "S-3 a gap at exactly the limit": (
        a_step("low", role("finance"), when=when("total_amount < 1000")),
        a_step("high", role("board"), when=when("total_amount > 1000")),
    ),
    "S-3 a gap between two bands": (
        a_step("low", role("finance"), when=when("total_amount < 1000")),
        a_step("high", role("board"), when=when("total_amount >= 5000")),
    ),
    "I-3 four eyes eight times, and a role of few": four_eyes(8),
    "I-3 four eyes in branches, and one process admin can't be two": (
        ParallelSpec(
            "both",
            {
                "left": (None, four_eyes(3)),
                "right": (None, (a_step("more", role("board"), distinct_from=("eyes0", "eyes1", "eyes2")),)),
            },
        ),
    ),
}
GOOD: dict[str, tuple[Node, ...]] = {
    "one step": (a_step("one", role("finance")),),
    "touching bands": (
        a_step("low", role("finance"), when=when("total_amount < 1000")),
        a_step("high", role("board"), when=when("total_amount >= 1000")),
    ),
    "nobody for small sums": (a_step("high", role("board"), when=when("total_amount >= 1000")),),
    "four eyes": four_eyes(2),
    "an empty role is refused": (a_step("one", role("finance"), empty="auto_reject"),),
    "managers": (a_step("chain", Who(managers_of="requester", up_to={"limit": "total_amount"})),),
    "a branch by choice": (
        ChooseSpec("rush", ((when("urgent"), ()), (None, (a_step("one", role("finance"), abstain=True),)))),
        a_step("last", role("board"), role("finance"), mode="all_of", in_order=True),
    ),
}


@pytest.mark.parametrize("name", sorted(FAULTY))
def test_a_faulty_approval_is_refused(name: str) -> None:
    rule = name.split()[0]
    assert any(f"({rule})" in words for words in said(proof(*FAULTY[name]), "error")), said(
        proof(*FAULTY[name]), "note"
    )


@pytest.mark.parametrize("name", sorted(GOOD))
def test_a_good_approval_passes(name: str) -> None:
    assert said(proof(*GOOD[name]), "error") == []


def test_I_3_a_dead_end_is_told_with_the_shortest_way_there() -> None:
    found = said(proof(*four_eyes(4)), "error")
    assert found == [
        "The step 'eyes3' ends in nobody's hands if nobody holds the role board (I-3)."
        " Path: eyes0 approves; eyes1 approves."
    ] or any("Path: eyes0 approves; eyes1 approves" in words for words in found), found


def test_S_14_whoever_can_approve_alone_is_told_for_each_band() -> None:
    low = a_step("low", role("finance"), when=when("total_amount < 1000"))
    found = said(
        proof(low, a_step("joint", role("board"), role("finance"), mode="all_of", when=when("total_amount >= 1000"))),
        "note",
    )
    assert [words for words in found if "S-14" in words] == [
        "One person alone can approve it (total_amount 999): low (S-14)."
    ]


def test_S_5_a_fallback_that_names_nobody_is_refused(tmp_path: Path) -> None:
    text = REQUEST.replace(
        "approver: {manager_of: requester}", "approver: {manager_of: requester}\n    empty: named_fallback"
    )
    assert any("names no fallback" in d.say() for d in check_workflows(laid_over(tmp_path, purchase_request=text)))


def test_S_6_nobody_may_be_allowed_to_approve_his_own_money(tmp_path: Path) -> None:
    text = REQUEST.replace("approver: {manager_of: requester}", "approver: {manager_of: requester}\n    self: allow")
    assert any(
        "money is at stake (S-6)" in d.say() for d in check_workflows(laid_over(tmp_path, purchase_request=text))
    )


GAP = (
    REQUEST[: REQUEST.index("examples:")]
    .replace("total_amount >= 5000\n", "total_amount < 100\n")
    .replace("- step: manager_review", "- step: manager_review\n    when: total_amount < 50")
)


def test_check_prove_and_publishing_refuse_the_same_with_the_place(tmp_path: Path) -> None:
    catalogue = laid_over(tmp_path / "files", purchase_request=GAP)
    told = [diagnostic.say() for diagnostic in check_workflows(catalogue) if diagnostic.severity == "error"]
    assert (
        len(told) == 1 and "Nobody is asked for total_amount 100, though below and above somebody is (S-3)." in told[0]
    )
    assert told[0].startswith("workflows/purchasing/purchase_request.yaml:1:1: ")
    with pytest.raises(ConfigError, match="S-3"):
        a_desk(tmp_path, catalogue=catalogue)


def test_a_workflow_that_gets_stuck_is_not_published_while_people_work(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    with pytest.raises(ConfigError, match="S-3"):
        desk.repository.publish(laid_over(tmp_path / "files", purchase_request=GAP), additions_only=True)
    assert desk.repository.catalogue.version == shipped().version, "what was in force stays in force"


DOZEN = {
    "in bands": [
        a_step(f"step{n}", role(("finance", "board", "purchasing")[n % 3]), when=when(f"total_amount >= {n * 1000}"))
        for n in range(12)
    ],
    "each of another role": [a_step(f"step{n}", role(f"role{n}")) for n in range(12)],
}


@pytest.mark.parametrize("name", DOZEN)
def test_a_proof_of_twelve_steps_takes_two_seconds(name: str) -> None:
    """However many people work there: a proof invents its companies."""
    gc.freeze()  # what other tests left is not looked through
    taken = []
    for _ in range(3):
        start = process_time()
        assert said(proof(*DOZEN[name]), "error") == []
        taken.append(process_time() - start)
    gc.unfreeze()
    assert min(taken) < 5, "CPU seconds; 2 on a quiet machine, which may be two and a half times as fast as a busy one"


@pytest.mark.parametrize("name", sorted({**FAULTY, **GOOD}))
def test_what_is_planned_once_for_many_companies_is_what_each_would_plan(name: str) -> None:
    nodes = {**FAULTY, **GOOD}[name]
    shared = Walks(a_stage(*nodes))
    for scene in scenes(shipped(), list(steps_of(nodes))):
        for case in situations(conditions(nodes)):
            one, other = shared.walk(scene, case.held), Walks(a_stage(*nodes)).walk(scene, case.held)
            assert (one.stuck, one.rescued, str(one.refused)) == (other.stuck, other.rescued, str(other.refused))
            assert scene.faults or one.deciders == other.deciders


def test_workflows_that_differ_in_nothing_but_names_are_proved_once(monkeypatch: pytest.MonkeyPatch) -> None:
    spec, proofs = shipped().workflows["purchase_request"], []
    monkeypatch.setattr(prover, "_proved", {})
    monkeypatch.setattr(prover, "prove", lambda catalogue, name: proofs.append(name) or [])
    again = replace(spec, name="again", hash="", title=plain("Again"))
    raised = replace(spec, name="raised", stages=a_raised(spec.stages))
    other = replace(shipped(), workflows={one.name: one for one in (spec, again, raised)})
    prover.faults(other)
    prover.faults(replace(other, organisation=replace(other.organisation, process_admins=("admin",))))
    assert proofs == ["purchase_request", "raised", "purchase_request", "raised"]


def a_raised(stages: Mapping[str, StageSpec]) -> dict[str, StageSpec]:
    review = stages["in_review"]
    first, second, *rest = review.steps
    steps = (first, replace(second, when=when("total_amount >= 5001")), *rest)
    return {**stages, "in_review": replace(review, steps=steps)}


ROLES = ("finance", "board", "purchasing")
whos = st.one_of(
    st.sampled_from(ROLES).map(role), st.just(Who(manager_of="requester")), st.just(Who(head_of="department"))
)
options = st.fixed_dictionaries(
    {
        "distinct_persons": st.booleans(),
        "abstain": st.booleans(),
        "in_order": st.booleans(),
        "repeat": st.sampled_from(["ask_again", "auto_pass_if_consecutive", "auto_pass_if_earlier_in_round"]),
        "empty": st.sampled_from(["rescue_admin", "next_manager_up", "auto_reject", "skip_with_reason"]),
        "self_rule": st.sampled_from(["next_manager_up", "skip_if_others"]),
        "returns": st.sampled_from(["decisive", "needs_mode"]),
        "auto_return": st.sampled_from([None, None, days(3)]),
        "escalate": st.sampled_from([None, None, (days(1), role("finance"))]),
    }
)
bands = st.sampled_from([None, None, "total_amount >= 1000", "total_amount < 1000", "urgent"])


@st.composite
def approvals(draw: st.DrawFn) -> tuple[Node, ...]:
    """Give an approval of one to four steps, some in branches."""
    steps: list[Node] = []
    for number in range(draw(st.integers(1, 4))):
        mode = draw(st.sampled_from(["single", "any_of", "all_of"]))
        named = [draw(whos) for _ in range(1 if mode == "single" else 2)]
        condition = draw(bands)
        steps.append(
            a_step(f"s{number}", *named, mode=mode, when=when(condition) if condition else None, **draw(options))
        )
    if len(steps) > 2 and draw(st.booleans()):
        return ParallelSpec("both", {"a": (None, tuple(steps[:1])), "b": (when("urgent"), tuple(steps[1:2]))}), *steps[
            2:
        ]
    return tuple(steps)


def act(run: Run, random: Random) -> None:
    """Let somebody do something that he may do, or time pass."""
    if run.state.status == "returned":
        planner.submit(run, applicant=APPLICANT, submitter=APPLICANT, round_no=run.state.round + 1)
        return
    if random.random() < 0.1:
        run.facts = replace(run.facts, now=run.facts.now + timedelta(days=4))
        timers.fire(run)
        return
    task = random.choice(run.state.open_tasks())
    step = run.step(run.state.entries[task.entry].step)
    decision = random.choice([*acts.offered(step), "approve", "approve"])
    targets: list[str | None] = [None, *acts.return_targets(run, step)]
    to = random.choice(targets) if decision == "return" else None
    acts.decide(run, task.no, decision, actor=task.holder, comment="random", to=to)


def a_random_run(stage: StageSpec, scene: Scene, held: frozenset[str], random: Random) -> None:
    """Run an approval at random; nobody is ever without anybody to ask."""
    run = Run(stage, State(), Witness(scene, held).now)
    try:
        planner.submit(run, applicant=APPLICANT, submitter=APPLICANT, round_no=1, chosen={"": [NAMED]})
    except DaybookError:
        return  # refused at once, with a sentence: it never begins to run into a dead end
    for _ in range(25):
        if run.state.ended:
            return
        assert run.state.status == "returned" or run.state.open_tasks(), (scene.words.en, run.state)
        run.events = []
        act(run, random)
        assert not [e for e in run.events if e.kind == "returned" and e.rule == "R-4.5b"], (scene.words.en, run.events)


@settings(max_examples=20, deadline=None)
@given(approvals(), st.integers(0, 2**32))
def test_S_14_what_the_prover_calls_free_never_gets_stuck(nodes: tuple[Node, ...], seed: int) -> None:
    if any(finding.severity == "error" and "I-3" in finding.say() for finding in proof(*nodes)):
        return
    random, stage = Random(seed), a_stage(*nodes)
    companies = [s for s in scenes(shipped(), list(steps_of(nodes))) if s.faults < 2]
    cases = situations(conditions(nodes))
    for _ in range(12):
        a_random_run(stage, random.choice(companies), random.choice(cases).held, random)
