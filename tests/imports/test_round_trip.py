"""What goes out as a whole comes in as it was: every type of field, lines, links, texts that mean something to a sheet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.config.settings import Settings
from app.core.actor import SYSTEM
from app.data import accounts
from app.imports import writing
from app.office import Office

FORM = """\
form: thing
title: {en: Thing, zh: 物品}
number: T-{year}-{seq:5}
fields:
  name:      {type: text, label: {en: Title, zh: 标题}}
  note:      {type: long_text, label: {en: Name, zh: 名称}}
  count:     {type: number, label: {en: Count, zh: 数目}}
  weight:    {type: quantity, label: {en: Weight, zh: 重}}
  worth:     {type: money, label: {en: Worth, zh: 价值}}
  share:     {type: percent, label: {en: Share, zh: 份额}}
  lent:      {type: boolean, label: {en: Lent, zh: 借出}}
  bought_on: {type: date, label: {en: Bought, zh: 购于}}
  seen_at:   {type: datetime, label: {en: Seen, zh: 见于}}
  opens:     {type: time, label: {en: Opens, zh: 开放}}
  lasts:     {type: duration, label: {en: Lasts, zh: 时长}}
  colour:    {type: choice, options: {red: {en: Red, zh: 红}, blue: {en: Blue, zh: 蓝}}, label: {en: Colour, zh: 颜色}}
  marks:     {type: choices, options: {a: {en: A, zh: 甲}, b: {en: B, zh: 乙}}, label: {en: Marks, zh: 标记}}
  address:   {type: address, label: {en: Address, zh: 地址}}
  keeper:    {type: user, label: {en: Keeper, zh: 保管人}}
  unit:      {type: unit, label: {en: Unit, zh: 单位}}
  units:     {type: unit, many: true, label: {en: Units, zh: 多单位}}
tables:
  parts:
    title: {en: Parts, zh: 部件}
    fields:
      name: {type: text, label: {en: Name, zh: 名称}}
      size: {type: quantity, label: {en: Size, zh: 大小}}
      unit: {type: unit, label: {en: Unit, zh: 单位}}
  visits:
    title: {en: Visits, zh: 到访}
    fields:
      day: {type: date, label: {en: Day, zh: 日期}}
access:
  create: [product_manager]
  import: [product_manager]
