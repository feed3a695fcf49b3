"""Two hundred people at work at once: each clicks from page to page and waits for what the click shows.

A browser clicks through the pages once; what its clicks sent is what the people send, each with a session of his own.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import websockets

from app.core.actor import SYSTEM
from app.data import accounts
from app.office import COOKIE
from app.office.facade import Office
from bench.bulk import Place
from bench.figure import Figure
from bench.page import FLAGS
from bench.start import PASSWORD, a_home, serving

PEOPLE, SECONDS, THINKING = 200, 60.0, 8.0  # THINKING: seconds between two clicks of a person, on average
ARRIVING = 15.0  # seconds in which everybody opens the first page
PERCENTILE, ROLES = 0.95, ("buyer",)
WHERE = ("/purchase_order", "/inbox", "/supplier", "/")
SHOWN = '"is_hydrated_rx_state_":true'  # the last thing that a page is sent


@dataclass
class Click:
    """What one click sends: frames over the socket, and requests for rows."""

    frames: list[str] = field(default_factory=list)
    fetches: list[str] = field(default_factory=list)


@dataclass
class Visit:
    """What a browser sent: its greeting, and its clicks in their order."""

    greeting: str = ""
    clicks: list[Click] = field(default_factory=list)


def measure() -> list[Figure]:
    """Give how long 95 of 100 clicks take, from the click to the last of what it shows."""
    if shutil.which("chromium") is None:
        raise FileNotFoundError("no Chromium is installed")
    with tempfile.TemporaryDirectory() as folder:
        home = a_home(Path(folder))
        hire(Place(home, f"sqlite:///{home / 'var' / 'daybook.db'}").open())
        with serving(home) as (address, _):
            visit = recorded(address)
            taken = asyncio.run(crowd(address, visit))
    taken.sort()
    note = (
        f"{len(taken):,} clicks in {SECONDS:.0f} s, each person one every {THINKING:.0f} s; half within "
        f"{taken[len(taken) // 2] * 1000:.0f} ms; one web process, the clicking people on the same machine"
    )
    slow = taken[int(len(taken) * PERCENTILE)] * 1000
    return [Figure(f"{PEOPLE} people clicking from page to page, 95 % (SQLite)", slow, "ms", 150, note=note)]


def hire(office: Office) -> None:
    """Make an account for each person."""
    with office.repository.transaction(SYSTEM, door="cli") as tx:
        for place in range(PEOPLE):
            accounts.create_account(tx, f"person{place}", title=f"Person {place}", password=PASSWORD, roles=ROLES)
    office.repository.close()


def recorded(address: str) -> Visit:
    """Click through the pages in a browser; give what it sent."""
    from playwright.sync_api import sync_playwright

    visit, now = Visit(), Click()

    def sent(frame: Any) -> None:
        if str(frame).startswith("40/_event"):
            visit.greeting = str(frame)
        elif str(frame).startswith("42"):
            now.frames.append(str(frame))

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        page.on("websocket", lambda socket: socket.on("framesent", sent))
        page.on("request", lambda asked: now.fetches.append(asked.url) if "/api/pages/rows/" in asked.url else None)
        assert page.request.post(f"{address}/api/login", data={"name": "person0", "password": PASSWORD}).ok
        page.goto(f"{address}/")
        page.wait_for_timeout(2000)
        for href in WHERE:
            now = Click()
            page.click(f"nav a[href='{href}'] >> nth=0")
            page.wait_for_timeout(1500)
            visit.clicks.append(now)
        browser.close()
    assert visit.greeting and all(click.frames for click in visit.clicks)
    return visit


async def crowd(address: str, visit: Visit) -> list[float]:
    """Let everybody work at once; give the seconds of each click."""
    async with httpx.AsyncClient(base_url=address, timeout=60, limits=httpx.Limits(max_connections=PEOPLE)) as client:
        sessions = [await _sign_in(client, place) for place in range(PEOPLE)]
        opens = time.monotonic() + ARRIVING
        people = [_person(address, client, session, visit, opens=opens) for session in sessions]
        return [seconds for found in await asyncio.gather(*people) for seconds in found]


async def _sign_in(client: httpx.AsyncClient, place: int) -> str:
    answer = await client.post("/api/login", json={"name": f"person{place}", "password": PASSWORD})
    answer.raise_for_status()
    client.cookies.clear()
    return answer.cookies[COOKIE]


async def _person(
    address: str, client: httpx.AsyncClient, session: str, visit: Visit, *, opens: float
) -> Sequence[float]:
    url = f"{address.replace('http', 'ws')}/_event/?token={uuid.uuid4()}&EIO=4&transport=websocket"
    headers = {"Cookie": f"{COOKIE}={session}; lang=en"}
    taken: list[float] = []
    await asyncio.sleep(random.random() * ARRIVING)
    async with websockets.connect(url, origin=address, additional_headers=headers, max_size=None) as socket:  # type: ignore[arg-type]
        await socket.recv()
        await socket.send(visit.greeting)
        await _shown(socket)
        place = random.randrange(len(visit.clicks))
        await asyncio.sleep(max(0.0, opens - time.monotonic()))
        while time.monotonic() < opens + SECONDS:
            await asyncio.sleep(random.expovariate(1 / THINKING))
            click, place = visit.clicks[place % len(visit.clicks)], place + 1
            began = time.perf_counter()
            for frame in click.frames:
                await socket.send(frame)
            await asyncio.gather(_shown(socket), *(client.get(fetch, headers=headers) for fetch in click.fetches))
            taken.append(time.perf_counter() - began)
    return taken


async def _shown(socket: Any) -> None:
    """Wait until a page has all of its own; answer the server's question whether we are there."""
    while True:
        frame = await asyncio.wait_for(socket.recv(), 60)
        if frame == "2":
            await socket.send("3")
        elif SHOWN in frame:
            return
