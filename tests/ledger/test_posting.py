"""The posting table executed: events become legs, in any chart."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from app.config.posting_spec import PlaceSpec, PostingLine, PostingSpec
from app.ledger import Facts, Ledger, Part, Unbalanced, legs_for, post_event
from app.ledger.errors import UnknownName
from tests.ledger.helpers import TODAY

SALE = (
    PostingLine("debit", "customer_prepayment", {"net": 1, "tax": 1}, party="customer"),
    PostingLine("credit", "revenue", {"net": 1}, each="line", by=("channel", "brand")),
    PostingLine("credit", "output_tax", {"tax": 1}, each="tax_rate"),
)
ABROAD = (
    PostingLine("debit", "bank", {"value_now": 1}, currency="foreign"),
    PostingLine("debit", "exchange_differences", {"value_then": 1, "value_now": -1}),
    PostingLine("credit", "customer_receivable", {"value_then": 1}, currency="foreign", party="customer"),
)
SPEC = PostingSpec(
    roles={
        "revenue": {"cn_small": "5001", "international": "4000"},
        "output_tax": {"cn_small": "2221.01.01"},
        "customer_prepayment": {"cn_small": "2203"},
    },
    places={"warehouse": PlaceSpec("inventory")},
    events={"sale.shipped": SALE, "receivable.paid": ABROAD, "goods.received": ()},
)


def a_sale(**figures: int) -> Facts:
    lines = [Part({"net": 6000}, {"brand": "leaf"}), Part({"net": 4000}, {"brand": "root"})]
    rates = [Part({"tax": 1200}), Part({"tax": 100})]
    return Facts(
        {"net": 10000, "tax": 1300, **figures},
        each={"line": lines, "tax_rate": rates},
        parties={"customer": "customer:C-1"},
        by={"channel": "tmall", "store": "one"},
    )


def test_a_sale_is_one_leg_for_each_line_and_tax_rate() -> None:
    legs = legs_for(SPEC, "sale.shipped", a_sale())
    assert [(leg.account, leg.value) for leg in legs] == [
        ("customer_prepayment", 11300),
        ("revenue", -6000),
        ("revenue", -4000),
        ("output_tax", -1200),
        ("output_tax", -100),
    ]
    assert legs[1].by == {"channel": "tmall", "brand": "leaf"}
    assert legs[0].party == "customer:C-1"


def test_without_its_parts_a_figure_is_one_leg() -> None:
    legs = legs_for(SPEC, "sale.shipped", Facts({"net": 100, "tax": 0}))
    assert [(leg.account, leg.value) for leg in legs] == [("customer_prepayment", 100), ("revenue", -100)]


def test_parts_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(Unbalanced, match="revenue / line"):
        legs_for(SPEC, "sale.shipped", a_sale(net=10001))


def test_goods_speak_for_themselves() -> None:
    assert legs_for(SPEC, "goods.received", Facts({})) == ()


def test_an_unknown_event_is_named() -> None:
    with pytest.raises(UnknownName, match="no event sale_shiped"):
        legs_for(SPEC, "sale_shiped", Facts({}))


def test_foreign_money_carries_its_amount_and_its_value() -> None:
    facts = Facts(
        {"value_now": 71000, "value_then": 72000},
        currencies={"foreign": ("USD", {"value_now": 10000, "value_then": 10000})},
    )
    legs = legs_for(SPEC, "receivable.paid", facts)
    assert [(leg.account, leg.commodity, leg.amount, leg.value) for leg in legs] == [
        ("bank", "USD", 10000, 71000),
        ("exchange_differences", "base", None, 1000),
        ("customer_receivable", "USD", -10000, -72000),
    ]


@pytest.mark.parametrize(("chart", "revenue"), [("cn_small", "5001"), ("international", "4000")])
def test_an_event_is_booked_in_the_company_s_chart(ledger: Ledger, chart: str, revenue: str) -> None:
    ledger.tx.catalogue = SimpleNamespace(posting=SPEC, organisation=SimpleNamespace(chart=chart))
    post_event(ledger, "sale.shipped", a_sale(), key="k", document="shipment:1", on=TODAY)
    lines = {line.chart: line.value for line in ledger.trial_balance(TODAY)}
    assert lines[revenue] == -10000
    assert sum(lines.values()) == 0
