"""Hooks: what is forged, late, too large or repeated changes nothing; what is right becomes documents once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.testclient import TestClient

from app.api import build_api
from app.config.settings import Settings
from app.connect import hooks
from app.connect.hooks.registry import UnknownConnector
from app.connect.hooks.service import HookExists, NoHook, WrongShop
from app.connect.hooks.signing import ID, SIGNATURE, TIME, WINDOW, signature
from app.core import clock
from app.core.actor import SYSTEM
from app.data import accounts
from app.imports.arriving import ImportNeedsKey
from app.imports.errors import UnknownImport
from app.jobs.runner import due_jobs, run_job
from app.office.facade import Office
from tests.imports.mappings import an_importer

ORDERS = """\
import: shop_orders
title: {en: Shop orders, zh: 店铺订单}
source:
  dates: YYYY-MM-DD
  columns: [No, Supplier, Ordered, Product, Quantity, Price]
into:
  - form: purchase_order
    key: [order_no]
    group_by: No
    stage: ordered
    fields:
      supplier: {find: supplier, by: {supplier_no: Supplier}}
      warehouse: {find: warehouse, by: {code: "'MAIN'"}}
      ordered_on: Ordered
      order_no: No
    tables:
      lines:
        product: {find: product, by: {code: Product}}
        quantity: Quantity
        unit_price: Price
"""
KEYLESS = ORDERS.replace("shop_orders", "keyless").replace("    key: [order_no]\n", "")
JOINED = ORDERS.replace("shop_orders", "joined").replace(
    "into:", "  join: [{file: more.csv, by: No, columns: [More]}]\ninto:", 1
)


@dataclass
class Sender:
    """A system outside that knows the secret of a hook."""

    office: Office
    key: bytes
    shop: str = "acme"

    def headers(self, body: bytes, number: str = "d-1", **changes: Any) -> dict[str, str]:
        """Give the headers of a delivery that is signed now."""
        moment = str(int(changes.pop("at", clock.now()).timestamp()))
        signed = signature(changes.pop("key", self.key), number, moment, body=body)
        return {ID: number, TIME: moment, SIGNATURE: signed, "content-type": "application/json", **changes}

    def send(self, body: Any, number: str = "d-1", **changes: Any) -> httpx.Response:
        """Deliver; `changes`: key, at, and headers."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        path = changes.pop("path", f"/api/v1/hooks/rows/{self.shop}")
        return self.client.post(path, content=raw, headers=self.headers(raw, number, **changes))

    @property
    def client(self) -> TestClient:
        """A caller without token or cookie."""
        return TestClient(build_api(self.office), raise_server_exceptions=False)

    def work(self) -> list[str]:
        """Let the worker do what is due; give how each job ended."""
        return [run_job(self.office.repository, job) for job in due_jobs(self.office.repository)]

    def orders(self) -> list[tuple[str, str]]:
        """Give the orders that are there: the sender's number and the amount."""
        page = self.office.list("purchase_order", columns=["order_no", "total_amount"], order_by="order_no")
        return [(row["order_no"], str(row["total_amount"])) for row in page.rows]


def row(number: str = "A-1", quantity: Any = 3, **changes: Any) -> dict[str, Any]:
    """One row as a shop sends it."""
    cells = {"No": number, "Supplier": "V1", "Ordered": "2026-03-01", "Product": "AR-1", "Quantity": quantity}
    return {**cells, "Price": "1.50", **changes}


def opened(home: Path, url: str) -> Sender:
    """Give an office with a hook of the importer."""
    imports = home / "site" / "imports"
    imports.mkdir(parents=True)
    for name, text in (("shop_orders", ORDERS), ("keyless", KEYLESS), ("joined", JOINED)):
        (imports / f"{name}.yaml").write_text(text, "utf-8")
    office = Office.open(Settings(home=home, secret_key="for tests only", database_url=url))
    importer = an_importer(office.as_actor(SYSTEM))
    return Sender(importer, make(importer, "acme"))


@pytest.fixture
def sender(database_url: str, tmp_path: Path) -> Iterator[Sender]:
    """An office of the test's own, on both databases."""
    sender = opened(tmp_path, database_url)
    yield sender
    sender.office.repository.close()


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sender]:
    """One office for whatever must not get in: at the end nothing is kept."""
    home = tmp_path_factory.mktemp("hooks")
    sender = opened(home, f"sqlite:///{home / 'daybook.db'}")
    yield sender
    assert counted(sender.office) == (0, 0)
    sender.office.repository.close()


