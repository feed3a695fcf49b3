"""A small trading company for the pages: people, goods, a supplier, requests that wait and orders that are late."""

from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path

from app.config.settings import Settings
from app.core import clock
from app.core.actor import SYSTEM
from app.data import accounts
from app.office.facade import Office
from tests.browsing import PASSWORD

PEOPLE = {
    "employee": ("Qian Feng", ("employee",)),
    "manager": ("Wang Min", ("manager", "warehouse_manager", "purchasing_manager", "product_manager")),
    "buyer": ("Chen Lu", ("buyer",)),
    "finance": ("Zhou Ting", ("finance_controller",)),
    "warehouse": ("Wu Gang", ("warehouse",)),
    "admin": ("Lin Yue", ("admin", "human_resources")),
    "analyst": ("He Jia", ("analyst",)),
    "auditor": ("Zhao Yi", ("auditor",)),
    "treasurer": ("Sun Li", ("treasurer",)),
    "outsider": ("Hongda Paper", ("supplier",)),
}
PRODUCTS = (
    ("MUG-350", "Ceramic mug 350 ml", "29.9"),
    ("BOX-40", "五层纸箱 40 × 30 × 25", "3.28"),
    ("TAPE-60", "Packing tape 60 mm", "4.15"),
)


ROLES = """
extends: organisation
roles:
  treasurer: {title: {en: Treasurer, zh: 出纳}, includes: [employee], two_factor: true}
"""


def an_empty_office(home: Path) -> Office:
    """Give an office with people and nothing else; a treasurer needs a second factor."""
    (home / "site" / "config").mkdir(parents=True, exist_ok=True)
    (home / "site" / "config" / "organisation.yaml").write_text(ROLES, encoding="utf-8")
    office = Office.open(Settings(home=home, secret_key="for tests only"))
    with office.repository.transaction(SYSTEM, door="cli") as tx:
        for name, (title, roles) in PEOPLE.items():
            accounts.create_account(tx, name, title=title, password=PASSWORD, roles=roles, locale="en")
    return office


def a_trading_company(home: Path) -> Office:
    """Give an office where something waits for everybody."""
    office = an_empty_office(home)
    _hire(office)
    _stock_up(office)
    for place in range(6):
        _request(office, "employee", f"Shelf parts {place}", 3 + place, days=place + 1)
    for place in range(3):
        _request(office, "buyer", f"包装耗材补货 {place}", 60 + place, days=place + 2, submit=False)
    return office


def _hire(office: Office) -> None:
    admin = office.as_user("admin")
    admin.create("department", {"code": "OPS", "name": "Operations", "cost_centre": "100"})
    lead = admin.create(
        "employee",
        {"name": "Wang Min", "account": "manager", "department": "OPS", "post": "head", "joined_on": date(2023, 3, 1)},
    )
    admin.update("department", "OPS", {"head": lead.number})
    for name in ("employee", "buyer", "finance", "warehouse"):
        admin.create(
            "employee",
            {
                "name": PEOPLE[name][0],
                "account": name,
                "department": "OPS",
                "manager": lead.number,
                "joined_on": date(2023, 3, 1),
            },
        )


def _stock_up(office: Office) -> None:
    manager = office.as_user("manager")
    manager.create("unit", {"code": "pcs", "name": "pcs"})
    manager.create("category", {"code": "office", "name": "Office goods", "kind": "general"})
    manager.create("warehouse", {"code": "HZ", "name": "Hangzhou"})
    for code, name, price in PRODUCTS:
        manager.create(
            "product",
            {
                "code": code,
                "name": name,
                "category": "office",
                "unit": "pcs",
                "purchase_price": price,
                "list_price": "99",
            },
            submit=True,
        )
    variants = [{"sku": "CAP-7-B", "name": "Black"}, {"sku": "CAP-7-W", "name": "White"}]
    cap = {"code": "CAP-7", "name": "Cap", "category": "office", "unit": "pcs", "purchase_price": "6", "list_price": "15"}
    manager.create("product", {**cap, "has_variants": True, "variants": variants})


def _request(office: Office, name: str, reason: str, quantity: int, *, days: int, submit: bool = True) -> str:
    lines = [
        {"product": "MUG-350", "quantity": quantity, "unit_price": "29.9"},
        {"product": "BOX-40", "quantity": quantity * 10, "unit_price": "3.28"},
    ]
    today = clock.today(office.catalogue.organisation.zone)
    values = {
        "department": "OPS",
        "warehouse": "HZ",
        "needed_on": today + timedelta(days=days),
        "reason": reason,
        "lines": lines,
    }
    return office.as_user(name).create("purchase_request", values, submit=submit).number


if __name__ == "__main__":
    (an_empty_office if "--empty" in sys.argv else a_trading_company)(Path(sys.argv[1]))
