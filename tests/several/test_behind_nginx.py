"""One office behind nginx by two web processes: people don't notice which of them answers, or that one of them died."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import redis

from app.demo import found_company
from tests.browsing import CHROMIUM, PATIENCE, expect, still, taken
from tests.conftest import admin_sql, database_address, open_office, require_postgres
from tests.several.serving import NGINX, REDIS, House, two_behind_nginx

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PASSWORD = "not-a-secret"
REASON = "[data-path='reason']"
FORM = """\
form: visit
title: {en: Visit, zh: 来访}
number: V-{seq:4}
fields:
  guest: {type: text, label: {en: Guest, zh: 访客}}
access:
  view:   [employee]
  create: [employee]
"""


def missing() -> str | None:
    """Say what several processes need and isn't here."""
    if NGINX is None:
        return "no nginx is installed"
    if CHROMIUM is None:
        return "no Chromium is installed"
    try:
        redis.Redis.from_url(REDIS, socket_connect_timeout=2).ping()
    except redis.RedisError as error:
        return f"no Redis answers at {REDIS}: {error}"
    return None


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A company on PostgreSQL and Redis, served by two processes."""
    if why := missing():
        pytest.skip(why)
    require_postgres()
    where = tmp_path_factory.mktemp("several")
    name = f"t_several_{os.getpid()}"
    admin_sql(f'drop database if exists "{name}" with (force)')
    admin_sql(f'create database "{name}"')
    settings = {
        "DAYBOOK_HOME": str(where / "home"),
        "DAYBOOK_DATABASE_URL": database_address(name),
        "DAYBOOK_REDIS_URL": REDIS,
    }
    (where / "home").mkdir()
    office = open_office(where / "home", settings["DAYBOOK_DATABASE_URL"])
    found_company(office, password=PASSWORD, products=8)
    office.repository.close()
    try:
        with two_behind_nginx(where, settings) as served:
            yield served
    finally:
        admin_sql(f'drop database if exists "{name}" with (force)')


@pytest.fixture
def page(house: House, browser: Any) -> Iterator[Any]:
    """A page of somebody who signed in through nginx."""
    context = browser.new_context(locale="en-GB")
    context.set_default_timeout(PATIENCE)
    answer = context.request.post(f"{house.address}/api/login", data={"name": "employee", "password": PASSWORD})
    assert answer.ok, answer.text()
    yield context.new_page()
    context.close()


def signed_in(house: House, place: int, name: str) -> httpx.Client:
    """Give a browser's session that was opened at one of the processes."""
    client = httpx.Client(base_url=house.direct(place), headers={"origin": house.direct(place)}, timeout=60)
    assert client.post("/api/login", json={"name": name, "password": PASSWORD}).is_success
    return client


def soon(what: Callable[[], bool], seconds: float = PATIENCE / 1000) -> None:
    """Wait until something is so."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.2)


def test_a_session_and_a_file_of_one_process_are_good_at_the_other(house: House) -> None:
    one = signed_in(house, 0, "employee")
    other = httpx.Client(base_url=house.direct(1), cookies=one.cookies, headers={"origin": house.direct(1)}, timeout=60)
    kept = one.post("/api/v1/files", files={"file": ("note.txt", b"12.30 each")}).json()
    assert other.get(f"/api/v1/files/{kept['id']}").content == b"12.30 each"
    assert one.post("/api/logout").is_success
    assert other.get("/api/v1/inbox").status_code == 401


def test_what_is_published_through_one_is_seen_in_the_other(house: House) -> None:
    clients = [signed_in(house, place, "employee") for place in (0, 1)]
    assert [client.get("/api/v1/visit").status_code for client in clients] == [404, 404]
    site = Path(house.environment["DAYBOOK_HOME"]) / "site" / "forms"
    site.mkdir(parents=True, exist_ok=True)
    (site / "visit.yaml").write_text(FORM)
    soon(lambda: all(client.get("/api/v1/visit").status_code == 200 for client in clients))
    made = clients[0].post("/api/v1/visit", json={"guest": "Lin"}).json()
    assert clients[1].get(f"/api/v1/visit/{made['number']}").json()["guest"] == "Lin"


def test_the_assistant_answers_through_whichever_process(house: House, page: Any) -> None:
    for _ in range(2):
        page.goto(f"{house.address}/assistant")
        page.wait_for_selector(".choice-list button, textarea")
        page.fill("textarea", "how many open purchase requests are there")
        page.keyboard.press("Enter")
        page.wait_for_selector(".answer-foot")


@pytest.mark.parametrize("answered", [False, True], ids=["into_the_dying_line", "answered_before"])
def test_what_is_typed_outlives_each_process_in_turn(house: House, page: Any, answered: bool) -> None:
    page.goto(f"{house.address}/purchase_request/new")
    reason = page.locator(REASON)
    reason.wait_for()
    page.set_input_files("input[type=file]", [{"name": "quote.txt", "mimeType": "text/plain", "buffer": b"12.30 each"}])
    page.wait_for_selector("text=quote.txt")
    for place, words in ((0, "Shelves"), (1, "Shelves for the new aisle")):
        reason.fill(words)
        page.keyboard.press("Tab")
        if answered:
            taken(page)
        house.kill(place)
        reason.fill(f"{words}, soon")
        page.keyboard.press("Tab")
        house.start(place)
        house.wait(house.direct(place))
        taken(page)
        still(page)  # what is drawn again meanwhile must not stay without it
        expect(reason).to_have_value(f"{words}, soon")
    page.wait_for_selector(".saved")
    page.reload()
    page.wait_for_selector("text=quote.txt")
    expect(reason).to_have_value("Shelves for the new aisle, soon")
    page.click("text=Save draft")
    page.wait_for_url("**/purchase_request/PR-*")
    expect(reason).to_have_value("Shelves for the new aisle, soon")