def make(office: Office, shop: str, *, target: str = "shop_orders", user: str = "importer") -> bytes:
    """Make a hook; give its key."""
    with office.repository.transaction(SYSTEM) as tx:
        account = accounts.account_named(tx, user)
        assert account is not None
        made, shown = hooks.add_hook(tx, "rows", shop, target=target, account=account)
        assert shown.startswith("whsec_")
    return hooks.secret_of(office.settings.secret_key, made)


def counted(office: Office) -> tuple[int, int]:
    """Count the deliveries and their jobs."""
    with office.repository.reading(SYSTEM) as tx:
        deliveries = tx.fetch_one("select count(*) from office_delivery")
        jobs = tx.fetch_one("select count(*) from office_outbox where kind = 'hook.take'")
    assert deliveries and jobs
    return deliveries[0], jobs[0]


def test_rows_become_documents_with_the_rights_of_the_account(sender: Sender) -> None:
    answer = sender.send({"rows": [row(), row(Product="AR-2", Quantity=0.5), row("A-2", "7")]})
    assert answer.status_code == 202
    assert answer.json() == {"delivery": "d-1", "job": answer.json()["job"], "repeated": False}
    assert sender.orders() == []  # answered before anything is done
    assert sender.work() == ["done"]
    assert sender.orders() == [("A-1", "5.25"), ("A-2", "10.50")]
    job = sender.office.job(answer.json()["job"])
    assert (job.state, job.title.en, job.result["imported"]) == ("done", "Take in a delivery", 3)
    assert (
        sender.office.history("purchase_order", sender.office.list("purchase_order").rows[0]["number"])[0].door
        == "import"
    )


def test_the_same_delivery_again_changes_nothing_and_gives_the_same_job(sender: Sender) -> None:
    first = sender.send([row()])
    again = sender.send([row()])
    sender.work()
    late = sender.send([row()])
    assert [a.json()["repeated"] for a in (first, again, late)] == [False, True, True]
    assert first.json()["job"] == again.json()["job"] == late.json()["job"]
    assert counted(sender.office) == (1, 1) and sender.work() == [] and len(sender.orders()) == 1


def test_a_number_with_another_content_is_refused(sender: Sender) -> None:
    sender.send([row()])
    answer = sender.send([row(quantity=9)])
    assert (answer.status_code, answer.json()["code"]) == (409, "delivery_changed")
    assert counted(sender.office) == (1, 1)


def test_the_same_document_in_another_delivery_is_made_once(sender: Sender) -> None:
    sender.send([row()])
    sender.send([row(), row("A-2")], "d-2")
    assert sender.work() == ["done", "done"]
    assert [number for number, _ in sender.orders()] == ["A-1", "A-2"]


def test_the_same_delivery_twice_at_once_is_kept_once(sender: Sender) -> None:
    together = threading.Barrier(6)

    def deliver(_: int) -> httpx.Response:
        together.wait()
        return sender.send([row()])

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(deliver, range(6)))
    assert [answer.status_code for answer in answers] == [202] * 6
    assert sorted(answer.json()["repeated"] for answer in answers) == [False] + [True] * 5
    assert counted(sender.office) == (1, 1)


def test_two_deliveries_of_one_key_worked_at_once_make_one_document(sender: Sender) -> None:
    jobs = [sender.send([row(), row(f"B-{at}")], f"d-{at}").json()["job"] for at in range(4)]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda job: run_job(sender.office.repository, job), jobs)) == ["done"] * 4
    assert [number for number, _ in sender.orders()] == ["A-1", "B-0", "B-1", "B-2", "B-3"]


