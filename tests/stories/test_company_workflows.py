"""What a trading company decides besides buying: payments, expenses, leave, contracts, prices, losses, campaigns."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from app.core import clock
from app.core.actor import SYSTEM
from app.core.errors import DaybookError, Invalid, NotAllowed, NotFound
from app.data.document import Document
from app.jobs.worker import run_deadlines
from app.ledger import Ledger
from app.office import Office

RECEIPT = {"content": b"receipt", "name": "receipt.txt"}


def asked(office: Office, document: Document) -> list[str]:
    """Who is asked to decide a document now, by sign-in name."""
    with office.repository.transaction(SYSTEM) as tx:
        rows = tx.fetch(
            tx.sql(
                "select a.name from workflow_task t join office_account a on a.id = t.holder_id"
                " where t.form = ? and t.document_id = ? and t.state = 'open' order by t.no"
            ),
            (document.form, document.id),
        )
    return [row[0] for row in rows]


def decide(office: Office, document: Document, name: str, decision: str = "approve") -> Document:
    """Let somebody decide his task."""
    person = office.as_user(name)
    task = next(task for task in person.inbox() if (task.form, task.number) == (document.form, document.number))
    return person.decide(task.id, decision, comment="Seen")


def through(office: Office, document: Document, *names: str) -> Document:
    """Let people approve in this order; each must be the next who is asked."""
    for name in names:
        assert name in asked(office, document), f"{name} is not asked, but {asked(office, document)}"
        document = decide(office, document, name)
    return document


def books(office: Office) -> dict[str, int]:
    """Value by account of the chart, in cents, and the ledger's own proof."""
    with office.repository.transaction(SYSTEM) as tx:
        assert Ledger(tx).verify() == []
        return {line.chart: line.value for line in Ledger(tx).trial_balance(tx.today) if line.value}


def later(office: Office, days: int) -> Any:
    """Go some days on, let the clocks of stages do their work, and stay there."""
    stopped = clock.stopped(clock.now() + timedelta(days=days))
    stopped.__enter__()
    run_deadlines(office.repository)
    return stopped


def today(office: Office) -> Any:
    with office.repository.transaction(SYSTEM) as tx:
        return tx.today


def plain_product(office: Office) -> dict[str, Any]:
    """A product without variants and lots."""
    rows = office.as_user("buyer").list("product", columns=["code", "supplier", "has_variants", "needs_lot", "list_price"]).rows
    return dict(next(row for row in rows if not row["has_variants"] and not row["needs_lot"]))


def in_stock(office: Office, quantity: int = 100, price: str = "30") -> dict[str, Any]:
    """Order and receive so many of a product."""
    product = plain_product(office)
    line = {"product": product["code"], "quantity": quantity, "unit_price": price}
    values = {"supplier": product["supplier"].number, "warehouse": "HZ", "needed_on": today(office) + timedelta(days=9)}
    order = office.as_user("buyer").create("purchase_order", values | {"lines": [line]}, submit=True)
    through(office, order, "purchasing_manager")
    came = {"order_line_no": 1, "product": product["code"], "quantity": quantity}
    receipt = office.as_user("warehouse").create("goods_receipt", {"purchase_order": order.number, "lines": [came]})
    office.as_user("warehouse").act("goods_receipt", receipt.number, "submit")
    return product | {"order": order.number}


def a_payment(office: Office, order: str, amount: str, **more: Any) -> Document:
    supplier = office.as_user("buyer").get("purchase_order", order)["supplier"].number
    values = {"supplier": supplier, "kind": "on_order", "purchase_order": order, "amount": amount}
    return office.as_user("buyer").create("payment_request", values | more, submit=True)


