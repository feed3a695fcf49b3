"""Many real processes on one ledger."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from app.core.errors import DaybookError
from app.data.database import Database
from app.ledger import AlreadySettled, Draft, Ledger, Move, NotEnough
from tests.ledger.helpers import TODAY, a_ledger, a_receipt, an_issue, an_order, units

FORK = multiprocessing.get_context("fork")
Work = Callable[[Database, int, Connection], None]


@dataclass
class Crowd:
    """Processes that started together, and the pipes on which they answer."""

    members: list[tuple[BaseProcess, Connection]]

    def answers(self) -> list[Any]:
        """Wait for every process and give what each of them answered."""
        heard = [pipe.recv() for _, pipe in self.members]
        for process, _ in self.members:
            process.join()
        return heard


def crowd(url: str, work: Work, *, processes: int = 8) -> Crowd:
    """Start processes that each open the database and begin at the same moment."""
    barrier = FORK.Barrier(processes)
    members = []
    for number in range(processes):
        near, far = FORK.Pipe(duplex=False)
        process = FORK.Process(target=_run, args=(url, work, number, far, barrier))
        process.start()
        members.append((process, near))
    return Crowd(members)


def _run(url: str, work: Work, number: int, answer: Connection, barrier: Any) -> None:
    database = Database(url)
    barrier.wait()
    work(database, number, answer)
    database.close()


def order_fives(database: Database, number: int, answer: Connection) -> None:
    """Ten orders of five, one transaction each; answer how many were granted."""
    granted = 0
    for order in range(10):
        try:
            with a_ledger(database) as ledger:
                ledger.hold(an_order(f"o{number}-{order}", 5))
            granted += 1
        except NotEnough:
            continue
    answer.send(granted)


def send_the_same_keys(database: Database, number: int, answer: Connection) -> None:
    """Forty receipts whose keys every process sends; answer the entries."""
    keys = [f"k{n}" for n in range(40)]
    random.Random(number).shuffle(keys)
    found = {}
    for key in keys:
        with a_ledger(database) as ledger:
            found[key] = ledger.post(a_receipt(key, 1, 100))
    answer.send(found)


def do_anything(database: Database, number: int, answer: Connection) -> None:
    """Mixed acts on two goods in two warehouses; answer what went wrong beside refusals."""
    chance, wrong = random.Random(number), []
    for act in range(30):
        try:
            with a_ledger(database) as ledger:
                _anything(ledger, chance, f"p{number}-{act}")
        except DaybookError:
            continue
        except Exception as error:  # a deadlock, a lock that was not waited for
            wrong.append(repr(error))
    answer.send(wrong)


def _anything(ledger: Ledger, chance: random.Random, key: str) -> None:
    there, here = chance.sample(["warehouse:HZ", "warehouse:SH"], 2)
    things = chance.sample(["TEA", "CUP"], 2)  # in any order: the kernel sorts
    moves = tuple(Move(there, "customers", thing, units(chance.randint(1, 3))) for thing in things)
    act = chance.choice(["receive", "reserve", "reserve", "ship", "cancel", "transfer", "count"])
    if act == "receive":
        ledger.post_many([a_receipt(f"{key}-{thing}", 5, 500, thing=thing, place=here) for thing in things])
    elif act == "reserve":
        ledger.hold(Draft("reserved", key, f"order:{chance.randint(1, 9)}", TODAY, moves=moves))
    elif act == "ship":
        ledger.post(Draft("shipped", key, key, TODAY, moves=moves))
    elif act == "transfer":
        moves = tuple(Move(there, here, thing, units(1)) for thing in things)
        ledger.post(Draft("moved", key, key, TODAY, moves=moves))
    elif act == "cancel":
        holds = ledger.open_holds(f"order:{chance.randint(1, 9)}")
        ledger.release(Draft("released", key, key, TODAY), [(hold, hold.open) for hold in holds])
    else:
        rows = ledger.lock([(there, thing, None) for thing in things])
        surplus = [Move("adjustments", there, thing, units(1), value=100) for thing in things]
        assert len(rows) == 2
        ledger.post(Draft("counted", key, key, TODAY, moves=tuple(surplus)))


def post_until_killed(database: Database, number: int, answer: Connection) -> None:
    """Post and acknowledge each entry once it is committed, without end."""
    for act in range(100_000):
        try:
            with a_ledger(database) as ledger:
                key = f"w{number}-{act}"
                entry = ledger.post(a_receipt(key, 2, 200)) if act % 2 else ledger.post(an_issue(key, 1))
        except (NotEnough, AlreadySettled):
            continue
        answer.send(entry)


def post_around_a_close(database: Database, number: int, answer: Connection) -> None:
    """Post as long as the month is open, one process closes it in the middle; answer what was entered."""
    entered = 0
    for act in range(20):
        try:
            with a_ledger(database) as ledger:
                if (number, act) == (0, 8):
                    ledger.close_period(202611, book="stock")
                else:
                    ledger.post(a_receipt(f"c{number}-{act}", 1, 100))
                    entered += 1
        except DaybookError:
            break
    answer.send(entered)


def kill_after(crowd: Crowd, seconds: float) -> list[int]:
    """Kill every process in the midst of its work; give the entries that were acknowledged."""
    time.sleep(seconds)
    for process, _ in crowd.members:
        os.kill(process.pid or 0, signal.SIGKILL)
    acknowledged = []
    for process, pipe in crowd.members:
        process.join()
        while pipe.poll():
            try:
                acknowledged.append(pipe.recv())
            except EOFError:
                break
    return acknowledged
