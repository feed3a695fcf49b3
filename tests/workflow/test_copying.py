"""R-8: whoever is named in copy is told and may see the document, and decides nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.core.errors import DaybookError
from app.data import documents
from app.data.document import Document
from app.workflow import log, service
from tests.workflow.desks import Desk, a_desk, laid_over

FORM = """
form: errand
title: {en: Errand, zh: 差事}
number: "ER-{seq:4}"
fields:
  requester:    {type: user, default: me}
  reason:       {type: text}
  note:         {type: text}
access:
  create: [employee]
  view:   [requester]
  fields:
    note: {view: [requester]}
"""
STEPS = """
workflow: errand
form: errand
approval: {withdraw: before_final}
steps:
  - step: first
    title: {en: First, zh: 一}
    approver: {user: manager}
    carbon_copy: [{user: colleague}, {user: buyer}, {user: manager}]
  - step: second
    title: {en: Second, zh: 二}
    approver: {user: director}
    carbon_copy: [{user: colleague}]
    on_passed: [{user: finance}, {user: colleague}]
"""


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Desk:
    return a_desk(tmp_path, database_url, catalogue=laid_over(tmp_path / "files", forms={"errand": FORM}, errand=STEPS))


def asked(desk: Desk) -> Document:
    return desk.create("employee", "errand", {"reason": "Stamps", "note": "secret"}, submit=True)


def told(desk: Desk) -> int:
    return desk.messages().count("carbon_copy")


def sees(desk: Desk, name: str, document: Document) -> Document | None:
    try:
        with desk.at(name) as tx:
            return documents.get(tx, "errand", document.number)
    except DaybookError:
        return None


def test_R_8_1_a_copy_lets_see_this_document_and_no_hidden_field_of_it(desk: Desk) -> None:
    other, document = desk.create("employee", "errand", {"reason": "Other"}), asked(desk)
    seen = sees(desk, "buyer", document)
    assert seen is not None and seen["reason"] == "Stamps" and not seen.get("note")
    assert sees(desk, "buyer", other) is None and sees(desk, "finance", document) is None, "nobody else, nothing else"


def test_R_8_2_a_copy_never_counts_never_blocks_and_stays(desk: Desk) -> None:
    document = asked(desk)
    assert desk.waiting() == ["manager"] and desk.inbox("colleague") == []
    desk.decide("manager")
    assert sees(desk, "finance", document) is None, "the second step is not passed yet"
    desk.act("employee", document, "withdraw")
    assert sees(desk, "buyer", document) is not None and desk.get(document).stage == "draft"


def test_R_8_2_who_is_copied_stands_with_the_step_and_in_the_log(desk: Desk) -> None:
    document = asked(desk)
    desk.decide("manager")
    desk.decide("director")
    assert sees(desk, "finance", document) is not None
    document = desk.get(document)
    with desk.at("employee") as tx:
        path = {view.step: [link.number for link in view.copied] for view in service.path(tx, document)}
    assert path == {"first": ["colleague", "buyer"], "second": ["finance"]}
    with desk.at("system") as tx:
        kinds = [entry.event.rule for entry in log.read(tx, "errand", document.id) if entry.event.kind == "carbon_copied"]
        assert kinds == ["R-8:entered", "R-8:passed"] and log.verify(tx) == []


def test_R_8_3_a_person_is_told_once_a_round_and_again_in_the_next(desk: Desk) -> None:
    document = asked(desk)
    assert told(desk) == 1, "one message to both"
    desk.decide("manager")
    assert told(desk) == 1, "the colleague knows already"
    desk.decide("director", "return")
    with desk.at("employee") as tx:
        service.act(tx, "errand", document.number, "submit")
    assert told(desk) == 2
