"""The integer rules, over all numbers."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from app.ledger.rules import Shelf, choose_lots, divide, share_so_far, shown, split_landed, take_value, true_up

amounts = st.integers(1, 10**13)
values = st.integers(0, 10**15)


@given(st.integers(-(10**18), 10**18), st.integers(-(10**12), 10**12).filter(bool))
def test_division_is_exact_to_half_a_unit_and_even_in_the_middle(dividend: int, divisor: int) -> None:
    assert divide(dividend, divisor) == round(Fraction(dividend, divisor))


@given(values, st.lists(amounts, min_size=1, max_size=8))
def test_issues_take_all_of_the_value_and_no_more(value: int, parts: list[int]) -> None:
    held, left = sum(parts), value
    for part in parts:
        taken = take_value(held, left, part)
        assert 0 <= taken <= left
        held, left = held - part, left - taken
    assert left == 0


@given(values, st.lists(amounts, min_size=1, max_size=8))
def test_parts_of_a_posting_add_up_to_it(value: int, parts: list[int]) -> None:
    whole, before, total = sum(parts), 0, 0
    for part in parts:
        total += share_so_far(value, whole, before, part)
        before += part
    assert total == value


@given(values, st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_late_cost_is_shared_without_rest(value: int, here: int, gone: int) -> None:
    kept, expensed = split_landed(value, here, gone)
    assert kept + expensed == value
    assert here or kept == 0


def test_goods_that_left_before_they_came_cost_what_the_receipt_says() -> None:
    assert true_up(-4, -1333, 10, 5000) == 667
    assert true_up(5, 500, 10, 5000) == 0


@given(st.integers(1, 10**6), st.integers(0, 10**8), st.integers(1, 10**6), st.integers(0, 10**8))
def test_after_the_true_up_what_stands_is_worth_its_receipt(
    short: int, estimate: int, amount: int, received: int
) -> None:
    late = true_up(-short, -estimate, amount, received)
    value, held = -estimate + received - late, amount - short
    if held >= 0:
        assert value == received - divide(received * short, amount)
    else:
        assert value == -estimate + divide(estimate * amount, short)


def test_goods_beyond_what_is_there_leave_at_the_last_price() -> None:
    assert take_value(3, 1000, 5, ref_amount=10, ref_value=5000) == 2000
    assert take_value(0, 0, 5) == 0


@given(
    st.integers(0, 500),
    st.lists(
        st.builds(
            Shelf,
            st.text(max_size=3),
            st.integers(-5, 50),
            st.none() | st.integers(20260101, 20271231),
            st.integers(0, 9),
        )
    ),
)
def test_lots_are_chosen_by_expiry_and_never_after_it(wanted: int, shelves: list[Shelf]) -> None:
    chosen = choose_lots(wanted, shelves, on=20260701)
    usable = [s for s in shelves if s.available > 0 and (s.expires_on is None or s.expires_on >= 20260701)]
    assert sum(amount for _, amount in chosen) == min(wanted, sum(s.available for s in usable))
    days = [shelf.expires_on or 99999999 for shelf, _ in chosen]
    assert days == sorted(days)
    assert all(amount == shelf.available for shelf, amount in chosen[:-1])


def test_amounts_are_shown_as_people_write_them() -> None:
    assert [shown(25000, 4), shown(-5, 2), shown(30, 0), shown(100, 4), shown(0, 4)] == [
        "2.5",
        "-0.05",
        "30",
        "0.01",
        "0",
    ]
