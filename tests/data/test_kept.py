"""What is kept is never older than the data: any write, of whatever connection, forgets it."""

from __future__ import annotations

from typing import Any

from app.core.actor import SYSTEM
from app.data import accounts, documents
from app.data.accounts.people import give_role, set_active
from app.data.accounts.sessions import actor_of_session, open_session
from app.data.repository import Repository
from tests.data.factories import a_catalogue, a_form, a_person, a_repository


def an_office(url: str) -> Repository:
    return a_repository(url, a_catalogue(a_form("thing", {"name": "text"}), roles=("buyer",)))


def asked(repository: Repository, told: list[str], word: str) -> Any:
    def work() -> int:
        told.append(word)
        return len(told)

    return repository.kept.get(word, work)


def test_a_fact_is_worked_out_once_until_something_is_written(database_url: str) -> None:
    repository, other, told = an_office(database_url), an_office(database_url), []
    person = a_person(repository, "ann")
    first = [asked(repository, told, word) for word in ("a", "b", "a", "b")]
    assert first == [1, 2, 1, 2]
    with other.transaction(person) as tx:
        documents.create(tx, "thing", {"name": "Saw"})
    assert [asked(repository, told, word) for word in ("a", "a")] == [3, 3]


def test_what_was_written_while_a_fact_was_worked_out_is_not_missed(database_url: str) -> None:
    repository, told = an_office(database_url), []
    person = a_person(repository, "ann")

    def work() -> str:
        with repository.transaction(person) as tx:
            documents.create(tx, "thing", {"name": "Saw"})
        return "before"

    assert repository.kept.get("a", work) == "before"
    assert asked(repository, told, "a") == 1


def test_a_write_that_is_undone_or_still_open_shows_nothing(database_url: str) -> None:
    repository, told = an_office(database_url), []
    person = a_person(repository, "ann")
    with repository.transaction(person) as tx:
        documents.create(tx, "thing", {"name": "Saw"})
        asked(repository, told, "a")
    assert asked(repository, told, "a") == 2, "the commit is seen"


def test_a_role_an_end_of_a_session_and_a_shut_account_count_at_once(database_url: str) -> None:
    repository = an_office(database_url)
    ann = a_person(repository, "ann")
    with repository.transaction(SYSTEM) as tx:
        token, second = open_session(tx, ann.account.id), open_session(tx, ann.account.id)

    def roles() -> frozenset[str] | None:
        found = actor_of_session(repository, token)
        return None if found is None else found.roles

    before = roles()
    assert before is not None and "buyer" not in before and roles() == before
    with repository.transaction(SYSTEM) as tx:
        give_role(tx, ann.account, "buyer")
    assert "buyer" in (roles() or ())
    accounts.sign_out(repository, token)
    assert roles() is None and actor_of_session(repository, second) is not None
    with repository.transaction(SYSTEM) as tx:
        set_active(tx, ann.account, False)
    assert actor_of_session(repository, second) is None


def test_a_kept_session_still_ends_by_the_clock(database_url: str) -> None:
    from app.core import clock
    from app.data.accounts.sessions import SESSION

    repository = an_office(database_url)
    ann = a_person(repository, "ann")
    with repository.transaction(SYSTEM) as tx:
        token = open_session(tx, ann.account.id)
    assert actor_of_session(repository, token) is not None
    with clock.stopped(clock.now() + SESSION):
        assert actor_of_session(repository, token) is None
