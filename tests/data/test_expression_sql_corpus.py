"""Every function and operator, on rows with the awkward values, in Python and on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.data.expression_trees import FIELDS
from tests.data.test_expression_sql import Bench, asked_in_python, asked_in_sql, compiled, same

ROWS: tuple[dict[str, Any], ...] = (
    {
        "amount": Decimal("2.50"),
        "paid": Decimal("-2.50"),
        "quantity": Decimal("0.5"),
        "count_no": Decimal(3),
        "rate": Decimal("0.125"),
        "name": "Ab张b",
        "note": "",
        "urgent": True,
        "closed": False,
        "made_on": date(2024, 1, 31),
        "due_on": date(2023, 12, 31),
        "made_at": datetime(2024, 1, 31, 23, 59, 59, 999999, tzinfo=UTC),
        "wait": timedelta(days=1, microseconds=-1),
        "kind": "sale",
        "lines": [
            {"quantity": Decimal("1.5"), "amount": Decimal("0.05"), "kind": "sale"},
            {"quantity": None, "amount": Decimal("-0.10"), "kind": "gift"},
            {"quantity": Decimal(2), "amount": None, "kind": None},
        ],
    },
    {
        "amount": Decimal("-0.05"),
        "paid": Decimal("0.00"),
        "quantity": Decimal("-1.0005"),
        "count_no": Decimal(-13),
        "rate": Decimal("-0.000001"),
        "name": "b",
        "note": "Ab",
        "urgent": None,
        "closed": True,
        "made_on": date(2024, 2, 29),
        "due_on": date(2001, 3, 1),
        "made_at": datetime(1999, 2, 28, 0, 0, tzinfo=UTC),
        "wait": timedelta(days=-1, microseconds=1),
        "kind": None,
        "lines": [],
    },
    {**dict.fromkeys(FIELDS), "lines": [{"quantity": None, "amount": None, "kind": None}]},
)
CORPUS = """
round(quantity, 0) | round(amount / 2, 2) | round(-quantity, 0) | round(rate, 2) | round_up(rate, 2)
round_down(rate, 2)
round(amount * quantity) | round(count_no, -1) | round_up(count_no, -1) | abs(quantity) | abs(paid)
mod(count_no, 5) | mod(count_no, 0)
mod(amount, 0.03) | amount / 3 | paid / 7 | count_no / quantity | amount / paid | amount + paid - 1
amount * 13% | -amount | 1 / 3 * 3
max(amount, paid, 1) | min(quantity, rate) | min(name, note) | coalesce(amount, 0) | coalesce(name, 'x')
coalesce(made_on, today)
if(urgent, amount, 0) | if(urgent, 1, closed, 2.5, 3) | if(kind == 'sale', 'a', 'b')
if(amount > 0, made_on, null) | if(null, 1, 2)
empty(name) | empty(note) | empty(amount) | empty(lines) | not empty(note)
made_on + days(1) | made_on - days(1) | made_on + days(1.5) | made_on - days(1.5) | made_on + wait
made_on - wait | made_on + hours(47)
made_on + months(1) | made_on - months(11) | made_on + years(1) | made_on - years(3)
made_on + months(quantity) | made_on + months(-120000)
made_on + days(4000000) | made_on - due_on | due_on - made_on | made_on - due_on > 30 | today - made_on
days(quantity) | hours(rate)
minutes(count_no) | wait * 3 | wait * 0.5 | wait / 2 | wait / 3 | wait / count_no | wait + days(1)
wait - hours(1) | -wait
wait / hours(1) | days(1) / wait | wait > days(0) | wait == days(1)
made_at + wait | made_at - wait | made_at + days(1) | made_at - hours(36.5) | made_at + months(1)
made_at - months(12) | now - made_at
made_at > now | made_at < now - days(30) | made_at == now | made_at + minutes(0.001) | made_at + days(4000000)
year(made_on) | month(made_on) | day(made_on) | weekday(made_on) | weekday(due_on) | month_start(made_on)
month_end(made_on) | month_end(due_on)
date(year(made_on), count_no, 1) | date(2024, 2, 28 + quantity * 2) | date(count_no, 1, 1)
month_start(today) == month_start(made_on)
length(name) | left(name, 2) | left(name, -1) | right(name, 2) | right(name, 0) | right(name, 9)
left(name, count_no)
contains(name, 'b') | contains(name, '') | starts_with(name, 'A') | starts_with(name, note)
ends_with(name, 'b') | ends_with(name, name)
ends_with('x', name) | like(name, 'A*') | like(name, 'a*') | like(name, '?') | like(name, '[A-B]*')
like(name, '[!A]*') | like(name, '*[') | like(name, '.*')
name == 'b' | name != 'b' | name < 'a' | name >= 'B' | name > note | name == note | name in ['b', 'c']
name not in ['b'] | name in [note, 'b']
kind == 'sale' | kind != 'sale' | kind in ['sale', 'gift'] | kind not in ['sale', 'gift']
not (kind in ['gift']) | kind == null | kind != null
urgent | not urgent | urgent == true | urgent == false | urgent != true | urgent == closed | urgent and closed
urgent or closed
not (urgent and closed) | not (urgent or closed) | not (amount > 1) | not (amount == 2.5) | amount == null
null == null | amount in [2.5, null]
amount in [2.5, 3] | quantity in [0.5] | amount > 2 and kind == 'sale' or closed | not (amount > 2 and null)
null or urgent | null and urgent
sum(lines.amount) | sum(lines.amount where kind == 'sale') | avg(lines.amount) | avg(lines.quantity)
min(lines.amount) | max(lines.quantity)
count(lines) | count(lines.amount) | count(lines where amount > 0) | any(lines where quantity > 1)
none(lines where quantity > 1)
any(lines where amount < this.paid) | count(lines where quantity > this.quantity and kind == this.kind)
any(lines.quantity) | latest(lines.amount) | latest(lines.quantity where kind == null)
sum(lines.amount) * quantity | avg(lines.amount) / 3
sum(lines.amount) == sum(lines.amount where kind == 'sale') | made_on == today | made_on != due_on
made_on in [today, due_on]
"""
TEXTS = [text.strip() for line in CORPUS.strip().splitlines() for text in line.split(" | ")]


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.close()


@pytest.mark.parametrize("text", TEXTS)
def test_an_expression_gives_the_same_everywhere(bench: Bench, text: str) -> None:
    expression = compiled(text)
    for row in ROWS:
        wanted = asked_in_python(expression, row)
        found = {each.dialect.name: asked_in_sql(each, expression, row) for each in bench.connections}
        assert {name: value for name, value in found.items() if not same(wanted, value, expression.type.kind)} == {}, (
            wanted
        )
