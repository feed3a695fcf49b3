"""Rules of a form at work: warnings, bounds, uniqueness, conditions, rows that are documents, working days."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.config.form_spec import CheckSpec
from app.config.organisation_spec import CalendarSpec
from app.core import events
from app.core.actor import SYSTEM
from app.core.errors import Invalid, NotAllowed
from app.core.words import Words
from app.data import documents, services
from app.data.repository import Repository
from tests.data.factories import a_catalogue, a_form, a_person, a_repository

VARIANT = a_form(
    "variant",
    {
        "sku": {"type": "text", "match": "[A-Z0-9-]+"},
        "product": {"type": "product", "required": True},
        "price": {"type": "price", "default": "product.price"},
    },
    key="sku",
    access={"view": ["everyone"], "create": ["everyone"], "delete": ["boss"]},
)
PRODUCT = a_form(
    "product",
    {
        "code": "text",
        "price": {"type": "price", "min": "0", "max": "1000"},
        "cost": "price",
        "ean": {"type": "text", "unique": ["brand"]},
        "brand": "text",
        "tax_no": {"type": "text", "unique": True},
        "start": "date",
        "end": {"type": "date", "check": "end >= start", "message": "Ends before it starts."},
    },
    tables={
        "variants": {"rows": "variant", "by": "product"},
        "papers": {"fields": {"kind": "text", "copies": "number"}, "unique": (("kind",),), "least": 0, "most": 3},
    },
    key="code",
)
ORDER = a_form(
    "order",
    {
        "amount": "money",
        "paid": "money",
        "closed": "boolean",
        "reason": {"type": "text", "required": "closed", "readonly": "amount > 100"},
    },
)


@pytest.fixture
def repository(database_url: str) -> Repository:
    from dataclasses import replace

    made = a_catalogue(VARIANT, PRODUCT, ORDER, roles=("boss",))
    paid = made.forms["order"]
    shapes = __import__("app.config.shapes", fromlist=["shapes_of"]).shapes_of(made.forms)
    from app.core.expressions import Place, compile_expression

    check = CheckSpec(
        compile_expression("paid <= amount", place=Place("order"), shapes=shapes),
        Words("More than is due.", "超过应付。"),
        warn=True,
    )
    return a_repository(database_url, replace(made, forms={**made.forms, "order": replace(paid, checks=(check,))}))


def refusal(repository: Repository, form: str, values: dict[str, Any]) -> set[tuple[str, str]]:
    ann = a_person(repository, f"ann{len(values)}-{abs(hash(str(values))) % 10**6}")
    with repository.transaction(ann) as tx, pytest.raises(Invalid) as caught:
        documents.create(tx, form, values)
    return {(problem.path, problem.code) for problem in caught.value.problems}


def test_a_warning_is_told_but_does_not_stand_in_the_way(repository: Repository) -> None:
    with repository.transaction(a_person(repository, "ann")) as tx:
        seen = documents.compute(tx, "order", {"amount": "1", "paid": "2"})
        assert [(problem.words.zh, problem.warn) for problem in seen.problems] == [("超过应付。", True)]
        assert documents.create(tx, "order", {"amount": "1", "paid": "2"})["paid"] == 2


def test_bounds_and_own_checks_stand_at_their_field(repository: Repository) -> None:
    assert refusal(repository, "product", {"code": "A", "price": "-1"}) == {("price", "min")}
    assert refusal(repository, "product", {"code": "A", "price": "1000.0001"}) == {("price", "max")}
    assert refusal(repository, "product", {"code": "A", "start": "2026-02-01", "end": "2026-01-01"}) == {
        ("end", "check")
    }


def test_what_is_unique_is_so_alone_together_and_within_the_document(repository: Repository) -> None:
    with repository.transaction(a_person(repository, "ann")) as tx:
        documents.create(tx, "product", {"code": "A", "tax_no": "1", "ean": "7", "brand": "X"})
        documents.create(tx, "product", {"code": "B", "ean": "7", "brand": "Y"})
        documents.create(tx, "product", {"code": "C", "ean": "7"})
    assert refusal(repository, "product", {"code": "A"}) == {("code", "unique")}
    assert refusal(repository, "product", {"code": "D", "tax_no": "1", "ean": "7", "brand": "X"}) == {
        ("tax_no", "unique"),
        ("ean", "unique"),
    }
    assert refusal(repository, "product", {"code": "D", "papers": [{"kind": "a"}, {"kind": "b"}, {"kind": "a"}]}) == {
        ("papers.3.kind", "unique")
    }
    assert refusal(repository, "product", {"code": "D", "papers": [{"kind": str(n)} for n in range(4)]}) == {
        ("papers", "most")
    }


def test_conditions_decide_what_is_needed_and_what_is_locked(repository: Repository) -> None:
    assert refusal(repository, "order", {"closed": True}) == {("reason", "required")}
    assert refusal(repository, "order", {"amount": "101", "reason": "x"}) == {("reason", "readonly")}


def test_a_key_that_changes_takes_the_number_along(repository: Repository) -> None:
    with repository.transaction(a_person(repository, "ann")) as tx:
        documents.create(tx, "product", {"code": "A"})
        assert documents.update(tx, "product", "A", {"code": "B"}).number == "B"
        assert documents.get(tx, "product", "B")["code"] == "B"
        assert [found.link.number for found in documents.search(tx, "B")] == ["B"]


def test_rows_that_are_documents_are_made_changed_and_taken_away_with_their_own_rights(repository: Repository) -> None:
    ann, boss = a_person(repository, "ann"), a_person(repository, "boss", "boss")
    with repository.transaction(ann) as tx:
        made = documents.create(
            tx,
            "product",
            {"code": "TOY", "price": "5", "variants": [{"sku": "TOY-RED"}, {"sku": "TOY-BLUE", "price": "6"}]},
        )
        assert [(row["number"], row["price"]) for row in made["variants"]] == [
            ("TOY-RED", Decimal(5)),
            ("TOY-BLUE", Decimal(6)),
        ]
        changed = documents.update(
            tx, "product", "TOY", {"variants": [{"number": "TOY-RED", "price": "7"}, {"sku": "TOY-X"}]}
        )
        assert [(row["number"], row["price"]) for row in changed["variants"]] == [
            ("TOY-RED", Decimal(7)),
            ("TOY-BLUE", Decimal(6)),
            ("TOY-X", Decimal(5)),
        ]
        with pytest.raises(Invalid) as caught:
            documents.update(tx, "product", "TOY", {"variants": [{"sku": "TOY-Y"}, {"sku": "bad sku"}]})
        assert [(p.path, p.code) for p in caught.value.problems] == [("variants.2.sku", "match")]
        documents.create(tx, "product", {"code": "OTHER"})
        with pytest.raises(Invalid):
            documents.update(tx, "product", "OTHER", {"variants": [{"number": "TOY-RED", "price": "1"}]})
        with pytest.raises(NotAllowed):
            documents.update(tx, "product", "TOY", {"variants": [{"number": "TOY-RED", "delete": True}]})
    with repository.transaction(boss) as tx:
        left = documents.update(tx, "product", "TOY", {"variants": [{"number": "TOY-RED", "delete": True}]})
        assert "TOY-RED" not in [row["number"] for row in left["variants"]]


def test_a_handler_that_refuses_undoes_the_whole_command(repository: Repository) -> None:
    @events.subscribe("document.created")
    def refuse(tx: Any, change: documents.Change) -> None:
        raise NotAllowed(act="x", thing="y", owner="z")

    ann = a_person(repository, "ann")
    try:
        with pytest.raises(NotAllowed), repository.transaction(ann) as tx:
            documents.create(tx, "order", {"amount": "1"})
    finally:
        events._subscribers["document.created"].remove(refuse)
    with repository.transaction(ann) as tx:
        assert documents.list_documents(tx, documents.Query("order")).rows == []
        assert tx.fetch("select count(*) from office_audit where form = 'order'")[0][0] == 0


def test_the_machine_fills_in_what_a_person_may_not(repository: Repository) -> None:
    with repository.transaction(SYSTEM) as tx:
        made = documents.create(tx, "order", {"amount": "101", "reason": "x"})
        assert documents.set_values(tx, made, {"reason": "y"})["reason"] == "y"


def test_working_days_know_the_week_exceptions_and_holidays(repository: Repository) -> None:
    china = CalendarSpec("office", holidays="china", days_on=frozenset({date(2026, 10, 10)}))
    plain = CalendarSpec("office", days_off=frozenset({date(2026, 3, 4)}))
    assert not services.is_working_day(china, date(2026, 10, 1)) and services.is_working_day(china, date(2026, 10, 10))
    assert not services.is_working_day(plain, date(2026, 3, 4)) and not services.is_working_day(plain, date(2026, 3, 7))
    with repository.reading(SYSTEM) as tx:
        days = services.services_of(tx)
        friday, monday = date(2026, 3, 6), date(2026, 3, 9)
        assert (days.working_days(friday, 1), days.working_days(monday, -1)) == (monday, friday)
        assert (days.working_days_between(friday, monday), days.working_days_between(monday, friday)) == (1, -1)
