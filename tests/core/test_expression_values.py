"""What expressions give: figures, conditions, dates, lists, links; and what empty values do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.core.actions import function
from app.core.expressions import NUMBER, Place, Type
from app.core.links import Link
from tests.core.expression_factories import (
    BOSS,
    LINE,
    OTHER_STORE,
    STORE,
    Shelf,
    a_scope,
    an_order,
    expression,
    value,
)

FIGURES = {
    "0.1 + 0.2 == 0.3": True,
    "total_amount * 13%": Decimal("3.2240"),
    "10 / 4": Decimal("2.5"),
    "1 / 3": Decimal("0.333333333333"),
    "2 / 3": Decimal("0.666666666667"),
    "-2 / 3": Decimal("-0.666666666667"),
    "total_amount / 0": None,
    "2 + 3 * 4": 14,
    "(2 + 3) * 4": 20,
    "10 - 2 - 3": 5,
    "-2 - -3": 1,
    "round(2.675)": Decimal("2.68"),
    "round(-2.675)": Decimal("-2.68"),
    "round(0.5, 0)": 1,
    "round(2.5, 0)": 3,
    "round(1250, -2)": 1300,
    "round_up(2.001)": Decimal("2.01"),
    "round_down(-2.009)": -2,
    "abs(-3)": 3,
    "mod(7, 3)": 1,
    "mod(-7, 3)": -1,
    "mod(7, 0)": None,
    "min(3, 1, 2)": 1,
    "max(3, total_amount)": Decimal("24.80"),
    "min(null, 2)": 2,
    "number('1,200')": 1200,
    "number('12,00')": None,
    "number('NaN')": None,
    "number('1e5')": None,
    "number(' -3.50 ')": Decimal("-3.50"),
    "if(total_amount > 100, 5%, 0)": 0,
    "if(urgent, 1, 2)": 1,
    "if(reason == 'damaged', 1, urgent, 2, 3)": 2,
    "coalesce(reason, 'x')": "x",
    "123456789012345678901234567890 * 10": Decimal("1234567890123456789012345678900"),
}
DATES = {
    "ordered_on + days(1)": date(2026, 1, 31),
    "today - ordered_on": 1,
    "today + months(1)": date(2026, 2, 28),
    "date(2024, 2, 29) - years(1)": date(2023, 2, 28),
    "date(2026, 2, 30)": None,
    "today + working_days(2)": date(2026, 2, 3),
    "today - working_days(1)": date(2026, 1, 30),
    "days(2) + today": date(2026, 2, 2),
    "today + hours(36)": date(2026, 2, 1),
    "working_days_between(ordered_on, today)": 0,
    "year(today)": 2026,
    "weekday(today)": 6,
    "month_start(today)": date(2026, 1, 1),
    "month_end(date(2024, 2, 1))": date(2024, 2, 29),
    "now - hours(9)": datetime(2026, 1, 30, 23, tzinfo=UTC),
    "now - paid_at": None,
    "days(1.5) == hours(36)": True,
    "days(1) / hours(8)": 3,
    "hours(1) * 1.5": timedelta(minutes=90),
    "hours(1) / 4": timedelta(minutes=15),
    "today + days(99999999)": None,
    "days(9999999999999)": None,
    "date(9999, 12, 31) + days(1)": None,
    "date(9999, 12, 31) + months(1)": None,
}
TEXTS = {
    "upper('ab')": "AB",
    "trim('  a ')": "a",
    "length('张三')": 2,
    "left('abc', 2)": "ab",
    "right('abc', 2)": "bc",
    "right('abc', 0)": "",
    "contains('abc', 'b')": True,
    "starts_with('abc', 'ab')": True,
    "ends_with('abc', 'bc')": True,
    "replace('a-b', '-', '')": "ab",
    "join(' ', 'a', null, '', 'b', 2.50)": "a b 2.5",
    "text(1.10)": "1.1",
    "text(today)": "2026-01-31",
    "text(store)": "S1",
    "like('A12', 'A*')": True,
    "like('12', '[0-9]*')": True,
    "like('a', 'A')": False,
    "'it''s'": "it's",
    "text(true)": "true",
}
LISTS = {
    "sum(lines.amount)": Decimal("24.80"),
    "sum(lines.amount where kind == 'gift')": 0,
    "count(lines)": 3,
    "count(lines where kind == 'sale')": 2,
    "min(lines.quantity)": 1,
    "max(lines.quantity)": 2,
    "avg(lines.quantity)": Decimal("1.5"),
    "avg(lines.amount)": Decimal("12.4"),
    "max(lines.amount where quantity > 10)": None,
    "any(lines where quantity > this.weight)": False,
    "any(lines where amount == null)": True,
    "none(lines where quantity < 0)": True,
    "latest(lines.quantity)": 1,
    "empty(lines)": False,
    "count(lines.amount)": 2,
    "store in me.stores": True,
    "customer in [null]": False,
    "address.city": "杭州",
    "address.city in ['杭州', '宁波']": True,
    "count(me.stores)": 1,
    "any(me.stores where code == 'x')": False,
    "reason in ['damaged']": False,
    "reason not in ['damaged']": True,
}


@pytest.mark.parametrize(("text", "wanted"), [*FIGURES.items(), *DATES.items(), *TEXTS.items(), *LISTS.items()])
def test_a_text_gives_its_value(text: str, wanted: Any) -> None:
    found = value(text)
    assert found == wanted
    assert not isinstance(found, float)
    assert (found is None) == (wanted is None)


@pytest.mark.parametrize(
    ("text", "wanted"),
    {
        "null + 1": None,
        "null < 1": None,
        "null == null": True,
        "null == 1": False,
        "null != 1": True,
        "reason != 'damaged'": True,
        "not null": None,
        "null and false": False,
        "null and true": None,
        "null or true": True,
        "null or false": None,
        "upper(null)": None,
        "null in ['a', null]": True,
        "reason in []": False,
        "if(null, 1, 2)": 2,
        "empty('')": True,
        "empty(0)": False,
        "not (null < 1)": None,
        "sum(lines.unit_price where null)": 0,
        "coalesce(null, null)": None,
        "under(category, 'FOOD')": None,
    }.items(),
)
def test_empty_spreads_as_the_language_says(text: str, wanted: Any) -> None:
    assert value(text) is wanted or value(text) == wanted != None  # noqa: E711


def test_a_condition_is_met_only_by_a_clear_yes_and_a_check_fails_only_on_a_clear_no() -> None:
    unknown = expression("paid_at > now")
    assert not unknown.met(a_scope()) and not unknown.failed(a_scope())
    assert expression("total_amount > 1").met(a_scope())
    assert expression("total_amount < 1").failed(a_scope())


def test_a_line_speaks_of_itself_and_of_its_document() -> None:
    line = an_order()["lines"][1]
    assert value("quantity * unit_price", place=LINE, line=line) == Decimal("4.99995")
    assert value("this.total_amount - amount", place=LINE, line=line) == Decimal("19.80")
    assert value("sum(this.lines.quantity where product == line.product)", place=LINE, line=line) == Decimal("2.5")


def test_the_candidate_of_a_link_meets_the_line_and_the_document() -> None:
    place = Place("sales_order", table="lines", candidate="product", others=False)
    candidate = {"id": 2, "number": "P2", "sku": "P2"}
    scope = a_scope(line=an_order()["lines"][0])
    scope.row = candidate
    assert expression("sku != line.product.sku and this.urgent", place=place).value(scope) is True


def test_a_path_follows_links_and_is_empty_where_one_is_missing() -> None:
    shelf = Shelf(
        {
            Link("customer", 3): {"name": "Li", "home": OTHER_STORE, "manager": BOSS, "tags": ("vip",)},
            OTHER_STORE: {"code": "S2"},
        }
    )
    assert value("customer.home.code", services=shelf) == "S2"
    assert value("customer.home.code", an_order(customer=None), services=shelf) is None
    assert value("'vip' in customer.tags", services=shelf) is True
    assert value("'blacklisted' in customer.tags", an_order(customer=None), services=shelf) is False


def test_a_link_equals_its_code_and_this_equals_a_link_to_it() -> None:
    assert value("carrier == 'sf_express'") is True
    assert value("carrier in ['zto', 'sf_express']") is True
    assert value("this") == Link("sales_order", 5, "SO-2026-000005")


def test_a_new_document_is_equal_to_nothing() -> None:
    assert value("customer == this.customer and this != null", {"lines": [], "customer": None}) is True
    assert value("this", {"lines": []}) == Link("sales_order", 0)


def test_an_employee_is_compared_with_me_through_my_account() -> None:
    shelf = Shelf({Link("customer", 3): {"manager": BOSS}})
    assert value("customer.manager == me", services=shelf) is True
    assert value("owner == me", an_order(owner=Link("user", 4))) is True


def test_only_who_holds_a_role_has_it() -> None:
    assert value("has_role('buyer')") is True
    assert value("has_role('finance')") is False


def test_an_event_brings_its_own_figures() -> None:
    place = Place("sales_order", event={"amount": Type("money")})
    assert value("paid_amount + event.amount >= total_amount", place=place, event={"amount": Decimal("24.80")}) is True


def test_a_count_carries_what_makes_it_fast() -> None:
    place = Place("sales_order", table="lines")
    counted = expression(
        "sum(sales_return.lines.quantity where sales_order == this and product == line.product"
        " and stage != 'rejected')",
        place=place,
    )
    [count] = counted.counts
    assert (count.function, count.form, count.table) == ("sum", "sales_return", "lines")
    assert [(field, node.dotted) for field, node in count.equalities] == [
        ("sales_order", "this"),
        ("product", "line.product"),
    ]
    assert counted.live and counted.reads == {"this", "line.product"}
    shelf = Shelf(figure=Decimal(4))
    assert counted.value(a_scope(services=shelf)) == 4 and shelf.asked == [count]


def test_a_ledger_is_asked_with_the_values_of_the_row() -> None:
    @function("shelf.available_for_test", parameters=("product", "number?"), returns="quantity")
    def available(*_arguments: Any) -> Decimal:
        return Decimal(0)

    shelf = Shelf(figure=Decimal(1))
    asked = expression("none(lines where shelf.available_for_test(product) < quantity)")
    assert asked.value(a_scope(services=shelf)) is False
    assert shelf.asked[0] == ("shelf.available_for_test", (Link("product", 1),))
    assert asked.live and asked.calls == {"shelf.available_for_test"}


def test_what_is_read_is_known_by_name() -> None:
    assert expression("sum(lines.amount where kind == 'sale') + paid_amount").reads == {
        "lines",
        "lines.amount",
        "lines.kind",
        "paid_amount",
    }
    assert expression("this.customer.name == remark").reads == {"this.customer.name", "remark"}
    assert expression("today > ordered_on").live and not expression("ordered_on != null").live
    assert not expression("ordered_on + working_days(2) > ordered_on").live


def test_columns_of_a_source_may_have_any_name() -> None:
    place = Place(
        None,
        person=False,
        others=False,
        columns={"订单号": Type("text"), "Order No.": Type("text"), "Quantity": Type("any")},
    )
    row = {"订单号": "A1", "Order No.": "B2", "Quantity": "3"}
    assert value("join('-', 订单号, column('Order No.'))", row, place=place) == "A1-B2"
    assert value("number(Quantity) * 2", row, place=place) == 6
    assert value("Quantity < 4", row, place=place) is None
    assert value("Quantity + 4", row, place=place) is None


def test_a_bare_option_is_itself_where_a_choice_is_wanted() -> None:
    assert expression("damaged", expect=Type("choice", options=("damaged", "lost"))).value(a_scope()) == "damaged"
    assert expression("round(weight / 2, 1)", expect=NUMBER).type == NUMBER


def test_equal_texts_make_equal_expressions() -> None:
    assert expression("urgent") == expression("urgent") != expression("not urgent")
    assert len({expression("urgent"), expression("urgent")}) == 1
    assert STORE != OTHER_STORE


def test_a_metric_folds_the_rows_of_its_source() -> None:
    place = Place(None, person=False, others=False, source=("sales_order", "lines"))
    rows = [{**line, "stage": "completed"} for line in an_order()["lines"]]
    scope = a_scope({"rows": rows})
    assert expression("sum(amount where kind == 'sale' and stage == 'completed')", place=place).value(scope) == Decimal(
        "24.80"
    )
    assert expression("count(product) - count(amount)", place=place).value(scope) == 1
    assert expression("sum(quantity * unit_price)", place=place).type == Type("money")


def test_the_sum_of_no_times_is_no_time() -> None:
    place = Place(None, source=("sales_order", None))
    assert expression("sum(wait) < days(1)", place=place).value(a_scope({"rows": []})) is True


def test_what_does_not_read_the_row_may_need_more_than_a_database() -> None:
    rule = Place("sales_order", candidate="product", others=False)
    assert expression("sku == upper(this.remark)", place=rule).type.kind == "boolean"
    assert expression("today + working_days(2) > this.ordered_on", place=rule).type.kind == "boolean"
