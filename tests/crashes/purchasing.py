"""People at the REST door, each request under its key, while the server dies: receipts with photos, approvals."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from app.api import build_api
from app.core import clock
from app.core.actor import SYSTEM
from app.data import accounts
from app.jobs.runner import due_jobs, run_job
from app.office import Office
from tests.crashes.killing import Scene, a_server
from tests.crashes.points import Death
from tests.simulation.promises import broken

PICTURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Asked:
    """One request: who sends it, where to, what, and its key, by which it can be sent again."""

    who: str
    path: str
    key: str = ""
    body: Any = None
    file: bytes = b""


class ServerScene(Scene):
    """People who send requests to a server until it dies, and then send the last one again."""

    quickest, slowest = 0.08, 0.5
    people: tuple[str, ...] = ()

    def __init__(self, office: Office) -> None:
        super().__init__(office)
        self.api = build_api(office)
        self.numbers = itertools.count(1)
        self.answers: dict[str, Any] = {}  # by key
        self.waiting: Asked | None = None  # sent, and no answer came
        with office.repository.transaction(SYSTEM) as tx:
            self.tokens = {
                name: accounts.create_token(tx, accounts.account_named(tx, name), title="crash")
                for name in self.people
            }

    def acts(self, chance: random.Random) -> Iterator[Asked]:
        """Give requests without end; each answer is sent in."""
        raise NotImplementedError

    def run(self, death: Death) -> list[Any]:
        """Send requests until the server is dead."""
        told: list[Asked] = []
        with a_server(self.office, self.api, death) as address, httpx.Client(base_url=address, timeout=20) as client:
            try:
                self._repeat(client)
                self._send_all(client, told)
            except httpx.TransportError:
                pass
        return told

    def _repeat(self, client: httpx.Client) -> None:
        """Send again what got no answer, and something that got one: the same answer comes."""
        if self.waiting is not None:
            self.answers[self.waiting.key] = self._send(client, self.waiting)
        keys = [key for key in self.answers if not key.startswith("photo")]
        if keys:
            key = self.chance.choice(keys)
            again = self._send(client, self.sent[key])
            assert again == self.answers[key], f"{key} was answered {self.answers[key]}, and now {again}"

    def _send_all(self, client: httpx.Client, told: list[Asked]) -> None:
        acts = self.acts(self.chance)
        asked = next(acts)
        while True:
            self.sent[asked.key] = asked
            self.waiting = asked if asked.key and not asked.file else None
            answer = self._send(client, asked)
            self.waiting = None
            if asked.key:
                self.answers[asked.key] = answer
            told.append(asked)
            asked = acts.send(answer)

    def _send(self, client: httpx.Client, asked: Asked) -> Any:
        for _ in range(50):
            answer = self._sent(client, asked)
            if answer.status_code != 503:  # another test may have taken the server's last connection
                break
            time.sleep(0.2)
        assert answer.is_success, answer.text
        return answer.json()

    def _sent(self, client: httpx.Client, asked: Asked) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.tokens[asked.who]}"}
        address = f"/api/v1/{asked.path}"
        if asked.file:
            return client.post(address, headers=headers, files={"file": ("photo.png", asked.file)})
        if asked.body is None:
            return client.get(address, headers=headers)
        return client.post(address, headers=headers | {"idempotency-key": asked.key}, json=asked.body)

    def begin(self, chance: random.Random) -> None:
        """Nothing is laid out: people go on with new things."""
        self.chance = chance
        self.sent: dict[str, Asked] = getattr(self, "sent", {})

    def made(self, prefix: str) -> list[str]:
        """Give the numbers that the answered requests of a kind told."""
        return [answer["number"] for key, answer in self.answers.items() if key.startswith(prefix)]

    def finish(self) -> None:
        """Do the jobs that are due; every one ends well."""
        while due := due_jobs(self.office.repository, limit=1000):
            for job in due:
                assert run_job(self.office.repository, job) == "done"
        assert broken(self.office) == []

    def count(self, statement: str) -> int:
        """Give the figure that a query counts."""
        with self.office.repository.reading(SYSTEM) as tx:
            return int(tx.fetch(statement)[0][0])


class Receipts(ServerScene):
    """The warehouse receives, one piece and one photo at a time."""

    name = "receipts"
    people = ("warehouse",)
    points = (
        "file written, no row",
        "decided, nothing followed",
        "posted, document as before",
        "done, answer not kept",
        "before commit",
        "after commit",
    )

    def begin(self, chance: random.Random) -> None:
        """Order many pieces."""
        super().begin(chance)
        buyer = self.office.as_user("buyer")
        goods = next(
            row
            for row in buyer.list("product", columns=["code", "supplier", "has_variants", "needs_lot"]).rows
            if not row["has_variants"] and not row["needs_lot"]
        )
        values = {
            "supplier": goods["supplier"].number,
            "warehouse": "HZ",
            "needed_on": (clock.now() + timedelta(days=10)).date(),
            "lines": [{"product": goods["code"], "quantity": 5000, "unit_price": "2.5"}],
        }
        self.order = buyer.create("purchase_order", values, submit=True).number
        for task in self.office.as_user("purchasing_manager").inbox():
            self.office.as_user("purchasing_manager").decide(task.id, "approve")
        self.product = goods["code"]

    def acts(self, chance: random.Random) -> Iterator[Asked]:
        """Send a photo, write down a receipt with it, post it."""
        while True:
            number = next(self.numbers)
            photo = yield Asked("warehouse", "files", f"photo{number}", file=PICTURE + chance.randbytes(400))
            line = {"order_line_no": 1, "product": self.product, "quantity": chance.randint(1, 3)}
            values = {"purchase_order": self.order, "photos": [photo["id"]], "lines": [line]}
            receipt = yield Asked("warehouse", "goods_receipt", f"receipt{number}", values)
            yield Asked("warehouse", f"goods_receipt/{receipt['number']}/submit", f"post{number}", {})

    def go_on(self, told: list[Any]) -> None:
        """Every answered receipt is posted, with its photo."""
        keeper = self.office.as_user("warehouse")
        for asked in told:
            if asked.key.startswith("photo"):
                assert keeper.file(self.answers[asked.key]["id"])[1] == asked.file
            elif asked.key.startswith("post"):
                assert keeper.get("goods_receipt", self.answers[asked.key]["number"]).stage == "posted"
            else:
                photos = keeper.get("goods_receipt", self.answers[asked.key]["number"])["photos"]
                assert len(photos) == 1

    def finish(self) -> None:
        """Each key made one receipt, and each posting one entry; one of either may wait for its answer."""
        super().finish()
        receipts, posted = self.made("receipt"), self.made("post")
        assert len(set(receipts)) == len(receipts) and len(set(posted)) == len(posted)
        lost = self.waiting is not None
        assert 0 <= self.count("select count(*) from goods_receipt") - len(receipts) <= lost
        entries = self.count("select count(*) from ledger_entry where event = 'goods.received'")
        assert 0 <= entries - len(posted) <= lost


class Approvals(ServerScene):
    """Somebody asks, the manager approves, an order follows."""

    name = "approvals"
    people = ("employee", "manager")
    points = ("decided, nothing followed", "done, answer not kept", "before commit", "after commit")

    def acts(self, chance: random.Random) -> Iterator[Asked]:
        """Ask for something, look into the inbox, approve."""
        goods = next(row for row in self.office.as_user("buyer").list("product", columns=["code", "has_variants", "supplier"]).rows if not row["has_variants"])
        self.office.repository.close()
        while True:
            number = next(self.numbers)
            values = {
                "department": "WH",
                "warehouse": "HZ",
                "supplier": goods["supplier"].number,
                "needed_on": str((clock.now() + timedelta(days=20)).date()),
                "reason": f"Round {number}",
                "lines": [{"product": goods["code"], "quantity": chance.randint(1, 9), "unit_price": "2.5"}],
            }
            asked = yield Asked("employee", "purchase_request?submit=true", f"ask{number}", values)
            inbox = yield Asked("manager", "inbox")
            task = next(each for each in inbox["items"] if each["number"] == asked["number"])
            yield Asked("manager", f"inbox/{task['id']}/approve", f"approve{number}", {"checklist": True})

    def go_on(self, told: list[Any]) -> None:
        """What was asked stands, what was approved made its order."""
        manager = self.office.as_user("manager")
        for asked in told:
            if asked.key.startswith("approve"):
                assert manager.get("purchase_request", self.answers[asked.key]["number"]).stage == "approved"

    def finish(self) -> None:
        """Each key made one request; each approval one order and one message to whoever asked."""
        super().finish()
        asked, approved = self.made("ask"), self.made("approve")
        assert len(set(asked)) == len(asked) and len(set(approved)) == len(approved)
        lost = self.waiting is not None
        assert 0 <= self.count("select count(*) from purchase_request") - len(asked) <= lost
        orders = "select count(*), count(distinct purchase_request) from purchase_order where purchase_request is not null"
        with self.office.repository.reading(SYSTEM) as tx:
            ((made, requests),) = tx.fetch(orders)
            twice = tx.fetch("select number, message, account_id from office_notice group by 1, 2, 3 having count(*) > 1")
        assert made == requests and 0 <= made - len(approved) <= lost
        assert twice == []
