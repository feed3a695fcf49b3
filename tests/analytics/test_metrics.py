"""Metrics: exact, with the reader's rights, the same as plain SQL; on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.analytics.metrics import MetricHasNoTime, UnknownDimension
from app.analytics.metrics_sql import SPECIAL, TEMPLATES
from app.analytics.views import view_names
from app.config.metric_reader import IN_ROWS
from app.config.metric_spec import LEDGER, MOVES
from app.core import clock
from app.core.actor import SYSTEM
from app.core.errors import NotAllowed
from app.data import documents
from app.office.facade import Office
from tests.analytics.metrics_company import NOW, buying_on, dec, figure, rows, sql


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The company on each database."""
    with buying_on(request.param, tmp_path_factory.mktemp("metrics")) as office:
        yield office


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.stopped(NOW):
        yield


PLACED = "stage in ('ordered', 'partly_received', 'completed')"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ordered_amount", f"select sum(amount) from purchase_order_lines where {PLACED}"),
        ("ordered_quantity", f"select sum(quantity) from purchase_order_lines where {PLACED}"),
        ("orders", f"select count(*) from purchase_order where {PLACED}"),
        ("received_amount", "select sum(amount) from goods_receipt_lines where stage = 'posted'"),
        ("rejected_quantity", "select sum(rejected_quantity) from goods_receipt_lines"),
        ("stock_value", "select sum(value) from stock_on_hand"),
        ("stock_quantity", "select sum(quantity) from stock_on_hand"),
        ("requests", "select count(*) from purchase_request where stage <> 'draft'"),
    ],
)
def test_a_total_is_that_of_plain_sql_to_the_cent(office: Office, name: str, text: str) -> None:
    found = figure(office, name)
    assert found and [(found,)] == sql(office, text)


def test_groups_are_those_of_plain_sql(office: Office) -> None:
    text = f"select date_trunc('month', ordered_on)::date, supplier, sum(amount) from purchase_order_lines where {PLACED} group by all order by 1, 2"
    found = rows(office, "ordered_amount", "month,supplier")
    assert found == sql(office, text)
    assert found == [(date(2026, 1, 1), "S-00001", dec("33.33")), (date(2026, 2, 1), "S-00002", dec("22.20"))]


def test_a_link_comes_with_the_name_of_what_it_points_to(office: Office) -> None:
    found = office.as_user("analyst").metric("received_quantity", by=["supplier", "category"]).rows()
    assert found[1] == {
        "supplier": "S-00002",
        "supplier_name": 'O\'Hara "Cups"',
        "category": "kitchen",
        "category_name": "Kitchen",
        "received_quantity": dec("17"),
    }


def test_a_dimension_may_be_asked_by_its_whole_path(office: Office) -> None:
    assert rows(office, "ordered_amount", "product.category") == rows(office, "ordered_amount", "category")


def test_money_keeps_its_cents_however_large(office: Office) -> None:
    values = {"supplier": "S-00001", "warehouse": "HZ", "needed_on": "2026-02-20"}
    lines = [
        {"product": "PEN-1", "quantity": "99999999", "unit_price": "9999.99"},
        {"product": "CUP-1", "quantity": "0.01", "unit_price": "1"},
    ]
    with office.repository.transaction(SYSTEM) as tx:
        big = documents.create(
            tx, "purchase_order", values | {"ordered_on": "2025-05-05", "lines": lines}, stage="ordered"
        )
    assert figure(office, "ordered_amount", period="2025-05") == dec("999998990000.02")
    with office.repository.transaction(SYSTEM) as tx:
        documents.trash(tx, "purchase_order", big.number)
    assert figure(office, "ordered_amount", period="2025-05") == 0


# metrics of metrics


def test_a_metric_of_metrics_is_worked_out_group_by_group(office: Office) -> None:
    assert figure(office, "rejection_rate") == dec("0.111111")  # 3 of 27
    assert rows(office, "rejection_rate", "month") == [
        (date(2026, 2, 1), dec("0.066667")),
        (date(2026, 3, 1), dec("0.166667")),
    ]
    assert rows(office, "rejection_rate", "product") == [("CUP-1", dec("0.117647")), ("PEN-1", dec("0.100000"))]
    assert figure(office, "average_order") == dec("27.77")  # 55.53 / 2, half up


def test_nothing_divided_by_nothing_is_empty(office: Office) -> None:
    assert figure(office, "rejection_rate", period="2020") is None
    assert figure(office, "received_quantity", period="2020") == 0
    assert rows(office, "received_quantity", "supplier", period="2020") == []


