"""What a record and an inbox show, as plain values and by rights."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.errors import NotFound
from app.core.links import Link
from app.core.words import Words
from app.office.facade import Office
from app.pages.views.inbox import desk_of, lines_for, together
from app.pages.views.listing import reader_of
from app.pages.views.record import new_page, record_page
from app.pages.views.record_panels import path_steps
from app.workflow.views import StepView
from tests.pages.company import a_trading_company


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return a_trading_company(tmp_path_factory.mktemp("home"))


def test_a_locked_record_shows_facts_and_the_way_to_edit(office: Office) -> None:
    page, said = record_page(office.as_user("employee"), "purchase_request", f"PR-{year(office)}-00001", locale="en")
    assert page.lock == "Locked at the stage In review. Withdraw it to edit."
    assert [fact.label for fact in page.facts][:2] == ["Department", "Requester"]
    assert len(page.facts) <= 6
    assert "reason" in said                          # the page's first line says it already
    assert [act.name for act in page.acts] == ["withdraw", "urge"]
    assert [dot.state for dot in page.stages] == ["done", "current", "coming"]


def test_an_open_record_shows_boxes_and_no_facts(office: Office) -> None:
    number = f"PR-{year(office)}-00007"
    page, said = record_page(office.as_user("buyer"), "purchase_request", number, locale="zh")
    assert page.facts == []
    assert said == ()
    assert (page.main.title, page.save) == ("提交", "保存")


def test_a_new_record_offers_what_its_stage_offers(office: Office) -> None:
    assert new_page(office.as_user("employee"), "purchase_request", locale="en").main.title == "Submit"
    plain = new_page(office.as_user("manager"), "warehouse", locale="en")
    assert (plain.main.name, plain.save) == ("", "Save")


def test_a_record_out_of_sight_is_not_there(office: Office) -> None:
    with pytest.raises(NotFound):
        record_page(office.as_user("warehouse"), "purchase_request", f"PR-{year(office)}-00001", locale="en")


def test_the_timeline_tells_who_what_and_through_which_door(office: Office) -> None:
    buyer, number = office.as_user("buyer"), f"PR-{year(office)}-00008"
    buyer.update("purchase_request", number, {"lines": [{"line_no": 1, "quantity": "99"}], "reason": "补货"})
    happening = record_page(buyer, "purchase_request", number, locale="zh")[0].timeline[0]
    told = {one.at: (one.old, one.new) for one in happening.differences}
    assert (happening.who, happening.what, happening.comment) == ("Chen Lu", "修改了内容", "通过脚本")
    assert told["理由"][1] == "补货"
    assert told["第 1 行 数量"] == ("61", "99")
    assert not [at for at in told if "金额" in at]    # what follows from the others is not said twice


def test_an_inbox_tells_new_from_seen(office: Office) -> None:
    manager = office.as_user("manager")
    reader = reader_of(manager, "en")
    first, other = lines_for(manager, reader, "")[:2]
    desk_of(manager, reader, first.number)
    again = {line.number: line.unseen for line in lines_for(manager, reader, "")}
    assert (again[first.number], again[other.number]) == (False, True)


def test_a_desk_shows_the_document_to_read_only(office: Office) -> None:
    manager = office.as_user("manager")
    desk, sheet = desk_of(manager, reader_of(manager, "en"), f"PR-{year(office)}-00001")
    assert desk.decision.decisions == ["approve", "reject", "return"]
    assert not sheet["open"]
    assert all(cell.get("shut") or cell.get("off") for path, cell in sheet["cells"].items() if not path.startswith(("section.", "table.")))
    assert desk.amount == desk_amount(office)


def test_several_changes_are_told_as_one(office: Office) -> None:
    buyer, number = office.as_user("buyer"), f"PR-{year(office)}-00009"
    for reason in ("once", "twice"):
        buyer.update("purchase_request", number, {"reason": reason})
    told = together(reader_of(buyer, "en"), buyer.get("purchase_request", number), buyer.history("purchase_request", number))
    assert [(one.at, one.new) for one in told] == [("Reason", "twice")]
    assert told[0].old.startswith("包装耗材补货")


def year(office: Office) -> str:
    """Give the year that running numbers carry now."""
    rows: Any = office.as_user("manager").inbox()
    return str(rows[0].number.split("-")[1])


def desk_amount(office: Office) -> str:
    document = office.as_user("manager").get("purchase_request", f"PR-{year(office)}-00001")
    return f"¥{document['total_amount']:,.2f}"


def test_a_step_tells_who_was_copied_on_a_line_of_its_own(office: Office) -> None:
    people = (Link("user", 1, "ann", "Ann"), Link("user", 2, "bo", "Bo"))
    for locale, told in (("en", "copied to ann Ann, bo Bo"), ("zh", "抄送 ann Ann、bo Bo")):
        (step,) = path_steps(reader_of(office.as_user("employee"), locale), [StepView("one", Words("One", "一"), "open", people[:1], copied=people)])
        assert (step.copied, step.note) == (told.replace("ann Ann", str(people[0])).replace("bo Bo", str(people[1])), "")
