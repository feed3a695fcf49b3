"""What a workflow's file means once it is read."""

from __future__ import annotations

from decimal import Decimal

from app.config.loader import check, load_catalogue
from app.config.workflow_spec import ChooseSpec, ParallelSpec, Span, StepSpec, Who, WorkflowSpec
from tests.config.small import small

APPROVAL = "workflows/purchasing/purchase_request.yaml"
LIFE = "workflows/sales/sales_order.yaml"


def an_approval(*changes: tuple[str, str]) -> WorkflowSpec:
    """Give the small company's approval, changed."""
    return load_catalogue(small(*[(APPROVAL, old, new) for old, new in changes])).workflows["purchase_request"]


def first_step(workflow: WorkflowSpec) -> StepSpec:
    """Give the first step of an approval."""
    step = workflow.stages["in_review"].steps[0]
    assert isinstance(step, StepSpec)
    return step


def test_the_short_form_is_written_out_as_stages() -> None:
    """Draft, review, and the ends; withdrawing leads back to draft."""
    stages = an_approval().stages
    assert list(stages) == ["draft", "in_review", "returned", "approved", "rejected", "cancelled"]
    review = stages["in_review"]
    assert [
        way.to for way in (review.on_approved, review.on_rejected, review.on_returned, review.on_withdrawn) if way
    ] == ["approved", "rejected", "returned", "draft"]
    assert stages["draft"].actions["submit"].who == (Who(field="created_by"),)
    assert stages["returned"].editable is True


def test_stages_carry_one_of_six_meanings() -> None:
    """From stages.yaml, by their names."""
    stages = an_approval().stages
    assert [stages[name].meaning for name in ("draft", "in_review", "returned", "approved", "rejected")] == [
        "not_begun",
        "waiting",
        "goes_back",
        "ended_well",
        "stopped",
    ]
    assert stages["in_review"].title.zh == "审批中"


def test_the_amount_is_the_only_money_total() -> None:
    """Unless `amount` says which."""
    assert an_approval().amount == "total_amount"


def test_people_are_found_by_manager_head_role_and_field() -> None:
    """Each in its own slot of Who."""
    step = first_step(an_approval())
    assert step.approvers == (Who(manager_of="requester"),)
    assert step.options.escalate == (Span(2, "days", True), Who(head_of="department"))


def test_days_in_steps_are_working_days_unless_they_say_calendar() -> None:
    """R-9.1."""
    workflow = an_approval(("escalate: {after: 2 days,", "deadline: 3 calendar days\n    escalate: {after: 4 hours,"))
    options = first_step(workflow).options
    assert (options.deadline, options.escalate and options.escalate[0]) == (
        Span(3, "days", False),
        Span(4, "hours", True),
    )


def test_modes_settle_each_in_their_own_way() -> None:
    """all_of by veto, any_of by the first decision."""
    steps = an_approval().stages["in_review"].steps
    assert [step.options.settle for step in steps if isinstance(step, StepSpec)] == ["first_decision", "veto"]


def test_options_of_all_steps_lie_below_those_of_one() -> None:
    """`approval:` for all, a key on a step for that step."""
    workflow = an_approval(
        ("steps:", "approval: {comment: required, withdraw: never}\nsteps:"),
        ("    all_of:", "    comment: optional\n    all_of:"),
    )
    steps = [step for step in workflow.stages["in_review"].steps if isinstance(step, StepSpec)]
    assert [step.options.comment for step in steps] == ["required", "optional"]
    assert workflow.withdraw == "never"


def test_some_of_needs_a_share_or_a_number() -> None:
    """60% is a Decimal, 2 a number."""
    change = (
        "    all_of: [{role: finance}, {role: buyer}]",
        "    some_of: [{role: finance}, {role: buyer}]\n    need: 60%",
    )
    step = an_approval(change).stages["in_review"].steps[1]
    assert isinstance(step, StepSpec) and (step.mode, step.options.need) == ("some_of", Decimal("0.6"))


