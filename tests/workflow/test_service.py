"""Stages and approvals over real documents, on both databases."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest

from app.core.errors import Conflict, DaybookError, Invalid, NotAllowed, NotFound
from app.data import accounts, documents
from app.workflow import log, record, service
from app.workflow.bars import barred
from app.workflow.definitions import current
from app.workflow.errors import (
    ActionRefused,
    AlreadySettled,
    Barred,
    CommentNeeded,
    KeptApart,
    NobodyToUnblock,
    NotSeen,
    PassedOn,
    WithdrawRefused,
)
from app.workflow.evolving import replay
from app.workflow.organisation import TableOrganisation
from tests.workflow.desks import Desk, a_desk, request_values


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Desk:
    return a_desk(tmp_path, database_url)


def submitted(desk: Desk, price: str = "10", who: str = "employee") -> documents.Document:
    return desk.create(who, "purchase_request", request_values(price), submit=True)


def order_of(desk: Desk) -> documents.Document:
    with desk.at("system") as tx:
        return documents.get(tx, "purchase_order", "PO-2026-00001")


def test_a_small_request_goes_through_the_manager_and_makes_the_order(desk: Desk) -> None:
    request = submitted(desk)
    assert (request.stage, desk.waiting()) == ("in_review", ["manager"])
    desk.decide("manager")
    assert desk.get(request).stage == "approved" and desk.waiting() == []
    order = order_of(desk)
    assert (order["purchase_request"].number, order["supplier"].number, order["total_amount"]) == (
        request.number,
        "S-00001",
        Decimal("100.00"),
    )
    assert order["lines"][0]["product"].number == "PEN-1" and order["buyer"].number == "buyer"


def test_a_request_made_first_and_submitted_later_is_the_same(desk: Desk) -> None:
    draft = desk.create("employee", "purchase_request", request_values())
    assert (draft.stage, desk.waiting()) == ("draft", [])
    assert desk.act("employee", draft, "submit").stage == "in_review" and desk.waiting() == ["manager"]


def test_a_big_request_needs_both_and_then_one_of_the_executives(desk: Desk) -> None:
    request = submitted(desk, "5000")
    desk.decide("manager")
    assert desk.waiting() == ["finance_controller", "purchasing_manager"]
    desk.decide("purchasing_manager")
    desk.decide("finance_controller")
    assert desk.waiting() == ["chief_executive"]
    desk.decide("chief_executive")
    assert desk.get(request).stage == "approved"


def test_the_inbox_shows_what_is_needed_to_decide(desk: Desk) -> None:
    submitted(desk)
    task = desk.inbox("manager")[0]
    assert (task.number, task.title, task.amount, task.currency, str(task.requester)) == (
        "PR-2026-00001",
        "New pens",
        Decimal("100.00"),
        "CNY",
        "Employee",
    )
    assert task.decisions == ("approve", "reject", "return") and task.bulk


def test_whoever_holds_a_task_sees_the_document_and_keeps_sight_of_what_he_decided(desk: Desk) -> None:
    request = submitted(desk, "5000")
    with desk.at("warehouse") as tx, pytest.raises((NotFound, NotAllowed)):
        documents.get(tx, "purchase_request", request.number)
    with desk.at("manager") as tx:
        service.decide(tx, service.inbox(tx)[0].id, "transfer", to="warehouse", comment="away")
    with desk.at("warehouse") as tx:
        documents.get(tx, "purchase_request", request.number)
    desk.decide("warehouse")
    with desk.at("warehouse") as tx:
        assert documents.get(tx, "purchase_request", request.number).stage == "in_review"
        assert [task.state for task in service.done_by_me(tx)] == ["approved"]


def test_R_3_11_the_second_decision_is_told_who_was_first(desk: Desk) -> None:
    request = submitted(desk)
    task = desk.inbox("manager")[0].id
    desk.decide("manager")
    with desk.at("manager") as tx, pytest.raises(AlreadySettled, match="Manager approved this at 2026-06-01 09:00"):
        service.decide(tx, task, "approve")
    assert desk.get(request).stage == "approved"


def press_at_once(desk: Desk, task: int, decision: str, *, together: threading.Barrier) -> str:
    together.wait()
    try:
        with desk.at("manager") as tx:
            service.decide(tx, task, decision, comment="now")
    except AlreadySettled as settled:
        return str(settled)
    return decision


def test_R_3_11_two_decisions_at_the_same_instant_have_one_winner(desk: Desk) -> None:
    for _ in range(4):
        request = submitted(desk)
        task, together = desk.inbox("manager")[0].id, threading.Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            said = [pool.submit(press_at_once, desk, task, d, together=together) for d in ("approve", "reject")]
            ends = sorted(future.result(30) for future in said)
        assert ends[0].startswith("Manager approved this" if ends[1] == "approve" else "Manager rejected this")
        assert desk.get(request).stage == {"approve": "approved", "reject": "rejected"}[ends[1]]


def test_I_8_the_kept_log_replays_to_the_kept_state(desk: Desk) -> None:
    request = submitted(desk, "5000")
    desk.decide("manager")
    desk.decide("finance_controller", "return", comment="cheaper?")
    desk.act("employee", request, "submit")
    with desk.at("system") as tx:
        document = documents.get(tx, "purchase_request", request.number)
        known = record.last(tx, document)
        assert known and known.state.round == 2
        rows = tx.fetch(
            tx.sql("select no, holder_id, state from workflow_task where instance_id = ? order by no"), (known.id,)
        )
        assert rows == [(t.no, t.holder, t.state) for t in known.state.tasks]
        events = [entry.event for entry in log.read(tx, "purchase_request", document.id, instance_id=known.id)]
        assert replay(e for e in events if e.kind != "acted") == known.state


def test_R_12_1_the_log_is_chained_and_says_where_it_was_changed(desk: Desk) -> None:
    submitted(desk)
    desk.decide("manager")
    with desk.at("system") as tx:
        assert log.verify(tx) == []
        tx.run("update workflow_event set comment = 'never said' where kind = 'decided'")
        assert log.verify(tx) == ["purchase_request 1, event 4"]


def test_R_7_1_withdrawing_leads_back_to_draft_and_the_rounds_go_on_counting(desk: Desk) -> None:
    request = submitted(desk)
    assert desk.act("employee", request, "withdraw").stage == "draft" and desk.waiting() == []
    desk.act("employee", request, "submit")
    with desk.at("system") as tx:
        rows = tx.fetch("select status, round from workflow_instance order by id")
    assert rows == [("withdrawn", 1), ("running", 2)]


def test_R_7_1_after_the_first_decision_it_is_too_late_to_withdraw(desk: Desk) -> None:
    request = submitted(desk, "5000")
    desk.decide("manager")
    with pytest.raises(WithdrawRefused):
        desk.act("employee", request, "withdraw")


def test_a_return_needs_a_comment_and_brings_the_document_back_to_the_applicant(desk: Desk) -> None:
    request = submitted(desk)
    with pytest.raises(CommentNeeded):
        desk.decide("manager", "return", comment="")
    assert desk.decide("manager", "return", comment="which colour?").stage == "returned"
    with desk.at("employee") as tx:
        documents.update(tx, "purchase_request", request.number, {"reason": "Blue pens"})
    desk.act("employee", request, "submit")
    assert desk.waiting() == ["manager"] and "request_returned" in desk.messages()


def test_a_rejection_ends_it_and_the_applicant_is_told(desk: Desk) -> None:
    request = submitted(desk)
    desk.decide("manager", "reject", comment="no")
    assert desk.get(request).stage == "rejected" and "request_rejected" in desk.messages()


def test_a_decision_is_a_button_too(desk: Desk) -> None:
    request = submitted(desk)
    assert desk.act("manager", request, "approve").stage == "approved"


def test_R_5_1_who_changed_the_amount_may_not_approve_it(desk: Desk) -> None:
    draft = desk.create("employee", "purchase_request", request_values("5000"))
    with desk.at("system") as tx:
        editor = tx.as_actor(accounts.actor_named(desk.repository, "finance_controller"))
        documents.set_values(editor.as_system(), documents.get(tx, "purchase_request", draft.number), {"reason": "x"})
        tx.run(
            tx.sql(
                "update office_audit set act = 'update', diff = ?, cause_id = ? where document_id = ? and act = 'set'"
            ),
            ('{"lines":{"1":{"quantity":["1","10"]}}}', editor.actor.account.id, draft.id),
        )
    desk.act("employee", draft, "submit")
    desk.decide("manager")
    assert desk.waiting() == ["admin", "admin2", "purchasing_manager"]


def test_R_5_5_duties_are_kept_apart_along_the_chain_of_documents(desk: Desk) -> None:
    submitted(desk, who="purchasing_manager")
    desk.decide("director")
    with desk.at("system") as tx:
        order = documents.get(tx, "purchase_order", "PO-2026-00001")
        people = TableOrganisation(tx)
        asked = people.by_name("purchasing_manager")
        definition = current(tx, "purchase_order")
        assert asked and definition
        reasons = barred(tx, order, definition, people=people, submitter=0, editors=())
        assert reasons[asked.person].startswith("apart:Nobody approves what he asked for.")


def test_R_5_5_who_orders_does_not_receive(desk: Desk) -> None:
    submitted(desk)
    desk.decide("manager")
    order = order_of(desk)
    assert desk.act("buyer", order, "submit").stage == "ordered"
    desk.act("warehouse", order, "receive")
    with desk.at("system") as tx:
        accounts.give_role(tx, accounts.actor_named(desk.repository, "buyer").account, "warehouse")
        receipt = documents.get_by_id(tx, "goods_receipt", 1)
    with pytest.raises(KeptApart, match="Who orders does not receive"):
        desk.act("buyer", receipt, "submit")
    with desk.at("buyer") as tx:
        reasons = {view.name: view.allowed for view in service.actions_for(tx, receipt)}
    assert reasons["submit"] is False


def test_an_order_within_the_approved_request_needs_no_second_approval(desk: Desk) -> None:
    submitted(desk)
    desk.decide("manager")
    order = desk.act("buyer", order_of(desk), "submit")
    assert order.stage == "ordered"
    receipt = desk.act("warehouse", order, "receive")
    assert receipt.stage == "ordered"
    with desk.at("system") as tx:
        made = documents.get_by_id(tx, "goods_receipt", 1)
    assert (made.stage, made["purchase_order"].number, made["lines"][0]["quantity"]) == (
        "draft",
        order.number,
        Decimal(10),
    )


def test_R_4_5b_the_only_admin_cannot_submit_what_only_he_could_unblock(desk: Desk) -> None:
    with desk.at("system") as tx:
        accounts.set_active(tx, accounts.actor_named(desk.repository, "admin2").account, False)
        accounts.give_role(tx, accounts.actor_named(desk.repository, "admin").account, "employee")
    with pytest.raises(NobodyToUnblock, match="Admin can name"):
        submitted(desk, who="admin")


def test_who_may_not_press_is_told_who_may(desk: Desk) -> None:
    draft = desk.create("employee", "purchase_request", request_values())
    with pytest.raises(NotAllowed, match="Ask whoever made it"):
        desk.act("buyer", draft, "submit")
    with pytest.raises(ActionRefused, match="Possible now: Submit"):
        desk.act("employee", draft, "fly")


def test_an_incomplete_document_cannot_be_submitted(desk: Desk) -> None:
    draft = desk.create("employee", "purchase_request", request_values(reason=None))
    with pytest.raises(Invalid, match="Reason"):
        desk.act("employee", draft, "submit")


def test_somebody_elses_version_is_not_decided_blindly(desk: Desk) -> None:
    request = submitted(desk)
    with pytest.raises(NotSeen):
        desk.decide("manager", seen_version=1)
    with pytest.raises(Conflict):
        desk.act("employee", request, "withdraw", version=1)


def test_a_task_is_only_its_holders(desk: Desk) -> None:
    submitted(desk)
    task = desk.inbox("manager")[0].id
    with desk.at("director") as tx, pytest.raises(NotFound):
        service.decide(tx, task, "approve")


def test_a_transferred_task_says_to_whom(desk: Desk) -> None:
    submitted(desk)
    task = desk.inbox("manager")[0].id
    desk.decide("manager", "transfer", to="director")
    with desk.at("manager") as tx, pytest.raises(PassedOn, match="Passed on to Director"):
        service.decide(tx, task, "approve")
    assert desk.waiting() == ["director"]


def test_the_path_shows_what_was_what_is_and_what_comes(desk: Desk) -> None:
    request = submitted(desk, "5000")
    desk.decide("manager")
    with desk.at("employee") as tx:
        steps = [
            (view.step, view.state) for view in service.path(tx, documents.get(tx, "purchase_request", request.number))
        ]
        line = [
            (view.name, view.state)
            for view in service.stage_line(tx, documents.get(tx, "purchase_request", request.number))
        ]
    assert steps == [
        ("manager_review", "passed"),
        ("joint_review", "open"),
        ("joint_review", "open"),
        ("executive_review", "coming"),
    ]
    assert line == [("draft", "done"), ("in_review", "current"), ("approved", "coming")]


def test_a_draft_shows_the_path_it_would_take(desk: Desk) -> None:
    draft = desk.create("employee", "purchase_request", request_values("500"))
    with desk.at("employee") as tx:
        views = service.path(tx, documents.get(tx, "purchase_request", draft.number))
    assert [(view.step, [str(p) for p in view.people]) for view in views] == [
        ("manager_review", ["Manager"]),
        ("joint_review", ["Finance Controller"]),
        ("joint_review", ["Purchasing Manager"]),
    ]


def test_R_9_2_an_unanswered_task_is_escalated_once(desk: Desk) -> None:
    submitted(desk)
    assert desk.pass_time(days=1) == 0
    assert desk.pass_time(days=2) == 1
    assert desk.waiting() == ["director", "manager"]
    assert desk.pass_time(days=5) == 0 and desk.messages().count("task_escalated") == 1


def test_an_admin_can_end_what_goes_nowhere_and_it_shows(desk: Desk) -> None:
    request = submitted(desk)
    with desk.at("system") as tx:
        tx.run(
            tx.sql(
                "insert into document_grant (form, document_id, account_id, verb, fields, source)"
                " values (?, ?, ?, 'view', '', 'test')"
            ),
            ("purchase_request", request.id, accounts.actor_named(desk.repository, "admin").account.id),
        )
    assert desk.act("admin", request, "override", comment="sent twice").stage == "cancelled"
    with desk.at("system") as tx:
        kinds = [entry.event.kind for entry in log.read(tx, "purchase_request", request.id)]
    assert "overridden" in kinds


def test_a_barred_admin_cannot_override(desk: Desk) -> None:
    with desk.at("system") as tx:
        accounts.give_role(tx, accounts.actor_named(desk.repository, "admin").account, "employee")
    request = submitted(desk, who="admin")
    with pytest.raises(Barred):
        desk.act("admin", request, "override", comment="mine")


def test_a_refused_command_leaves_nothing_behind(desk: Desk) -> None:
    request = submitted(desk, "5000")
    with desk.at("system") as tx:
        before = tx.fetch("select count(*) from workflow_event")
    for decision in ("reject", "abstain"):
        with pytest.raises(DaybookError):
            desk.decide("manager", decision, comment="")
    with desk.at("system") as tx:
        assert tx.fetch("select count(*) from workflow_event") == before
    assert desk.get(request).stage == "in_review"


def test_a_form_without_a_workflow_is_archived_and_restored(desk: Desk) -> None:
    with desk.at("system") as tx:
        unit = documents.get(tx, "unit", "pcs")
    assert desk.act("product_manager", unit, "archive").stage == "archived"
    assert desk.act("product_manager", unit, "restore").stage == "active"


def test_receipts_move_the_order_on_by_themselves(desk: Desk) -> None:
    submitted(desk)
    desk.decide("manager")
    order = desk.act("buyer", order_of(desk), "submit")
    for number, quantity in ((1, "4"), (2, "6")):
        desk.act("warehouse", order, "receive")
        with desk.at("warehouse") as tx:
            receipt = documents.get_by_id(tx, "goods_receipt", number)
            documents.update(tx, "goods_receipt", receipt.number, {"lines": [{"line_no": 1, "quantity": quantity}]})
        assert desk.act("warehouse", receipt, "submit").stage == "posted"
        assert desk.get(order).stage == ("partly_received" if number == 1 else "completed")