def test_a_payment_is_asked_approved_paid_and_bounced(company: Office) -> None:
    order = in_stock(company)["order"]
    before = books(company)
    payment = a_payment(company, order, "1000")
    payment = through(company, payment, "purchasing_manager", "finance_controller")
    assert payment.stage == "approved"
    paid = company.as_user("finance").act(
        "payment_request", payment.number, "pay", paid_on=today(company), payment_no="ICBC-1"
    )
    assert (paid.stage, paid["payment_no"]) == ("paid", "ICBC-1")
    after = books(company)
    assert {chart: after.get(chart, 0) - before.get(chart, 0) for chart in ("2100", "1000")} == {"2100": 100000, "1000": -100000}
    assert company.as_user("finance_controller").act("payment_request", payment.number, "undo").stage == "reversed"
    assert books(company) == before


def test_no_more_is_paid_than_was_ordered(company: Office) -> None:
    order = in_stock(company)["order"]                     # 3,000 in all
    a_payment(company, order, "2000")
    with pytest.raises(Invalid, match="More than the order"):
        a_payment(company, order, "1000.01")
    assert a_payment(company, order, "1000").stage == "in_review"


def test_who_approved_a_payment_does_not_pay_into_an_account_that_changed(company: Office) -> None:
    order = in_stock(company)["order"]
    payment = through(company, a_payment(company, order, "10"), "purchasing_manager", "finance_controller")
    supplier = company.as_user("buyer").get("purchase_order", order)["supplier"].number
    with company.repository.transaction(SYSTEM) as tx:
        from app.data import documents

        documents.set_values(tx, documents.get(tx, "supplier", supplier), {"bank_account": "6222000011112222"})
    with pytest.raises(DaybookError, match="bank account has changed"):
        company.as_user("finance").act("payment_request", payment.number, "pay", paid_on=today(company), payment_no="1")


def test_a_buyer_sees_of_a_bank_account_its_last_digits(company: Office) -> None:
    product = plain_product(company)
    with company.repository.transaction(SYSTEM) as tx:
        from app.data import documents

        supplier = documents.get(tx, "supplier", product["supplier"].number)
        documents.set_values(tx, supplier, {"bank_account": "6222000011112222"})
    payment = a_payment(company, in_stock(company)["order"], "10")
    assert "6222" not in str(company.as_user("buyer").get("payment_request", payment.number)["bank_account"])
    assert company.as_user("finance").get("payment_request", payment.number)["bank_account"] == "6222000011112222"


def a_claim(office: Office, *lines: dict[str, Any], who: str = "employee") -> Document:
    rows = [{"kind": "travel", "amount": "80", **line} for line in lines]
    return office.as_user(who).create("expense_claim", {"reason": "Fair in Canton", "lines": rows}, submit=True)


def test_expenses_are_approved_booked_and_paid_out(company: Office) -> None:
    before = books(company)
    claim = a_claim(company, {"amount": "99.99", "tax": "8.26", "invoice_no": "2611223344"}, {"kind": "meals"})
    claim = through(company, claim, "manager", "finance")
    assert claim.stage == "approved"
    owed = books(company)
    assert {c: owed[c] - before.get(c, 0) for c in ("6000", "1300", "2150")} == {"6000": 17173, "1300": 826, "2150": -17999}
    company.as_user("finance_controller").act("expense_claim", claim.number, "pay", paid_on=today(company))
    assert books(company).get("2150", 0) == before.get("2150", 0)


def test_an_invoice_is_claimed_once_by_whomever(company: Office) -> None:
    a_claim(company, {"tax": "1", "invoice_no": "2611223344"})
    with pytest.raises(Invalid, match="claimed before"):
        a_claim(company, {"tax": "1", "invoice_no": "2611223344"}, who="sales")
    with pytest.raises(Invalid):
        a_claim(company, {"tax": "1", "invoice_no": "99887766"}, {"tax": "1", "invoice_no": "99887766"})


def test_a_large_amount_needs_its_receipt(company: Office) -> None:
    with pytest.raises(Invalid, match="Receipts"):
        a_claim(company, {"amount": "100"})


