"""R-10.3, R-10.4 and R-10.6: what may change after approval, how far, and how long an approval is good."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import Invalid
from app.data import documents
from app.data.document import Document
from app.workflow import log, service
from app.workflow.errors import ActionRefused, AmendmentRefused, ApprovalExpired
from tests.workflow.desks import ROOT, Desk, a_desk, laid_over, request_values

ORDER = (ROOT / "workflows" / "purchasing" / "purchase_order.yaml").read_text("utf-8")
REQUEST = (ROOT / "workflows" / "purchasing" / "purchase_request.yaml").read_text("utf-8")
AFTER = """
after_approval:
  material: [supplier, lines.product, lines.quantity, lines.unit_price]
  free: [reason]
  tolerance: {total_amount: {amount: 100, share: 2%}}
  then: new_round
  resume: affected_steps
"""


def a_request_desk(folder: Path, url: str, *, more: str = AFTER, **changes: str) -> Desk:
    """Give an office whose requests may be amended."""
    text = REQUEST.replace("\nexamples:", more + "\nexamples:")
    for old, new in changes.items():
        text = text.replace(old, new)
    return a_desk(folder, url, catalogue=laid_over(folder / "files", purchase_request=text))


def an_order(desk: Desk, price: str = "100", quantity: str = "100") -> Document:
    """Give an order that was approved and placed."""
    lines = [{"product": "PEN-1", "quantity": quantity, "unit_price": price}]
    values = {"supplier": "S-00001", "warehouse": "W1", "needed_on": "2026-07-01", "lines": lines}
    made = desk.act("buyer", desk.create("buyer", "purchase_order", values), "submit")
    approve_all(desk)
    return desk.get(made)


def approve_all(desk: Desk) -> list[str]:
    """Let everybody approve; give who did."""
    found = []
    while desk.waiting():
        found.append(desk.waiting()[0])
        desk.decide(found[-1])
    return found


def change(desk: Desk, name: str, document: Document, **values: Any) -> Document:
    with desk.at(name) as tx:
        return documents.update(tx, document.form, document.number, values)


def line(**values: Any) -> list[dict[str, Any]]:
    return [{"line_no": 1, **values}]


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Desk:
    return a_desk(tmp_path, database_url)


def test_R_10_3_free_fields_change_frozen_ones_do_not(desk: Desk) -> None:
    order = an_order(desk)
    assert order.stage == "ordered"
    assert change(desk, "buyer", order, note="Call before")["note"] == "Call before"
    with pytest.raises(Invalid):
        change(desk, "buyer", order, warehouse="W1", needed_on="2026-08-01")
    with pytest.raises(AmendmentRefused, match="Due on"):
        change(desk, "buyer", order, lines=line(due_on="2026-08-01"))


def test_R_10_3_another_supplier_product_or_line_is_refused_whatever_it_costs(desk: Desk) -> None:
    order = an_order(desk)
    with desk.at("system") as tx:
        documents.create(tx, "supplier", {"name": "Other"}, stage="approved")
    with pytest.raises(AmendmentRefused, match="this goes beyond it: Supplier"):
        change(desk, "buyer", order, supplier="S-00002")
    added = [{"product": "PEN-1", "quantity": "1", "unit_price": "0.01"}]
    with pytest.raises(AmendmentRefused):
        change(desk, "buyer", order, lines=added)
    assert len(desk.get(order)["lines"]) == 1, "nothing of what was refused stays"


@pytest.mark.parametrize(("price", "fits"), [("101", True), ("101.01", False), ("99", True), ("98.99", False)])
def test_R_10_4_both_the_amount_and_the_share_must_hold(desk: Desk, price: str, fits: bool) -> None:
    order = an_order(desk)  # 10,000: 2 % are 200, but 100 is the end
    if fits:
        assert change(desk, "buyer", order, lines=line(unit_price=price))["total_amount"] == Decimal(price) * 100
    else:
        with pytest.raises(AmendmentRefused, match=r"10,000\.00"):
            change(desk, "buyer", order, lines=line(unit_price=price))


def test_R_10_4_the_share_binds_where_the_amount_is_large_enough(desk: Desk) -> None:
    order = an_order(desk, price="10")  # 1,000: 2 % are 20
    change(desk, "buyer", order, lines=line(unit_price="10.2"))
    with pytest.raises(AmendmentRefused):
        change(desk, "buyer", order, lines=line(unit_price="10.21"))


def test_R_10_4_small_steps_add_up_against_what_was_approved(desk: Desk) -> None:
    order = an_order(desk)
    change(desk, "buyer", order, lines=line(unit_price="100.6"))
    change(desk, "buyer", order, lines=line(unit_price="101"))
    with pytest.raises(AmendmentRefused, match=r"10,000\.00 → 10,160\.00"):
        change(desk, "buyer", order, lines=line(unit_price="101.6"))
    assert change(desk, "buyer", order, lines=line(unit_price="100"))["total_amount"] == 10000, "back is always free"


def test_R_10_4_lowering_is_free_only_if_stated(tmp_path: Path, database_url: str) -> None:
    text = ORDER.replace("  then: refuse", "  lowering: free\n  then: refuse")
    desk = a_desk(tmp_path, database_url, catalogue=laid_over(tmp_path / "files", purchase_order=text))
    order = an_order(desk)
    assert change(desk, "buyer", order, lines=line(quantity="10"))["total_amount"] == 1000
    with pytest.raises(AmendmentRefused):
        change(desk, "buyer", order, lines=line(quantity="102"))


def test_R_10_3_the_machine_goes_on_counting_what_came(desk: Desk) -> None:
    order = an_order(desk)
    desk.act("warehouse", order, "receive")
    with desk.at("system") as tx:
        (row,) = documents.list_documents(tx, documents.Query("goods_receipt")).rows
        receipt = documents.get(tx, "goods_receipt", row["number"])
    desk.act("warehouse", receipt, "submit")
    assert desk.get(order).stage == "completed"


def test_R_10_3_a_change_beyond_the_approval_asks_again_in_a_new_round(tmp_path: Path, database_url: str) -> None:
    desk = a_request_desk(tmp_path, database_url)
    request = desk.create("employee", "purchase_request", request_values("400"), submit=True)
    assert approve_all(desk) == ["manager"] and desk.get(request).stage == "approved"
    changed = change(desk, "employee", request, lines=line(quantity="20"))
    assert changed.stage == "in_review" and changed["total_amount"] == 8000
    with desk.at("system") as tx:
        path = service.path(tx, documents.get(tx, "purchase_request", request.number))
        kinds = [e.event.kind for e in log.read(tx, "purchase_request", request.id)]
    assert [(step.step, step.state, step.round) for step in path if step.state != "coming"] == [
        ("manager_review", "voided", 1),
        ("joint_review", "skipped", 1),
        ("executive_review", "skipped", 1),
        ("manager_review", "skipped", 2),
        ("joint_review", "open", 2),
        ("joint_review", "open", 2),
    ]
    assert kinds.count("approved") == 1 and "reopened" in kinds
    assert approve_all(desk) == ["finance_controller", "purchasing_manager"]
    assert desk.get(request).stage == "approved"


def test_R_10_3_where_no_step_is_affected_all_are_asked(tmp_path: Path, database_url: str) -> None:
    desk = a_request_desk(tmp_path, database_url)
    request = desk.create("employee", "purchase_request", request_values("100"), submit=True)
    approve_all(desk)
    change(desk, "employee", request, lines=line(unit_price="300"))
    assert approve_all(desk) == ["manager"], "it never passes by itself"


def test_R_10_3_after_the_new_round_its_figures_are_the_approved_ones(tmp_path: Path, database_url: str) -> None:
    desk = a_request_desk(tmp_path, database_url)
    request = desk.create("employee", "purchase_request", request_values("100"), submit=True)
    approve_all(desk)
    desk.now += timedelta(hours=1)
    change(desk, "employee", request, lines=line(unit_price="300"))
    approve_all(desk)
    assert change(desk, "employee", request, lines=line(unit_price="301")).stage == "approved", "30 of 3,000"
    desk.now += timedelta(hours=1)
    assert change(desk, "employee", request, lines=line(unit_price="100")).stage == "in_review"


def test_R_10_8_a_button_that_asks_for_more_than_was_approved_is_refused_too(tmp_path: Path, database_url: str) -> None:
    asks = "      correct: {title: {en: Correct, zh: 更正}, who: [buyer], ask: [supplier]}\n      cancel: {title: {en: Cancel order"
    place = ORDER.index("  ordered:")
    text = ORDER[:place] + ORDER[place:].replace("      cancel: {title: {en: Cancel order", asks, 1)
    desk = a_desk(tmp_path, database_url, catalogue=laid_over(tmp_path / "files", purchase_order=text))
    order = an_order(desk)
    with desk.at("system") as tx:
        documents.create(tx, "supplier", {"name": "Other"}, stage="approved")
    with pytest.raises(AmendmentRefused, match="Supplier"):
        desk.act("buyer", order, "correct", inputs={"supplier": "S-00002"})
    assert desk.get(order)["supplier"].number == "S-00001"


SHELF = "\napproval:\n  shelf_life: 90 days\n"


def a_shelf_desk(folder: Path, url: str) -> Desk:
    """Give an office whose approved requests are good for ninety days."""
    return a_request_desk(folder, url, more=SHELF)


def test_R_10_6_an_order_does_not_stand_on_an_approval_that_ran_out(tmp_path: Path, database_url: str) -> None:
    desk = a_shelf_desk(tmp_path, database_url)
    request = desk.create("employee", "purchase_request", request_values("100"), submit=True)
    approve_all(desk)
    with desk.at("system") as tx:
        (row,) = documents.list_documents(tx, documents.Query("purchase_order")).rows
        order = documents.get(tx, "purchase_order", row["number"])
    desk.now += timedelta(days=90)
    with pytest.raises(ApprovalExpired, match=f"{request.number} of 2026-06-01 was good until 2026-08-30"):
        desk.act("buyer", order, "submit")
    desk.act("employee", request, "renew")
    assert desk.get(request).stage == "in_review" and approve_all(desk) == ["manager"]
    with desk.at("system") as tx:
        assert len(documents.list_documents(tx, documents.Query("purchase_order")).rows) == 1, "nothing is done twice"
    assert desk.get(request).stage == "approved"
    moved = change(desk, "buyer", order, needed_on=date(2026, 12, 1).isoformat())
    assert desk.act("buyer", moved, "submit").stage == "ordered"


def test_R_10_6_an_approval_is_good_up_to_the_last_moment(tmp_path: Path, database_url: str) -> None:
    desk = a_shelf_desk(tmp_path, database_url)
    request = desk.create("employee", "purchase_request", request_values("100"), submit=True)
    approve_all(desk)
    with pytest.raises(ActionRefused, match="has not run out"):
        desk.act("employee", request, "renew")
    desk.now += timedelta(days=90, seconds=-1)
    with desk.at("employee") as tx:
        assert [a.name for a in service.actions_for(tx, documents.get(tx, request.form, request.number))] == []
    desk.now += timedelta(seconds=1)
    for name, offered in (("employee", ["renew"]), ("finance", [])):
        with desk.at(name) as tx:
            found = service.actions_for(tx, documents.get(tx, request.form, request.number))
        assert [action.name for action in found] == offered


def test_R_10_6_a_button_of_a_document_whose_approval_ran_out_waits(tmp_path: Path, database_url: str) -> None:
    text = ORDER.replace("  withdraw: before_final", "  withdraw: before_final\n  shelf_life: 3 months")
    desk = a_desk(tmp_path, database_url, catalogue=laid_over(tmp_path / "files", purchase_order=text))
    order = an_order(desk)
    desk.now += timedelta(days=93)
    with pytest.raises(ApprovalExpired):
        desk.act("warehouse", order, "receive")
    desk.act("buyer", order, "renew")
    approve_all(desk)
    assert desk.get(order).stage == "ordered"
    desk.act("warehouse", order, "receive")


def test_R_10_6_to_cancel_needs_no_approval(tmp_path: Path, database_url: str) -> None:
    text = ORDER.replace("  withdraw: before_final", "  withdraw: before_final\n  shelf_life: 3 months")
    desk = a_desk(tmp_path, database_url, catalogue=laid_over(tmp_path / "files", purchase_order=text))
    order = an_order(desk)
    desk.now += timedelta(days=93)
    assert desk.act("buyer", order, "cancel").stage == "cancelled"
