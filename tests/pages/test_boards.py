"""Boards, months and acts on very many, as their pages show them, by the rights of whoever looks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.core import clock
from app.core.errors import NotFound
from app.jobs import runner
from app.office.facade import Office
from app.pages.views import boards, bulk, jobs
from app.pages.views.address import ListAddress
from tests.pages.company import a_trading_company

BOARD = ListAddress("purchase_request", view="board")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    yield a_trading_company(tmp_path_factory.mktemp("home"))


def test_a_board_has_a_column_for_each_stage_that_is_open_or_holds_something(office: Office) -> None:
    found = boards.board(office.as_user("employee"), BOARD, "en")
    names = [column["name"] for column in found["columns"]]
    assert names[:2] == ["draft", "in_review"] and "rejected" not in names
    review = found["columns"][1]
    assert (review["count"], len(review["cards"])) == ("6", 6)
    assert review["cards"][0]["title"].startswith("Shelf parts") and any("¥" in line for line in review["cards"][0]["lines"])


def test_a_board_shows_nobody_more_than_his_list(office: Office) -> None:
    assert sum(len(one["cards"]) for one in boards.board(office.as_user("outsider"), BOARD, "en")["columns"]) == 0
    narrowed = BOARD.with_search("Shelf parts 3")
    assert sum(len(one["cards"]) for one in boards.board(office.as_user("employee"), narrowed, "en")["columns"]) == 1


def test_cards_move_by_ways_and_rights(office: Office) -> None:
    buyer = office.as_user("buyer")
    draft = buyer.list("purchase_request", "stage == 'draft'").rows[0]["number"]
    ways = {one["column"]: one["allowed"] for one in boards.moves(buyer, BOARD, draft, "en")}
    assert ways.get("in_review") is True and "approved" not in ways
    with pytest.raises(NotFound):
        boards.moves(office.as_user("outsider"), BOARD, draft, "en")
    with pytest.raises(NotFound):
        boards.board(buyer, ListAddress("purchase_request", view="in_review"), "en")


def test_a_month_begins_on_monday_and_holds_what_falls_into_it(office: Office) -> None:
    manager, today = office.as_user("manager"), clock.today("Asia/Shanghai")
    found = boards.month(manager, ListAddress("purchase_order", view="calendar"), "en", at="2026-02")
    assert (found["days"][0]["day"], len(found["days"]), found["title"]) == ("2026-01-26", 35, "February 2026")
    assert found["entries"] == [] and (found["previous"], found["next"]) == ("2026-01", "2026-03")
    assert boards.month(manager, ListAddress("purchase_order", view="calendar"), "zh", at="nonsense")["month"] == f"{today:%Y-%m}"


def test_an_act_on_very_many_is_a_job_that_tells_what_it_could_not_do(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    manager = office.as_user("manager")
    for place in range(8):
        manager.create("unit", {"code": f"u{place}", "name": f"unit {place}"})
    manager.act("unit", "u3", "archive")
    address = ListAddress("unit").with_condition("name", "contains", "unit")
    monkeypatch.setattr(bulk, "MOST", 5)
    assert bulk.many(manager, address, "en") == 8 and bulk.many(manager, ListAddress("warehouse"), "en") == 0
    acts = bulk.offered(manager, "unit", ["u0"], "en")
    assert bulk.preview_of_many(acts, "archive", "8", "en").words.startswith("8 documents.")
    key = bulk.start(manager, address, "en", action="archive")
    assert runner.run_job(office.repository, key) == "done"
    result = manager.job(key).result
    assert (result["done"], result["of"], result["refused"], result["told"][0][0]) == (7, 8, 1, "u3")
    assert bulk.told_of_many(result, "en").startswith("7 done, 1 can't. u3: ")
    assert {row["stage"] for row in manager.list("unit", "contains(name, 'unit')").rows} == {"archived"}
    assert next(one for one in jobs.jobs_page(manager, "en").lines if one.id == key).progress.startswith("7 done")
    assert manager.list("unit", "contains(name, 'unit')", limit=1).count.number == 8


def test_a_job_on_many_has_the_rights_of_who_asked(office: Office) -> None:
    key = office.as_user("employee").act_on_many("warehouse", "archive", view="", search="", filters=[]).id
    assert runner.run_job(office.repository, key) == "done"
    assert office.as_user("employee").job(key).result["done"] == 0
    assert office.as_user("manager").get("warehouse", "HZ")["stage"] != "archived"
