"""Numbers given late and without a gap: whatever rolls back, dies or runs at once."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from dataclasses import replace
from typing import Any

import pytest

from app.config.form_spec import NumberSpec
from app.core.actor import SYSTEM
from app.core.errors import NotFound
from app.data import documents
from app.data.accounts import actor_named
from app.data.bulk import trash_many
from app.data.numbering import NumberKept, gaps
from app.data.repository import Repository
from app.domain.finance.queries import effects_of
from tests.data.factories import a_catalogue, a_form, a_person, a_repository, a_workflow

NUMBER = NumberSpec("INV-{kind}-{seq:6}", gapless=True, at="issued")
INVOICE = replace(a_form("invoice", {"text": "text", "kind": "text"}, lines={"text": "text"}), number=NUMBER)
FLOW = a_workflow(
    "invoice", draft={"meaning": "not_begun", "editable": True}, issued={"editable": True}, paid={}, cancelled={"final": True}
)
CATALOGUE = a_catalogue(INVOICE, a_form("payment", {"invoice": "invoice"}), workflows=(FLOW,))
FORK = multiprocessing.get_context("fork")


@pytest.fixture
def repository(database_url: str) -> Repository:
    repository = a_repository(database_url, CATALOGUE)
    a_person(repository, "ann")
    return repository


def made(repository: Repository, kind: str = "A") -> str:
    with repository.transaction(actor_named(repository, "ann")) as tx:
        return documents.create(tx, "invoice", {"text": "x", "kind": kind, "lines": [{"text": "y"}]}).number


def moved(repository: Repository, number: str, stage: str = "issued") -> str:
    with repository.transaction(SYSTEM) as tx:
        return documents.move(tx, documents.get(tx, "invoice", number), stage).number


@pytest.mark.capability("FIN-04")
def test_a_number_comes_with_its_stage_and_stays(repository: Repository) -> None:
    first, second, third = made(repository), made(repository), made(repository, "B")
    assert [first, second, third] == ["draft-1", "draft-2", "draft-3"]
    assert moved(repository, second) == "INV-A-000001" and moved(repository, first) == "INV-A-000002"
    assert moved(repository, third) == "INV-B-000001", "another row where something else stands before the counter"
    assert moved(repository, "INV-A-000001", "draft") == "INV-A-000001" == moved(repository, "INV-A-000001")
    with repository.reading(actor_named(repository, "ann")) as tx:
        assert documents.get(tx, "invoice", "INV-A-000002")["lines"][0]["text"] == "y"
        assert [entry.number for entry in documents.history(tx, "invoice", "INV-A-000002")] == ["draft-1", "INV-A-000002"]
        assert [found.link.number for found in documents.search(tx, "INV-A-000002")] == ["INV-A-000002"]


def test_what_never_comes_so_far_takes_no_number(repository: Repository) -> None:
    left, kept = made(repository), made(repository)
    assert moved(repository, left, "cancelled") == left
    assert moved(repository, kept) == "INV-A-000001"


def test_the_old_name_still_leads_to_the_document(repository: Repository) -> None:
    held = made(repository)
    ann = actor_named(repository, "ann")
    with repository.transaction(ann) as tx:
        payment = documents.create(tx, "payment", {"invoice": held}).number
    number = moved(repository, held)
    with repository.transaction(ann) as tx:
        assert documents.get(tx, "invoice", held).number == number
        assert documents.update(tx, "invoice", held, {"text": "z"}).number == number
        assert documents.get(tx, "payment", payment)["invoice"].number == number
        assert effects_of(tx, "invoice", held) == []
    with repository.reading(ann) as tx, pytest.raises(NotFound):
        documents.get(tx, "invoice", "draft-99")


def test_an_import_of_what_is_long_past_is_numbered_at_once(repository: Repository) -> None:
    with repository.transaction(SYSTEM) as tx:
        old = documents.create_many(tx, "invoice", [{"kind": "A"}, {"kind": "A"}], stage="paid", history=True)
        new = documents.create_many(tx, "invoice", [{"kind": "A"}, {"kind": "A"}])
        begun = documents.create_many(tx, "invoice", [{"kind": "A"}], stage="issued")
    assert [one.number for one in (*old, *begun)] == ["INV-A-000001", "INV-A-000002", "INV-A-000003"]
    assert [one.number for one in new] == [f"draft-{one.id}" for one in new] and len({one.id for one in new}) == 2


def test_what_has_a_number_without_gaps_cannot_be_deleted(repository: Repository) -> None:
    held, number = made(repository), moved(repository, made(repository))
    ann = actor_named(repository, "ann")
    with repository.transaction(ann) as tx:
        assert documents.trash(tx, "invoice", held)["deleted_at"] is not None
        with pytest.raises(NumberKept) as refused:
            documents.trash(tx, "invoice", number)
        assert number in refused.value.say("en") and number in refused.value.say("zh")
        with pytest.raises(NumberKept):
            trash_many(tx, "invoice", [documents.get(tx, "invoice", number).id], mark="1")
    with repository.transaction(ann) as tx:
        assert documents.restore(tx, "invoice", held).number == held


def test_what_is_rolled_back_leaves_no_gap(repository: Repository) -> None:
    held = [made(repository) for _ in range(3)]
    assert moved(repository, held[0]) == "INV-A-000001"
    with pytest.raises(RuntimeError), repository.transaction(SYSTEM) as tx:
        assert documents.move(tx, documents.get(tx, "invoice", held[1]), "issued").number == "INV-A-000002"
        raise RuntimeError
    with repository.transaction(SYSTEM) as tx:
        with pytest.raises(RuntimeError), tx.savepoint():
            documents.move(tx, documents.get(tx, "invoice", held[1]), "issued")
            raise RuntimeError
        assert documents.move(tx, documents.get(tx, "invoice", held[2]), "issued").number == "INV-A-000002"
    assert moved(repository, held[1]) == "INV-A-000003"


def test_a_gap_that_somebody_made_behind_our_back_is_found(repository: Repository) -> None:
    for _ in range(3):
        moved(repository, made(repository))
    with repository.transaction(SYSTEM) as tx:
        assert gaps(tx) == []
        tx.run(tx.sql("update invoice set number = ? where number = ?"), ("elsewhere", "INV-A-000002"))
        assert gaps(tx) == ["invoice INV-A-2"]


def _issue_some(url: str, seed: int, rounds: int) -> None:
    repository = a_repository(url, CATALOGUE)
    luck = random.Random(seed)
    for _ in range(rounds):
        held = made(repository)
        try:
            with repository.transaction(SYSTEM) as tx:
                documents.move(tx, documents.get(tx, "invoice", held), "issued")
                time.sleep(luck.random() / 200)
                if luck.random() < 0.3:
                    raise RuntimeError
        except RuntimeError:
            continue


def test_processes_at_once_that_fail_and_die_leave_no_gap(repository: Repository, database_url: str) -> None:
    workers = [FORK.Process(target=_issue_some, args=(database_url, seed, 20)) for seed in range(2)]
    doomed = [FORK.Process(target=_issue_some, args=(database_url, seed, 500)) for seed in (7, 8)]
    for worker in (*workers, *doomed):
        worker.start()
    for worker in doomed:
        time.sleep(0.7)
        os.kill(worker.pid or 0, signal.SIGKILL)
    for worker in (*workers, *doomed):
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    last = moved(repository, made(repository))
    with repository.reading(actor_named(repository, "ann")) as tx:
        assert gaps(tx) == []
        rows: Any = tx.fetch("select number from invoice where stage = 'issued' order by number")
        assert [row[0] for row in rows] == [f"INV-A-{place:06d}" for place in range(1, len(rows) + 1)]
        assert rows[-1][0] == last and len(rows) > 15