def test_groups_choose_and_run_side_by_side() -> None:
    """The last case is for all others; branches may have conditions."""
    groups = """\
  - choose: by_size
    cases:
      - when: total_amount >= 100
        steps:
          - parallel: both
            branches:
              money: {steps: [{step: money_review, title: {en: Money, zh: 资金}, any_of: [{role: finance}]}]}
              law:   {when: total_amount > 900, steps: []}
      - otherwise: true
        steps: []
"""
    workflow = an_approval(("examples:", groups + "examples:"))
    choose = workflow.stages["in_review"].steps[2]
    assert isinstance(choose, ChooseSpec) and choose.cases[1] == (None, ())
    assert isinstance(choose.cases[0][1][0], ParallelSpec)


def test_what_is_done_is_read_into_verbs() -> None:
    """create, set, tell, call: checked against both forms."""
    done = """\
on_approved:
  - create: sales_order
    lines: {lines: {from: lines, where: quantity > 1, copy: [product, quantity]}}
    set: {ordered_on: needed_on}
  - small.reserve
"""
    way = (
        load_catalogue(small((APPROVAL, "examples:", done.replace("  - small.reserve\n", "") + "examples:")))
        .workflows["purchase_request"]
        .stages["in_review"]
        .on_approved
    )
    assert way is not None and way.to == "approved"
    (create,) = way.do
    assert (create.verb, create.name, create.options["lines"]["lines"]["copy"]) == (
        "create",
        "sales_order",
        ("product", "quantity"),
    )


def test_a_copied_field_must_be_on_both_sides() -> None:
    """What can't be copied is named."""
    done = "on_approved:\n  - create: sales_order\n    copy: [reason]\n"
    (fault,) = check(small((APPROVAL, "examples:", done + "examples:")))
    assert "reason" in fault.words.en


def test_buttons_of_several_stages_stand_in_each() -> None:
    """`from` names them; nothing written: all that are not final."""
    many = "actions:\n  ship: {who: [buyer], to: completed}\n"
    stages = load_catalogue(small((LIFE, "", many))).workflows["sales_order"].stages
    assert [name for name, stage in stages.items() if "ship" in stage.actions] == ["draft", "in_review"]


def test_an_unknown_area_of_actions_is_silent_until_all_domains_are_there() -> None:
    """A lower layer's test need not load stock."""
    change = (LIFE, "small.reserve", "elsewhere.reserve")
    assert check(small(change)) == []
    (fault,) = check(small(change).strictly())
    assert "there is no action 'elsewhere.reserve'" in fault.words.en


def test_examples_know_their_place() -> None:
    """The planner's message points at the path."""
    (example,) = an_approval().examples
    assert (example.file, example.line, example.column, example.given) == (
        APPROVAL,
        16,
        5,
        {"total_amount": Decimal(80000)},
    )


def test_reminders_and_deadlines_of_steps_are_working_time() -> None:
    """Plain days are working days where people decide."""
    options = first_step(
        an_approval(("    escalate:", "    deadline: 2 days\n    remind: [4 hours]\n    escalate:"))
    ).options
    assert (options.deadline, options.remind) == (Span(2, "days", True), (Span(4, "hours", True),))


def test_a_name_that_is_role_and_person_is_the_person_when_told_and_the_role_when_let_in() -> None:
    """The buyer of this order is told, not every buyer; every buyer may press the button."""
    form = (
        "forms/sales/sales_order.yaml",
        "fields:\n",
        "fields:\n  buyer: {type: user, label: {en: Buyer, zh: 采购员}}\n",
    )
    life = (LIFE, "do: [small.reserve]", "do: [{tell: [buyer], message: request_late}]")
    review = load_catalogue(small(form, life)).workflows["sales_order"].stages["in_review"]
    assert review.do[0].options["to"] == (Who(field="buyer"),)
    assert review.actions["finish"].who == (Who(role="buyer"),)
