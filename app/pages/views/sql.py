"""Free SQL as the page shows it: the tables one may name, the rows of an answer, what was asked before, a file."""

from __future__ import annotations

import csv
import io
import math
import time
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.core.errors import DaybookError, NotAllowed
from app.core.formats import number
from app.core.words import Words
from app.imports.sheets import MARK, escaped
from app.office import Office
from app.pages.views.cells import title_of
from app.pages.views.menu import writes_sql
from app.pages.wording import table, text, things

SHOWN = 500  # rows on the page; the file has all
LONGEST = 400  # signs of a cell on the page
LEDGER = ("stock_on_hand", "stock_moves", "journal")
KINDS = (
    ("decimal", "number"),
    ("int", "number"),
    ("double", "number"),
    ("float", "number"),
    ("timestamp", "time"),
    ("date", "date"),
    ("bool", "yes_no"),
)


@dataclass
class SqlColumn:
    """One column of a table: its name in SQL, what the form calls it, its kind."""

    name: str = ""
    title: str = ""
    kind: str = ""


@dataclass
class SqlTable:
    """One table that may be named."""

    name: str = ""
    title: str = ""
    columns: list[SqlColumn] = field(default_factory=list)


@dataclass
class Heading:
    """A column of an answer; figures stand at the right."""

    name: str = ""
    figure: bool = False


@dataclass
class SqlAnswer:
    """What came of a question: rows as texts, or why there are none."""

    headings: list[Heading] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    said: str = ""
    note: str = ""
    file: str = ""
    problem: str = ""
    there: bool = False


@dataclass
class Past:
    """One question of before."""

    text: str = ""
    when: str = ""


def warm() -> None:
    """Have an engine ready for the first question."""
    from app.analytics import warm as make_ready

    make_ready()


def require_writer(office: Office) -> None:
    """Raise NotAllowed unless this person has the page."""
    if not writes_sql(office):
        thing = Words("the SQL page", "SQL 查询页")
        raise NotAllowed(act=Words("open", "打开"), thing=thing, owner=Words("an administrator", "管理员"))


def tables(office: Office, locale: str) -> list[SqlTable]:
    """Give the tables that this person may name, the forms by their title, the ledger's in front."""
    found = [_table(office, name, columns, locale) for name, columns in office.sql_tables().items()]
    return sorted(found, key=lambda one: (one.name not in LEDGER, one.name))


def ask(office: Office, query: str, locale: str) -> SqlAnswer:
    """Answer a question and keep it; what is refused is said."""
    began = time.monotonic()
    try:
        found = office.sql(query)
    except DaybookError as error:
        return SqlAnswer(problem=error.say(locale))
    seconds = time.monotonic() - began
    key = office.keep_sql(query, len(found))
    facts = {"rows": number(len(found)), "seconds": f"{seconds:.2f}"}
    note = text("sql_shown", locale, rows=number(SHOWN)) if len(found) > SHOWN else ""
    return SqlAnswer(
        headings=[Heading(one.name, _kind(str(one.type)) == "number") for one in found.table.schema],
        rows=[_cells(office, row, locale) for row in found.table.slice(0, SHOWN).to_pylist()],
        said=text("sql_rows" if len(found) != 1 else "sql_row", locale, **facts),
        note=text("sql_cut", locale, rows=number(len(found))) if found.cut else note,
        file=f"/api/pages/sql/{key}.csv",
        there=True,
    )


def past(office: Office, locale: str) -> list[Past]:
    """Give what this person asked before."""
    zone = ZoneInfo(office.catalogue.organisation.zone)
    return [Past(one.text, f"{one.asked_at.astimezone(zone):%Y-%m-%d %H:%M}") for one in office.asked_sql()]


def as_csv(office: Office, key: int) -> bytes:
    """Give the answer of a kept question, asked anew, as CSV in UTF-8 with its mark."""
    require_writer(office)
    found = office.sql(office.asked_sql(key)[0].text)
    zone, out = ZoneInfo(office.catalogue.organisation.zone), io.StringIO()
    writer = csv.writer(out)
    writer.writerow(map(escaped, found.columns))
    for row in found:
        writer.writerow([escaped(_plain(value, zone)) for value in row.values()])
    return (MARK + out.getvalue()).encode()


def _table(office: Office, name: str, columns: Any, locale: str) -> SqlTable:
    form = max(
        (one for one in office.catalogue.forms if name == one or name.startswith(f"{one}_")), key=len, default=""
    )
    title, fields = text(f"sql_{name}", locale) if name in LEDGER else "", {}
    if name not in LEDGER and form:
        spec = office.catalogue.forms[form]
        lines = spec.tables.get(name[len(form) + 1 :])
        title = things(spec.title, locale) + (f" · {lines.title.say(locale)}" if lines else "")
        fields = {
            one: title_of(office.catalogue, spec, one).say(locale)
            for one, _ in columns
            if one in spec.header or one in table()
        }
        fields |= {one: each.label.say(locale) for one, each in (lines.fields.items() if lines else ())}
    return SqlTable(
        name,
        title,
        [SqlColumn(one, fields.get(one, ""), text(f"sql_kind_{_kind(kind)}", locale)) for one, kind in columns],
    )


def _kind(arrow: str) -> str:
    return next((kind for start, kind in KINDS if arrow.startswith(start)), "text")


def _cells(office: Office, row: dict[str, Any], locale: str) -> list[str]:
    zone = ZoneInfo(office.catalogue.organisation.zone)
    return [_told(value, zone, locale) for value in row.values()]


def _told(value: Any, zone: ZoneInfo, locale: str) -> str:
    """Give a value as people read it; a figure keeps every digit that it has."""
    if isinstance(value, bool):
        return text("yes" if value else "no", locale)
    if isinstance(value, float):  # a mean, a root: nothing that was ever exact
        return number(Decimal(repr(value)), most=6) if math.isfinite(value) else str(value)
    if isinstance(value, Decimal | int):
        return (
            f"{value:,f}".replace("-", "\u2212") if isinstance(value, Decimal) else f"{value:,}".replace("-", "\u2212")
        )
    told = "" if value is None else str(_plain(value, zone))
    return told if len(told) <= LONGEST else told[:LONGEST] + "…"


def _plain(value: Any, zone: ZoneInfo) -> Any:
    return f"{value.astimezone(zone):%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) and value.tzinfo else value


def example(found: list[SqlTable]) -> str:
    """Give a first question to begin with, over a table that this person may name."""
    name = next((one.name for one in found if one.name == "purchase_order"), found[0].name if found else "")
    return f"select *\nfrom {name}\nlimit 100" if name else ""
