"""Transactions: one command once, nothing half, nobody's number twice, also when a process is killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from typing import Any

import pytest

from app.core.actor import SYSTEM
from app.core.errors import Conflict, KeyReused
from app.data import documents
from app.data.accounts import actor_named
from app.data.repository import Repository
from tests.data.factories import a_catalogue, a_form, a_person, a_repository

NOTE = a_form("note", {"text": "text", "count": "number"}, lines={"text": "text"}, number="N-{year}-{seq:4}")
FORK = multiprocessing.get_context("fork")


@pytest.fixture
def repository(database_url: str) -> Repository:
    repository = a_repository(database_url, a_catalogue(NOTE))
    a_person(repository, "ann")
    return repository


def numbers(repository: Repository) -> list[str]:
    with repository.reading(actor_named(repository, "ann")) as tx:
        rows = documents.list_documents(tx, documents.Query("note", sort="number", limit=1000)).rows
        return [row["number"] for row in rows]


def _write_notes(url: str, count: int) -> None:
    repository = a_repository(url, a_catalogue(NOTE))
    ann = actor_named(repository, "ann")
    for _ in range(count):
        with repository.transaction(ann) as tx:
            documents.create(tx, "note", {"text": "x", "lines": [{"text": "y"}]})


def test_processes_at_once_give_each_number_once(repository: Repository, database_url: str) -> None:
    workers = [FORK.Process(target=_write_notes, args=(database_url, 25)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    found = numbers(repository)
    assert len(found) == 75 == len(set(found)) and found[-1].endswith("-0075")


def _write_and_hang(url: str, ready: Any) -> None:
    repository = a_repository(url, a_catalogue(NOTE))
    ann = actor_named(repository, "ann")
    with repository.transaction(ann) as tx:
        documents.create(tx, "note", {"text": "kept"})
    with repository.transaction(ann) as tx:
        documents.create(tx, "note", {"text": "lost", "lines": [{"text": "y"}]})
        tx.post("mail", {"to": "ada"})
        ready.set()
        time.sleep(60)


def test_a_killed_process_leaves_what_it_finished_and_nothing_half(repository: Repository, database_url: str) -> None:
    ready = FORK.Event()
    worker = FORK.Process(target=_write_and_hang, args=(database_url, ready))
    worker.start()
    assert ready.wait(30)
    os.kill(worker.pid or 0, signal.SIGKILL)
    worker.join(10)
    assert len(numbers(repository)) == 1
    ann = actor_named(repository, "ann")
    with repository.transaction(ann) as tx:
        assert documents.create(tx, "note", {"text": "next"}).number.endswith("-0002")
        assert tx.fetch("select count(*) from office_outbox")[0][0] == 0
        assert tx.fetch("select count(*) from note__lines")[0][0] == 0


def _raise_count(url: str, rounds: int) -> None:
    repository = a_repository(url, a_catalogue(NOTE))
    ann = actor_named(repository, "ann")
    for _ in range(rounds):
        with repository.transaction(ann) as tx:
            note = documents.locked(tx, "note", numbers_of_one(tx))
            documents.update(tx, "note", note.number, {"count": note["count"] + 1})


def numbers_of_one(tx: Any) -> str:
    return tx.fetch_one("select number from note")[0]


def test_changes_at_once_are_all_kept(repository: Repository, database_url: str) -> None:
    with repository.transaction(actor_named(repository, "ann")) as tx:
        number = documents.create(tx, "note", {"count": "0"}).number
    workers = [FORK.Process(target=_raise_count, args=(database_url, 20)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    with repository.reading(actor_named(repository, "ann")) as tx:
        note = documents.get(tx, "note", number)
        assert (note["count"], note.version, len(documents.history(tx, "note", number))) == (60, 61, 61)


def test_an_old_version_meets_a_conflict_not_a_silent_loss(repository: Repository) -> None:
    ann = actor_named(repository, "ann")
    with repository.transaction(ann) as tx:
        number = documents.create(tx, "note", {"text": "a"}).number
        documents.update(tx, "note", number, {"text": "b"}, version=1)
    with repository.transaction(ann) as tx, pytest.raises(Conflict):
        documents.update(tx, "note", number, {"text": "c"}, version=1)


def test_a_repeated_request_gets_the_first_answer_and_another_one_is_refused(repository: Repository) -> None:
    ann = actor_named(repository, "ann")
    for expected in (None, {"number": "N-1"}):
        with repository.transaction(ann) as tx:
            assert tx.claim("key-1", {"form": "note", "amount": 1}) == expected
            if expected is None:
                tx.answer("key-1", {"number": "N-1"})
    with repository.transaction(ann) as tx, pytest.raises(KeyReused):
        tx.claim("key-1", {"form": "note", "amount": 2})
    with repository.transaction(a_person(repository, "ben")) as tx:
        assert tx.claim("key-1", {"form": "other"}) is None


def test_a_key_of_a_failed_request_is_free_again(repository: Repository) -> None:
    ann = actor_named(repository, "ann")
    with pytest.raises(RuntimeError), repository.transaction(ann) as tx:
        tx.claim("key-1", {"n": 1})
        raise RuntimeError
    with repository.transaction(ann) as tx:
        assert tx.claim("key-1", {"n": 2}) is None


def test_an_effect_is_noted_with_the_transaction_and_once_a_key(repository: Repository) -> None:
    with repository.transaction(SYSTEM) as tx:
        first = tx.post("mail", {"to": "ada"}, key="order-1")
        assert tx.post("mail", {"to": "ada"}, key="order-1") == first
        assert tx.post("mail", {"to": "ada"}) != tx.post("mail", {"to": "ada"})
        assert tx.fetch("select count(*) from office_outbox")[0][0] == 3


def test_a_reader_can_not_write(repository: Repository) -> None:
    with pytest.raises(Exception, match=r"(?i)read.?only"), repository.reading(actor_named(repository, "ann")) as tx:
        documents.create(tx, "note", {"text": "x"})
    assert numbers(repository) == []


def test_a_savepoint_undoes_its_part_only(repository: Repository) -> None:
    with repository.transaction(actor_named(repository, "ann")) as tx:
        documents.create(tx, "note", {"text": "kept"})
        with pytest.raises(RuntimeError), tx.savepoint():
            documents.create(tx, "note", {"text": "undone"})
            raise RuntimeError
        documents.create(tx, "note", {"text": "kept too"})
    assert [number[-4:] for number in numbers(repository)] == ["0001", "0002"]


def test_each_write_transaction_has_its_change_number_and_nothing_new_appears_below_the_horizon(
    repository: Repository,
) -> None:
    ann = actor_named(repository, "ann")
    with repository.transaction(ann) as tx:
        first, second = documents.create(tx, "note", {}), documents.create(tx, "note", {})
        assert tx.fetch("select count(distinct chg) from note")[0][0] == 1
    with repository.reading(ann) as tx:
        horizon = repository.database.horizon(tx.connection)
        settled = tx.fetch(f"select number from note where chg < {horizon} order by id")
    if repository.database.dialect == "sqlite":  # elsewhere other transactions of the server hold it back
        assert settled == [(first.number,), (second.number,)]
    with repository.transaction(ann) as tx:
        documents.update(tx, "note", first.number, {"text": "later"})
    with repository.reading(ann) as tx:
        assert (first.number,) in tx.fetch(f"select number from note where chg >= {horizon}")
        assert set(tx.fetch(f"select number from note where chg < {horizon}")) <= set(settled)


def test_a_late_commit_is_not_lost_to_those_who_follow_changes(postgres_url: str) -> None:
    repository = a_repository(postgres_url, a_catalogue(NOTE))
    ann = a_person(repository, "ann")
    with repository.transaction(ann) as slow:
        late = documents.create_many(slow, "note", [{"text": "late"}])[0]
        with repository.database.reading() as reader:
            horizon = repository.database.horizon(reader)
    with repository.reading(ann) as tx:
        assert (late.number,) in tx.fetch(f"select number from note where chg >= {horizon}")
