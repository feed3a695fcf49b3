"""Reminders of forms: each person once for each day that came, again where it repeats, and never of history."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.connect.notify import notices
from app.connect.notify.notices import send_message
from app.data import documents
from app.workflow import service
from tests.workflow.desks import Desk, a_desk, laid_over

FORM = """
form: licence
title: {en: Licence, zh: 许可证}
number: "LI-{seq:4}"
fields:
  requester:  {type: user, default: me}
  expires_on: {type: date, required: true}
  renewed:    {type: boolean, label: {en: Renewed, zh: 已续期}}
  reason:     {type: text}
access:
  create: [employee]
reminders:
  - remind: [requester, {role: finance}]
    at: expires_on - days(10)
    when: not renewed
    message: {en: "Expires on {expires_on}, {reason}.", zh: "{expires_on} 到期，{reason}。"}
  - remind: [requester]
    at: expires_on
    every: 2 days
    until: expires_on + days(5)
    message: {en: It has expired., zh: 已过期。}
"""


def an_office(home: Path, url: str | None = None) -> Desk:
    """Give an office with a form of licences, at nine in the morning of 1 June 2026."""
    return a_desk(home, url, catalogue=laid_over(home / "files", forms={"licence": FORM}))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return an_office(tmp_path)


@pytest.fixture
def either(tmp_path: Path, database_url: str) -> Desk:
    return an_office(tmp_path, database_url)


def told(desk: Desk) -> list[tuple[str, list[str]]]:
    """Give what was posted about licences since the last time: the text, and to whom."""
    with desk.at("system") as tx:
        rows = tx.fetch("select id, payload from office_outbox where kind = 'message.send' order by id")
        names = dict(tx.fetch("select id, name from office_account"))
    found = [json.loads(row[1]) for row in rows if row[0] > getattr(desk, "seen", 0)]
    desk.seen = max([row[0] for row in rows], default=0)  # type: ignore[attr-defined]
    return [
        (payload["facts"]["text_en"], [names[to["id"]] for to in payload["to"]])
        for payload in found
        if payload["message"] == "reminder" and payload["form"] in ("licence", "supplier")
    ]


def passed(desk: Desk, days: int) -> list[tuple[str, list[str]]]:
    """Let days pass, the job running each hour of the last one; give who was told what."""
    desk.pass_time(days=days)
    for _ in range(3):
        desk.pass_time(hours=1)
    desk.now -= timedelta(hours=3)
    return told(desk)


def licence(desk: Desk, expires_on: str, **more: Any) -> Any:
    return desk.create("employee", "licence", {"expires_on": expires_on, **more})


def test_people_are_told_once_on_the_day_with_what_the_message_names(either: Desk) -> None:
    licence(either, "2026-06-13", reason="for the car park")
    assert passed(either, 1) == [] and passed(either, 1) == [
        ("Expires on 2026-06-13, for the car park.", ["employee", "finance_controller", "finance"])
    ]
    assert passed(either, 1) == [], "once"


def test_a_repeated_reminder_comes_again_until_it_is_over(either: Desk) -> None:
    licence(either, "2026-06-02", renewed=True)
    days = [day for day in range(1, 12) if passed(either, 1)]
    assert days == [1, 3, 5], "the day itself, then every other day, until five days after"


def test_a_day_that_moves_is_a_new_day(desk: Desk) -> None:
    made = licence(desk, "2026-06-13")
    assert len(passed(desk, 2)) == 1
    with desk.at("employee") as tx:
        documents.update(tx, "licence", made.number, {"expires_on": "2026-06-20"})
    assert passed(desk, 6) == [] and len(passed(desk, 1)) == 1


def test_what_was_over_before_the_document_came_is_history(desk: Desk) -> None:
    licence(desk, "2026-06-05")  # ten days before that is before today
    licence(desk, "2025-01-01", renewed=True)
    assert passed(desk, 1) == []


def test_deleted_documents_and_unmet_conditions_are_silent(desk: Desk) -> None:
    gone = licence(desk, "2026-06-13")
    licence(desk, "2026-06-13", renewed=True)
    with desk.at("system") as tx:
        documents.trash(tx, "licence", gone.number)
    assert passed(desk, 2) == []


def test_after_a_standstill_a_missed_reminder_comes_once(desk: Desk) -> None:
    licence(desk, "2026-06-13")
    assert len([text for text, _ in passed(desk, 8)]) == 1


def test_nobody_is_told_before_seven(desk: Desk) -> None:
    licence(desk, "2026-06-12")
    desk.now -= timedelta(hours=3)
    desk.pass_time(hours=0)
    desk.pass_time(hours=23)
    assert told(desk) == [], "05:00 of the day itself"
    desk.pass_time(hours=2)
    assert len(told(desk)) == 1


def test_rows_are_reminded_of_one_by_one(either: Desk) -> None:
    """The product's own: a supplier's certificates, thirty days before they expire, to the buyer."""
    papers = [
        {"kind": "iso_9001", "certificate_no": "A1", "expires_on": "2026-07-03"},
        {"kind": "food_licence", "certificate_no": "B2", "expires_on": "2027-01-01"},
    ]
    either.create("buyer", "supplier", {"name": "Paper Ltd", "certificates": papers})
    assert passed(either, 1) == []
    assert passed(either, 1) == [("A certificate of this supplier expires soon.", ["buyer"])]
    assert passed(either, 6) == [] and len(passed(either, 1)) == 1, "again after seven days"


def test_the_message_stands_behind_the_bell_in_both_languages(desk: Desk) -> None:
    made = licence(desk, "2026-06-12", reason="for the car park")
    desk.pass_time(days=1)
    with desk.at("system") as tx:
        rows = tx.fetch("select id, payload from office_outbox where kind = 'message.send'")
    (row,) = [row for row in rows if json.loads(row[1])["form"] == "licence"]
    send_message(desk.repository, json.loads(row[1]) | {"job": row[0]}, "k")
    with desk.at("employee") as tx:
        (notice,) = notices(tx)
    assert (notice.form, notice.number) == ("licence", made.number)
    assert notice.words.zh == f"{made.number}：2026-06-12 到期，for the car park。"


def test_the_job_is_run_as_often_as_you_like(desk: Desk) -> None:
    licence(desk, "2026-06-12")
    desk.pass_time(days=1)
    with desk.at("system") as tx:
        assert service.run_due(tx) == 0
