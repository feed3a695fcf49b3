"""An office of the product's own forms and workflows with a few people, for tests of stages and approvals."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from app.config.catalogue import Catalogue
from app.config.loader import Sources, load_catalogue
from app.config.settings import Settings
from app.core import clock
from app.core.actor import SYSTEM
from app.data import accounts, documents
from app.data.document import Document
from app.data.repository import Repository
from app.data.transaction import Transaction
from app.workflow import service

ROOT = Path(__file__).parents[2]
opened: list[Desk] = []  # closed behind each test
NOW = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)  # Monday 09:00 in Shanghai
PEOPLE = {  # account: roles, manager, post
    "director": (("director", "manager"), None, "director"),
    "manager": (("manager",), "director", "head"),
    "employee": (("employee",), "manager", "staff"),
    "colleague": (("employee",), "manager", "staff"),
    "buyer": (("buyer",), "manager", "staff"),
    "purchasing_manager": (("purchasing_manager",), "director", "head"),
    "finance_controller": (("finance_controller",), "director", "head"),
    "finance": (("finance",), "finance_controller", "staff"),
    "chief_executive": (("chief_executive",), None, "chief_executive"),
    "warehouse": (("warehouse",), "manager", "staff"),
    "warehouse_manager": (("warehouse_manager",), "director", "head"),
    "product_manager": (("product_manager",), "manager", "staff"),
    "human_resources": (("human_resources",), "director", "staff"),
    "admin": (("admin",), None, "staff"),
    "admin2": (("admin",), None, "staff"),
}


@cache
def shipped() -> Catalogue:
    """Give the product's own catalogue, its domains' actions being known."""
    import app.domain.finance.service
    import app.domain.purchasing.service
    import app.domain.stock.service  # noqa: F401

    return load_catalogue(Sources(ROOT))


def laid_over(folder: Path, *, forms: Mapping[str, str] | None = None, **texts: str) -> Catalogue:
    """Give the product's catalogue with some workflows written anew (name=text), and forms of the test's own."""
    for name in ("forms", "workflows"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "app").mkdir()
    shutil.copytree(
        ROOT / "app" / "config", folder / "app" / "config", ignore=shutil.ignore_patterns("*.py", "__pycache__")
    )
    for name, text in texts.items():
        old = next((folder / "workflows").rglob(f"{name}.yaml"), folder / "workflows" / f"{name}.yaml")
        old.write_text(text, "utf-8")
    for name, text in (forms or {}).items():
        (folder / "forms" / "purchasing" / f"{name}.yaml").write_text(text, "utf-8")
    return load_catalogue(Sources(folder))


class Desk:
    """An office seen through transactions of people."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.now = NOW

    @contextmanager
    def at(self, name: str) -> Iterator[Transaction]:
        """Open a transaction of somebody, at the desk's time."""
        with clock.stopped(self.now):
            actor = SYSTEM if name == "system" else accounts.actor_named(self.repository, name)
            with self.repository.transaction(actor) as tx:
                yield tx

    def create(self, name: str, form: str, values: Mapping[str, Any], *, submit: bool = False) -> Document:
        """Let somebody make a document."""
        with self.at(name) as tx:
            return documents.create(tx, form, values, submitting=submit)

    def act(self, name: str, document: Document, action: str, **more: Any) -> Document:
        """Let somebody press a button."""
        with self.at(name) as tx:
            return service.act(tx, document.form, document.number, action, **more)

    def get(self, document: Document) -> Document:
        """Give a document as the machine sees it now."""
        with self.at("system") as tx:
            return documents.get(tx, document.form, document.number)

    def inbox(self, name: str) -> list[service.TaskView]:
        """Give somebody's open tasks."""
        with self.at(name) as tx:
            return service.inbox(tx)

    def decide(self, name: str, decision: str = "approve", **more: Any) -> Document:
        """Let somebody decide his first task."""
        with self.at(name) as tx:
            more.setdefault("comment", "seen")
            return service.decide(tx, service.inbox(tx)[0].id, decision, **more)

    def waiting(self) -> list[str]:
        """Give who has an open task."""
        with self.at("system") as tx:
            rows = tx.fetch(
                "select a.name from workflow_task t join office_account a on a.id = t.holder_id where t.state = 'open'"
            )
            return sorted(row[0] for row in rows)

    def pass_time(self, **length: float) -> int:
        """Let time pass, and the job of deadlines run."""
        self.now += timedelta(**length)
        with self.at("system") as tx:
            return service.run_due(tx)

    def messages(self) -> list[str]:
        """Give the messages noted so far."""
        with self.at("system") as tx:
            rows = tx.fetch("select payload from office_outbox where kind = 'message.send' order by id")
            return [payload["message"] for payload in map(json.loads, (row[0] for row in rows))]


@cache
def _furnished() -> Path:
    """Make the office of the shipped forms once, to be copied."""
    path = Path(tempfile.mkdtemp()) / "daybook.db"
    desk = Desk(
        Repository.open(Settings(home=path.parent, database_url=f"sqlite:///{path}", secret_key="for tests"), shipped())
    )
    furnish(desk)
    desk.repository.close()
    return path


def a_desk(home: Path, url: str | None = None, *, catalogue: Catalogue | None = None) -> Desk:
    """Give an office with people, a department, a warehouse, a supplier and a product."""
    url = url or f"sqlite:///{home / 'daybook.db'}"
    copied = catalogue is None and url.startswith("sqlite")
    if copied:
        shutil.copyfile(_furnished(), url.removeprefix("sqlite:///"))
    desk = Desk(Repository.open(Settings(home=home, database_url=url, secret_key="for tests"), catalogue or shipped()))
    opened.append(desk)
    if not copied:
        furnish(desk)
    return desk


def furnish(desk: Desk) -> None:
    """Put people and things into an empty office."""
    with desk.at("system") as tx:
        links = {
            name: accounts.create_account(tx, name, title=name.replace("_", " ").title(), roles=roles)
            for name, (roles, _, _) in PEOPLE.items()
        }
        documents.create(tx, "department", {"code": "D1", "name": "Trade"})
        staff: dict[str, Document] = {}
        for name, (_, manager, post) in PEOPLE.items():
            if name not in ("admin", "admin2"):
                staff[name] = documents.create(
                    tx,
                    "employee",
                    {
                        "name": name,
                        "account": links[name],
                        "department": "D1",
                        "post": post,
                        "joined_on": "2020-01-01",
                        "manager": staff[manager].number if manager else None,
                    },
                )
        documents.set_values(tx, documents.get(tx, "department", "D1"), {"head": staff["director"].number})
        documents.create(tx, "warehouse", {"code": "W1", "name": "Main"})
        documents.create(tx, "unit", {"code": "pcs", "name": "Piece"})
        documents.create(tx, "category", {"code": "C1", "name": "Goods", "kind": "general"})
        documents.create(
            tx, "product", {"code": "PEN-1", "name": "Pen", "category": "C1", "unit": "pcs"}, stage="on_sale"
        )
        documents.create(tx, "supplier", {"name": "Penmaker", "buyer": links["buyer"]}, stage="approved")


def request_values(price: str = "10", **more: Any) -> dict[str, Any]:
    """Give what a purchase request is filled in with: ten pieces at a price."""
    return {
        "department": "D1",
        "warehouse": "W1",
        "supplier": "S-00001",
        "needed_on": "2026-07-01",
        "reason": "New pens",
        "lines": [{"product": "PEN-1", "quantity": "10", "unit_price": price}],
        **more,
    }
