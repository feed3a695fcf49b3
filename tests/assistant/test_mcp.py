"""The tools over MCP: the SDK's own client over standard input and output, as one person, with that person's rights."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp import Client, StdioServerParameters

from app.core.actor import SYSTEM
from app.core.links import Link
from app.data import accounts, documents, drafts
from app.data.repository import Repository
from app.pages.views import record_work as typing
from assistant import gate
from assistant.registry import tools
from assistant.shown import shown
from tests.assistant.office import an_asked_office

Talk = Callable[[Client], Awaitable[Any]]


@pytest.fixture
def repository(tmp_path: Path, database_url: str) -> Iterator[Repository]:
    """A small seller."""
    made = an_asked_office(tmp_path, database_url)
    yield made
    made.close()


def talked(repository: Repository, talk: Talk, *arguments: str, **environment: str) -> Any:
    """Start `daybook mcp` as a client would, and talk to it."""
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "DAYBOOK_HOME": str(repository.settings.home),
        "DAYBOOK_DATABASE_URL": repository.settings.database,
        "DAYBOOK_OFFICE_URL": "http://office:8000",
        **environment,
    }
    server = StdioServerParameters(command=sys.executable, args=["-m", "app.cli.start", "mcp", *arguments], env=env)

    async def run() -> Any:
        async with Client(server, read_timeout_seconds=60) as client:
            return await talk(client)

    with ThreadPoolExecutor(1) as apart:  # a browser's loop may be running in this one
        return apart.submit(anyio.run, run).result()


def as_person(repository: Repository, name: str) -> Any:
    return accounts.actor_named(repository, name)


def token_of(repository: Repository, name: str, *scopes: str) -> str:
    with repository.transaction(SYSTEM) as tx:
        account = accounts.account_named(tx, name)
        assert isinstance(account, Link)
        return accounts.create_token(tx, account, scopes=scopes)


def test_a_client_sees_every_tool_with_its_arguments(repository: Repository) -> None:
    async def talk(client: Client) -> Any:
        return (await client.list_tools()).tools

    listed = talked(repository, talk, "--user", "warehouse")
    assert {one.name for one in listed} == set(tools())
    for one in listed:
        assert one.input_schema == tools()[one.name].arguments.model_json_schema() and one.description and one.title
        assert one.annotations.read_only_hint is not tools()[one.name].writes
        assert one.annotations.destructive_hint is False


def test_a_result_is_what_the_gate_gives_to_the_same_person(repository: Repository) -> None:
    name, arguments = "find_documents", {"form": "purchase_order"}

    async def talk(client: Client) -> Any:
        return await client.call_tool(name, arguments)

    answer = talked(repository, talk, "--user", "buyer")
    mine = json.loads(json.dumps(shown(gate.call(repository, as_person(repository, "buyer"), name, arguments))))
    told = answer.structured_content
    assert not answer.is_error and told.pop("as_of") and mine.pop("as_of")
    assert (told == mine and told["rows"]) or told["figures"] if "figures" in told else told["state"] == "found"
    assert json.loads(answer.content[0].text)["state"] == told["state"]


def test_who_may_not_see_is_told_so_and_wrong_arguments_come_back_as_words(repository: Repository) -> None:
    async def talk(client: Client) -> Any:
        return [
            await client.call_tool("draft_purchase_request", {"product": "MUG-1", "quantity": 1}),
            await client.call_tool("draft_purchase_request", {"product": "MUG-1", "quantity": -1}),
            await client.call_tool("draft_purchase_request", {"product": "MUG-1", "quantity": 1, "as": "admin"}),
            await client.call_tool("confirm", {"token": "x"}),
        ]

    shut, negative, extra, unknown = talked(repository, talk, "--user", "supplier")
    assert shut.structured_content["state"] == "not_allowed" and "draft" not in shut.structured_content
    assert negative.is_error and "quantity" in negative.content[0].text
    assert extra.is_error and "as" in extra.content[0].text
    assert unknown.is_error and "There is no tool confirm" in unknown.content[0].text


def count(repository: Repository) -> int:
    with repository.reading(SYSTEM) as tx:
        row = tx.fetch_one("select count(*) from purchase_request")
        return row[0] if row else -1


def a_product(repository: Repository) -> str:
    with repository.reading(SYSTEM) as tx:
        return documents.list_documents(tx, documents.Query("product", "stage == 'on_sale'", limit=1)).rows[0]["number"]


def test_a_draft_waits_among_the_persons_own_unsaved_work_and_only_the_person_saves_it(repository: Repository) -> None:
    before, product = count(repository), a_product(repository)

    async def talk(client: Client) -> Any:
        wish = {"product": product, "quantity": 40}
        return [await client.call_tool("draft_purchase_request", wish) for _ in range(2)]

    prepared, again = talked(repository, talk, "--user", "employee")
    told = prepared.structured_content["draft"]
    assert told["waits_at"] == "http://office:8000/purchase_request/new" and "Nothing is saved" in told["note"]
    assert "token" not in json.dumps(prepared.structured_content)
    assert again.is_error and "lies there already" in again.content[0].text
    assert count(repository) == before
    with repository.reading(as_person(repository, "employee")) as tx:
        kept = drafts.draft(tx, "purchase_request")
    with repository.reading(as_person(repository, "buyer")) as tx:
        assert drafts.draft(tx, "purchase_request") is None
    assert kept is not None
    form = repository.catalogue.forms["purchase_request"]
    work = typing.restored(typing.begun(form), kept.values)
    values = typing.given(work, whole=True)
    assert values["lines"][0]["product"] == product and values["lines"][0]["quantity"] == "40"
    with repository.transaction(as_person(repository, "employee"), door="page") as tx:
        made = documents.create(tx, "purchase_request", values | {"warehouse": "HZ"})
    assert made["requester"].number == "employee" and count(repository) == before + 1


def test_a_token_of_reading_lists_no_tool_that_prepares_and_can_call_none(repository: Repository) -> None:
    async def talk(client: Client) -> Any:
        listed = [one.name for one in (await client.list_tools()).tools]
        return listed, await client.call_tool("draft_purchase_request", {"product": "MUG-1", "quantity": 1})

    listed, refused = talked(repository, talk, DAYBOOK_TOKEN=token_of(repository, "employee", "read"))
    assert listed and "draft_purchase_request" not in listed
    assert refused.is_error and "scope write" in refused.content[0].text


def test_a_person_who_was_stopped_meanwhile_gets_nothing_more(repository: Repository) -> None:
    async def talk(client: Client) -> Any:
        arguments = {"product": a_product(repository), "quantity": 1}
        assert not (await client.call_tool("draft_purchase_request", arguments)).is_error
        with repository.transaction(SYSTEM) as tx:
            account = accounts.account_named(tx, "employee")
            assert account is not None
            accounts.set_active(tx, account, False)
        return await client.call_tool("draft_purchase_request", arguments)

    refused = talked(repository, talk, "--user", "employee")
    assert refused.is_error and "may not enter" in refused.content[0].text


def test_lines_of_what_was_prepared_stand_apart_from_its_head() -> None:
    values = {
        "supplier": "S-1",
        "tags": ["a"],
        "address": {"city": "X"},
        "lines": [{"product": "P"}, {"product": "Q"}],
        "empty": [],
    }
    kept = drafts.typed(values)
    assert kept["lines"] == {"lines": {"1": {"product": "P"}, "2": {"product": "Q"}}}
    assert kept["head"] == {"supplier": "S-1", "tags": ["a"], "address": {"city": "X"}, "empty": []}
