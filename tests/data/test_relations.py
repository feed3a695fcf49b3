"""What stands around a document: previews, offers of links, links both ways, history, search, proposed rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.config.form_spec import FillSpec
from app.core import clock
from app.core.errors import Invalid, NotAllowed
from app.core.expressions import Place, compile_expression
from app.data import documents
from app.data.repository import Repository
from tests.data.factories import a_catalogue, a_form, a_person, a_repository, a_section, a_workflow

PRODUCT = a_form(
    "product",
    {
        "code": "text",
        "name": "text",
        "kind": {"type": "choice", "options": ["food", "tool"]},
        "has_variants": "boolean",
        "licence": {"type": "text", "required": True},
        "cost": {"type": "price"},
    },
    key="code",
    shown_as="{code} {name}",
    sections={"food": a_section("food", "licence", show="kind == 'food'")},
    access={"view": ["everyone"], "create": ["everyone"], "fields": {"cost": {"view": ["finance"]}}},
)
VARIANT = a_form("variant", {"sku": "text", "product": "product"}, key="sku")
ORDER = a_form(
    "order",
    {"customer": "text", "note": {"type": "text", "show": "customer != null"}},
    lines={
        "product": "product",
        "variant": {
            "type": "variant",
            "where": "product == line.product",
            "show": "product.has_variants",
            "required": "product.has_variants",
        },
        "quantity": "quantity",
        "received": {"type": "quantity", "default": "0"},
        "open": {"type": "quantity", "formula": "quantity - received"},
    },
    access={"view": ["@created_by", "boss"], "create": ["everyone"]},
)
LIFE = a_workflow("order", draft={"meaning": "not_begun", "editable": True}, sent={"editable": ("note",)})


def a_receipt() -> Any:
    fill = FillSpec(
        "order", "lines", where="open > 0", copy=("product",), set={"order_line_no": "line_no", "quantity": "open"}
    )  # type: ignore[arg-type]
    return a_form(
        "receipt",
        {"order": "order"},
        tables={
            "lines": {"fields": {"product": "product", "order_line_no": "number", "quantity": "quantity"}, "fill": fill}
        },
    )


def the_catalogue() -> Any:
    from dataclasses import replace

    from app.config.shapes import shapes_of

    made = a_catalogue(PRODUCT, VARIANT, ORDER, a_receipt(), workflows=(LIFE,), roles=("boss", "finance"))
    table = made.forms["receipt"].tables["lines"]
    place, shapes = Place("order", table="lines"), shapes_of(made.forms)
    assert table.fill is not None
    ready = replace(
        table.fill,
        where=compile_expression("open > 0", place=place, shapes=shapes),
        set={name: compile_expression(text, place=place, shapes=shapes) for name, text in table.fill.set.items()},
    )  # type: ignore[call-overload]
    receipt = replace(made.forms["receipt"], tables={"lines": replace(table, fill=ready)})
    return replace(made, forms={**made.forms, "receipt": receipt})


@pytest.fixture
def repository(database_url: str) -> Repository:
    return a_repository(database_url, the_catalogue())


def some_products(repository: Repository, actor: Any) -> None:
    with repository.transaction(actor) as tx:
        documents.create(tx, "product", {"code": "TOY", "name": "积木玩具", "has_variants": True})
        documents.create(tx, "product", {"code": "NUT", "name": "Nut, round"})
        documents.create(tx, "variant", {"sku": "TOY-RED", "product": "TOY"})
        documents.create(tx, "variant", {"sku": "NUT-1", "product": "NUT"})


def test_a_preview_computes_and_checks_and_saves_nothing(repository: Repository) -> None:
    ann = a_person(repository, "ann")
    some_products(repository, ann)
    with repository.reading(ann) as tx:
        seen = documents.compute(
            tx, "order", {"lines": [{"product": "TOY", "quantity": "3"}, {"product": "NUT", "quantity": "1"}]}
        )
        assert [line["open"] for line in seen.tables["lines"]] == [Decimal(3), Decimal(1)]
        assert (seen.show["lines.1.variant"], seen.show["lines.2.variant"], seen.show["note"]) == (True, False, False)
        assert (seen.required["lines.1.variant"], seen.required["lines.2.variant"]) == (True, False)
        assert [(p.path, p.code) for p in seen.problems] == [("lines.1.variant", "required")]
        assert seen.readonly["lines.1.open"]
        assert documents.list_documents(tx, documents.Query("order")).rows == []


def test_what_is_not_shown_is_stored_empty_and_never_required(repository: Repository) -> None:
    ann = a_person(repository, "ann")
    with repository.transaction(ann) as tx:
        tool = documents.create(tx, "product", {"code": "SAW", "kind": "tool", "licence": "L-1"})
        assert tool["licence"] is None
        with pytest.raises(Invalid) as caught:
            documents.create(tx, "product", {"code": "JAM", "kind": "food"})
        assert [(p.path, p.code) for p in caught.value.problems] == [("licence", "required")]


def test_a_draft_may_lack_what_submitting_asks_for(repository: Repository) -> None:
    ann = a_person(repository, "ann")
    some_products(repository, ann)
    with repository.transaction(ann) as tx:
        draft = documents.create(tx, "order", {"lines": [{"product": "TOY"}]})
        assert [p.path for p in documents.check_document(tx, draft)] == ["lines.1.variant"]
        with pytest.raises(Invalid):
            documents.create(tx, "order", {"lines": [{"product": "TOY"}]}, submitting=True)


def test_a_stage_locks_what_it_does_not_leave_open(repository: Repository) -> None:
    ann = a_person(repository, "ann")
    with repository.transaction(ann) as tx:
        order = documents.create(tx, "order", {"customer": "Ada"})
        documents.move(tx.as_system(), order, "sent")
        assert documents.update(tx, "order", order.number, {"note": "soon"})["note"] == "soon"
        with pytest.raises(Invalid) as caught:
            documents.update(tx, "order", order.number, {"customer": "Bea"})
        assert [(p.path, p.code) for p in caught.value.problems] == [("customer", "locked")]


def test_a_link_offers_what_its_condition_and_the_rights_allow(repository: Repository) -> None:
    ann = a_person(repository, "ann")
    some_products(repository, ann)
    typed = {"lines": [{"line_no": 1, "product": "TOY"}]}
    with repository.transaction(ann) as tx:

        def offered(*asked: str) -> list[str]:
            return [link.number for link in documents.lookup(tx, "order", *asked, values=typed)]

        assert offered("lines.1.variant") == ["TOY-RED"]
        assert (
            offered("lines.product", "积木")
            == offered("lines.product", "jmwj")
            == offered("lines.product", "to")
            == ["TOY"]
        )
        assert offered("lines.product", "round nut") == ["NUT"]
        assert offered("lines.product", "%") == []
        with pytest.raises(Invalid) as caught:
            documents.create(tx, "order", {"lines": [{"product": "TOY", "variant": "NUT-1"}]})
        assert [(p.path, p.code) for p in caught.value.problems] == [("lines.1.variant", "not_offered")]


def test_a_link_offers_nothing_that_one_may_not_see(repository: Repository) -> None:
    ann, ben, boss = a_person(repository, "ann"), a_person(repository, "ben"), a_person(repository, "boss", "boss")
    with repository.transaction(ann) as tx:
        number = documents.create(tx, "order", {"customer": "Ada"}).number
    offered = {}
    for actor in (ann, ben, boss):
        with repository.reading(actor) as tx:
            offered[actor.name] = [link.number for link in documents.lookup(tx, "receipt", "order", "ada")]
    assert offered == {"ann": [number], "ben": [], "boss": [number]}


def test_choosing_a_link_proposes_rows_until_somebody_types_rows(repository: Repository) -> None:
    ann = a_person(repository, "ann")
    some_products(repository, ann)
    lines = [{"product": "NUT", "quantity": "3"}, {"product": "NUT", "quantity": "2", "received": "2"}]
    with repository.transaction(ann) as tx:
        order = documents.create(tx, "order", {"lines": lines})
        receipt = documents.create(tx, "receipt", {"order": order.number})
        assert [(line["order_line_no"], line["product"].number, line["quantity"]) for line in receipt["lines"]] == [
            (1, "NUT", Decimal(3))
        ]
        assert documents.create(tx, "receipt", {"order": order.number, "lines": []})["lines"] == []


def test_links_are_followed_both_ways_as_far_as_one_may_see(repository: Repository) -> None:
    ann, ben, boss = a_person(repository, "ann"), a_person(repository, "ben"), a_person(repository, "boss", "boss")
    some_products(repository, ann)
    for actor in (ann, ben):
        with repository.transaction(actor) as tx:
            documents.create(tx, "order", {"lines": [{"product": "NUT", "quantity": "3"}]})
    for actor, count in ((ann, 1), (boss, 2)):
        with repository.reading(actor) as tx:
            groups = {
                (group.form, group.field): group for group in documents.linked(tx, documents.get(tx, "product", "NUT"))
            }
            assert groups[("order", "lines.product")].count == count
            assert groups[("variant", "product")].links[0].number == "NUT-1"
    with repository.reading(ann) as tx:
        order = documents.get(tx, "order", "O-00001")
        assert [(g.form, g.out, [link.title for link in g.links]) for g in documents.linked(tx, order)] == [
            ("product", True, ["NUT Nut, round"])
        ]


def test_history_tells_each_write_and_hides_what_one_may_not_see(repository: Repository) -> None:
    ann, fin = a_person(repository, "ann"), a_person(repository, "fin", "finance")
    with repository.transaction(fin) as tx:
        documents.create(tx, "product", {"code": "SAW", "name": "Saw", "cost": "3"})
        documents.update(tx, "product", "SAW", {"cost": "4", "name": "Big saw"})
    with repository.reading(fin) as tx:
        assert [dict(entry.diff).get("cost") for entry in documents.history(tx, "product", "SAW")] == [
            [None, "3.0000"],
            ["3.0000", "4.0000"],
        ]
    with repository.reading(ann) as tx:
        entries = documents.history(tx, "product", "SAW")
        assert [(entry.act, entry.actor.number, "cost" in entry.diff) for entry in entries] == [
            ("create", "fin", False),
            ("update", "fin", False),
        ]
        assert entries[1].diff["name"] == ["Saw", "Big saw"]


def test_a_document_can_be_read_as_it_stood(repository: Repository) -> None:
    ann = a_person(repository, "ann")
    some_products(repository, ann)
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    with clock.stopped(noon), repository.transaction(ann) as tx:
        number = documents.create(
            tx, "order", {"customer": "Ada", "lines": [{"product": "NUT", "quantity": "3"}]}
        ).number
    with clock.stopped(noon + timedelta(hours=2)), repository.transaction(ann) as tx:
        documents.update(
            tx,
            "order",
            number,
            {"customer": "Bea", "lines": [{"line_no": 1, "quantity": "4"}, {"product": "TOY", "quantity": "1"}]},
        )
    with repository.reading(ann) as tx:
        before = documents.as_of(tx, "order", number, noon + timedelta(hours=1))
        after = documents.as_of(tx, "order", number, noon + timedelta(hours=3))
    assert (before["customer"], before["lines"]["1"]["quantity"], len(before["lines"])) == ("Ada", "3.0000", 1)
    assert (after["customer"], after["lines"]["1"]["quantity"], after["lines"]["2"]["product"]) == (
        "Bea",
        "4.0000",
        "TOY",
    )


def test_the_search_finds_words_beginnings_numbers_chinese_and_pinyin(repository: Repository) -> None:
    ann, ben = a_person(repository, "ann"), a_person(repository, "ben")
    some_products(repository, ann)
    with repository.transaction(ann) as tx:
        documents.create(tx, "order", {"customer": "Ada Lovelace"})
    with repository.reading(ann) as tx:

        def found(text: str) -> list[str]:
            return [each.link.number for each in documents.search(tx, text)]

        assert found("NUT") == ["NUT", "NUT-1"]
        assert found("玩具") == found("jmwj") == ["TOY"]
        assert found("love") == ["O-00001"]
        assert found("具积") == found("zzz") == found("  ") == []
    with repository.reading(ben) as tx:
        assert documents.search(tx, "Lovelace") == []


def test_many_come_in_at_once_by_the_same_rules(repository: Repository) -> None:
    ann = a_person(repository, "ann")
    rows = [{"code": f"P-{n:04d}", "name": f"Thing {n}"} for n in range(1, 1204)] + [
        {"code": "P-0001"},
        {"code": "X", "kind": "none"},
    ]
    with repository.transaction(ann) as tx:
        refused: list[Any] = []
        made = documents.create_many(tx, "product", rows, refused=refused)
    assert len(made) == 1203
    assert [(place, problems[0].code) for place, problems in refused] == [(1203, "unique"), (1204, "not_an_option")]
    with repository.transaction(ann) as tx:
        orders = documents.create_many(
            tx,
            "order",
            [{"customer": "A", "lines": [{"product": "P-0007", "quantity": "2"}]}] * 3,
            stage="sent",
            history=True,
        )
        assert [order.number for order in orders] == ["O-00001", "O-00002", "O-00003"]
        assert documents.get(tx, "order", "O-00003")["lines"][0]["open"] == 2
        assert len(documents.search(tx, "P-1203")) == 1
        with pytest.raises(Invalid):
            documents.create_many(tx, "product", [{"code": "Y"}, {"code": "Y"}])
    with repository.reading(ann) as tx:
        assert documents.list_documents(tx, documents.Query("product", limit=1)).count.number == 1203


def test_pages_of_a_list_follow_each_other_without_gap_or_repeat(repository: Repository) -> None:
    ann = a_person(repository, "ann")
    with repository.transaction(ann) as tx:
        documents.create_many(
            tx,
            "product",
            [{"code": f"P{n:02d}", "name": None if n % 5 == 0 else f"N{n % 3}", "kind": "tool"} for n in range(23)],
        )
    for sort in ("name,-kind", "-name", "code", "-created_at,code", "kind"):
        seen: list[str] = []
        after = None
        while True:
            with repository.reading(ann) as tx:
                page = documents.list_documents(tx, documents.Query("product", sort=sort, limit=4, after=after))
            seen += [row["number"] for row in page.rows]
            after = page.next
            if after is None:
                break
        assert sorted(seen) == [f"P{n:02d}" for n in range(23)], sort


def test_a_person_without_the_form_looks_nothing_up(repository: Repository) -> None:
    guest = a_person(repository, "guest")
    with repository.reading(guest) as tx:
        assert documents.lookup(tx, "order", "lines.product") == []
    closed = a_form("closed", {"product": "product"}, access={"create": ["boss"]})
    repository.publish(a_catalogue(PRODUCT, VARIANT, ORDER, closed, workflows=(LIFE,), roles=("boss",), version="2"))
    with repository.reading(guest) as tx, pytest.raises(NotAllowed):
        documents.lookup(tx, "closed", "product")
