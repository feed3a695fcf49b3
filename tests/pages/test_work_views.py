"""Notebooks, jobs, notices, talks and imports as their pages show them, by the rights of whoever looks."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from app.core.actor import SYSTEM
from app.core.clock import now
from app.jobs import runner
from app.office.facade import Office
from app.pages.bell import notice_lines
from app.pages.views import imports, jobs, notebooks, talk
from tests.pages.company import a_trading_company

FILE = b"code,name,category,unit,purchase_price,list_price,colour family\nCUP-1,Cup,office,pcs,8.50,19,red\nCUP-2,Odd,nowhere,pcs,8,19,\n"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    yield a_trading_company(tmp_path_factory.mktemp("home"))


def test_the_shelf_holds_notebooks_in_the_readers_language(office: Office) -> None:
    book = notebooks.shelf(office.as_user("finance"), "zh")[0]
    assert (book.title, book.second, book.href) == ("供应商表现", "还没有运行过", "/notebooks/supplier_performance")


def test_a_run_waits_is_seen_by_its_owner_alone_and_can_be_stopped(office: Office) -> None:
    finance = office.as_user("finance")
    job = finance.run_notebook("supplier_performance", from_on="2026-01-01")
    book = finance.notebook("supplier_performance")
    values = notebooks.starting_values(book, job, "en")
    view = notebooks.run_view(finance, book, job, locale="en", values=values)
    assert view.doing.startswith("Waiting for the worker") and view.chip.word == "Waiting" and not view.stale
    assert notebooks.book_page(finance, book, jobs=finance.runs(book.name), run=job.id, locale="en").moving
    assert not office.as_user("manager").runs(book.name)
    finance.stop_job(job.id)
    shown = notebooks.run_view(finance, book, finance.job(job.id), locale="en", values=values | {"supplier": "S-1"})
    assert shown.state == "stopped" and shown.stale == "Inputs changed since this run."


def test_parameters_become_boxes_by_their_types(office: Office) -> None:
    finance = office.as_user("finance")
    book = finance.notebook("supplier_performance")
    sheet = notebooks.parameter_sheet(finance, book, notebooks.starting_values(book, None, "zh"), "zh")
    kinds = {field["name"]: field["kind"] for field in sheet["sections"][0]["fields"]}
    assert kinds == {"from_on": "date", "to_on": "date", "supplier": "link", "warehouse": "link", "locale": "choice"}
    assert sheet["cells"]["locale"] == {"value": "zh"}
    assert notebooks.links(finance, "warehouse", "Hang") == [{"number": "HZ", "text": "Hangzhou", "second": "HZ"}]


def test_a_job_that_was_refused_tells_why_in_both_languages(office: Office) -> None:
    with office.repository.transaction(SYSTEM, door="job") as tx:
        job = tx.post("notebook.run", {"notebook": "gone", "parameters": {}, "account": "finance"})
    assert runner.run_job(office.repository, job) == "failed"
    line = next(one for one in jobs.jobs_page(office.as_user("admin"), "zh", state="failed").lines if one.id == job)
    assert line.error.startswith("没有这个编号") and line.may_retry and not line.may_stop


def test_jobs_are_counted_by_state_and_narrowed_to_one(office: Office) -> None:
    page = jobs.jobs_page(office.as_user("admin"), "en", state="done")
    assert [tab.title for tab in page.tabs] == ["All", "Waiting", "Running", "Done", "Failed", "Stopped"]
    assert all(line.chip.word == "Done" for line in page.lines)
    assert len(jobs.jobs_page(office.as_user("outsider"), "en").lines) == 0


def test_notices_lead_to_their_records_and_are_read_once(office: Office) -> None:
    for job in runner.due_jobs(office.repository):
        runner.run_job(office.repository, job)
    manager = office.as_user("manager")
    lines = notice_lines(manager, "en")
    assert lines and all(line.new and line.href.startswith("/purchase_request/PR-") for line in lines)
    assert manager.read_notices() == len(lines)
    assert not any(line.new for line in notice_lines(manager, "zh"))


def test_an_answer_shows_its_sources_its_hour_and_how_it_was_understood(office: Office) -> None:
    manager = office.as_user("manager")
    answer = manager.ask("How many MUG-350 are in stock?")
    shown = talk.exchange_of(manager, "How many?", answer, "en")
    assert shown.reading.startswith("Stock") and shown.as_of.startswith("As of ")
    assert shown.sources[0].href == "/product/MUG-350" and shown.sources[0].title == "Ceramic mug 350 ml"


def test_a_draft_is_a_card_until_a_person_confirms_it(office: Office) -> None:
    employee = office.as_user("employee")
    answer = employee.ask("draft a purchase request for 20 MUG-350")
    card = talk.exchange_of(employee, "draft", answer, "en").draft
    assert card.title == "Draft: Purchase request" and any("× 20" in pair.value for pair in card.pairs)
    before = employee.list("purchase_request").count.number
    made = employee.confirm(card.token)
    assert employee.list("purchase_request").count.number == before + 1 and made.stage == "draft"


def test_what_may_not_be_seen_is_said_in_a_quiet_box(office: Office) -> None:
    answer = SimpleNamespace(
        text="You may not see this.",
        state="not_allowed",
        reading="",
        as_of=now(),
        query="",
        citations=[],
        choices=[],
        draft=None,
    )
    shown = talk.exchange_of(office.as_user("outsider"), "?", answer, "en")
    assert shown.quiet and not shown.as_of


def test_earlier_talks_belong_to_who_asked(office: Office) -> None:
    buyer = office.as_user("buyer")
    answer = buyer.ask("What waits for me?")
    buyer.ask("Which purchase orders are late?", answer.thread)
    assert [line.question for line in talk.thread_lines(buyer, "en")] == ["What waits for me?"]
    turns = [talk.kept(turn) for turn in buyer.thread(answer.thread)]
    assert [turn.question for turn in turns] == ["What waits for me?", "Which purchase orders are late?"]
    assert all(turn.again and "[1]" not in turn.text for turn in turns)
    assert not talk.thread_lines(office.as_user("warehouse"), "en")


def test_questions_to_begin_with_are_about_what_is_looked_at(office: Office) -> None:
    manager = office.as_user("manager")
    looked_at = talk.context_of(manager, "/product/MUG-350")
    assert (looked_at.number, looked_at.title) == ("MUG-350", "Ceramic mug 350 ml")
    assert talk.examples(manager, looked_at, "zh")[0] == "MUG-350 还有多少库存？"
    assert talk.context_of(manager, "/product/new").number == "" == talk.context_of(manager, "/stock").number
    assert len(talk.examples(manager, talk.Context(), "en", path="/")) == 3


def test_counts_of_a_file_add_up_and_a_bad_row_says_where(office: Office) -> None:
    manager = office.as_user("manager")
    columns = imports.column_lines(manager.import_guess("product", ("cups.csv", FILE)))
    assert [one.target for one in columns][:3] == ["code", "name", "category"] and columns[-1].target == ""
    mapping = {one.column: one.target for one in columns if one.target}
    check = imports.check_of(manager.import_preview("product", ("cups.csv", FILE), mapping=mapping), columns, "en")
    assert [tile.value for tile in check.tiles] == ["2", "1", "0", "0", "1"]
    assert check.button == "Import 1 ready rows"
    assert [cell.value for cell in check.rows[0].cells if cell.wrong] == ["nowhere"]


def test_a_corrected_cell_goes_in_as_corrected_and_the_file_stays_as_it_was(office: Office) -> None:
    manager = office.as_user("manager")
    columns = imports.column_lines(manager.import_guess("product", ("cups.csv", FILE)))
    mapping, mends = {one.column: one.target for one in columns if one.target}, {(3, "category"): "office"}
    check = imports.check_of(manager.import_preview("product", ("cups.csv", FILE), mapping=mapping, mends=mends), columns, "en", mends=mends)
    assert [tile.value for tile in check.tiles] == ["2", "2", "0", "0", "0"]
    kept = manager.keep_file("cups.csv", FILE)
    job = manager.start_import("product", kept.id, mapping=mapping, mends=mends)
    assert runner.run_job(office.repository, job.id) == "done"
    assert str(manager.get("product", "CUP-2")["category"]) == "Office goods"
    assert manager.file(kept.id)[1] == FILE
    manager.undo_import(int(manager.job(job.id).result["run"]))


def test_an_import_is_listed_and_only_who_may_import_is_let_in(office: Office) -> None:
    manager = office.as_user("manager")
    manager.import_file(
        "product", ("cups.csv", FILE), mapping={"code": "code", "name": "name", "category": "category", "unit": "unit"}
    )
    line = imports.run_lines(manager, "zh", form="product")[0]
    assert (line.file, line.rejected, line.may_undo, line.chip.word) == ("cups.csv", 1, True, "已完成")
    manager.undo_import(line.id)
    assert imports.run_lines(manager, "zh")[0].chip.word == "已撤销"
    assert imports.aim(office.as_user("employee"), "product", "en") is None
    assert imports.aim(manager, "product", "en") is not None
