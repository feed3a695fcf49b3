"""The real thing: four years of purchasing come in whole, and every total comes out."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from app.config.settings import CHECKOUT, Settings
from app.core.actor import SYSTEM
from app.data import accounts
from app.domain.stock import queries
from app.imports.errors import WrongCurrency
from app.ledger import Ledger
from app.office import Office
from app.pages.views.address import ListAddress
from app.pages.views.listing import block
from tests.api.clients import with_token
from tests.office.test_remote import from_afar

DATA = CHECKOUT.parent / "shared" / "data" / "adventureworks"
here = pytest.mark.skipif(not DATA.is_dir(), reason=f"the real data is not at {DATA}")


def an_office_in(currency: str | None, home: Path, database: str) -> Office:
    if currency:
        (home / "site" / "config").mkdir(parents=True)
        (home / "site" / "config" / "organisation.yaml").write_text(f"extends: company\ncurrency: {currency}\n")
    office = Office.open(Settings.read({"DAYBOOK_HOME": str(home), "DAYBOOK_DATABASE_URL": database}))
    with office.repository.transaction(SYSTEM, door="test") as tx:
        roles = tuple(name for name, role in tx.catalogue.organisation.roles.items() if not role.outside)
        accounts.create_account(tx, "admin", title="Administrator", password="not-a-secret", roles=roles)
    return office.as_user("admin")


@pytest.mark.capability("IMP-05")
@here
def test_the_plan_brings_in_everything_and_a_second_run_nothing(database_url: str, tmp_path: Path) -> None:
    admin = an_office_in("USD", tmp_path, database_url)
    report = admin.import_plan("adventureworks", DATA)
    assert (report.read, report.imported, report.rejected, report.failed) == (18765, 18765, 0, [])
    assert report.documents["purchase_order"]["made"] == report.documents["goods_receipt"]["made"] == 4012
    lines = admin.sql(
        "select count(*) n, sum(amount) a, sum(quantity) q, sum(received) r, sum(rejected) x from purchase_order_lines"
    )
    assert list(next(iter(lines)).values()) == [8845, Decimal("63792005.94"), 2_348_637, 2_327_299, 72_700]
    (stock,) = admin.sql("select sum(quantity) as s from stock_on_hand")
    assert stock["s"] == 2_254_599
    page = admin.list("purchase_order", sums=("total_amount",), limit=1)
    assert (page.count.number, page.sums["total_amount"]) == (4012, Decimal("63792005.94"))
    with admin.reading() as tx:
        assert Ledger(tx).verify() == []
    again = admin.import_plan("adventureworks", DATA)
    assert (again.imported, again.unchanged, again.changed_nothing) == (0, 18765, True)
    admin.repository.close()


@here
def test_the_plan_refuses_an_office_in_another_currency(tmp_path: Path) -> None:
    admin = an_office_in(None, tmp_path, f"sqlite:///{tmp_path / 'daybook.db'}")
    with pytest.raises(WrongCurrency, match="USD"):
        admin.import_plan("adventureworks", DATA)
    admin.repository.close()


COUNTS = {"amount": "63792005.94", "ordered": "2348637", "received": "2327299", "rejected": "72700", "stock": "2254599"}


@pytest.fixture(scope="module")
def brought_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """An office into which everything was brought, once for all the doors."""
    home = tmp_path_factory.mktemp("adventureworks")
    admin = an_office_in("USD", home, f"sqlite:///{home / 'daybook.db'}")
    admin.import_plan("adventureworks", DATA)
    yield admin
    admin.repository.close()


@here
@pytest.mark.capability("INT-03")
def test_the_totals_come_out_through_rest(brought_in: Office) -> None:
    caller = with_token(brought_in, "admin", "read")
    orders = caller.get("/api/v1/purchase_order", params={"sums": "total_amount", "limit": 1}).json()
    assert (orders["count"]["number"], orders["sums"]["total_amount"]) == (4012, COUNTS["amount"])
    receipts = caller.get("/api/v1/goods_receipt", params={"sums": "received,rejected", "limit": 1}).json()
    assert {name: Decimal(value) for name, value in receipts["sums"].items()} == {
        "received": Decimal(COUNTS["received"]),
        "rejected": Decimal(COUNTS["rejected"]),
    }
    lines = caller.post(
        "/api/v1/sql", json={"sql": "select sum(quantity) q, count(*) n from purchase_order_lines"}
    ).json()
    assert [Decimal(value) for value in lines["rows"][0]] == [Decimal(COUNTS["ordered"]), 8845]
    stock = caller.get("/api/v1/metrics/stock_quantity").json()
    assert [Decimal(value) for value in stock["rows"][0].values()] == [Decimal(COUNTS["stock"])]


@here
def test_the_totals_come_out_on_the_pages(brought_in: Office) -> None:
    def told(form: str) -> dict[str, str]:
        return dict(block(brought_in, ListAddress(form), "en")["sums"])

    assert told("purchase_order")["Total"].replace(",", "").endswith(COUNTS["amount"])
    receipts = {label: shown.replace(",", "") for label, shown in told("goods_receipt").items()}
    assert (receipts["Received"], receipts["Rejected"]) == (COUNTS["received"], COUNTS["rejected"])
    with brought_in.reading() as tx:
        assert sum(one.on_hand for one in queries.stock_by_place(tx)) == Decimal(COUNTS["stock"])
    ordered = record_total(brought_in)
    assert ordered == Decimal(COUNTS["ordered"])


def record_total(office: Office) -> Decimal:
    """Add up the quantities that the records of all orders show."""
    found, after = Decimal(0), None
    while True:
        page = office.list("purchase_order", limit=1000, after=after, columns=("number",))
        found += sum(
            line["quantity"] for row in page.rows for line in office.get("purchase_order", row["number"])["lines"]
        )
        after = page.next
        if after is None:
            return found


@here
def test_the_totals_come_out_in_a_notebook(brought_in: Office) -> None:
    office = from_afar(brought_in, "admin")
    orders = office.list("purchase_order", sums=("total_amount",), limit=1)
    assert Decimal(orders.sums["total_amount"]) == Decimal(COUNTS["amount"])
    (lines,) = office.sql(
        "select sum(amount) amount, sum(quantity) ordered, sum(received) received, sum(rejected) rejected"
        " from purchase_order_lines"
    )
    assert lines == {name: Decimal(COUNTS[name]) for name in ("amount", "ordered", "received", "rejected")}
    (stock,) = office.sql("select sum(quantity) stock from stock_on_hand")
    assert stock["stock"] == Decimal(COUNTS["stock"])
