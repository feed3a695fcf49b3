"""Founding: people, departments, places, units, categories, suppliers with papers and prices, products."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from app.core import clock
from app.core.actor import SYSTEM
from app.data import accounts, documents
from app.demo.plan import Plan
from app.office import Office

UNITS = (
    ("piece", "Piece", "个", 0),
    ("roll", "Roll", "卷", 0),
    ("pack", "Pack", "包", 0),
    ("kilogram", "Kilogram", "千克", 3),
)
ASKED = (
    "select a.name, t.id from workflow_task t join office_account a on a.id = t.holder_id"
    " where t.form = ? and t.document_id = ? and t.state = 'open' order by t.no"
)
Say = Callable[[str], None]


def found_company(
    office: Office, *, locale: str = "en", password: str, products: int = 400, say: Say = lambda _: None
) -> None:
    """Make everything that a company has before its first day of business; `products` bounds how many."""
    plan = Plan(locale)
    name_company(office)
    with clock.stopped(datetime.combine(founding_day(clock.now().date()), time(1), UTC)):
        say("people")
        hire(office, plan, locale, password)
        say("warehouses")
        open_places(office, plan)
        say("suppliers")
        suppliers = approve_suppliers(office, plan)
        say("products")
        put_on_sale(office, plan, suppliers, products)


def name_company(office: Office) -> None:
    """Give the company its own name, as a change in its own folder."""
    path = office.settings.site / "config" / "organisation.yaml"
    if not path.exists():
        english, chinese = (Plan(locale)["title"] for locale in ("en", "zh"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"extends: company\ntitle: {{en: {english}, zh: {chinese}}}\n", "utf-8")


def hire(office: Office, plan: Plan, locale: str, password: str) -> None:
    """Make the accounts with their roles, then departments and employees, as the administrator."""
    with office.repository.transaction(SYSTEM, door="cli") as tx:
        for person in plan["people"]:
            _open_account(tx, person, locale, password)
    admin = office.as_user("admin", door="page")
    for unit in plan["departments"]:
        admin.create("department", {key: unit[key] for key in ("code", "name", "parent", "cost_centre") if key in unit})
    numbers = {person["account"]: _employ(admin, person) for person in plan["people"] if "department" in person}
    for person in plan["people"]:
        if "manager" in person:
            admin.update("employee", numbers[person["account"]], {"manager": numbers[person["manager"]]})
    for unit in plan["departments"]:
        admin.update("department", unit["code"], {"head": numbers[unit["head"]]})


def _open_account(tx: Any, person: dict[str, Any], locale: str, password: str) -> None:
    """Open an account; the founding administrator is there already and gets his name and password."""
    known = accounts.account_named(tx, person["account"])
    if known is None:
        accounts.create_account(
            tx, person["account"], title=person["name"], password=password, roles=person["roles"], locale=locale
        )
        return
    accounts.rename(tx, known, person["name"], locale=locale)
    accounts.set_password(tx, known, password)
    for role in person["roles"]:
        accounts.give_role(tx, known, role)


def _employ(admin: Office, person: dict[str, Any]) -> str:
    values = {key: person[key] for key in ("name", "account", "department", "post")}
    return str(admin.create("employee", values | {"joined_on": date(2023, 3, 1)}).number)


def open_places(office: Office, plan: Plan) -> None:
    """Open the warehouses with a few locations each."""
    keeper = office.as_user("manager", door="page")
    for place in plan["warehouses"]:
        address = {key: place[key] for key in ("province", "city", "street")} | {"country": "CN"}
        keeper.create(
            "warehouse",
            {
                "code": place["code"],
                "name": place["name"],
                "kind": place["kind"],
                "address": address,
                "keeper": "warehouse",
            },
        )
        for code in plan["locations"]:
            kind = "cold_room" if code.startswith("COLD") else "shelf"
            keeper.create("location", {"warehouse": place["code"], "code": code, "kind": kind})


def approve_suppliers(office: Office, plan: Plan) -> dict[str, list[str]]:
    """Let the buyer propose forty suppliers and two people approve each; give their numbers by category."""
    found: dict[str, list[str]] = {}
    contacts = plan["contacts"]
    for order, (place, trade) in enumerate(_pairs(plan)):
        name = f"{place} {trade['name']}" if plan.locale == "en" else place + trade["name"]
        number = _approve_supplier(office, order, name=name, contact=contacts[order % len(contacts)])
        for category in trade["categories"]:
            found.setdefault(category, []).append(number)
    return found


def _pairs(plan: Plan) -> Iterator[tuple[str, dict[str, Any]]]:
    suppliers = plan["suppliers"]
    return ((place, trade) for place in suppliers["places"] for trade in suppliers["trades"])


def _approve_supplier(office: Office, order: int, *, name: str, contact: str) -> str:
    code = f"9133{order:04d}MA2H{order * 37 % 10000:04d}"
    licence = {"kind": "business_licence", "certificate_no": f"BL-{code}", "expires_on": date(2031, 12, 31)}
    first = order == 0
    document = office.as_user("buyer", door="page").create(
        "supplier",
        {
            "name": name,
            "tax_no": code,
            "contact": contact,
            "phone": f"1380013{order:04d}",
            "email": f"sales{order}@example.com",
            "payment_term": ("net_30", "net_60", "prepaid")[order % 3],
            "lead_time_days": 5 + order * 7 % 20,
            "preferred": order % 4 == 0,
            "certificates": [licence],
            **({"portal_user": "supplier"} if first else {}),
        },
        submit=True,
    )
    approve(office, "supplier", document.number)
    return str(document.number)


def approve(office: Office, form: str, number: str) -> int:
    """Let whoever holds an open task of the document approve it, until nobody is asked any more; give how many did."""
    decided = 0
    while asked := _next_asked(office, form, number):
        name, task = asked
        office.as_user(name, door="page").decide(task, "approve", comment="OK", inputs={"checklist": True})
        decided += 1
    return decided


def _next_asked(office: Office, form: str, number: str) -> tuple[str, int] | None:
    """Give who is asked first, by sign-in name, and his task."""
    with office.repository.transaction(SYSTEM, door="cli") as tx:
        document = documents.get(tx, form, number)
        row = tx.fetch_one(tx.sql(ASKED), (form, document.id))
        return (row[0], row[1]) if row else None


def put_on_sale(office: Office, plan: Plan, suppliers: dict[str, list[str]], most: int) -> None:
    """Make the categories and up to `most` products, half of those with colours as variants, and put them on sale."""
    director, chance = office.as_user("director", door="page"), random.Random(400)
    for code, english, chinese, decimals in UNITS:
        director.create(
            "unit", {"code": code, "name": chinese if plan.locale == "zh" else english, "decimals": decimals}
        )
    for category in plan["categories"]:
        director.create("category", category)
    for good, size, finish in list(_goods(plan))[:most]:
        _put_on_sale(office, plan, (good, size, finish), suppliers=suppliers, chance=chance)


def _goods(plan: Plan) -> Iterator[tuple[dict[str, Any], tuple[int, str], tuple[int, str]]]:
    for finish in enumerate(plan["finishes"]):
        for size_no in range(4):
            for good in plan["goods"]:
                yield good, (size_no, good["sizes"][size_no]), finish


def _put_on_sale(
    office: Office, plan: Plan, what: tuple[Any, Any, Any], *, suppliers: dict[str, list[str]], chance: random.Random
) -> None:
    good, (size_no, size), (finish_no, finish) = what
    code = f"{good['code']}-{size_no + 1}{finish_no + 1}0"
    price = (Decimal(str(good["price"])) * (1 + size_no * Decimal("0.35")) * (1 + finish_no * Decimal("0.2"))).quantize(
        Decimal("0.0001")
    )
    supplier = chance.choice(suppliers[good["category"]])
    director = office.as_user("director", door="page")
    director.create(
        "product",
        {
            "code": code,
            "name": f"{good['name']} {size}, {finish}" if plan.locale == "en" else f"{good['name']} {size} {finish}",
            "category": good["category"],
            "brand": chance.choice(plan["brands"]),
            "unit": "piece",
            "supplier": supplier,
            "purchase_price": price,
            "list_price": (price * Decimal("2.2")).quantize(Decimal("0.1")),
            "safety_stock": chance.choice((20, 50, 100)),
            "has_variants": bool(good.get("colours")),
            **({"shelf_life_days": good["days"]} if "days" in good else {}),
        },
        submit=True,
    )
    for colour, letter in plan["colours"] if good.get("colours") else ():
        director.create("variant", {"sku": f"{code}-{letter}", "product": code, "name": colour})
    _quote(office, supplier, code, price=price)


def _quote(office: Office, supplier: str, product: str, *, price: Decimal) -> None:
    """Add the product to its supplier's price list."""
    office.as_user("buyer", door="page").update(
        "supplier",
        supplier,
        {
            "prices": [
                {
                    "product": product,
                    "unit_price": price,
                    "valid_from": date(2024, 1, 1),
                    "valid_until": date(2030, 12, 31),
                }
            ]
        },
    )


def founding_day(today: date) -> date:
    """Give the day that the demo company opened: two years and two months ago."""
    return today - timedelta(days=790)
