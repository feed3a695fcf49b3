"""Stages beyond approvals: what follows by itself, clocks, events from outside, refusals, versions."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.core.actions import action
from app.core.errors import DaybookError, Invalid, NotAllowed
from app.data import documents
from app.workflow import log, service
from app.workflow.errors import ActionRefused, TooManySteps
from tests.workflow.desks import ROOT, Desk, a_desk, laid_over, request_values

FORM = """
form: errand
title: {en: Errand, zh: 差事}
number: "ER-{seq:4}"
fields:
  requester:    {type: user, default: me}
  supplier:     {type: supplier}
  needed_on:    {type: date}
  reason:       {type: text}
  total_amount: {type: money}
access:
  create: [employee]
"""
LIFE = r"""
workflow: errand
form: errand
stages:
  draft:
    editable: true
    actions:
      submit: {who: [requester], to: ready, style: main}
      loop: {who: [requester], to: round_one, title: {en: Loop, zh: 循环}}
  ready:
    meaning: under_way
    title: {en: Ready, zh: 就绪}
    do: [{set: {reason: "'entered'"}}]
    editable: [reason]
    auto:
      - {when: reason == 'go on', to: waiting}
    events:
      answered: {do: [{set: {reason: event.text}}], to: waiting}
    actions:
      hold:  {who: [buyer], ask: [supplier], to: on_hold, title: {en: Hold, zh: 挂起}}
      check:
        who: [buyer]
        title: {en: Check, zh: 检查}
        checks: [{check: total_amount > 1000, message: {en: Too small., zh: 金额太小。}}]
        to: waiting
      book:
        who: [buyer]
        title: {en: Book, zh: 预订}
        do: [{set: {reason: "'booked'"}}, test.refuse]
        to: waiting
        if_refused: failed
      tell:
        who: [buyer]
        title: {en: Tell, zh: 通知}
        do: [{tell: [requester, {role: finance}], message: request_approved}]
      give:
        who: [buyer]
        title: {en: Give, zh: 分配}
        do: [{assign: requester, to: [{role: employee}], by: least_busy}]
  on_hold:
    meaning: stopped
    title: {en: On hold, zh: 挂起}
    actions:
      release: {who: [buyer], to: back, title: {en: Release, zh: 恢复}}
  failed:
    meaning: stopped
    title: {en: Failed, zh: 失败}
    actions:
      retry: {who: [buyer], to: ready, title: {en: Retry, zh: 重试}}
  waiting:
    meaning: waiting
    title: {en: Waiting, zh: 等待}
    after:
      - {wait: 3 hours, do: [{tell: [requester], message: request_approved}]}
      - {wait: 2 working days, to: done}
      - {wait: 0 days, since: needed_on, to: done}
  round_one:
    meaning: under_way
    title: {en: One, zh: 一}
    auto: [{when: "not starts_with(coalesce(reason, 'a'), 'z')", to: round_two}]
  round_two:
    meaning: under_way
    title: {en: Two, zh: 二}
    auto: [{when: "not ends_with(coalesce(reason, 'a'), 'z')", to: round_one}]
  done:
    title: {en: Done, zh: 完成}
    final: true
