"""A form change never loses a value: what is added comes by itself, what would lose is refused in a sentence."""

from __future__ import annotations

import multiprocessing
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from app.config.form_spec import FormSpec
from app.data import documents
from app.data.repository import NeedsMigration, Repository
from tests.data.factories import a_catalogue, a_form, a_person, a_repository

FIELDS: Mapping[str, Any] = {"name": "text", "remark": "text", "price": "money", "size": "text"}
LINES: Mapping[str, Any] = {"quantity": "quantity", "note": "text"}


def a_thing(fields: Mapping[str, Any] = FIELDS, lines: Mapping[str, Any] = LINES, **options: Any) -> FormSpec:
    return a_form("thing", fields, lines=lines, **options)


def with_one(url: str) -> Repository:
    repository = a_repository(url, a_catalogue(a_thing()))
    with repository.transaction(a_person(repository, "ann")) as tx:
        documents.create(
            tx, "thing", {"name": "Saw", "remark": "sharp", "price": "12.34", "lines": [{"quantity": "2", "note": "x"}]}
        )
    return repository


def read(repository: Repository, form: str = "thing") -> documents.Document:
    from app.data.accounts import actor_named

    with repository.reading(actor_named(repository, "ann")) as tx:
        return documents.get(tx, form, "T-00001")


def test_additions_come_by_themselves_and_once(database_url: str) -> None:
    with_one(database_url).close()
    bigger = a_catalogue(
        a_thing(
            {
                **FIELDS,
                "colour": {"type": "choice", "options": ["red"]},
                "other": "thing",
                "tags": {"type": "thing", "many": True},
            },
            {**LINES, "due_on": "date"},
        ),
        a_form("extra", {"thing": "thing"}),
        version="2",
    )
    repository = a_repository(database_url, bigger)
    kept = read(repository)
    assert (kept["name"], kept["price"], kept["colour"], kept["lines"][0]["due_on"]) == (
        "Saw",
        Decimal("12.34"),
        None,
        None,
    )
    assert repository.publish(bigger).steps == ()


def test_a_new_computed_field_is_filled_for_documents_that_are_there(database_url: str) -> None:
    with_one(database_url).close()
    doubled = a_thing(
        {**FIELDS, "twice": {"type": "money", "formula": "price * 2"}},
        {**LINES, "half": {"type": "quantity", "formula": "quantity / 2"}},
    )
    document = read(a_repository(database_url, a_catalogue(doubled, version="2")))
    assert (document["twice"], document["lines"][0]["half"]) == (Decimal("24.68"), Decimal(1))


def test_a_rename_keeps_every_value(database_url: str) -> None:
    repository = with_one(database_url)
    fields = {"title": {"type": "text", "was": "name"}, "remark": "text", "price": "money", "size": "text"}
    renamed = a_form(
        "article",
        fields,
        tables={
            "rows": {"fields": {"amount": {"type": "quantity", "was": "quantity"}, "note": "text"}, "was": "lines"}
        },
        was="thing",
        number="T-{seq:5}",
    )
    catalogue = a_catalogue(renamed, version="2")
    with pytest.raises(NeedsMigration, match="Rename the form thing to article"):
        a_repository(database_url, catalogue)
    plan = repository.publish(catalogue, apply=False)
    assert [s.split(";")[0] for s in plan.sentences("en") if "Rename" in s] == [
        "Rename the form thing to article",
        "Rename the table article__lines of Article to article__rows.",
        "Rename name of Article to title",
        "Rename quantity of Article to amount",
    ]
    assert read(repository)["name"] == "Saw"
    repository.publish(catalogue)
    document = read(repository, "article")
    assert (document["title"], document["rows"][0]["amount"]) == ("Saw", Decimal(2))
    from app.data.accounts import actor_named

    with repository.transaction(actor_named(repository, "ann")) as tx:
        assert documents.create(tx, "article", {"title": "New"}).number == "T-00002"
        assert [each.link.number for each in documents.search(tx, "Saw")] == ["T-00001"]
        assert len(documents.history(tx, "article", "T-00001")) == 1
    assert repository.publish(catalogue).steps == ()


