"""The SQL page without a browser: whose it is, what it lists, how it writes values, what it keeps for whom."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.core.errors import DaybookError, NotAllowed, NotFound
from app.data.asked import MOST
from app.office.facade import Office
from app.pages.views import sql
from app.pages.views.menu import menu
from tests.office.offices import a_company_at_work, pens


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A company with one request."""
    office = a_company_at_work(tmp_path_factory.mktemp("sql"))
    office.as_user("employee").create("purchase_request", pens("3.5", reason="=1+1"))
    yield office
    office.repository.close()


@pytest.mark.parametrize(("name", "has"), [("analyst", True), ("admin", True), ("employee", False), ("buyer", False)])
def test_the_page_is_in_the_menu_of_those_who_have_it_and_shut_to_others(office: Office, name: str, has: bool) -> None:
    person = office.as_user(name)
    assert ("/sql" in [line.href for group in menu(person, "en") for line in group.lines]) == has
    if has:
        sql.require_writer(person)
    else:
        with pytest.raises(NotAllowed):
            sql.require_writer(person)
        with pytest.raises(NotAllowed):
            sql.as_csv(person, 1)


def test_tables_are_listed_with_their_words_and_without_what_is_hidden(office: Office) -> None:
    found = {one.name: one for one in sql.tables(office.as_user("analyst"), "zh")}
    assert (found["purchase_request"].title, found["journal"].title) == ("采购申请", "会计分录")
    lines = {column.name: (column.title, column.kind) for column in found["purchase_request_lines"].columns}
    assert lines["quantity"] == ("数量", "数字") and lines["needed_on"][1] == "日期"
    assert "salary" not in [column.name for column in found["employee"].columns]


def test_an_answer_keeps_every_digit_and_tells_figures_apart(office: Office) -> None:
    text = "select 12345678901234567.89::decimal(38, 2) a, -1::int b, 'x' c, null d, true e, 10 / 4 f"
    answer = sql.ask(office.as_user("analyst"), text, "en")
    assert answer.rows == [["12,345,678,901,234,567.89", "\u22121", "x", "", "Yes", "2.5"]]
    assert [one.figure for one in answer.headings] == [True, True, False, False, False, True]
    assert answer.said.startswith("1 row in ")


def test_a_mistake_is_answered_in_words_and_not_kept(office: Office) -> None:
    analyst = office.as_user("analyst")
    answer = sql.ask(analyst, "select numbr from purchase_request", "zh")
    assert answer.problem == "没有列“numbr”，或者你无权查看。是不是“number”？" and not answer.there
    assert "numbr" not in str(analyst.asked_sql())


def test_each_person_has_a_history_of_his_own(office: Office) -> None:
    analyst, admin = office.as_user("analyst"), office.as_user("admin")
    for text in ("select 1 a", "select 2 b", "select 1 a"):
        sql.ask(analyst, text, "en")
    assert [one.text for one in analyst.asked_sql()][:2] == ["select 1 a", "select 2 b"]
    assert admin.asked_sql() == []
    with pytest.raises(NotFound):
        sql.as_csv(admin, analyst.asked_sql()[0].id)
    for place in range(MOST + 3):
        analyst.keep_sql(f"select {place}", 1)
    assert len(analyst.asked_sql()) == MOST


def test_the_file_is_asked_anew_and_runs_nothing_in_a_sheet(office: Office) -> None:
    analyst = office.as_user("analyst")
    sql.ask(analyst, 'select reason, total_amount as "=cmd" from purchase_request', "en")
    assert sql.as_csv(analyst, analyst.asked_sql()[0].id).decode() == "\ufeffreason,'=cmd\r\n'=1+1,4.20\r\n"


def test_who_sees_no_table_gets_no_example(office: Office) -> None:
    assert sql.example([]) == ""
    with pytest.raises(DaybookError):
        office.as_user("analyst").asked_sql(10**9)