def test_days_off_go_the_longer_way_the_longer_they_are(company: Office) -> None:
    monday = today(company) + timedelta(days=21 - today(company).weekday())
    employee = company.as_user("employee")

    def leave(first: int, last: int, **more: Any) -> Document:
        days = {"starts_on": monday + timedelta(days=first), "ends_on": monday + timedelta(days=last)}
        return employee.create("leave_request", {"kind": "annual_leave", **days, **more}, submit=True)

    short = leave(0, 1)
    assert short["working_days"] == 2
    assert through(company, short, "manager").stage == "approved"
    with pytest.raises(Invalid, match="away on some of these days"):
        leave(1, 3)
    with pytest.raises(Invalid, match="no working day"):
        leave(5, 6)
    week = leave(7, 11)
    assert through(company, week, "manager", "admin").stage == "approved"
    assert employee.act("leave_request", week.number, "cancel").stage == "cancelled"
    assert leave(7, 11).stage == "in_review"


def test_why_somebody_is_ill_is_his_own_business(company: Office) -> None:
    day = today(company) + timedelta(days=30)
    day += timedelta(days=(7 - day.weekday()) % 7)
    made = company.as_user("employee").create("leave_request", {"kind": "sick_leave", "starts_on": day}, submit=True)
    assert company.as_user("manager").get("leave_request", made.number)["kind"] == "sick_leave"
    colleague = company.as_user("warehouse").get("leave_request", made.number)
    assert "kind" not in colleague or colleague["kind"] != "sick_leave"
    with pytest.raises((NotFound, NotAllowed)):
        company.as_user("sales").get("leave_request", made.number)


def test_a_contract_is_countersigned_signed_and_runs_out(company: Office) -> None:
    buyer = company.as_user("buyer")
    with buyer.reading() as tx:
        first = tx.today
    draft = buyer.keep_file("draft.pdf", b"%PDF-1.4 draft").id
    values = {"subject": "Cartons 2027", "kind": "purchase", "counterparty": "Hongda", "amount": "99999.99",
              "starts_on": first, "ends_on": first + timedelta(days=30), "summary": "10,000 cartons", "draft_files": [draft]}
    contract = buyer.create("contract", values, submit=True)
    contract = through(company, contract, "purchasing_manager", "director", "finance_controller")
    assert contract.stage == "approved"
    with pytest.raises(DaybookError):
        buyer.act("contract", contract.number, "sign", signed_on=first)
    signed = buyer.act("contract", contract.number, "sign", signed_on=first, signed_copy=[draft])
    assert signed.stage == "in_force"
    stopped = later(company, 32)
    try:
        assert buyer.get("contract", contract.number).stage == "ended"
    finally:
        stopped.__exit__(None, None, None)


def test_everybody_is_heard_before_a_contract_is_refused(company: Office) -> None:
    buyer = company.as_user("buyer")
    draft = buyer.keep_file("draft.pdf", b"%PDF-1.4 draft").id
    first = today(company)
    values = {"subject": "Rent", "kind": "lease", "counterparty": "Landlord", "amount": "150000", "starts_on": first,
              "ends_on": first + timedelta(days=900), "summary": "Two floors", "draft_files": [draft]}
    contract = through(company, buyer.create("contract", values, submit=True), "purchasing_manager")
    contract = decide(company, contract, "director", "reject")
    assert contract.stage == "in_review"
    assert decide(company, contract, "finance_controller").stage == "rejected"


def test_prices_change_on_their_day(company: Office) -> None:
    product = plain_product(company)
    new = (product["list_price"] * Decimal("0.95")).quantize(Decimal("0.01"))
    sales = company.as_user("sales")
    line = {"product": product["code"], "new_price": new}
    change = sales.create("price_change", {"reason": "Autumn", "lines": [line], "effective_on": today(company) + timedelta(days=2)}, submit=True)
    assert through(company, change, "director").stage == "planned"
    with sales.reading() as tx:
        from app.domain.sales import planned_prices

        assert [(one.price, one.change) for one in planned_prices(tx, product["code"])] == [(new, change.number)]
    stopped = later(company, 3)
    try:
        assert sales.get("price_change", change.number).stage == "effective"
        assert sales.get("product", product["code"])["list_price"] == new
    finally:
        stopped.__exit__(None, None, None)


