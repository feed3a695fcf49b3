"""The main job in a browser: a request is raised, approved, ordered, received in part, asked about and looked back on."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from app.config.settings import Settings
from app.core.actor import SYSTEM
from app.data import accounts
from app.demo.company import found_company, hire
from app.demo.plan import Plan
from app.imports.files import Files
from app.imports.running import Runner
from app.office import Office
from tests.browsing import CHROMIUM, PASSWORD
from tests.pages.serving import ROOT, serving

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
REAL = ROOT.parent / "shared" / "data" / "adventureworks"
IMPORTS = ("aw_units", "aw_categories", "aw_subcategories", "aw_products", "aw_suppliers", "aw_locations")
PATIENCE = 150_000  # milliseconds
CAME, REJECTED = 100, 4
MAIN = ".record-acts .main"
Visit = Callable[..., Any]


@dataclass(frozen=True)
class Offer:
    """What a supplier sells at which price, and how much of it makes an order that finance has to see."""

    supplier: str
    product: str
    price: Decimal
    quantity: int
    warehouse: str


@dataclass(frozen=True)
class Said:
    """What the pages say in one language."""

    new: str
    submitted: str
    ordered: str
    partly: str
    posted: str
    how_many: str
    when: str
    done: str
    language: str


SAID = {
    "en": Said(
        new="New purchase request",
        submitted="In review",
        ordered="Ordered",
        partly="Partly received",
        posted="Posted",
        how_many="How many {product} are in stock?",
        when="When does the rest of {order} come?",
        done="Done",
        language="en",
    ),
    "zh": Said(
        new="新建采购申请",
        submitted="审批中",
        ordered="已下单",
        partly="部分到货",
        posted="已入库",
        how_many="{product} 现在有多少库存？",
        when="{order} 剩下的货什么时候到？",
        done="已完成",
        language="zh",
    ),
}


def a_company(home: Path) -> Office:
    """Give a company with its people, and real vendors and products where their data is at hand."""
    if not REAL.is_dir():
        office = Office.open(Settings.read({"DAYBOOK_HOME": str(home)}))
        found_company(office, password=PASSWORD, products=60)
        return office
    config = home / "site" / "config"
    config.mkdir(parents=True)
    shipped = (ROOT / "app" / "config" / "organisation.yaml").read_text("utf-8")
    (config / "organisation.yaml").write_text(re.sub(r"(?m)^currency: .*$", "currency: USD", shipped), "utf-8")
    office = Office.open(Settings.read({"DAYBOOK_HOME": str(home)}))
    hire(office, Plan("en"), "en", PASSWORD)
    with office.repository.transaction(SYSTEM, door="cli") as tx:
        roles = [name for name, role in tx.catalogue.organisation.roles.items() if not role.outside]
        accounts.create_account(tx, "founder", title="Founder", password=PASSWORD, roles=roles)
    founder = office.as_user("founder", door="cli")
    for name in IMPORTS:
        Runner(office.repository, founder.actor, office.catalogue.imports[name], files=Files(REAL)).run()
    return office


def an_offer(office: Office, *, place: int) -> Offer:
    """Give a product that an approved supplier has a price for; another one for each `place`."""
    director = office.as_user("director")
    with office.as_user("buyer").reading() as tx:
        today = tx.today
    found = 0
    for row in director.list("supplier", where="stage == 'approved'", columns=["number", "name"], limit=200).rows:
        for price in director.get("supplier", row["number"])["prices"]:
            product = director.get("product", price["product"].number)
            simple = not (product["has_variants"] or product["needs_lot"] or product["shelf_life_days"])
            current = not (price["valid_until"] and price["valid_until"] < today)
            if not simple or not current or product.stage != "on_sale":
                continue
            if found == place:
                quantity = int(Decimal(8000) / price["unit_price"]) + 1
                warehouse = director.list("warehouse", columns=["code"]).rows[0]["code"]
                return Offer(row["name"], product["code"], price["unit_price"], quantity, warehouse)
            found += 1
            break
    raise AssertionError("no supplier has a price")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the served company, whose worker runs too."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed")
    where = tmp_path_factory.mktemp("main_job")
    a_company(where / "home").repository.close()
    with serving(where, where / "home") as address, working(where, address):
        yield address


@contextmanager
def working(where: Path, address: str) -> Iterator[None]:
    """Let a worker of the served company do the background work."""
    environment = os.environ | {"DAYBOOK_HOME": str(where / "home"), "DAYBOOK_OFFICE_URL": address}
    command = [sys.executable, "-m", "app.cli.start", "worker"]
    with (where / "worker.log").open("w") as log:
        process = subprocess.Popen(command, cwd=where / "tree", env=environment, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@pytest.fixture
def company(tmp_path_factory: pytest.TempPathFactory, shop: str) -> Iterator[Office]:
    """The served company from the inside, to choose what is bought."""
    home = next(tmp_path_factory.getbasetemp().glob("main_job*")) / "home"
    office = Office.open(Settings.read({"DAYBOOK_HOME": str(home)}))
    yield office
    office.repository.close()


@pytest.mark.parametrize(("lang", "place"), [("en", 0), ("zh", 1)])
def test_a_purchase_goes_from_request_to_shelf(visit: Visit, company: Office, lang: str, place: int) -> None:
    tell_the_story(visit, an_offer(company, place=place), lang)


def tell_the_story(visit: Visit, offer: Offer, lang: str) -> None:
    """Let seven people do their part at the pages, each reading what the page says."""
    said = SAID[lang]
    request = raise_request(visit("/purchase_request/new", "employee", lang=lang), offer, said)
    for person in ("manager", "finance_controller", "purchasing_manager"):
        approve(visit(f"/inbox/{request}", person, lang=lang), request)
    order = place_order(visit(f"/purchase_request/{request}", "buyer", lang=lang), offer, said)
    receive(visit(f"/purchase_order/{order}", "warehouse", lang=lang), offer, said)
    see_the_order(visit(f"/purchase_order/{order}", "buyer", lang=lang), offer, said)
    ask(visit("/assistant", "buyer", lang=lang), offer, order, said)
    look_back(visit("/notebooks/supplier_performance", "analyst", lang=lang), offer, said)


def raise_request(page: Any, offer: Offer, said: Said) -> str:
    """Fill the form as the employee, see the supplier's price and the sum, and submit it."""
    page.wait_for_selector(f"h1:has-text('{said.new}')")
    pick(page, "warehouse", offer.warehouse)
    pick(page, "supplier", offer.supplier)
    write(page, "needed_on", "+20d")
    write(page, "reason", "Spring stock")
    pick(page, "lines.1.product", offer.product)
    write(page, "lines.1.quantity", str(offer.quantity))
    page.wait_for_function(
        "text => document.querySelector('[data-total=total_amount]').innerText.includes(text)", arg=amount(offer)
    )
    assert Decimal(page.input_value("[data-path='lines.1.unit_price']")) == offer.price
    page.click(MAIN)
    page.wait_for_url("**/purchase_request/PR-**")
    stage(page, said.submitted)
    return number_of(page)


