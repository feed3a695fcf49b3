"""What `daybook check` and `daybook prove` say of workflows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from app.config.workflow_spec import WorkflowSpec
from app.workflow.examples import check_examples
from app.workflow.prover import prove
from tests.workflow.desks import ROOT, laid_over, shipped

REQUEST = (ROOT / "workflows" / "purchasing" / "purchase_request.yaml").read_text("utf-8")


def proof_of(folder: Path, text: str, name: str = "purchase_request") -> list[str]:
    return [f"{finding.severity}: {finding.say()}" for finding in prove(laid_over(folder, **{name: text}), name)]


def test_the_shipped_examples_hold() -> None:
    assert check_examples(shipped()) == []


@pytest.mark.parametrize("name", sorted(shipped().workflows))
def test_no_shipped_workflow_ends_in_nobodys_hands(name: str) -> None:
    assert [finding.say() for finding in prove(shipped(), name) if finding.severity == "error"] == []


def test_an_example_that_contradicts_is_said_where_it_stands(tmp_path: Path) -> None:
    text = REQUEST.replace("path:  [manager_review, joint_review]", "path:  [manager_review]", 1)
    found = check_examples(laid_over(tmp_path, purchase_request=text))
    line = (
        text.splitlines().index(
            "    path:  [manager_review]", text.splitlines().index("  - given: {total_amount: 5000}")
        )
        + 1
    )
    assert [d.say() for d in found] == [
        f"workflows/purchasing/purchase_request.yaml:{line}:5: with these values the way is"
        " [manager_review, joint_review], not [manager_review]\n"
        "        path:  [manager_review]\n        ^"
    ]


def test_a_linked_document_may_be_told_in_an_example(tmp_path: Path) -> None:
    order = (ROOT / "workflows" / "purchasing" / "purchase_order.yaml").read_text("utf-8")
    text = order.replace(
        "{purchase_request: {total_amount: 900}, total_amount: 900}",
        "{purchase_request: {total_amount: 899}, total_amount: 900}",
    )
    assert "the way is [manager_review], not []" in check_examples(laid_over(tmp_path, purchase_order=text))[0].words.en


def test_what_examples_leave_open_is_computed_from_what_they_tell(tmp_path: Path) -> None:
    text = REQUEST.replace("given: {total_amount: 80000}", "given: {lines: [{quantity: 4, unit_price: 20000}]}")
    assert check_examples(laid_over(tmp_path, purchase_request=text)) == []


def test_a_proof_tells_when_a_step_goes_to_the_admins(tmp_path: Path) -> None:
    assert (
        "note: The step 'Line manager' goes to the process administrators if the applicant has no manager."
        in proof_of(tmp_path, REQUEST)
    )


def test_S_5_skipping_without_a_later_step_is_told(tmp_path: Path) -> None:
    text = REQUEST.replace(
        "any_of: [{role: chief_executive}, {role: chief_financial_officer}]",
        "any_of: [{role: chief_executive}]\n    empty: skip_with_reason",
    )
    assert any("no later step follows" in line for line in proof_of(tmp_path, text))


def test_S_7_more_approvals_than_slots_are_told(tmp_path: Path) -> None:
    text = REQUEST.replace(
        "all_of: [{role: finance_controller}, {role: purchasing_manager}]",
        "some_of: [{role: finance_controller}]\n    need: 3",
    )
    assert any("needs 3 approvals of 1 (S-7)" in line for line in proof_of(tmp_path, text))


def test_S_15_one_admin_is_not_enough_where_money_is_at_stake() -> None:
    catalogue = shipped()
    alone = replace(catalogue, organisation=replace(catalogue.organisation, process_admins=("admin",)))
    said = [f"{f.severity}: {f.say()}" for f in prove(alone, "purchase_request")]
    assert "error: A workflow with money needs two process administrators (S-15)." in said
    assert any("If the applicant is a process administrator, it can't be submitted" in line for line in said)


def test_S_4_a_circle_without_anybody_is_an_error() -> None:
    catalogue = shipped()
    spec: WorkflowSpec = catalogue.workflows["purchase_order"]
    stages = dict(spec.stages)
    ordered = stages["ordered"]
    stages["ordered"] = replace(ordered, auto=(replace(ordered.auto[1], when=None),))
    circle = replace(catalogue, workflows={"purchase_order": replace(spec, stages=stages)})
    assert "error" in {finding.severity for finding in prove(circle, "purchase_order")}
