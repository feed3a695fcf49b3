"""Signers, consulting, undo and urging over documents: inboxes, rights, messages, audit words; processes that race."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.core.errors import DaybookError, NotAllowed
from app.data import documents
from app.workflow import service
from app.workflow.errors import StillWaiting, UndoRefused, UrgedAlready
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
approval: {returns_max: 1}
steps:
  - step: first
    title: {en: First, zh: 一}
    approver: {user: manager}
    ask: [note]
    remind: [1 day]
    deadline: 3 days
  - step: second
    title: {en: Second, zh: 二}
    approver: {user: director}
"""


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Desk:
    return a_desk(tmp_path, database_url, catalogue=laid_over(tmp_path, forms={"errand": FORM}, errand=STEPS))


def an_errand(desk: Desk) -> documents.Document:
    draft = desk.create("employee", "errand", {"reason": "Stamps", "total_amount": "100"})
    return desk.act("employee", draft, "submit")


def acts_of(desk: Desk, document: documents.Document) -> list[str]:
    with desk.at("system") as tx:
        rows = tx.fetch(tx.sql("select act from workflow_event where form = ? and document_id = ? and act <> '' order by seq"), (document.form, document.id))
        return [row[0] for row in rows]


def buttons(desk: Desk, name: str, document: documents.Document) -> dict[str, bool]:
    with desk.at(name) as tx:
        found = service.actions_for(tx, documents.get(tx, document.form, document.number))
        return {view.name: view.allowed for view in found}


def test_R_6_9_a_signer_before_me_reads_and_decides_then_the_task_comes_back(desk: Desk) -> None:
    document = an_errand(desk)
    [mine] = desk.inbox("manager")
    assert mine.passes == ("transfer", "add_before", "add_after", "consult")
    desk.decide("manager", "add_before", to=["finance", "buyer"], comment="Is it needed?")
    assert desk.waiting() == ["buyer", "finance"] and not desk.inbox("manager")
    with pytest.raises(StillWaiting, match=r"Finance.*first"), desk.at("manager") as tx:
        service.decide(tx, mine.id, "approve", inputs={"note": "yes"})
    with desk.at("finance") as tx:
        task = service.task_for(tx, documents.get(tx, "errand", document.number))
    assert task and (task.role, task.decisions, task.ask, task.question) == ("before", ("approve", "reject"), (), "Is it needed?")
    assert task.asked_by and task.asked_by.number == "manager" and task.due_at == mine.due_at
    with pytest.raises(NotAllowed), desk.at("finance") as tx:  # the node's read rights, not more
        documents.update(tx, "errand", document.number, {"note": "mine"})
    desk.decide("finance", "approve")
    desk.decide("buyer", "approve")
    assert desk.decide("manager", "approve", inputs={"note": "fine"}).stage == "in_review"
    desk.decide("director", "approve")
    assert desk.get(document).stage == "approved"
    assert acts_of(desk, document)[2:] == ["task_add_before", "task_add_before", "approve", "approve", "approve", "approve"]
    with desk.at("system") as tx:
        roles = [(step.step, step.role, step.decision) for step in service.path(tx, documents.get(tx, "errand", document.number))]
    assert roles == [("first", "", "approved"), ("first", "before", "approved"), ("first", "before", "approved"), ("second", "", "approved")]


def test_R_6_9_a_signer_after_me_may_turn_my_yes_into_a_no(desk: Desk) -> None:
    document = an_errand(desk)
    desk.decide("manager", "add_after", to="finance")
    desk.decide("manager", "approve", inputs={"note": "yes"})
    assert desk.waiting() == ["finance"] and desk.get(document).stage == "in_review"
    desk.decide("finance", "reject")
    assert desk.get(document).stage == "rejected"


def test_R_6_consulting_comes_back_with_the_opinion(desk: Desk) -> None:
    document = an_errand(desk)
    desk.decide("manager", "consult", to="finance", comment="Too dear?")
    with pytest.raises(DaybookError, match="Write a comment"):
        desk.decide("finance", "advise", comment="")
    desk.decide("finance", "advise", comment="Cheap enough")
    assert desk.waiting() == ["manager"]
    with desk.at("manager") as tx:
        said = [step.comment for step in service.path(tx, documents.get(tx, "errand", document.number)) if step.role == "consult"]
    assert said == ["Cheap enough"]


def test_R_6_11_the_adder_takes_a_signer_out_by_a_button_of_the_document(desk: Desk) -> None:
    document = an_errand(desk)
    desk.decide("manager", "add_before", to="finance")
    assert buttons(desk, "manager", document)["remove_signer:finance"]
    assert "remove_signer:finance" not in buttons(desk, "employee", document)
    [task] = desk.inbox("finance")
    desk.act("manager", document, "remove_signer:finance")
    assert desk.waiting() == ["manager"]
    with pytest.raises(DaybookError), desk.at("finance") as tx:
        service.decide(tx, task.id, "approve")
    with desk.at("system") as tx:  # the right to see it went with the task
        rows = tx.fetch("select g.id from document_grant g join office_account a on a.id = g.account_id where a.name = 'finance'")
    assert not rows