FORGED: Mapping[str, Mapping[str, Any]] = {
    "another key": {"key": b"x" * 32},
    "no signature": {SIGNATURE: ""},
    "nonsense": {SIGNATURE: "v1,AAAA"},
    "another version": {SIGNATURE: "v2,AAAA"},
    "another number": {ID: "d-2"},
    "another time": {TIME: "1700000000"},
    "no number": {ID: ""},
    "time that is none": {TIME: "now"},
    "many signatures": {SIGNATURE: " ".join(["v1,AAAA"] * 10_000)},
    "another shop": {"path": "/api/v1/hooks/rows/other"},
    "another connector": {"path": "/api/v1/hooks/cols/acme"},
    "a path": {"path": "/api/v1/hooks/rows/..%2f..%2fsupplier"},
}


@pytest.mark.parametrize("what", FORGED)
def test_a_forged_delivery_is_refused_and_nothing_of_it_is_kept(refused: Sender, what: str) -> None:
    answer = refused.send([row()], **FORGED[what])
    assert answer.status_code in (401, 404, 431), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert counted(refused.office) == (0, 0)


def test_a_changed_body_is_refused(refused: Sender) -> None:
    raw = json.dumps([row()]).encode()
    headers = refused.headers(raw)
    answer = refused.client.post("/api/v1/hooks/rows/acme", content=raw.replace(b"A-1", b"A-9"), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "hook_refused")


def test_a_wrong_hook_and_a_wrong_signature_are_told_the_same(refused: Sender) -> None:
    said = [refused.send([row()], **FORGED[what]).json()["detail"] for what in ("another key", "another shop")]
    assert said[0] == said[1]


def test_one_of_several_signatures_is_enough(sender: Sender) -> None:
    right = sender.headers(b'[{"a": 1}]')[SIGNATURE]
    raw = json.dumps([row()]).encode()
    right = sender.headers(raw)[SIGNATURE]
    assert sender.send(raw, **{SIGNATURE: f"v1,AAAA {right}"}).status_code == 202


@pytest.mark.parametrize("seconds", [WINDOW + 5, -WINDOW - 5])
def test_a_delivery_outside_of_the_window_is_late(refused: Sender, seconds: int) -> None:
    answer = refused.send([row()], at=clock.now() + timedelta(seconds=seconds))
    assert (answer.status_code, answer.json()["code"]) == (401, "delivery_late")
    assert counted(refused.office) == (0, 0)


def test_a_late_delivery_that_is_known_is_late_all_the_same(sender: Sender) -> None:
    sender.send([row()])
    assert sender.send([row()], at=clock.now() - timedelta(hours=1)).status_code == 401