def test_a_removed_field_keeps_its_values_and_comes_back_with_them(database_url: str) -> None:
    repository = with_one(database_url)
    smaller = a_catalogue(a_thing({name: kind for name, kind in FIELDS.items() if name != "remark"}), version="2")
    assert repository.publish(smaller).sentences("en") == ["remark is no longer part of Thing; its values are kept."]
    assert "remark" not in read(repository)
    assert repository.publish(smaller).steps == ()
    repository.publish(a_catalogue(a_thing(), version="3"))
    assert read(repository)["remark"] == "sharp"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"name": "money"}, "it would become decimal:2, and 1 documents have a value that is text"),
        ({"price": "text"}, "it would become text"),
        ({"price": {"type": "number"}}, "1 documents have digits that would be lost"),
        ({"name": "thing"}, "it would become link:thing"),
    ],
)
def test_what_would_lose_a_value_is_refused_in_a_sentence(
    database_url: str, change: Mapping[str, Any], reason: str
) -> None:
    repository = with_one(database_url)
    plan = repository.publish(a_catalogue(a_thing({**FIELDS, **change, "colour": "text"}), version="2"))
    assert plan.refused and reason in plan.sentences("en")[0]
    assert repository.registry.version == "1"
    assert (read(repository)["name"], read(repository)["price"]) == ("Saw", Decimal("12.34"))
    assert "colour" not in read(repository)


def test_more_digits_are_exact_and_an_empty_field_may_become_anything(database_url: str) -> None:
    repository = with_one(database_url)
    repository.publish(a_catalogue(a_thing({**FIELDS, "price": "price", "size": "number"}), version="2"))
    assert read(repository)["price"] == Decimal("12.3400")
    from app.data.accounts import actor_named

    with repository.transaction(actor_named(repository, "ann")) as tx:
        assert documents.update(tx, "thing", "T-00001", {"size": "7"})["size"] == 7


def test_what_is_doubled_can_not_become_unique(database_url: str) -> None:
    repository = with_one(database_url)
    from app.data.accounts import actor_named

    with repository.transaction(actor_named(repository, "ann")) as tx:
        documents.create(tx, "thing", {"name": "Saw"})
    unique = a_catalogue(a_thing({**FIELDS, "name": {"type": "text", "unique": True}}), version="2")
    assert "1 values stand in more than one document" in repository.publish(unique).sentences("en")[0]
    with repository.transaction(actor_named(repository, "ann")) as tx:
        documents.trash(tx, "thing", "T-00002")
    assert not repository.publish(unique).refused


def _open(url: str, count: Any) -> None:
    forms = (a_thing({**FIELDS, "colour": "text", "other": "thing"}), a_form("extra", {"thing": "thing"}))
    repository = a_repository(url, a_catalogue(*forms, version="2"))
    count.put(repository.registry.version)
    repository.close()


def test_two_processes_at_once_migrate_once(database_url: str) -> None:
    with_one(database_url).close()
    spawn = multiprocessing.get_context("fork")
    answers = spawn.Queue()
    workers = [spawn.Process(target=_open, args=(database_url, answers)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert [answers.get(), answers.get()] == ["2", "2"]


def test_another_process_takes_over_what_was_published_while_a_transaction_keeps_its_own(database_url: str) -> None:
    first = with_one(database_url)
    newer = a_catalogue(a_thing({**FIELDS, "colour": "text"}), version="2")
    second = Repository.open(first.settings, first.catalogue, load=lambda: newer)
    from app.data.accounts import actor_named

    ann = actor_named(second, "ann")
    with second.reading(ann) as tx:
        if first.database.dialect == "sqlite":
            first.publish(newer)
        assert tx.registry.version == "1" and documents.get(tx, "thing", "T-00001")["name"] == "Saw"
    first.publish(newer)
    with second.transaction(ann) as tx:
        assert tx.registry.version == "2"
        assert documents.update(tx, "thing", "T-00001", {"colour": "red"})["colour"] == "red"


def test_an_old_process_goes_on_with_its_forms_until_it_can_read_the_new_ones(database_url: str) -> None:
    first = with_one(database_url)
    second = Repository.open(first.settings, first.catalogue)
    first.publish(a_catalogue(a_thing({**FIELDS, "colour": "text"}), version="2"))
    from app.data.accounts import actor_named

    with second.transaction(actor_named(second, "ann")) as tx:
        assert documents.update(tx, "thing", "T-00001", {"name": "Axe"})["name"] == "Axe"