def test_R_6_12_reminders_go_to_who_can_act_while_the_clock_runs_on(desk: Desk) -> None:
    an_errand(desk)
    desk.decide("manager", "consult", to="finance")
    desk.pass_time(days=4)
    with desk.at("system") as tx:
        rows = tx.fetch("select payload from office_outbox where kind = 'message.send' order by id desc limit 1")
        finance = tx.fetch_one("select id from office_account where name = 'finance'")
    assert "task_reminder" in rows[0][0] and finance and f'"id":{finance[0]}' in rows[0][0].replace(" ", "")


def test_R_7_7_an_approver_takes_his_decision_back_while_nobody_built_on_it(desk: Desk) -> None:
    document = an_errand(desk)
    desk.decide("manager", "approve", inputs={"note": "yes"})
    assert buttons(desk, "manager", document)["undo"] and "undo" not in buttons(desk, "director", document)
    desk.act("manager", document, "undo")
    assert desk.waiting() == ["manager"] and acts_of(desk, document)[-1] == "task_undo"
    desk.decide("manager", "approve")
    desk.decide("director", "approve")
    with pytest.raises(UndoRefused, match="has ended"):
        desk.act("director", document, "undo")


def test_R_7_8_too_many_returns_are_noted_to_the_admins_and_do_not_stop_the_flow(desk: Desk) -> None:
    document = an_errand(desk)
    for times in (1, 2):
        desk.decide("manager", "return", comment="again")
        assert desk.messages().count("many_returns") == times - 1
        document = desk.act("employee", desk.get(document), "submit")
    desk.decide("manager", "return", comment="again")
    assert desk.messages().count("many_returns") == 1, "once, and the run goes on"
    assert desk.get(document).stage == "returned"


def test_R_7_9_the_applicant_urges_by_a_button_once_an_hour(desk: Desk) -> None:
    document = an_errand(desk)
    desk.act("employee", document, "urge")
    assert desk.messages().count("task_urged") == 1
    assert buttons(desk, "employee", document)["urge"] is False and "urge" not in buttons(desk, "director", document)
    with pytest.raises(UrgedAlready):
        desk.act("employee", document, "urge")
    desk.pass_time(hours=1)
    desk.act("employee", document, "urge")
    assert desk.messages().count("task_urged") == 2


RACE = """
import sys
from pathlib import Path
from app.core import clock
from app.core.errors import DaybookError
from app.data import accounts
from app.data.repository import Repository
from app.config.settings import Settings
from app.config.loader import Sources, load_catalogue
from app.workflow import service
from tests.workflow.desks import NOW

home, url, who, act, number = sys.argv[1:]
office = Repository.open(Settings(home=Path(home), database_url=url, secret_key="for tests"), load_catalogue(Sources(Path(home))))
print("ready", flush=True)
sys.stdin.readline()
try:
    with clock.stopped(NOW), office.transaction(accounts.actor_named(office, who)) as tx:
        if act == "approve":
            service.decide(tx, service.inbox(tx)[0].id, "approve", comment="seen")
        else:
            service.act(tx, "errand", number, act)
    print("done")
except (DaybookError, IndexError) as error:
    print("refused", error)
office.close()
"""


def race(tmp_path: Path, url: str, number: str, **acts: str) -> list[str]:
    """Let processes act at once; give what each said."""
    runs = [
        subprocess.Popen([sys.executable, "-c", RACE, str(tmp_path), url, who, act, number], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for who, act in acts.items()
    ]
    for run in runs:
        assert run.stdout and run.stdout.readline().strip() == "ready"
    for run in runs:
        assert run.stdin
        run.stdin.write("go\n")
        run.stdin.flush()
    return [run.communicate(timeout=60)[0].split()[0] for run in runs]


def test_R_7_7_of_an_undo_and_the_next_decision_at_once_one_wins(tmp_path: Path, database_url: str) -> None:
    url = database_url or f"sqlite:///{tmp_path / 'daybook.db'}"
    desk = a_desk(tmp_path, url, catalogue=laid_over(tmp_path, forms={"errand": FORM}, errand=STEPS))
    document = an_errand(desk)
    desk.decide("manager", "approve", inputs={"note": "yes"})
    undone, approved = race(tmp_path, url, document.number, manager="undo", director="approve")
    assert {undone, approved} == {"done", "refused"}
    assert (desk.get(document).stage, desk.waiting()) == (("in_review", ["manager"]) if undone == "done" else ("approved", []))


def test_R_6_11_of_a_removal_and_the_signers_answer_at_once_one_wins(tmp_path: Path, database_url: str) -> None:
    url = database_url or f"sqlite:///{tmp_path / 'daybook.db'}"
    desk = a_desk(tmp_path, url, catalogue=laid_over(tmp_path, forms={"errand": FORM}, errand=STEPS))
    document = an_errand(desk)
    desk.decide("manager", "add_before", to="finance")
    said = race(tmp_path, url, document.number, manager="remove_signer:finance", finance="approve")
    assert sorted(said) == ["done", "refused"] and desk.waiting() == ["manager"]
    assert acts_of(desk, document)[-1] == ("task_remove_signer" if said[0] == "done" else "approve")
