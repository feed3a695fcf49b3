"""A draft becomes a document only by its own person's confirmation, once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

import assistant
from app.core import clock
from app.core.errors import DaybookError
from app.data import documents
from app.data.repository import Repository
from assistant.answers import Draft
from assistant.tokens import NotConfirmed
from tests.assistant.office import an_asked_office, someone

ASK = "draft a purchase request for 30 folding chairs to Hangzhou in 10 days"


@pytest.fixture
def office(database_url: str, tmp_path: Path) -> Iterator[Repository]:
    """The asked office, on both databases."""
    repository = an_asked_office(tmp_path, database_url)
    yield repository
    repository.close()


def a_draft(office: Repository, name: str = "employee") -> Draft:
    """Let somebody ask for a draft."""
    answer = assistant.ask(office, someone(office, name), ASK)
    assert answer.draft is not None, answer
    return answer.draft


def requests(office: Repository) -> int:
    """Count the purchase requests there are."""
    with office.reading(someone(office, "buyer")) as tx:
        return tx.fetch("select count(*) from purchase_request")[0][0]


def test_a_draft_saves_nothing_until_it_is_confirmed(office: Repository) -> None:
    draft = a_draft(office)
    assert "30 Folding chair" in draft.summary and "Nothing is saved" in draft.summary and requests(office) == 1
    made = assistant.confirm(office, someone(office, "employee"), draft.token)
    assert requests(office) == 2 and made.stage == "draft" and made["lines"][0]["product"] == "CH-01"
    with office.reading(someone(office, "employee")) as tx:
        seen = documents.get(tx, "purchase_request", made.number)
        assert seen["requester"] == "employee" and str(seen["lines"][0]["quantity"]) in ("30", "30.0000")
        assert tx.fetch(
            tx.sql("select door from office_audit where form = ? and number = ?"), ("purchase_request", made.number)
        ) == [("assistant",)]


def test_a_confirmation_is_good_once(office: Repository) -> None:
    draft, actor = a_draft(office), someone(office, "employee")
    assistant.confirm(office, actor, draft.token)
    with pytest.raises(NotConfirmed):
        assistant.confirm(office, actor, draft.token)
    assert requests(office) == 2


def test_nobody_else_may_confirm(office: Repository) -> None:
    draft = a_draft(office)
    with pytest.raises(NotConfirmed):
        assistant.confirm(office, someone(office, "manager"), draft.token)
    assert requests(office) == 1


def test_a_changed_token_is_refused(office: Repository) -> None:
    token = a_draft(office).token
    for wrong in (
        token[:-1] + ("0" if token[-1] != "0" else "1"),
        "x" + token,
        "",
        ".",
        token.split(".")[0],
        token.replace(".", "A.", 1),
    ):
        with pytest.raises(NotConfirmed):
            assistant.confirm(office, someone(office, "employee"), wrong)
    assert requests(office) == 1


def test_an_old_token_is_refused(office: Repository) -> None:
    token = a_draft(office).token
    with clock.stopped(clock.now() + timedelta(minutes=31)), pytest.raises(NotConfirmed):
        assistant.confirm(office, someone(office, "employee"), token)


def test_a_refused_document_leaves_the_token_unused(office: Repository) -> None:
    draft, actor = a_draft(office), someone(office, "employee")
    with clock.stopped(clock.now() + timedelta(minutes=5)):
        assert assistant.confirm(office, actor, draft.token).number


def test_who_may_not_create_gets_no_draft(office: Repository) -> None:
    answer = assistant.ask(office, someone(office, "supplier"), ASK)
    assert answer.draft is None and answer.state == "not_allowed"


def test_yes_in_words_confirms_nothing(office: Repository) -> None:
    actor = someone(office, "employee")
    first = assistant.ask(office, actor, ASK)
    for word in ("yes", "ok do it", "确认", "confirm", "提交吧"):
        with suppress(DaybookError):
            assistant.ask(office, actor, word, thread=first.thread)
    assert requests(office) == 1
