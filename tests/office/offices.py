"""A small company for tests of the doors: people by what they do, and a few things to order."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from app.config.settings import Settings
from app.core.actor import SYSTEM
from app.data import accounts
from app.office.facade import Office

PASSWORD = "open-the-door-9"
PEOPLE = {
    "employee": ("employee",),
    "colleague": ("employee",),
    "buyer": ("buyer",),
    "purchasing_manager": ("purchasing_manager",),
    "product_manager": ("product_manager",),
    "warehouse": ("warehouse",),
    "finance": ("finance",),
    "analyst": ("analyst",),
    "admin": ("admin",),
}


def a_company(home: Path, database_url: str | None = None) -> Office:
    """Give an office whose people hold the role of their name."""
    office = Office.open(Settings(home=home, secret_key="for tests only", database_url=database_url))
    with office.repository.transaction(SYSTEM, door="cli") as tx:
        for name, roles in PEOPLE.items():
            accounts.create_account(
                tx, name, title=name.replace("_", " ").title(), password=PASSWORD, roles=roles, locale="en"
            )
    manager = office.as_user("product_manager")
    manager.create("unit", {"code": "pcs", "name": "Piece"})
    manager.create("category", {"code": "office", "name": "Office goods", "kind": "general"})
    manager.create(
        "product",
        {
            "code": "PEN-1",
            "name": "Pen",
            "category": "office",
            "unit": "pcs",
            "list_price": "3.50",
            "purchase_price": "1.2345",
        },
    )
    return office


def a_company_at_work(home: Path, database_url: str | None = None) -> Office:
    """Give a company with a department, a manager of the employee, a warehouse and a pen on sale."""
    office = a_company(home, database_url)
    admin = office.as_user("admin")
    admin.create("department", {"code": "OPS", "name": "Operations"})
    admin.create("warehouse", {"code": "HZ", "name": "Hangzhou"})
    chief = employ(admin, "purchasing_manager")
    for name in ("employee", "colleague", "buyer", "finance", "warehouse", "analyst"):
        employ(admin, name, manager=chief)
    office.as_user("product_manager").act("product", "PEN-1", "submit")
    return office


def employ(admin: Office, account: str, manager: str | None = None) -> str:
    """Make the employee behind an account."""
    values = {"name": account.title(), "account": account, "department": "OPS", "joined_on": date(2020, 1, 6)}
    return admin.create("employee", values | ({"manager": manager} if manager else {})).number


def pens(quantity: str, **values: object) -> dict[str, object]:
    """Give a request for pens as a program sends it."""
    line = {"product": "PEN-1", "quantity": quantity, "unit_price": "1.20"}
    needed_on = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011
    return {"warehouse": "HZ", "needed_on": needed_on, "reason": "Pens are out", "lines": [line], **values}
