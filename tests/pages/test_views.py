"""What pages show is worked out from the office, with the rights of whoever looks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from app.core.errors import NotAllowed, NotFound
from app.data import accounts, persons
from app.office.facade import Office
from app.pages.views import bulk, export, people, saved
from app.pages.views.address import ListAddress
from app.pages.views.home import home
from app.pages.views.listing import block, list_page, reader_of
from app.pages.views.menu import commands, menu, person, sought
from app.pages.views.palette import find
from app.pages.views.stock import stock_page
from tests.pages.company import a_trading_company, an_empty_office

REQUESTS = ListAddress("purchase_request")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    yield a_trading_company(tmp_path_factory.mktemp("home"))


def test_the_menu_shows_only_what_the_person_may_open(office: Office) -> None:
    def titles(name: str, locale: str) -> dict[str, list[str]]:
        return {group.title: [item.title for item in group.lines] for group in menu(office.as_user(name), locale)}

    assert titles("employee", "zh")["采购"][0] == "采购申请"
    assert "Employees" in titles("employee", "en")["People"]
    assert "People" not in titles("outsider", "en")
    assert titles("admin", "en")["Administration"] == ["People and roles", "Jobs"]
    assert "Administration" not in titles("manager", "en")


def test_the_palette_offers_to_start_only_what_may_be_started(office: Office) -> None:
    keys = {command.key for command in commands(office.as_user("employee"), "en")}
    assert "new-purchase_request" in keys
    assert "new-purchase_order" not in keys


def test_chinese_is_found_by_sound_and_initials() -> None:
    assert "cgsq" in sought("采购申请")
    assert "caigoushenqing" in sought("采购申请")


def test_records_are_found_by_number_and_word(office: Office) -> None:
    assert find(office.as_user("employee"), _first(office), "en")[0].href.startswith("/purchase_request/")
    assert find(office.as_user("employee"), "shelf", "zh")[0].hint.endswith("，审批中")
    assert not find(office.as_user("outsider"), _first(office), "en")


def test_the_user_block_names_what_the_person_is(office: Office) -> None:
    assert person(office.as_user("buyer"), "zh").roles == "采购员"
    assert person(office.as_user("buyer"), "en").initials == "CL"


def test_a_list_tells_its_rows_in_words(office: Office) -> None:
    rows = block(office.as_user("manager"), REQUESTS, "zh")
    first = rows["rows"][0]
    assert rows["counted"] == ["", "9", " 条"]
    assert first["href"] == f"/purchase_request/{first['number']}"
    assert first["cells"]["stage"] == {"text": "草稿", "colour": "slate", "icon": "pencil"}
    assert first["cells"]["total_amount"].startswith("¥")
    assert first["card"]["head"] == first["number"]
    assert rows["sums"][0][1].startswith("¥")


def test_a_list_counts_and_shows_only_what_the_person_may_see(office: Office) -> None:
    counts = {
        name: block(office.as_user(name), REQUESTS, "en")["counted"][1] for name in ("employee", "buyer", "warehouse")
    }
    assert counts["employee"] == "6"
    assert counts["warehouse"] == "0"


def test_blocks_follow_each_other_without_gap_or_twice(office: Office) -> None:
    manager, after, found = office.as_user("manager"), "", []
    while True:
        part = block(manager, REQUESTS, "en", after=after, limit=4)
        found += [row["number"] for row in part["rows"]]
        after = part["next"]
        if not after:
            break
    assert len(found) == len(set(found)) == 9


def test_filters_of_the_address_reach_the_rows(office: Office) -> None:
    manager = office.as_user("manager")
    drafts = block(manager, REQUESTS.with_condition("stage", "in", "draft,rejected"), "en")
    large = block(manager, REQUESTS.with_condition("total_amount", "gte", "1000"), "en")
    soon = block(manager, REQUESTS.with_condition("needed_on", "within", "past"), "en")
    words = block(manager, REQUESTS.with_search("包装耗材"), "en")
    assert [len(one["rows"]) for one in (drafts, large, soon, words)] == [3, 3, 0, 3]
    assert soon["empty"] == "filter"


def test_chips_and_tabs_are_told_in_the_readers_language(office: Office) -> None:
    address = REQUESTS.with_condition("stage", "in", "draft,in_review,approved").with_condition(
        "needed_on", "within", "7d"
    )
    page = list_page(office.as_user("manager"), address, "zh")
    assert [(chip.label, chip.value) for chip in page.chips] == [("状态为", "草稿、审批中 +1"), ("需求日期", "近 7 天")]
    manager = office.as_user("manager")
    found = saved.counted_tabs(manager, reader_of(manager, "zh"), manager.form("purchase_request"))
    assert [(tab.title, tab.count) for tab in found][:2] == [("全部", "9"), ("审批中", "6")]


def test_a_list_is_kept_under_a_title_and_shared_only_on_request(office: Office) -> None:
    buyer, other = office.as_user("buyer"), office.as_user("manager")
    address = REQUESTS.with_condition("stage", "eq", "draft").with_sort("needed_on")
    assert saved.changed(buyer, address)
    kept = saved.save(buyer, address, "My drafts")
    assert not saved.changed(buyer, kept)
    assert saved.changed(buyer, kept.with_search("tape"))
    tab = saved.counted_tabs(buyer, reader_of(buyer, "en"), buyer.form("purchase_request"))[-1]
    assert (tab.title, tab.count, tab.href, tab.shared) == ("My drafts", "3", kept.href, False)
    assert "My drafts" not in [one.title for one in saved.tabs(other, other.form("purchase_request"), "en")]
    assert saved.remove(buyer, kept) == REQUESTS
    assert "My drafts" not in [one.title for one in saved.tabs(buyer, buyer.form("purchase_request"), "en")]


def test_a_form_that_may_not_be_seen_is_as_one_that_is_not_there(office: Office) -> None:
    for form in ("employee", "no_such_form"):
        with pytest.raises(NotFound):
            list_page(office.as_user("outsider"), ListAddress(form), "en")


def test_the_home_of_a_manager_begins_with_what_waits(office: Office) -> None:
    page = home(office.as_user("manager"), "en")
    assert page.title == "Wang Min, 6 things wait for your decision"
    assert page.tasks[0].title == "Shelf parts 0"
    assert page.tasks[0].at_once
    assert page.tasks[0].amount.startswith("¥")


def test_the_home_of_an_employee_says_where_things_wait(office: Office) -> None:
    page = home(office.as_user("employee"), "zh")
    assert page.title == "Qian Feng，你有 5 件事正在审批"
    assert "Wang Min" in page.started[0].second
    assert page.started[0].chip.word == "审批中"
    assert "库存金额" not in [figure.label for figure in home(office.as_user("warehouse"), "zh").figures]


def test_drafts_wait_on_the_home_of_whoever_began_them(office: Office) -> None:
    assert [line.title for line in home(office.as_user("buyer"), "en").drafts] == [
        "包装耗材补货 2",
        "包装耗材补货 1",
        "包装耗材补货 0",
    ]


def test_an_empty_office_shows_its_first_steps(tmp_path: Path) -> None:
    page = home(an_empty_office(tmp_path).as_user("manager"), "en")
    assert page.title.startswith("Welcome, Wang Min")
    assert page.steps[0].done
    assert [step.now for step in page.steps].count(True) == 1


def test_an_export_holds_what_the_list_shows(office: Office) -> None:
    text = export.as_csv(office.as_user("manager"), REQUESTS.with_condition("stage", "eq", "draft"), "en").decode()
    assert text.startswith("\ufeffNumber,Department,Requester,Needed on")
    assert len(text.strip().splitlines()) == 4
    assert export.as_xlsx(office.as_user("manager"), REQUESTS, "zh").startswith(b"PK")


def test_nobody_exports_what_he_may_not(office: Office) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        export.as_csv(office.as_user("outsider"), ListAddress("employee"), "en")


def test_a_formula_in_a_text_stays_a_text() -> None:
    assert export.escaped("=1+1") == "'=1+1"
    assert export.escaped("Pen") == "Pen"


def test_a_bulk_act_tells_before_what_it_will_do(office: Office) -> None:
    numbers = [row["number"] for row in block(office.as_user("manager"), REQUESTS, "en")["rows"]]
    found = bulk.preview(office.as_user("buyer"), "purchase_request", numbers[:4], action="submit", locale="en")
    assert len(found.ready) == 3
    assert found.stuck[0].reason
    assert found.words == "3 will go on, 1 can't."


def test_the_people_page_tells_which_accounts_are_of_one_person(tmp_path: Path) -> None:
    admin = an_empty_office(tmp_path).as_user("admin")
    with admin.transaction() as tx:
        pair = [one for name in ("buyer", "manager") if (one := accounts.account_named(tx, name))]
        persons.same_person(tx, *pair)
    told = {line.name: line.same_as for line in people.people(admin, "en").accounts}
    assert (told["buyer"], told["manager"], told["employee"]) == (
        "Same person as manager",
        "Same person as buyer",
        "",
    )


def test_only_an_administrator_sees_and_changes_accounts(office: Office) -> None:
    manager = office.as_user("manager")
    for act in (
        lambda: people.people(manager, "en"),
        lambda: people.give_role(manager, "manager", "admin"),
        lambda: people.set_active(manager, "admin", False),
        lambda: people.take_role(manager, "admin", "admin"),
        lambda: people.add_person(manager, "mole", title="Mole", password="long-enough-1"),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_the_last_administrator_stays_one(office: Office) -> None:
    admin = office.as_user("admin")
    with pytest.raises(people.LastAdministrator):
        people.take_role(admin, "admin", "admin")
    with pytest.raises(people.YourOwnAccount):
        people.set_active(admin, "admin", False)


def test_a_role_is_given_and_taken(office: Office) -> None:
    admin = office.as_user("admin")
    people.give_role(admin, "analyst", "buyer")
    assert "buyer" in office.as_user("analyst").actor.roles
    people.take_role(admin, "analyst", "buyer")
    assert "buyer" not in office.as_user("analyst").actor.roles
    line = next(one for one in people.people(admin, "en").accounts if one.name == "analyst")
    assert [role.title for role in line.roles] == ["Analyst"]


def test_stock_says_what_is_hidden_instead_of_nothing(office: Office) -> None:
    assert stock_page(office.as_user("manager"), "en").lines == []


def _first(office: Office) -> str:
    return block(office.as_user("manager"), REQUESTS.with_sort("number"), "en")["rows"][0]["number"]


def test_only_an_administrator_takes_a_lost_second_factor_away_and_not_his_own(tmp_path: Path) -> None:
    from app.data.accounts import second_factor

    office = a_trading_company(tmp_path)
    admin, manager = office.as_user("admin"), office.as_user("manager")
    with pytest.raises(NotAllowed):
        people.reset_factor(manager, "buyer")
    with pytest.raises(people.YourOwnFactor):
        people.reset_factor(admin, "admin")
    with office.as_user("buyer").transaction() as tx:
        secret = second_factor.begin(tx, tx.actor.account)
        assert second_factor.confirm(tx, tx.actor.account, pyotp.parse_uri(secret.address).now())
    assert [line.name for line in people.people(admin, "en").accounts if line.factor] == ["buyer"]
    assert people.reset_factor(admin, "buyer") == "Chen Lu"
    assert not [line for line in people.people(admin, "en").accounts if line.factor]
