"""A few random days of purchasing on both databases; and what is broken on purpose is found, told and made shorter."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from app.data import counting
from app.domain.stock import service as stock
from tests.conftest import require_postgres
from tests.simulation import acts, runs
from tests.simulation.__main__ import days_of
from tests.simulation.runs import Failure, Fresh, lived, offices, shortened

SEED = int(os.environ["DAYBOOK_SEED"])


@pytest.fixture(scope="module")
def on_sqlite() -> Iterator[Fresh]:
    """Copies of the founded company in files."""
    with offices("sqlite") as fresh:
        yield fresh


def live(fresh: Fresh, seed: int, days: int, what: Any = acts.ACTS) -> tuple[dict[str, int], Failure | None]:
    """Live so many days; give what was done and what was broken."""
    office = fresh()
    try:
        business, failure = lived(office, seed, range(1, days + 1), what)
    finally:
        office.repository.close()
    return dict(business.granted), failure


def test_every_promise_holds_after_every_act_on_sqlite(on_sqlite: Fresh) -> None:
    done, failure = live(on_sqlite, SEED, 8)
    assert failure is None, failure.say()
    assert sum(done.values()) > 10, f"hardly anything was done: seed {SEED} proves little"


def test_every_promise_holds_after_every_act_on_postgresql() -> None:
    require_postgres()
    with offices("postgresql") as fresh:
        _, failure = live(fresh, SEED, 4)
    assert failure is None, f"{failure.say()} DATABASE=postgresql"


def test_the_same_seed_is_the_same_business(on_sqlite: Fresh) -> None:
    assert live(on_sqlite, 5, 3) == live(on_sqlite, 5, 3)


BUYING = (*(acts.ask,) * 3, *(acts.decide,) * 6, *(acts.order,) * 2, *(acts.receive,) * 4, acts.undo_receipt)


def test_an_order_that_no_longer_counts_its_receipts_is_noticed(
    on_sqlite: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "refresh", lambda *_: None)
    failure = live(on_sqlite, 2, 12, BUYING)[1]
    assert failure and "its receipts" in failure.say()


def test_goods_that_are_entered_at_the_wrong_place_are_noticed(
    on_sqlite: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = stock._place
    monkeypatch.setattr(stock, "_place", lambda ledger, link: place(ledger, link).replace(":GZ", ":HZ"))
    failure = live(on_sqlite, 2, 12, BUYING)[1]
    assert failure and "its documents say" in failure.say()


def test_a_command_that_is_done_again_when_repeated_is_noticed(
    on_sqlite: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.office.desk import Desk

    command = Desk.command
    monkeypatch.setattr(Desk, "command", lambda self, work, key, request: command(self, work, None, request))
    failure = live(on_sqlite, 2, 6, (acts.ask, acts.repeat))[1]
    assert failure and "a repeated command" in failure.say()


def test_a_failure_is_made_shorter_and_told_with_the_command_that_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It needs the days 3 and 7, and shows on the later of them."""

    def failed(_fresh: Fresh, seed: int, days: tuple[int, ...]) -> Failure | None:
        return Failure(seed, tuple(days), 7, "order", ("broken",)) if {3, 7} <= set(days) else None

    monkeypatch.setattr(runs, "_failed", failed)
    short = shortened(lambda: None, Failure(9, tuple(range(1, 21)), 7, "order", ("broken",)))  # type: ignore[arg-type, return-value]
    assert short.days == (3, 7)
    assert short.say() == "day 7, order:\n  broken\nShow it again: make simulate SEED=9 DAYS=3,7"
    assert [days_of(text) for text in ("3", "3,7", "7,")] == [[1, 2, 3], [3, 7], [7]]