def approve(page: Any, request: str) -> None:
    """Approve in the inbox, and see that it is settled."""
    page.wait_for_selector(f".inbox-desk:has-text('{request}')")
    page.click(".decision-buttons .approve")
    page.wait_for_selector(f"[data-sonner-toast]:has-text('{request}')")
    page.wait_for_selector(f".inbox-line:has-text('{request}')", state="detached")


def place_order(page: Any, offer: Offer, said: Said) -> str:
    """Follow the approved request to the order that it made, and place it: nobody is asked again."""
    page.click(".record-around a[href*='/purchase_order/']")
    page.wait_for_url("**/purchase_order/PO-**")
    assert amount(offer) in page.inner_text("[data-total=total_amount]")
    page.click(MAIN)
    stage(page, said.ordered)
    return number_of(page)


def receive(page: Any, offer: Offer, said: Said) -> None:
    """Receive a hundred as the warehouse, reject four of them, and post."""
    page.click(MAIN)
    page.wait_for_url("**/goods_receipt/GR-**")
    write(page, "lines.1.quantity", str(CAME))
    write(page, "lines.1.rejected_quantity", str(REJECTED))
    page.select_option("[data-path='lines.1.reject_reason']", "damaged")
    page.click(MAIN)
    stage(page, said.posted)


def see_the_order(page: Any, offer: Offer, said: Said) -> None:
    """See what came, what was rejected and what is still to come."""
    stage(page, said.partly)
    line = page.inner_text("[data-line='1']").split()
    line += page.eval_on_selector_all("[data-line='1'] input", "boxes => boxes.map(box => box.value)")
    for figure in (offer.quantity, CAME, REJECTED, offer.quantity - CAME + REJECTED):
        assert str(figure) in line


def ask(page: Any, offer: Offer, order: str, said: Said) -> None:
    """Ask the assistant how many there are and when the rest comes; both answers cite what was read."""
    first = answer(page, said.how_many.format(product=offer.product), 1)
    assert str(CAME - REJECTED) in first and offer.product in first
    second = answer(page, said.when.format(order=order), 2)
    assert str(offer.quantity - CAME + REJECTED) in second and order in second


def answer(page: Any, question: str, place: int) -> str:
    """Type a question; give what the page answers."""
    page.fill(".talk-foot textarea", question)
    page.keyboard.press("Enter")
    page.wait_for_selector(f".exchange:nth-of-type({place}) .answer .source", timeout=PATIENCE)
    return page.inner_text(f".exchange:nth-of-type({place}) .answer")


def look_back(page: Any, offer: Offer, said: Said) -> None:
    """Run the notebook as the analyst; its result says what came, with a chart."""
    pick(page, "supplier", offer.supplier)
    page.select_option("[data-path='locale']", said.language)
    page.click(".notebook-form button.main")
    page.wait_for_url("**run=**")
    page.wait_for_selector(f".notebook-result .chip:has-text('{said.done}')", timeout=PATIENCE)
    headline = page.inner_text(".notebook-result .headline")
    assert str(CAME) in headline and str(REJECTED) in headline
    frame = page.frame_locator(".result-card iframe")
    frame.locator("svg, img").first.wait_for()
    frame.locator(f"table:visible td:has-text('{offer.supplier}')").first.wait_for()


def pick(page: Any, path: str, words: str) -> None:
    """Type into a link and take what is offered."""
    page.fill(f"[data-path='{path}']", words)
    page.click(f".offers [role=option]:has-text('{words}') >> nth=0")


def write(page: Any, path: str, words: str) -> None:
    """Type into a box and leave it."""
    box = page.locator(f"[data-path='{path}']")
    box.fill(words)
    box.blur()


def stage(page: Any, word: str) -> None:
    """Wait until the record's head says a stage."""
    page.wait_for_selector(f".record-title .chip:has-text('{word}')")


def number_of(page: Any) -> str:
    """Give the number of the record that is open."""
    return str(page.url.split("?")[0].rstrip("/").rsplit("/", 1)[1])


def amount(offer: Offer) -> str:
    """Give the sum of the order as pages write it."""
    return f"{(offer.price * offer.quantity).quantize(Decimal('0.01'), ROUND_HALF_UP):,}"