def test_only_shared_dimensions_cut_a_metric_of_metrics(office: Office) -> None:
    with pytest.raises(UnknownDimension, match=r"'product'.*Possible: supplier, warehouse, buyer, payment_term, day"):
        rows(office, "average_order", "product")


def test_days_and_shares_are_what_they_say(office: Office) -> None:
    assert figure(office, "on_time_rate") == dec("0.666667")  # two of three by 20 February
    assert figure(office, "supplier_lead_time") == dec("17.00")  # 22, 10, 19 days
    assert figure(office, "request_lead_time") is None


# time


def test_a_row_counts_on_the_business_day_of_the_company(office: Office) -> None:
    """17:00 UTC on 31 January is 1 February in Shanghai."""
    assert rows(office, "requests", "month", user="buyer") == [(date(2026, 2, 1), 2)]
    assert rows(office, "requests", "day", user="buyer", period="2026-02-01") == [(date(2026, 2, 1), 1)]


@pytest.mark.parametrize(
    ("period", "amount"),
    [
        ("2026-01-10", "33.33"),
        ("2026-01-11..2026-02-10", "22.20"),
        ("2026-01-11..2026-02-09", "0"),
        ("2026-q1", "55.53"),
        ("last month", "22.20"),
        ((date(2026, 1, 10), date(2026, 1, 10)), "33.33"),
    ],
)
def test_a_period_holds_its_first_and_its_last_day(office: Office, period: Any, amount: str) -> None:
    assert figure(office, "ordered_amount", period=period) == dec(amount)


def test_several_stretches_of_time_stand_beside_each_other(office: Office) -> None:
    assert rows(office, "orders", "month,year,quarter") == [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 1), 1),
        (date(2026, 2, 1), date(2026, 1, 1), date(2026, 1, 1), 1),
    ]


def test_what_has_no_time_says_so(office: Office) -> None:
    for asked in ({"by": ["month"]}, {"period": "2026"}):
        with pytest.raises(MetricHasNoTime, match="“Open orders” tells how it is now"):
            office.as_user("buyer").metric("open_orders", **asked)


# levels


def closing(office: Office, day: date, column: str = "value") -> Decimal:
    """Give a level at the end of a day, from the moves."""
    ((found,),) = sql(office, f"select coalesce(sum({column}), 0) from stock_moves where booked_on <= date '{day}'")
    return found


@pytest.mark.parametrize("name, column", [("stock_value", "value"), ("stock_quantity", "quantity")])
def test_a_balance_is_the_average_of_the_days(office: Office, name: str, column: str) -> None:
    days = [date(2026, 2, 1) + timedelta(days=at) for at in range(28)]
    mean = sum(closing(office, day, column) for day in days) / 28
    assert figure(office, name, period="2026-02") == round(mean, 2 if column == "value" else 6)


def test_a_balance_without_a_time_is_how_it_is_now(office: Office) -> None:
    assert figure(office, "stock_value") == closing(office, date(2026, 3, 10))
    assert figure(office, "stock_value", period="today") == closing(office, date(2026, 3, 10))


def test_a_balance_by_month_is_averaged_as_far_as_the_month_has_come(office: Office) -> None:
    found = rows(office, "stock_quantity", "month", period="2026")
    march = sum(closing(office, date(2026, 3, 1) + timedelta(days=at), "quantity") for at in range(10)) / 10
    assert [month for month, _ in found] == [date(2026, 2, 1), date(2026, 3, 1)]
    assert found[1] == (date(2026, 3, 1), march) and march == 24


def test_a_balance_by_time_looks_back_twelve_months_and_says_so(office: Office) -> None:
    found = office.as_user("analyst").metric("stock_value", by="month,product")
    assert found.period == (date(2025, 4, 1), date(2026, 3, 10))
    assert [(row["month"].month, row["product"]) for row in found] == [
        (2, "CUP-1"), (2, "PEN-1"), (3, "CUP-1"), (3, "PEN-1")
    ]  # fmt: skip


def test_a_level_of_too_many_days_is_refused(office: Office) -> None:
    with pytest.raises(Exception, match="more than 5000 stretches"):
        rows(office, "stock_value", "day", period="0001-01-01..2026-01-01")


# choosing rows


def test_rows_are_chosen_by_dimensions_and_by_conditions(office: Office) -> None:
    assert figure(office, "received_quantity", filters={"supplier": "S-00002"}) == 17
    assert figure(office, "received_quantity", filters={"supplier": ["S-00001", "S-00002"]}) == 27
    assert figure(office, "received_quantity", filters={"product.category": "kitchen"}) == 17
    assert figure(office, "received_quantity", where="product == 'PEN-1' and quantity > 3") == 10
    assert figure(office, "received_quantity", where="product.category.name == 'Kitchen'") == 17
    assert figure(office, "rejection_rate", where="received_on >= date(2026, 3, 1)") == dec("0.166667")


