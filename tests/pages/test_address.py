"""A list is what its address says."""

from __future__ import annotations

import pytest

from app.pages.views.address import Condition, ListAddress, read


def test_a_filter_is_always_in_the_address() -> None:
    address = (
        ListAddress("purchase_order")
        .with_condition("total_amount", "gte", "100")
        .with_condition("stage", "in", "draft,ordered")
    )
    assert address.href == "/purchase_order?total_amount[gte]=100&stage[in]=draft,ordered"


@pytest.mark.parametrize(
    "address",
    [
        ListAddress("purchase_order"),
        ListAddress(
            "purchase_order", view="late", search="纸箱 & 胶带", sort="-needed_on", columns=("number", "stage")
        ),
        ListAddress(
            "purchase_order",
            conditions=(Condition("supplier", "eq", "S-00001"), Condition("note", "contains", "a=b&c")),
        ),
    ],
)
def test_what_was_written_is_read_again(address: ListAddress) -> None:
    assert read("purchase_order", address.query) == address


def test_the_same_comparison_takes_the_place_of_the_former() -> None:
    address = (
        ListAddress("x").with_condition("needed_on", "within", "7d").with_condition("needed_on", "within", "month")
    )
    assert address.conditions == (Condition("needed_on", "within", "month"),)


def test_an_empty_value_takes_the_filter_away() -> None:
    assert (
        ListAddress("x").with_condition("note", "contains", "a").with_condition("note", "contains", "").conditions == ()
    )


def test_one_filter_goes_and_the_others_stay() -> None:
    address = ListAddress("x").with_condition("a", "eq", "1").with_condition("b", "eq", "2")
    assert address.without(0).href == "/x?b=2"


def test_clearing_keeps_view_order_and_columns() -> None:
    address = ListAddress("x", view="late", sort="a", columns=("a",), search="q").with_condition("a", "eq", "1")
    assert address.narrowed
    assert address.cleared() == ListAddress("x", view="late", sort="a", columns=("a",))


@pytest.mark.parametrize("query", ["Drop[eq]=1", "a[unknown]=1", "a[eq]=", "=1", "a.b;[eq]=2"])
def test_words_that_mean_nothing_are_left_out(query: str) -> None:
    assert read("x", query) == ListAddress("x")
