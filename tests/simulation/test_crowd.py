"""Many processes at once: nothing is sold twice, nothing acknowledged is lost, nobody waits for ever."""

from __future__ import annotations

import random

from app.data.database import Database
from tests.ledger.helpers import a_ledger, a_receipt, stands, units
from tests.simulation import crowd as people
from tests.simulation.crowd import crowd
from tests.simulation.days import entries


def test_eighty_orders_of_five_over_a_hundred_units_are_granted_twenty_times(
    database: Database, database_url: str
) -> None:
    with a_ledger(database) as ledger:
        ledger.post(a_receipt("r1", 100, 10000))
    database.close()
    granted = crowd(database_url, people.order_fives).answers()
    assert sum(granted) == 20
    with a_ledger(database) as ledger:
        assert ledger.balance("warehouse:HZ", "TEA").pending_out == units(100)
        assert ledger.verify() == []


def test_the_same_keys_from_eight_processes_are_forty_entries(database: Database, database_url: str) -> None:
    database.close()
    answers = crowd(database_url, people.send_the_same_keys).answers()
    assert all(answer == answers[0] for answer in answers)
    with a_ledger(database) as ledger:
        assert entries(ledger) == 40
        assert stands(ledger) == (40, 4000)
        assert ledger.verify() == []


def test_mixed_acts_never_wait_for_each_other_in_a_circle(database: Database, database_url: str) -> None:
    with a_ledger(database) as ledger:
        ledger.post_many(
            [
                a_receipt(f"{thing}{place}", 50, 5000, thing=thing, place=f"warehouse:{place}")
                for thing in ("TEA", "CUP")
                for place in ("HZ", "SH")
            ]
        )
    database.close()
    wrong = [error for answer in crowd(database_url, people.do_anything).answers() for error in answer]
    assert wrong == []
    with a_ledger(database) as ledger:
        assert ledger.verify() == []


def test_nothing_acknowledged_is_lost_when_processes_are_killed(database: Database, database_url: str) -> None:
    database.close()
    acknowledged = people.kill_after(
        crowd(database_url, people.post_until_killed, processes=3), random.uniform(0.6, 1.2)
    )
    assert len(acknowledged) > 10
    with a_ledger(database) as ledger:
        ledger.cursor.execute("select distinct entry_id from ledger_posting")
        assert set(acknowledged) <= {row[0] for row in ledger.cursor.fetchall()}
        assert ledger.verify() == []


def test_a_close_amid_posting_keeps_exactly_what_was_entered(database: Database, database_url: str) -> None:
    database.close()
    entered = sum(crowd(database_url, people.post_around_a_close).answers())
    with a_ledger(database) as ledger:
        ledger.cursor.execute(
            "select sum(amount) from ledger_snapshot s join ledger_account a on a.id = s.account_id "
            "where a.code = 'warehouse:HZ'"
        )
        assert ledger.cursor.fetchone()[0] == units(entered)
        assert ledger.verify() == []
