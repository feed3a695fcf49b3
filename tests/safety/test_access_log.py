"""Who read what is sensitive is known, whatever door he took; reading what isn't costs nothing and leaves no trace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.core import clock
from app.core.actor import SYSTEM
from app.core.errors import DaybookError, NotAllowed
from app.data import access, accounts
from tests.safety.canaries import PASSWORD, Company, a_guarded_company
from tests.safety.visitors import Visitor

VAULT = "VT-0002"  # holds a secret, pay and a phone


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    company = a_guarded_company(tmp_path_factory.mktemp("access"))
    _audited(company)
    yield company
    company.office.repository.close()


@pytest.fixture
def company(sqlite: Company) -> Company:
    """The guarded company, in which nobody read anything yet."""
    forget(sqlite)
    return sqlite


def _audited(company: Company) -> None:
    with company.office.repository.transaction(SYSTEM, door="cli") as tx:
        accounts.create_account(tx, "auditor", password=PASSWORD, roles=("auditor",))


def forget(company: Company) -> None:
    company.office.repository.access.flush()
    company.office.repository.access._known.clear()
    with company.office.repository.transaction(SYSTEM) as tx:
        tx.run("delete from office_sensitive_read")


def noted(company: Company, **which: Any) -> list[tuple[str, str, str, str]]:
    """Give what the log holds: who, door, what, fields."""
    reads = company.office.as_user("auditor").sensitive_reads(**which)
    return [(each.account.number, each.door, each.what, " ".join(each.fields)) for each in reversed(reads)]


Ask = Callable[[Visitor], Any]
DOORS: dict[str, tuple[Ask, str, str]] = {  # how it is read, the door, what is noted beside the number
    "a document": (lambda v: v.office.get("vault", VAULT), "python", "phone secret"),
    "its history": (lambda v: v.office.history("vault", VAULT), "python", "secret"),
    "as of": (lambda v: v.office.as_of("vault", VAULT, clock.now()), "python", "secret"),
    "while it is typed": (lambda v: v.office.compute("vault", {"note": "x"}, VAULT), "python", "secret"),
    "a list": (lambda v: v.office.list("vault", columns=["secret"]), "python", "secret"),
    "a sum": (lambda v: v.office.list("vault", columns=["note"], sums=("pay",)), "python", "pay"),
    "a filter": (lambda v: v.office.list("vault", "secret == 'zzz'", columns=["note"]), "python", "secret"),
    "another filter": (lambda v: v.office.list("vault", filters=[("pay", "gte", "1")], columns=["note"]), "python", "pay"),
    "a sort": (lambda v: v.office.list("vault", order_by="-secret", columns=["note"]), "python", "secret"),
    "an export": (lambda v: list(v.office.export("vault", columns=("secret",))), "python", "secret"),
    "an export that is broken off": (lambda v: next(v.office.export("vault", columns=("secret",))), "python", "secret"),
    "free SQL": (lambda v: list(v.office.sql("select max(secret) from vault").rows()), "python", "secret"),
    "SQL over lines": (lambda v: list(v.office.sql("select secret from vault_lines").rows()), "python", "secret"),
    "a metric": (lambda v: list(v.office.metric("vault_pay", "note").rows()), "python", "pay"),
    "REST": (lambda v: v.program.get(f"/api/v1/vault/{VAULT}"), "api", "secret"),
    "a list by REST": (lambda v: v.program.get("/api/v1/vault?columns=secret"), "api", "secret"),
    "REST in a browser": (lambda v: v.browser.get(f"/api/v1/vault/{VAULT}"), "api", "secret"),
    "a change that answers": (lambda v: v.office.update("vault", VAULT, {"opened_on": "2026-01-02"}), "python", "secret"),
}


@pytest.mark.parametrize("name", DOORS)
@pytest.mark.capability("SEC-02")
def test_whoever_reads_it_is_noted_whatever_the_door(company: Company, name: str) -> None:
    ask, door, fields = DOORS[name]
    ask(Visitor(company, "keeper"))
    found = [each for each in noted(company) if set(fields.split()) <= set(each[3].split())]
    assert found and {(who, by) for who, by, _what, _fields in found} == {("keeper", door)}, noted(company)


@pytest.mark.parametrize("name", DOORS)
def test_who_sees_a_mask_or_nothing_is_not(company: Company, name: str) -> None:
    with suppress(DaybookError):
        DOORS[name][0](Visitor(company, "clerk"))
    assert noted(company, account="clerk") == []


def test_a_page_and_the_assistant_are_noted_as_such(company: Company) -> None:
    from assistant import gate

    keeper = company.actor("keeper")
    company.office.as_actor(keeper, door="page").get("vault", VAULT)
    gate.call(company.office.repository, keeper, "show_document", {"number": VAULT, "form": "vault"})
    doors = {door for _who, door, what, _fields in noted(company) if what == VAULT}
    assert "page" in doors and len(doors) == 2


def test_what_a_list_showed_is_found_by_the_number_of_each_row(company: Company) -> None:
    company.office.as_user("keeper").list("vault", columns=["secret"], order_by="id")
    assert len(noted(company, number=VAULT, form="vault")) == 1
    assert noted(company, number="VT-0001") == []  # it has no secret
    assert noted(company, number="VT-000_") == noted(company, number="%") == []


def test_what_is_not_sensitive_leaves_no_trace_and_asks_for_no_writer(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = company.office.as_user("keeper")
    monkeypatch.setattr(company.office.repository, "transaction", _never)
    keeper.get("visit", "VS-0001")
    keeper.list("vault", columns=["note", "opened_on"], sums=())
    keeper.get("vault", "VT-0004")  # nothing sensitive is filled in
    assert company.office.repository.access._waiting == []


def _never(*_given: Any, **_more: Any) -> Any:
    raise AssertionError("a reader took the lock of writers")


def test_who_looks_at_the_same_again_is_noted_once_in_a_while(company: Company) -> None:
    keeper = company.office.as_user("keeper")
    for _look in range(5):
        keeper.get("vault", VAULT)
    assert len(noted(company)) == 1
    with clock.stopped(clock.now() + access.ONCE_IN):
        keeper.get("vault", VAULT)
        assert len(noted(company)) == 2


def test_a_refused_write_still_lets_nothing_be_lost(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    company.office.as_user("keeper").get("vault", VAULT)
    with monkeypatch.context() as patch:
        patch.setattr(company.office.repository, "transaction", _never)
        with pytest.raises(AssertionError):
            company.office.repository.access.flush()
    assert len(noted(company)) == 1


def test_the_log_is_for_auditors_alone_and_tells_no_value(company: Company) -> None:
    keeper = company.office.as_user("keeper")
    keeper.get("vault", VAULT)
    for who in ("keeper", "boss", "guest"):
        with pytest.raises(NotAllowed):
            company.office.as_user(who).sensitive_reads()
        assert Visitor(company, who).program.get("/api/v1/access").status_code == 403
    told = Visitor(company, "auditor").program.get("/api/v1/access?form=vault&limit=5")
    assert [(one["account"], one["door"], one["what"]) for one in told.json()["items"]] == [("keeper", "python", VAULT)]
    assert "berylheron" not in told.text and "765432109" not in told.text


def test_old_readings_are_forgotten_after_their_days(company: Company) -> None:
    log = company.office.repository.access
    company.office.as_user("keeper").get("vault", VAULT)
    assert len(noted(company)) == 1
    log._swept = None
    with clock.stopped(clock.now() + timedelta(days=company.office.settings.access_days + 1)):
        company.office.as_user("keeper").get("vault", "VT-0006")
        assert [what for _who, _door, what, _fields in noted(company)] == ["VT-0006"]


def test_it_holds_on_postgresql_too(tmp_path: Path, postgres_url: str) -> None:
    company = a_guarded_company(tmp_path, postgres_url)
    _audited(company)
    forget(company)
    keeper = company.office.as_user("keeper")
    keeper.get("vault", VAULT)
    keeper.list("vault", columns=["secret"], order_by="id")
    assert len(noted(company, number=VAULT)) == 2 and noted(company, number=VAULT, account="clerk") == []
    assert noted(company, limit=1, after=10**9) != []
    company.office.repository.close()
