"""What metrics refuse: hostile conditions and values, names that nobody knows; always in words, never by an answer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from app.analytics import SqlRefused
from app.analytics.metrics import UnknownDimension, UnknownMetric
from app.analytics.metrics_period import WrongPeriod
from app.core import clock
from app.core.errors import Invalid, NotAllowed
from app.office.facade import Office
from tests.analytics.metrics_company import NOW, buying_on, dec, figure


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The company on each database."""
    with buying_on(request.param, tmp_path_factory.mktemp("metrics")) as office:
        yield office


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    with clock.stopped(NOW):
        yield


HOSTILE = [
    "1 == 1; drop table supplier",
    "number == 'x' union select password from office_account",
    "exists(select 1 from office_account)",
    "supplier == 'S-00001' -- ",
    "true or (select 1)",
    "__import__('os')",
    "number.__class__ == 'x'",
    "office_account.password == 'x'",
    "sum(amount) > 1",
    "count(purchase_request where requester == buyer) > 0",
    "has_role('buyer')",
    "me == buyer",
    "stock.on_hand(product, warehouse) > 1",
    "read_csv('/etc/passwd') == 'x'",
    "number = 'x'",
    "number == 'x",
    "number == '\x00'",
    "number == '\ud800'",
    "(" * 200 + "true" + ")" * 200,
    "true and " * 900 + "true",
    "amount / 0 == 1",
    "supplier.prices.unit_price == 1",
    "supplier",
    "amount",
    "",
]


@pytest.mark.parametrize("text", [text for text in HOSTILE if text], ids=range(len(HOSTILE) - 1))
def test_hostile_conditions_are_refused_in_words(office: Office, text: str) -> None:
    with pytest.raises((Invalid, NotAllowed, SqlRefused)) as refused:
        figure(office, "ordered_amount", where=text)
    assert refused.value.say("en") and refused.value.say("zh")


QUOTES = [
    "' or '1' = '1",
    "'); drop table supplier; --",
    "\\' or 1=1",
    "%",
    "S-0000_",
    "S-00001' --",
    "x" * 900,
    "\x00",
    "张",
]


def test_hostile_values_match_nothing(office: Office) -> None:
    assert figure(office, "ordered_amount", filters={"supplier": QUOTES}) == 0
    assert figure(office, "ordered_amount", filters={"supplier": [*QUOTES, "S-00001"]}) == dec("33.33")
    conditions = [f"supplier == '{text}'" for text in QUOTES if text.isprintable() and "'" not in text]
    assert figure(office, "ordered_amount", where=" or ".join(conditions)) == 0


@pytest.mark.parametrize("text", ["\ud800", "x" * 2000])
def test_values_that_no_database_holds_are_refused(office: Office, text: str) -> None:
    with pytest.raises((SqlRefused, Invalid)):
        figure(office, "ordered_amount", filters={"supplier": text})


@pytest.mark.parametrize(
    "name", ["", "x", "orders; drop table x", "ordered_amount--", "../orders", "orders\x00", "x" * 10_000]
)
def test_unknown_names_are_refused(office: Office, name: str) -> None:
    with pytest.raises(UnknownMetric):
        figure(office, name)
    with pytest.raises(UnknownDimension):
        office.as_user("analyst").metric("orders", by=[name])
    with pytest.raises(UnknownDimension):
        figure(office, "orders", filters={name: "x"})
    if name not in ("",):
        with pytest.raises(UnknownDimension):
            figure(office, "orders", order_by=name)
        with pytest.raises(WrongPeriod):
            figure(office, "orders", period=name)


def test_the_nearest_name_is_offered(office: Office) -> None:
    with pytest.raises(UnknownMetric, match=r"no metric 'ordered_amuont'. Did you mean 'ordered_amount'"):
        figure(office, "ordered_amuont")
    with pytest.raises(Invalid, match=r"no field 'amuont'. Did you mean 'amount'"):
        figure(office, "ordered_amount", where="amuont > 1")