"""
EARLY, LATE = datetime(1990, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001  their zone is drawn beside them
UNITS = ("KG", "A,B", "007", "=1+1")
PLAIN = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=12).map(str.strip)
TEXTS = st.one_of(
    PLAIN,
    st.sampled_from(
        [
            "007",
            "=1+1",
            "'=1",
            "'",
            "''x",
            "-5",
            "+86 1",
            "@home",
            "1e5",
            "TRUE",
            "采购申请",
            '","',
            "2026-01-31",
            "{}",
            "[1]",
        ]
    ),
)
LONG = st.one_of(TEXTS, st.sampled_from(["one\ntwo\n\nfour", " leading", "tab\tinside", "=a\n=b"]))


def numbers(digits: int) -> st.SearchStrategy[Decimal]:
    return st.integers(-(10**15), 10**15).map(lambda value: Decimal(value).scaleb(-digits))


def maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


THINGS = st.fixed_dictionaries(
    {
        "name": maybe(TEXTS),
        "note": maybe(LONG),
        "count": maybe(numbers(0)),
        "weight": maybe(numbers(4) | st.just(Decimal(0))),
        "worth": maybe(numbers(2)),
        "share": maybe(st.integers(-999, 999).map(lambda value: Decimal(value) / 1000)),
        "lent": st.booleans(),
        "bought_on": maybe(st.dates(date(1800, 1, 1), date(2200, 1, 1))),
        "seen_at": maybe(st.datetimes(EARLY, LATE, timezones=st.just(UTC))),
        "opens": maybe(st.times().map(lambda value: value.replace(microsecond=0))),
        "lasts": maybe(st.integers(-(10**6), 10**6).map(lambda seconds: timedelta(seconds=seconds))),
        "colour": maybe(st.sampled_from(["red", "blue"])),
        "marks": st.lists(st.sampled_from(["a", "b"]), unique=True),
        "address": maybe(st.fixed_dictionaries({"city": PLAIN.filter(bool), "street": TEXTS.filter(bool)})),
        "keeper": st.sampled_from([None, "ann"]),
        "unit": st.sampled_from([None, *UNITS]),
        "units": st.lists(st.sampled_from(UNITS), unique=True),
        "parts": st.lists(
            st.fixed_dictionaries(
                {"name": TEXTS.filter(bool), "size": maybe(numbers(4)), "unit": st.sampled_from([None, *UNITS])}
            ),
            max_size=3,
        ),
        "visits": st.lists(st.fixed_dictionaries({"day": st.dates(date(1990, 1, 1), date(2100, 1, 1))}), max_size=2),
    }
)


def an_office(home: Path, url: str) -> Office:
    (home / "site" / "forms").mkdir(parents=True)
    (home / "site" / "forms" / "thing.yaml").write_text(FORM)
    office = Office.open(Settings.read({"DAYBOOK_HOME": str(home), "DAYBOOK_DATABASE_URL": url}))
    with office.repository.transaction(SYSTEM, door="test") as tx:
        accounts.create_account(tx, "ann", title="Ann, the second", password="not-a-secret", roles=("product_manager",))
    ann = office.as_user("ann")
    for code in UNITS:
        ann.create("unit", {"code": code, "name": f"Unit {code}"})
    return ann


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, Office]]:
    homes = [tmp_path_factory.mktemp(name) for name in ("first", "second")]
    made = [an_office(home, f"sqlite:///{home / 'daybook.db'}") for home in homes]
    yield made[0], made[1]
    for office in made:
        office.repository.close()


def facts(office: Office, number: str) -> dict[str, Any]:
    """All that a document holds, without what tells one office from another."""
    document = office.get("thing", number)
    form = office.form("thing")
    found = {name: _plain(document[name]) for name in ("number", *form.header)}
    for table, spec in form.tables.items():
        names = ("line_no", *spec.fields)
        found[table] = [{name: _plain(line[name]) for name in names} for line in document[table]]
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value.number if hasattr(value, "number") else value


@pytest.mark.capability("IMP-06")
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(things=st.lists(THINGS, min_size=1, max_size=4), workbook=st.booleans())
def test_any_document_comes_in_as_it_went_out(
    offices: tuple[Office, Office], things: list[Any], workbook: bool
) -> None:
    first, second = offices
    made = [first.create("thing", values).number for values in things]
    rows = [row for row in first.export("thing") if row["number"] in made]
    table = list(first.export_whole("thing", rows))
    file = ("things.xlsx", writing.as_xlsx(table)[0]) if workbook else ("things.csv", writing.as_csv(table))
    report = second.import_file("thing", file)
    assert (report.rejections, report.documents["thing"]["made"]) == ([], len(made))
    for number in made:
        assert facts(second, number) == facts(first, number)
    again = second.import_file("thing", file, existing="update")
    assert again.changed_nothing and not again.rejected


def test_a_number_that_is_taken_or_of_another_make_gives_way(offices: tuple[Office, Office]) -> None:
    _first, second = offices
    rows = "number,name\nT-2020-00042,Old\nX-1,Odd\nT-2020-00042x,Odder\n"
    assert second.import_file("thing", ("a.csv", rows.encode())).imported == 3
    assert second.get("thing", "T-2020-00042")["name"] == "Old"
    assert not [row for row in second.export("thing") if row["number"].startswith("X") or row["number"].endswith("x")]
    assert second.create("thing", {"name": "Next"}).number not in ("T-2020-00042", "X-1")


def test_the_counter_goes_on_behind_a_kept_number(offices: tuple[Office, Office]) -> None:
    _first, second = offices
    now = second.create("thing", {"name": "Now"}).number
    year, last = now[:7], int(now[7:])
    second.import_file("thing", ("a.csv", f"number,name\n{year}{last + 5:05d},Ahead\n".encode()))
    assert second.create("thing", {"name": "Next"}).number == f"{year}{last + 6:05d}"