def test_the_order_and_the_number_of_rows_can_be_asked(office: Office) -> None:
    assert rows(office, "ordered_amount", "supplier", order_by="value") == [
        ("S-00002", dec("22.20")),
        ("S-00001", dec("33.33")),
    ]
    assert rows(office, "ordered_amount", "supplier", order_by="-supplier", limit=1) == [("S-00002", dec("22.20"))]
    with pytest.raises(UnknownDimension, match="'warehouse'"):
        rows(office, "ordered_amount", "supplier", order_by="warehouse")


# rights


def test_who_may_not_see_amounts_is_told_so_and_gets_no_zero(office: Office) -> None:
    for name in ("ordered_amount", "average_order", "open_amount", "received_amount", "stock_value"):
        with pytest.raises(NotAllowed, match="You can't see “") as refused:
            figure(office, name, user="warehouse")
        assert refused.value.code == "not_allowed"
    assert figure(office, "ordered_quantity", user="warehouse") == 30
    with pytest.raises(NotAllowed, match=r"“Stock value”. Ask .*[Ff]inance"):
        figure(office, "stock_value", user="buyer")


def test_hidden_columns_can_neither_choose_nor_cut(office: Office) -> None:
    for where in ("unit_price > 3", "purchase_order.total_amount > 1", "product.purchase_price > 1"):
        with pytest.raises(NotAllowed):
            figure(office, "received_quantity", user="warehouse", where=where)
    with pytest.raises(NotAllowed):
        figure(office, "received_quantity", user="employee", where="supplier.bank_account == 'x'")


def test_rows_of_others_are_not_counted(office: Office) -> None:
    assert [figure(office, "requests", user=name) for name in ("employee", "colleague", "buyer", "warehouse")] == [
        1,
        1,
        2,
        0,
    ]
    assert rows(office, "requested_amount", "requester", user="employee") == [("employee", dec("4.20"))]
    assert rows(office, "requested_amount", "requester", user="warehouse") == []


def test_a_person_without_a_form_is_told_that_it_is_not_allowed(office: Office) -> None:
    with pytest.raises(NotAllowed):
        figure(office, "returned_amount", user="product_manager")


def test_the_list_tells_what_is_allowed_and_by_what_it_can_be_cut(office: Office) -> None:
    of = {name: {each.spec.name: each for each in office.as_user(name).metrics()} for name in ("warehouse", "analyst")}
    assert not of["warehouse"]["ordered_amount"].allowed and not of["warehouse"]["ordered_amount"].dimensions
    assert of["analyst"]["ordered_amount"].allowed
    assert list(of["analyst"]["rejection_rate"].dimensions) == ["supplier", "warehouse", "product", "category"]
    assert of["analyst"]["open_orders"].grains == () and "month" in of["analyst"]["orders"].grains


def test_every_shipped_metric_can_be_cut_by_everything_that_it_offers(office: Office) -> None:
    with office.as_user("analyst").reading() as tx:
        from app.analytics.metrics_plan import Plan
        from app.analytics.metrics_query import MetricQuery
        from app.analytics.metrics_sql import Views

        for spec in tx.catalogue.metrics.values():
            plan = Plan(tx.catalogue.metrics, spec)
            by = tuple(plan.shared)
            assert MetricQuery(Views(tx), Plan(tx.catalogue.metrics, spec, by)).run().values is not None


# what is said of it


def test_the_answer_says_as_of_when_and_over_which_days(office: Office) -> None:
    found = office.as_user("analyst").metric("rejection_rate", by="month", period="2026-q1")
    assert (found.as_of, found.period) == (NOW, (date(2026, 1, 1), date(2026, 3, 31)))
    assert (found.about["unit"], found.about["good"], found.about["goal"]) == ("percent", "down", "0.02")
    assert found.about["title"] == {"en": "Rejection rate", "zh": "拒收率"}
    assert figure(office, "orders") == 2 and office.as_user("analyst").metric("orders").period is None


# the code agrees with itself


def test_the_ledger_views_are_those_that_metrics_know(office: Office) -> None:
    with office.repository.reading(SYSTEM) as tx:
        views = view_names(tx)
        for name, shape in LEDGER.items():
            assert set(views[name]().columns) - {"entry"} == set(shape.fields)
    for level, (moves, day) in MOVES.items():
        assert level in LEDGER and LEDGER[moves].fields[day].kind == "date"


def test_what_the_check_lets_pass_can_be_written_as_sql() -> None:
    assert set(TEMPLATES) | set(SPECIAL) | {"months", "years"} == IN_ROWS
