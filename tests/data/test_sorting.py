"""A form's lists and views have the index that answers them in their order; it comes and goes by publishing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import event

from app.config.form_spec import FormSpec, ListSpec, ViewSpec
from app.config.shapes import shapes_of
from app.core.expressions import Place, compile_expression
from app.core.words import Words
from app.data import documents
from app.data.repository import Repository
from app.data.sorting import list_indexes
from tests.data.factories import a_catalogue, a_form, a_person, a_repository

FIELDS: dict[str, Any] = {"name": "text", "due_on": "date", "size": "number", "other": "thing"}
INDEXES = {
    "sqlite": "select name from sqlite_master where type = 'index' and name like 'list\\_%' escape '\\'",
    "postgresql": "select indexname from pg_indexes where schemaname = current_schema() and indexname like 'list\\_%%'",
}


def a_sorted(*views: tuple[str | None, str], sort: str = "-number", version: str = "1", **options: Any) -> Any:
    """A catalogue of one form with a list sorted so, and views of (where, sort)."""
    form: FormSpec = a_form("thing", FIELDS, **options)
    known = a_catalogue(form, version=version)
    shapes = shapes_of(known.forms)
    made = {
        f"v{at}": ViewSpec(
            f"v{at}",
            Words(f"v{at}"),
            where=None if where is None else compile_expression(where, place=Place("thing"), shapes=shapes),
            sort=order,
        )
        for at, (where, order) in enumerate(views)
    }
    ready = replace(known.forms["thing"], list=ListSpec(("name", "due_on"), sort), views=made)
    return replace(known, forms={"thing": ready})


def indexes(repository: Repository) -> list[str]:
    with repository.database.reading() as connection:
        return sorted(row[0] for row in connection.exec_driver_sql(INDEXES[repository.database.dialect]))


@pytest.mark.parametrize(
    ("where", "sort", "columns"),
    [
        (None, "due_on", ["due_on", "id"]),
        (None, "-due_on", ["due_on", "id"]),
        (None, "-due_on,name", ["due_on", "name", "id"]),
        ("stage == 'active'", "due_on", ["stage", "due_on", "id"]),
        ("'active' == stage and size > 3", "-due_on", ["stage", "due_on", "id"]),
        ("created_by == me", "-number", ["created_by", "number", "id"]),
        ("stage == 'active' or size == 1", "due_on", ["due_on", "id"]),
        ("size == size", "due_on", ["due_on", "id"]),
        (None, "-number", None),
        (None, "other", None),
        (None, "created_by", None),
        ("stage == 'active'", "number", ["stage", "number", "id"]),
    ],
)
def test_a_sort_gives_the_index_that_answers_it_or_none(
    where: str | None, sort: str, columns: list[str] | None, database_url: str
) -> None:
    repository = a_repository(database_url, a_sorted((where, sort)))
    spec = repository.catalogue.forms["thing"]
    found = [index.columns for index in list_indexes(spec, repository.registry.forms["thing"])]
    assert found == ([columns] if columns else [])


def test_the_same_list_both_ways_has_one_index_and_it_goes_with_its_view(database_url: str) -> None:
    a_repository(database_url, a_sorted((None, "due_on"), (None, "-due_on"), (None, "-due_on,name"))).close()
    repository = a_repository(database_url, a_sorted((None, "-due_on,name"), (None, "size"), version="2"))
    assert indexes(repository) == ["list_thing_due_on_name_desc_id", "list_thing_size_id"]


def test_publishing_a_view_says_that_it_keeps_an_order_and_only_adds(database_url: str) -> None:
    repository = a_repository(database_url, a_sorted())
    plan = repository.publish(a_sorted(("stage == 'active'", "-due_on"), version="2"), apply=False)
    assert plan.only_adds and plan.sentences("en") == ["Keep Thing sorted by due_on for each stage."]
    assert indexes(repository) == []
    assert repository.publish(a_sorted(("stage == 'active'", "-due_on"), version="2")).sentences("zh")
    assert indexes(repository) == ["list_thing_stage_due_on_id"]
    assert repository.publish(a_sorted(("stage == 'active'", "-due_on"), version="2")).sentences("en") == []


def test_a_renamed_column_gets_its_index_anew(database_url: str) -> None:
    a_repository(database_url, a_sorted((None, "due_on"))).close()
    renamed = a_sorted((None, "due_on"), version="2")
    fields = {name: spec for name, spec in renamed.forms["thing"].fields.items() if name != "due_on"}
    moved = replace(renamed.forms["thing"].fields["due_on"], name="until_on", was="due_on")
    view = replace(renamed.forms["thing"].views["v0"], sort="until_on")
    form = replace(renamed.forms["thing"], fields={**fields, "until_on": moved}, views={"v0": view})
    repository = a_repository(database_url, a_sorted((None, "due_on")))
    repository.publish(replace(renamed, forms={"thing": form}))
    assert indexes(repository) == ["list_thing_until_on_id"]


@pytest.mark.parametrize("sort", ["due_on", "-due_on", "-due_on,name", "due_on,-name"])
def test_a_sorted_list_reads_its_index_and_sorts_nothing(sort: str, database_url: str) -> None:
    repository = a_repository(database_url, a_sorted(("stage == 'active'", sort)))
    person = a_person(repository, "ann")
    days = [None, "2026-01-03", "2026-01-01", "2026-01-02", "2026-01-02", None]
    with repository.transaction(person) as tx:
        for at, day in enumerate(days):
            documents.create(tx, "thing", {"name": f"n{at % 2}", "due_on": day})
    with repository.reading(person) as tx:
        plans: list[str] = []
        told = "explain query plan " if tx.dialect == "sqlite" else "explain "
        if tx.dialect == "postgresql":
            tx.run("set local enable_seqscan = off")
            tx.run("set local enable_bitmapscan = off")
        def look(_connection: Any, _cursor: Any, statement: str, given: Any, *_more: Any) -> None:
            if "ORDER BY" in statement and not plans:
                plans.extend(str(row) for row in tx.fetch(told + statement, given))

        event.listen(tx.connection, "before_cursor_execute", look)
        try:
            page = documents.list_documents(tx, documents.Query("thing", view="v0"))
        finally:
            event.remove(tx.connection, "before_cursor_execute", look)
    turned = sort.startswith("-")
    assert any("list_thing_stage_due_on" in line for line in plans), plans
    assert not any("TEMP B-TREE" in line or "Sort" in line for line in plans), plans
    found = [row["due_on"] for row in page.rows]
    expected = sorted((row for row in found if row), reverse=turned)
    assert found == ([*expected, None, None] if turned else [None, None, *expected])
