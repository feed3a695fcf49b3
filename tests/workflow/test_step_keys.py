"""Deadlines from a field or in a named calendar, and approvers' edits that only go forward (R-9.1, R-10.2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.config.workflow_spec import Span
from app.data import documents
from tests.workflow.company import a_request, a_step, role
from tests.workflow.desks import Desk, a_desk, laid_over
from tests.workflow.test_deciding import FORM, STEPS


def due(case: object) -> str | None:
    return case.state.entries[-1].slots[0].due_at  # type: ignore[attr-defined, no-any-return]


def test_R_9_1_a_date_of_the_form_is_the_deadline_frozen_as_the_step_is_entered() -> None:
    step = a_step("one", role("controller"), deadline_field="needed_on", deadline=Span(2, "days"))
    case = a_request(step, values={"needed_on": date(2026, 6, 5)})
    assert due(case) == "2026-06-06T00:00:00+00:00", "the whole day counts"
    case.values["needed_on"] = date(2026, 6, 30)
    assert due(case) == "2026-06-06T00:00:00+00:00"
    at = datetime(2026, 6, 5, 9, tzinfo=UTC)
    assert due(a_request(step, values={"needed_on": at})) == at.isoformat()


def test_R_9_1_an_empty_field_leaves_the_deadline_that_is_written() -> None:
    step = a_step("one", role("controller"), deadline_field="needed_on", deadline=Span(2, "days"))
    case = a_request(step)
    assert due(case) == (case.now + timedelta(days=2)).isoformat()
    assert due(a_request(a_step("one", role("controller"), deadline_field="needed_on"))) is None


def two_steps(more: str) -> str:
    return STEPS.replace("approver: {user: director}", "approver: {user: director}\n    " + more)


def an_errand(desk: Desk) -> documents.Document:
    draft = desk.create("employee", "errand", {"reason": "Stamps", "total_amount": "100"})
    return desk.act("employee", draft, "submit", inputs={"chosen": {"third": "finance"}})


@pytest.mark.parametrize(("amount", "waits"), [("90", ["director"]), ("110", ["manager"])])
def test_R_10_2_forward_only_keeps_earlier_approvals_unless_the_amount_rose(
    tmp_path: Path, database_url: str, amount: str, waits: list[str]
) -> None:
    steps = two_steps("approver_edits: forward_only")
    desk = a_desk(tmp_path, database_url, catalogue=laid_over(tmp_path, forms={"errand": FORM}, errand=steps))
    document = an_errand(desk)
    desk.decide("manager", "approve")
    with desk.at("director") as tx:
        documents.update(tx, "errand", document.number, {"total_amount": Decimal(amount)})
    assert desk.waiting() == waits


def test_R_9_1_a_step_may_count_in_another_calendar(tmp_path: Path) -> None:
    good = laid_over(tmp_path, forms={"errand": FORM}, errand=two_steps("calendar: office\n    deadline: 2 days"))
    step = good.workflows["errand"].stages["in_review"].steps[1]
    assert step.options.calendar == "office" and not [w for w in good.warnings if "errand" in w.say()]  # type: ignore[union-attr]
