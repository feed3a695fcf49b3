"""Random acts on a small ledger, and what must be true after each of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from app.core.errors import DaybookError
from app.data.database import Database
from app.ledger import Draft, Ledger, Leg, Move
from tests.ledger.helpers import a_ledger, a_payment, a_receipt, units

FIRST_DAY = date(2026, 9, 1)
GOODS = ("TEA", "CUP", "MILK")
PLACES = ("warehouse:HZ", "warehouse:SH", "backorders:HZ")


@dataclass
class Days:
    """A run of random acts: same seed, same acts."""

    database: Database
    seed: int
    number: int = 0
    today: date = FIRST_DAY
    drafts: list[Draft] = field(default_factory=list)  # every request that was granted
    entries: list[int] = field(default_factory=list)
    shipped: list[int] = field(default_factory=list)
    received: list[tuple[int, str]] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)
    refused: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def step(self) -> str:
        """Do one random act in a transaction of its own; give its name."""
        act = self.random.choice(ACTS)
        self.number += 1
        if self.random.random() < 0.1:
            self.today += timedelta(days=1)
        try:
            with a_ledger(self.database) as ledger:
                act(self, ledger)
        except DaybookError:
            self.refused += 1
        return act.__name__

    def key(self, name: str) -> str:
        """Give a key that no other act has."""
        return f"{name}{self.number}"

    def goods(self) -> tuple[str, str, str | None]:
        """Choose goods, a place and, where cost follows the lot, a lot."""
        thing = self.random.choice(GOODS)
        lot = self.random.choice("ABC") if thing == "MILK" or self.random.random() < 0.3 else None
        return thing, self.random.choice(PLACES), lot

    def post(self, ledger: Ledger, draft: Draft) -> int:
        """Post, and remember what was asked."""
        entry = ledger.post(draft)
        self.drafts.append(draft)
        self.entries.append(entry)
        return entry


def receive(days: Days, ledger: Ledger) -> None:
    thing, place, lot = days.goods()
    amount, worth = days.random.randint(1, 30), days.random.randint(0, 5000)
    draft = a_receipt(days.key("receipt"), amount, worth, thing=thing, place=place, lot=lot, on=days.today)
    days.received.append((days.post(ledger, draft), place))


def ship(days: Days, ledger: Ledger) -> None:
    thing, place, lot = days.goods()
    move = Move(
        place, "customers", thing, units(days.random.randint(1, 12)), lot=lot, by={"channel": days.random.choice("xy")}
    )
    draft = Draft("sale.shipped", days.key("ship"), f"shipment:{days.number}", days.today, moves=(move,))
    days.shipped.append(days.post(ledger, draft))


def ship_by_expiry(days: Days, ledger: Ledger) -> None:
    place, wanted = days.random.choice(PLACES), units(days.random.randint(1, 6))
    picks = ledger.pick_lots(place, "MILK", wanted=wanted, on=days.today)
    moves = tuple(Move(place, "customers", "MILK", pick.amount, lot=pick.lot) for pick in picks)
    days.post(ledger, Draft("sale.shipped", days.key("pick"), f"shipment:{days.number}", days.today, moves=moves))


def sell(days: Days, ledger: Ledger) -> None:
    move = Move("warehouse:HZ", "customers", "TEA", units(1))
    net = days.random.randint(1, 900)
    draft = Draft(
        "sale",
        days.key("sale"),
        f"order:{days.number}",
        days.today,
        moves=(move,),
        legs=(Leg("receivable", net, party="customer:1"), Leg("income", -net, by={"channel": "x"})),
    )
    days.post(ledger, draft)


def reserve(days: Days, ledger: Ledger) -> None:
    place, target = days.random.choice(PLACES), days.random.choice(("customers", "warehouse:SH", "customers"))
    lines = [
        Move(place, target, thing, units(days.random.randint(1, 9)))
        for thing in days.random.sample(GOODS[:2], days.random.randint(1, 2))
        if place != target
    ]
    if lines:
        document = f"order:{days.number}"
        ledger.hold(Draft("reserved", days.key("hold"), document, days.today, moves=tuple(lines)))
        days.orders.append(document)


def settle(days: Days, ledger: Ledger) -> None:
    if days.orders:
        holds = ledger.open_holds(days.random.choice(days.orders))
        moves = tuple(Move(h.source, h.target, h.commodity, days.random.randint(1, h.open), hold=h) for h in holds)
        if moves:
            days.post(ledger, Draft("shipped", days.key("settle"), "order", days.today, moves=moves))


def give_back(days: Days, ledger: Ledger) -> None:
    if days.orders:
        holds = ledger.open_holds(days.random.choice(days.orders))
        if holds:
            ledger.release(Draft("released", days.key("release"), "order", days.today), [(h, h.open) for h in holds])


def transfer(days: Days, ledger: Ledger) -> None:
    thing, _, lot = days.goods()
    source, target = days.random.sample((*PLACES, "in_transit:HZ", "scrap"), 2)
    if source != "scrap":
        move = Move(source, target, thing, units(days.random.randint(1, 5)), lot=lot)
        days.post(ledger, Draft("moved", days.key("move"), f"transfer:{days.number}", days.today, moves=(move,)))


def take_back(days: Days, ledger: Ledger) -> None:
    if days.shipped:
        origin = (days.random.choice(days.shipped), 2)
        thing, lot = what_went(ledger, origin)
        place = days.random.choice(PLACES)
        move = Move("customers", place, thing, units(days.random.randint(1, 3)), lot=lot, origin=origin)
        days.post(ledger, Draft("returned", days.key("back"), f"return:{days.number}", days.today, moves=(move,)))


def send_back(days: Days, ledger: Ledger) -> None:
    if days.received:
        entry, place = days.random.choice(days.received)
        thing, lot = what_went(ledger, (entry, 2))
        move = Move(place, "suppliers", thing, units(days.random.randint(1, 9)), lot=lot, origin=(entry, 2))
        days.post(
            ledger, Draft("sent_back", days.key("out"), f"supplier_return:{days.number}", days.today, moves=(move,))
        )


def reverse(days: Days, ledger: Ledger) -> None:
    if days.entries:
        entry = days.random.choice(days.entries)
        days.entries.append(ledger.reverse(entry, f"reverse:{entry}:{days.random.randint(1, 2)}", booked_on=days.today))


def replay(days: Days, ledger: Ledger) -> None:
    if days.drafts:
        count = entries(ledger)
        ledger.post(days.random.choice(days.drafts))
        assert entries(ledger) == count, "a replay added an entry"


def pay(days: Days, ledger: Ledger) -> None:
    days.post(ledger, a_payment(days.key("pay"), days.random.randint(1, 999), on=days.today))


def add_landed_cost(days: Days, ledger: Ledger) -> None:
    if ledger.balance("warehouse:HZ", "TEA").amount > 0:
        move = Move("suppliers", "warehouse:HZ", "TEA", 0, value=days.random.randint(1, 500))
        days.post(ledger, Draft("landed_cost", days.key("cost"), "bill:1", days.today, moves=(move,)))


def close(days: Days, ledger: Ledger) -> None:
    if days.today > FIRST_DAY + timedelta(days=31) and days.random.random() < 0.3:
        month = days.today.replace(day=1) - timedelta(days=1)
        ledger.close_period(month.year * 100 + month.month, book=days.random.choice(("stock", "money")))


def reopen(days: Days, ledger: Ledger) -> None:
    if days.random.random() < 0.1:
        ledger.reopen_period(202609, book=days.random.choice(("stock", "money")))


def what_went(ledger: Ledger, posting: tuple[int, int]) -> tuple[str, str | None]:
    """Give the goods and the lot of a posting."""
    ledger.cursor.execute(
        f"select commodity_id, lot_id from ledger_posting where entry_id = {posting[0]} and line = {posting[1]}"
    )
    commodity, lot = ledger.cursor.fetchone()
    return ledger.names.commodity_of(commodity).code, ledger.names.lot_no(lot)


def entries(ledger: Ledger) -> int:
    """Count the entries."""
    ledger.cursor.execute("select count(*) from ledger_entry")
    return int(ledger.cursor.fetchone()[0])


ACTS: tuple[Callable[[Days, Ledger], Any], ...] = (
    receive,
    receive,
    receive,
    ship,
    ship,
    ship,
    ship_by_expiry,
    sell,
    reserve,
    reserve,
    settle,
    settle,
    give_back,
    transfer,
    transfer,
    take_back,
    take_back,
    send_back,
    send_back,
    reverse,
    reverse,
    replay,
    pay,
    add_landed_cost,
    close,
    reopen,
)


SHELVES = """select a.chart, sum(b.value) from ledger_balance b join ledger_account a on a.id = b.account_id
    where b.lot_id = 0 group by a.chart having sum(b.value) <> 0"""


def broken_promises(ledger: Ledger, today: date) -> list[str]:
    """Give every promise that does not hold."""
    found = ledger.verify()
    trial = ledger.trial_balance(today)
    if sum(line.value for line in trial):
        found.append(f"The trial balance is out by {sum(line.value for line in trial)}.")
    ledger.cursor.execute(SHELVES)
    shelves = {chart: int(value) for chart, value in ledger.cursor.fetchall()}
    books = {line.chart: line.value for line in trial if line.chart in ("1405", "1402")}
    if shelves != books:
        found.append(f"The places hold {shelves}, the books say {books}.")
    return found
