"""Records nobody else should see, looked for at every door; and each check switched off, to see that the search finds it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.api import build_api
from app.data import documents, search
from app.data.plan import plan_of
from app.pages import routes, session
from tests.safety.canaries import CANARIES, PEOPLE, Company, a_guarded_company, met
from tests.safety.deeds import REFUSED, succeeds
from tests.safety.doors import DOORS, SLOW, Door, addresses
from tests.safety.doors_of_pages import fetches
from tests.safety.mutants import MUTANTS, Mutant, switched_off
from tests.safety.visitors import GHOSTS, Visitor

VISITORS = (*PEOPLE, "boss", "keeper:visit", "helper:visit", *GHOSTS)
AT_SLOW_DOORS = ("guest", "outsider")
OUTSIDE = frozenset({"the API", "what pages fetch"})  # the doors that ghosts reach
BY_THE_WEB = frozenset({"guest", "clerk", "outsider", "keeper:visit", *GHOSTS})
OWN = frozenset({"what lies about", "a file"})  # of the person, whatever his token is good for


class Crawl:
    """The company with its web server, and who was met by whom."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self.web = build_api(company.office)
        self.web.router.routes[:0] = routes.router.routes

    def visitor(self, who: str) -> Visitor:
        """Give a visitor."""
        return Visitor(self.company, who, self.web)

    def found(self, who: str, door: Door) -> Iterator[tuple[str, str]]:
        """Give each canary that a visitor meets at a door though he must not, with what he read."""
        for text in door(self.visitor(who), self.company.known):
            for canary in met(text):
                if who not in CANARIES[canary]:
                    yield canary, text

    def forget(self) -> None:
        """Forget what was worked out with or without a check."""
        registry = self.company.office.repository.registry
        registry.cache.clear()
        for form in ("vault", "cellar"):
            plan_of(registry, form, dialect=self.company.office.repository.database.dialect).__dict__.pop(
                "_searched", None
            )


@pytest.fixture(scope="module")
def crawl(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawl]:
    """One company for the whole crawl."""
    made = Crawl(a_guarded_company(tmp_path_factory.mktemp("crawl")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "house", lambda: made.company.office)
        logging.disable(logging.ERROR)  # pages log what breaks under a wrong call
        yield made
        logging.disable(logging.NOTSET)


@pytest.mark.parametrize("who", VISITORS)
def test_nobody_meets_a_record_that_is_not_for_him(crawl: Crawl, who: str) -> None:
    places = OUTSIDE if who in GHOSTS else DOORS.keys() - (OWN if ":" in who else ())
    places -= frozenset() if who in BY_THE_WEB else OUTSIDE
    leaks = {name: next(crawl.found(who, DOORS[name]), None) for name in places}
    assert not {name: leak for name, leak in leaks.items() if leak}


@pytest.mark.parametrize("who", AT_SLOW_DOORS)
def test_nor_where_processes_and_sockets_stand_between(crawl: Crawl, who: str) -> None:
    leaks = {name: next(crawl.found(who, door), None) for name, door in SLOW.items()}
    assert not {name: leak for name, leak in leaks.items() if leak}


@pytest.mark.parametrize("name", [*DOORS, *SLOW])
def test_every_door_shows_what_there_is_to_whoever_may_see_it(crawl: Crawl, name: str) -> None:
    keeper = crawl.visitor("keeper")
    seen = {canary for text in (DOORS | SLOW)[name](keeper, crawl.company.known) for canary in met(text)}
    assert seen, "a door that shows nothing proves nothing"


def test_every_record_can_be_met_somewhere(crawl: Crawl) -> None:
    doors = [DOORS[name] for name in DOORS.keys() - OUTSIDE]
    seen = {
        canary for door in doors for text in door(crawl.visitor("keeper"), crawl.company.known) for canary in met(text)
    }
    assert seen == {canary for canary, people in CANARIES.items() if "keeper" in people}


@pytest.mark.parametrize("name", REFUSED)
def test_nobody_does_what_he_may_not(crawl: Crawl, name: str) -> None:
    refused = REFUSED[name]
    assert not [who for who in refused.by if succeeds(crawl.visitor(who), refused.deed)]
    assert succeeds(crawl.visitor(refused.allowed), refused.deed), "a deed that nobody can do proves nothing"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.name)
