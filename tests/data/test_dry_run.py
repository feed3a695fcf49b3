"""Before a form is published, every document that is there has been looked at: what would break, hide or change."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import inspect

from app.config.form_spec import FormSpec
from app.config.workflow_spec import StageSpec
from app.core.words import Words
from app.data import documents
from app.data.accounts import actor_named
from app.data.database import Database
from app.data.dry_run import Effect
from app.data.migrations import MigrationPlan
from app.data.repository import NeedsMigration, PublishedMeanwhile, Repository
from tests.data.factories import a_catalogue, a_form, a_person, a_repository, a_workflow

FIELDS: Mapping[str, Any] = {
    "name": "text",
    "price": "money",
    "size": {"type": "choice", "options": ["small", "large"]},
    "day": "date",
    "gift": "boolean",
}
LINES: Mapping[str, Any] = {"quantity": "quantity", "note": "text"}
ROWS = (
    {"name": "Saw", "price": "12.00", "size": "small", "day": "2026-01-02", "lines": [{"quantity": 2, "note": "x"}]},
    {"name": "Axe", "price": "80.00", "size": "large", "gift": True, "lines": [{"quantity": 1}, {"quantity": 9}]},
    {"price": "3.00"},
)


def a_thing(changes: Mapping[str, Any] | None = None, *, lines: Mapping[str, Any] = LINES, **options: Any) -> FormSpec:
    return a_form("thing", {**FIELDS, **(changes or {})}, lines=lines, **options)


def with_three(url: str, form: FormSpec | None = None, **options: Any) -> Repository:
    repository = a_repository(url, a_catalogue(form or a_thing(), **options))
    with repository.transaction(a_person(repository, "ann")) as tx:
        for row in ROWS:
            documents.create(tx, "thing", row)
    return repository


def tried(repository: Repository, form: FormSpec, **options: Any) -> MigrationPlan:
    """The dry run of a changed form."""
    return repository.publish(a_catalogue(form, version="2", **options), apply=False)


def met(plan: MigrationPlan) -> list[tuple[str, str, int, list[str]]]:
    return [(e.nature, e.place, e.count, [link.number for link in e.examples]) for e in plan.effects]


def test_a_field_that_becomes_required_names_who_has_none(database_url: str) -> None:
    repository = with_three(database_url)
    plan = tried(repository, a_thing({"name": {"type": "text", "required": True}}))
    assert met(plan) == [("break", "name", 1, ["T-00003"])]
    assert plan.sentences("en") == [
        "1 documents of Thing have no Name; it is asked for when one is next changed.",
    ]
    assert plan.sentences("zh") == ["1 张thing没有填写name，下次修改时必须补填。"]
    assert not plan.only_adds and not plan.refused


def test_a_dry_run_leaves_nothing_behind(database_url: str) -> None:
    repository = with_three(database_url)
    form = a_thing({"name": {"type": "text", "required": True}, "half": {"type": "money", "formula": "price / 2"}})
    first, second = tried(repository, form), tried(repository, form)
    assert first == second and first.effects
    assert repository.registry.version == "1"
    with repository.reading(actor_named(repository, "ann")) as tx:
        assert "half" not in documents.get(tx, "thing", "T-00001")
        assert len(documents.history(tx, "thing", "T-00001")) == 1


@pytest.mark.parametrize(
    ("changes", "options", "expected"),
    [
        ({"price": {"type": "money", "max": "50"}}, {}, ("break", "price", ["T-00002"])),
        ({"price": {"type": "money", "min": "10"}}, {}, ("break", "price", ["T-00003"])),
        ({"price": {"type": "money", "check": "price < 50"}}, {}, ("break", "price", ["T-00002"])),
        ({"size": {"type": "choice", "options": ["small"]}}, {}, ("break", "size", ["T-00002"])),
        ({"name": {"type": "text", "longest": 2}}, {}, ("break", "name", ["T-00002", "T-00001"])),
        ({"name": {"type": "text", "match": "S.*"}}, {}, ("break", "name", ["T-00002"])),
        ({"name": {"type": "text", "show": "price > 50"}}, {}, ("hide", "name", ["T-00001"])),
        ({"gift": {"type": "boolean", "show": False}}, {}, ("hide", "gift", ["T-00002"])),
        ({}, {"checks": ("gift or price < 10",)}, ("break", "", ["T-00001"])),
        ({}, {"checks": ("count(lines) > 0",)}, ("break", "", ["T-00003"])),
        ({}, {"checks": ("this.price < 50",)}, ("break", "", ["T-00002"])),
        (
            {},
            {"lines": {**LINES, "quantity": {"type": "quantity", "max": "5"}}},
            ("break", "lines.quantity", ["T-00002"]),
        ),
        (
            {},
            {"lines": {**LINES, "note": {"type": "text", "required": "this.gift"}}},
            ("break", "lines.note", ["T-00002"]),
        ),
        (
            {},
            {"lines": {**LINES, "note": {"type": "text", "show": "quantity > 5"}}},
            ("hide", "lines.note", ["T-00001"]),
        ),
    ],
)
def test_each_tighter_rule_names_the_documents_that_it_meets(
    database_url: str, changes: Mapping[str, Any], options: Mapping[str, Any], expected: tuple[str, str, list[str]]
) -> None:
    plan = tried(with_three(database_url), a_thing(changes, **options))
    assert [(nature, place, numbers) for nature, place, _count, numbers in met(plan)] == [expected]


def test_fewer_rows_than_a_table_asks_for_are_counted(database_url: str) -> None:
    tables = {"lines": {"fields": LINES, "least": 1, "most": 1}}
    form = a_form("thing", FIELDS, tables=tables)
    assert met(tried(with_three(database_url), form)) == [
        ("break", "lines", 1, ["T-00003"]),
        ("break", "lines", 1, ["T-00002"]),
    ]


def test_a_rule_that_no_document_breaks_is_published_by_itself(database_url: str) -> None:
    with_three(database_url).close()
    form = a_thing({"price": {"type": "money", "max": "100", "required": True}}, checks=("price > 0",))
    repository = a_repository(database_url, a_catalogue(form, version="2"))
    assert repository.registry.version == "2"


def test_a_rule_that_documents_break_waits_until_somebody_looked(database_url: str) -> None:
    with_three(database_url).close()
    form = a_thing({"price": {"type": "money", "max": "50"}})
    with pytest.raises(NeedsMigration, match="Price is too big in 1 documents of Thing"):
        a_repository(database_url, a_catalogue(form, version="2"))
    repository = a_repository(database_url, a_catalogue(a_thing()))
    assert not repository.publish(a_catalogue(form, version="2")).refused
    assert repository.registry.version == "2"
    assert repository.publish(a_catalogue(form, version="2")).effects == ()


def test_a_new_required_field_is_an_addition_that_says_who_lacks_it(database_url: str) -> None:
    with_three(database_url).close()
    form = a_thing({"colour": {"type": "text", "required": True}})
    repository = a_repository(database_url, a_catalogue(a_thing(), version="1"))
    plan = tried(repository, form)
    assert (plan.only_adds, met(plan)) == (True, [("break", "colour", 3, ["T-00003", "T-00002", "T-00001"])])
    repository.close()
    assert a_repository(database_url, a_catalogue(form, version="2")).registry.version == "2"


def test_drafts_may_lack_what_is_required(database_url: str) -> None:
    flow = a_workflow("thing", draft={"meaning": "not_begun", "editable": True}, done={"final": True})
    repository = with_three(database_url, workflows=(flow,))
    required = a_thing({"name": {"type": "text", "required": True}})
    assert tried(repository, required, workflows=(flow,)).effects == ()
    with repository.transaction(actor_named(repository, "ann")) as tx:
        documents.move(tx.as_system(), documents.get(tx, "thing", "T-00003"), "done")
    assert met(tried(repository, required, workflows=(flow,))) == [("break", "name", 1, ["T-00003"])]


def test_deleted_documents_are_not_counted(database_url: str) -> None:
    repository = with_three(database_url)
    with repository.transaction(actor_named(repository, "ann")) as tx:
        documents.trash(tx, "thing", "T-00003")
    assert tried(repository, a_thing({"name": {"type": "text", "required": True}})).effects == ()


def test_a_changed_formula_says_what_changes_and_then_changes_it(database_url: str) -> None:
    old = {"twice": {"type": "money", "formula": "price * 2"}, "more": {"type": "money", "formula": "twice + 1"}}
    repository = with_three(database_url, a_thing(old))
    new = a_thing({**old, "twice": {"type": "money", "formula": "if(price > 50, price * 3, price * 2)"}})
    plan = tried(repository, new)
    assert met(plan) == [("change", "more", 1, ["T-00002"]), ("change", "twice", 1, ["T-00002"])] or met(plan) == [
        ("change", "twice", 1, ["T-00002"]),
        ("change", "more", 1, ["T-00002"]),
    ]
    assert "Twice is worked out anew and becomes another in 1 documents of Thing." in plan.sentences("en")
    repository.publish(a_catalogue(new, version="2"))
    with repository.reading(actor_named(repository, "ann")) as tx:
        document = documents.get(tx, "thing", "T-00002")
        assert (document["twice"], document["more"]) == (Decimal(240), Decimal(241))
        assert documents.history(tx, "thing", "T-00002")[-1].diff["twice"] == ["160.00", "240.00"]
        assert len(documents.history(tx, "thing", "T-00001")) == 1


def test_a_changed_formula_of_lines_counts_documents(database_url: str) -> None:
    lines = {**LINES, "half": {"type": "quantity", "formula": "quantity / 2"}}
    repository = with_three(database_url, a_thing(lines=lines))
    new = a_thing(lines={**LINES, "half": {"type": "quantity", "formula": "quantity / if(quantity > 5, 3, 2)"}})
    assert met(tried(repository, new)) == [("change", "lines.half", 1, ["T-00002"])]
    repository.publish(a_catalogue(new, version="2"))
    with repository.reading(actor_named(repository, "ann")) as tx:
        assert [line["half"] for line in documents.get(tx, "thing", "T-00002")["lines"]] == [Decimal("0.5"), Decimal(3)]


def test_no_more_than_twenty_examples_are_given_of_any_number(database_url: str) -> None:
    repository = a_repository(database_url, a_catalogue(a_thing()))
    with repository.transaction(a_person(repository, "ann")) as tx:
        documents.create_many(tx, "thing", [{"price": "1"}] * 45)
    (found,) = tried(repository, a_thing({"name": {"type": "text", "required": True}})).effects
    assert (found.count, len(found.examples)) == (45, 20)


# renames


def test_an_option_is_renamed_in_every_document(database_url: str) -> None:
    fields = {"tags": {"type": "choices", "options": ["new", "newer"]}}
    line = {**LINES, "kind": {"type": "choice", "options": ["small"]}}
    repository = with_three(database_url, a_thing(fields, lines=line))
    ann = actor_named(repository, "ann")
    with repository.transaction(ann) as tx:
        documents.update(tx, "thing", "T-00001", {"tags": ["new", "newer"], "lines": [{"line_no": 1, "kind": "small"}]})
    form = renamed(
        a_thing(
            {
                "tags": {"type": "choices", "options": ["fresh", "newer"]},
                "size": {"type": "choice", "options": ["little", "large"]},
            },
            lines={**LINES, "kind": {"type": "choice", "options": ["little"]}},
        )
    )
    plan = repository.publish(a_catalogue(form, version="2"))
    assert plan.sentences("en")[0] == "Rename the option small of size of Thing to little, wherever it was chosen."
    assert not plan.effects and not plan.only_adds
    with repository.reading(ann) as tx:
        document = documents.get(tx, "thing", "T-00001")
        assert (document["size"], document["tags"]) == ("little", ("fresh", "newer"))
        assert document["lines"][0]["kind"] == "little"
    assert repository.publish(a_catalogue(form, version="2")).steps == ()


def renamed(form: FormSpec) -> FormSpec:
    """Say of each option what it was called before."""
    names = {"little": "small", "fresh": "new"}

    def told(fields: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: replace(each, renamed={new: old for new, old in names.items() if new in each.options})
            for name, each in fields.items()
        }

    tables = {name: replace(table, fields=told(table.fields)) for name, table in form.tables.items()}
    return replace(form, fields=told(form.fields), tables=tables)


def test_many_links_are_renamed_with_their_field_and_their_table(database_url: str) -> None:
    fields = {"friends": {"type": "thing", "many": True}}
    lines = {**LINES, "others": {"type": "thing", "many": True}}
    repository = with_three(database_url, a_thing(fields, lines=lines))
    ann = actor_named(repository, "ann")
    with repository.transaction(ann) as tx:
        documents.update(
            tx,
            "thing",
            "T-00001",
            {"friends": ["T-00002", "T-00003"], "lines": [{"line_no": 1, "others": ["T-00002"]}]},
        )
    form = a_form(
        "thing",
        {**FIELDS, "pals": {"type": "thing", "many": True, "was": "friends"}},
        tables={
            "rows": {"fields": {**LINES, "peers": {"type": "thing", "many": True, "was": "others"}}, "was": "lines"}
        },
    )
    repository.publish(a_catalogue(form, version="2"))
    with repository.reading(ann) as tx:
        document = documents.get(tx, "thing", "T-00001")
        assert [link.number for link in document["pals"]] == ["T-00002", "T-00003"]
        assert [link.number for link in document["rows"][0]["peers"]] == ["T-00002"]


def staged(*names: str, was: str | None = None) -> Any:
    stages = {name: StageSpec(name, Words(name, name)) for name in names}
    flow = a_workflow("thing", **{name: {} for name in names})
    return replace(flow, stages={n: replace(s, was=was if n == names[-1] else None) for n, s in stages.items()})


def test_a_renamed_stage_takes_its_documents_along(database_url: str) -> None:
    repository = with_three(database_url, workflows=(staged("open", "closed"),))
    ann = actor_named(repository, "ann")
    with repository.transaction(ann) as tx:
        documents.move(tx.as_system(), documents.get(tx, "thing", "T-00001"), "closed")
    plan = repository.publish(a_catalogue(a_thing(), version="2", workflows=(staged("open", "done", was="closed"),)))
    assert plan.sentences("en") == ["Rename the stage closed of Thing to done; documents move over with it."]
    with repository.reading(ann) as tx:
        assert [documents.get(tx, "thing", f"T-0000{n}").stage for n in (1, 2, 3)] == ["done", "open", "open"]


def test_a_stage_in_which_documents_stand_can_not_go(database_url: str) -> None:
    repository = with_three(database_url, workflows=(staged("open", "closed"),))
    plan = repository.publish(a_catalogue(a_thing(), version="2", workflows=(staged("begun", "closed"),)))
    assert plan.refused and repository.registry.version == "1"
    assert plan.sentences("en")[0] == (
        "Refused: 3 documents of Thing stand in a stage that is gone. Move them first, or say was: to rename it."
    )


# several at once, and in the middle


def test_the_second_of_two_administrators_is_told(database_url: str) -> None:
    first = with_three(database_url)
    second = Repository.open(first.settings, first.catalogue)
    one = a_catalogue(a_thing({"colour": "text"}), version="2")
    other = a_catalogue(a_thing({"price": {"type": "money", "max": "50"}}), version="3")
    seen_first, seen_second = first.publish(one, apply=False).seen, second.publish(other, apply=False).seen
    assert first.publish(one, seen=seen_first).only_adds
    with pytest.raises(PublishedMeanwhile, match="Somebody else published a change since you looked"):
        second.publish(other, seen=seen_second)
    assert "colour" in first.registry.forms["thing"].table.c
    again = second.publish(other, apply=False)
    assert "colour is no longer part of Thing; its values are kept." in again.sentences("en")
    second.close()


def _publish(url: str, version: str, started: Any) -> None:
    fields = {"half": {"type": "money", "formula": "price / 2"}, "colour": {"type": "text", "was": "name"}}
    form = a_thing(fields, checks=("price >= 0",))
    form = replace(form, fields={name: spec for name, spec in form.fields.items() if name != "name"})
    repository = a_repository(url, a_catalogue(a_thing(), version="1"))
    started.set()
    repository.publish(a_catalogue(form, version=version))


@pytest.mark.parametrize("delay", [0.0, 0.02, 0.05, 0.1, 0.2])
def test_killed_in_the_middle_publishing_leaves_the_old_or_the_new(database_url: str, delay: float) -> None:
    repository = a_repository(database_url, a_catalogue(a_thing()))
    with repository.transaction(a_person(repository, "ann")) as tx:
        documents.create_many(tx, "thing", [{"name": f"N{n}", "price": str(n)} for n in range(400)])
    repository.close()
    fork = multiprocessing.get_context("fork")
    started = fork.Event()
    child = fork.Process(target=_publish, args=(database_url, "2", started))
    child.start()
    assert started.wait(30)
    time.sleep(delay)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join(10)
    database = Database(database_url)
    with database.reading() as connection:
        state = "select v.version, f.columns from office_form_version v, office_form f"
        version, known = connection.exec_driver_sql(state).one()
        columns = {column["name"] for column in inspect(connection).get_columns("thing")}
        assert columns & {"half", "colour", "name"} == ({"half", "colour"} if version == "2" else {"name"})
        assert ("half" in known) == (version == "2")
        if version == "2":
            wrong = 'select count(*) from "thing" where half is null or half <> price / 2'
            assert connection.exec_driver_sql(wrong).scalar() == 0
    database.close()


def _open(url: str, changed: FormSpec, version: str, answers: Any) -> None:
    answers.put(a_repository(url, a_catalogue(changed, version=version)).registry.version)


def test_two_processes_that_publish_at_once_do_it_one_after_the_other(database_url: str) -> None:
    with_three(database_url).close()
    fork = multiprocessing.get_context("fork")
    answers = fork.Queue()
    changed = a_thing({"half": {"type": "money", "formula": "price / 2"}, "title": "text"})
    workers = [fork.Process(target=_open, args=(database_url, changed, "2", answers)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [answers.get(), answers.get()] == ["2", "2"]
    repository = a_repository(database_url, a_catalogue(changed, version="2"))
    with repository.reading(actor_named(repository, "ann")) as tx:
        assert documents.get(tx, "thing", "T-00002")["half"] == Decimal(40)
        assert len(documents.history(tx, "thing", "T-00002")) == 2, "the second worked it out again"


def test_an_effect_is_a_value() -> None:
    assert Effect("break", "thing", "", Words("a", "b"), 1, ()) == Effect("break", "thing", "", Words("a", "b"), 1, ())
