"""What people do in a day of purchasing, each with a roll of the dice."""

from __future__ import annotations

import random
from datetime import timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from app.config.import_spec import ImportSpec
from app.config.loader import load_catalogue
from app.config.settings import CHECKOUT
from app.config.sources import Sources
from app.core.errors import DaybookError
from app.domain import finance
from app.imports.files import Files
from app.imports.running import Runner
from tests.simulation.business import ASKERS, DECIDERS, Act, Business, at_once

FORMS = ("purchase_request", "purchase_order", "goods_receipt", "supplier_return", "supplier")
OPEN = "stage in ['ordered', 'partly_received']"
HISTORY = """\
import: history
title: {en: History, zh: 历史}
source: {file: history.csv, columns: [No, Supplier, Ordered, Line, Product, Quantity, Price]}
into:
  - form: purchase_order
    key: [order_no]
    group_by: No
    stage: completed
    fields:
      supplier:   {find: supplier, by: {number: Supplier}}
      warehouse:  {find: warehouse, by: {code: "'HZ'"}}
      ordered_on: Ordered
      needed_on:  Ordered
      order_no:   No
    tables:
      lines: {product: {find: product, by: {code: Product}}, quantity: Quantity, unit_price: Price}
  - form: goods_receipt
    key: [purchase_order, received_on]
    group_by: No
    stage: posted
    fields:
      purchase_order: {find: purchase_order, by: {order_no: No}}
      warehouse:      {find: warehouse, by: {code: "'HZ'"}}
      received_on:    Ordered
    tables:
      lines: {order_line_no: Line, product: {find: product, by: {code: Product}}, quantity: Quantity, unit_price: Price}
"""


def ask(business: Business, chance: random.Random) -> str:
    """Raise a request of one to three lines, small or large."""
    who = business.person(chance.choice(ASKERS))
    goods = chance.sample(products(business), chance.randint(1, 3))
    values = {
        "department": "WH",
        "warehouse": chance.choice(("HZ", "GZ")),
        "supplier": goods[0]["supplier"],
        "needed_on": (business.now + timedelta(days=chance.randint(5, 30))).date(),
        "reason": "Stock runs low",
        "lines": [
            {
                "product": each["code"],
                "quantity": chance.choice((3, 10, 40, 400, 1500)),
                "unit_price": each["price"],
                **({"variant": chance.choice(each["variants"])} if each["variants"] else {}),
            }
            for each in goods
        ],
    }
    return business.once("ask", lambda key: who.create("purchase_request", values, submit=True, key=key))


def decide(business: Business, chance: random.Random) -> str | None:
    """Decide one task of somebody who is there; whoever is away lets it lie."""
    there = [name for name in DECIDERS if name not in business.away]
    person = business.person(chance.choice(there))
    tasks = person.inbox()
    if not tasks:
        return None
    task = chance.choice(tasks)
    decision = chance.choices(("approve", "reject", "return"), (8, 1, 1))[0]
    return business.once(
        decision,
        lambda key: person.decide(task.id, decision, comment="Seen", inputs={"checklist": True}, key=key),
    )


def decide_at_once(business: Business, chance: random.Random) -> str | None:
    """Press approve twice at the same moment: it counts once."""
    person = business.person(chance.choice([name for name in DECIDERS if name not in business.away]))
    tasks = person.inbox()
    if not tasks:
        return None
    task = chance.choice(tasks)
    press = lambda: person.decide(task.id, "approve", comment="Twice", inputs={"checklist": True})  # noqa: E731
    answers = at_once(press, press)
    assert sum(not isinstance(each, DaybookError) for each in answers) <= 1, f"one task was decided twice: {answers}"
    return task.number


def edit_at_once(business: Business, chance: random.Random) -> str | None:
    """Two people change the same field of the version that both see: one is told of the other."""
    number = business.one(chance, "buyer", "purchase_order", "stage == 'draft'")
    if number is None:
        return None
    buyer = business.person("buyer")
    version = buyer.get("purchase_order", number).version
    answers = at_once(
        *(
            lambda note=note: buyer.update("purchase_order", number, {"note": note}, version=version)
            for note in ("as agreed", "urgent")
        )
    )
    assert any(isinstance(each, DaybookError) for each in answers), f"{number}: a change was lost"
    return number


def order(business: Business, chance: random.Random) -> str | None:
    """Place an order, perhaps at another price or with fewer pieces."""
    number = business.one(chance, "buyer", "purchase_order", "stage == 'draft'")
    if number is None:
        return None
    buyer = business.person("buyer")
    if chance.random() < 0.3:
        line = chance.choice(buyer.get("purchase_order", number)["lines"])
        factor = chance.choice((Decimal("0.9"), Decimal("0.97"), Decimal("1.1")))
        price = (line["unit_price"] * factor).quantize(Decimal("0.0001"))
        buyer.update("purchase_order", number, {"lines": [{"line_no": line["line_no"], "unit_price": price}]})
    return business.once("order", lambda key: buyer.act("purchase_order", number, "submit", key=key))


