"""What an approver fills in, ticks and changes; two processes that decide at once."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from app.core.errors import Invalid, NotAllowed
from app.data import documents
from app.workflow import service
from app.workflow.errors import ChooseApprover, Unchanged
from tests.workflow.desks import ROOT, Desk, a_desk, laid_over

FORM = """
form: errand
title: {en: Errand, zh: 差事}
number: "ER-{seq:4}"
fields:
  requester:    {type: user, default: me}
  reason:       {type: text}
  note:         {type: text}
  total_amount: {type: money}
access:
  create: [employee]
"""
STEPS = """
workflow: errand
form: errand
approval: {resume: from_returner, forbid_unchanged: true}
steps:
  - step: first
    title: {en: First, zh: 一}
    approver: {user: manager}
    editable: [total_amount, note]
  - step: second
    title: {en: Second, zh: 二}
    approver: {user: director}
    ask: [note]
    checklist: [{en: Called back, zh: 已回拨}]
    editable: [total_amount]
  - step: third
    title: {en: Third, zh: 三}
    approver: {chosen_by: applicant, among: {role: finance}}
"""


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Desk:
    return a_desk(tmp_path, database_url, catalogue=laid_over(tmp_path, forms={"errand": FORM}, errand=STEPS))


def an_errand(desk: Desk) -> documents.Document:
    draft = desk.create("employee", "errand", {"reason": "Stamps", "total_amount": "100"})
    return desk.act("employee", draft, "submit", inputs={"chosen": {"third": "finance"}})


def test_R_4_1_the_applicant_must_choose_where_the_definition_says_so(desk: Desk) -> None:
    draft = desk.create("employee", "errand", {"reason": "Stamps", "total_amount": "100"})
    with pytest.raises(ChooseApprover, match='in the step "Third"'):
        desk.act("employee", draft, "submit")


def test_a_step_asks_its_approver_and_has_him_tick_its_points(desk: Desk) -> None:
    errand = an_errand(desk)
    desk.decide("manager")
    assert desk.inbox("director")[0].ask == ("note",) and not desk.inbox("director")[0].bulk
    with pytest.raises(Invalid, match="Tick every point"):
        desk.decide("director", inputs={"note": "ok"})
    with pytest.raises(Invalid, match="needed for this step"):
        desk.decide("director", inputs={"checklist": [True]})
    desk.decide("director", inputs={"note": "ok", "checklist": [True]})
    assert desk.get(errand)["note"] == "ok" and desk.waiting() == ["finance"]
    desk.decide("finance")
    assert desk.get(errand).stage == "approved"


def test_R_10_1_under_way_only_the_holder_changes_only_what_the_step_opens(desk: Desk) -> None:
    errand = an_errand(desk)
    with desk.at("manager") as tx:
        assert documents.update(tx, "errand", errand.number, {"note": "mine"})["note"] == "mine"
        with pytest.raises(Invalid):
            documents.update(tx, "errand", errand.number, {"reason": "Else"})
    with desk.at("employee") as tx, pytest.raises(NotAllowed):
        documents.update(tx, "errand", errand.number, {"note": "later"})
    desk.decide("manager")
    with desk.at("manager") as tx, pytest.raises((Invalid, NotAllowed)):
        documents.update(tx, "errand", errand.number, {"note": "too late"})


def test_R_10_2_a_material_change_by_an_approver_asks_the_earlier_ones_again(desk: Desk) -> None:
    errand = an_errand(desk)
    desk.decide("manager")
    with desk.at("director") as tx:
        documents.update(tx, "errand", errand.number, {"total_amount": "900"})
    assert desk.waiting() == ["manager"] and desk.get(errand)["total_amount"] == Decimal("900.00")


def test_R_10_2_a_material_change_together_with_an_approval_asks_the_earlier_ones_again(desk: Desk) -> None:
    """What an approver fills in as he approves is his own edit: nobody approved that figure before."""
    errand = an_errand(desk)
    desk.decide("manager")
    desk.decide("director", inputs={"total_amount": "900", "note": "Cheaper elsewhere", "checklist": True})
    assert desk.waiting() == ["manager"]
    assert (desk.get(errand)["total_amount"], desk.get(errand).stage) == (Decimal("900.00"), "in_review")
    assert "earlier_asked_again" in desk.messages()
    desk.decide("manager")
    assert desk.waiting() == ["director"]


def test_forbid_unchanged_refuses_what_came_back_and_was_not_touched(desk: Desk) -> None:
    errand = an_errand(desk)
    desk.decide("manager", "return", comment="which?")
    with pytest.raises(Unchanged):
        desk.act("employee", errand, "submit", inputs={"chosen": {"third": "finance"}})


def test_R_7_4_without_a_material_change_it_goes_straight_back_to_who_returned_it(desk: Desk) -> None:
    errand = an_errand(desk)
    desk.decide("manager")
    desk.decide("director", "return", comment="why?")
    with desk.at("employee") as tx:
        documents.update(tx, "errand", errand.number, {"reason": "Stamps for letters"})
    desk.act("employee", errand, "submit", inputs={"chosen": {"third": "finance"}})
    assert desk.waiting() == ["director"]


def test_R_7_4_after_a_material_change_everybody_is_asked_again(desk: Desk) -> None:
    errand = an_errand(desk)
    desk.decide("manager")
    desk.decide("director", "return", comment="too much")
    with desk.at("employee") as tx:
        documents.update(tx, "errand", errand.number, {"total_amount": "80"})
    desk.act("employee", errand, "submit", inputs={"chosen": {"third": "finance"}})
    assert desk.waiting() == ["manager"]


def test_R_7_3_an_approver_may_send_it_back_to_an_earlier_step(desk: Desk) -> None:
    errand = an_errand(desk)
    desk.decide("manager")
    with desk.at("director") as tx:
        task = service.task_for(tx, documents.get(tx, "errand", errand.number))
        assert task and task.return_to == ("first",)
    desk.decide("director", "return", to="first", comment="look again")
    assert desk.waiting() == ["manager"]


PRESS = """
import sys, time
from datetime import datetime, timezone
from pathlib import Path
from tests.workflow.desks import Desk, shipped
from app.config.settings import Settings
from app.data.repository import Repository
from app.workflow import service
from app.workflow.errors import AlreadySettled
home, url, decision = sys.argv[1:]
desk = Desk(Repository.open(Settings(home=Path(home), database_url=url, secret_key="for tests"), shipped()))
task = desk.inbox("manager")[0].id
print("ready", flush=True)
sys.stdin.readline()
try:
    with desk.at("manager") as tx:
        service.decide(tx, task, decision, comment="now")
    print(decision)
except AlreadySettled:
    print("settled")
"""


def test_R_7_2_of_two_processes_that_decide_at_once_one_wins(tmp_path: Path, database_url: str) -> None:
    from tests.workflow.desks import request_values

    desk = a_desk(tmp_path, database_url)
    desk.create("employee", "purchase_request", request_values(), submit=True)
    command = [sys.executable, "-c", PRESS, str(tmp_path), database_url]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": ROOT}
    presses = [subprocess.Popen([*command, decision], **pipes) for decision in ("approve", "reject")]  # type: ignore[call-overload]
    for press in presses:
        assert press.stdout.readline() == "ready\n"
    for press in presses:
        press.stdin.write("go\n")
        press.stdin.flush()
    said = sorted(press.communicate(timeout=60)[0].strip() for press in presses)
    assert said in (["approve", "settled"], ["reject", "settled"])
    assert desk.waiting() == []
