"""What the product says it can do, shown whole: one test tells one capability from end to end."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from app.core.errors import DaybookError, Invalid
from app.domain.finance.queries import effects_of
from app.ledger import Ledger
from app.office import Office
from tests.api.clients import with_token
from tests.office.test_remote import from_afar

CANARY = "Zeppelinhalle"


def a_product(office: Office) -> dict[str, Any]:
    """Give a product without variants and lots, with its supplier."""
    columns = ["code", "supplier", "has_variants", "needs_lot", "shelf_life_days"]
    rows = office.as_user("buyer").list("product", columns=columns).rows
    return next(row for row in rows if not (row["has_variants"] or row["needs_lot"] or row["shelf_life_days"]))


def in_days(office: Office, days: int) -> str:
    with office.as_user("buyer").reading() as tx:
        return (tx.today + timedelta(days=days)).isoformat()


def a_request(office: Office, *, price: str = "10", quantity: int = 100, reason: str = "Shelves") -> str:
    """Let the employee ask for goods; give the number."""
    product = a_product(office)
    values = {
        "warehouse": "HZ",
        "supplier": product["supplier"].number,
        "needed_on": in_days(office, 20),
        "reason": reason,
        "lines": [{"product": product["code"], "quantity": quantity, "unit_price": price}],
    }
    employee = office.as_user("employee")
    department = employee.list("department", limit=1).rows[0]["number"]
    return employee.create("purchase_request", {"department": department, **values}, submit=True).number


def approve_all(office: Office, form: str, number: str) -> list[str]:
    """Let whoever is asked about a document approve it; give who did."""
    found = []
    names = ("manager", "purchasing_manager", "finance_controller", "director", "chief_executive")
    while True:
        tasks = [(name, task) for name in names for task in office.as_user(name).inbox() if task.number == number]
        if not tasks:
            return found
        name, task = tasks[0]
        office.as_user(name).decide(task.id, "approve", comment="seen")
        found.append(name)


def orders_of(office: Office, request: str) -> list[str]:
    page = office.as_user("buyer").list("purchase_order", f"purchase_request == '{request}'")
    return [row["number"] for row in page.rows]


@pytest.mark.capability("SUP-04")
def test_an_order_above_what_was_approved_does_not_exist_without_approval(company: Office) -> None:
    request, buyer = a_request(company), company.as_user("buyer")
    assert orders_of(company, request) == [], "nothing is ordered before somebody agreed"
    assert approve_all(company, "purchase_request", request) == ["manager"]
    (order,) = orders_of(company, request)
    with pytest.raises(Invalid, match="higher than the approved request"):
        buyer.update("purchase_order", order, {"lines": [{"line_no": 1, "quantity": 101}]})
    buyer.update("purchase_order", order, {"lines": [{"line_no": 1, "quantity": 60}]})
    assert buyer.act("purchase_order", order, "submit").stage == "ordered", "within the approval nobody is asked again"
    values = {name: buyer.get("purchase_order", order)[name] for name in ("supplier", "warehouse", "needed_on")}
    line = {"product": a_product(company)["code"], "quantity": 50, "unit_price": "10"}
    with pytest.raises(Invalid, match="higher than the approved request"):
        buyer.create("purchase_order", values | {"purchase_request": request, "lines": [line]}, submit=True)
    free = buyer.create("purchase_order", values | {"lines": [line]}, submit=True)
    assert free.stage == "in_review", "an order that stands on no request is asked for itself"
    with pytest.raises(DaybookError):
        company.as_user("warehouse").act("purchase_order", free.number, "receive")


@pytest.fixture
def hidden(company: Office) -> tuple[Office, str]:
    """A request that the warehouse may not see, approved and ordered; an order of which it may not see the price."""
    number = a_request(company, price="77.31", reason=CANARY)
    approve_all(company, "purchase_request", number)
    (order,) = orders_of(company, number)
    company.as_user("buyer").act("purchase_order", order, "submit")
    return company, number


def through_every_door(office: Office, name: str) -> dict[str, str]:
    """Give everything that a person gets to see of requests and orders, by door."""
    person, caller, afar = office.as_user(name), with_token(office, name), from_afar(office, name)
    numbers = [row["number"] for row in person.list("purchase_order").rows]
    lines = "select * from purchase_order_lines"

    def told(ask: Any) -> str:
        try:
            return repr(ask())
        except DaybookError as refusal:
            return refusal.say("en")

    return {
        "list": told(lambda: person.list("purchase_request", columns=("number", "reason", "total_amount")).rows),
        "record": told(lambda: [row.tables["lines"] for row in (person.get("purchase_order", n) for n in numbers)]),
        "export": told(lambda: list(person.export("purchase_request", columns=("number", "reason")))),
        "report": told(lambda: list(person.metric("requested_amount"))),
        "search": told(lambda: person.search(CANARY)),
        "sql": told(lambda: [*person.sql("select * from purchase_request"), *person.sql(lines)]),
        "rest": caller.get("/api/v1/purchase_request", params={"columns": "number,reason"}).text,
        "rest record": "".join(caller.get(f"/api/v1/purchase_order/{n}").text for n in numbers),
        "rest search": caller.get("/api/v1/search", params={"q": CANARY}).text,
        "notebook": told(lambda: [*afar.sql("select * from purchase_request"), *afar.sql(lines)]),
        "assistant": told(lambda: person.ask("total amount of purchase requests").text),
    }


@pytest.mark.capability("SEC-01")
def test_who_may_not_see_it_sees_it_through_no_door(hidden: tuple[Office, str]) -> None:
    office, number = hidden
    seen, shut = through_every_door(office, "buyer"), through_every_door(office, "warehouse")
    for door, told in shut.items():
        assert CANARY not in told, door
        assert "77.31" not in told and "7731" not in told and "7,731" not in told, door
    for door in ("search", "rest search"):
        assert number in seen[door] and number not in shut[door], door
    with_words = ("list", "export", "sql", "rest", "notebook")
    assert [door for door in with_words if CANARY not in seen[door]] == [], "the same doors show it to the buyer"
    with_price = ("record", "sql", "rest record", "notebook")
    assert [door for door in with_price if "77.31" not in seen[door]] == []
    with_sum = ("report", "assistant")
    assert [door for door in with_sum if "7731" not in seen[door].replace(",", "")] == []


@pytest.mark.capability("COR-07")
def test_a_form_a_workflow_and_a_report_are_added_while_people_work(company: Office) -> None:
    site, employee = Path(company.settings.site), company.as_user("employee")
    before = employee.list("purchase_request").count.number
    for place, text in MODULE.items():
        (site / place).parent.mkdir(parents=True, exist_ok=True)
        (site / place).write_text(text, "utf-8")
    company.root.publisher.look(now=True)
    assert company.root.publisher.diagnostics == () and company.root.publisher.waiting == ()
    visit = employee.create("visit", {"reason": "Fair", "cost": "120"}, submit=True)
    assert visit.stage == "in_review"
    company.as_user("manager").decide(company.as_user("manager").inbox()[0].id, "approve")
    assert employee.get("visit", visit.number).stage == "approved"
    (told,) = company.as_user("manager").metric("visit_cost").rows()
    assert Decimal(str(told["visit_cost"])) == 120
    assert employee.list("purchase_request").count.number == before


MODULE = {
    "forms/visit.yaml": """