"""
refusing: list[bool] = [True]


class Full(DaybookError):
    """The shelf is full."""

    zh = "货架已满。"


@action("test.refuse")
def refuse(tx: Any, document: Any) -> None:
    if refusing[0]:
        raise Full


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Desk:
    return a_desk(tmp_path, database_url, catalogue=laid_over(tmp_path, forms={"errand": FORM}, errand=LIFE))


def an_errand(desk: Desk, **more: Any) -> documents.Document:
    values = {"supplier": "S-00001", "needed_on": "2026-07-01", "reason": "Stamps", "total_amount": "100", **more}
    return desk.create("employee", "errand", values)


def ready(desk: Desk, **more: Any) -> documents.Document:
    return desk.act("employee", an_errand(desk, **more), "submit")


def test_entering_a_stage_does_what_stands_there(desk: Desk) -> None:
    assert ready(desk)["reason"] == "entered"


def test_a_save_that_fulfils_a_condition_leads_on(desk: Desk) -> None:
    document = ready(desk)
    with desk.at("buyer") as tx:
        documents.update(tx.as_system(), "errand", document.number, {"reason": "go on"})
    assert desk.get(document).stage == "waiting"


def test_an_event_is_taken_with_its_data(desk: Desk) -> None:
    document = ready(desk)
    with desk.at("system") as tx:
        service.event(tx, "errand", document.number, "answered", {"text": "blue"})
    assert (desk.get(document).stage, desk.get(document)["reason"]) == ("waiting", "blue")


def test_an_event_that_comes_too_early_waits_for_its_stage(desk: Desk) -> None:
    draft = an_errand(desk)
    with desk.at("system") as tx:
        service.event(tx, "errand", draft.number, "answered", {"text": "early"})
        with pytest.raises(Invalid, match="No stage of errand listens to 'sung'"):
            service.event(tx, "errand", draft.number, "sung", {})
    assert desk.act("employee", draft, "submit").stage == "waiting"
    assert desk.get(draft)["reason"] == "early"


def test_back_leads_to_the_stage_it_came_from(desk: Desk) -> None:
    document = ready(desk)
    desk.act("buyer", document, "hold", inputs={"supplier": "S-00001"})
    assert desk.get(document).stage == "on_hold"
    assert desk.act("buyer", document, "release").stage == "ready"


def test_a_button_asks_for_what_it_needs_and_nothing_else(desk: Desk) -> None:
    document = ready(desk, supplier=None)
    with pytest.raises(Invalid, match="Supplier is needed"):
        desk.act("buyer", document, "hold")
    with pytest.raises(Invalid, match="doesn't ask for reason"):
        desk.act("buyer", document, "hold", inputs={"supplier": "S-00001", "reason": "sneaky"})


def test_a_check_of_a_button_refuses_in_its_own_words(desk: Desk) -> None:
    with pytest.raises(Invalid, match="Too small"):
        desk.act("buyer", ready(desk), "check")


def test_a_refused_action_leads_where_the_way_says_and_leaves_nothing_behind(desk: Desk) -> None:
    refusing[0] = True
    document = desk.act("buyer", ready(desk), "book")
    assert (document.stage, document["reason"]) == ("failed", "entered")
    refusing[0] = False
    document = desk.act("buyer", desk.act("buyer", document, "retry"), "book")
    assert (document.stage, document["reason"]) == ("waiting", "booked")


def test_people_and_roles_are_told(desk: Desk) -> None:
    desk.act("buyer", ready(desk), "tell")
    assert desk.messages() == ["request_approved"]


def test_work_is_given_to_the_least_busy(desk: Desk) -> None:
    first, second = ready(desk), ready(desk)
    assert desk.act("buyer", first, "give")["requester"].number != "employee"
    assert desk.act("buyer", second, "give")["requester"] != desk.get(first)["requester"]


def test_clocks_strike_once_and_only_in_their_stage(desk: Desk) -> None:
    document = ready(desk)
    with desk.at("system") as tx:
        service.event(tx, "errand", document.number, "answered", {"text": "x"})
    assert desk.pass_time(hours=2) == 0
    assert (desk.pass_time(hours=2), desk.messages()) == (1, ["request_approved"])
    assert desk.pass_time(hours=20) == 0
    assert desk.pass_time(hours=24) == 1 and desk.get(document).stage == "done"
    assert desk.pass_time(days=90) == 0


def test_a_clock_that_counts_from_a_field_follows_the_field(desk: Desk) -> None:
    document = ready(desk, needed_on="2026-06-02")
    with desk.at("system") as tx:
        service.event(tx, "errand", document.number, "answered", {"text": "x"})
        documents.update(tx, "errand", document.number, {"needed_on": "2026-06-03"})
    desk.pass_time(hours=4)
    assert desk.pass_time(hours=13) == 0
    assert desk.pass_time(hours=24) == 1 and desk.get(document).stage == "done"


def test_stages_that_go_round_by_themselves_are_refused_as_a_whole(desk: Desk) -> None:
    draft = an_errand(desk)
    with pytest.raises(TooManySteps):
        desk.act("employee", draft, "loop")
    assert desk.get(draft).stage == "draft"


def test_who_may_not_press_and_what_is_not_offered(desk: Desk) -> None:
    document = ready(desk)
    with pytest.raises(NotAllowed, match="Ask Buyer"):
        desk.act("employee", document, "hold")
    with pytest.raises(ActionRefused, match="while it is Ready"):
        desk.act("buyer", document, "release")


def test_each_move_stands_in_the_log_with_who_and_from_where(desk: Desk) -> None:
    document = desk.act("buyer", ready(desk), "hold", inputs={"supplier": "S-00001"})
    with desk.at("system") as tx:
        moves = [
            (entry.act, entry.event.data["from"], entry.event.data["to"])
            for entry in log.read(tx, "errand", document.id)
        ]
    assert moves == [("submit", "draft", "ready"), ("hold", "ready", "on_hold")]


def test_R_11_1_a_run_ends_by_the_version_it_began_with(tmp_path: Path, database_url: str) -> None:
    desk = a_desk(tmp_path, database_url)
    request = desk.create("employee", "purchase_request", request_values("600"), submit=True)
    text = (ROOT / "workflows" / "purchasing" / "purchase_request.yaml").read_text("utf-8")
    (tmp_path / "new").mkdir()
    other = laid_over(
        tmp_path / "new",
        purchase_request=text.replace("total_amount >= 5000", "total_amount >= 7000").replace(
            "path:  [manager_review, joint_review]\n", "path:  [manager_review]\n"
        ),
    )
    desk.repository.publish(other)
    later = desk.create("employee", "purchase_request", request_values("600"), submit=True)
    desk.decide("manager")
    desk.decide("manager")
    assert (desk.get(request).stage, desk.get(later).stage) == ("in_review", "approved")
    with desk.at("system") as tx:
        kept = tx.fetch("select count(*) from workflow_definition where name = 'purchase_request'")
    assert kept == [(2,)]


def test_time_does_not_run_while_nothing_is_due(desk: Desk) -> None:
    desk.now += timedelta(days=1)
    assert desk.pass_time(days=1) == 0


def test_a_clock_whose_act_is_refused_is_put_off_and_stops_nobody_else(tmp_path: Path, database_url: str) -> None:
    text = LIFE.replace("{wait: 2 working days, to: done}", "{wait: 1 hour, do: [test.refuse], to: done}")
    desk = a_desk(tmp_path, database_url, catalogue=laid_over(tmp_path, forms={"errand": FORM}, errand=text))
    refusing[0] = True
    document = ready(desk)
    with desk.at("system") as tx:
        service.event(tx, "errand", document.number, "answered", {"text": "x"})
    assert desk.pass_time(hours=4) == 1 and desk.get(document).stage == "waiting"
    refusing[0] = False
    assert desk.pass_time(minutes=30) == 0
    assert desk.pass_time(minutes=30) == 1 and desk.get(document).stage == "done"
