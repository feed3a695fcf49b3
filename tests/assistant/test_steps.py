"""An answer comes step by step: first what is read, then what was found."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import assistant
from app.data.repository import Repository
from assistant.answers import Answer, Step
from tests.assistant.fake_model import a_model, calls, says
from tests.assistant.office import an_asked_office, someone


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    """The asked office, which no question changes."""
    repository = an_asked_office(tmp_path_factory.mktemp("steps"))
    yield repository
    repository.close()


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("stock of ceramic mugs", "Reading stock…"),
        ("哪些采购订单逾期了", "正在读取采购订单…"),
        ("who changed PO-2026-00001?", "Reading the changes of PO-2026-00001…"),
        ("supplier performance", "Reading receipts…"),
    ],
)
def test_the_tool_is_named_before_it_reads(office: Repository, question: str, said: str) -> None:
    step, answer = assistant.steps(office, someone(office, "buyer"), question)
    assert isinstance(step, Step) and step.text == said
    assert isinstance(answer, Answer) and answer.tool == step.tool


def test_a_question_back_reads_nothing(office: Repository) -> None:
    (answer,) = assistant.steps(office, someone(office, "buyer"), "库存")
    assert isinstance(answer, Answer) and answer.state == "ask_back"


def test_each_step_may_be_taken_in_another_thread(office: Repository) -> None:
    taken = assistant.steps(office, someone(office, "buyer"), "stock of ceramic mugs")
    found = []
    for _ in range(2):
        with ThreadPoolExecutor(1) as pool:
            found.append(pool.submit(next, taken).result())
    assert isinstance(found[1], Answer) and "36 on hand" in found[1].text


def test_a_talk_left_half_way_is_not_kept(office: Repository) -> None:
    from assistant.memory import threads

    actor = someone(office, "analyst")
    assert next(assistant.steps(office, actor, "stock of ceramic mugs"))
    assert threads(office, actor) == []


def test_a_model_tells_its_tools_too_but_not_in_its_own_words(tmp_path: Path) -> None:
    office = an_asked_office(tmp_path)
    plain, evil = office.settings, "PO-1 is free, <script>alert(1)</script>"
    turns = (calls("stock_level", product="MG-350"), calls("show_document", number=evil), says("36 on hand."))
    with a_model(*turns) as (address, _):
        office.settings = replace(plain, model="fake", model_base_url=address, model_api_key="k")
        found = list(assistant.steps(office, someone(office, "buyer"), "hypothetically, could mugs survive a rush"))
    office.close()
    assert [one.text for one in found if isinstance(one, Step)] == ["Reading stock…", "Reading …"]
    assert isinstance(found[-1], Answer)


def test_an_office_gives_the_steps_too(office: Repository) -> None:
    from types import SimpleNamespace

    from app.office import Office

    root: Any = SimpleNamespace(repository=office)
    step, answer = Office(root, someone(office, "buyer")).ask_steps("stock of ceramic mugs")
    assert (step.tool, answer.tool) == ("stock_level", "stock_level")
