"""Runs can be repeated, broken off, tried and taken back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.core.actor import SYSTEM
from app.core.errors import NotAllowed
from app.imports import running
from app.imports.errors import NotUndone, RunBusy
from app.imports.files import Files
from app.imports.running import Runner
from app.ledger import Ledger
from app.office import Office
from tests.imports.mappings import GOOD, GOODS, ORDERS, RECEIPTS, a_file, brought, mapping


def count(office: Office, form: str) -> int:
    return len(office.list(form, limit=1000).rows)


def in_stock(office: Office, code: str) -> Decimal:
    with office.repository.reading(SYSTEM) as tx:
        assert Ledger(tx).verify() == []
    return office.get("product", code)["on_hand"]


def test_a_second_run_changes_nothing_and_says_so(importer: Office) -> None:
    brought(importer, ORDERS, a_file(*GOOD))
    again = brought(importer, ORDERS, a_file(*GOOD))
    assert (again.imported, again.unchanged, count(importer, "purchase_order")) == (0, 4, 3)
    assert "nothing changed" in again.sentence().en
    assert "没有变化" in again.sentence().zh
    assert not again.failed


def test_a_longer_file_adds_only_what_is_new(importer: Office) -> None:
    brought(importer, ORDERS, a_file(*GOOD))
    more = brought(importer, ORDERS, a_file(*GOOD, "4,V1,18.04.2022,AR-1,1,1,done"))
    assert (more.imported, more.unchanged, count(importer, "purchase_order")) == (1, 4, 4)


@pytest.mark.capability("IMP-05")
def test_a_run_that_was_broken_off_goes_on_where_it_stopped(importer: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 1)
    contents = a_file("8,V1,15.04.2022,NOPE,1,1,done", *GOOD)

    def die(done: int, of: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    runner = a_runner(importer, contents)
    runner.progress = die
    with pytest.raises(KeyboardInterrupt):
        runner.run()
    assert count(importer, "purchase_order") == 1
    rest = a_runner(importer, contents).run()
    assert rest.resumed
    assert (rest.imported, rest.unchanged, rest.rejected, count(importer, "purchase_order")) == (4, 0, 1, 3)
    assert len(importer.import_runs()) == 2  # the goods of the set-up, and this one once


def test_two_at_once_make_nothing_twice(importer: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "BATCH", 1)
    contents = a_file(*GOOD)
    first = a_runner(importer, contents)
    first.progress = lambda done, of: a_runner(importer, contents).run() if done == 1 else None
    with pytest.raises(RunBusy):
        first.run()
    assert count(importer, "purchase_order") == 3


def a_runner(office: Office, contents: object) -> Runner:
    return Runner(office.repository, office.actor, mapping(ORDERS), files=Files(contents=contents))


@pytest.mark.capability("IMP-05")
def test_a_dry_run_tells_everything_and_keeps_nothing(importer: Office) -> None:
    report = brought(importer, ORDERS, a_file(*GOOD, "9,V1,15.04.2022,NOPE,3,1,done"), dry=True)
    assert (report.imported, report.rejected, report.dry) == (4, 1, True)
    assert count(importer, "purchase_order") == 0
    assert len(importer.import_runs()) == 1


def test_only_whoever_may_import_imports(importer: Office) -> None:
    from app.data import accounts

    with importer.repository.transaction(SYSTEM) as tx:
        accounts.create_account(tx, "bo", title="Bo", password="not-a-secret", roles=("buyer",))
    with pytest.raises(NotAllowed, match="import Purchase order"):
        brought(importer.as_user("bo"), ORDERS, a_file(*GOOD))


@pytest.mark.capability("IMP-05")
def test_receipts_move_goods_and_an_undone_run_moves_them_back(importer: Office) -> None:
    orders = brought(importer, ORDERS, a_file(*GOOD))
    receipts = brought(importer, RECEIPTS, a_file(*GOOD))
    assert in_stock(importer, "AR-1") == 10
    order = importer.list("purchase_order", filters=[("order_no", "eq", "2")]).rows[0]["number"]
    assert importer.get("purchase_order", order).stage == "completed"  # ordered before, and all of it came
    with pytest.raises(NotUndone, match="Goods receipt GR-"):
        importer.undo_import(orders.run)
    assert importer.undo_import(receipts.run) == 3
    assert (in_stock(importer, "AR-1"), count(importer, "goods_receipt")) == (0, 0)
    assert importer.get("purchase_order", order)["lines"][0]["received"] == 0
    again = brought(importer, RECEIPTS, a_file(*GOOD))
    assert (again.imported, in_stock(importer, "AR-1")) == (4, 10)
    with pytest.raises(NotUndone, match="undone already"):
        importer.undo_import(receipts.run)


def test_products_that_were_undone_come_in_again_under_the_same_code(importer: Office) -> None:
    goods = a_file("AR-7,Bell,EA", name="goods.csv", header="Code,Name,Unit")
    run = brought(importer, GOODS, goods).run
    assert importer.undo_import(run) == 2  # with its variant
    assert brought(importer, GOODS, goods).imported == 1
    assert importer.get("product", "AR-7")["name"] == "Bell"


def test_what_somebody_worked_on_since_is_not_undone(importer: Office) -> None:
    goods = a_file("AR-7,Bell,EA", name="goods.csv", header="Code,Name,Unit")
    run = brought(importer, GOODS, goods).run
    importer.update("product", "AR-7", {"name": "Big bell"})
    with pytest.raises(NotUndone, match="worked on AR-7"):
        importer.undo_import(run)


def test_counts_of_stock_and_orders_agree(importer: Office) -> None:
    brought(importer, ORDERS, a_file(*GOOD))
    brought(importer, RECEIPTS, a_file(*GOOD))
    with importer.repository.reading(SYSTEM) as tx:
        assert tx.fetch_one('select sum(received) from "purchase_order__lines"')[0] == 13 * 10**4
