"""What a backup is tested with: an office in which something of everything happened, and all that stands in a database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, create_engine, select

from app.config.settings import Settings
from app.core.actor import SYSTEM
from app.data import sealing
from app.data.migrations import MigrationPlan
from app.ledger import Ledger
from app.office import Office
from app.workflow import log
from tests.conftest import drop_schema, new_schema, require_postgres
from tests.stories.test_notebook import receive_some

VISIT = """form: visit
title: {en: Visit, zh: 来访}
number: V-{year}-{seq:4}
fields:
  guest:   {type: text, required: true, label: {en: Guest, zh: 访客}}
  comes_at: {type: datetime, label: {en: Comes, zh: 到访时间}}
  hour:    {type: time, label: {en: Hour, zh: 钟点}}
  paid:    {type: boolean, label: {en: Paid, zh: 已付}}
access: {create: [employee]}
"""


def a_worked_company(company: Office) -> Office:
    """Give a company with receipts, a form of its own, awkward texts, a kept file, a removed field, a notebook's result."""
    receive_some(company)
    write(company, VISIT)
    employee = company.as_user("employee")
    awkward = "tab\tline\nback\\slash \\N 采购 \"quote\" '007' \r end"
    employee.create(
        "visit",
        {
            "guest": awkward,
            "comes_at": datetime.fromisoformat("2026-01-02T03:04:05.6+08:00"),
            "hour": "09:30",
            "paid": True,
        },
    )
    write(company, VISIT.replace("  paid:    {type: boolean, label: {en: Paid, zh: 已付}}\n", ""), migrate=True)
    kept = employee.keep_file("offer.txt", b"a hundred pens")
    request = {
        "warehouse": "HZ",
        "needed_on": date(2090, 1, 1),
        "reason": "Pens",
        "attachments": [kept.id],
        "lines": [{"product": a_product(company), "quantity": 1, "unit_price": "2"}],
    }
    employee.create("purchase_request", request, submit=True)
    ended_run(company)
    with company.repository.transaction(SYSTEM) as tx:
        assert sealing.seal(tx)
    return company


def write(office: Office, form: str, *, migrate: bool = False) -> MigrationPlan | None:
    """Put a form into site/ and in force."""
    path = office.settings.site / "forms" / "visit.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(form)
    if not migrate:
        return office.root.publisher.look(now=True)
    assert office.repository._load is not None
    return office.repository.publish(office.repository._load())


def a_product(office: Office) -> str:
    rows = office.as_user("buyer").list("product", where="stage == 'on_sale'", columns=["code", "has_variants"]).rows
    return next(row["code"] for row in rows if not row["has_variants"])


def ended_run(office: Office) -> None:
    job = office.as_user("analyst").run_notebook("supplier_performance", locale="en")
    with office.repository.transaction(SYSTEM) as tx:
        tx.run(tx.sql("update office_outbox set state = 'done' where id = ?"), (job.id,))
        tx.post("a.kind", {})
        tx.run("update office_outbox set state = 'running', run = 'x' where kind = 'a.kind'")
    folder = office.settings.var / "notebooks" / str(job.id)
    folder.mkdir(parents=True)
    (folder / "result.html").write_text("<p>40 pieces</p>")
    (folder / ".ipython").mkdir()


def target(home: Path, dialect: str) -> Iterator[Settings]:
    """Give the settings of an empty home on a kind of database."""
    if dialect == "sqlite":
        yield Settings.read({"DAYBOOK_HOME": str(home)})
        return
    require_postgres()
    url = new_schema()
    yield Settings.read({"DAYBOOK_HOME": str(home), "DAYBOOK_DATABASE_URL": url})
    drop_schema(url)


def plain(value: Any) -> Any:
    """Give a value in a way in which both databases agree, found without the code under test."""
    if isinstance(value, datetime):
        return value.astimezone(tz=None).timestamp() if value.tzinfo else value.isoformat()
    if isinstance(value, str) and len(value) == 26 and value[4:5] == "-" and value[10:11] == " ":
        return datetime.fromisoformat(f"{value}+00:00").timestamp()
    return float(value) if isinstance(value, (bool, int, Decimal)) else str(value)


def all_rows(url: str) -> dict[str, list[str]]:
    """Give every row of every table, sorted, but for what a restore says anew."""
    engine, tables = create_engine(url), MetaData()
    with engine.connect() as connection:
        tables.reflect(connection)
        found = {}
        for table in tables.tables.values():
            if table.name.startswith("office_search"):
                continue
            columns = [
                c
                for c in sorted(table.c, key=lambda c: c.name)
                if not (table.name == "office_outbox" and c.name in ("state", "run"))
            ]
            found[table.name] = sorted(
                repr([plain(value) for value in row]) for row in connection.execute(select(*columns))
            )
    engine.dispose()
    return found


def sound(office: Office) -> bool:
    with office.repository.reading(SYSTEM) as tx:
        seals = sealing.verify(tx)
        return seals.blocks > 0 and not [*Ledger(tx).verify(), *log.verify(tx), *seals.broken]