def receive(business: Business, chance: random.Random) -> str | None:
    """Receive what is to come, in part or whole, with rejects and lots."""
    number = business.one(chance, "warehouse", "purchase_order", OPEN)
    if number is None:
        return None
    keeper = business.person("warehouse")
    receipt = keeper.create("goods_receipt", a_receipt(business, chance, number)).number
    return business.once("receive", lambda key: keeper.act("goods_receipt", receipt, "submit", key=key))


def receive_twice(business: Business, chance: random.Random) -> str | None:
    """Two people unpack the same delivery and both post all of it."""
    number = business.one(chance, "warehouse", "purchase_order", OPEN)
    if number is None:
        return None
    keeper = business.person("warehouse")
    drafts = [keeper.create("goods_receipt", a_receipt(business, chance, number, whole=True)).number for _ in range(2)]
    keeper.act("goods_receipt", drafts[0], "submit")
    try:
        keeper.act("goods_receipt", drafts[1], "submit")
    except DaybookError:
        return number
    raise AssertionError(f"{number} was received twice by {drafts}")


def a_receipt(business: Business, chance: random.Random, number: str, *, whole: bool = False) -> dict[str, Any]:
    """Give what is written down at the door."""
    order = business.person("warehouse").get("purchase_order", number)
    lines = [line for line in order["lines"] if line["open_quantity"] > 0]
    if not whole:
        lines = chance.sample(lines, chance.randint(1, len(lines)))
    return {"purchase_order": number, "lines": [_received(business, chance, order, line, whole) for line in lines]}


def _received(
    business: Business, chance: random.Random, order: Any, line: dict[str, Any], whole: bool
) -> dict[str, Any]:
    part = Decimal(1) if whole else chance.choice((Decimal(1), Decimal("0.5"), Decimal("0.3")))
    quantity = max((line["open_quantity"] * part).to_integral_value(), Decimal(1))
    rejected = Decimal(0) if whole else min(quantity, Decimal(chance.choice((0, 0, 0, 1, 3))))
    values = {
        "order_line_no": line["line_no"],
        "product": line["product"].number,
        "quantity": quantity,
        "rejected_quantity": rejected,
        "variant": line["variant"].number if line.get("variant") else None,
        "reject_reason": "damaged" if rejected else None,
    }
    product = business.person("warehouse").get("product", line["product"].number)
    if product["needs_lot"] or product["shelf_life_days"] is not None:
        values["lot"] = _lot(business, chance, product.number, order["supplier"].number)
    return {name: value for name, value in values.items() if value is not None}


def _lot(business: Business, chance: random.Random, product: str, supplier: str) -> str:
    made = (business.now - timedelta(days=chance.randint(1, 20))).date()
    values = {
        "product": product,
        "supplier": supplier,
        "made_on": made,
        "supplier_lot_no": f"L{business.now:%m%d%H%M}{chance.randrange(10**6)}",
    }
    return str(business.person("warehouse").create("lot", values).number)


def send_back(business: Business, chance: random.Random) -> str | None:
    """Return a part of what came."""
    number = business.one(chance, "warehouse", "goods_receipt", "stage == 'posted'")
    if number is None:
        return None
    keeper = business.person("warehouse")
    lines = [line for line in keeper.get("goods_receipt", number)["lines"] if line["accepted_quantity"] > 0]
    if not lines:
        return None
    chosen = chance.sample(lines, chance.randint(1, len(lines)))
    rows = [
        {
            "receipt_line_no": line["line_no"],
            "product": line["product"].number,
            "quantity": max((line["accepted_quantity"] / 2).to_integral_value(), Decimal(1)),
            **{name: line[name].number for name in ("variant", "lot") if line.get(name)},
        }
        for line in chosen
    ]
    values = {"goods_receipt": number, "reason": "damaged", "lines": rows}
    return business.once("send_back", lambda key: keeper.create("supplier_return", values, submit=True, key=key))


def hand_over(business: Business, chance: random.Random) -> str | None:
    """Hand an approved return to the carrier."""
    number = business.one(chance, "warehouse", "supplier_return", "stage == 'approved'")
    if number is None:
        return None
    keeper = business.person("warehouse")
    return business.once("ship", lambda key: keeper.act("supplier_return", number, "ship", key=key, tracking_no="SF1"))