def test_a_price_below_cost_is_the_chief_executives_to_allow(company: Office) -> None:
    product = plain_product(company)
    line = {"product": product["code"], "new_price": "0.01"}
    change = company.as_user("sales").create("price_change", {"reason": "Clear out", "lines": [line]}, submit=True)
    assert through(company, change, "director", "finance_controller", "chief_executive").stage == "planned"


def test_a_price_is_agreed_by_who_sees_no_cost_and_the_band_still_holds(company: Office) -> None:
    """R-4.8: what the applicant may not see still decides who is asked."""
    product = plain_product(company)
    line = {"product": product["code"], "new_price": "0.01"}
    change = company.as_user("sales").create("price_change", {"reason": "Clear out", "lines": [line]})
    assert not company.as_user("sales").get("price_change", change.number)["lines"][0]["unit_cost"]
    with company.repository.transaction(SYSTEM) as tx:
        from app.data import documents

        assert documents.get(tx, "price_change", change.number)["below_cost"] == 1


def write_off(office: Office, product: str, quantity: int) -> Document:
    values = {"warehouse": "HZ", "reason": "expired", "lines": [{"product": product, "quantity": quantity}]}
    return office.as_user("warehouse").create("stock_write_off", values, submit=True)


@pytest.mark.parametrize(("quantity", "names"), [(1, ["manager"]), (70, ["manager", "finance_controller"])])
def test_a_loss_leaves_the_stock_at_its_cost(company: Office, quantity: int, names: list[str]) -> None:
    """R-4.8: the band follows what the goods cost, though who reports the loss doesn't see it."""
    product = in_stock(company)["code"]
    loss = through(company, write_off(company, product, quantity), *names)
    assert loss.stage == "completed"
    assert books(company)["5110"] == quantity * 3000
    with company.as_user("warehouse").reading() as tx:
        from app.domain.stock import stock_of

        assert stock_of(tx, product).on_hand == 100 - quantity
    assert company.as_user("finance_controller").act("stock_write_off", loss.number, "undo").stage == "reversed"
    assert "5110" not in books(company)


def test_a_loss_of_more_than_there_is_waits(company: Office) -> None:
    product = in_stock(company, quantity=10)["code"]
    loss = through(company, write_off(company, product, 11), "manager")
    assert loss.stage == "short"
    in_stock(company, quantity=10)
    assert company.as_user("manager").act("stock_write_off", loss.number, "retry").stage == "completed"


def test_nobody_approves_the_loss_that_he_reported(company: Office) -> None:
    product = in_stock(company)["code"]
    values = {"warehouse": "HZ", "reason": "lost", "lines": [{"product": product, "quantity": 1}]}
    loss = company.as_user("manager").create("stock_write_off", values, submit=True)
    assert "manager" not in asked(company, loss)
    assert asked(company, loss)


def test_a_campaign_has_its_budget_and_no_more_is_paid_from_it(company: Office) -> None:
    first = today(company)
    values = {"name": "Double eleven", "aim": "Sell bottles", "starts_on": first, "ends_on": first + timedelta(days=3), "budget": "20000",
              "lines": [{"kind": "advertising", "amount": "15000"}, {"kind": "gifts", "amount": "5000"}]}
    director = company.as_user("director")
    with pytest.raises(Invalid, match="don't add up"):
        director.create("campaign", values | {"budget": "20001"}, submit=True)
    campaign = director.create("campaign", values, submit=True)
    campaign = through(company, campaign, "chief_executive", "finance_controller")
    stopped = later(company, 1)
    try:
        assert director.get("campaign", campaign.number).stage == "running"
        order = in_stock(company, quantity=1000)["order"]
        with pytest.raises(Invalid, match="campaign's budget"):
            a_payment(company, order, "20000.01", campaign=campaign.number)
        payment = through(company, a_payment(company, order, "15000", campaign=campaign.number), "purchasing_manager", "finance_controller")
        company.as_user("finance").act("payment_request", payment.number, "pay", paid_on=today(company), payment_no="2")
        now = director.get("campaign", campaign.number)
        assert (now["spent"], now["budget_left"]) == (Decimal(15000), Decimal(5000))
    finally:
        stopped.__exit__(None, None, None)