form: visit
title: {en: Visit, zh: 拜访}
number: V-{seq:4}
fields:
  requester: {type: user, default: me, readonly: true}
  reason: {type: text, required: true}
totals:
  cost: {type: money, label: {en: Cost, zh: 费用}}
access:
  create: [employee]
  view: [employee]
""",
    "workflows/visit.yaml": """
workflow: visit
form: visit
steps:
  - step: manager_review
    title: {en: Line manager, zh: 直属主管}
    approver: {manager_of: requester}
""",
    "reports/visits.yaml": """
metrics:
  visit_cost:
    title: {en: Cost of visits, zh: 拜访费用}
    from: visit
    value: sum(cost)
    at: created_at
    as: money
""",
}


@pytest.mark.capability("FIN-05")
def test_every_receipt_is_a_balanced_entry_found_from_the_document_and_back(company: Office) -> None:
    request = a_request(company)
    approve_all(company, "purchase_request", request)
    (order,) = orders_of(company, request)
    company.as_user("buyer").act("purchase_order", order, "submit")
    warehouse, finance = company.as_user("warehouse"), company.as_user("finance_controller")
    warehouse.act("purchase_order", order, "receive")
    (receipt,) = [row["number"] for row in warehouse.list("goods_receipt", f"purchase_order == '{order}'").rows]
    warehouse.act("goods_receipt", receipt, "submit")
    with finance.reading() as tx:
        effects = effects_of(tx, "goods_receipt", receipt)
        assert Ledger(tx).verify() == []
    assert sum(one.value for one in effects if one.value is not None) == 0
    assert {abs(one.value or 0) for one in effects} == {Decimal(1000)}
    journal = list(finance.sql(f"select * from journal where document like '%{receipt}'"))
    assert journal and sum(row["debit"] or 0 for row in journal) == sum(row["credit"] or 0 for row in journal) == 1000
    company.as_user("manager").act("goods_receipt", receipt, "undo")
    both = list(finance.sql(f"select sum(debit) d, sum(credit) c from journal where document like '%{receipt}'"))
    assert both[0]["d"] == both[0]["c"] == 2000, "what is undone stays, with its opposite"
