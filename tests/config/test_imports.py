"""What imports, plans and decisions mean once they are read."""

from __future__ import annotations

from decimal import Decimal

from app.config.loader import check, load_catalogue
from tests.config.small import small

IMPORT = "examples/shop/shop_orders.yaml"
PLAN = """\
plan: opening
title: {en: Opening, zh: 期初}
imports:
  - {import: shop_orders, file: orders.csv, rejects_most: 2%}
totals:
  - check: read == imported + skipped + rejected
    message: {en: It differs., zh: 不一致。}
"""
DECISION = """\
decision: who_pays
title: {en: Who pays, zh: 谁付款}
form: sales_order
sets: ordered_on
rules:
  - {when: customer == null, value: today}
  - {value: ordered_on}
"""


def test_an_import_names_columns_cleans_and_finds() -> None:
    """The source's columns, those that cleaning makes, and the targets."""
    spec = load_catalogue(small()).imports["shop_orders"]
    (into,) = spec.into
    product = into.tables["lines"]["product"]
    assert [step.column for step in spec.clean] == ["StockCode", "quantity"]
    assert (into.form, product.find, product.if_missing, list(product.by)) == (
        "sales_order",
        "product",
        "reject",
        ["code"],
    )
    assert into.stage is not None and into.stage.value is not None and into.stage.value.text == "'completed'"


def test_a_second_file_is_laid_beside_the_first() -> None:
    """Its columns have names like any other."""
    join = "  join:\n    - {file: customers.csv, by: {OrderNo: No}, columns: {Buyer: Name}}\n"
    spec = load_catalogue(
        small(
            (IMPORT, "clean:", join + "clean:"),
            (IMPORT, "    tables:", "    fields:\n      customer: {find: customer, by: {name: Buyer}}\n    tables:"),
        )
    ).imports["shop_orders"]
    assert (spec.source.join[0].by, spec.source.join[0].columns) == ({"OrderNo": "No"}, {"Buyer": "Name"})


def test_the_stage_of_history_follows_a_column() -> None:
    """Each word of the source has its stage, and a wrong stage is named."""
    stages = "stage:    {from: OrderNo, map: {1: draft, 4: completed}, otherwise: completed}"
    into = load_catalogue(small((IMPORT, "stage:    completed", stages))).imports["shop_orders"].into[0]
    assert into.stage is not None and into.stage.map == {"1": "draft", "4": "completed"}
    (fault,) = check(small((IMPORT, "stage:    completed", stages.replace("4: completed", "4: complete"))))
    assert "Did you mean 'completed'?" in fault.words.en


def test_a_plan_knows_its_imports_and_what_must_hold() -> None:
    """Counts of the whole run."""
    plan = load_catalogue(small(("examples/shop/plan.yaml", "", PLAN))).plans["opening"]
    assert (plan.imports[0].name, plan.imports[0].rejects_most) == ("shop_orders", Decimal("0.02"))
    assert [check.message.en for check in plan.totals] == ["It differs."]
    (fault,) = check(small(("examples/shop/plan.yaml", "", PLAN.replace("import: shop_orders", "import: shop_order"))))
    assert "Did you mean 'shop_orders'?" in fault.words.en


def test_the_last_rule_of_a_decision_fits_every_document() -> None:
    """The others say when."""
    rules = load_catalogue(small(("workflows/sales/who_pays.yaml", "", DECISION))).decisions["who_pays"].rules
    assert [rule.when is None for rule in rules] == [False, True]
    (fault,) = check(
        small(
            (
                "workflows/sales/who_pays.yaml",
                "",
                DECISION.replace("{value: ordered_on}", "{when: today == today, value: ordered_on}"),
            )
        )
    )
    assert fault.words.en.startswith("the last rule must be without 'when'")