def test_without_any_one_check_somebody_does(crawl: Crawl, mutant: Mutant) -> None:
    crawl.forget()
    with switched_off(mutant):
        if mutant.place == "the search":
            reindex(crawl.company)
        shown = broken(crawl, mutant)
    crawl.forget()
    if mutant.place == "the search":
        reindex(crawl.company)
    assert shown


def broken(crawl: Crawl, mutant: Mutant) -> bool:
    """Tell whether a visitor meets or does what he must not."""
    if mutant.place in REFUSED:
        return succeeds(crawl.visitor(mutant.person), REFUSED[mutant.place].deed)
    return any(True for _leak in crawl.found(mutant.person, (DOORS | SLOW)[mutant.place]))


def reindex(company: Company) -> None:
    """Write what the search knows anew."""
    from app.core.actor import SYSTEM

    with company.office.repository.transaction(SYSTEM) as tx:
        document = documents.get(tx, "vault", "VT-0002")
        search.write(tx, plan_of(tx.registry, "vault", dialect=tx.dialect), document)


def test_every_address_that_can_be_read_is_crawled(crawl: Crawl) -> None:
    known = crawl.company.known
    asked = [f"/api/v1{path}" for path in addresses(known)] + [f"/api/pages{path}" for path in fetches(known)]
    reached = {template(crawl, address) for address in asked} | ELSEWHERE.keys()
    assert {route.path for route in readable(crawl)} <= reached


ELSEWHERE = {  # addresses that another test asks, or that tell nothing of records
    "/health": "tells that the office runs",
    "/ready": "tells that it can take work",
    "/metrics": "counts requests",
    "/api/session": "tells how long the own session lasts",
    "/api/account": "one's own account, asked in test_own_account.py",
    "/api/login": "tells how one can sign in",
    "/api/oidc/start": "leads to the company's own sign-in",
    "/api/oidc/back": "comes back from it, asked in test_company_sign_in.py",
    "/api/v1/metrics/{name}": "the door 'a metric'",
    "/api/{rest:path}": "tells that there is nothing",
}


def readable(crawl: Crawl) -> list[Any]:
    """Give the routes that answer GET."""
    return [route for route in _flat(crawl.web.router.routes) if "GET" in getattr(route, "methods", ())]


def _flat(found: Any) -> Iterator[Any]:
    for route in found:
        inside = getattr(route, "effective_candidates", None)
        yield from _flat(inside()) if inside else [route]


def template(crawl: Crawl, address: str) -> str:
    """Give the route that answers an address."""
    from starlette.routing import Match

    scope = {"type": "http", "method": "GET", "path": address.partition("?")[0], "root_path": "", "headers": []}
    for route in _flat(crawl.web.router.routes):
        if route.matches(scope)[0] is Match.FULL:
            return str(route.path)
    return ""


def test_the_crawl_holds_on_postgresql_too(tmp_path: Path, postgres_url: str) -> None:
    crawl = Crawl(a_guarded_company(tmp_path, postgres_url))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "house", lambda: crawl.company.office)
        for who in ("guest", "stranger", "warden", "owner", "helper", "clerk", "outsider"):
            leaks = {
                name: next(crawl.found(who, DOORS[name]), None)
                for name in ("a document", "a list", "a guess", "the search", "a link field")
            }
            assert not {name: leak for name, leak in leaks.items() if leak}
        assert not [who for who in REFUSED["delete"].by if succeeds(crawl.visitor(who), REFUSED["delete"].deed)]
    crawl.company.office.repository.close()