HOSTILE: Mapping[str, tuple[bytes, int]] = {
    "nothing": (b"", 400),
    "no JSON": (b"No,Supplier\n1,2", 400),
    "half JSON": (b'[{"No": ', 400),
    "not UTF-8": (b'["\xff"]', 400),
    "a key twice": (b'[{"No": 1, "No": 2}]', 400),
    "NaN": (b'[{"No": NaN}]', 400),
    "a number without end": (b'[{"No": 1e999999}]', 400),
    "a null letter": (b'[{"No": "\\u0000"}]', 400),
    "half a letter": (b'[{"No": "\\ud800"}]', 400),
    "nested": (b"[" * 50_000 + b"]" * 50_000, 400),
    "a text": (b'"rows"', 422),
    "no rows": (b'{"rows": []}', 422),
    "rows that are none": (b"[1, 2]", 422),
    "rows in a row": (json.dumps([row(No={"a": 1})]).encode(), 422),
    "too many rows": (json.dumps([{"No": 1}] * 5001).encode(), 422),
    "a cell that is too long": (json.dumps([row(No="x" * 20_001)]).encode(), 422),
    "a missing column": (b'[{"No": 1, "Supplier": 2}]', 422),
    "too large": (b" " * (1024 * 1024 + 1), 413),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_body_is_a_problem_even_where_it_is_signed(refused: Sender, what: str) -> None:
    raw, status = HOSTILE[what]
    answer = refused.send(raw)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json" and answer.json()["title"]
    assert counted(refused.office) == (0, 0)


def test_another_media_type_is_refused(refused: Sender) -> None:
    assert refused.send([row()], **{"content-type": "text/plain"}).status_code == 415


def test_rows_that_break_a_rule_stay_out_with_their_reason(sender: Sender) -> None:
    job = sender.send(
        [row(), row("A-2", Supplier="nobody"), row("A-3", "=1+1"), row("A-4", Note="not asked for")]
    ).json()["job"]
    assert sender.work() == ["done"]
    result = sender.office.job(job).result
    assert (result["imported"], result["rejected"]) == (2, 2)
    assert [number for number, _ in sender.orders()] == ["A-1", "A-4"]
    assert "nobody" in sender.office.import_rejections(result["run"])


def test_an_account_without_the_right_makes_nothing_and_the_job_says_why(sender: Sender) -> None:
    with sender.office.repository.transaction(SYSTEM) as tx:
        accounts.create_account(tx, "clerk", title="Clerk", password="not-a-secret", roles=("employee",))
    clerk = Sender(sender.office, make(sender.office, "clerk", user="clerk"), "clerk")
    job = clerk.send([row()]).json()["job"]
    assert clerk.work() == ["failed"] and sender.orders() == []
    assert "can't import" in sender.office.as_user("clerk").job(job).error
    assert job not in [each.id for each in sender.office.jobs()]  # another's job


def test_a_failed_delivery_can_be_retried(sender: Sender) -> None:
    with sender.office.repository.transaction(SYSTEM) as tx:
        account = accounts.account_named(tx, "importer")
        assert account is not None
        for role in ("purchasing_manager", "product_manager", "warehouse_manager"):
            accounts.take_role(tx, account, role)
    job = sender.send([row()]).json()["job"]
    assert sender.work() == ["failed"]
    with sender.office.repository.transaction(SYSTEM) as tx:
        accounts.give_role(tx, account, "purchasing_manager")
        tx.run("update office_role_holder set to_on = null")
    again = sender.office.as_user("importer")
    again.retry_job(job)
    assert sender.work() == ["done"] and again.job(job).result["imported"] == 1


def test_a_removed_hook_takes_nothing_and_what_waits_is_not_done(sender: Sender) -> None:
    sender.send([row()])
    with sender.office.repository.transaction(SYSTEM) as tx:
        hooks.remove_hook(tx, "rows", "acme")
        with pytest.raises(NoHook):
            hooks.remove_hook(tx, "rows", "acme")
    assert sender.send([row("A-2")], "d-2").status_code == 401
    assert sender.work() == ["failed"] and sender.orders() == []


def test_a_hook_that_is_made_anew_has_another_secret(sender: Sender) -> None:
    with sender.office.repository.transaction(SYSTEM) as tx:
        hooks.remove_hook(tx, "rows", "acme")
    fresh = make(sender.office, "acme")
    assert fresh != sender.key
    assert sender.send([row()]).status_code == 401
    assert sender.send([row()], key=fresh).status_code == 202


def test_a_stopped_account_shuts_its_hook(sender: Sender) -> None:
    with sender.office.repository.transaction(SYSTEM) as tx:
        account = accounts.account_named(tx, "importer")
        assert account is not None
        accounts.set_active(tx, account, False)
    assert sender.send([row()]).status_code == 401


def test_a_hook_is_made_only_for_what_it_can_serve(sender: Sender) -> None:
    with pytest.raises(ImportNeedsKey, match="has no key"):
        make(sender.office, "b", target="keyless")
    with pytest.raises(ImportNeedsKey, match="other files"):
        make(sender.office, "b", target="joined")
    with pytest.raises(UnknownImport):
        make(sender.office, "b", target="nosuch")
    with pytest.raises(HookExists):
        make(sender.office, "acme")
    for shop in ("", "A", "a/b", "..", "x" * 61, "a b", "张"):
        with pytest.raises(WrongShop):
            make(sender.office, shop)
    with sender.office.repository.transaction(SYSTEM) as tx, pytest.raises(UnknownConnector, match="rows"):
        hooks.add_hook(tx, "nosuch", "x", target="", account=sender.office.actor.account)


def test_no_secret_stands_in_the_database(sender: Sender) -> None:
    """The salt alone makes no key; the office's own key is needed too."""
    with sender.office.repository.reading(SYSTEM) as tx:
        kept = str(tx.fetch("select * from office_hook"))
        (hook,) = hooks.hooks(tx)
    assert sender.key.hex() not in kept
    assert hooks.secret_of("another office", hook) != sender.key
    assert (hook.address, hook.account, hook.target, hook.deliveries) == (
        "/api/v1/hooks/rows/acme",
        "importer",
        "shop_orders",
        0,
    )