def undo_receipt(business: Business, chance: random.Random) -> str | None:
    """Reverse a receipt; refused where the goods went back already."""
    number = business.one(chance, "manager", "goods_receipt", "stage == 'posted'")
    if number is None:
        return None
    manager = business.person("manager")
    return business.once("undo", lambda key: manager.act("goods_receipt", number, "undo", key=key))


def change_price(business: Business, chance: random.Random) -> str:
    """Note another price of a supplier from today on."""
    each, buyer = chance.choice(products(business)), business.person("buyer")
    price = {"product": each["code"], "unit_price": each["price"] * 2, "valid_from": business.now.date()}
    return str(buyer.update("supplier", each["supplier"], {"prices": [price]}).number)


def press_anything(business: Business, chance: random.Random) -> str | None:
    """Somebody presses any button that he is shown, on any document."""
    who, form = chance.choice((*ASKERS, *DECIDERS, "buyer", "analyst")), chance.choice(FORMS)
    person = business.person(who)
    number = business.one(chance, who, form, "stage != 'rejected'")
    if number is None:
        return None
    shown = [each for each in person.actions(form, number) if each.allowed]
    if not shown:
        return None
    press = chance.choice(shown)
    return str(person.act(form, number, press.name, comment="Why not").number)


def import_history(business: Business, chance: random.Random) -> str:
    """Bring in a few old orders with their receipts, one of them wrong; the same file again changes nothing."""
    goods = [each for each in products(business) if not each["variants"] and not each["lots"]]
    rows = ["No,Supplier,Ordered,Line,Product,Quantity,Price"]
    for number in range(chance.randint(1, 4)):
        day = (business.now - timedelta(days=chance.randint(30, 300))).date()
        for line, each in enumerate(chance.sample(goods, chance.randint(1, 3)), 1):
            code = each["code"] if chance.random() < 0.95 else "NO-SUCH"
            rows.append(
                f"H{business.now:%m%d%H%M}-{number},{each['supplier']},{day},{line},{code},{chance.randint(1, 90)},1.25"
            )
    files = Files(contents={"history.csv": "\n".join((*rows, "")).encode()})
    importer = business.person("importer")
    run = lambda: Runner(business.office.repository, importer.actor, history(), files=files).run()  # noqa: E731
    first = run()
    assert first.adds_up, first
    before = business.count()
    again = run()
    assert (again.imported, business.count()) == (0, before), "the same file brought something twice"
    if chance.random() < 0.3 and first.imported:
        importer.undo_import(first.run)
    return str(first.run)


def repeat(business: Business, chance: random.Random) -> str | None:
    """Send a command again, as a client does that heard no answer."""
    if not business.repeats:
        return None
    again, first = chance.choice(business.repeats[-40:])
    before = business.count()
    answer = again()
    assert (answer, business.count()) == (first, before), f"{first}: a repeated command answered {answer} or did more"
    return first


def close_month(business: Business, chance: random.Random) -> str | None:
    """Close last month in one of the books, or open it again."""
    last = business.now.replace(day=1) - timedelta(days=1)
    code, book = last.year * 100 + last.month, (chance.choice(("stock", "money")),)
    with business.person("finance_controller").transaction() as tx:
        (finance.close_month if chance.random() < 0.7 else finance.reopen_month)(tx, code, books=book)
    return str(code)


@cache
def history() -> ImportSpec:
    """The mapping of old orders."""
    return load_catalogue(Sources(CHECKOUT, None, texts={"examples/test/history.yaml": HISTORY})).imports["history"]


def products(business: Business) -> list[dict[str, Any]]:
    """Give what can be bought: code, supplier, price, variants, whether it comes in lots."""
    director = business.person("director")
    variants: dict[str, list[str]] = {}
    for row in director.list("variant", columns=["sku", "product"], limit=200).rows:
        if row["sku"] != row["product"].number:
            variants.setdefault(row["product"].number, []).append(row["sku"])
    columns = ["code", "supplier", "purchase_price", "needs_lot", "shelf_life_days"]
    return [
        {
            "code": row["code"],
            "supplier": row["supplier"].number,
            "price": row["purchase_price"],
            "variants": sorted(variants.get(row["code"], ())),
            "lots": row["needs_lot"] or row["shelf_life_days"] is not None,
        }
        for row in director.list("product", columns=columns, limit=200, order_by="number").rows
    ]


ACTS: tuple[Act, ...] = (
    *(ask,) * 3,
    *(decide,) * 10,
    *(order,) * 4,
    *(receive,) * 5,
    *(send_back, hand_over, hand_over) * 2,
    *(press_anything,) * 4,
    undo_receipt,
    decide_at_once,
    edit_at_once,
    receive_twice,
    change_price,
    import_history,
    close_month,
    *(repeat,) * 2,
)
