"""Lists: filters by every kind of field, sort, links with their titles, counts and sums of the same rows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from app.core.errors import Invalid
from app.core.links import Link
from app.data import documents, listing
from app.data.documents import Filter, Query
from app.data.repository import Repository
from tests.data.factories import a_catalogue, a_form, a_person, a_repository

CATEGORY = a_form("category", {"code": "text", "parent": "category"}, key="code", tree="parent")
SUPPLIER = a_form("supplier", {"name": "text", "category": "category", "contact": "user"}, shown_as="{name}")
ORDER = a_form(
    "order",
    {
        "supplier": "supplier",
        "category": "category",
        "note": "text",
        "amount": "money",
        "rate": "percent",
        "due_on": "date",
        "sent_at": "datetime",
        "urgent": "boolean",
        "kind": {"type": "choice", "options": ["sale", "gift"]},
        "marks": {"type": "choices", "options": ["red", "green"]},
        "address": "address",
        "watchers": {"type": "user", "many": True},
        "late": {"type": "boolean", "formula": "due_on < today"},
    },
    lines={"product": "text", "quantity": "quantity"},
)
ROWS: list[dict[str, Any]] = [
    {
        "note": "First 100%",
        "amount": "10.50",
        "rate": "13%",
        "due_on": "2020-01-01",
        "kind": "sale",
        "marks": ["red"],
        "address": {"city": "杭州"},
        "watchers": ["ann"],
        "lines": [{"product": "Nut", "quantity": "5"}],
        "supplier": "S-00001",
        "urgent": True,
        "category": "FOOD",
    },
    {
        "note": "second",
        "amount": "20.25",
        "due_on": "2999-01-01",
        "kind": "gift",
        "marks": ["red", "green"],
        "address": {"city": "Berlin"},
        "watchers": ["ann", "ben"],
        "lines": [{"product": "Bolt", "quantity": "50"}],
        "supplier": "S-00002",
        "sent_at": "2026-01-01T00:00:00Z",
        "category": "TEA",
    },
    {"note": None, "lines": [{"product": "Nut", "quantity": "500"}, {"product": "Bolt", "quantity": "1"}]},
]


@pytest.fixture
def repository(database_url: str) -> Repository:
    repository = a_repository(database_url, a_catalogue(CATEGORY, SUPPLIER, ORDER))
    ann, _ben = a_person(repository, "ann"), a_person(repository, "ben")
    with repository.transaction(ann) as tx:
        documents.create(tx, "category", {"code": "FOOD"})
        documents.create(tx, "category", {"code": "DRINKS", "parent": "FOOD"})
        documents.create(tx, "category", {"code": "TEA", "parent": "DRINKS"})
        for name, category in (("Zeta", "TEA"), ("Alpha", None)):
            documents.create(tx, "supplier", {"name": name, "category": category, "contact": "ben"})
        for row in ROWS:
            documents.create(tx, "order", row)
    repository.ann = ann  # type: ignore[attr-defined]
    return repository


def found(repository: Any, **asked: Any) -> list[int]:
    with repository.reading(repository.ann) as tx:
        return sorted(int(row["number"][-1]) for row in documents.list_documents(tx, Query("order", **asked)).rows)


FILTERS: list[tuple[Filter, list[int]]] = [
    (Filter("note", "eq", "second"), [2]),
    (Filter("note", "ne", "second"), [1, 3]),
    (Filter("note", "contains", "100%"), [1]),
    (Filter("note", "contains", "ECO"), [2]),
    (Filter("note", "starts_with", "first"), [1]),
    (Filter("note", "empty"), [3]),
    (Filter("note", "not_empty"), [1, 2]),
    (Filter("note", "in", ["second", None]), [2, 3]),
    (Filter("amount", "gt", "10.50"), [2]),
    (Filter("amount", "gte", "10.5"), [1, 2]),
    (Filter("amount", "lt", Decimal("20.25")), [1]),
    (Filter("amount", "lte", "20.25"), [1, 2]),
    (Filter("amount", "between", ["10", "11"]), [1]),
    (Filter("amount", "between", "10..30"), [1, 2]),
    (Filter("amount", "in", "10.5,20.25"), [1, 2]),
    (Filter("amount", "not_in", "10.5"), [2, 3]),
    (Filter("rate", "eq", "13%"), [1]),
    (Filter("due_on", "lt", "2026-01-01"), [1]),
    (Filter("sent_at", "gte", "2026-01-01T08:00:00+08:00"), [2]),
    (Filter("urgent", "eq", "true"), [1]),
    (Filter("kind", "eq", "gift"), [2]),
    (Filter("kind", "ne", "gift"), [1, 3]),
    (Filter("marks", "eq", "green"), [2]),
    (Filter("marks", "eq", ["red", "green"]), [2]),
    (Filter("marks", "eq", "red"), [1, 2]),
    (Filter("address.city", "eq", "杭州"), [1]),
    (Filter("address.city", "contains", "erl"), [2]),
    (Filter("address", "empty"), [3]),
    (Filter("supplier", "eq", "S-00002"), [2]),
    (Filter("supplier", "in", ["S-00001", "S-00002"]), [1, 2]),
    (Filter("supplier", "eq", Link("supplier", 1)), [1]),
    (Filter("supplier", "empty"), [3]),
    (Filter("supplier.name", "starts_with", "alp"), [2]),
    (Filter("supplier.category.code", "eq", "TEA"), [1]),
    (Filter("supplier.contact", "eq", "ben"), [1, 2]),
    (Filter("watchers", "eq", "ben"), [2]),
    (Filter("watchers", "ne", "ben"), [1, 3]),
    (Filter("watchers", "empty"), [3]),
    (Filter("watchers", "eq", "me"), [1, 2]),
    (Filter("created_by", "eq", "me"), [1, 2, 3]),
    (Filter("created_by.title", "eq", "Ann"), [1, 2, 3]),
    (Filter("stage", "eq", "active"), [1, 2, 3]),
    (Filter("version", "gt", "0"), [1, 2, 3]),
    (Filter("lines.product", "eq", "Nut"), [1, 3]),
    (Filter("lines.quantity", "gt", "40"), [2, 3]),
    (Filter("lines.product", "ne", "Nut"), [2]),
    (Filter("late", "eq", "true"), [1]),
]


def test_every_filter_finds_its_rows_and_no_others(repository: Repository) -> None:
    for asked, expected in FILTERS:
        assert found(repository, filters=(asked,)) == expected, asked
    assert found(repository, filters=(Filter("kind", "eq", "sale"), Filter("amount", "gt", "10"))) == [1]


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("amount > 10 and kind == 'sale'", [1]),
        ("supplier == 'S-00002'", [2]),
        ("supplier.name == 'Zeta' or note == null", [1, 3]),
        ("count(lines) == 2", [3]),
        ("any(lines where quantity > 100)", [3]),
        ("sum(lines.quantity) > 49", [2, 3]),
        ("created_by == me", [1, 2, 3]),
        ("under(category, 'DRINKS')", [2]),
        ("under(category, 'FOOD')", [1, 2]),
        ("supplier.contact.name == 'Ben'", [1, 2]),
        ("address.city == '杭州'", [1]),
        ("'green' in marks", [2]),
        ("late", [1]),
        ("kind != 'sale'", [2, 3]),
    ],
)
def test_a_typed_condition_means_in_a_list_what_it_means_in_a_form(
    repository: Repository, where: str, expected: list[int]
) -> None:
    assert found(repository, where=where) == expected


@pytest.mark.parametrize(
    "asked",
    [
        {"where": "amount = 3"},
        {"where": "kind == 'sold'"},
        {"where": "count(supplier where category == this.category) > 1"},
        {"where": "amount"},
        {"filters": (Filter("amount", "gt", "ten"),)},
        {"filters": (Filter("amount", "contains", "1"),)},
        {"filters": (Filter("amount", "like", "1"),)},
        {"filters": (Filter("kind", "eq", "sold"),)},
        {"filters": (Filter("address.planet", "eq", "x"),)},
        {"filters": (Filter("supplier.name.x", "eq", "x"),)},
        {"sort": "lines.quantity"},
        {"sort": "marks"},
        {"sums": ("note",)},
        {"columns": ("nothing",)},
        {"view": "nothing"},
        {"after": "xx"},
        {"after": "W10"},
    ],
)
def test_a_wrong_question_is_answered_with_what_is_wrong(repository: Any, asked: dict[str, Any]) -> None:
    with repository.reading(repository.ann) as tx, pytest.raises(Invalid) as caught:
        documents.list_documents(tx, Query("order", **asked))
    assert caught.value.problems[0].words.en and caught.value.problems[0].words.zh


def test_links_come_with_number_and_title_and_sort_by_them(repository: Any) -> None:
    with repository.reading(repository.ann) as tx:
        page = documents.list_documents(
            tx, Query("order", columns=("supplier", "watchers", "created_by", "late", "marks"), sort="-supplier")
        )
    assert [(row["supplier"].number, row["supplier"].title) if row["supplier"] else None for row in page.rows] == [
        ("S-00002", "Alpha"),
        ("S-00001", "Zeta"),
        None,
    ]
    assert [link.title for link in page.rows[0]["watchers"]] == ["Ann", "Ben"]
    assert (page.rows[0]["created_by"].title, page.rows[1]["late"], page.rows[0]["marks"]) == (
        "Ann",
        True,
        ("red", "green"),
    )
    with repository.reading(repository.ann) as tx:
        people = documents.list_documents(tx, Query("order", sort="created_by,-amount")).rows
    assert [row["number"][-1] for row in people] == ["2", "1", "3"]


def test_count_and_sums_are_of_the_filter_not_of_the_page(repository: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Query("order", filters=(Filter("amount", "not_empty"),), limit=1, sums=("amount", "rate"))
    with repository.reading(repository.ann) as tx:
        page = documents.list_documents(tx, asked)
        assert (len(page.rows), page.count, page.sums) == (
            1,
            listing.Count(2),
            {"amount": Decimal("30.75"), "rate": Decimal("0.13")},
        )
        monkeypatch.setattr(listing, "COUNTED", 1)
        assert documents.list_documents(tx, asked).count == listing.Count(1, True)


def test_a_price_changed_once_shows_everywhere_on_the_next_read(repository: Any) -> None:
    with repository.transaction(repository.ann) as tx:
        documents.update(tx, "supplier", "S-00001", {"name": "Omega"})
    with repository.reading(repository.ann) as tx:
        assert documents.get(tx, "order", "O-00001")["supplier"].title == "Omega"
        assert (
            documents.list_documents(
                tx, Query("order", columns=("supplier",), filters=(Filter("supplier.name", "eq", "Omega"),))
            )
            .rows[0]["supplier"]
            .title
            == "Omega"
        )
