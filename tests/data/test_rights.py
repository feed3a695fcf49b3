"""Rights: a person without the right sees it through no door."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from app.core.errors import Invalid, NotAllowed, NotFound
from app.core.links import Link
from app.data import accounts, documents, rights
from app.data.filters import Filter
from app.data.listing import Query, list_documents
from app.data.repository import Repository
from app.data.values import Masked
from tests.data.factories import a_catalogue, a_form, a_person, a_repository

DEPARTMENT = a_form("department", {"name": "text"}, shown_as="{name}")
EMPLOYEE = a_form("employee", {"name": "text", "account": "user", "department": "department"})
STORE = a_form("store", {"name": "text"})
ORDER = a_form(
    "order",
    {
        "department": "department",
        "requester": {"type": "user", "default": "me"},
        "amount": "money",
        "secret": "text",
        "note": "text",
        "salary": {"type": "money", "private": True},
        "store": "store",
        "watchers": {"type": "user", "many": True},
    },
    access={
        "create": ["staff"],
        "view": [
            "@requester",
            "@watchers",
            {"role": "finance"},
            {"role": "buyer", "where": "amount < 100"},
            {"where": "department == me.department"},
            "keeper",
        ],
        "delete": ["finance"],
        "fields": {"secret": {"view": ["finance"], "mask": "last 4"}, "note": {"edit": ["finance"]}},
    },
)
ROLES = ("staff", "finance", "buyer", "keeper")


@pytest.fixture
def repository(database_url: str) -> Repository:
    return a_repository(database_url, a_catalogue(DEPARTMENT, EMPLOYEE, STORE, ORDER, roles=ROLES))


def an_order(repository: Repository, owner: Any, **values: Any) -> str:
    with repository.transaction(owner) as tx:
        return documents.create(tx, "order", {"amount": "500", **values}).number


def seen(repository: Repository, actor: Any, **options: Any) -> list[str]:
    with repository.reading(actor) as tx:
        return sorted(row["number"] for row in list_documents(tx, Query("order", **options)).rows)


def opens(repository: Repository, actor: Any, number: str) -> bool:
    with repository.reading(actor) as tx:
        try:
            documents.get(tx, "order", number)
        except (NotFound, NotAllowed):
            return False
        return True


def test_each_way_of_granting_opens_the_same_rows_in_list_and_record(repository: Repository) -> None:
    ann = a_person(repository, "ann", "staff")
    ben, finance, buyer, watcher = (
        a_person(repository, name, *roles)
        for name, *roles in (("ben", "staff"), ("fin", "finance"), ("buy", "buyer"), ("watcher", "staff"))
    )
    with repository.transaction(ann) as tx:
        sales = documents.create(tx, "department", {"name": "Sales"})
        documents.create(tx, "employee", {"name": "Ben", "account": "ben", "department": sales.number})
    ben = accounts.actor_named(repository, "ben")
    orders = [
        an_order(repository, ann),
        an_order(repository, ann, amount="99"),
        an_order(repository, ann, department=sales.number),
        an_order(repository, ann, watchers=["watcher"]),
    ]
    expected = {ann: orders, finance: orders, buyer: orders[1:2], ben: orders[2:3], watcher: orders[3:]}
    for actor, numbers in expected.items():
        assert seen(repository, actor) == numbers, actor.name
        assert [number for number in orders if opens(repository, actor, number)] == numbers, actor.name


def test_count_and_sum_are_of_what_one_may_see(repository: Repository) -> None:
    ann, buyer = a_person(repository, "ann", "staff"), a_person(repository, "buy", "buyer")
    an_order(repository, ann)
    an_order(repository, ann, amount="99")
    with repository.reading(buyer) as tx:
        page = list_documents(tx, Query("order", sums=("amount",)))
    assert (page.count.number, page.sums) == (1, {"amount": Decimal(99)})


def test_no_right_at_all_is_told_apart_from_not_there(repository: Repository) -> None:
    ann, ben = a_person(repository, "ann", "staff"), a_person(repository, "ben", "staff")
    number = an_order(repository, ann)
    with repository.reading(ben) as tx, pytest.raises(NotFound):
        documents.get(tx, "order", number)
    with repository.transaction(a_person(repository, "guest")) as tx, pytest.raises(NotAllowed, match="Ask Staff"):
        documents.create(tx, "order", {})


def test_a_hidden_field_is_masked_and_can_not_be_asked_for(repository: Repository) -> None:
    finance, ann = a_person(repository, "fin", "finance", "staff"), a_person(repository, "ann", "staff")
    number = an_order(repository, finance, secret="6222-1234", requester="ann")
    with repository.transaction(finance) as tx:
        documents.set_values(tx.as_system(), documents.get(tx, "order", number), {"salary": "1"})
    with repository.reading(ann) as tx:
        document = documents.get(tx, "order", number)
        assert (document["secret"], type(document["secret"]), document["salary"]) == ("***1234", Masked, Masked(""))
        row = list_documents(tx, Query("order", columns=("secret", "salary"))).rows[0]
        assert (row["secret"], row["salary"]) == (Masked("***1234"), Masked(""))
        for asked in (
            Query("order", sort="secret"),
            Query("order", filters=(Filter("secret", "starts_with", "6"),)),
            Query("order", sums=("salary",)),
            Query("order", where="secret == '6222-1234'"),
            Query("order", where="if(salary > 0, amount, 0) > 1"),
            Query("order", sort="-salary"),
        ):
            with pytest.raises(Invalid) as caught:
                list_documents(tx, asked)
            assert caught.value.problems[0].code == "hidden"
        assert not list_documents(tx, Query("order", search="6222-1234")).rows
    with repository.reading(finance) as tx:
        assert documents.get(tx, "order", number)["secret"] == "6222-1234"


def test_a_hidden_field_is_not_reached_through_a_link_either(repository: Repository, database_url: str) -> None:
    linked = a_form("payment", {"order": "order"})
    repository.publish(a_catalogue(DEPARTMENT, EMPLOYEE, STORE, ORDER, linked, roles=ROLES, version="2"))
    ann, ben, finance = (
        a_person(repository, "ann", "staff"),
        a_person(repository, "ben", "staff"),
        a_person(repository, "fin", "finance", "staff"),
    )
    mine, other = an_order(repository, ann, amount="7"), an_order(repository, ben, amount="8")
    with repository.transaction(finance) as tx:
        for number in (mine, other):
            documents.create(tx, "payment", {"order": number})
    with repository.reading(ann) as tx:
        with pytest.raises(Invalid, match="hidden"):
            list_documents(tx, Query("payment", sort="order.secret"))
        assert len(list_documents(tx, Query("payment", where="order.amount == 7")).rows) == 1
        assert not list_documents(tx, Query("payment", where="order.amount == 8")).rows
        assert not list_documents(tx, Query("payment", filters=(Filter("order.amount", "eq", "8"),))).rows


def test_a_link_to_what_one_may_not_see_is_not_there(repository: Repository) -> None:
    linked = a_form("payment", {"order": "order"})
    repository.publish(a_catalogue(DEPARTMENT, EMPLOYEE, STORE, ORDER, linked, roles=ROLES, version="2"))
    ann, ben = a_person(repository, "ann", "staff"), a_person(repository, "ben", "staff")
    number = an_order(repository, ann)
    with repository.transaction(ben) as tx:
        for given in (number, Link("order", 1, number)):
            with pytest.raises(Invalid) as caught:
                documents.create(tx, "payment", {"order": given})
            assert caught.value.problems[0].code == "no_such"


def test_a_field_may_be_for_some_to_fill_in(repository: Repository) -> None:
    ann = a_person(repository, "ann", "staff")
    with repository.transaction(ann) as tx, pytest.raises(Invalid) as caught:
        documents.create(tx, "order", {"note": "x"})
    assert [(p.path, p.code) for p in caught.value.problems] == [("note", "not_allowed")]


def test_a_role_held_for_one_record_opens_only_what_belongs_to_it(repository: Repository) -> None:
    ann, keeper = a_person(repository, "ann", "staff"), a_person(repository, "keep")
    with repository.transaction(ann) as tx:
        north, south = (documents.create(tx, "store", {"name": name}) for name in ("North", "South"))
        accounts.give_role(tx, keeper.account, "keeper", of=north.link)
    keeper = accounts.actor_named(repository, "keep")
    first, second = an_order(repository, ann, store=north.number), an_order(repository, ann, store=south.number)
    assert seen(repository, keeper) == [first]
    assert (opens(repository, keeper, first), opens(repository, keeper, second)) == (True, False)


def test_a_run_grants_one_document_and_some_of_its_fields(repository: Repository) -> None:
    from app.data import grants

    ann, ben = a_person(repository, "ann", "staff"), a_person(repository, "ben")
    number, other = an_order(repository, ann), an_order(repository, ann)
    with repository.transaction(ann) as tx:
        grants.give(
            tx, documents.get(tx, "order", number), ben.account, verb="edit", fields=("amount",), source="task:1"
        )
    assert seen(repository, ben) == [number]
    with repository.transaction(ben) as tx:
        assert rights.editable_fields(tx, documents.get(tx, "order", number), "order") == {"amount"}
        assert documents.update(tx, "order", number, {"amount": "5"})["amount"] == 5
        with pytest.raises(Invalid):
            documents.update(tx, "order", number, {"store": None, "watchers": ["ben"]})
        with pytest.raises((NotFound, NotAllowed)):
            documents.update(tx, "order", other, {"amount": "5"})
    with repository.transaction(ann) as tx:
        grants.take(tx, source="task:1")
    assert not opens(repository, ben, number)


def test_a_token_does_no_more_than_its_scopes_say(repository: Repository) -> None:
    ann = replace(a_person(repository, "ann", "staff"), scopes=frozenset({"order:read"}))
    with repository.transaction(ann) as tx:
        assert list_documents(tx, Query("order")).rows == []
        for refusal in (lambda: documents.create(tx, "order", {}), lambda: list_documents(tx, Query("store"))):
            with pytest.raises(NotAllowed):
                refusal()


def test_nobody_deletes_what_he_may_only_see(repository: Repository) -> None:
    ann, finance = a_person(repository, "ann", "staff"), a_person(repository, "fin", "finance")
    number = an_order(repository, ann)
    with repository.transaction(ann) as tx, pytest.raises(NotAllowed):
        documents.trash(tx, "order", number)
    with repository.transaction(finance) as tx:
        documents.trash(tx, "order", number)
    assert seen(repository, ann) == [] and seen(repository, finance, deleted=True) == [number]


@pytest.mark.parametrize(
    "hostile",
    ["id; drop table x", "amount) --", "(select 1)", '"', "order.amount", "lines.x", "__class__", "a" * 500, ""],
)
def test_sql_in_names_is_just_an_unknown_name(repository: Repository, hostile: str) -> None:
    ann = a_person(repository, "ann", "staff")
    with repository.reading(ann) as tx:
        for asked in (
            Query("order", filters=(Filter(hostile, "eq", "1"),)),
            Query("order", columns=(hostile,)),
            Query("order", sums=(hostile,)),
            Query("order", sort=hostile or "'"),
            Query("order", where=hostile or "'"),
            Query("order", after=hostile or "'"),
        ):
            with pytest.raises(Invalid):
                list_documents(tx, asked)
        with pytest.raises(NotFound):
            list_documents(tx, Query(hostile))


@pytest.mark.parametrize(
    "hostile",
    [
        "'; drop table office_account; --",
        "%",
        "_",
        "\\",
        '" OR 1=1',
        "a* NOT b",
        "') OR ('a'='a",
        "&|!:*<>",
        "采购' --",
    ],
)
def test_sql_in_values_is_just_a_value(repository: Repository, hostile: str) -> None:
    ann = a_person(repository, "ann", "staff")
    an_order(repository, ann, secret=None)
    with repository.reading(ann) as tx:
        for asked in (
            Query("order", filters=(Filter("note", "contains", hostile),)),
            Query("order", search=hostile),
            Query("order", filters=(Filter("number", "eq", hostile),)),
            Query("order", filters=(Filter("requester", "eq", hostile),)),
        ):
            assert list_documents(tx, asked).rows == []


def test_an_or_of_a_view_a_filter_or_a_row_rule_opens_nothing_behind_the_fence(database_url: str) -> None:
    """`a or b` stands in brackets beside the right: else it would let in what only `b` asks for."""
    rule = "note == 'a' or note == 'b'"
    form = a_form(
        "memo",
        {"note": "text", "owner": {"type": "user", "default": "me"}},
        access={"view": [{"person": "owner"}, {"role": "clerk", "where": rule}], "create": ["everyone"]},
    )
    office = a_repository(database_url, a_catalogue(form, roles=("clerk",)))
    ann, bob, clerk = a_person(office, "ann"), a_person(office, "bob"), a_person(office, "cleo", "clerk")
    for person, note in ((ann, "a"), (ann, "b"), (ann, "c"), (bob, "b")):
        with office.transaction(person) as tx:
            documents.create(tx, "memo", {"note": note})

    def asked(person: Any, where: str | None = None) -> list[str]:
        with office.reading(person) as tx:
            return sorted(row["number"] for row in list_documents(tx, Query("memo", where=where)).rows)

    assert asked(bob, rule) == ["M-00004"]
    assert asked(clerk) == ["M-00001", "M-00002", "M-00004"]
    assert asked(clerk, "empty(note) or note == 'c'") == []
