"""Documents: created, computed, checked, changed; the same on both databases."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.core.errors import Conflict, Invalid, NotFound
from app.core.words import Words
from app.data import documents
from app.data.repository import Repository
from tests.data.factories import a_catalogue, a_form, a_person, a_repository

SUPPLIER = a_form(
    "supplier",
    {"name": {"type": "text", "required": True}, "payment_term": {"type": "choice", "options": ["prepaid", "net_30"]}},
)
REQUEST = a_form(
    "request",
    {
        "supplier": "supplier",
        "payment_term": {"type": "choice", "options": ["prepaid", "net_30"], "default": "supplier.payment_term"},
        "requester": {"type": "user", "default": "me", "readonly": True},
        "reason": {"type": "long_text", "required": True},
    },
    lines={
        "product": {"type": "text", "required": True},
        "quantity": {"type": "quantity", "required": True, "min": "0.0001"},
        "unit_price": "price",
        "amount": {"type": "money", "formula": "quantity * unit_price"},
    },
    totals={"total_amount": {"type": "money", "formula": "sum(lines.amount)"}},
    number="PR-{year}-{seq:5}",
    checks=[("total_amount < 1000000", Words("Too much."))],
)


@pytest.fixture
def repository(database_url: str) -> Repository:
    return a_repository(database_url, a_catalogue(SUPPLIER, REQUEST))


def a_request(**changes: object) -> dict[str, object]:
    line = {"product": "Screw", "quantity": "3", "unit_price": "0.3350"}
    return {"reason": "We need it", "lines": [line, {**line, "quantity": "1"}], **changes}


def test_a_document_is_computed_rounded_numbered_and_read_back(repository: Repository) -> None:
    anna = a_person(repository, "anna")
    with repository.transaction(anna) as tx:
        made = documents.create(tx, "request", a_request())
    assert made["requester"] == anna.account
    assert [line["amount"] for line in made["lines"]] == [Decimal("1.01"), Decimal("0.34")]
    assert made["total_amount"] == Decimal("1.35")
    assert made.number.startswith("PR-") and made.number.endswith("-00001")
    with repository.reading(anna) as tx:
        again = documents.get(tx, "request", made.number)
    assert dict(again.header) == dict(made.header)
    assert [line["amount"] for line in again["lines"]] == [Decimal("1.01"), Decimal("0.34")]


def test_a_default_follows_its_source_until_it_is_overtyped(repository: Repository) -> None:
    anna = a_person(repository, "anna")
    with repository.transaction(anna) as tx:
        first = documents.create(tx, "supplier", {"name": "First", "payment_term": "net_30"})
        second = documents.create(tx, "supplier", {"name": "Second", "payment_term": "prepaid"})
        made = documents.create(tx, "request", a_request(supplier=first.number))
        assert made["payment_term"] == "net_30"
        made = documents.update(tx, "request", made.number, {"supplier": second.number})
        assert made["payment_term"] == "prepaid"
        made = documents.update(tx, "request", made.number, {"payment_term": "net_30"})
        made = documents.update(tx, "request", made.number, {"supplier": first.number, "reason": "other"})
        assert made["payment_term"] == "net_30"
        made = documents.update(tx, "request", made.number, {"supplier": second.number, "payment_term": "net_30"})
        assert made["payment_term"] == "net_30"


def test_every_problem_is_told_at_once_with_its_place(repository: Repository) -> None:
    anna = a_person(repository, "anna")
    lines = [
        {"product": "", "quantity": "0"},
        {"product": "Nut", "quantity": 1.5},
        {"product": "Bolt", "quantity": "1.00001"},
    ]
    with repository.transaction(anna) as tx, pytest.raises(Invalid) as caught:
        documents.create(tx, "request", {"lines": lines, "colour": "red", "supplier": "S-99999"})
    found = {(problem.path, problem.code) for problem in caught.value.problems}
    assert found == {
        ("reason", "required"),
        ("lines.1.product", "required"),
        ("lines.1.quantity", "min"),
        ("lines.2.quantity", "not_exact"),
        ("lines.3.quantity", "too_many_digits"),
        ("colour", "unknown"),
        ("supplier", "no_such"),
    }


def test_a_check_refuses_the_document_in_its_own_words(repository: Repository) -> None:
    anna = a_person(repository, "anna")
    line = {"product": "Gold", "quantity": "1000000", "unit_price": "1"}
    with repository.transaction(anna) as tx, pytest.raises(Invalid, match="Too much"):
        documents.create(tx, "request", a_request(lines=[line]))


def test_lines_merge_by_their_number(repository: Repository) -> None:
    anna = a_person(repository, "anna")
    with repository.transaction(anna) as tx:
        made = documents.create(tx, "request", a_request())
        changes = {
            "lines": [
                {"line_no": 2, "quantity": "5"},
                {"line_no": 1, "delete": True},
                {"product": "Nut", "quantity": "2", "unit_price": "10"},
            ]
        }
        changed = documents.update(tx, "request", made.number, changes)
    assert [(line["line_no"], line["product"], line["quantity"]) for line in changed["lines"]] == [
        (2, "Screw", Decimal("5.0000")),
        (3, "Nut", Decimal("2.0000")),
    ]
    assert changed["total_amount"] == Decimal("21.68")
    assert changed.version == 2


def test_changes_that_do_not_touch_are_both_kept(repository: Repository) -> None:
    anna, ben = a_person(repository, "anna"), a_person(repository, "ben")
    with repository.transaction(anna) as tx:
        made = documents.create(tx, "request", a_request())
    with repository.transaction(ben) as tx:
        documents.update(tx, "request", made.number, {"reason": "Ben's"}, version=1)
    with repository.transaction(anna) as tx:
        merged = documents.update(tx, "request", made.number, {"lines": [{"line_no": 1, "quantity": "9"}]}, version=1)
    assert (merged["reason"], merged["lines"][0]["quantity"]) == ("Ben's", Decimal(9))
    with repository.transaction(anna) as tx, pytest.raises(Conflict, match=f"Ben changed {made.number}"):
        documents.update(tx, "request", made.number, {"reason": "Anna's"}, version=1)


def test_what_is_readonly_cannot_be_typed(repository: Repository) -> None:
    anna = a_person(repository, "anna")
    a_person(repository, "ben")
    with repository.transaction(anna) as tx, pytest.raises(Invalid) as caught:
        documents.create(tx, "request", a_request(requester="ben"))
    assert [(p.path, p.code) for p in caught.value.problems] == [("requester", "readonly")]


def test_a_deleted_document_is_not_there_until_it_is_restored(repository: Repository) -> None:
    anna = a_person(repository, "anna")
    with repository.transaction(anna) as tx:
        made = documents.create(tx, "supplier", {"name": "First"})
        documents.trash(tx, "supplier", made.number)
    with repository.transaction(anna) as tx:
        with pytest.raises(NotFound):
            documents.update(tx, "supplier", made.number, {"name": "Other"})
        documents.restore(tx, "supplier", made.number)
        assert documents.get(tx, "supplier", made.number)["name"] == "First"


def test_what_raises_leaves_nothing_behind(repository: Repository) -> None:
    anna = a_person(repository, "anna")
    with pytest.raises(RuntimeError), repository.transaction(anna) as tx:
        documents.create(tx, "supplier", {"name": "First"})
        raise RuntimeError
    with repository.transaction(anna) as tx:
        assert documents.create(tx, "supplier", {"name": "Second"}).number == "S-00001"
