"""The office over the token of a run: the same methods, the same rights, and nothing of the database."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal

import httpx
import pytest
from fastapi.testclient import TestClient

from app.api import build_api
from app.core.actor import SYSTEM
from app.data import accounts
from app.office.facade import Office
from app.office.remote import OfficeRefused, RemoteOffice
from tests.office.offices import a_company


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """One company for all the tests here."""
    return a_company(tmp_path_factory.mktemp("remote"))


class Through(httpx.BaseTransport):
    """Sends requests to the API of this process, as the network would."""

    def __init__(self, office: Office) -> None:
        self.client = TestClient(build_api(office))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.client.request(
            request.method, str(request.url), content=request.read(), headers=dict(request.headers)
        )
        return httpx.Response(answer.status_code, headers=dict(answer.headers), content=answer.content)


def from_afar(office: Office, name: str) -> RemoteOffice:
    """Give the office as a notebook of this person sees it."""
    with office.as_user(name).transaction() as tx:
        token = accounts.create_token(tx, tx.actor.account, title="run")
    return RemoteOffice("http://testserver", token, transport=Through(office))


def test_documents_are_read_and_changed_with_the_persons_rights(office: Office) -> None:
    manager = from_afar(office, "product_manager")
    made = manager.create("unit", {"code": "tin", "name": "Tin", "decimals": Decimal("2")}, key="tin-1")
    assert (made.number, made.version, made["decimals"]) == ("tin", 1, "2")
    assert manager.create("unit", {"code": "tin", "name": "Tin", "decimals": Decimal("2")}, key="tin-1") == made
    assert manager.update("unit", "tin", {"name": "Tin can"}, version=1).version == 2
    assert manager.get("unit", "tin")["name"] == "Tin can"
    assert [entry["act"] for entry in manager.history("unit", "tin")] == ["create", "update"]
    with pytest.raises(OfficeRefused, match="Product manager") as refused:
        from_afar(office, "employee").create("unit", {"code": "jar", "name": "Jar"})
    assert (refused.value.code, refused.value.answered) == ("not_allowed", 403)


def test_lists_take_conditions_order_and_filters(office: Office) -> None:
    page = from_afar(office, "analyst").list(
        "unit", "code == 'pcs'", order_by="-code", limit=5, filters=[("name", "contains", "Pie")]
    )
    assert [row["code"] for row in page] == ["pcs"]


def test_sql_comes_as_an_arrow_table_with_exact_amounts(office: Office) -> None:
    found = from_afar(office, "finance").sql(
        "select code, list_price, purchase_price from product where code = 'PEN-1'"
    )
    assert found.rows() == [{"code": "PEN-1", "list_price": Decimal("3.5000"), "purchase_price": Decimal("1.2345")}]
    assert str(found.df().dtypes["list_price"]).startswith("decimal128")
    assert found.pl().height == 1


def test_sql_hides_what_the_person_may_not_see(office: Office) -> None:
    with pytest.raises(OfficeRefused, match="no column 'purchase_price'"):
        from_afar(office, "employee").sql("select purchase_price from product")
    with pytest.raises(OfficeRefused, match="no table 'journal'"):
        from_afar(office, "employee").sql("select * from journal")


def test_a_notebook_loads_nothing_of_the_database() -> None:
    code = (
        "import os, sys; os.environ['DAYBOOK_RUN_TOKEN'] = 'x'; from app import connect; connect();"
        "print([name for name in sys.modules if name.startswith(('app.data.repos', 'sqlalchemy', 'reflex', 'duckdb'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_token_of_a_run_speaks_through_the_door_of_notebooks(office: Office) -> None:
    token = accounts.token_of_run(office.repository, "product_manager", minutes=5)
    person = office.of_token(token)
    assert person is not None and (person.actor.name, person.door) == ("product_manager", "notebook")
    remote = RemoteOffice("http://testserver", token, transport=Through(office))
    made = remote.create("unit", {"code": "coil", "name": "Coil"})
    assert remote.history("unit", made.number)[0]["door"] == "notebook"
    with office.repository.transaction(SYSTEM) as tx:
        tx.run(tx.sql("update office_token set expires_at = ? where title = 'run'"), (tx.instant(tx.now),))
    assert office.of_token(token) is None
