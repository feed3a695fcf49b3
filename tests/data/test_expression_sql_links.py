"""Links, lists of links and choices, people and other documents in SQL; and what a database refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Date,
    Integer,
    MetaData,
    Table,
    Text,
    create_engine,
    insert,
    select,
)

from app.core.expressions import (
    BOOLEAN,
    DATE,
    MONEY,
    TEXT,
    Expression,
    ExpressionError,
    Place,
    Shape,
    Type,
    compile_expression,
    link_to,
    list_of,
)
from app.core.links import Link
from app.data.column_types import JsonText, Scaled
from app.data.expression_sql import Rows, counted_sql, to_sql

METADATA = MetaData()
STORE = Table("store", METADATA, Column("id", Integer, primary_key=True), Column("number", Text))
ORDER = Table(
    "sales_order",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("number", Text),
    Column("stage", Text),
    Column("store", BigInteger),
    Column("amount", Scaled(2)),
    Column("tags", JsonText()),
    Column("ordered_on", Date),
    Column("paid", Boolean),
)
SEEN = Table("sales_order__stores", METADATA, Column("parent_id", BigInteger), Column("target_id", BigInteger))
SHAPES = {
    "store": Shape("store", {"name": TEXT}, {}, ("active",)),
    "sales_order": Shape(
        "sales_order",
        {
            "store": link_to("store"),
            "amount": MONEY,
            "tags": Type("choices", options=("vip", "late")),
            "ordered_on": DATE,
            "paid": BOOLEAN,
            "stores": list_of(link_to("store")),
            "recent": BOOLEAN,
        },
        {},
        ("draft", "done"),
    ),
    "employee": Shape("employee", {"stores": list_of(link_to("store")), "store": link_to("store")}, {}, ("active",)),
}
RULE = Place("sales_order", others=False)
RECENT = compile_expression("ordered_on > today - days(7) and amount > 1", place=RULE, shapes=SHAPES)
ROWS = [
    (1, "SO-1", "draft", 1, Decimal("10.00"), ["vip"], date(2026, 1, 30), True, [1, 2]),
    (2, "SO-2", "done", 2, Decimal("0.50"), ["vip", "late"], date(2026, 1, 30), False, [2]),
    (3, "SO-3", "done", None, None, None, None, None, []),
]
PERSON = {"id": 4, "number": "wang", "stores": (Link("store", 1, "S1"),), "store": Link("store", 2, "S2")}


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    engine = create_engine(database_url)
    with engine.connect() as opened:
        METADATA.create_all(opened)
        opened.execute(insert(STORE), [{"id": 1, "number": "S1"}, {"id": 2, "number": "S2"}])
        for key, number, stage, store, amount, tags, day, paid, stores in ROWS:
            values = {"stage": stage, "store": store, "amount": amount, "tags": tags, "ordered_on": day, "paid": paid}
            opened.execute(insert(ORDER).values(id=key, number=number, **values))
            for target in stores:
                opened.execute(insert(SEEN).values(parent_id=key, target_id=target))
        yield opened
        opened.rollback()
    engine.dispose()


def columns(path: tuple[str, ...]) -> Any:
    if path == ("recent",):
        return RECENT
    if path == ("stores",):
        return select(SEEN.c.target_id).where(SEEN.c.parent_id == ORDER.c.id)
    if path[0] == "store" and len(path) == 2:
        return select(STORE.c[path[1]]).where(STORE.c.id == ORDER.c.store).scalar_subquery()
    return ORDER.c[path[0]]


def found(connection: Connection, text: str, **parameters: Any) -> list[int]:
    expression = compile_expression(text, place=RULE, shapes=SHAPES)
    given = {"me": PERSON, "today": date(2026, 1, 31), "this": None, **parameters}
    condition = to_sql(expression, columns, parameters=given, under=lambda column, above: column == above.id)
    return list(connection.scalars(select(ORDER.c.id).where(condition).order_by(ORDER.c.id)))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("store == 'S1'", [1]),
        ("store != 'S1'", [2, 3]),
        ("store in ['S1', 'S2']", [1, 2]),
        ("store not in ['S1']", [2, 3]),
        ("store in me.stores", [1]),
        ("store == me.store", [2]),
        ("store == null", [3]),
        ("store in stores", [1, 2]),
        ("me.store in stores", [1, 2]),
        ("not (store in stores)", [3]),
        ("any(stores)", [1, 2]),
        ("empty(stores)", [3]),
        ("count(stores) > 1", [1]),
        ("'vip' in tags", [1, 2]),
        ("'late' not in tags", [1, 3]),
        ("recent", [1]),
        ("not recent", [2]),
        ("recent == null", [3]),
        ("paid", [1]),
        ("paid == false", [2]),
        ("not paid", [2]),
        ("stage in ['done'] and amount == null", [3]),
        ("under(store, me.store)", [2]),
        ("this.amount > 1 and this == this", [1]),
        ("true", [1, 2, 3]),
        ("null", []),
        ("amount in [0.5, 10]", [1, 2]),
    ],
)
def test_a_row_rule_finds_its_rows(connection: Connection, text: str, wanted: list[int]) -> None:
    assert found(connection, text) == wanted


def test_the_document_that_asks_is_known_before_any_row_is_read(connection: Connection) -> None:
    asking = {"store": Link("store", 2, "S2"), "amount": Decimal("0.50"), "id": 2, "number": "SO-2"}
    assert found(connection, "store == this.store and amount == this.amount", this=asking) == [2]
    assert found(connection, "store == this.store", this={"store": None}) == [3]
    assert found(connection, "number != this.number", this=asking) == [1, 3]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("sum(sales_order.amount where stage == 'done')", Decimal("0.50")),
        ("sum(sales_order.amount where store == 'S1' or stage == 'draft' and store == this.store)", None),
        ("count(sales_order where store == this.store)", 1),
        ("max(sales_order.ordered_on where stage in ['draft', 'done'])", date(2026, 1, 30)),
        ("latest(sales_order.amount where stage in ['draft', 'done'])", Decimal("0.50")),
        ("avg(sales_order.amount where stage in ['draft', 'done'])", Decimal("5.25")),
        ("none(sales_order where stage == 'draft' and amount > 10)", True),
        ("any(sales_order where stage == 'draft' and amount >= 10)", True),
        ("min(sales_order.amount where stage == 'draft' and paid == false)", None),
    ],
)
def test_other_documents_are_counted_by_the_database(connection: Connection, text: str, wanted: Any) -> None:
    try:
        expression = compile_expression(text, place=Place("sales_order"), shapes=SHAPES)
    except ExpressionError as error:
        assert wanted is None and "this would read every" in error.words.en
        return
    counted = ORDER.alias("counted")

    def column(path: tuple[str, ...]) -> Any:
        if len(path) == 2:
            return select(STORE.c[path[1]]).where(STORE.c.id == counted.c.store).scalar_subquery()
        return counted.c[path[0]]

    rows = Rows(counted, counted.c.id > 0, column, counted.c.id)
    given = {"this": {"store": Link("store", 2, "S2")}}
    figure = connection.scalar(counted_sql(expression.counts[0], rows, parameters=given))
    assert bool(figure) is wanted if isinstance(wanted, bool) else figure == wanted


def test_a_condition_leaves_an_index_usable(connection: Connection) -> None:
    expression = compile_expression("store == me.store and stage in ['done']", place=RULE, shapes=SHAPES)
    condition = to_sql(expression, columns, parameters={"me": PERSON})
    spelt = str(condition.compile(connection))
    assert "sales_order.store = (" in spelt  # one text for all people, their store beside it
    assert "coalesce" not in spelt.lower() and "cast" not in spelt.lower()


@pytest.mark.parametrize(
    "text",
    [
        "upper(number) == 'A'",
        "count(sales_order where store == this.store) > 1",
        "round(amount, amount / amount) > 1",
        "like(number, number)",
    ],
)
def test_what_no_database_answers_is_refused_in_words(text: str) -> None:
    expression = compile_expression(text, place=Place("sales_order"), shapes=SHAPES)
    with pytest.raises(ExpressionError) as caught:
        to_sql(expression, columns)
    assert "the database can't answer" in caught.value.words.en and "数据库" in caught.value.words.zh


def test_only_an_expression_or_a_part_of_one_is_spelt() -> None:
    assert isinstance(RECENT, Expression)
    assert to_sql(RECENT.node, columns, parameters={"today": date(2026, 1, 31)}) is not None
