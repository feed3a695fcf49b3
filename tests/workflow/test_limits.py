"""R-4.9 and R-4.10: what one person may approve alone, and documents that count as one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.data.document import Document
from app.workflow import log, passing, service
from app.workflow.definitions import make
from app.workflow.errors import Barred, WrongReceiver
from app.workflow.together import together
from tests.workflow.company import ADMIN, ADMIN2, BEN, CLEO, DAN, EVE, a_company, a_request, a_step, role, when
from tests.workflow.desks import ROOT, Desk, a_desk, laid_over, request_values, shipped

LAST = a_step("last", role("board"), limit="total_amount")


def amount(value: int) -> dict[str, Decimal]:
    return {"total_amount": Decimal(value)}


def test_R_4_9_over_his_limit_nobody_decides_last() -> None:
    assert a_request(LAST, values=amount(20000)).holders() == [CLEO, DAN], (
        "Cleo's limit is 20,000, Dan has none above him"
    )
    case = a_request(LAST, values=amount(20001))
    assert case.holders() == [DAN] and f"limit:{CLEO}" in case.state.entries[0].notes


def test_R_4_9_over_his_limit_somebody_decides_where_another_step_follows() -> None:
    case = a_request(LAST, a_step("after", role("controller")), values=amount(90000))
    assert CLEO in case.holders()
    only_when_urgent = a_step("after", role("controller"), when=when("urgent"))
    assert a_request(LAST, only_when_urgent, values=amount(90000)).holders() == [DAN]


def test_R_4_9_where_every_limit_is_too_low_the_next_manager_or_an_admin_decides() -> None:
    alone = a_company(board=(CLEO,))
    assert a_request(LAST, values=amount(90000), company=alone).holders() == [ADMIN, ADMIN2]
    up = a_step("last", role("board"), limit="total_amount", empty="next_manager_up")
    case = a_request(up, values=amount(90000), company=alone)
    assert case.holders() == [DAN], "Ben and Cleo are passed over: their limits are as low"
    assert case.approve(DAN).state.status == "approved"


def test_R_4_9_a_limit_is_looked_at_again_when_somebody_decides_or_passes_on() -> None:
    case = a_request(LAST, values=amount(20000))
    case.company = a_company(people={CLEO: {"limit": Decimal(500)}})
    with pytest.raises(Barred, match="above what you may approve alone"):
        case.approve(CLEO)
    run = case.run()
    with pytest.raises(WrongReceiver, match="above what this person"):
        passing.transfer(run, case.task(DAN), BEN, actor=DAN, comment="yours")
    assert case.decide(CLEO, "reject").state.status == "rejected", "a no has no limit"


def test_R_4_9_an_admin_who_comes_to_the_rescue_is_not_held_up() -> None:
    case = a_request(LAST, values=amount(90000), company=a_company(board=(EVE,), admin=(BEN, ADMIN2)))
    assert case.holders() == [BEN, ADMIN2]
    assert case.approve(BEN).state.status == "approved"


TOGETHER = (ROOT / "workflows" / "purchasing" / "purchase_request.yaml").read_text("utf-8")
TOGETHER = TOGETHER.replace(
    "form: purchase_request\n",
    "form: purchase_request\namount: {figure: total_amount, together: {same: [requester, supplier], within: 30 days}}\n",
)


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Desk:
    return a_desk(tmp_path, database_url, catalogue=laid_over(tmp_path / "files", purchase_request=TOGETHER))


def ask(desk: Desk, price: str, name: str = "employee", **more: str) -> Document:
    values = request_values(price, needed_on=(desk.now + timedelta(days=9)).date().isoformat())
    return desk.create(name, "purchase_request", values | more, submit=True)


def steps_asked(desk: Desk, document: Document) -> list[str]:
    """Approve whatever is asked of a document; give the steps."""
    found = []
    while True:
        with desk.at("system") as tx:
            row = tx.fetch_one(
                tx.sql(
                    "select t.step, a.name from workflow_task t join office_account a on a.id = t.holder_id"
                    " where t.document_id = ? and t.state = 'open' order by t.id"
                ),
                (document.id,),
            )
        if row is None:
            return list(dict.fromkeys(found))
        found.append(row[0])
        task = next(task for task in desk.inbox(row[1]) if task.number == document.number)
        with desk.at(row[1]) as tx:
            service.decide(tx, task.id, "approve", comment="seen")


def test_R_4_10_two_halves_take_the_way_of_the_whole(desk: Desk) -> None:
    assert steps_asked(desk, ask(desk, "300")) == ["manager_review"]
    assert steps_asked(desk, ask(desk, "300")) == ["manager_review", "joint_review"], "3,000 and 3,000 are 6,000"


def test_R_4_10_other_people_suppliers_and_times_count_for_themselves(desk: Desk) -> None:
    ask(desk, "300")
    assert steps_asked(desk, ask(desk, "300", "colleague")) == ["manager_review"]
    without = {k: v for k, v in request_values("300").items() if k != "supplier"}
    nothing = desk.create("employee", "purchase_request", without, submit=True)
    assert steps_asked(desk, nothing) == ["manager_review"], "no supplier is not the same supplier"
    desk.now += timedelta(days=31)
    assert steps_asked(desk, ask(desk, "300")) == ["manager_review"]


def test_R_4_10_what_was_refused_or_never_asked_for_does_not_count(desk: Desk) -> None:
    desk.create("employee", "purchase_request", request_values("300"))
    ask(desk, "300")
    desk.decide("manager", "reject", comment="no")
    assert steps_asked(desk, ask(desk, "300")) == ["manager_review"]


def test_R_4_10_the_approver_sees_the_sum_and_the_other_documents(desk: Desk) -> None:
    first = ask(desk, "300")
    second = ask(desk, "300")
    task = next(task for task in desk.inbox("manager") if task.number == second.number)
    assert task.together is not None and task.amount == Decimal(3000)
    assert (task.together.amount, [link.number for link in task.together.documents]) == (Decimal(6000), [first.number])
    with desk.at("system") as tx:
        (submitted,) = [e for e in log.read(tx, "purchase_request", second.id) if e.event.kind == "submitted"]
    assert submitted.event.data["together"] == {"amount": "6000.00", "documents": [first.number]}


@pytest.mark.parametrize(("own_band", "counts"), [(False, 6000), (True, -6000)])
def test_R_4_11_a_negative_amount_counts_by_its_size_unless_it_has_its_own_band(
    desk: Desk, own_band: bool, counts: int
) -> None:
    definition = make(shipped(), replace(shipped().workflows["purchase_request"], own_band=own_band))
    with desk.at("system") as tx:
        found = together(tx, {"total_amount": Decimal(-6000)}, definition)
    assert found is not None and found.amount == counts


def test_a_key_that_is_not_carried_out_yet_is_said_so(tmp_path: Path) -> None:
    text = TOGETHER.replace(
        "approver: {manager_of: requester}", "approver: {manager_of: requester}\n    shrink_on_departure: true"
    )
    told = [w.say() for w in laid_over(tmp_path, purchase_request=text).warnings]
    assert len(told) == 1 and "'shrink_on_departure' is understood but not carried out yet" in told[0]
