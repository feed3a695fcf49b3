"""Two years of business, lived through on a stopped clock: requests, approvals, orders, receipts with rejects."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from app.core import clock
from app.core.actor import SYSTEM
from app.demo.company import approve, founding_day
from app.demo.deciding import Decider
from app.demo.plan import Plan
from app.jobs.runner import due_jobs, run_job
from app.jobs.worker import run_deadlines
from app.office import Office

REQUESTERS = ("employee", "employee", "employee", "sales", "service", "warehouse")
WAREHOUSES = ("HZ", "HZ", "HZ", "GZ", "GZ", "CD", "SH")
OPEN = ((20, "employee", 30), (17, "warehouse", 20), (6, "employee", None), (3, "employee", 2500))  # hours ago, who
REJECT_REASONS = ("damaged", "damaged", "wrong_item", "poor_quality", "too_many")
Say = Callable[[str], None]
Step = Callable[[], None]


class History:
    """A queue of what happens when; each step does its act and plans what follows from it."""

    def __init__(self, office: Office, *, locale: str = "en", seed: int = 2026, requests: int = 220) -> None:
        self.office = office
        self.plan = Plan(locale)
        self.chance = random.Random(seed)
        self.requests = requests
        self.now = clock.now()
        self._queue: list[tuple[datetime, int, Step]] = []
        self._order = 0
        self._products = _products_by_supplier(office)
        self._decider = Decider(office, self.plan)

    def run(self, say: Say = lambda _: None) -> None:
        """Live from the founding day until now; what lies ahead stays undone and waits for people."""
        for at in self._request_times():
            self._later(at, self._raise_request)
        for asked in self.plan["decisions"]:
            at = self.now - (timedelta(days=asked["ago"]) if asked["ago"] else timedelta(hours=2))
            self._later(at, partial(self._decider.ask, asked))
        month = ""
        while self._queue and self._queue[0][0] <= self.now:
            at, _, step = heapq.heappop(self._queue)
            with clock.stopped(at):
                if month != (month := f"{at:%Y-%m}"):
                    say(month)
                    self._end_month()
                step()
        self._leave_open()
        self._end_month()

    def _end_month(self) -> None:
        """Let the office do what is due, and let everybody read what he was told."""
        repository = self.office.repository
        run_deadlines(repository)
        for job in due_jobs(repository, limit=10_000):
            run_job(repository, job)
        with repository.transaction(SYSTEM, door="job") as tx:
            tx.run(
                tx.sql("update office_notice set read_at = at where read_at is null and at < ?"),
                (tx.instant(self.now - timedelta(days=2)),),
            )

    def _request_times(self) -> Iterator[datetime]:
        first, last = founding_day(self.now.date()), self.now.date()
        days = (last - first).days
        for number in range(self.requests):
            ahead = days if number % 8 else 12  # one in eight falls into the last twelve days
            day = last - timedelta(days=self.chance.randrange(ahead))
            yield self._at(day, 1 + self.chance.randrange(8))

    def _at(self, day: date, hour: int) -> datetime:
        minute = self.chance.randrange(60)
        return datetime.combine(day, time(hour, minute), UTC)

    def _later(self, at: datetime, step: Step) -> None:
        self._order += 1
        heapq.heappush(self._queue, (at, self._order, step))

    def _in_days(self, least: int, most: int, step: Step) -> None:
        day = clock.now().date() + timedelta(days=self.chance.randint(least, most))
        self._later(self._at(day, 1 + self.chance.randrange(8)), step)

    def _leave_open(self) -> None:
        """Raise a few requests in the last hours, that wait for whoever signs in; one waits at its second step."""
        for hours, who, quantity in OPEN:
            with clock.stopped(self.now - timedelta(hours=hours)):
                number = self._new_request(who, quantity)
        manager = self.office.as_user("manager", door="page")
        for task in (task for task in manager.inbox() if task.number == number):
            manager.decide(task.id, "approve")

    def _raise_request(self) -> None:
        number = self._new_request(self.chance.choice(REQUESTERS))
        self._in_days(0, 2, lambda: self._decide(number))

    def _new_request(self, who: str, quantity: int | None = None) -> str:
        supplier, products = self.chance.choice(self._products)
        chosen = self.chance.sample(products, min(len(products), self.chance.randint(1, 4)))
        needed = clock.now().date() + timedelta(days=self.chance.randint(14, 40))
        request = self.office.as_user(who, door="page").create(
            "purchase_request",
            {
                "department": "WH",
                "warehouse": self.chance.choice(WAREHOUSES),
                "supplier": supplier,
                "needed_on": needed,
                "reason": self.chance.choice(self.plan["reasons"]),
                "lines": [self._line(product, quantity) for product in chosen],
            },
            submit=True,
        )
        return str(request.number)

    def _line(self, product: dict[str, Any], quantity: int | None = None) -> dict[str, Any]:
        quantity = quantity or self.chance.choice((20, 30, 40, 60, 80, 120, 200))
        variants = product["variants"]
        return {
            "product": product["code"],
            "quantity": quantity,
            **({"variant": self.chance.choice(variants)} if variants else {}),
        }

    def _decide(self, number: str) -> None:
        if self.chance.random() < 0.06:
            self._refuse(number)
            return
        if approve(self.office, "purchase_request", number):
            self._in_days(0, 2, lambda: self._place_order(number))

    def _refuse(self, number: str) -> None:
        for name in ("manager", "director"):
            person = self.office.as_user(name, door="page")
            for task in (task for task in person.inbox() if task.number == number):
                person.decide(task.id, "reject", comment=self.plan["reasons"][1])
                return

    def _place_order(self, request: str) -> None:
        buyer = self.office.as_user("buyer", door="page")
        found = buyer.list(
            "purchase_order", f"purchase_request == '{request}' and stage == 'draft'", columns=["number", "needed_on"]
        ).rows
        for row in found:
            order = buyer.act("purchase_order", row["number"], "submit")
            late = 12 if self.chance.random() < 0.15 else 0
            days = max((row["needed_on"] - clock.now().date()).days, 2)
            self._in_days(max(days - 8, 1), days + late, partial(self._receive, order.number, first=True))

    def _receive(self, number: str, *, first: bool) -> None:
        keeper = self.office.as_user("warehouse", door="page")
        order = keeper.get("purchase_order", number)
        if order.stage not in ("ordered", "partly_received"):
            return
        part = Decimal("0.6") if first and self.chance.random() < 0.3 else Decimal(1)
        bad = Decimal("0.05") if first and self.chance.random() < 0.2 else Decimal(0)
        receipt = keeper.create(
            "goods_receipt",
            {
                "purchase_order": number,
                "delivery_note_no": f"DN-{number[3:]}-{1 if first else 2}",
                "lines": [
                    self._received(order, line, part=part, bad=bad)
                    for line in order["lines"]
                    if line["open_quantity"] > 0
                ],
            },
        )
        keeper.act("goods_receipt", receipt.number, "submit")
        if keeper.get("purchase_order", number).stage == "partly_received":
            self._in_days(3, 12, lambda: self._receive(number, first=False))

    def _received(self, order: Any, line: dict[str, Any], *, part: Decimal, bad: Decimal) -> dict[str, Any]:
        quantity = (line["open_quantity"] * part).to_integral_value()
        rejected = (quantity * bad).to_integral_value()
        values = {
            "order_line_no": line["line_no"],
            "product": line["product"].number,
            "quantity": quantity,
            "rejected_quantity": rejected,
        }
        if line.get("variant"):
            values["variant"] = line["variant"].number
        if rejected:
            values["reject_reason"] = self.chance.choice(REJECT_REASONS)
        return values | self._lot(order, line)

    def _lot(self, order: Any, line: dict[str, Any]) -> dict[str, Any]:
        keeper = self.office.as_user("warehouse", door="page")
        product = keeper.get("product", line["product"].number)
        if not product["needs_lot"] and product["shelf_life_days"] is None:
            return {}
        made = clock.now().date() - timedelta(days=self.chance.randint(5, 30))
        lot = keeper.create(
            "lot",
            {
                "product": product.number,
                "supplier": order["supplier"].number,
                "made_on": made,
                "supplier_lot_no": f"{made:%y%m%d}-{self._order}-{line['line_no']}",
            },
        )
        return {"lot": lot.number}


def live_through(
    office: Office, *, locale: str = "en", seed: int = 2026, requests: int = 220, say: Say = lambda _: None
) -> None:
    """Fill the two years of a founded company; the same seed gives the same business."""
    History(office, locale=locale, seed=seed, requests=requests).run(say)


def _products_by_supplier(office: Office) -> list[tuple[str, list[dict[str, Any]]]]:
    director = office.as_user("director")
    variants: dict[str, list[str]] = {}
    for row in _everything(director, "variant", ["sku", "product"]):
        if row["sku"] != row["product"].number:
            variants.setdefault(row["product"].number, []).append(row["sku"])
    found: dict[str, list[dict[str, Any]]] = {}
    for row in _everything(director, "product", ["code", "supplier"]):
        found.setdefault(row["supplier"].number, []).append(
            {"code": row["code"], "variants": variants.get(row["code"], [])}
        )
    return sorted(found.items())


def _everything(office: Office, form: str, columns: list[str]) -> Iterator[dict[str, Any]]:
    after = None
    while True:
        page = office.list(form, columns=columns, limit=200, after=after, order_by="number")
        yield from page.rows
        after = page.next
        if after is None:
            return
