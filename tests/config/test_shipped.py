"""The shipped forms, workflows and words load, in both languages, quickly."""

from __future__ import annotations

from pathlib import Path

from app.config.loader import Sources, check, load_catalogue

PRODUCT = Path(__file__).resolve().parents[2]


def test_the_shipped_files_have_no_fault_and_no_warning() -> None:
    """Every label has its word in both languages, every expression its types, every event its balance."""
    assert [fault.say() for fault in check(Sources(PRODUCT))] == []


def test_the_story_has_its_forms_and_workflows() -> None:
    """What a purchase needs from request to shelf."""
    catalogue = load_catalogue(Sources(PRODUCT))
    assert {
        "department",
        "employee",
        "supplier",
        "category",
        "product",
        "variant",
        "unit",
        "warehouse",
        "location",
        "lot",
        "purchase_request",
        "purchase_order",
        "goods_receipt",
        "supplier_return",
    } <= set(catalogue.forms)
    assert {"purchase_request", "purchase_order", "goods_receipt", "supplier", "product", "supplier_return"} <= set(
        catalogue.workflows
    )
